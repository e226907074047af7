"""What a report counts: against records written by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shopgraph.clock import parse_since
from shopgraph.errors import InvalidInput
from shopgraph.telemetry.layers import PUBLISHED_SHARES, Layer
from shopgraph.telemetry.report import collect, tally
from shopgraph.telemetry.report.collect import Collector
from shopgraph.telemetry.report.summary import summed
from tests.telemetry.writer import NOON, Writer


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
