"""Drift as gauges, and the alert rules that are handed out: their metrics exist."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from shopgraph.audit.drift import CorrectionShift, Drift
from shopgraph.audit.log import open_audit
from shopgraph.audit.quality import Share
from shopgraph.clock import FixedClock
from shopgraph.serve import watching
from shopgraph.telemetry import metrics
from shopgraph.telemetry.measure import RequestMeasure

NOW = datetime(2026, 6, 8, tzinfo=UTC)
RULES = Path(__file__).parents[2] / "docs" / "alerts.yml"


@pytest.fixture(autouse=True)
def unmeasured() -> Iterator[None]:
    yield
    metrics.configure()


def drift(*, enough: bool = True) -> Drift:
    share = Share.of(30, 100)
    shift = CorrectionShift(now=share, before=Share.of(10, 100), ratio=3.0, chance=0.0004, alert=True)
    return Drift(
        since=NOW,
        until=NOW,
        before_since=NOW,
        before_until=NOW,
        requests=100,
        requests_before=100,
        enough=enough,
        psi=0.3,
        psi_by_chance=0.1,
        intents={},
        corrections={"price": shift},
        alerts=("intents", "corrections"),
    )


def gauges(reader: InMemoryMetricReader) -> dict[str, list[float]]:
    data: Any = reader.get_metrics_data()
    scopes = [scope for resource in data.resource_metrics for scope in resource.scope_metrics] if data else []
    return {each.name: [point.value for point in each.data.data_points] for scope in scopes for each in scope.metrics}


def test_the_gauges_tell_the_shift_and_of_too_little_nothing() -> None:
    reader = InMemoryMetricReader()
    metrics.configure(reader)
    watching.tell(drift(enough=False))
    assert gauges(reader) == {}
    watching.tell(drift())
    assert gauges(reader) == {
        "shopgraph.drift.intents": [0.3],
        "shopgraph.drift.corrections": [3.0],
        "shopgraph.drift.alerts": [2],
    }


async def test_the_watch_goes_on_after_a_look_that_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks, waits = list[tuple[datetime, datetime]](), list[float]()

    def look(_: object, since: datetime, until: datetime) -> Drift:
        looks.append((since, until))
        if len(looks) == 1:
            raise OSError
        return drift()

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            raise asyncio.CancelledError

    reader = InMemoryMetricReader()
    metrics.configure(reader)
    monkeypatch.setattr(watching, "drift_of", look)
    with closing(open_audit(f"sqlite:///{tmp_path / 'audit.db'}")) as log, pytest.raises(asyncio.CancelledError):
        await watching.watch_drift(log, FixedClock(NOW), every=timedelta(minutes=5), sleep=sleep)
    assert looks == [(NOW - timedelta(days=1), NOW)] * 2
    assert waits == [300.0, 300.0]
    assert gauges(reader)["shopgraph.drift.alerts"] == [2]


def test_the_alert_rules_speak_of_metrics_that_there_are() -> None:
    pytest.importorskip("prometheus_client", reason="metrics: pip install 'shopgraph[metrics]'")
    page = metrics.prometheus()
    measure = RequestMeasure(
        intent="order_status",
        tier="workflow",
        channel="web",
        ms=1.0,
        layers={},
        corrections=("price",),
        handed_over=True,
        failed=True,
    )
    metrics.record(lambda: measure)
    metrics.feedback("down")
    watching.tell(drift())
    series = {}
    for line in page().decode().splitlines():
        if found := re.match(r"(shopgraph_\w+)(?:\{(.*)\})? ", line):
            series[found[1]] = set(re.findall(r"(\w+)=", found[2] or ""))
    rules = [rule for group in yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"] for rule in group["rules"]]
    asked = {name for rule in rules for name in re.findall(r"shopgraph_\w+", rule["expr"])}
    assert len(rules) >= 6
    assert asked <= series.keys()
    for rule in rules:
        for name, selected in re.findall(r"(shopgraph_\w+)\{(\w+)", rule["expr"]):
            assert selected in series[name]
        for label in re.findall(r"by \((\w+)\)", rule["expr"]) + re.findall(r"labels\.(\w+)", str(rule)):
            assert label in series["shopgraph_corrections_total"]
