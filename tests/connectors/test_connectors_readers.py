"""Connections kept for short reads: each read sees one state, a failed one leaves nothing behind."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
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


def test_nothing_is_written_by_a_read(database: Database) -> None:
    database.read_now(lambda db: db.execute(text("insert into things values ('z')")))
    assert database.read_now(count) == 0
