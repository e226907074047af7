"""Requests and contacts as the log tells them: what was asked, how it ended, and who came back about the same matter.

Only what stands in clear is read. A customer is a pseudonym; what a guest asks next time cannot be told from what
others ask.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from shopgraph.telemetry.scores import CORRECTED, groundedness

FEEDBACK = "feedback"
"""Node and kind of a record that holds a customer's own word on an answer."""
JUDGE = "judge"
"""Node and kind of a record that holds a judge's score of an answer."""
READ_NODES = ("screen", "route", "waiting", "act", "person", "govern", "record", FEEDBACK, JUDGE)
"""Nodes whose records are read here."""
NO_MATTER = frozenset(
    {
        "greeting",
        "thanks",
        "affirm",
        "deny",
        "out_of_scope",
        "product_question",
        "promotion_question",
        "recommendation",
    }
)
"""Intents that leave nothing to be settled: small talk, and looking around in the shop. Whoever asks again shops."""
PAUSE = timedelta(hours=1)
"""A conversation in which nobody wrote for so long has ended; what comes after it there is another contact."""


_NONE: frozenset[str] = frozenset()
"""One for all: most requests name no order."""


class Step(Protocol):
    """What is read of a record; `AuditRecord` and `AuditStep` are such."""

    @property
    def request_id(self) -> str: ...
    @property
    def conversation_id(self) -> str: ...
    @property
    def node(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def payload(self) -> Mapping[str, Any]: ...


@dataclass(slots=True, kw_only=True)
class RequestFacts:
    """One request as its records tell it."""

    id: str
    conversation_id: str
    began_at: datetime
    ended_at: datetime
    customer: str = ""
    """A pseudonym; empty for a guest."""
    matters: dict[str, frozenset[str]] = field(default_factory=dict)
    """What was asked for: each intent with the orders that were named for it."""
    corrected: frozenset[str] = frozenset()
    """Guards that changed or held back something."""
    grounded: float = 1.0
    handed_over: bool = False
    failed: bool = False
    """A step failed, or a check did."""
    held_back: bool = False
    """A guard blocked the answer."""
    answered: bool = False
    waiting: bool = False
    """A person of the staff was to approve something first."""
    text: str = ""
    """What was asked, masked; empty unless texts are read."""
    answer: str = ""
    """What was answered, masked; empty unless texts are read."""
    trace_id: str = ""
    feedback: tuple[str, float] | None = None
    """The customer's word, such as `up` or `4`, and the same from 0 to 1."""
    judged: float | None = None
    judges: frozenset[str] = frozenset()
    """Which judges have had it."""

    @property
    def broken(self) -> bool:
        """Whether a step or a check failed, or there is no answer and nobody is waited for."""
        return self.failed or not (self.answered or self.waiting)

    @property
    def intent(self) -> str:
        """Of the last thing that was asked for."""
        return next(reversed(self.matters), "")


class RequestReader:
    """Puts requests together out of records, which come in the order of the log."""

    def __init__(self, *, texts: bool = False) -> None:
        """Say whether texts are wanted: who only counts need not hold them, of all that is remembered the most."""
        self.requests: dict[str, RequestFacts] = {}
        self._texts = texts

    def add(self, step: Step) -> None:
        """Take one record; those of other nodes change nothing."""
        if not step.request_id or step.node not in READ_NODES:
            return
        known = self.requests.get(step.request_id)
        if known is None:
            if step.node != "screen":
                return  # it began before the time that is read
            known = RequestFacts(
                id=step.request_id, conversation_id=step.conversation_id, began_at=step.at, ended_at=step.at
            )
            self.requests[step.request_id] = known
        _READ[step.node](known, step.payload)
        if self._texts and step.node == "screen":
            known.text = step.payload.get("text", "")
        elif self._texts and step.node == "govern":
            known.answer = step.payload.get("answer", "")
        if step.node not in (FEEDBACK, JUDGE):
            known.ended_at = max(known.ended_at, step.at)
            known.failed = known.failed or step.kind == "error"

    def taken(self, before: datetime) -> list[RequestFacts]:
        """The requests that began before then, which are remembered no longer: what comes of them later is not read."""
        out = [each for each in self.requests.values() if each.began_at < before]
        for each in out:
            del self.requests[each.id]
        return out


def _screen(request: RequestFacts, payload: Mapping[str, Any]) -> None:
    request.customer = sys.intern(payload.get("customer", ""))


def _route(request: RequestFacts, payload: Mapping[str, Any]) -> None:
    intent = sys.intern(payload.get("intent", ""))  # few, and read anew from every record
    orders = request.matters.pop(intent, _NONE)
    request.matters[intent] = orders.union(payload.get("orders", ())) or _NONE


def _waiting(request: RequestFacts, payload: Mapping[str, Any]) -> None:
    request.waiting = True


def _act(request: RequestFacts, payload: Mapping[str, Any]) -> None:
    for action in payload.get("actions", ()):
        if action["type"] == "handoff":
            request.handed_over = True
        elif action["order_id"] and request.matters:
            request.matters[request.intent] |= {action["order_id"]}


def _govern(request: RequestFacts, payload: Mapping[str, Any]) -> None:
    verdicts = [(item["guard"], item["verdict"]) for item in payload.get("verdicts", ())]
    said = {verdict for _, verdict in verdicts}
    request.answered = True
    request.handed_over = request.handed_over or bool(payload.get("handoff"))
    request.failed = request.failed or "error" in said
    request.held_back = "block" in said
    request.corrected = frozenset(guard for guard, verdict in verdicts if verdict in CORRECTED)
    request.grounded = groundedness(verdicts)


def _record(request: RequestFacts, payload: Mapping[str, Any]) -> None:
    request.trace_id = payload.get("trace_id", "") or request.trace_id


def _feedback(request: RequestFacts, payload: Mapping[str, Any]) -> None:
    request.feedback = request.feedback or (str(payload["score"]), float(payload["value"]))  # the first one stands


def _judge(request: RequestFacts, payload: Mapping[str, Any]) -> None:
    request.judges |= {payload["judge"]}
    if payload.get("value") is not None:
        request.judged = float(payload["value"])


_READ = {
    "screen": _screen,
    "route": _route,
    "waiting": _waiting,
    "act": _act,
    "person": _act,
    "govern": _govern,
    "record": _record,
    FEEDBACK: _feedback,
    JUDGE: _judge,
}


@dataclass(slots=True, kw_only=True)
class Contact:
    """Requests of one conversation without a long pause between them: one time that somebody turned to the shop."""

    requests: list[RequestFacts]
    came_back: bool = False
    """The same customer turned to the shop again about the same matter, in time."""

    @property
    def customer(self) -> str:
        """A pseudonym; empty for a guest."""
        return next((request.customer for request in self.requests if request.customer), "")

    @property
    def began_at(self) -> datetime:
        """When it began."""
        return self.requests[0].began_at

    @property
    def ended_at(self) -> datetime:
        """When its last request had ended."""
        return max(request.ended_at for request in self.requests)

    @property
    def matters(self) -> dict[str, set[str]]:
        """What was to be settled: each intent with the orders named for it."""
        found: dict[str, set[str]] = {}
        for request in self.requests:
            for intent, orders in request.matters.items():
                if intent and intent not in NO_MATTER:
                    found[intent] = found.get(intent, set()) | orders
        return found

    @property
    def handed_over(self) -> bool:
        """Whether a person of the staff was to go on with it."""
        return any(request.handed_over for request in self.requests)

    @property
    def settled(self) -> bool:
        """Whether every message got an answer, nothing failed or was held back, and no person was needed."""
        return not self.handed_over and all(
            request.answered and not request.failed and not request.held_back for request in self.requests
        )


def contacts_of(requests: Iterable[RequestFacts], *, within: timedelta) -> list[Contact]:
    """The contacts that requests make, in the order of their beginning.

    Args:
        within: how long after its end a contact of the same customer about the same matter counts as coming back.
    """
    contacts: list[Contact] = []
    open_in: dict[str, Contact] = {}
    for request in sorted(requests, key=lambda each: each.began_at):
        under_way = open_in.get(request.conversation_id)
        if under_way is not None and request.began_at - under_way.ended_at <= PAUSE:
            under_way.requests.append(request)
            continue
        contact = open_in[request.conversation_id] = Contact(requests=[request])
        contacts.append(contact)
    _mark_those_who_came_back(contacts, within)
    return contacts


def _mark_those_who_came_back(contacts: Iterable[Contact], within: timedelta) -> None:
    before: dict[str, list[tuple[Contact, datetime, dict[str, set[str]]]]] = {}
    for contact in contacts:
        if not contact.customer or not (matters := contact.matters):
            continue
        known = before.setdefault(contact.customer, [])
        known[:] = [each for each in known if contact.began_at - each[1] <= within]
        for earlier, _, asked in known:
            earlier.came_back = earlier.came_back or _same(asked, matters)
        known.append((contact, contact.ended_at, matters))


def _same(first: Mapping[str, set[str]], second: Mapping[str, set[str]]) -> bool:
    """Whether both are about one matter: an intent in common, and not about different orders."""
    return any(
        not orders or not second[intent] or bool(orders & second[intent])
        for intent, orders in first.items()
        if intent in second
    )
