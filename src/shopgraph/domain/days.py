"""Days as a region's own clocks show them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


def local_day(at: datetime, timezone: str) -> date:
    """The day that it is there at that instant; `timezone` is an IANA name."""
    return at.astimezone(ZoneInfo(timezone)).date()


def last_day(until: datetime, timezone: str) -> date:
    """The last day there on which something holds that is over from the instant `until` on."""
    return local_day(until.astimezone(UTC) - timedelta(microseconds=1), timezone)
