"""The connections that LangGraph's PostgreSQL saver and store work on. Needs the extra `postgres`."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from shopgraph.connectors.embedded.connections import BUSY_SECONDS
from shopgraph.connectors.embedded.switching import Switching, SwitchingConnection, aside
from shopgraph.connectors.embedded.turns import Turns
from shopgraph.errors import ConnectorUnavailable

T = TypeVar("T")

_LOOK_SECONDS = 0.01
_IDLE_SECONDS = 10.0
"""A connection that nobody used for so long is asked whether it is alive: a network may have dropped it in silence."""

_BY_INDEX = "SET enable_seqscan = off"
"""What is planned while a table is almost empty would read the whole table, also when that has grown."""
_EACH_TIME = "; SET plan_cache_mode = force_custom_plan"


_AT_ONCE_S = 0.001


class _Pooled(SwitchingConnection):
    """A connection that knows when it was last given to somebody."""

    given = 0.0


class _Pool(ConnectionPool[_Pooled]):
    """Where a connection has to be waited for, the event loop goes on meanwhile."""

    def getconn(self, timeout: float | None = None) -> _Pooled:
        try:
            return super().getconn(_AT_ONCE_S)
        except PoolTimeout:
            return aside(lambda: super(_Pool, self).getconn(timeout))


class NoLock:
    """In the place of LangGraph's lock, which is for calls on one connection.

    Calls of one thread, each on a connection of its own, would wait there for each other for ever.
    """

    def __enter__(self) -> bool:
        return True

    def __exit__(self, *_: object) -> None:
        return None


class InLoop:
    """Runs sync work on a pool's connections in the thread of the event loop, as much at once as there are."""

    def __init__(self, most: int) -> None:
        self._switching = Switching()
        self._turns = Turns(most)

    async def run(self, work: Callable[[], T]) -> T:
        """What the work returns or raises. It goes on to its end, also when nobody waits for it any more."""
        await self._turns.take()
        try:
            result = self._switching.start(work, self._turns.give_back)
        except BaseException:
            self._turns.give_back()
            raise
        return await result


def open_pool(url: str, *, most: int, by_beginnings: bool = False) -> Any:
    """A pool of at most so many connections to that database, as LangGraph wants them; to be closed.

    Args:
        by_beginnings: whether it is searched by how a text begins. An index serves that only where the text is known
            when the statement is planned.
    """

    def configure(connection: _Pooled) -> None:
        connection.execute(_BY_INDEX + (_EACH_TIME if by_beginnings else ""), prepare=False)

    return _Pool(
        url,
        min_size=1,
        max_size=most,
        open=True,
        connection_class=_Pooled,
        check=_check,
        configure=configure,
        kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row},
    )


def _check(connection: _Pooled) -> None:
    """Raise what psycopg raises where a connection was lost. That costs a way to the server only after a pause."""
    now = time.monotonic()
    if now - connection.given > _IDLE_SECONDS:
        ConnectionPool.check_connection(connection)
    else:
        # What a server says when it closes a connection has come already: first the reason, then the end.
        connection.pgconn.consume_input()
        connection.pgconn.consume_input()
    connection.given = now


def set_up_alone(owner: Any, pool: Any, lock: str) -> None:
    """Call the saver's or store's `setup` while no other process does: its migrations are not made for two at once.

    The lock is tried again and again, not waited for: a statement that waits would hold up the other's
    CREATE INDEX CONCURRENTLY, which holds the lock.

    Raises:
        ConnectorUnavailable: another process has held the lock for `BUSY_SECONDS`.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    with pool.connection() as guard:
        while not guard.execute("SELECT pg_try_advisory_lock(hashtext(%s)) AS won", (lock,)).fetchone()["won"]:
            if time.monotonic() >= deadline:
                raise ConnectorUnavailable(f"Another process has held the lock {lock!r} for {BUSY_SECONDS} s.")
            time.sleep(_LOOK_SECONDS)
        try:
            owner.setup()
        finally:
            guard.execute("SELECT pg_advisory_unlock(hashtext(%s))", (lock,))
