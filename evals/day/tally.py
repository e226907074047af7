"""What a worker counts of the requests that it plays; several workers' counts add up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from shopgraph.errors import ShopgraphError
from shopgraph.graphs.answer import Answer
from shopgraph.graphs.node import APOLOGY
from shopgraph.guards.decisions import Effect, VerdictKind
from shopgraph.models.routes import Tier

_CORRECTED = frozenset({VerdictKind.FIX, VerdictKind.BLOCK, VerdictKind.RETRY})
_AGENT = frozenset({Tier.SMALL_MODEL, Tier.LARGE_MODEL})
_TOLD = 20
"""Errors that are told in full."""


@dataclass(kw_only=True)
class Tally:
    """Counts of played requests."""

    requests: int = 0
    acted: int = 0
    """In which something was really changed."""
    agent: int = 0
    """Answered by a model."""
    errors: int = 0
    """That raised, or ended with the apology of a request that failed."""
    told: list[str] = field(default_factory=list)
    """The first errors, each in a line."""
    ms: list[float] = field(default_factory=list)
    """Of each request."""
    layer_ms: Counter[str] = field(default_factory=Counter)
    layer_calls: Counter[str] = field(default_factory=Counter)
    tiers: Counter[str] = field(default_factory=Counter)
    corrections: Counter[str] = field(default_factory=Counter)
    """Answers and inputs that a guard changed or held back, by guard."""
    refusals: Counter[str] = field(default_factory=Counter)
    """Requests that a rule of policy refused, by rule."""
    actions: Counter[str] = field(default_factory=Counter)

    def add(self, answer: Answer, ms: float) -> None:
        """Count an answered request."""
        self.requests += 1
        self.ms.append(ms)
        for name, view in answer.layers.items():
            self.layer_ms[name] += view.ms  # type: ignore[assignment]  # a Counter adds floats as well
            self.layer_calls[name] += view.calls
        self.tiers[answer.route.tier] += 1
        self.agent += answer.route.tier in _AGENT
        self.corrections.update({each.guard for each in answer.verdicts if each.verdict in _CORRECTED})
        self.refusals.update({each.rule for each in answer.decisions if each.effect is Effect.DENY})
        done = [each.type for each in answer.actions if each.type != "handoff"]
        self.actions.update(each.type for each in answer.actions)
        self.acted += bool(done)
        if answer.answer == APOLOGY or any(each.verdict is VerdictKind.ERROR for each in answer.verdicts):
            self._error(f"{answer.request_id}: {[each for each in answer.verdicts if each.verdict == 'error']}")

    def add_error(self, error: Exception, said: str, ms: float) -> None:
        """Count a request that raised."""
        self.requests += 1
        self.ms.append(ms)
        code = error.code if isinstance(error, ShopgraphError) else type(error).__name__
        self._error(f"{code} on {said!r}: {error}")

    def _error(self, line: str) -> None:
        self.errors += 1
        if len(self.told) < _TOLD:
            self.told.append(line)

    def merge(self, other: Tally) -> None:
        """Add another's counts."""
        self.requests += other.requests
        self.acted += other.acted
        self.agent += other.agent
        self.errors += other.errors
        self.told = (self.told + other.told)[:_TOLD]
        self.ms += other.ms
        for name in ("layer_ms", "layer_calls", "tiers", "corrections", "refusals", "actions"):
            getattr(self, name).update(getattr(other, name))
