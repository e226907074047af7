"""PostgreSQL's kept connections: read over in no transaction, and replaced where the server closed them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import LiteralString

import psycopg
import pytest
from sqlalchemy import Connection, column, insert, literal, select, table, text

from shopgraph.connectors.embedded.database import Database
from shopgraph.connectors.embedded.statements import changes, rows
from shopgraph.errors import Conflict, ConnectorFault, InvalidInput

NAMES = table("names", column("name"))
OTHERS = text(
    "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = :name"
)
PID = text("select pg_backend_pid()")
STATE = "select state from pg_stat_activity where pid = %s"


@pytest.fixture
def database(postgres_database: str) -> Iterator[Database]:
    made = Database(postgres_database)
    made.write_now(lambda db: db.execute(text("create table names (name text primary key)")))
    yield made
    made.close()


def elsewhere(database: Database, sql: LiteralString, *contents: object) -> list[object]:
    """What a statement finds over a connection of its own."""
    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as other:
        return [row[0] for row in other.execute(sql, contents)]


def names(db: Connection) -> list[str]:
    return sorted(row[0] for row in rows(db, select(NAMES.c.name), {}))


def add(db: Connection, name: str) -> int:
    return changes(db, insert(NAMES).values(name=name), {})


def test_reads_share_a_connection_and_hold_no_transaction_open(database: Database) -> None:
    pids = {database.read_now(lambda db: db.execute(PID).scalar_one()) for _ in range(3)}
    assert len(pids) == 1
    states = elsewhere(database, STATE, *pids)
    assert states == ["idle"]  # not "idle in transaction", which keeps the server from cleaning up


async def test_what_the_server_closed_is_opened_again(database: Database, postgres_database: str) -> None:
    database.write_now(lambda db: add(db, "a"))
    await asyncio.gather(*[database.read(names) for _ in range(3)])
    other = Database(postgres_database)
    try:
        other.write_now(lambda db: db.execute(OTHERS, {"name": database.url.database}))
    finally:
        other.close()
    assert await database.read(names) == ["a"]
    await database.write(lambda db: add(db, "b"))
    assert await asyncio.gather(*[database.look(names) for _ in range(3)]) == [["a", "b"]] * 3


def test_a_read_that_fails_leaves_its_connection_of_use(database: Database) -> None:
    before = database.read_now(lambda db: db.execute(PID).scalar_one())
    with pytest.raises(ConnectorFault):
        database.read_now(lambda db: rows(db, select(column("nothing")).select_from(NAMES), {}))
    with pytest.raises(InvalidInput):
        database.read_now(lambda db: rows(db, select(literal("a\0b")), {}))
    assert database.read_now(lambda db: db.execute(PID).scalar_one()) == before
    assert database.read_now(names) == []


async def test_a_part_that_fails_leaves_the_rest_of_its_transaction(database: Database) -> None:
    async with database.transaction():
        await database.write(lambda db: add(db, "a"))
        with pytest.raises(Conflict):
            await database.write(lambda db: (add(db, "b"), add(db, "a")))
        await database.write(lambda db: add(db, "c"))
    assert database.read_now(names) == ["a", "c"]


def test_what_is_planned_while_a_table_is_empty_goes_by_its_index(database: Database) -> None:
    plan = text("explain select name from names where name = 'a'")
    found = database.read_now(lambda db: db.execute(plan).scalars().all())
    assert any("names_pkey" in line for line in found), found


def test_a_percent_sign_is_one(database: Database) -> None:
    database.write_now(lambda db: add(db, "50% off"))
    like = select(NAMES.c.name).where(NAMES.c.name.like("%off") & (NAMES.c.name != literal("%s")))
    assert database.read_now(lambda db: [row[0] for row in rows(db, like, {})]) == ["50% off"]
