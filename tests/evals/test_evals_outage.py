"""`shopgraph eval outage` in small: it counts what happened, and would count a loss and a second wait."""

from __future__ import annotations

from typing import Any, cast

import pytest

from shopgraph.evals.outage import evaluate as outage
from shopgraph.evals.outage.provider import Fault
from shopgraph.evals.outage.scenarios import Moment, every_scenario
from shopgraph.models.health import Health

pytestmark = pytest.mark.slow


def test_every_fault_strikes_at_every_moment_in_both_ways() -> None:
    scenarios = list(every_scenario())
    assert len({scenario.id for scenario in scenarios}) == (len(Fault) - 1) * len(Moment) * 2 == len(scenarios)


def test_everybody_is_answered_or_handed_over_and_nobody_waits_twice() -> None:
    report = outage.evaluate(customers=4, fault=[Fault.UNAUTHORIZED])
    figures = cast(dict[str, Any], report.figures)
    assert figures["n"] == figures["answered"] + figures["handed_over"] == 40
    assert figures["lost"] == 0
    assert figures["handed_over"] > 0
    assert figures["by_fault"]["unauthorized"]["n"] == 40
    assert set(figures["by_tier"]) == {"small_model", "tool", "workflow", "person"}
    assert figures["most_customers_of_a_failed_provider"] == 1
    assert all(case.passed for case in report.cases)


def test_a_second_wait_would_be_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Health, "admits", lambda self, deployment: True)
    report = outage.evaluate(customers=2, fault=[Fault.NO_MODEL])
    assert report.figures["most_customers_of_a_failed_provider"] == 2
    assert not all(case.passed for case in report.cases)


def test_a_loss_would_be_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shopgraph.graphs.agent.without_model", lambda *_: 1 / 0)
    report = outage.evaluate(customers=2, fault=[Fault.NO_MODEL])
    figures = cast(dict[str, Any], report.figures)
    assert figures["by_moment"]["everywhere"] == {"n": 4, "answered": 0, "handed_over": 0, "lost": 4}
