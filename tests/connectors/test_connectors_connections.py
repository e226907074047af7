"""Connections kept for short work: a read sees one state, what failed leaves nothing behind."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from shopgraph.connectors.embedded.database import Database
from shopgraph.errors import ConnectorFault

COUNT = text("select count(*) from things")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'a.db'}")
    made.write_now(lambda db: db.execute(text("create table things (name text)")))
    yield made
    made.close()


def count(db: Connection) -> int:
    return int(db.execute(COUNT).scalar_one())


def add(path: Path) -> None:
    """As another process would."""
    with sqlite3.connect(path) as other:
        other.execute("insert into things values ('x')")
    other.close()


def test_a_read_sees_what_was_written_since_the_last(database: Database, tmp_path: Path) -> None:
    assert database.read_now(count) == 0
    add(tmp_path / "a.db")
    assert database.read_now(count) == 1
    database.write_now(lambda db: db.execute(text("insert into things values ('y')")))
    assert database.read_now(count) == 2


def test_one_read_sees_one_state(database: Database) -> None:
    database.write_now(lambda db: db.execute(text("pragma user_version")))

    def twice(db: Connection) -> tuple[int, int, int]:
        first = count(db)
        inner = database.read_now(count)  # a read within a read has a connection of its own
        return first, inner, count(db)

    assert database.read_now(twice) == (0, 0, 0)


def test_a_failed_read_holds_no_lock_and_the_next_goes_on(database: Database, tmp_path: Path) -> None:
    def fail(db: Connection) -> None:
        db.execute(COUNT)
        raise ValueError("no")

    for _ in range(3):
        with pytest.raises(ValueError, match="no"):
            database.read_now(fail)
        with pytest.raises(ConnectorFault):
            database.read_now(lambda db: db.execute(text("select * from nothing")))
    add(tmp_path / "a.db")
    assert database.read_now(count) == 1


def write(db: Connection) -> None:
    db.execute(text("insert into things values ('z')"))


def test_nothing_is_written_by_a_read(database: Database) -> None:
    with pytest.raises(ConnectorFault, match="readonly"):
        database.read_now(write)
    with pytest.raises(ConnectorFault, match="readonly"):
        asyncio.run(database.look(write))
    assert database.read_now(count) == 0


def test_a_look_sees_what_was_written_and_holds_no_lock_when_it_fails(database: Database, tmp_path: Path) -> None:
    for there in range(3):
        assert asyncio.run(database.look(count)) == there
        with pytest.raises(ConnectorFault):
            asyncio.run(database.look(lambda db: db.execute(text("select * from nothing"))))
        add(tmp_path / "a.db")


def test_a_write_that_fails_leaves_nothing_and_the_next_goes_on(database: Database) -> None:
    def fail(db: Connection) -> None:
        write(db)
        raise ValueError("no")

    for _ in range(3):
        with pytest.raises(ValueError, match="no"):
            database.write_now(fail)
        with pytest.raises(ConnectorFault):
            database.write_now(lambda db: db.execute(text("insert into nothing values (1)")))
    assert database.read_now(count) == 0
    database.write_now(write)
    assert database.read_now(count) == 1


async def test_a_part_that_fails_leaves_the_rest_of_its_transaction(database: Database) -> None:
    def fail(db: Connection) -> None:
        write(db)
        raise ValueError("no")

    async with database.transaction():
        await database.write(write)
        with pytest.raises(ValueError, match="no"):
            await database.write(fail)
        await database.write(write)
        assert await database.look(count) == 2  # inside the transaction, not beside it
    assert database.read_now(count) == 2


def test_a_commit_waits_for_readers_where_there_is_no_write_ahead_log(database: Database, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("begin")
    other.execute("select * from things").fetchall()
    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(database.write_now, write)
        with pytest.raises(TimeoutError):
            written.result(0.05)
        other.execute("rollback")
        written.result(10)
    other.close()
    assert database.read_now(count) == 1


async def test_what_need_not_be_on_disk_is_committed_without_waiting_for_it(seeded_url: str) -> None:
    database = Database(seeded_url)
    sqlite = database.is_sqlite
    asked = text("PRAGMA synchronous" if sqlite else "SHOW synchronous_commit")

    def told(db: Connection) -> object:
        found: object = db.execute(asked).scalar_one()
        return found

    on_disk, hasty = (2, 1) if sqlite else ("on", "off")
    for _ in range(2):
        assert await database.put(told, on_disk=False) == hasty
        assert await database.write(told) == on_disk
    async with database.transaction():
        assert await database.put(told, on_disk=False) == on_disk
    database.close()
