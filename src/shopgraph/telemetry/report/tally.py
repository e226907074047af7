"""Counts of answered requests: what stays of them. Its size is bounded, however many there were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shopgraph.telemetry.layers import Layer
from shopgraph.telemetry.report.request import HANDOFF, ModelUse, SeenRequest
from shopgraph.telemetry.report.sketch import Sketch

MOST_NAMES = 64
"""Different names of one kind; any more are counted as `OTHER`."""
MOST_HOURS = 24 * 14
"""Stretches of an hour; a log of more than two weeks is told by the day."""
OTHER = "other"
_OK = ("ok", "cached")
_LAYERS = frozenset(Layer)


class Named(dict[str, Counter[str]]):
    """Counters by name, as many names as there is room for."""

    def at(self, name: str) -> Counter[str]:
        """The counter of that name, or of what there is no room for."""
        if name in self:
            return self[name]
        return self.setdefault(name if len(self) < MOST_NAMES else OTHER, Counter())

    def __missing__(self, name: str) -> Counter[str]:
        return Counter()


class Spreads(dict[str, Sketch]):
    """Sketches by name, as many names as there is room for."""

    def at(self, name: str) -> Sketch:
        """The sketch of that name, or of what there is no room for."""
        if name in self:
            return self[name]
        return self.setdefault(name if len(self) < MOST_NAMES else OTHER, Sketch())

    def __missing__(self, name: str) -> Sketch:
        return Sketch()


@dataclass(slots=True)
class Stretch:
    """Requests of one stretch of time."""

    counts: Counter[str] = field(default_factory=Counter)
    ms: Sketch = field(default_factory=Sketch)


class Traffic:
    """Requests by the hour in which they began; by the day, once there are many hours."""

    def __init__(self) -> None:
        self.by_day = False
        self.stretches: dict[datetime, Stretch] = {}

    def add(self, at: datetime, told: Iterable[str], ms: float) -> None:
        """Count a request."""
        stretch = self.stretches.setdefault(self._begin(at), Stretch())
        stretch.counts.update(told)
        stretch.ms.add(ms)
        if len(self.stretches) > MOST_HOURS and not self.by_day:
            self.by_day = True
            hours, self.stretches = self.stretches, {}
            for hour, counted in hours.items():
                day = self.stretches.setdefault(self._begin(hour), Stretch())
                day.counts.update(counted.counts)
                day.ms.merge(counted.ms)

    def _begin(self, at: datetime) -> datetime:
        return at.replace(hour=0 if self.by_day else at.hour, minute=0, second=0, microsecond=0)


@dataclass(slots=True)
class Tally:
    """Counts of requests."""

    counts: Counter[str] = field(default_factory=Counter)
    """Of all: requests, timed, failed, corrected, refused, acted, handed_over, escalated, and the sums of money."""
    grounded: float = 0.0
    ms: Sketch = field(default_factory=Sketch)
    between: Sketch = field(default_factory=Sketch)
    layers: Spreads = field(default_factory=Spreads)
    layer_cpu: Counter[str] = field(default_factory=Counter)
    """Milliseconds."""
    layer_calls: Counter[str] = field(default_factory=Counter)
    intents: Named = field(default_factory=Named)
    intent_ms: Spreads = field(default_factory=Spreads)
    channels: Named = field(default_factory=Named)
    tiers: Named = field(default_factory=Named)
    tier_ms: Spreads = field(default_factory=Spreads)
    models: Named = field(default_factory=Named)
    """By model and tier, with a space between."""
    model_ms: Spreads = field(default_factory=Spreads)
    corrections: Named = field(default_factory=Named)
    refusals: Named = field(default_factory=Named)
    actions: Named = field(default_factory=Named)
    outcomes: Counter[str] = field(default_factory=Counter)
    """Calls of tools, by how they ended."""
    sources: Named = field(default_factory=Named)
    source_ms: Spreads = field(default_factory=Spreads)
    traffic: Traffic = field(default_factory=Traffic)

    def add(self, request: SeenRequest) -> None:
        """Count an answered request."""
        ms, done = request.ms, request.actions - {HANDOFF}
        what = {
            "requests": True,
            "timed": request.whole_ms > 0,
            "failed": request.failed,
            "corrected": bool(request.corrections),
            "refused": bool(request.refusals),
            "acted": bool(done),
            "handed_over": request.handed_over,
            "escalated": bool(request.first_tier) and request.first_tier != request.tier,
        }
        told = [name for name, holds in what.items() if holds]
        self.counts.update(told)
        self.grounded += request.grounded
        self.ms.add(ms)
        if request.whole_ms:
            self.between.add(request.whole_ms - request.steps_ms)
        for layer, (wall, calls, cpu) in request.layers.items():
            if layer not in _LAYERS:
                continue
            self.layers.at(layer).add(wall)
            self.layer_cpu[layer] += cpu  # type: ignore[assignment]  # a Counter adds floats as well
            self.layer_calls[layer] += int(calls)
        self.intents.at(request.intent).update(told)
        self.intent_ms.at(request.intent).add(ms)
        self.channels.at(request.channel).update(("requests",))
        self._tier(request, ms)
        self._models(request.models)
        self._found(request.corrections, request.refusals, done)
        self.outcomes.update(outcome for _, outcome in request.calls)
        for use in request.sources:
            self.sources.at(use.source).update({"fetched": 1, "answered": use.answered, "cached": use.cached})
            self.source_ms.at(use.source).add(use.ms)
        self.traffic.add(request.begun_at, told, ms)

    def _tier(self, request: SeenRequest, ms: float) -> None:
        cell = self.tiers.at(request.tier)
        money = Counter({"spent": request.spent_nanousd})
        if request.saved_nanousd is not None:
            money.update({"saved": request.saved_nanousd, "known": 1, "estimated": request.estimated})
        cell.update(("requests",))
        cell.update(money)
        self.counts.update(money)
        self.tier_ms.at(request.tier).add(ms)

    def _models(self, uses: Iterable[ModelUse]) -> None:
        for use in uses:
            name = f"{use.model} {use.tier}"
            self.models.at(name).update(
                {
                    "calls": 1,
                    "faults": use.outcome not in _OK,
                    "cached": use.outcome == "cached",
                    "input": use.input_tokens,
                    "kept": use.cached_tokens,
                    "output": use.output_tokens,
                    "cost": use.cost_nanousd,
                }
            )
            self.model_ms.at(name).add(use.ms)

    def _found(self, corrections: Mapping[str, Iterable[str]], refusals: Iterable[str], done: Iterable[str]) -> None:
        for guard, verdicts in corrections.items():
            self.corrections.at(guard).update(("requests", *verdicts))
        for rule in refusals:
            self.refusals.at(rule).update(("requests",))
        for action in done:
            self.actions.at(action).update(("requests",))
