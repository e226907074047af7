"""OUR reading of what Stripe documents and localstripe leaves out, as a proxy in front of it: no proof of Stripe.

It adds: idempotency keys (replay, conflict), refunds of no more than is left, refund reasons, states that allow a call,
lists by customer and time, the amount received, ids where localstripe gives whole objects. And it fails on demand.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

Json = dict[str, Any]
_OPEN_STATES = frozenset({"requires_payment_method", "requires_capture", "requires_confirmation", "requires_action"})


class Fault(Enum):
    """What goes wrong with one request."""

    CUT_BEFORE = "the connection is cut before Stripe hears of it"
    CUT_AFTER = "Stripe acts, then the connection is cut"
    ERROR_AFTER = "Stripe acts, then answers 500"
    LIMITED = "429, not acted"
    IN_USE = "409, another request has this key"


@dataclass
class Saved:
    """The answer to a key, and the request that it answered."""

    request: tuple[str, str]
    status: int
    body: Json


@dataclass
class StrictStripe:
    """The rules, and what the proxy has seen."""

    upstream: str
    faults: list[Fault] = field(default_factory=list)
    """Taken from the front, one for each POST."""
    keys: list[str] = field(default_factory=list)
    """The idempotency key of each POST, replays too."""
    advice: str | None = None
    """What `Stripe-Should-Retry` says with an error."""
    url: str = ""
    _saved: dict[str, Saved] = field(default_factory=dict)
    _reasons: dict[str, str] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30, verify=False))

    def forget_keys(self) -> None:
        """As Stripe does after a day or more."""
        self._saved.clear()

    def close(self) -> None:
        """Close the way to localstripe."""
        self._client.close()

    def answer(self, method: str, target: str, body: str, headers: dict[str, str]) -> tuple[int, Json, dict[str, str]]:
        """Answer one request by the rules."""
        with self._lock:
            if method == "GET":
                return *self._get(target, headers), {}
            key = headers.get("idempotency-key", "")
            if (saved := self._saved.get(key)) is not None:
                if saved.request != (target, body):
                    return *_error(400, "Keys are for one request.", type="idempotency_error"), {}
                return saved.status, saved.body, {"Idempotent-Replayed": "true"}
            status, answer = self._post(target, body, headers)
            if status in (200, 402):
                self._saved[key] = Saved((target, body), status, answer)
            return status, answer, {}

    def _get(self, target: str, headers: dict[str, str]) -> tuple[int, Json]:
        url = urlsplit(target)
        query = dict(parse_qsl(url.query))
        if url.path not in ("/v1/payment_intents", "/v1/refunds"):
            return self._finished(*self._upstream("GET", target, "", headers), headers)
        kept = {name: query[name] for name in ("payment_intent",) if name in query} | {"limit": "100"}
        status, found = self._upstream("GET", f"{url.path}?{urlencode(kept)}", "", headers)
        if status != 200:
            return status, found
        while found["has_more"]:
            after = kept | {"starting_after": found["data"][-1]["id"]}
            more = self._upstream("GET", f"{url.path}?{urlencode(after)}", "", headers)[1]
            found = more | {"data": found["data"] + more["data"]}
        # What a partial capture lets go of is a refund in localstripe, of no payment.
        rows = [row for row in found["data"] if row.get("payment_intent", "") is not None]
        rows = [self._finished(200, row, headers)[1] for row in rows]
        rows = [row for row in rows if query.get("customer") in (None, row.get("customer"))]
        rows = [row for row in rows if row["created"] >= int(query.get("created[gte]", 0))]
        rows.sort(key=lambda row: row["created"], reverse=True)
        return 200, {"object": "list", "url": url.path, "has_more": False, "data": rows}

    def _post(self, target: str, body: str, headers: dict[str, str]) -> tuple[int, Json]:
        form = dict(parse_qsl(body))
        reason = form.pop("reason", None) if target == "/v1/refunds" else None
        if target == "/v1/refunds" and (refusal := self._over_refund(form, headers)) is not None:
            return refusal
        if target.endswith(("/capture", "/cancel")):
            intent = self._upstream("GET", target.rsplit("/", 1)[0], "", headers)[1]
            allowed = {"requires_capture"} if target.endswith("/capture") else _OPEN_STATES
            if intent.get("status", "") not in allowed | {""}:
                text = f"This PaymentIntent has a status of {intent['status']}."
                return _error(400, text, code="payment_intent_unexpected_state")
        status, answer = self._upstream("POST", target, urlencode(form), headers)
        if reason and status == 200:
            self._reasons[answer["id"]] = reason
        return self._finished(status, answer, headers)

    def _over_refund(self, form: dict[str, str], headers: dict[str, str]) -> tuple[int, Json] | None:
        own = form["payment_intent"]
        status, intent = self._upstream("GET", f"/v1/payment_intents/{own}", "", headers)
        if status != 200:
            return status, intent
        charge = intent["latest_charge"] or {"amount": 0, "amount_refunded": 0, "captured": False}
        if not charge["captured"]:
            return _error(400, "This PaymentIntent does not have a successful charge to refund.")
        left = charge["amount"] - charge["amount_refunded"]
        if left <= 0:
            return _error(400, "Charge has already been refunded.", code="charge_already_refunded")
        if int(form.get("amount") or left) > left:
            return _error(400, f"Refund amount is greater than unrefunded amount ({left}).", param="amount")
        return None

    def _finished(self, status: int, answer: Json, headers: dict[str, str]) -> tuple[int, Json]:
        """The answer with what Stripe has in it and localstripe has not."""
        if status == 402:
            return status, {"error": answer["error"] | {"type": "card_error", "decline_code": "generic_decline"}}
        if answer.get("object") == "payment_intent":
            charge = answer["latest_charge"]
            answer["latest_charge"] = charge["id"] if charge else None
            answer |= {"confirmation_method": "automatic", "payment_method_types": ["card"], "amount_received": 0}
            if answer["last_payment_error"]:
                answer["last_payment_error"]["type"] = "card_error"
            if answer["status"] == "succeeded":
                given_up = [each["amount"] for each in charge["refunds"]["data"] if each["payment_intent"] is None]
                answer["amount_received"] = answer["amount"] - sum(given_up)
        if answer.get("object") == "refund":
            answer["reason"] = self._reasons.get(answer["id"])
        return status, answer

    def _upstream(self, method: str, target: str, body: str, headers: dict[str, str]) -> tuple[int, Json]:
        kept = {name: value for name, value in headers.items() if name in ("authorization", "content-type")}
        reply = self._client.request(method, self.upstream + target, content=body, headers=kept)
        return reply.status_code, reply.json()


def _error(status: int, message: str, *, type: str = "invalid_request_error", **more: str) -> tuple[int, Json]:  # noqa: A002
    return status, {"error": {"type": type, "message": message, **more}}


@contextmanager
def strict(upstream: str) -> Iterator[StrictStripe]:
    """Serve the rules on 127.0.0.1 in front of a localstripe."""
    rules = StrictStripe(upstream)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve("")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            rules.keys.append(self.headers.get("idempotency-key", ""))
            self._serve(body, rules.faults.pop(0) if rules.faults else None)

        def _serve(self, body: str, fault: Fault | None = None) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            if fault is Fault.LIMITED:
                return self._reply(*_error(429, "Too many requests.", code="rate_limit"), {})
            if fault is Fault.IN_USE:
                return self._reply(*_error(409, "This key is in use.", code="idempotency_key_in_use"), {})
            answer = None if fault is Fault.CUT_BEFORE else rules.answer(self.command, self.path, body, headers)
            if answer is None or fault is Fault.CUT_AFTER:
                self.close_connection = True
                return None
            if fault is Fault.ERROR_AFTER:
                return self._reply(*_error(500, "Something went wrong.", type="api_error"), {})
            return self._reply(*answer)

        def _reply(self, status: int, content: Json, headers: dict[str, str]) -> None:
            payload = json.dumps(content).encode()
            self.send_response(status)
            advice = {"Stripe-Should-Retry": rules.advice} if rules.advice and status >= 400 else {}
            for name, value in (headers | advice).items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    rules.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield rules
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        rules.close()
