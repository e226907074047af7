"""Erasing in SQLite's files: what a record held before is overwritten, not only let go of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

T = TypeVar("T")

_PATIENCE_MS = 1_000
"""How long readers of other processes are waited for; whom they keep from it, a later erasure or the end does it."""


def overwriting(connection: Connection, work: Callable[[Connection], T]) -> T:
    """Run a function whose deleted and replaced cells are filled with zeros; on PostgreSQL, run it.

    Not for every write: other records need not pay for it.
    """
    if connection.dialect.name != "sqlite":
        return work(connection)
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA secure_delete=ON").fetchall()
    try:
        return work(connection)
    finally:
        driver.execute("PRAGMA secure_delete=OFF").fetchall()


def empty_log(engine: Engine, busy_ms: int) -> None:
    """Write the write-ahead file into the database and cut it off. Where a reader is in the way, it stays for now.

    Args:
        busy_ms: how long the engine's connections wait for others.
    """
    with engine.connect() as connection:
        # The driver's own: SQLAlchemy's would begin a transaction first.
        driver: Any = connection.connection.driver_connection
        driver.execute(f"PRAGMA busy_timeout={_PATIENCE_MS}")
        try:
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            driver.execute(f"PRAGMA busy_timeout={busy_ms}")
