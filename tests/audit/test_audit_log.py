"""The audit log: what was written stays as it was written, or the first bad record is named."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from shopgraph.audit.log import AuditEvent, AuditLog, BadRecord, Finding, open_audit
from shopgraph.errors import ConfigurationError, DamagedShop, InvalidInput

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


def event(number: int, **payload: object) -> AuditEvent:
    return AuditEvent(
        request_id=f"req_{number // 4}",
        conversation_id="conv_1",
        node="route",
        layer="routing",
        kind="step",
        at=AT + timedelta(seconds=number),
        payload=payload or {"number": number, "text": "größer ✓"},
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "audit.db"


@pytest.fixture
def log(file: Path) -> Iterator[AuditLog]:
    opened = open_audit(f"sqlite:///{file}")
    yield opened
    opened.close()


def tamper(file: Path, *statements: str) -> None:
    with sqlite3.connect(file) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


async def first_bad(log: AuditLog) -> BadRecord:
    report = await log.verify()
    assert not report.intact
    assert report.first_bad is not None
    assert report.head.records == report.first_bad.position - 1
    return report.first_bad


async def test_an_empty_log_is_intact(log: AuditLog) -> None:
    report = await log.verify()
    assert (report.intact, report.records) == (True, 0)
    assert await log.append([]) == report.head


async def test_what_was_appended_is_read_back_in_order_and_verifies(log: AuditLog) -> None:
    head = await log.append([event(number) for number in range(8)])
    assert head.records == 8
    records = await log.events("req_1")
    assert [record.position for record in records] == [5, 6, 7, 8]
    assert records[0].payload == {"number": 4, "text": "größer ✓"}
    assert records[0].at == AT + timedelta(seconds=4)
    assert records[1].previous == records[0].hash
    report = await log.verify(head=head)
    assert (report.intact, report.records, report.head) == (True, 8, head)
    assert await log.events("req_9") == ()


async def test_the_chain_goes_on_in_a_new_process_and_is_durable(log: AuditLog, file: Path) -> None:
    await log.append([event(0)])
    other = open_audit(f"sqlite:///{file}")
    await other.append([event(1)])
    other.close()
    await log.append([event(2)])
    assert (await log.verify()).records == 3
    assert (await log.verify()).intact
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


async def test_parallel_writers_make_one_chain(log: AuditLog, file: Path) -> None:
    other = open_audit(f"sqlite:///{file}")
    await asyncio.gather(
        *((log if number % 2 else other).append([event(number), event(number)]) for number in range(20))
    )
    other.close()
    report = await log.verify()
    assert (report.intact, report.records) == (True, 40)


async def test_a_batch_with_a_bad_event_writes_nothing(log: AuditLog) -> None:
    await log.append([event(0)])
    with pytest.raises(InvalidInput, match="route recorded is no JSON"):
        await log.append([event(1), event(2, rate=object())])
    report = await log.verify()
    assert (report.intact, report.records) == (True, 1)


async def test_what_is_no_number_in_json_is_null(log: AuditLog) -> None:
    await log.append([event(0, rate=float("nan"))])
    assert (await log.events("req_0"))[0].payload == {"rate": None}


async def test_what_one_node_recorded_is_read_back_over_all_requests(log: AuditLog) -> None:
    gates = [replace(event(number), node="gate") for number in (1, 9)]
    await log.append([event(0), gates[0], event(2), gates[1]])
    assert [(record.position, record.request_id) for record in await log.of_node("gate")] == [
        (2, "req_0"),
        (4, "req_2"),
    ]
    assert await log.of_node("act") == ()


async def test_an_original_is_refused_by_a_log_without_keys(log: AuditLog) -> None:
    with pytest.raises(InvalidInput, match="keys"):
        await log.append([replace(event(0), subject="customer:1", original={"email": "anna@example.com"})])
    assert (await log.verify()).records == 0


CHANGES = {
    "request_id": "'req_x'",
    "conversation_id": "'conv_2'",
    "node": "'act'",
    "layer": "'engine'",
    "kind": "'error'",
    "at": "'2026-06-01T12:00:05.000001+00:00'",
    "subject": "'sub_x'",
    "payload": "'{}'",
    "key_id": "'sub_x/2026-06'",
    "sealed": "x'00'",
    "previous": "'0000'",
    "hash": "'0000'",
}


@pytest.mark.parametrize("column", CHANGES)
async def test_a_changed_column_is_found(log: AuditLog, file: Path, column: str) -> None:
    await log.append([event(number) for number in range(10)])
    tamper(file, f"UPDATE audit_records SET {column} = {CHANGES[column]} WHERE position = 6")
    bad = await first_bad(log)
    assert (bad.position, bad.finding) == (6, Finding.CHANGED)


async def test_a_dropped_record_is_missed(log: AuditLog, file: Path) -> None:
    await log.append([event(number) for number in range(10)])
    tamper(file, "DELETE FROM audit_records WHERE position = 4")
    assert await first_bad(log) == BadRecord(position=4, finding=Finding.MISSING)


async def test_a_dropped_record_is_missed_when_the_others_close_ranks(log: AuditLog, file: Path) -> None:
    await log.append([event(number) for number in range(10)])
    tamper(
        file,
        "DELETE FROM audit_records WHERE position = 4",
        "UPDATE audit_records SET position = position - 1 WHERE position > 4",
    )
    assert (await first_bad(log)).position == 4


async def test_swapped_records_are_found(log: AuditLog, file: Path) -> None:
    await log.append([event(number) for number in range(10)])
    tamper(
        file,
        "UPDATE audit_records SET position = -1 WHERE position = 3",
        "UPDATE audit_records SET position = 3 WHERE position = 7",
        "UPDATE audit_records SET position = 7 WHERE position = -1",
    )
    assert (await first_bad(log)).position == 3


async def test_an_inserted_record_is_found(log: AuditLog, file: Path) -> None:
    await log.append([event(number) for number in range(5)])
    tamper(
        file,
        "INSERT INTO audit_records SELECT 0, request_id, conversation_id, node, layer, kind, at, subject, payload,"
        " key_id, sealed, previous, hash FROM audit_records WHERE position = 2",
    )
    report = await log.verify()
    assert report.first_bad is not None
    assert report.first_bad.position == 0


async def test_a_record_with_a_hash_of_its_own_does_not_link(log: AuditLog, file: Path, tmp_path: Path) -> None:
    """A forger who knows the recipe makes a record that is right in itself: its neighbors give it away."""
    await log.append([event(number) for number in range(5)])
    forge = open_audit(f"sqlite:///{tmp_path / 'forge.db'}")
    await forge.append([event(number, lie=True) for number in range(5)])
    forge.close()
    with sqlite3.connect(tmp_path / "forge.db") as source:
        forged = source.execute("SELECT * FROM audit_records WHERE position = 3").fetchone()
    source.close()
    with sqlite3.connect(file) as connection:
        connection.execute("DELETE FROM audit_records WHERE position = 3")
        connection.execute("INSERT INTO audit_records VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", forged)
    connection.close()
    bad = await first_bad(log)
    assert (bad.position, bad.finding) == (3, Finding.UNLINKED)


async def test_a_cut_tail_is_found_against_a_kept_head(log: AuditLog, file: Path) -> None:
    head = await log.append([event(number) for number in range(10)])
    tamper(file, "DELETE FROM audit_records WHERE position > 7")
    assert (await log.verify()).intact
    report = await log.verify(head=head)
    assert report.first_bad == BadRecord(position=8, finding=Finding.MISSING)


async def test_a_rewritten_log_is_found_against_a_kept_head(log: AuditLog, tmp_path: Path) -> None:
    await log.append([event(number) for number in range(10)])
    other = open_audit(f"sqlite:///{tmp_path / 'other.db'}")
    head = await other.append([event(number, other=True) for number in range(6)])
    other.close()
    report = await log.verify(head=head)
    assert report.first_bad is not None
    assert (report.first_bad.position, report.first_bad.finding) == (6, Finding.UNLINKED)


async def test_times_are_kept_in_utc(log: AuditLog) -> None:
    local = replace(event(0), at=datetime(2026, 6, 1, 14, tzinfo=timezone(timedelta(hours=2))))
    await log.append([local])
    assert (await log.events("req_0"))[0].at.isoformat() == "2026-06-01T12:00:00+00:00"


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "audit.db"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(DamagedShop, match=r"audit\.db"):
        open_audit(f"sqlite:///{path}")
    assert path.read_bytes() == b"not a database at all" * 100


def test_a_log_in_memory_is_refused() -> None:
    with pytest.raises(ConfigurationError):
        open_audit("sqlite://")


def test_there_is_no_way_to_change_a_record() -> None:
    public: list[Callable[..., object]] = [
        value for name, value in vars(AuditLog).items() if not name.startswith("_") and callable(value)
    ]
    assert sorted(method.__name__ for method in public) == [
        "append",
        "checkpoint",
        "close",
        "conversations_of",
        "events",
        "expect",
        "forget",
        "head",
        "of_conversation",
        "of_node",
        "original",
        "pseudonym",
        "records",
        "steps",
        "verify",
        "version",
    ]
