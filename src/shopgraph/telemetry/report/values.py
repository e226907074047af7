"""What a report says: numbers, and names out of the shop's own configuration. No text of anybody stands in it."""

from __future__ import annotations

from shopgraph.audit.quality import Quality
from shopgraph.domain import Instant, Value
from shopgraph.telemetry.layers import Layer


class Spread(Value):
    """How long something took, in wall milliseconds; percentiles within 1 % of themselves."""

    count: int
    mean_ms: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float


class LayerLine(Value):
    """One layer's part in all requests."""

    layer: Layer
    share: float | None
    """Part of the seven layers' wall time together; None for the engine."""
    cpu_share: float | None
    """The same of CPU time."""
    published: float | None
    """The share in a published deployment."""
    ms: float
    """Wall, all requests together."""
    cpu_ms: float
    calls: int
    per_request: Spread
    """Of the requests that the layer had a part in."""


class IntentLine(Value):
    """Requests of one intent; of a message that asks for several things, the last one."""

    intent: str
    requests: int
    latency: Spread
    acted: int
    corrected: int
    refused: int
    handed_over: int


class TierLine(Value):
    """Requests answered by one tier."""

    tier: str
    requests: int
    latency: Spread
    spent_nanousd: int
    saved_nanousd: int
    """Beside asking the large model; of the requests for which that is known."""


class Money(Value):
    """What models cost, in billionths of a US dollar."""

    spent_nanousd: int
    saved_nanousd: int | None
    """Beside asking the large model for everything; None where its price is known for no request."""
    known_for: int
    """Requests for which that is known."""
    estimated_for: int
    """Of those, where no model said how many tokens it took."""


class ModelLine(Value):
    """Calls of one model."""

    model: str
    tier: str
    calls: int
    faults: int
    """Calls that gave no answer."""
    cached: int
    """Answered from the answers kept for the same customer."""
    input_tokens: int
    cached_tokens: int
    """Of the input tokens: those that the provider had kept from an earlier prompt."""
    output_tokens: int
    cost_nanousd: int
    latency: Spread


class CorrectionLine(Value):
    """Requests in which one guard changed or held back something."""

    guard: str
    requests: int
    fixed: int
    held_back: int
    asked_again: int


class Count(Value):
    """How often something named happened."""

    name: str
    count: int


class CacheLine(Value):
    """What did not have to be fetched, asked or done again."""

    cache: str
    hits: int
    of: int
    """All that could have been a hit."""
    unit: str


class SourceLine(Value):
    """One source of context."""

    source: str
    fetched: int
    failed: int
    """Late, or out of order."""
    latency: Spread


class Handoffs(Value):
    """What was handed to a person, and how it ended."""

    requests: int
    taken: int
    resolved: tuple[Count, ...]
    """By how it ended."""


class Period(Value):
    """One stretch of time."""

    at: Instant
    """When it began."""
    requests: int
    acted: int
    corrected: int
    handed_over: int
    p95_ms: float


class ShiftLine(Value):
    """What moved against the week before by more than chance moves it."""

    kind: str
    """`intent`, or `guard` for its corrections."""
    name: str
    before_share: float
    now_share: float


class Drift(Value):
    """A time beside the same time of the week before."""

    requests_before: int
    enough: bool
    """Whether both have requests enough to be compared."""
    psi: float
    """Population stability index of the intents: below 0.1 nothing moved, from 0.25 on it is another population."""
    alerts: int
    shifts: tuple[ShiftLine, ...]
    """Those that alert: of the intents the three that moved most."""


class Report(Value):
    """What a log, or its part since some time, says of its requests."""

    shop: str
    since: Instant | None
    """Asked for; None: from the beginning."""
    first_at: Instant | None
    last_at: Instant | None
    records: int
    requests: int
    """Answered ones."""
    unanswered: int
    """Begun and not answered yet: under way, waiting for a person's approval, or cut off."""
    timed: int
    """Of the answered: those whose time from the first to the last is on the record; of others, their steps' sum."""
    latency: Spread
    between: Spread
    """Time in no step: LangGraph, and keeping the conversation."""
    layers: tuple[LayerLine, ...]
    """The seven in the published order, then the engine."""
    intents: tuple[IntentLine, ...]
    """Most frequent first; so are all that follow."""
    channels: tuple[Count, ...]
    tiers: tuple[TierLine, ...]
    """Cheapest first."""
    escalated: int
    """Requests that another tier answered than routing had chosen first."""
    money: Money
    models: tuple[ModelLine, ...]
    corrected: int
    """Requests in which any guard changed or held back something."""
    corrections: tuple[CorrectionLine, ...]
    refused: int
    refusals: tuple[Count, ...]
    """Requests by the rule of policy that said no."""
    acted: int
    """Requests in which something was really changed."""
    actions: tuple[Count, ...]
    caches: tuple[CacheLine, ...]
    sources: tuple[SourceLine, ...]
    handoffs: Handoffs
    failed: int
    """Requests in which a step failed closed."""
    grounded_share: float | None
    """Of the answers: 1 for one whose draft was true as it stood, 0.5 for one that was mended, 0 for one held back."""
    period: str
    """How long the stretches of `traffic` are: `hour` or `day`."""
    traffic: tuple[Period, ...]
    quality: Quality | None = None
    """What is known only some time after the answers; None where it was not asked for."""
    drift: Drift | None = None
    """None where it was not asked for, and of more than a week."""
