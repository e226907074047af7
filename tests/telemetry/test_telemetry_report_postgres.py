"""The same report out of a real PostgreSQL, whatever order its language sorts texts in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shopgraph.audit.log import AuditEvent, open_audit
from shopgraph.telemetry.report.reading import report_of

pytestmark = pytest.mark.postgres
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


async def test_a_log_is_read_from_a_time_on(postgres_database: str) -> None:
    log = open_audit(postgres_database)
    for number, at in enumerate((NOON - timedelta(microseconds=1), NOON, NOON + timedelta(microseconds=1))):
        steps: list[tuple[str, dict[str, object]]] = [
            ("screen", {"layers": {"governance": [4.0, 1, 2.0]}, "channel": "web"}),
            ("route", {"layers": {"routing": [6.0, 1, 3.0]}, "intent": "order_status", "tier": "workflow"}),
            ("govern", {"layers": {}}),
        ]
        await log.append(
            [
                AuditEvent(
                    request_id=f"r{number}",
                    conversation_id="c",
                    node=node,
                    layer="routing",
                    kind="step",
                    at=at,
                    payload=payload,
                )
                for node, payload in steps
            ]
        )
    assert (report_of(log).requests, report_of(log, since=NOON).requests) == (3, 2)
    report = report_of(log, since=NOON)
    assert (report.latency.max_ms, report.intents[0].requests, report.layers[0].share) == (10.0, 2, 0.6)
    log.close()
