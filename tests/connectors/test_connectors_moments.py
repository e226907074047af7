"""Within a moment, or a transaction, PostgreSQL is asked once; on either database nothing changed inside is missed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, bindparam, column, delete, func, insert, select, table, text

from shopgraph.connectors.embedded.database import Database
from shopgraph.connectors.embedded.rows import hold
from shopgraph.connectors.embedded.statements import Moment, changes, rows
from shopgraph.errors import Conflict

NAMES = table("names", column("name"))
ALL = select(NAMES.c.name).order_by(NAMES.c.name)
ONE = select(func.count()).select_from(NAMES).where(NAMES.c.name == bindparam("name"))
INSERT = insert(NAMES).values(name=bindparam("name"))
DELETE = delete(NAMES).where(NAMES.c.name == bindparam("name"))


@pytest.fixture
def url(new_url: Callable[[], str]) -> str:
    made = new_url()
    database = Database(made)
    database.write_now(lambda db: db.execute(text("create table names (name text primary key)")))
    database.close()
    return made


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    made = Database(url)
    yield made
    made.close()


@pytest.fixture
def beside(url: str) -> Iterator[Database]:
    """Somebody else's."""
    made = Database(url)
    yield made
    made.close()


def names(db: Connection) -> list[str]:
    return [row[0] for row in rows(db, ALL, {})]


def there(name: str) -> Callable[[Connection], int]:
    return lambda db: int(rows(db, ONE, {"name": name})[0][0])


def add(name: str) -> Callable[[Connection], int]:
    return lambda db: changes(db, INSERT, {"name": name})


def remove(name: str) -> Callable[[Connection], int]:
    return lambda db: changes(db, DELETE, {"name": name})


async def test_a_moment_reads_once_and_the_next_one_anew(database: Database, beside: Database) -> None:
    if database.is_sqlite:
        assert isinstance(database.moment(), nullcontext), "it answers sooner than one could look"
        return
    with database.moment():
        assert await database.look(names) == []
        beside.write_now(add("ada"))
        assert await database.look(names) == []
        assert await database.read(names) == []
        assert await database.look(there("ada")) == 1, "this was not asked before"
        with database.moment():
            assert await database.look(names) == [], "an inner one is part of it"
        assert await database.look(names) == []
    assert await database.look(names) == ["ada"]


async def test_the_same_statement_with_other_contents_is_another_one(database: Database) -> None:
    await database.write(add("ada"))
    with database.moment():
        assert [await database.look(there(name)) for name in ("ada", "bo", "ada", "bo")] == [1, 0, 1, 0]


async def test_two_databases_share_nothing(database: Database, new_url: Callable[[], str]) -> None:
    other = Database(new_url())
    try:
        await other.write(lambda db: db.execute(text("create table names (name text primary key)")))
        await other.write(add("bo"))
        with database.moment():
            assert await database.look(names) == []
            assert await other.look(names) == ["bo"]
    finally:
        other.close()


async def test_what_is_changed_inside_is_seen(database: Database) -> None:
    with database.moment():
        assert await database.look(names) == []
        await database.write(add("ada"))
        assert await database.look(names) == ["ada"]
        async with database.transaction():
            assert await database.look(names) == ["ada"]
            await database.write(add("bo"))
            assert await database.look(names) == ["ada", "bo"]
        assert await database.look(names) == ["ada", "bo"]
        with pytest.raises(Conflict):
            await database.write(add("bo"))
        assert await database.look(names) == ["ada", "bo"]


async def test_a_transaction_goes_by_nothing_that_was_read_before_it(database: Database, beside: Database) -> None:
    with database.moment():
        assert await database.look(names) == []
        beside.write_now(add("ada"))
        async with database.transaction():
            assert await database.look(names) == ["ada"]


async def test_a_part_that_was_taken_back_is_not_remembered(database: Database) -> None:
    def and_fails(db: Connection) -> None:
        add("bo")(db)
        assert names(db) == ["ada", "bo"]
        raise RuntimeError

    async with database.transaction():
        await database.write(add("ada"))
        assert await database.look(names) == ["ada"]
        with suppress(RuntimeError):
            await database.write(and_fails)
        assert await database.look(names) == ["ada"]


async def test_a_change_reads_for_itself(database: Database, beside: Database) -> None:
    def adds_where_none_is(db: Connection) -> list[str]:
        found = names(db)
        if not found:
            add("bo")(db)
        return found

    with database.moment():
        assert await database.look(names) == []
        beside.write_now(add("ada"))
        assert await database.write(adds_where_none_is) == ["ada"]
        assert await database.look(names) == ["ada"]


@pytest.mark.postgres
async def test_whoever_waited_for_others_reads_anew(postgres_database: str) -> None:
    database, beside = Database(postgres_database), Database(postgres_database)
    try:
        await database.write(lambda db: db.execute(text("create table names (name text primary key)")))
        async with database.transaction():
            assert await database.look(names) == []
            await beside.write(add("ada"))
            assert await database.look(names) == []
            await database.read(lambda db: hold(db, "a", "b"))
            assert await database.look(names) == ["ada"]
    finally:
        database.close()
        beside.close()


def test_what_was_on_its_way_when_something_changed_is_not_kept(database: Database) -> None:
    moment = Moment()
    on_its_way = moment.remembering(names)
    moment.forget()
    assert database.read_now(on_its_way) == []
    database.write_now(add("ada"))
    assert database.read_now(moment.remembering(names)) == ["ada"]


STEPS = st.recursive(
    st.tuples(st.sampled_from(["names", "there", "add", "remove"]), st.sampled_from("abc")),
    lambda inner: st.tuples(st.sampled_from(["transaction", "fails"]), st.lists(inner, max_size=5)),
    max_leaves=12,
)


async def play(database: Database, steps: list[Any]) -> list[Any]:
    seen: list[Any] = []
    for kind, what in steps:
        match kind:
            case "names":
                seen.append(await database.look(names))
            case "there":
                seen.append(await database.read(there(what)))
            case "add":
                with suppress(Conflict):
                    seen.append(await database.write(add(what)))
            case "remove":
                seen.append(await database.write(remove(what)))
            case _:
                with suppress(RuntimeError):
                    async with database.transaction():
                        seen.append(await play(database, what))
                        if kind == "fails":
                            raise RuntimeError
    return seen


def expected(steps: list[Any], held: set[str], *, inside: bool = False) -> list[Any]:
    """What is seen where every read is made anew; `held` is what is there, and becomes what is there at the end."""
    seen: list[Any] = []
    for kind, what in steps:
        match kind:
            case "names":
                seen.append(sorted(held))
            case "there":
                seen.append(int(what in held))
            case "add":
                seen += [] if what in held else [1]
                held.add(what)
            case "remove":
                seen.append(int(what in held))
                held.discard(what)
            case _:
                before = set(held)
                seen.append(expected(what, held, inside=True))
                if kind == "fails" and not inside:  # an inner one joins the outer one, which goes on
                    held &= set()
                    held |= before
    return seen


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as made:
        yield made


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=8))
def test_whoever_is_alone_sees_what_is_there(database: Database, runner: asyncio.Runner, steps: list[Any]) -> None:
    async def played() -> list[Any]:
        await database.write(lambda db: db.execute(delete(NAMES)))
        with database.moment():
            return await play(database, steps)

    assert runner.run(played()) == expected(steps, set())
