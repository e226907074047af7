"""Connections kept open for short SQLite reads: to take one from a pool and give it back takes as long as a read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

T = TypeVar("T")

READS = "shopgraph_reads"
"""The execution option of such a connection."""


class Readers:
    """One connection for each read under way; each read is a transaction and sees one state of the file."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle: list[Connection] = []
        self._lock = threading.Lock()
        self._closed = False

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run a function that only reads."""
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = self._engine.connect().execution_options(**{READS: True})
        try:
            # As `Database` does it: without SQLAlchemy's own execution, which takes as long as a short read.
            driver: Any = connection.connection.driver_connection
            driver.execute("BEGIN")
            result = work(connection)
            driver.execute("ROLLBACK")
        except BaseException:
            # Whatever state it is in, nobody goes on with it.
            with suppress(Exception):
                connection.invalidate()
            connection.close()
            raise
        self._give_back(connection)
        return result

    def close(self) -> None:
        """Close them all; a read that is under way closes its own."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _give_back(self, connection: Connection) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()
