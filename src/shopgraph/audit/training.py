"""Training data from the log: rows for routers, tiers, chat and preferences, masked, each once, with where it is from.

Only what stands in clear is read, and that was masked when it was written; nothing is decrypted for it. Who was
forgotten is in no row.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import JsonValue

from shopgraph.audit.records import FORGOTTEN, AuditRecord

LEAST_CONFIDENCE = 0.8
"""Of a route that counts as a label by itself, where nobody said otherwise."""
RESOLVED = "handoff_resolved"
"""The kind of the record of how a person ended a handoff."""
Row = dict[str, JsonValue]


class Purpose(StrEnum):
    """What the rows are for."""

    ROUTER = "router"
    """`{text, intent}` for `shopgraph train router`."""
    TIERS = "tiers"
    """`{text, scores}` for `shopgraph train tiers`: requests that more than one model was asked."""
    CHAT = "chat"
    """`{messages}`: conversations that ended well, up to each answer."""
    PREFERENCE = "preference"
    """`{prompt, chosen, rejected}`: a draft against what the guards, or a person, made of it."""


@dataclass
class _Request:
    """One request as its records tell it."""

    id: str
    conversation_id: str
    at: str
    position: int
    text: str = ""
    intent: str = ""
    matters: int = 0
    """Things that were asked for at once: of several, no one is the text's label."""
    confidence: float = 0.0
    failed: bool = False
    models: list[dict[str, Any]] = field(default_factory=list)
    answer: str = ""
    drafted: str = ""
    handoff: str = ""
    verdicts: frozenset[str] = frozenset()
    policy_version: str = ""
    resolved: dict[str, Any] = field(default_factory=dict)
    subjects: set[str] = field(default_factory=set)
    """Pseudonyms of whom its records are about."""

    @property
    def good(self) -> bool:
        """Whether its answer may be learned from."""
        return bool(self.answer) and not self.failed and not self.handoff and not self.verdicts & {"block", "error"}

    def source(self, label: str) -> Row:
        """Where a row comes from."""
        return {
            "request": self.id,
            "conversation": self.conversation_id,
            "at": self.at,
            "position": self.position,
            "policy_version": self.policy_version,
            "label": label,
        }


def training_rows(records: Iterable[AuditRecord], purpose: Purpose) -> Iterator[Row]:
    """The rows of a log for a purpose, in the order of the requests; the same content only once, its first."""
    requests = [*_requests(records).values()]
    make: Mapping[Purpose, Callable[[list[_Request]], Iterator[Row]]] = {
        Purpose.ROUTER: _router,
        Purpose.TIERS: _tiers,
        Purpose.CHAT: _chat,
        Purpose.PREFERENCE: _preference,
    }
    seen: set[str] = set()
    for row in make[purpose](requests):
        content = {name: value for name, value in row.items() if name != "provenance"}
        digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
        if digest not in seen:
            seen.add(digest)
            yield row


def _requests(records: Iterable[AuditRecord]) -> dict[str, _Request]:
    found: dict[str, _Request] = {}
    for record in records:
        if record.kind == FORGOTTEN and (who := str(record.payload.get("subject", ""))):
            _forget(found, who)
        if not record.request_id:
            continue
        request = found.get(record.request_id)
        if request is None:
            at = record.at.isoformat()
            request = _Request(record.request_id, record.conversation_id, at, record.position)
            found[record.request_id] = request
        _read(request, record)
    return found


def _forget(found: dict[str, _Request], subject: str) -> None:
    """Drop what was on the record of a subject by then, and of the conversations that they were in."""
    theirs = {request.conversation_id for request in found.values() if subject in request.subjects}
    for request_id in [each.id for each in found.values() if each.conversation_id in theirs]:
        del found[request_id]


def _read(request: _Request, record: AuditRecord) -> None:
    payload: dict[str, Any] = dict(record.payload)
    if record.subject:
        request.subjects.add(record.subject)
    request.failed |= record.kind == "error"
    if record.kind == RESOLVED:
        request.resolved = payload
        return
    match record.node:
        case "screen":
            request.text = payload.get("text", "")
        case "route":
            request.intent = payload.get("intent", "")
            request.matters += 1
            request.confidence = payload.get("confidence", 0.0)
        case "agent":
            request.models = payload.get("models", [])
        case "govern":
            request.answer = payload.get("answer", "")
            request.drafted = payload.get("drafted", "")
            request.handoff = payload.get("handoff", "")
            request.verdicts = frozenset(item["verdict"] for item in payload.get("verdicts", ()))
            versions = [item["policy_version"] for item in payload.get("decisions", ()) if item["policy_version"]]
            request.policy_version = versions[0] if versions else ""
        case _:
            pass


def _router(requests: list[_Request]) -> Iterator[Row]:
    for request in requests:
        said = request.resolved.get("intent", "")
        if not request.text or not (
            said or (request.good and request.matters == 1 and request.confidence >= LEAST_CONFIDENCE)
        ):
            continue
        row: Row = {"text": request.text, "intent": said or request.intent}
        yield {**row, "provenance": request.source("person" if said else "route")}


def _tiers(requests: list[_Request]) -> Iterator[Row]:
    """A request counts for the model that answered it, and against each that failed it; texts alike count together."""
    scores: dict[str, dict[str, float]] = {}
    first: dict[str, _Request] = {}
    for request in requests:
        if not request.models or not request.text:
            continue
        first.setdefault(request.text, request)
        held = scores.setdefault(request.text, {})
        for call in request.models:
            answered = call["outcome"] in ("ok", "cached")
            held[call["deployment"]] = 1.0 if answered and request.good else 0.0
    for text, held in scores.items():
        if len(held) > 1:
            shown: dict[str, JsonValue] = {**held}
            yield {"text": text, "scores": shown, "provenance": first[text].source("outcome")}


def _chat(requests: list[_Request]) -> Iterator[Row]:
    for request, before in _with_history(requests):
        answer = request.resolved.get("answer", "") or (request.answer if request.good else "")
        if request.text and answer:
            messages: list[JsonValue] = [*before, _user(request), {"role": "assistant", "content": answer}]
            label = "person" if request.resolved.get("answer") else "guards"
            yield {"messages": messages, "provenance": request.source(label)}


def _preference(requests: list[_Request]) -> Iterator[Row]:
    for request, before in _with_history(requests):
        prompt: list[JsonValue] = [*before, _user(request)]
        told = request.resolved.get("answer", "")
        if told and request.answer and told != request.answer:
            row: Row = {"prompt": prompt, "chosen": told, "rejected": request.answer}
            yield {**row, "provenance": request.source("person")}
        elif request.good and request.drafted and request.drafted != request.answer:
            row = {"prompt": prompt, "chosen": request.answer, "rejected": request.drafted}
            yield {**row, "provenance": request.source("guards")}


def _user(request: _Request) -> JsonValue:
    return {"role": "user", "content": request.text}


def _with_history(requests: list[_Request]) -> Iterator[tuple[_Request, list[JsonValue]]]:
    """Each request with what was said in its conversation before."""
    said: dict[str, list[JsonValue]] = {}
    for request in requests:
        before = said.setdefault(request.conversation_id, [])
        yield request, [*before]
        if request.text and request.answer:
            before += [_user(request), {"role": "assistant", "content": request.answer}]
