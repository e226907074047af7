"""Work on PostgreSQL in the event loop's own thread: it leaves the loop to others, and goes on to its end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextvars import Context, ContextVar
from typing import Any, TypeVar

import psycopg
import pytest
from sqlalchemy import Connection, column, insert, select, table, text

from shopgraph.connectors.embedded.database import POSTGRES_PLACES, Database
from shopgraph.connectors.embedded.rows import hold
from shopgraph.connectors.embedded.statements import changes, rows
from shopgraph.connectors.embedded.switching import Steps, Switching
from shopgraph.errors import Conflict, ConnectorTimeout

pytestmark = pytest.mark.postgres

T = TypeVar("T")
NAMES = table("names", column("name"))
ALL = select(NAMES.c.name).order_by(NAMES.c.name)
KILL = """
select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity where pid <> pg_backend_pid() and datname = %s
"""
WAITING = "select count(*) from pg_locks where locktype = 'advisory' and not granted"


@pytest.fixture
def database(postgres_database: str) -> Iterator[Database]:
    made = Database(postgres_database)
    made.write_now(lambda db: db.execute(text("create table names (name text primary key)")))
    yield made
    made.close()


@pytest.fixture
def beside(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """Somebody else's connection, outside any transaction."""
    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as other:
        yield other


def names(db: Connection) -> list[str]:
    return [row[0] for row in rows(db, ALL, {})]


def add(name: str) -> Callable[[Connection], int]:
    return lambda db: changes(db, insert(NAMES).values(name=name), {})


def add_in_turn(name: str) -> Callable[[Connection], int]:
    """Add a name once nobody else holds the key."""

    def act(db: Connection) -> int:
        hold(db, "key")
        return add(name)(db)

    return act


def apart(work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Begin something that is in no transaction of this context."""
    return asyncio.get_running_loop().create_task(work, context=Context())


async def until_somebody_waits(beside: psycopg.Connection[Any]) -> None:
    """Until the server says that somebody waits for a key."""
    while beside.execute(WAITING).fetchall() == [(0,)]:  # noqa: ASYNC110 - the server tells nobody
        await asyncio.sleep(0)


async def test_who_waits_for_the_server_holds_up_nobody(database: Database, beside: psycopg.Connection[Any]) -> None:
    where: set[int] = set()

    def look(db: Connection) -> list[str]:
        where.add(threading.get_ident())
        return names(db)

    async with database.transaction():
        await database.read(lambda db: hold(db, "key"))
        second = apart(database.write(add_in_turn("b")))
        await until_somebody_waits(beside)
        assert await apart(database.look(look)) == []
        await database.write(add("a"))
        assert not second.done()
    await second
    assert await database.read(look) == ["a", "b"]
    assert where == {threading.get_ident()}


async def test_what_nobody_waits_for_any_more_goes_on_to_its_end(
    database: Database, beside: psycopg.Connection[Any]
) -> None:
    async with database.transaction():
        await database.read(lambda db: hold(db, "key"))
        given_up = [apart(database.write(add_in_turn(str(number)))) for number in range(POSTGRES_PLACES - 1)]
        await until_somebody_waits(beside)
        for task in given_up:
            task.cancel()
        assert {type(each) for each in await asyncio.gather(*given_up, return_exceptions=True)} == {
            asyncio.CancelledError
        }
    # As many places are free again as there were.
    after = [apart(database.write(add_in_turn(f"later {number}"))) for number in range(POSTGRES_PLACES + 1)]
    await asyncio.gather(*after)
    assert len(await database.read(names)) == 2 * POSTGRES_PLACES


async def test_a_transaction_whose_step_is_given_up_is_undone(
    database: Database, beside: psycopg.Connection[Any]
) -> None:
    async def act() -> None:
        async with database.transaction():
            await database.write(add("a"))
            await database.write(add_in_turn("b"))

    async with database.transaction():
        await database.read(lambda db: hold(db, "key"))
        acting = apart(act())
        await until_somebody_waits(beside)
        acting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await acting
    assert await database.read(names) == []


async def test_steps_of_one_transaction_come_one_after_the_other(database: Database) -> None:
    async with database.transaction():
        await asyncio.gather(*[database.write(add(str(number))) for number in range(10)])
        with pytest.raises(Conflict):
            await asyncio.gather(*[database.write(add(name)) for name in ("a", "1", "b")])
    assert await database.read(names) == sorted([*map(str, range(10)), "a", "b"])


def test_a_database_serves_one_event_loop_after_the_other(database: Database) -> None:
    said: ContextVar[str] = ContextVar("said")

    async def both() -> list[str]:
        said.set("once")
        await database.write(lambda db: add(f"{said.get()} {len(names(db))}")(db))
        return await database.read(names)

    assert asyncio.run(both()) == ["once 0"]
    assert asyncio.run(both()) == ["once 0", "once 1"]
    assert database.read_now(names) == ["once 0", "once 1"]


async def test_every_kept_connection_may_be_lost_between_two_uses(
    database: Database, beside: psycopg.Connection[Any]
) -> None:
    async def act(name: str) -> None:
        async with database.transaction():
            await database.write(add(name))

    for number in range(3):
        await asyncio.gather(*[database.read(names) for _ in range(4)])  # so many are kept
        (killed,) = beside.execute(KILL, (database.url.database,)).fetchall()
        assert killed[0] >= 1
        match number:
            case 0:
                await database.write(add("a"))
            case 1:
                await asyncio.gather(act("b"), act("c"))
            case _:
                database.write_now(add("d"))
    assert await database.look(names) == ["a", "b", "c", "d"]


async def test_a_connection_lost_within_a_transaction_undoes_it(
    database: Database, beside: psycopg.Connection[Any]
) -> None:
    async def act(*names: str) -> None:
        async with database.transaction():
            await database.write(add("a"))
            beside.execute(KILL, (database.url.database,))
            for name in names:
                await database.write(add(name))

    for names_after in ([], ["b"]):
        with pytest.raises(ConnectorTimeout):
            await act(*names_after)
    assert await database.read(names) == []
    await database.write(add("c"))
    assert await database.read(names) == ["c"]


async def test_work_hands_on_what_it_raises_and_a_job_does_the_next() -> None:
    def fail() -> None:
        raise StopIteration

    ended: list[str] = []
    start = Switching().start
    with pytest.raises(RuntimeError, match="StopIteration"):
        await start(fail, lambda: ended.append("failed"))
    assert await start(lambda: 7, lambda: ended.append("done")) == 7
    assert ended == ["failed", "done"]


def test_a_lock_of_steps_is_for_work_of_an_event_loop() -> None:
    steps = Steps()
    with steps, pytest.raises(RuntimeError), steps:
        pass
    assert not steps.locked()
