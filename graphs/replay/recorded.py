"""A recorded request, read back from the audit log."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shopgraph.audit.log import AuditLog, AuditRecord
from shopgraph.errors import Erased, NotFound
from shopgraph.graphs.notes import ORIGINAL
from shopgraph.graphs.tiering import PastTiers
from shopgraph.tools.rejudging import Recorded
from shopgraph.tools.spec import GateOutcome, ToolCall


@dataclass(kw_only=True)
class RecordedRequest:
    """What a request started from, what it was answered by everything outside itself, and what it came to."""

    id: str
    conversation_id: str
    at: datetime
    begin: dict[str, Any]
    contexts: list[dict[str, Any]]
    """One for each thing that the message asks for, with how each source ended."""
    reads: dict[str, list[Any]] = field(default_factory=dict)
    """Answers of connectors, by the call; each `[result]` or `[None, error]`."""
    gate: list[Recorded] = field(default_factory=list)
    models: list[dict[str, Any]] = field(default_factory=list)
    """`{digest, parameters, reply}` in their order."""
    model_calls: list[dict[str, Any]] = field(default_factory=list)
    tiers: list[PastTiers] = field(default_factory=list)
    """The models' side of each choice of a tier."""
    approvals: list[tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    """What the staff answered, and who."""
    outcome: dict[str, Any] | None = None
    """None: it was cut off."""


async def recorded(log: AuditLog, request_id: str) -> RecordedRequest:
    """Read a request back.

    Raises:
        NotFound: there is none on the record that can be replayed.
        Erased: the key of its customer was destroyed.
        InvalidInput: what was sealed was changed.
    """
    return request_of(log, await log.events(request_id), request_id)


def request_of(log: AuditLog, records: Iterable[AuditRecord], request_id: str) -> RecordedRequest:
    """A request of its records.

    Raises:
        NotFound: they hold none.
        Erased: the key of its customer was destroyed.
    """
    parts = [record for record in records if record.kind == ORIGINAL]
    if not parts:
        raise NotFound(f"There is no request {request_id} on the record that can be replayed.", request=request_id)
    tapes: list[Any] = []
    for part in parts:
        try:
            tapes.append(log.original(part))
        except Erased:
            raise Erased(
                f"Request {request_id} cannot be replayed: the key of its customer was destroyed.", request=request_id
            ) from None
    first = tapes[0]
    whole = RecordedRequest(
        id=request_id,
        conversation_id=parts[0].conversation_id,
        at=datetime.fromisoformat(first["begin"]["at"]) if first["begin"] else parts[0].at,
        begin=first["begin"],
        contexts=[context for tape in tapes for context in tape["contexts"]],
    )
    for tape in tapes:
        for entry in tape["entries"]:
            _add(whole, entry)
        whole.outcome = tape.get("outcome", whole.outcome)
    if not whole.begin:
        raise NotFound(f"The record of request {request_id} does not begin with its message.", request=request_id)
    return whole


def _add(whole: RecordedRequest, entry: list[Any]) -> None:
    kind, *values = entry
    match kind:
        case "read":
            whole.reads.setdefault(call_key(values[0], values[1]), []).append([values[2]])
        case "failed":
            whole.reads.setdefault(call_key(values[0], values[1]), []).append([None, values[2]])
        case "gate":
            judged = GateOutcome.model_validate(values[2])
            call = ToolCall.model_validate(values[1])
            whole.gate.append(Recorded(kind=values[0], call=call, outcome=judged))
        case "model":
            whole.models.append({**values[0], "reply": values[1]})
        case "tiers":
            whole.tiers.append(PastTiers(policy=values[0], side=values[1]))
        case "model_calls":
            whole.model_calls += values[0]
        case "approval":
            whole.approvals.append((values[0], values[1]))


def call_key(name: str, arguments: Any) -> str:
    """What an answer of a connector is found by."""
    return f"{name} {json.dumps(arguments, sort_keys=True)}"
