"""Connections kept open: to take one from a pool and give it back takes as long as a short statement.

What begins and ends here is said to the driver directly: SQLAlchemy's own execution takes several times as long.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Protocol, TypeVar, runtime_checkable

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from shopgraph.connectors.embedded.statements import as_sqlalchemys, directly, driver_of

T = TypeVar("T")

_LINGERS = "shopgraph: the last part is not released"
BUSY_SECONDS = 30
"""How long a writer waits for a writer of another process."""
_LOOK_SECONDS = 0.003
"""Between two looks at a lock that another process holds."""


@runtime_checkable
class KeptReaders(Protocol):
    """Connections without a transaction, or with one that changes nothing."""

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run a function that only reads."""
        ...

    def look(self, work: Callable[[Connection], T]) -> T:
        """Run a function of one statement."""
        ...

    def close(self) -> None:
        """Close them all."""
        ...


class Readers:
    """SQLite's: one connection for each read under way. Nothing is written over it."""

    def __init__(self, engine: Engine) -> None:
        self._kept = Kept(engine, "PRAGMA query_only=ON")

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run a function that only reads, in a transaction: it sees one state of the file."""
        connection = self._kept.take()
        try:
            driver = driver_of(connection)
            driver.execute("BEGIN")
            result = work(connection)
            driver.execute("ROLLBACK")
        except BaseException:
            self._kept.drop(connection)
            raise
        self._kept.give_back(connection)
        return result

    def look(self, work: Callable[[Connection], T]) -> T:
        """Run a function of one statement: such a one sees one state by itself."""
        connection = self._kept.take()
        try:
            result = work(connection)
        except BaseException:
            self._kept.drop(connection)
            raise
        self._kept.give_back(connection)
        return result

    def close(self) -> None:
        """Close them all; a read that is under way closes its own."""
        self._kept.close()


class PostgresReaders:
    """PostgreSQL's: one connection for each read under way, in no transaction.

    A transaction would cost two ways to the server, and give nothing: PostgreSQL's usual one sees a newer state with
    each statement.
    """

    def __init__(self, kept: Kept) -> None:
        """`kept` is of an engine that begins no transactions and keeps no connections."""
        self._kept = kept

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run a function that only reads; once more where the connection that was kept was lost meanwhile."""
        return self._kept.outlived(lambda: self._once(work))

    def look(self, work: Callable[[Connection], T]) -> T:
        """As `read`."""
        return self.read(work)

    def close(self) -> None:
        """Close them all; a read that is under way closes its own."""
        self._kept.close()

    def _once(self, work: Callable[[Connection], T]) -> T:
        connection = self._kept.take()
        try:
            result = work(connection)
        except Exception:
            (self._kept.drop if connection.invalidated else self._kept.give_back)(connection)
            raise
        except BaseException:
            self._kept.drop(connection)
            raise
        self._kept.give_back(connection)
        return result


class Writers:
    """SQLite's: one connection for each transaction that writes or waits to; of them, one at a time writes."""

    def __init__(self, engine: Engine, *pragmas: str) -> None:
        # SQLite's own waiting looks more and more seldom, up to ten times a second: who has waited longest comes
        # last, and among many writers perhaps never; and between two of them the lock lies idle.
        self._kept = Kept(engine, "PRAGMA busy_timeout=0", *pragmas)

    def begin(self, opening: str = "") -> Connection:
        """A connection that holds the file's one write lock, taken as soon as anybody of those who wait for it.

        Nothing more need be said at the beginning: `opening` is for databases with several writers.
        """
        connection = self._kept.take()
        try:
            _patiently(connection, "BEGIN IMMEDIATE")
        except BaseException:
            self._kept.drop(connection)
            raise
        return connection

    def commit(self, connection: Connection) -> None:
        """Keep what the transaction did, and give the connection back."""
        try:
            _patiently(connection, "COMMIT")  # without a write-ahead log it waits for readers
        except BaseException:
            self.roll_back(connection)
            raise
        self._kept.give_back(connection)

    def roll_back(self, connection: Connection) -> None:
        """Undo what the transaction did; nobody goes on with its connection."""
        with suppress(Exception):
            driver_of(connection).execute("ROLLBACK")
        self._kept.drop(connection)

    def close(self) -> None:
        """Close them all; a transaction that is under way closes its own."""
        self._kept.close()


class PostgresWriters:
    """PostgreSQL's: one connection for each transaction, of those that reads use."""

    def __init__(self, kept: Kept) -> None:
        """As for `PostgresReaders`; whoever gave it closes it."""
        self._kept = kept

    def begin(self, opening: str = "") -> Connection:
        """A connection in a transaction; another one where that which was kept was lost meanwhile.

        So none is asked whether it is alive before each use, which would be one more way to the server.
        """
        begin = f"BEGIN; {opening}" if opening else "BEGIN"
        return self._kept.outlived(lambda: self._begun(begin))

    def commit(self, connection: Connection) -> None:
        """Keep what the transaction did, and give the connection back."""
        try:
            directly(connection, "COMMIT")
        except BaseException:
            self.roll_back(connection)
            raise
        self._kept.give_back(connection)

    def roll_back(self, connection: Connection) -> None:
        """Undo what the transaction did, and give the connection back where it is of use."""
        if connection.invalidated:
            self._kept.drop(connection)
            return
        try:
            directly(connection, "ROLLBACK")
        except DBAPIError:
            self._kept.drop(connection)  # the server undoes what nobody can commit any more
        except BaseException:
            self._kept.drop(connection)
            raise
        else:
            self._kept.give_back(connection)

    def close(self) -> None:
        """Whoever gave the connections closes them."""

    def _begun(self, begin: str) -> Connection:
        connection = self._kept.take()
        connection.info.pop(_LINGERS, None)
        try:
            directly(connection, begin)
        except BaseException:
            self._kept.drop(connection)
            raise
        return connection


@contextmanager
def part_of(connection: Connection) -> Iterator[None]:
    """A part of a transaction: all that it does stays in it, or nothing when it raises."""
    driver: Any = connection.connection.dbapi_connection
    lingers = connection.dialect.name != "sqlite"
    # On PostgreSQL a part is released on the way to the server that begins the next one, or by the transaction's end.
    directly(connection, "RELEASE part; SAVEPOINT part" if connection.info.pop(_LINGERS, None) else "SAVEPOINT part")
    try:
        yield
    except BaseException:
        # Where the database ended the whole transaction, or the connection is lost, what went wrong says why.
        with suppress(connection.dialect.loaded_dbapi.Error):
            driver.execute("ROLLBACK TO part")
            driver.execute("RELEASE part")
        raise
    if lingers:
        connection.info[_LINGERS] = True
    else:
        driver.execute("RELEASE part")


class Kept:
    """Connections that nobody uses now."""

    def __init__(self, engine: Engine, *pragmas: str, connect: Callable[[], Connection] | None = None) -> None:
        """`connect` opens one more, where the engine's own way would hold others up."""
        self._connect = connect or engine.connect
        self._pragmas = pragmas
        self._idle: list[Connection] = []
        self._lock = threading.Lock()
        self._closed = False

    def take(self) -> Connection:
        """One of them, or another."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
        connection = self._connect()
        try:
            for pragma in self._pragmas:
                driver_of(connection).execute(pragma)
            # To SQLAlchemy, and to those who ask it, a transaction is open from now on; it says nothing to the driver.
            connection.begin()
        except BaseException:
            self.drop(connection)
            raise
        return connection

    def give_back(self, connection: Connection) -> None:
        """Keep it for the next one."""
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def drop(self, connection: Connection) -> None:
        """Close it: whatever state it is in, nobody goes on with it."""
        with suppress(Exception):
            connection.invalidate()
        connection.close()

    def outlived(self, use: Callable[[], T]) -> T:
        """What `use` of one of them comes to; once more where that which was kept was lost meanwhile."""
        try:
            return use()
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        self.forget()
        return use()

    def forget(self) -> None:
        """Close those that nobody uses now."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def close(self) -> None:
        """Close them all; one that is in use is closed when it is given back."""
        with self._lock:
            self._closed = True
        self.forget()


def _patiently(connection: Connection, statement: str) -> None:
    """Run a statement that another process's lock may hold up."""
    driver = driver_of(connection)
    try:
        patiently(lambda: driver.execute(statement))
    except sqlite3.Error as error:
        raise as_sqlalchemys(connection, statement, (), error) from error


def _is_lock(error: sqlite3.Error) -> bool:
    """Whether it is about the lock of another."""
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def patiently(step: Callable[[], T], *, passes: Callable[[sqlite3.Error], bool] = _is_lock) -> T:
    """Do what another process may hold up, again and again, `BUSY_SECONDS` at most.

    Where SQLite does not wait by itself, whatever its timeout: when a file gets its write-ahead log.

    Args:
        passes: whether it is an error that another causes, and that is gone when the other is done.

    Raises:
        sqlite3.Error: that of the last try, or any that does not pass.
    """
    deadline = 0.0
    while True:
        try:
            return step()
        except sqlite3.Error as error:
            deadline = deadline or time.monotonic() + BUSY_SECONDS
            if not passes(error) or time.monotonic() >= deadline:
                raise
        time.sleep(_LOOK_SECONDS)
