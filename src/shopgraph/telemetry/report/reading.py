"""From a log to a report."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from shopgraph.audit.drift import WEEK, drift_of
from shopgraph.audit.quality import quality_of
from shopgraph.clock import parse_instant
from shopgraph.errors import InvalidInput
from shopgraph.telemetry.report.collect import Collector
from shopgraph.telemetry.report.summary import shifted, summed
from shopgraph.telemetry.report.values import Report

if TYPE_CHECKING:
    from shopgraph.audit.log import AuditLog

BEGINNING = datetime(1970, 1, 2, tzinfo=UTC)
"""Before any log; a second to either side of it is still a time."""
END = datetime(9999, 12, 30, tzinfo=UTC)
_AGO = re.compile(r"(\d{1,5})(m|h|d|w)")
_UNIT = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


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
            f"{text!r} is no time to begin at.", remedy="Write 24h, 7d, 2026-06-01 or 2026-06-01T12:00:00Z."
        ) from None
    return max(since, BEGINNING)


def collected(log: AuditLog, since: datetime | None = None) -> Collector:
    """Everything that a log tells from some time on; None: from its beginning."""
    collector = Collector()
    follow(log, collector, since)
    return collector


def follow(log: AuditLog, collector: Collector, since: datetime | None = None) -> None:
    """Take what has come to the log behind what the collector has."""
    collector.take(log.steps(since or BEGINNING, END, after=collector.position))


def report_of(log: AuditLog, *, shop: str = "", since: datetime | None = None, quality: bool = True) -> Report:
    """Read a log and say what it tells of its requests; in this thread.

    Args:
        shop: its name.
        since: from when on; None: from the beginning.
        quality: whether to look at what is known only some time after an answer, and at what moved against the week
            before. That remembers every request of the time.
    """
    collector = collected(log, since)
    if not quality or collector.first_at is None or collector.last_at is None:
        return summed(collector, shop=shop, since=since)
    begin = since or collector.first_at
    end = max(begin, collector.last_at) + timedelta(seconds=1)
    drift = shifted(drift_of(log, begin, end)) if end - begin <= WEEK else None
    return summed(collector, shop=shop, since=since, quality=quality_of(log, begin, end), drift=drift)
