"""Local times by a zone's own clocks: hours that are skipped, and hours that come twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shopgraph.guards.calendars.times import first_instant


@pytest.mark.parametrize(
    ("zone", "local", "instant"),
    [
        ("America/New_York", "2026-06-01T00:00", "2026-06-01T04:00"),
        ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:00"),  # skipped: 02:00 became 03:00
        ("America/New_York", "2026-03-08T03:00", "2026-03-08T07:00"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30"),  # shown twice: the first one
        ("America/New_York", "2026-11-01T02:00", "2026-11-01T07:00"),
        ("Europe/London", "2026-03-29T01:00", "2026-03-29T01:00"),
        ("Africa/Cairo", "2026-04-24T00:00", "2026-04-23T22:00"),  # its midnight is skipped
        ("America/Santiago", "2026-09-06T00:00", "2026-09-06T04:00"),  # so is this one
        ("America/Santiago", "2026-04-05T00:00", "2026-04-05T04:00"),  # the hour before it is shown twice
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30"),  # half an hour is skipped
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00"),  # a whole day was skipped
    ],
)
def test_local_times_are_read_by_the_zones_own_clocks(zone: str, local: str, instant: str) -> None:
    expected = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert first_instant(datetime.fromisoformat(local), ZoneInfo(zone)) == expected


ZONES = st.sampled_from(
    [
        "UTC",
        "America/New_York",
        "America/Santiago",
        "Africa/Cairo",
        "Asia/Kolkata",
        "Australia/Lord_Howe",
        "Europe/Paris",
    ]
)
LOCAL = st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 12, 31))  # noqa: DTZ001 - local


@given(zone=ZONES, local=LOCAL, later=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=2)))
@example(zone="America/New_York", local=datetime(2026, 3, 8, 2, 30, 0, 7), later=timedelta(minutes=10))  # noqa: DTZ001
@example(zone="America/New_York", local=datetime(2026, 11, 1, 0, 30), later=timedelta(hours=1))  # noqa: DTZ001
def test_a_local_time_is_the_first_instant_that_shows_it(zone: str, local: datetime, later: timedelta) -> None:
    def shown(instant: datetime) -> datetime:
        return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)

    found = first_instant(local, ZoneInfo(zone))
    assert shown(found) >= local
    assert shown(found - timedelta(seconds=1)) < local
    assert found <= first_instant(local + later, ZoneInfo(zone)), "what is later here is never earlier there"
