"""`eval gate-cost`: what it counts and compares. The bound itself is required on the command line."""

from __future__ import annotations

from typing import Any

import cedarpy
import pytest

from shopgraph.evals.gate_cost import evaluate
from shopgraph.evals.registry import load_evaluation
from shopgraph.guards.limits import Limit
from shopgraph.tools import limits
from shopgraph.tools.spec import ToolContext


def test_it_measures_reading_and_changing_calls_and_counts_cedar_decisions() -> None:
    assert load_evaluation("gate-cost") is evaluate
    figures = evaluate(calls=100).figures
    read, write = figures["read"], figures["write"]
    assert isinstance(read, dict)
    assert isinstance(write, dict)
    assert figures["calls"] == 200
    for part in (figures, read, write):
        assert part["cedar_decisions_per_call"] == 1
        gate, cedar = part["gate_ms_median"], part["cedar_ms_median"]
        assert isinstance(gate, float)
        assert isinstance(cedar, float)
        assert gate > cedar > 0, "there is one decision in it"
        assert part["ratio_to_langchain_tool"]
        assert part["gate_ms_p99"]


def test_it_measures_limits_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[str] = []
    real = limits.excess

    def listening(limit: Limit, *rest: object) -> object:
        judged.append(limit.id)
        return real(limit, *rest)  # type: ignore[arg-type]

    fits = limits._fits

    async def listening_for_money(context: ToolContext, count: limits.Count, *rest: Any) -> bool:
        judged.append(count.limit.id)
        return await fits(context, count, *rest)

    monkeypatch.setattr(limits, "excess", listening)
    monkeypatch.setattr(limits, "_fits", listening_for_money)
    evaluate(calls=100)
    assert set(judged) == {"refunds-per-day", "refund-requests-per-day", "refunds-per-agent"}


def test_it_leaves_cedar_as_it_was() -> None:
    before = cedarpy.is_authorized
    evaluate(calls=100)
    assert cedarpy.is_authorized is before
