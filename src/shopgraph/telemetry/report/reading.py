"""From a log to a report."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from shopgraph.audit.drift import WEEK, drift_of
from shopgraph.audit.quality import quality_of
from shopgraph.clock import BEGINNING
from shopgraph.telemetry.report.collect import Collector
from shopgraph.telemetry.report.summary import shifted, summed
from shopgraph.telemetry.report.values import Report

if TYPE_CHECKING:
    from shopgraph.audit.log import AuditLog

END = datetime(9999, 12, 30, tzinfo=UTC)


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
