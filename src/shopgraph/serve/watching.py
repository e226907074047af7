"""Drift as gauges: looked at from time to time beside a server, in a thread, out of every request."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from shopgraph.audit.drift import Drift, drift_of
from shopgraph.audit.log import AuditLog
from shopgraph.clock import Clock
from shopgraph.telemetry import metrics

logger = logging.getLogger(__name__)
EVERY, SPAN = timedelta(hours=1), timedelta(days=1)


async def watch_drift(
    log: AuditLog,
    clock: Clock,
    *,
    every: timedelta = EVERY,
    span: timedelta = SPAN,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> None:
    """Compare the last `span` with the same a week before, tell the metrics, and again, until it is canceled.

    A host starts it as a task. A look that fails is logged and changes no gauge.
    """
    while True:
        try:
            tell(await asyncio.to_thread(_look, log, clock, span))
        except Exception:
            logger.exception("drift could not be looked at")
        await sleep(every.total_seconds())


def tell(found: Drift) -> None:
    """Set the gauges; where there was too little to compare, none."""
    if found.enough:
        ratios = {guard: each.ratio for guard, each in found.corrections.items()}
        metrics.drift(psi=found.psi, ratios=ratios, alerts=len(found.alerts))


def _look(log: AuditLog, clock: Clock, span: timedelta) -> Drift:
    now = clock.now()
    return drift_of(log, now - span, now)
