"""The shop's clock. Nothing that business depends on reads the wall clock directly."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from shopgraph.errors import InvalidInput


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


def stopwatch() -> float:
    """Monotonic seconds, for durations only (never an instant)."""
    return time.perf_counter()
