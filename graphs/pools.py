"""The connections that LangGraph's PostgreSQL saver and store work on. Needs the extra `postgres`."""

from __future__ import annotations

import time
from typing import Any

from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from shopgraph.connectors.embedded.connections import BUSY_SECONDS
from shopgraph.errors import ConnectorUnavailable

_LOOK_SECONDS = 0.01


def open_pool(url: str, *, most: int) -> Any:
    """A pool of at most so many connections to that database, as LangGraph wants them; to be closed."""
    return ConnectionPool(
        url,
        min_size=1,
        max_size=most,
        open=True,
        check=ConnectionPool.check_connection,
        kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row},
    )


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
