"""Single records in and out of their tables: the statements that all ports share."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from shopgraph.connectors.embedded.mapping import Mapped, V
from shopgraph.errors import NotFound


def new_id(prefix: str, idempotency_key: str) -> str:
    """The id of the record that a call makes: the same call makes the same id."""
    return f"{prefix}_{hashlib.sha256(idempotency_key.encode()).hexdigest()[:20]}"


def one(connection: Connection, mapped: Mapped[V], *where: ColumnElement[bool]) -> V | None:
    """The first record that fits, or None."""
    statement = select(mapped.table).where(*where).order_by(*mapped.key).limit(1)
    row = connection.execute(statement).first()
    return None if row is None else mapped.value(row)


def by_key(connection: Connection, mapped: Mapped[V], *key: str) -> V | None:
    """The record of that key, or None."""
    row = connection.execute(_by_key(mapped), dict(zip(_PARTS[: len(mapped.key)], key, strict=True))).first()
    return None if row is None else mapped.value(row)


def matching(connection: Connection, mapped: Mapped[V], *, order_by: str = "", **columns: str) -> tuple[V, ...]:
    """All records with these contents of columns, by the column `order_by` (`-name`: falling) and then by key."""
    statement = _by_columns(mapped, tuple(columns), order_by)
    return tuple([mapped.value(row) for row in connection.execute(statement, columns)])


_PARTS = ("first", "second", "third", "fourth")
"""Names of a key's parts in a statement."""


@cache
def _by_key(mapped: Mapped[Any]) -> Select[Any]:
    """Made once: to write a statement takes several times as long as to execute it."""
    parts = zip(mapped.key, _PARTS, strict=False)
    return select(mapped.table).where(and_(*(column == bindparam(name) for column, name in parts)))


@cache
def _by_columns(mapped: Mapped[Any], names: tuple[str, ...], order_by: str) -> Select[Any]:
    columns, falling = mapped.table.c, order_by.startswith("-")
    first = columns[order_by.lstrip("-")] if order_by else None
    ordered = () if first is None else (first.desc() if falling else first.asc(),)
    where = (columns[name] == bindparam(name) for name in names)
    return select(mapped.table).where(*where).order_by(*ordered, *mapped.key)


def many(
    connection: Connection,
    mapped: Mapped[V],
    *where: ColumnElement[bool],
    order_by: tuple[ColumnElement[Any], ...] = (),
    limit: int | None = None,
) -> tuple[V, ...]:
    """All records that fit, in the order asked for and then by key."""
    statement = select(mapped.table).where(*where).order_by(*order_by, *mapped.key).limit(limit)
    return tuple([mapped.value(row) for row in connection.execute(statement)])


def existing(connection: Connection, mapped: Mapped[V], *key: str) -> V:
    """The record of that key; other writers keep off it until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    return mapped.value(require(connection, mapped, *key))


def require(connection: Connection, mapped: Mapped[Any], *key: str) -> Row[Any]:
    """`existing` as the bare row, for a record that is kept in two tables."""
    # NO KEY UPDATE: rows that refer to this one may be inserted meanwhile. SQLite has one writer and ignores it.
    statement = select(mapped.table).where(keyed(mapped, *key)).with_for_update(key_share=True)
    row = connection.execute(statement).first()
    if row is None:
        raise NotFound(f"There is no {' / '.join(key)} in {mapped.name}.", table=mapped.name, key=list(key))
    return row


def keyed(mapped: Mapped[Any], *key: str) -> ColumnElement[bool]:
    """The condition that finds the record of that key."""
    return and_(*(column == part for column, part in zip(mapped.key, key, strict=True)))


def hold(connection: Connection, key: str) -> None:
    """Let no other transaction hold the same key until this one ends: whoever comes second waits."""
    if connection.dialect.name != "sqlite":  # There a transaction that is open is the only one that writes.
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


def add(connection: Connection, mapped: Mapped[V], value: V) -> V:
    """Insert a new record."""
    connection.execute(insert(mapped.table).values(mapped.cells(value)))
    return value


def add_unless_there(connection: Connection, mapped: Mapped[V], value: V) -> bool:
    """Insert a record unless its key is taken; says whether it went in."""
    return claim(connection, mapped.table, mapped.cells(value))


def claim(connection: Connection, table: Any, cells: dict[str, Any]) -> bool:
    """Insert a row unless its key is taken; waits for another transaction that is about to take it."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table).values(cells).on_conflict_do_nothing()
    return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount == 1


def replace(connection: Connection, mapped: Mapped[V], value: V) -> V:
    """Write a record over the one of the same key."""
    cells = mapped.cells(value)
    key = and_(*(column == cells[column.name] for column in mapped.key))
    connection.execute(update(mapped.table).where(key).values(cells))
    return value
