"""What a report counts: against logs written by hand, and nothing of anybody on any page."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from shopgraph.audit.log import AuditEvent, AuditLog, open_audit
from shopgraph.audit.records import AuditStep
from shopgraph.cli.report_tables import tables
from shopgraph.clock import parse_since
from shopgraph.errors import InvalidInput
from shopgraph.telemetry.layers import PUBLISHED_SHARES, Layer
from shopgraph.telemetry.report import collect, tally
from shopgraph.telemetry.report.collect import Collector
from shopgraph.telemetry.report.page import page_of
from shopgraph.telemetry.report.reading import follow, report_of
from shopgraph.telemetry.report.sketch import ACCURACY, Sketch
from shopgraph.telemetry.report.summary import summed
from shopgraph.telemetry.report.values import Report

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Writer:
    """Makes records as the graph writes them."""

    def __init__(self) -> None:
        self.steps: list[AuditStep] = []

    def step(self, request: str, node: str, at: datetime = NOON, *, kind: str = "step", **payload: object) -> None:
        self.steps.append(
            AuditStep(
                position=len(self.steps) + 1,
                request_id=request,
                conversation_id=f"conv_{request}",
                node=node,
                layer="routing",
                kind=kind,
                at=at,
                subject="",
                payload=json.loads(json.dumps(payload)),
            )
        )

    def request(
        self,
        name: str,
        *,
        at: datetime = NOON,
        ms: float = 10.0,
        intent: str = "order_status",
        tier: str = "workflow",
        ended: bool = True,
        govern: Mapping[str, Any] | None = None,
    ) -> None:
        """A request whose routing took `ms`, and whose policy half of it."""
        self.step(name, "screen", at, channel="web", layers={})
        self.step(name, "route", at, intent=intent, tier=tier, layers={"routing": [ms, 1, ms / 2]})
        self.step(name, "decide", at, layers={"policy": [ms / 2, 1, 1.0]})
        self.step(name, "govern", at, layers={}, **(govern or {}))
        if ended:
            self.ended(name, ms * 2, audit=ms / 4)

    def ended(self, name: str, ms: float, **layers: float) -> None:
        told = [[name, ms, {layer: [wall, 1, 0.5] for layer, wall in layers.items()}]]
        self.step("another", "record", kind="original", steps=1, ended=told)

    def report(self, **options: Any) -> Report:
        collector = Collector()
        collector.take(self.steps)
        return summed(collector, **options)


@pytest.fixture
def writer() -> Writer:
    return Writer()


def test_shares_are_of_the_seven_layers_and_the_engine_stands_apart(writer: Writer) -> None:
    writer.request("one", ms=20.0)
    writer.step("two", "screen", layers={})
    writer.step("two", "agent", layers={"engine": [70.0, 3, 5.0], "routing": [4.0, 1, 4.0]}, models=[])
    writer.step("two", "govern", layers={"governance": [1.0, 1, 1.0]})
    report = writer.report()
    lines = {line.layer: line for line in report.layers}
    # 20 + 4 of routing, 10 of policy, 5 of audit, 1 of governance: 40 in all.
    assert lines[Layer.ROUTING].share == pytest.approx(24 / 40)
    assert lines[Layer.POLICY].share == pytest.approx(10 / 40)
    assert lines[Layer.AUDIT].share == pytest.approx(5 / 40)
    assert (lines[Layer.ENGINE].share, lines[Layer.ENGINE].ms, lines[Layer.ENGINE].calls) == (None, 70.0, 3)
    assert {line.layer: line.published for line in report.layers} == {**PUBLISHED_SHARES, Layer.ENGINE: None}
    assert sum(PUBLISHED_SHARES.values()) == pytest.approx(1.0)
    assert lines[Layer.ROUTING].cpu_ms == 14.0


def test_a_requests_whole_time_comes_with_the_next_record(writer: Writer) -> None:
    writer.request("timed", ms=10.0)
    writer.request("untimed", ms=30.0, ended=False)
    report = writer.report()
    assert (report.requests, report.timed) == (2, 1)
    assert report.latency.max_ms == 45.0  # its steps alone
    assert report.between.max_ms == pytest.approx(20.0 - 17.5)


def test_what_waits_for_approval_is_unanswered_and_counts_once_in_the_end(writer: Writer) -> None:
    writer.step("slow", "screen", layers={})
    writer.step("slow", "route", intent="refund", tier="workflow", layers={"routing": [1.0, 1, 1.0]})
    writer.ended("slow", 5.0)
    assert (writer.report().requests, writer.report().unanswered) == (0, 1)
    writer.step("slow", "approval", NOON + timedelta(days=2), layers={"policy": [1.0, 1, 1.0]})
    writer.step("slow", "govern", NOON + timedelta(days=2), layers={})
    writer.ended("slow", 4.0)
    report = writer.report()
    assert (report.requests, report.unanswered, report.timed, report.latency.max_ms) == (1, 0, 1, 9.0)


def test_corrections_refusals_money_and_groundedness(writer: Writer) -> None:
    verdicts = [
        {"guard": "prices", "verdict": "fix"},
        {"guard": "prices", "verdict": "fix"},
        {"guard": "injection", "verdict": "block"},
        {"guard": "stock", "verdict": "pass"},
    ]
    decisions = [
        {"rule": "return-window", "effect": "deny"},
        {"rule": "return-window", "effect": "deny"},
        {"rule": "own-records", "effect": "allow"},
    ]
    saving = {"served_by": "small_model", "spent_nanousd": 40, "saved_nanousd": 60, "estimated": True}
    writer.request("one", tier="workflow", govern={"verdicts": verdicts, "decisions": decisions, "saving": saving})
    writer.request("two", govern={"saving": {"served_by": "workflow", "spent_nanousd": 0, "saved_nanousd": None}})
    writer.request("three", govern={"verdicts": [{"guard": "prices", "verdict": "block"}], "handoff": "person"})
    report = writer.report()
    found = {line.guard: (line.requests, line.fixed, line.held_back) for line in report.corrections}
    assert found == {"prices": (2, 1, 1), "injection": (1, 0, 1)}
    assert [(line.name, line.count) for line in report.refusals] == [("return-window", 1)]
    assert (report.corrected, report.refused, report.escalated, report.handoffs.requests) == (2, 1, 1, 1)
    assert (report.money.spent_nanousd, report.money.saved_nanousd, report.money.known_for) == (40, 60, 1)
    assert report.money.estimated_for == 1
    # What comes in is no fault of an answer: 0.5 for the mended one, 1, and 0 for the one held back.
    assert report.grounded_share == 0.5
    assert {line.tier: line.requests for line in report.tiers} == {"workflow": 2, "small_model": 1}


def test_models_caches_sources_actions_and_the_desk(writer: Writer) -> None:
    call = {"model": "small", "tier": "small_model", "ms": 9.0, "input_tokens": 100, "output_tokens": 10}
    writer.step("one", "screen", layers={})
    for _ in range(2):  # a second step tells the same calls again
        writer.step(
            "one",
            "agent",
            layers={},
            models=[
                {**call, "outcome": "ok", "cached_tokens": 80, "cost_nanousd": 7},
                {**call, "outcome": "cached", "input_tokens": 0},
                {**call, "outcome": "timeout", "input_tokens": 0},
            ],
        )
    sources = [
        {"source": "orders", "status": "ok", "ms": 2.0, "cached": True},
        {"source": "stock", "status": "late", "ms": 500.0},
        {"source": "memory", "status": "skipped", "ms": 0.0},
    ]
    writer.step("one", "stitch", layers={}, sources=sources)
    writer.step("one", "gate", layers={}, outcomes=[{"tool": "cancel_order", "outcome": "ready"}])
    outcomes = [{"tool": "cancel_order", "outcome": "done"}, {"tool": "refund", "outcome": "replayed"}]
    writer.step(
        "one", "act", layers={}, outcomes=outcomes, actions=[{"type": "cancel_order"}, {"type": "cancel_order"}]
    )
    writer.step("one", "govern", layers={})
    writer.step("", "desk", kind="handoff_taken")
    writer.step("", "desk", kind="handoff_resolved", resolution="solved")
    report = writer.report()
    (model,) = report.models
    assert (model.calls, model.faults, model.cached, model.cached_tokens, model.cost_nanousd) == (3, 1, 1, 80, 7)
    assert {line.cache: (line.hits, line.of) for line in report.caches} == {
        "model answers": (1, 3),
        "prompts at the provider": (80, 100),
        "context": (1, 2),
        "actions done before": (1, 2),
    }
    assert {line.source: (line.fetched, line.failed) for line in report.sources} == {"orders": (1, 0), "stock": (1, 1)}
    assert [(line.name, line.count) for line in report.actions] == [("cancel_order", 1)]
    assert (report.handoffs.taken, [(line.name, line.count) for line in report.handoffs.resolved]) == (
        1,
        [("solved", 1)],
    )


def test_a_step_that_failed_makes_a_failed_request(writer: Writer) -> None:
    writer.step("one", "screen", layers={})
    writer.step("one", "stitch", kind="error", layers={}, error="[word]")
    writer.step("one", "govern", layers={})
    report = writer.report()
    assert (report.failed, report.intents[0].intent) == (1, "none")


def test_requests_are_told_by_the_hour_and_of_a_long_log_by_the_day(writer: Writer) -> None:
    for hour in (0, 0, 1, 5):
        writer.request(f"r{len(writer.steps)}", at=NOON + timedelta(hours=hour, minutes=7))
    report = writer.report()
    assert (report.period, [each.requests for each in report.traffic]) == ("hour", [2, 1, 1])
    for hour in range(tally.MOST_HOURS + 1):
        writer.request(f"r{len(writer.steps)}", at=NOON + timedelta(days=1, hours=hour))
    report = writer.report()
    assert report.period == "day"
    assert sum(each.requests for each in report.traffic) == report.requests == 4 + tally.MOST_HOURS + 1
    assert report.traffic[0].requests == 4


def test_what_is_kept_of_very_many_requests_is_bounded(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect, "MOST_ANSWERED", 5)
    monkeypatch.setattr(collect, "MOST_OPEN", 3)
    for number in range(40):
        writer.request(f"done{number}", intent=f"intent-{number}", ended=False)
        writer.step(f"open{number}", "screen", layers={})
    collector = Collector()
    collector.take(writer.steps)
    assert (len(collector._answered), len(collector._open)) == (5, 3)
    assert (summed(collector).requests, collector.unanswered) == (40, 40)
    monkeypatch.setattr(tally, "MOST_NAMES", 10)
    names = {line.intent for line in writer.report().intents}
    assert (len(names), "other" in names) == (11, True)


def test_looking_at_it_changes_nothing(writer: Writer) -> None:
    collector = Collector()
    for number in range(3):
        writer.request(f"r{number}", ended=False)
    collector.take(writer.steps)
    assert summed(collector) == summed(collector) == writer.report()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(min_value=1e-3, max_value=1e7), min_size=1, max_size=200), st.sampled_from([50, 90, 95, 99, 100])
)
def test_percentiles_are_within_their_accuracy(values: list[float], percent: int) -> None:
    sketch, first, second = Sketch(), Sketch(), Sketch()
    for place, value in enumerate(values):
        sketch.add(value)
        (first if place % 2 else second).add(value)
    first.merge(second)
    rank = -(-percent * len(values) // 100)
    assert sketch.percentile(percent) == pytest.approx(sorted(values)[rank - 1], rel=ACCURACY * 1.001)
    assert first.percentile(percent) == sketch.percentile(percent)
    assert sketch.mean == pytest.approx(sum(values) / len(values))


def test_percentiles_of_nothing_and_of_zeros_are_zero() -> None:
    sketch = Sketch()
    assert (sketch.percentile(99), sketch.mean) == (0.0, 0.0)
    sketch.add(0.0)
    sketch.add(-1.0)
    assert sketch.percentile(99) == 0.0


def test_a_sketch_of_very_many_values_stays_small() -> None:
    sketch, draw = Sketch(), random.Random(7)
    for _ in range(20_000):
        sketch.add(draw.lognormvariate(2, 3))
    assert len(sketch._buckets) < 1_600


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("24h", NOON - timedelta(hours=24)),
        ("90m", NOON - timedelta(minutes=90)),
        ("7d", NOON - timedelta(days=7)),
        ("2w", NOON - timedelta(days=14)),
        ("2026-05-01", datetime(2026, 5, 1, tzinfo=UTC)),
        ("2026-05-01T10:00:00+02:00", datetime(2026, 5, 1, 8, tzinfo=UTC)),
    ],
)
def test_since_may_be_said_in_several_ways(text: str, expected: datetime) -> None:
    assert parse_since(text, NOON) == expected


@pytest.mark.parametrize(
    "text", ["", "yesterday", "24", "h", "-3h", "2026-13-01", "2026-06-01T12:00:00", "7 days", "1y"]
)
def test_since_that_is_no_time_is_refused_with_what_would_be(text: str) -> None:
    with pytest.raises(InvalidInput, match="Write 24h, 7d"):
        parse_since(text, NOON)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[AuditLog]:
    opened = open_audit(f"sqlite:///{tmp_path / 'audit.db'}")
    yield opened
    opened.close()


def written(log: AuditLog, writer: Writer) -> None:
    events = [
        AuditEvent(
            request_id=step.request_id,
            conversation_id=step.conversation_id,
            node=step.node,
            layer=step.layer,
            kind=step.kind,
            at=step.at,
            payload=step.payload,
        )
        for step in writer.steps
    ]
    asyncio.run(log.append(events))


def test_a_log_is_read_from_a_time_on_and_requests_begun_before_are_left_out(log: AuditLog, writer: Writer) -> None:
    writer.step("before", "screen", NOON - timedelta(seconds=1), layers={})
    writer.request("first", at=NOON)
    writer.step("before", "govern", NOON + timedelta(seconds=1), layers={})
    written(log, writer)
    report = report_of(log, shop="A shop", since=NOON)
    assert (report.requests, report.unanswered, report.since) == (1, 0, NOON)
    assert report.quality is not None
    assert report.quality.requests == 1
    assert report_of(log, quality=False).requests == 2


def test_what_moved_against_the_week_before_is_told(log: AuditLog, writer: Writer) -> None:
    for number in range(120):
        writer.request(f"then{number}", at=NOON - timedelta(days=7), ended=False)
    corrected = {"verdicts": [{"guard": "prices", "verdict": "fix"}]}
    for number in range(120):
        writer.request(f"now{number}", intent="refund_status" if number % 2 else "order_status", govern=corrected)
    written(log, writer)
    drift = report_of(log, since=NOON - timedelta(hours=1)).drift
    assert drift is not None
    assert (drift.enough, drift.requests_before, drift.alerts) == (True, 120, 3)
    moved = {(line.kind, line.name): (line.before_share, line.now_share) for line in drift.shifts}
    assert moved[("intent", "refund_status")] == (0.0, 0.5)
    assert moved[("guard", "prices")] == (0.0, 1.0)
    page = page_of(report_of(log, since=NOON - timedelta(hours=1)))
    assert "guard prices" in page
    assert report_of(log).drift is None  # more than a week has no week before it to compare with


def test_following_a_log_takes_each_record_once(log: AuditLog, writer: Writer) -> None:
    writer.request("one")
    written(log, writer)
    collector = Collector()
    follow(log, collector)
    follow(log, collector)
    assert (summed(collector).requests, collector.records) == (1, len(writer.steps))
    more = Writer()
    more.request("two")
    written(log, more)
    follow(log, collector)
    assert summed(collector).requests == 2


def test_an_empty_log_has_a_report_and_a_page(log: AuditLog) -> None:
    report = report_of(log, shop="Empty")
    assert (report.requests, report.first_at, report.grounded_share, report.quality) == (0, None, None, None)
    assert "0 requests, no record yet" in page_of(report)
    assert "0 requests, no record yet" in shown(report)


MARKS = (
    "<script>alert(1)</script>",
    "maya.lindqvist@example.com",
    "Mårtensson & Söner",
    "4111 1111 1111 1111",
    "\x1b[31m",
)


@pytest.mark.parametrize("mark", MARKS)
def test_what_a_text_holds_comes_out_nowhere(log: AuditLog, writer: Writer, mark: str) -> None:
    """Planted in every field of every record: those that are texts, and those that should be names."""
    saving = {"served_by": mark, "spent_nanousd": 1, "saved_nanousd": 1}
    writer.step("one", "screen", layers={}, text=mark, channel=mark, region=mark, locale=mark, customer=mark)
    writer.step(
        "one", "route", layers={}, intent=mark, tier=mark, why=mark, orders=[mark], way=mark, decision={"tier": mark}
    )
    writer.step(
        "one", "stitch", layers={mark: [1.0, 1, 1.0]}, sources=[{"source": mark, "status": "ok", "ms": 1, "note": mark}]
    )
    writer.step(
        "one", "agent", layers={}, models=[{"model": mark, "tier": mark, "outcome": mark}], parameters={mark: mark}
    )
    outcomes = [{"tool": mark, "outcome": mark, "rules": [mark], "error_code": mark}]
    writer.step("one", "gate", layers={}, outcomes=outcomes, questions=[{"facts": {mark: mark}}])
    writer.step("one", "act", layers={}, outcomes=outcomes, actions=[{"type": mark, "order_id": mark, "summary": mark}])
    writer.step("one", "person", layers={}, reason=mark, actions=[])
    writer.step(mark, mark, layers={}, text=mark)
    writer.step(
        "one",
        "govern",
        layers={},
        drafted=mark,
        answer=mark,
        handoff=mark,
        saving=saving,
        decisions=[{"rule": mark, "effect": "deny", "reason": mark}],
        verdicts=[{"guard": mark, "verdict": "fix", "before": mark, "after": mark, "reason": mark}],
    )
    writer.step("", "desk", kind="handoff_resolved", resolution=mark, staff=mark, note=mark)
    written(log, writer)
    report = report_of(log, shop="A shop")
    assert (report.requests, report.quality is None, report.drift is None) == (1, False, False)
    for text in (report.model_dump_json(), page_of(report), shown(report)):
        assert not [piece for piece in mark.split() if len(piece) > 3 and piece in text]


def test_a_page_escapes_what_is_put_in_and_asks_nobody_for_anything(writer: Writer) -> None:
    for number in range(30):
        writer.request(
            f"r{number}", at=NOON + timedelta(hours=number), govern={"verdicts": [{"guard": "g", "verdict": "fix"}]}
        )
    page = page_of(writer.report(shop='</title><script src="https://example.com/x.js"></script> & Co'))
    tags = Tags()
    tags.feed(page)
    assert not tags.names & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    assert not [
        name for name, _ in tags.attributes if name in ("src", "href", "action", "style") or name.startswith("on")
    ]
    assert not re.search(r"url\(|@import|https?://", page.replace("https://example.com/x.js", ""))
    assert tags.title.startswith('</title><script src="https://example.com/x.js"></script> & Co')
    # Each chart that is not told by the numbers beside it says what it is.
    assert ("role", "img") in tags.attributes
    assert tags.names >= {"title", "desc", "caption", "h1", "h2", "main"}
    assert ("lang", "en") in tags.attributes


class Tags(HTMLParser):
    """Names of elements, attributes, and the page's title."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.title = ""
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes += attrs
        self._in_title = tag == "title" and not self.title

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False


def shown(report: Report) -> str:
    console = Console(width=200, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(tables(report))
    return console.export_text()
