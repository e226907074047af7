"""Running a statement that was made once. On SQLite the driver gets its text directly.

SQLAlchemy writes the text; its execution of a short SQLite statement takes several times as long as SQLite itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Executable
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError

Row = Sequence[Any]
"""A row of the database: its cells in the order of the statement's columns."""

_SQLITE = "sqlite"
_DIALECT = sqlite.dialect()
"""A statement has one text for all SQLite files."""
_TEXTS = 2_000


@dataclass(frozen=True, slots=True)
class _Slot:
    """The place of a parameter's content, or of one of its contents."""

    name: str
    place: int | None = None


@dataclass(frozen=True, slots=True)
class _Text:
    """A statement as SQLite takes it."""

    sql: str
    slots: tuple[Any, ...]
    """In the order of the question marks: a slot, or a constant of the statement."""

    def filled(self, parameters: Mapping[str, Any]) -> list[Any]:
        """The contents of the question marks."""
        return [
            slot
            if slot.__class__ is not _Slot
            else parameters[slot.name]
            if slot.place is None
            else parameters[slot.name][slot.place]
            for slot in self.slots
        ]


def rows(connection: Connection, statement: Executable, parameters: Mapping[str, Any]) -> Sequence[Row]:
    """Every row that a statement finds.

    Args:
        statement: one that is made once and kept: its text is kept with it.
        parameters: by name; a list is for a parameter that expands.
    """
    if connection.dialect.name != _SQLITE:
        return connection.execute(statement, dict(parameters)).all()
    return _run(connection, statement, parameters).fetchall()


def changes(connection: Connection, statement: Executable, parameters: Mapping[str, Any]) -> int:
    """Run a statement that writes; how many rows it wrote."""
    if connection.dialect.name != _SQLITE:
        options = {"preserve_rowcount": True}
        return connection.execute(statement, dict(parameters), execution_options=options).rowcount
    return _run(connection, statement, parameters).rowcount


def each(connection: Connection, sql: str, contents: Sequence[Row]) -> None:
    """Run a statement in the driver's own words once for each row."""
    if connection.dialect.name != _SQLITE:
        connection.exec_driver_sql(sql, [tuple(row) for row in contents])
        return
    try:
        driver_of(connection).executemany(sql, contents)
    except sqlite3.Error as error:
        raise as_sqlalchemys(connection, sql, contents, error) from error


def driver_of(connection: Connection) -> sqlite3.Connection:
    """SQLite's own connection."""
    driver: Any = connection.connection.dbapi_connection
    opened: sqlite3.Connection = driver
    return opened


def as_sqlalchemys(connection: Connection, sql: str, contents: Sequence[Any], error: sqlite3.Error) -> Exception:
    """The driver's error as SQLAlchemy raises it: who catches its errors catches this one."""
    return DBAPIError.instance(sql, list(contents), error, sqlite3.Error, dialect=connection.dialect)


def _run(connection: Connection, statement: Executable, parameters: Mapping[str, Any]) -> sqlite3.Cursor:
    shape = tuple([(name, len(held) if isinstance(held, list | tuple) else None) for name, held in parameters.items()])
    text = _text(statement, shape)
    contents = text.filled(parameters)
    try:
        return driver_of(connection).execute(text.sql, contents)
    except sqlite3.Error as error:
        raise as_sqlalchemys(connection, text.sql, contents, error) from error


@lru_cache(maxsize=_TEXTS)
def _text(statement: Any, shape: tuple[tuple[str, int | None], ...]) -> _Text:
    slots = {
        name: _Slot(name) if length is None else [_Slot(name, place) for place in range(length)]
        for name, length in shape
    }
    compiled = statement.compile(dialect=_DIALECT, column_keys=list(slots))
    state = compiled.construct_expanded_state(slots, escape_names=False)
    return _Text(sql=state.statement, slots=tuple(state.positional_parameters))
