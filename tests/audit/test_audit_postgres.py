"""The same audit log in a real PostgreSQL: several writers, one chain."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from shopgraph.audit.log import AuditEvent, AuditKeys, AuditLog, Finding, open_audit
from shopgraph.errors import Erased
from tests.audit.first_format import FIRST_FORMAT_TABLE

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


async def test_a_log_of_the_first_format_is_put_aside_and_bound(postgres_database: str) -> None:
    engine = create_engine(postgres_database)
    with engine.begin() as connection:
        for statement in FIRST_FORMAT_TABLE:
            connection.execute(text(statement))
    log = open_audit(postgres_database)
    await log.append([event(1)])
    (first, *_) = log.records()
    assert (first.kind, first.payload) == ("taken_over", {"format": 1, "records": 1, "hash": "b" * 64})
    assert (await log.verify()).records == 2
    log.close()
    with engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit_records_1")).scalar() == 1
    engine.dispose()


async def test_originals_open_and_are_forgotten_by_every_worker(postgres_database: str, tmp_path: Path) -> None:
    def opened() -> AuditLog:
        return open_audit(postgres_database, keys=AuditKeys(tmp_path / "keys", postgres_database))

    one, other = opened(), opened()
    sealed = replace(event(1), subject="customer:1", original={"name": "Anna"})
    await asyncio.gather(one.append([sealed]), other.append([replace(sealed, request_id="req_2")]))
    (record,) = await other.events("req_1")
    assert other.original(record) == {"name": "Anna"}
    assert await one.forget("customer:1", at=sealed.at, by="dpo") == 1
    with pytest.raises(Erased):
        other.original(record)
    assert (await one.verify(head=await other.checkpoint(sealed.at))).intact
    one.close()
    other.close()
