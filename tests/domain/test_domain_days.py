"""Days as a region's own clocks show them, over every region of the demo."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.connectors.demo.markets import MARKETS
from shopgraph.domain.days import last_day, local_day

ZONES = sorted({market.region.timezone for market in MARKETS})
TICK = timedelta(microseconds=1)
zones = st.sampled_from(ZONES)
instants = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(zone=zones, day=st.dates(date(2020, 1, 1), date(2035, 1, 1)))
def test_what_ends_at_a_regions_midnight_holds_until_the_day_before(zone: str, day: date) -> None:
    midnight = datetime.combine(day, time(), ZoneInfo(zone))
    for until in (midnight, midnight.astimezone(UTC)):
        assert last_day(until, zone) == day - timedelta(days=1)
        assert local_day(until, zone) == day


@given(zone=zones, until=instants)
def test_the_last_day_is_that_of_the_last_moment(zone: str, until: datetime) -> None:
    last = last_day(until, zone)
    assert last == local_day(until - TICK, zone)
    assert local_day(until, zone) - last in (timedelta(0), timedelta(days=1))
    # In whatever zone the instant is written.
    assert all(last_day(until.astimezone(ZoneInfo(other)), zone) == last for other in ZONES)


@pytest.mark.parametrize(
    ("zone", "day"), [("America/New_York", 14), ("America/Los_Angeles", 14), ("Asia/Tokyo", 15), ("UTC", 15)]
)
def test_one_instant_ends_another_day_elsewhere(zone: str, day: int) -> None:
    assert last_day(datetime(2026, 6, 15, 4, tzinfo=UTC), zone) == date(2026, 6, day)
