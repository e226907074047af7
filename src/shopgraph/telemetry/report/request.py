"""One request put together out of its records, as far as a report counts it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shopgraph.audit.records import AuditStep
from shopgraph.telemetry.scores import CORRECTED, groundedness

Payload = Mapping[str, Any]

_NAME = re.compile(r"[A-Za-z0-9][\w.:#+/-]{0,63}", re.ASCII)
UNNAMED = "(unnamed)"
"""What stands for a name that looks like none: whatever it is, a report does not repeat it."""
NONE = "none"
"""The intent and the tier of a request that failed before it had any."""
HANDOFF = "handoff"


def name_of(value: object) -> str:
    """A name out of a configuration: of an intent, a rule, a guard, a model. Never a text of anybody."""
    return value if isinstance(value, str) and _NAME.fullmatch(value) else UNNAMED


@dataclass(slots=True)
class ModelUse:
    """One call of a model."""

    model: str
    tier: str
    outcome: str
    ms: float
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    cost_nanousd: int


@dataclass(slots=True)
class SourceUse:
    """How one source of context ended."""

    source: str
    answered: bool
    cached: bool
    ms: float


@dataclass(slots=True)
class SeenRequest:
    """One request so far."""

    begun_at: datetime
    channel: str = NONE
    intent: str = NONE
    first_tier: str = ""
    tier: str = NONE
    """That the answer came from."""
    answered: bool = False
    failed: bool = False
    handed_over: bool = False
    whole_ms: float = 0.0
    """From the first to the last; 0 where it is not on the record."""
    layers: dict[str, list[float]] = field(default_factory=dict)
    """Wall milliseconds, calls and CPU milliseconds."""
    corrections: dict[str, set[str]] = field(default_factory=dict)
    """Guards, and what their verdicts were."""
    grounded: float = 1.0
    refusals: set[str] = field(default_factory=set)
    actions: set[str] = field(default_factory=set)
    calls: set[tuple[str, str]] = field(default_factory=set)
    """Calls of tools with their outcome, each once: what one step tells, a later one may tell again."""
    models: list[ModelUse] = field(default_factory=list)
    sources: list[SourceUse] = field(default_factory=list)
    spent_nanousd: int = 0
    saved_nanousd: int | None = None
    estimated: bool = False

    @property
    def steps_ms(self) -> float:
        """Wall time of all its steps."""
        return sum(cell[0] for cell in self.layers.values())

    @property
    def ms(self) -> float:
        """Wall time of it all, as far as it is on the record."""
        return self.whole_ms or self.steps_ms

    def take(self, step: AuditStep) -> None:
        """Take one of its records."""
        self.failed = self.failed or step.kind == "error"
        self.time(step.payload.get("layers") or {})
        read = _READ.get(step.node)
        if read is not None:
            read(self, step.payload)

    def time(self, layers: Mapping[str, Iterable[float]]) -> None:
        """Add a step's times."""
        for layer, cell in layers.items():
            kept = self.layers.setdefault(layer, [0.0, 0.0, 0.0])
            for place, value in enumerate(cell):
                kept[place] += value


def _screen(request: SeenRequest, payload: Payload) -> None:
    request.channel = name_of(payload.get("channel"))


def _route(request: SeenRequest, payload: Payload) -> None:
    request.intent = name_of(payload.get("intent"))
    chosen = payload.get("decision") or {}
    request.first_tier = request.first_tier or name_of(chosen.get("tier") or payload.get("tier"))
    request.tier = name_of(payload.get("tier"))


def _stitch(request: SeenRequest, payload: Payload) -> None:
    for item in payload.get("sources") or ():
        if item["status"] != "skipped":
            answered = item["status"] in ("ok", "missing")
            use = SourceUse(name_of(item["source"]), answered, bool(item.get("cached")), float(item["ms"]))
            request.sources.append(use)


def _agent(request: SeenRequest, payload: Payload) -> None:
    # What several steps tell is the same: the calls that led to the answer.
    request.models = [
        ModelUse(
            model=name_of(item.get("model")),
            tier=name_of(item.get("tier")) if item.get("tier") else "",
            outcome=name_of(item.get("outcome")),
            ms=float(item.get("ms", 0.0)),
            input_tokens=int(item.get("input_tokens", 0)),
            cached_tokens=int(item.get("cached_tokens", 0)),
            output_tokens=int(item.get("output_tokens", 0)),
            cost_nanousd=int(item.get("cost_nanousd", 0)),
        )
        for item in payload.get("models") or ()
    ]


def _gate(request: SeenRequest, payload: Payload) -> None:
    for item in payload.get("outcomes") or ():
        if item["outcome"] not in ("ready", "done"):  # what is let through here is done, and told, by `act`
            request.calls.add((name_of(item["tool"]), name_of(item["outcome"])))


def _act(request: SeenRequest, payload: Payload) -> None:
    request.calls.update((name_of(item["tool"]), name_of(item["outcome"])) for item in payload.get("outcomes") or ())
    _actions(request, payload)


def _actions(request: SeenRequest, payload: Payload) -> None:
    request.actions.update(name_of(item["type"]) for item in payload.get("actions") or ())


def _person(request: SeenRequest, payload: Payload) -> None:
    request.handed_over = True
    _actions(request, payload)


def _govern(request: SeenRequest, payload: Payload) -> None:
    request.answered = True
    request.handed_over = request.handed_over or bool(payload.get("handoff")) or HANDOFF in request.actions
    verdicts = [(item["guard"], item["verdict"]) for item in payload.get("verdicts") or ()]
    for guard, verdict in verdicts:
        if verdict in CORRECTED:
            request.corrections.setdefault(name_of(guard), set()).add(verdict)
    request.failed = request.failed or any(verdict == "error" for _, verdict in verdicts)
    request.grounded = groundedness(verdicts)
    denied = [item for item in payload.get("decisions") or () if item["effect"] == "deny"]
    request.refusals = {name_of(item["rule"]) for item in denied}
    saving = payload.get("saving") or {}
    request.tier = name_of(saving["served_by"]) if saving.get("served_by") else request.tier
    request.spent_nanousd = int(saving.get("spent_nanousd") or 0)
    saved = saving.get("saved_nanousd")
    request.saved_nanousd = None if saved is None else int(saved)
    request.estimated = bool(saving.get("estimated"))


_READ: Mapping[str, Callable[[SeenRequest, Payload], None]] = {
    "screen": _screen,
    "route": _route,
    "stitch": _stitch,
    "agent": _agent,
    "gate": _gate,
    "act": _act,
    "person": _person,
    "govern": _govern,
}
"""Nodes of which more than their time is counted."""
