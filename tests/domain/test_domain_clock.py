"""The shop's clock is aware, and reads only what names its zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.clock import FixedClock, RunningClock, parse_instant, stopwatch
from shopgraph.errors import InvalidInput

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_a_fixed_clock_stands_still() -> None:
    clock = FixedClock(NOON)
    assert clock.now() == clock.now() == NOON


def test_a_running_clock_runs_from_its_instant() -> None:
    clock = RunningClock.starting_at(NOON)
    first = clock.now()
    assert NOON <= first <= clock.now() < NOON + timedelta(minutes=1)
    assert first.tzinfo is UTC


def test_a_live_clock_is_the_wall_clock() -> None:
    before = datetime.now(UTC)
    assert before <= RunningClock().now() <= datetime.now(UTC)


@pytest.mark.parametrize(
    "text", ["2026-06-01T12:00:00Z", "2026-06-01T12:00:00+00:00", "2026-06-01T14:00:00+02:00", "2026-06-01T07:00-05:00"]
)
def test_an_instant_is_read_as_utc(text: str) -> None:
    assert parse_instant(text) == NOON
    assert parse_instant(text).tzinfo is UTC


@given(st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2100, 1, 1)), st.integers(-14 * 4, 14 * 4))  # noqa: DTZ001
def test_any_instant_survives_writing_and_reading(moment: datetime, quarters: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=15 * quarters)))
    assert parse_instant(aware.isoformat()) == aware


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01T00:00:00Z", "12:00"])
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="is not an instant"):
        parse_instant(text)


@pytest.mark.parametrize("text", ["2026-06-01T12:00:00", "2026-06-01"])
def test_an_instant_without_a_zone_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="time zone"):
        parse_instant(text)


def test_a_stopwatch_never_runs_backwards() -> None:
    assert stopwatch() <= stopwatch()
