"""The same audit log in a real PostgreSQL: several writers, one chain."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, text

from shopgraph.audit.log import AuditEvent, Finding, open_audit

pytestmark = pytest.mark.postgres


def event(number: int) -> AuditEvent:
    at = datetime(2026, 6, 1, 12, 0, number, tzinfo=UTC)
    payload = {"number": number}
    return AuditEvent(
        request_id="req_1", conversation_id="c", node="act", layer="engine", kind="step", at=at, payload={**payload}
    )


async def test_parallel_writers_make_one_chain_and_a_change_is_found(postgres_database: str) -> None:
    one, other = open_audit(postgres_database), open_audit(postgres_database)
    await asyncio.gather(*((one if number % 2 else other).append([event(number)] * 2) for number in range(20)))
    assert await one.head() == await other.head()
    report = await one.verify()
    assert (report.intact, report.records) == (True, 40)
    assert len(await one.events("req_1")) == 40
    engine = create_engine(postgres_database)
    with engine.begin() as connection:
        connection.execute(text("UPDATE audit_records SET node = 'say' WHERE position = 17"))
    engine.dispose()
    bad = (await other.verify()).first_bad
    assert bad is not None
    assert (bad.position, bad.finding) == (17, Finding.CHANGED)
    one.close()
    other.close()
