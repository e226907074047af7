"""One database behind the embedded ports: short reads, serialised writes, transactions over several ports.

SQLite reads run inline (they take well under a millisecond, and WAL readers wait for nobody), its writes in a thread of
the database's own. It has one writer: coroutines wait for their turn without holding a thread. On PostgreSQL both run
inline, and leave the event loop to others while the server is at work. Scans run in threads.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from contextvars import ContextVar, copy_context
from types import TracebackType
from typing import Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from shopgraph.connectors.embedded.connections import (
    BUSY_SECONDS,
    Kept,
    KeptReaders,
    PostgresReaders,
    PostgresWriters,
    Readers,
    Writers,
    part_of,
)
from shopgraph.connectors.embedded.engines import postgres_engine, sqlite_engine
from shopgraph.connectors.embedded.erasing import empty_log, overwriting
from shopgraph.connectors.embedded.faults import place_of, translated
from shopgraph.connectors.embedded.statements import Moment
from shopgraph.connectors.embedded.turns import Turns
from shopgraph.errors import ConfigurationError, ConnectorUnavailable

T = TypeVar("T")


def _nothing() -> None:
    """There is nothing to wait for."""


POSTGRES_PLACES = 8
"""Reads and transactions of one process that are under way at once in one PostgreSQL; each has one connection."""


class Database:
    """Runs functions of a connection. It knows no table."""

    def __init__(self, url: str) -> None:
        self.url = parse_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        places = 1 if self.is_sqlite else POSTGRES_PLACES
        self._turns = Turns(places)
        self._workers = ThreadPoolExecutor(max_workers=1, thread_name_prefix="shopgraph-db")
        self._scanners = ThreadPoolExecutor(max_workers=places, thread_name_prefix="shopgraph-db-scan")
        self.writers: _Writers
        """Where its transactions that write begin and end."""
        self._unsynced: _Writers | KeptReaders
        self._readers: KeptReaders
        self._steps: Callable[[], _Steps] = threading.Lock
        self._start: _Start = self._in_thread
        self._settle: Callable[[], None] = _nothing
        if self.is_sqlite:
            self.engine = sqlite_engine(self.url)
            self._readers, self.writers = Readers(self.engine), Writers(self.engine)
            self._unsynced = Writers(self.engine, "PRAGMA synchronous=NORMAL")
        else:
            self.engine = postgres_engine(self.url)
            from shopgraph.connectors.embedded.switching import Steps, Switching, aside

            switching = Switching()
            connections = Kept(self.engine, connect=lambda: aside(self.engine.connect))
            self._readers, self.writers = PostgresReaders(connections), PostgresWriters(connections)
            hasty = Kept(self.engine, "SET synchronous_commit = off", connect=lambda: aside(self.engine.connect))
            self._unsynced = PostgresReaders(hasty)
            self._steps, self._start, self._settle = Steps, switching.start, switching.settle
        self._own_errors = translated(self.url)

    @property
    def name(self) -> str:
        """What an error message calls it: the file, or the URL without its password."""
        return place_of(self.url)

    @property
    def in_transaction(self) -> bool:
        """Whether this context has a transaction open on this database."""
        return self._open() is not None

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run a function that only reads: inside the open transaction of this context, or on its own."""
        if (open_one := self._open()) is not None:
            return await open_one.run(work, savepoint=False)
        work = self._remembered(work)
        if self.is_sqlite:
            return self.read_now(work)
        return await self._alone(lambda: self.read_now(work))

    async def look(self, work: Callable[[Connection], T]) -> T:
        """`read` for a function of one statement: on its own it needs no transaction to see one state."""
        if not self.is_sqlite or self._open() is not None:
            return await self.read(work)
        work = self._remembered(work)
        with self._own_errors:
            return self._readers.look(work)

    async def scan(self, work: Callable[[Connection], T]) -> T:
        """`look` for a statement over so many rows that nobody else should wait for it: in a thread.

        In SQLite one at a time.
        """
        if self._open() is not None:
            return await self.read(work)
        if not self.is_sqlite:
            await self._turns.take()
        scanned = self._scanners.submit(self._readers.look, work)
        if not self.is_sqlite:
            scanned.add_done_callback(lambda _: self._turns.give_back())
        with self._own_errors:
            return await asyncio.wrap_future(scanned)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run a function in one transaction: all that it does is kept, or nothing when it raises."""
        if (open_one := self._open()) is not None:
            return await open_one.run(work, savepoint=True)
        return await self._changed(lambda: self.write_now(work))

    async def put(self, work: Callable[[Connection], T], *, on_disk: bool = True) -> T:
        """`write` for a function whose statements are right one by one, and right when they are run twice.

        So PostgreSQL needs no transaction around them, which takes two more ways to the server.

        Args:
            on_disk: False waits for no disk. Where the machine fails at once it may be gone, as whatever follows that
                did not wait either; where the process does, it is not.
        """
        if (open_one := self._open()) is not None:
            return await open_one.run(work, savepoint=True)
        return await self._changed(lambda: self.put_now(work, on_disk=on_disk))

    async def erase(self, work: Callable[[Connection], T]) -> T:
        """`write`, after which what was written over stands nowhere in SQLite's files, as far as readers allow.

        PostgreSQL keeps what was written over until it vacuums the table. Inside an open transaction, SQLite's
        write-ahead file holds it until somebody erases or the last process closes the database.
        """
        done = await self.write(lambda connection: overwriting(connection, work))
        if self.is_sqlite and not self.in_transaction:
            await self._alone(lambda: empty_log(self.engine, BUSY_SECONDS * 1000))
        return done

    def moment(self) -> AbstractContextManager[None]:
        """What is read twice inside is read once on PostgreSQL, unless something was changed inside meanwhile.

        For a few milliseconds of work, in which others may change something. An inner one is part of the outer one.
        """
        return _PART_OF_IT if self.is_sqlite or _MOMENT.get() is not None else _moment()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Everything inside commits together or not at all; an inner transaction joins the outer one.

        What is read twice inside, with nothing changed or held between, PostgreSQL is asked once.
        """
        if self._open() is not None:
            yield
            return
        await self._turns.take()
        try:
            opened = _Transaction(self, self._steps())
            started = self._start(opened.begin)
        except BaseException:
            self._turns.give_back()
            raise
        outer = _OPEN.get()
        _OPEN.set((*outer, opened))
        try:
            await started
            yield
        except BaseException:
            await self._end(opened, commit=False)
            raise
        else:
            await self._end(opened, commit=True)
        finally:
            # Not a token's reset: a fixture may be torn down in another context than it was set up in.
            _OPEN.set(tuple(each for each in _OPEN.get() if each is not opened))
            self._forget()

    def read_now(self, work: Callable[[Connection], T]) -> T:
        """`read` for synchronous code: in this thread, never in an open transaction."""
        with self._own_errors:
            return self._readers.read(work)

    def write_now(self, work: Callable[[Connection], T], *, opening: str = "") -> T:
        """`write` for synchronous code: in this thread, never in an open transaction.

        Args:
            opening: a statement without parameters that PostgreSQL is told in the same breath as the transaction's
                begin; SQLite, which lets in one writer at a time, is not.
        """
        with self._own_errors:
            return _in_transaction(self.writers, work, opening)

    def put_now(self, work: Callable[[Connection], T], *, on_disk: bool = True) -> T:
        """`put` for synchronous code, as `write_now`."""
        kept = self._unsynced if not on_disk else self.writers if self.is_sqlite else self._readers
        with self._own_errors:
            if isinstance(kept, KeptReaders):
                return kept.look(work)
            return _in_transaction(kept, work)

    def close(self) -> None:
        """Let running work finish, then close every connection."""
        self._settle()
        self._workers.shutdown(wait=True)
        self._scanners.shutdown(wait=True)
        self._readers.close()
        self.writers.close()
        self._unsynced.close()
        self.engine.dispose()

    def _remembered(self, work: Callable[[Connection], T]) -> Callable[[Connection], T]:
        moment = None if self.is_sqlite else _MOMENT.get()
        return work if moment is None else moment.remembering(work)

    def _forget(self) -> None:
        if (moment := _MOMENT.get()) is not None:
            moment.forget()

    def _open(self) -> _Transaction | None:
        for each in _OPEN.get():
            if each.database is self and each.active:
                return each
        return None

    async def _changed(self, work: Callable[[], T]) -> T:
        try:
            return await self._alone(work)
        finally:
            self._forget()

    async def _alone(self, work: Callable[[], T]) -> T:
        await self._turns.take()
        return await self._last(work)

    def _last(self, work: Callable[[], T]) -> asyncio.Future[T]:
        """Begin work with which a turn ends, even when the one who waits for it is canceled."""
        try:
            return self._start(work, self._turns.give_back)
        except BaseException:
            self._turns.give_back()
            raise

    def _in_thread(self, work: Callable[[], T], ended: Callable[[], None] | None = None) -> asyncio.Future[T]:
        """Hand work to a thread."""
        future = self._workers.submit(copy_context().run, work)
        if ended is not None:
            future.add_done_callback(lambda _: ended())
        return asyncio.wrap_future(future)

    async def _end(self, opened: _Transaction, *, commit: bool) -> None:
        await asyncio.shield(self._last(lambda: opened.end(commit=commit)))


class _Transaction:
    """One connection, one transaction, one step at a time."""

    def __init__(self, database: Database, steps: _Steps) -> None:
        self.database = database
        self.active = True
        self._step = steps
        self._moment = Moment()
        self._connection: Connection | None = None

    def begin(self) -> None:
        with self._step, translated(self.database.url):
            self._connection = self.database.writers.begin()

    async def run(self, work: Callable[[Connection], T], *, savepoint: bool) -> T:
        def step() -> T:
            with self._step, translated(self.database.url):
                if self._connection is None or not self.active:
                    raise ConnectorUnavailable("The transaction is over.", remedy="Begin another one.")
                if not savepoint:
                    asking = work if self.database.is_sqlite else self._moment.remembering(work)
                    return asking(self._connection)
                self._moment.forget()
                with part_of(self._connection):
                    return work(self._connection)

        if self.database.is_sqlite and not self._step.locked():
            # A step takes well under a millisecond: it waits for no lock, and for no disk before the end.
            return step()
        return await self.database._start(step)

    def end(self, *, commit: bool) -> None:
        with self._step, translated(self.database.url):
            self.active = False
            connection, self._connection = self._connection, None
            if connection is None:
                return
            writers = self.database.writers
            (writers.commit if commit else writers.roll_back)(connection)


_PART_OF_IT: AbstractContextManager[None] = nullcontext()


@contextmanager
def _moment() -> Iterator[None]:
    _MOMENT.set(Moment())
    try:
        yield
    finally:
        _MOMENT.set(None)


def _in_transaction(writers: _Writers, work: Callable[[Connection], T], opening: str = "") -> T:
    connection = writers.begin(opening)
    try:
        result = work(connection)
    except BaseException:
        writers.roll_back(connection)
        raise
    writers.commit(connection)
    return result


class _Steps(Protocol):
    """A lock for which those who wait hold nobody up."""

    def locked(self) -> bool: ...

    def __enter__(self) -> object: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> object: ...


class _Start(Protocol):
    """Begins work that goes on to its end, also when nobody waits for it any more; then `ended` is called."""

    def __call__(self, work: Callable[[], T], ended: Callable[[], None] | None = None, /) -> asyncio.Future[T]: ...


class _Writers(Protocol):
    """Where transactions that write begin and end."""

    def begin(self, opening: str = "") -> Connection: ...

    def commit(self, connection: Connection) -> None: ...

    def roll_back(self, connection: Connection) -> None: ...

    def close(self) -> None: ...


_MOMENT: ContextVar[Moment | None] = ContextVar("shopgraph_moment", default=None)
_OPEN: ContextVar[tuple[_Transaction, ...]] = ContextVar("shopgraph_open_transactions", default=())


def parse_url(url: str) -> URL:
    """Read a database URL: SQLite in a file, or PostgreSQL (`postgresql://` means the psycopg 3 driver).

    Raises:
        ConfigurationError: another database, SQLite in memory, or no URL at all.
    """
    remedy = "Give sqlite:////absolute/path/shop.db or postgresql://user@host/database."
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigurationError(f"{url!r} is not a database URL.", remedy=remedy) from None
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise ConfigurationError(f"A shop is not kept in {parsed.drivername!r}.", remedy=remedy)
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise ConfigurationError("A shop is not kept in memory.", remedy=remedy)
    return parsed
