"""The pool that LangGraph's PostgreSQL saver and store work on: it asks the server only after a pause."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from langgraph.store.base import BaseStore
from psycopg_pool import ConnectionPool
from sqlalchemy.engine import make_url

from shopgraph.graphs import pools
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
