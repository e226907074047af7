"""Drift: what shifts in its shares alerts, what grows, is small or is rare does not."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.audit import drift
from shopgraph.audit.contacts import RequestFacts, RequestReader
from shopgraph.audit.drift import ALPHA, ANY, RARE, by_chance, chi_squared, compared, drift_of
from shopgraph.audit.log import AuditEvent, AuditLog, open_audit
from shopgraph.audit.records import AuditStep
from shopgraph.errors import InvalidInput

NOW = datetime(2026, 6, 8, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
MIX = {"order_status": 50, "return_items": 25, "product_question": 20, "complaint": 5}
counts = st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 60))


def names(mix: dict[str, int], times: int = 1) -> list[str]:
    return [intent for intent, count in mix.items() for _ in range(count * times)]


@given(counts)
def test_the_same_spread_is_no_shift_however_many_more_there_are(mix: dict[str, int]) -> None:
    _, psi, chance = compared(names(mix, 10), names(mix))
    assert 0 <= psi < 0.05 + chance


@given(counts, counts)
def test_the_index_is_never_negative_and_the_same_both_ways(one: dict[str, int], other: dict[str, int]) -> None:
    there, back = compared(names(one), names(other)), compared(names(other), names(one))
    assert there[1] == pytest.approx(back[1], abs=1e-4)
    assert there[1] >= 0
    assert there[1] == pytest.approx(sum(shift.psi for shift in there[0].values()))


def test_the_index_is_what_its_formula_says() -> None:
    shifts, psi, _ = compared(["a"] * 60 + ["b"] * 40, ["a"] * 40 + ["b"] * 60)
    # (60.5 - 40.5) / 101 * ln(60.5 / 40.5), twice.
    assert psi == pytest.approx(2 * 0.1980198 * 0.4013, abs=1e-4)
    assert set(shifts) == {"a", "b"}


def test_rare_intents_are_taken_together() -> None:
    shifts, psi, chance = compared([*names(MIX), "x1", "x2"], [*names(MIX), "x3"])
    assert set(shifts) == {*MIX, RARE}
    assert psi < chance


def test_samples_of_one_spread_stay_below_what_chance_allows() -> None:
    draw = random.Random(7)
    above = 0
    for _ in range(300):
        now, before = (draw.choices([*MIX], [*MIX.values()], k=size) for size in (150, 400))
        _, psi, chance = compared(now, before)
        above += psi > chance
    assert above <= 3  # one in a thousand, were it exact


@pytest.mark.parametrize(("freedom", "expected"), [(1, 10.828), (4, 18.467), (10, 29.588), (18, 42.312)])
def test_quantiles_are_those_of_the_tables(freedom: int, expected: float) -> None:
    assert chi_squared(freedom, 1 - ALPHA) == pytest.approx(expected, rel=0.035)


def test_chance_is_that_of_fishers_exact_test() -> None:
    # Fisher's tea: 3 of 4 against 1 of 4; one tail is 17/70.
    assert by_chance(3, 4, 1, 4) == pytest.approx(34 / 70)
    assert by_chance(0, 10, 0, 10) == 1.0
    assert by_chance(30, 1000, 10, 1000) < 0.005 < by_chance(3, 100, 1, 100)


@given(st.integers(1, 80), st.integers(1, 80), st.data())
def test_chance_is_a_probability_and_the_same_both_ways(n: int, m: int, data: st.DataObject) -> None:
    a, b = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    assert 0 < by_chance(a, n, b, m) <= 1
    assert by_chance(a, n, b, m) == pytest.approx(by_chance(b, m, a, n))


@pytest.fixture
def log(tmp_path: Path) -> Iterator[AuditLog]:
    with closing(open_audit(f"sqlite:///{tmp_path / 'audit.db'}")) as opened:
        yield opened


async def played(
    log: AuditLog, end: datetime, intents: list[str], *, corrected: int = 0, guard: str = "price", verdict: str = "fix"
) -> None:
    """Requests of the day before `end`, of which some were corrected."""
    events: list[AuditEvent] = []
    for number, intent in enumerate(intents):
        at = end - DAY + timedelta(seconds=number)
        verdicts = [{"guard": guard, "verdict": verdict}] if number < corrected else []
        for node, payload in (
            ("screen", {"text": "", "customer": ""}),
            ("route", {"intent": intent, "orders": []}),
            ("govern", {"answer": "a", "verdicts": verdicts}),
        ):
            events.append(
                AuditEvent(
                    request_id=f"{end:%d}-{number}",
                    conversation_id="c",
                    node=node,
                    layer="audit",
                    kind="step",
                    at=at,
                    payload=payload,
                )
            )
    await log.append(events)


async def test_a_peak_day_alerts_nobody_by_being_busy(log: AuditLog) -> None:
    await played(log, NOW - WEEK, names(MIX, 2), corrected=10)
    await played(log, NOW, names(MIX, 12), corrected=60)
    found = drift_of(log, NOW - DAY, NOW)
    assert (found.requests, found.requests_before, found.enough) == (1200, 200, True)
    assert found.psi < 0.01
    assert found.corrections["price"].ratio == pytest.approx(1, abs=0.1)
    assert found.alerts == ()


async def test_another_mix_alerts_and_names_what_shifted_most(log: AuditLog) -> None:
    await played(log, NOW - WEEK, names(MIX, 2))
    await played(log, NOW, names({**MIX, "complaint": 60}, 2))
    found = drift_of(log, NOW - DAY, NOW)
    assert found.psi > 0.25 > found.psi_by_chance
    assert next(iter(found.intents)) == "complaint"
    (alert,) = found.alerts
    assert "complaint 5.0 % to 38.7 %" in alert
    assert drift_of(log, NOW - DAY, NOW, psi=found.psi + 0.01).alerts == ()


@pytest.mark.parametrize(("before", "now", "alerts"), [(2, 30, 2), (30, 2, 2), (10, 15, 0), (1, 4, 0), (0, 0, 0)])
async def test_a_guard_that_corrects_more_or_less_alerts(log: AuditLog, before: int, now: int, alerts: int) -> None:
    await played(log, NOW - WEEK, names(MIX, 3), corrected=before)
    await played(log, NOW, names(MIX, 3), corrected=now)
    found = drift_of(log, NOW - DAY, NOW)
    assert len(found.alerts) == alerts
    assert found.corrections[ANY].now.count == now


async def test_what_passes_is_no_correction(log: AuditLog) -> None:
    await played(log, NOW - WEEK, names(MIX, 2))
    await played(log, NOW, names(MIX, 2), corrected=100, verdict="error")
    assert drift_of(log, NOW - DAY, NOW).corrections[ANY].now.count == 0


async def test_of_few_requests_nothing_is_said(log: AuditLog) -> None:
    await played(log, NOW - WEEK, ["a"] * 60)
    await played(log, NOW, ["b"] * 60, corrected=60)
    found = drift_of(log, NOW - DAY, NOW)
    assert (found.enough, found.alerts) == (False, ())
    assert drift_of(log, NOW - 3 * DAY, NOW - 2 * DAY).requests == 0


async def test_a_time_that_cannot_be_compared_is_refused(log: AuditLog) -> None:
    for since, until, before in ((NOW, NOW, None), (NOW - 8 * DAY, NOW, None), (NOW - DAY, NOW, NOW - DAY)):
        with pytest.raises(InvalidInput, match="cannot be compared"):
            drift_of(log, since, until, before=before)


class Streamed:
    """A log of a request a second, none of which is there before it is read."""

    def steps(self, since: datetime, until: datetime, nodes: Collection[str] = ()) -> Iterator[AuditStep]:
        for number in range(int((until - since).total_seconds())):
            for node in ("screen", "route", "govern"):
                payload = {"intent": "order_status"} if node == "route" else {}
                at = since + timedelta(seconds=number)
                yield AuditStep(
                    position=0,
                    request_id=f"{at:%d}-{number}",
                    conversation_id="c",
                    node=node,
                    layer="audit",
                    kind="step",
                    at=at,
                    subject="",
                    payload=payload,
                )


def test_of_the_requests_of_a_day_those_of_an_hour_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[int] = []

    class Counting(RequestReader):
        def taken(self, before: datetime) -> list[RequestFacts]:
            held.append(len(self.requests))
            return super().taken(before)

    monkeypatch.setattr(drift, "RequestReader", Counting)
    found = drift_of(cast(AuditLog, Streamed()), NOW - 3 * HOUR, NOW)
    assert found.requests == found.requests_before == 3 * 3_600
    assert 3_600 <= max(held) <= 4_000
