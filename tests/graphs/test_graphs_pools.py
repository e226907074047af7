"""The pools that LangGraph's PostgreSQL saver and store work on, in the thread of the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from langgraph.checkpoint.base import empty_checkpoint
from langgraph.store.base import BaseStore
from psycopg_pool import ConnectionPool
from sqlalchemy.engine import make_url

from shopgraph.graphs import pools
from shopgraph.graphs.checkpoints import postgres_saver
from shopgraph.graphs.memory.stores import postgres_store
from shopgraph.shop.places import plain_url

pytestmark = pytest.mark.postgres

KILL = """
select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity
where pid <> pg_backend_pid() and datname = current_database()
"""


@pytest.fixture
def url(postgres_database: str) -> str:
    return plain_url(make_url(postgres_database))


@pytest.fixture
def beside(url: str) -> Iterator[psycopg.Connection[Any]]:
    """Somebody else's connection."""
    with psycopg.connect(url, autocommit=True) as other:
        yield other


@pytest.fixture
def store(url: str) -> Iterator[BaseStore]:
    made, pool = postgres_store(url)
    with closing(pool):
        yield made


async def test_what_the_server_closed_a_moment_ago_is_not_given_out(
    store: BaseStore, beside: psycopg.Connection[Any]
) -> None:
    for number in range(3):
        await store.aput(("notes",), "kept", {"number": number})
        (killed,) = beside.execute(KILL).fetchall()
        assert killed[0] >= 1
    found = await store.aget(("notes",), "kept")
    assert found is not None
    assert found.value == {"number": 2}


def test_a_connection_is_asked_after_a_pause_alone(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[psycopg.Connection[Any]] = []
    monkeypatch.setattr(ConnectionPool, "check_connection", asked.append)
    with closing(pools.open_pool(url, most=1)) as pool:
        for _ in range(2):
            with pool.connection():
                pass
        with pool.connection() as connection:
            pass
        assert asked == [connection]  # when it was new
        connection.given -= pools._IDLE_SECONDS
        with pool.connection():
            pass
        assert asked == [connection, connection]


async def test_more_at_once_than_there_are_connections_all_come_to_their_end(store: BaseStore, url: str) -> None:
    saver, pool = postgres_saver(url)
    with closing(pool):

        async def one(number: int) -> tuple[Any, Any]:
            config: Any = {"configurable": {"thread_id": str(number), "checkpoint_ns": ""}}
            await saver.aput(config, empty_checkpoint(), {"step": number}, {})
            await store.aput(("notes", str(number)), "kept", {"number": number})
            (found,) = await store.asearch(("notes", str(number)))
            saved = await saver.aget_tuple(config)
            assert saved is not None
            return found.value["number"], saved.metadata["step"]

        async with asyncio.timeout(60):  # calls of one thread that waited for each other would wait for ever
            assert await asyncio.gather(*[one(number) for number in range(30)]) == [(n, n) for n in range(30)]


async def test_while_the_server_lets_wait_the_event_loop_goes_on(
    store: BaseStore, beside: psycopg.Connection[Any]
) -> None:
    beside.execute("BEGIN; LOCK TABLE store IN ACCESS EXCLUSIVE MODE")
    under_way = [asyncio.ensure_future(store.aput(("notes",), str(number), {})) for number in range(10)]
    waiting = "SELECT count(*) FROM pg_locks WHERE relation = 'store'::regclass AND NOT granted"
    async with asyncio.timeout(60):
        while (beside.execute(waiting).fetchone() or [0])[0] < 4:  # noqa: ASYNC110 - we are still here
            await asyncio.sleep(0)
        assert not any(each.done() for each in under_way)
        beside.execute("COMMIT")
        await asyncio.gather(*under_way)
    assert len(await store.asearch(("notes",), limit=20)) == 10


async def test_one_that_is_not_waited_for_any_more_is_written_all_the_same(
    store: BaseStore, beside: psycopg.Connection[Any]
) -> None:
    beside.execute("BEGIN; LOCK TABLE store IN ACCESS EXCLUSIVE MODE")
    canceled = asyncio.ensure_future(store.aput(("notes",), "kept", {}))
    await asyncio.sleep(0)
    canceled.cancel()
    beside.execute("COMMIT")
    with pytest.raises(asyncio.CancelledError):
        await canceled
    async with asyncio.timeout(60):
        while await store.aget(("notes",), "kept") is None:  # noqa: ASYNC110 - nobody says when
            await asyncio.sleep(0)
