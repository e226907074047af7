"""Group commit: many callers, few transactions, and each caller's events as if it were alone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.audit.log import AuditEvent, AuditLog, open_audit
from shopgraph.audit.records import hash_of
from shopgraph.errors import ConnectorFault, InvalidInput

EVENT = AuditEvent(
    request_id="req_1",
    conversation_id="conv_1",
    node="route",
    layer="routing",
    kind="step",
    at=datetime(2026, 6, 1, 12, tzinfo=UTC),
    payload={"text": "größer"},
)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[AuditLog]:
    opened = open_audit(f"sqlite:///{tmp_path / 'audit.db'}")
    yield opened
    opened.close()


def held(log: AuditLog) -> tuple[threading.Event, threading.Event, list[int]]:
    """Let the writer wait before each group until it is told to go on; whether it began, how many each group had."""
    begun, go, sizes, write = threading.Event(), threading.Event(), list[int](), log._writer._write

    def holding(group: list[Any]) -> None:
        sizes.append(len(group))
        begun.set()
        assert go.wait(10)
        write(group)

    log._writer._write = holding
    return begun, go, sizes


async def test_what_comes_while_a_group_is_written_is_one_group(log: AuditLog) -> None:
    begun, go, sizes = held(log)
    first = asyncio.create_task(log.append([EVENT]))
    await asyncio.to_thread(begun.wait, 10)
    others = [asyncio.create_task(log.append([replace(EVENT, request_id=f"req_{n}")] * 3)) for n in range(2, 22)]
    await asyncio.sleep(0)
    assert not any(task.done() for task in (first, *others))
    go.set()
    heads = await asyncio.gather(first, *others)
    assert sizes == [1, 20]
    assert [head.records for head in heads] == [1, *range(4, 62, 3)]
    for number in (2, 11, 21):
        assert [each.position for each in await log.events(f"req_{number}")] == [3 * number - 4 + n for n in range(3)]
    assert (await log.verify()).records == 61


async def test_an_event_that_cannot_be_written_fails_alone(log: AuditLog) -> None:
    _, go, sizes = held(log)
    tasks = [
        asyncio.create_task(log.append([replace(EVENT, request_id=name, payload={"value": value})]))
        for name, value in (("req_a", 1), ("req_b", object()), ("req_c", 3))
    ]
    await asyncio.sleep(0)
    go.set()
    good, bad, also_good = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(bad, InvalidInput)
    assert not isinstance(good, BaseException)
    assert not isinstance(also_good, BaseException)
    assert [record.request_id for record in log.records()] == ["req_a", "req_c"]
    assert (await log.verify()).intact
    assert sum(sizes) == 3


async def test_what_is_no_text_is_refused_and_what_is_half_a_character_is_escaped(log: AuditLog) -> None:
    with pytest.raises(InvalidInput, match="no text"):
        await log.append([replace(EVENT, request_id="req_\ud83d")])
    await log.append([replace(EVENT, payload={"text": "\ud83d"})])
    assert (await log.events("req_1"))[0].payload == {"text": "\ud83d"}
    assert (await log.verify()).intact


async def test_a_caller_that_leaves_is_on_the_record_all_the_same(log: AuditLog) -> None:
    _, go, _ = held(log)
    leaving = asyncio.create_task(log.append([EVENT]))
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    go.set()
    assert (await log.append([EVENT])).records == 2


async def test_a_database_that_fails_fails_every_caller_and_the_next_group_is_written(log: AuditLog) -> None:
    write, failures = log._database.write_now, [ConnectorFault("the disk is full")] * 3

    def failing(work: Any, **options: Any) -> Any:
        if failures:
            raise failures.pop()
        return write(work, **options)

    log._database.write_now = failing  # type: ignore[method-assign]
    found = await asyncio.gather(log.append([EVENT]), log.append([EVENT]), return_exceptions=True)
    assert [type(each) for each in found] == [ConnectorFault] * 2
    failures.clear()
    assert (await log.append([EVENT])).records == 1


def test_callers_of_several_event_loops_are_all_woken(log: AuditLog) -> None:
    heads: list[int] = []

    def alone() -> None:
        heads.append(asyncio.run(log.append([EVENT])).records)

    threads = [threading.Thread(target=alone) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(heads) == [1, 2, 3, 4, 5, 6]


async def test_a_closed_log_takes_nothing(log: AuditLog) -> None:
    log.close()
    with pytest.raises(ConnectorFault, match="closed"):
        await log.append([EVENT])


_TEXTS = st.lists(st.text(max_size=6), min_size=10, max_size=10)


@given(_TEXTS, _TEXTS, st.none() | st.binary(max_size=6), st.none() | st.binary(max_size=6))
def test_two_records_have_one_hash_only_when_they_are_one(
    one: list[str], other: list[str], sealed: bytes | None, other_sealed: bytes | None
) -> None:
    def columns(texts: list[str], blob: bytes | None) -> list[object]:
        return [7, *texts[:9], blob, texts[9]]

    same = (one, sealed) == (other, other_sealed)
    assert (hash_of(columns(one, sealed)) == hash_of(columns(other, other_sealed))) is same


@given(_TEXTS, st.integers(0, 8), st.integers(0, 6))
def test_what_moves_over_into_the_next_column_is_another_record(texts: list[str], place: int, size: int) -> None:
    moved = [*texts]
    moved[place], moved[place + 1] = texts[place][:size], texts[place][size:] + texts[place + 1]
    if moved != texts:
        one, other = ([7, *each[:9], None, each[9]] for each in (texts, moved))
        assert hash_of(one) != hash_of(other)


@pytest.mark.parametrize("place", range(12))
def test_a_value_of_another_type_is_another_record(place: int) -> None:
    good: list[Any] = [7, *"abcdefghi", b"x", "k"]
    for other in (b"a", 1.5, ["a"]):
        bad = [*good]
        bad[place] = other if bad[place] != other else "x"
        if type(bad[place]) is not type(good[place]):
            assert hash_of(bad) != hash_of(good)
