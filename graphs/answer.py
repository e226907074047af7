"""What one request gives back: the object that `shopgraph ask --json` prints."""

from __future__ import annotations

from enum import StrEnum

from pydantic import JsonValue

from shopgraph.domain import Instant, Value
from shopgraph.guards.decisions import Effect, VerdictKind
from shopgraph.models.tiers.savings import Saving


class RouteView(Value):
    """Where the request went, and why."""

    intent: str
    tier: str
    confidence: float
    why: str
    reasons: tuple[str, ...] = ()
    """Why this tier, in the order in which the reasons were weighed."""


class SourceStatus(StrEnum):
    """How a context source ended."""

    OK = "ok"
    MISSING = "missing"
    """It answered that there is nothing."""
    LATE = "late"
    FAILED = "failed"
    SKIPPED = "skipped"
    """The intent's recipe does not name it, or nobody in particular is asking."""


class ContextView(Value):
    """One source of the stitched context."""

    source: str
    status: SourceStatus
    fresh_at: Instant | None
    ms: float


class DecisionView(Value):
    """One decision of policy."""

    rule: str
    effect: Effect
    reason: str


class VerdictView(Value):
    """One finding of a guard; checks that passed are not listed."""

    guard: str
    verdict: VerdictKind
    before: str
    after: str


class ActionView(Value):
    """Something that was done."""

    type: str
    order_id: str | None
    status: str
    summary: str
    result: dict[str, JsonValue]


class PendingCall(Value):
    """One call that awaits a yes."""

    tool: str
    summary: str
    digest: str
    """What a person of the staff answers by (`Orchestrator.approve`)."""


class PendingView(Value):
    """What awaits a yes."""

    tool: str
    """The first call's."""
    summary: str
    """Of all of it."""
    awaits: str
    """`customer` or `staff`."""
    calls: tuple[PendingCall, ...] = ()


class LayerView(Value):
    """One layer's part in the request. `share` is of the seven layers' time together; null for the engine."""

    ms: float
    share: float | None
    calls: int
    cpu_ms: float = 0.0
    """CPU time of the request's own task."""
    tokens: int = 0
    """Read and written by models: the engine's."""
    cost_nanousd: int = 0
    """What models cost, in billionths of a US dollar: the engine's."""


class Answer(Value):
    """One answer, with everything that led to it."""

    answer: str
    route: RouteView
    """Of the first thing that was asked for."""
    routes: tuple[RouteView, ...] = ()
    """Of each thing that was served, in order."""
    context: tuple[ContextView, ...]
    decisions: tuple[DecisionView, ...]
    verdicts: tuple[VerdictView, ...]
    actions: tuple[ActionView, ...]
    pending: PendingView | None
    saving: Saving | None
    """What models cost in this request, beside always asking the large one; null where the message was not read."""
    layers: dict[str, LayerView]
    """Keys: routing, governance, context_stitching, monitoring, policy, data_prep, audit, engine."""
    conversation_id: str
    request_id: str
