"""Running a statement that was made once: the driver gets its text directly.

SQLAlchemy writes the text; its execution of a short statement takes several times as long as SQLite, or as psycopg.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError

T = TypeVar("T")
Row = Sequence[Any]
"""A row of the database: its cells in the order of the statement's columns."""
Seen = dict[tuple[Any, ...], Sequence[Row]]
"""What statements found, by database, text and contents."""

_SEEN = "shopgraph: what was seen"

_SQLITE = "sqlite"
_PSYCOPG: Any = PGDialect_psycopg
_DIALECTS = {_SQLITE: sqlite.dialect(), "postgresql": _PSYCOPG(paramstyle="format")}
"""A statement has one text for all SQLite files, and one for all PostgreSQL databases."""
_TEXTS = 2_000


@dataclass(frozen=True, slots=True)
class _Slot:
    """The place of a parameter's content, or of one of its contents."""

    name: str
    place: int | None = None


@dataclass(frozen=True, slots=True)
class _Text:
    """A statement as the driver takes it."""

    sql: str
    slots: tuple[Any, ...]
    """In the order of the marks for contents: a slot, or a constant of the statement."""

    def filled(self, parameters: Mapping[str, Any]) -> list[Any]:
        """What stands at the marks."""
        return [
            slot
            if slot.__class__ is not _Slot
            else parameters[slot.name]
            if slot.place is None
            else parameters[slot.name][slot.place]
            for slot in self.slots
        ]


@dataclass
class Moment:
    """For as long as it lasts, PostgreSQL is not asked again for what a statement found, unless something was changed.

    SQLite answers sooner than one could look.
    """

    seen: Seen = field(default_factory=dict)

    def remembering(self, work: Callable[[Connection], T]) -> Callable[[Connection], T]:
        """The same work, for which `rows` goes by what was seen, and which adds to that."""
        seen = self.seen

        def run(connection: Connection) -> T:
            connection.info[_SEEN] = seen
            try:
                return work(connection)
            finally:
                del connection.info[_SEEN]

        return run

    def forget(self) -> None:
        """Something was changed. What is still being read may have been read before that, and is not kept."""
        self.seen = {}


def rows(connection: Connection, statement: Executable, parameters: Mapping[str, Any]) -> Sequence[Row]:
    """Every row that a statement finds, or on PostgreSQL found before within the same `Moment`.

    Args:
        statement: one that is made once and kept: its text is kept with it.
        parameters: by name; a list is for a parameter that expands.
    """
    text, contents = _filled(connection, statement, parameters)
    found: Sequence[Row]
    if connection.dialect.name == _SQLITE or (seen := connection.info.get(_SEEN)) is None:
        found = _run(connection, text, contents).fetchall()
        return found
    asked = (connection.engine, text.sql, *contents)
    if asked in seen:
        found = seen[asked]
    else:
        found = seen[asked] = _run(connection, text, contents).fetchall()
    return found


def waited(connection: Connection, statement: Executable, parameters: Mapping[str, Any]) -> None:
    """Run a statement that waits for others: what was seen before may be so no more."""
    if (seen := connection.info.get(_SEEN)) is not None:
        seen.clear()
    _run(connection, *_filled(connection, statement, parameters)).fetchall()


def changes(connection: Connection, statement: Executable, parameters: Mapping[str, Any]) -> int:
    """Run a statement that writes; how many rows it wrote."""
    wrote: int = _run(connection, *_filled(connection, statement, parameters)).rowcount
    return wrote


def each(connection: Connection, sql: str, contents: Sequence[Row]) -> None:
    """Run a statement in the driver's own words once for each row."""
    driver: Any = connection.connection.dbapi_connection
    try:
        (driver if connection.dialect.name == _SQLITE else driver.cursor()).executemany(sql, contents)
    except connection.dialect.loaded_dbapi.Error as error:
        raise as_sqlalchemys(connection, sql, contents, error) from error


def directly(connection: Connection, sql: str) -> None:
    """Say something without contents to the driver: where a transaction begins or ends."""
    try:
        _execute_of(connection)(sql)
    except connection.dialect.loaded_dbapi.Error as error:
        raise as_sqlalchemys(connection, sql, (), error) from error


def driver_of(connection: Connection) -> sqlite3.Connection:
    """SQLite's own connection."""
    driver: Any = connection.connection.dbapi_connection
    opened: sqlite3.Connection = driver
    return opened


def as_sqlalchemys(connection: Connection, sql: str, contents: Sequence[Any], error: Exception) -> Exception:
    """The driver's error as SQLAlchemy raises it: who catches its errors catches this one.

    A connection that is lost is given up.
    """
    lost = bool(getattr(connection.connection.dbapi_connection, "closed", False))
    if lost:
        connection.invalidate(error)
    base = connection.dialect.loaded_dbapi.Error
    return DBAPIError.instance(
        sql, list(contents), error, base, connection_invalidated=lost, dialect=connection.dialect
    )


def _filled(connection: Connection, statement: Executable, parameters: Mapping[str, Any]) -> tuple[_Text, list[Any]]:
    """The statement as the driver takes it, and what stands at its marks."""
    shape = tuple([(name, len(held) if isinstance(held, list | tuple) else None) for name, held in parameters.items()])
    text = _text(connection.dialect.name, statement, shape)
    return text, text.filled(parameters)


def _run(connection: Connection, text: _Text, contents: list[Any]) -> Any:
    """The driver's cursor."""
    try:
        return _execute_of(connection)(text.sql, contents)
    except connection.dialect.loaded_dbapi.Error as error:
        raise as_sqlalchemys(connection, text.sql, contents, error) from error


def _execute_of(connection: Connection) -> Any:
    """How the driver runs a statement whose rows are fetched, or counted, before the next one."""
    driver: Any = connection.connection.dbapi_connection
    return driver.execute if connection.dialect.name == _SQLITE else driver.at_once


@lru_cache(maxsize=_TEXTS)
def _text(dialect: str, statement: Any, shape: tuple[tuple[str, int | None], ...]) -> _Text:
    slots = {
        name: _Slot(name) if length is None else [_Slot(name, place) for place in range(length)]
        for name, length in shape
    }
    compiled = statement.compile(dialect=_DIALECTS[dialect], column_keys=list(slots))
    state = compiled.construct_expanded_state(slots, escape_names=False)
    return _Text(sql=state.statement, slots=tuple(state.positional_parameters))
