"""LangGraph's Stores on SQLite and PostgreSQL, usable from any event loop and by several processes at once.

Its async SQLite store belongs to the loop it was made on; reading or writing a few items takes a fraction of a
millisecond, so the sync store is called in place, and PostgreSQL's so that the event loop goes on meanwhile (as in
`graphs.checkpoints`).
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from langgraph.store.base import BaseStore, Op, Result
from langgraph.store.sqlite import SqliteStore

from shopgraph.connectors.embedded.connections import BUSY_SECONDS, patiently
from shopgraph.errors import MissingDependency

for _name in ("langgraph.store.sqlite.base", "langgraph.store.postgres.base"):
    # They log every search with its namespace, which names a customer.
    logging.getLogger(_name).setLevel(logging.INFO)
_MOST = 4
"""Connections to PostgreSQL at most."""


class LoopFreeSqliteStore(SqliteStore):
    """LangGraph's SQLite store, called in place. What is deleted is overwritten in the file."""

    @classmethod
    def open(cls, path: Path) -> LoopFreeSqliteStore:
        """Open (or make) the file."""
        # Autocommit: the store begins its own transactions.
        connection = sqlite3.connect(path, check_same_thread=False, timeout=BUSY_SECONDS, isolation_level=None)
        patiently(lambda: connection.execute("PRAGMA journal_mode=WAL"))
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA secure_delete=ON")
        store = cls(connection)
        # Another who sets the same file up at this moment makes ours fail, with whatever error; then it is done.
        patiently(store.setup, passes=lambda _: True)
        return store

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """As `batch`."""
        return self.batch(ops)

    def scrub(self) -> None:
        """Let nothing that was deleted stand in the write-ahead log, as far as other processes' readers allow."""
        with self.lock:
            self.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Close the file."""
        self.conn.close()


def postgres_store(url: str) -> tuple[BaseStore, Any]:
    """LangGraph's PostgreSQL store on a pool, usable from any event loop, and the pool to close.

    Raises:
        MissingDependency: the extra `postgres` is not installed.
    """
    try:
        from langgraph.store.postgres import PostgresStore

        from shopgraph.graphs.pools import InLoop, NoLock, open_pool, set_up_alone
    except ImportError as missing:
        raise MissingDependency(
            f"Brand memory on PostgreSQL needs {missing.name}.", remedy="Run: pip install 'shopgraph[postgres]'."
        ) from None

    class LoopFreePostgresStore(PostgresStore):
        async def abatch(self, ops: Iterable[Op]) -> list[Result]:
            return await in_loop.run(lambda: self.batch(ops))

    pool, in_loop = open_pool(url, most=_MOST, by_beginnings=True), InLoop(_MOST)
    try:
        store = LoopFreePostgresStore(pool)
        store.lock = cast(Any, NoLock())
        set_up_alone(store, pool, "shopgraph memory")
    except BaseException:
        pool.close()
        raise
    return store, pool
