"""The shop's clock. Nothing that business depends on reads the wall clock directly."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from shopgraph.errors import InvalidInput

BEGINNING = datetime(1970, 1, 2, tzinfo=UTC)
"""Before any log; a second to either side of it is still a time."""
_AGO = re.compile(r"(\d{1,5})(m|h|d|w)")
_UNIT = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Clock(Protocol):
    """Tells the shop's time, always aware UTC."""

    def now(self) -> datetime:
        """The shop's present instant."""
        ...


@dataclass(frozen=True)
class FixedClock:
    """Stands still at one instant: demos, tests and replays."""

    instant: datetime

    def now(self) -> datetime:
        """The one instant."""
        return self.instant


@dataclass(frozen=True)
class RunningClock:
    """Runs with the wall clock, shifted by a fixed offset (zero for a live shop)."""

    offset: timedelta = timedelta()

    def now(self) -> datetime:
        """Wall-clock UTC plus the offset."""
        return datetime.now(UTC) + self.offset

    @classmethod
    def starting_at(cls, instant: datetime) -> RunningClock:
        """A clock that shows `instant` now and runs on from there."""
        return cls(instant - datetime.now(UTC))


def parse_instant(text: str) -> datetime:
    """Read an ISO 8601 instant as aware UTC.

    Raises:
        InvalidInput: the text is no instant, or says no time zone.
    """
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"{text!r} is not an instant.", remedy="Write it as 2026-06-01T12:00:00Z.") from None
    if value.tzinfo is None:
        raise InvalidInput(f"{text!r} has no time zone.", remedy="End it with Z or an offset such as +02:00.")
    return value.astimezone(UTC)


def parse_since(text: str, now: datetime) -> datetime:
    """A point in time: so long before now (`24h`, `7d`), a day (`2026-06-01`, in UTC), or an instant.

    Raises:
        InvalidInput: it is none of these, or lies before all logs.
    """
    found = _AGO.fullmatch(text.strip())
    try:
        if found:
            since = now - timedelta(**{_UNIT[found[2]]: int(found[1])})
        else:
            since = parse_instant(f"{text.strip()}T00:00:00Z" if _DAY.fullmatch(text.strip()) else text.strip())
    except (InvalidInput, OverflowError):
        raise InvalidInput(
            f"{text!r} is no time.", remedy="Write 24h, 7d, 2026-06-01 or 2026-06-01T12:00:00Z."
        ) from None
    return max(since, BEGINNING)


def stopwatch() -> float:
    """Monotonic seconds, for durations only (never an instant)."""
    return time.perf_counter()
