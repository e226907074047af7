"""Single records in and out of their tables: the statements that all ports share."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Insert,
    Select,
    Update,
    and_,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from shopgraph.connectors.embedded.mapping import Mapped, V
from shopgraph.connectors.embedded.statements import Row, changes, rows, waited
from shopgraph.errors import NotFound

_KEYS = ("key_1", "key_2", "key_3")
"""Names of the parameters for a key's parts."""
_NEW = "new_"
"""Before the name of a column: the parameter for what it shall hold."""
_PARTS: tuple[BindParameter[str], ...] = tuple([bindparam(name) for name in _KEYS])


def new_id(prefix: str, idempotency_key: str) -> str:
    """The id of the record that a call makes: the same call makes the same id."""
    return f"{prefix}_{hashlib.sha256(idempotency_key.encode()).hexdigest()[:20]}"


def get(connection: Connection, mapped: Mapped[V], *key: str) -> V | None:
    """The record of that key, or None."""
    found = rows(connection, _by_key(mapped), dict(zip(_KEYS, key, strict=False)))
    return mapped.value(found[0]) if found else None


def equal(
    connection: Connection,
    mapped: Mapped[V],
    *,
    order_by: tuple[str, ...] = (),
    limit: int | None = None,
    **columns: str | Sequence[str] | None,
) -> tuple[V, ...]:
    """All records with these contents in these columns, in the order asked for and then by key.

    Args:
        order_by: names of columns; with a minus sign before it, the greatest first.
        columns: what they hold; of several contents, any.
    """
    kinds = tuple([(name, None if held is None else isinstance(held, str)) for name, held in columns.items()])
    held: dict[str, Any] = {
        name: content if isinstance(content, str) else list(content)
        for name, content in columns.items()
        if content is not None
    }
    if limit is not None:
        held["at_most"] = limit
    return every(connection, mapped, _where(mapped, kinds, order_by, limited=limit is not None), **held)


def every(connection: Connection, mapped: Mapped[V], statement: Select[Any], **parameters: Any) -> tuple[V, ...]:
    """The records that a statement made once finds."""
    return tuple([mapped.value(row) for row in rows(connection, statement, parameters)])


def one(connection: Connection, mapped: Mapped[V], *where: ColumnElement[bool]) -> V | None:
    """The first record that fits, or None."""
    statement = select(mapped.table).where(*where).order_by(*mapped.key).limit(1)
    row = connection.execute(statement).first()
    return None if row is None else mapped.value(row)


def many(connection: Connection, mapped: Mapped[V], *where: ColumnElement[bool]) -> tuple[V, ...]:
    """All records that fit, by key."""
    statement = select(mapped.table).where(*where).order_by(*mapped.key)
    return tuple([mapped.value(row) for row in connection.execute(statement)])


def existing(connection: Connection, mapped: Mapped[V], *key: str) -> V:
    """The record of that key; other writers keep off it until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    return mapped.value(require(connection, mapped, *key))


def require(connection: Connection, mapped: Mapped[Any], *key: str) -> Row:
    """`existing` as the bare row, for a record that is kept in two tables."""
    found = rows(connection, _locked_by_key(mapped), dict(zip(_KEYS, key, strict=False)))
    if not found:
        raise NotFound(f"There is no {' / '.join(key)} in {mapped.name}.", table=mapped.name, key=list(key))
    return found[0]


@cache
def _by_key(mapped: Mapped[Any]) -> Select[Any]:
    """Made once: putting a statement together takes three times as long as running it."""
    return select(mapped.table).where(keyed(mapped, *_PARTS[: len(mapped.key)]))


@cache
def _locked_by_key(mapped: Mapped[Any]) -> Select[Any]:
    # NO KEY UPDATE: rows that refer to this one may be inserted meanwhile. SQLite has one writer and ignores it.
    return _by_key(mapped).with_for_update(key_share=True)


@cache
def _insert(mapped: Mapped[Any]) -> Insert:
    return insert(mapped.table)


@cache
def _claim(table: Any, dialect: str) -> Insert:
    kind: Any = sqlite if dialect == "sqlite" else postgresql
    statement: Insert = kind.insert(table).on_conflict_do_nothing()
    return statement


@cache
def _hold(count: int) -> Select[Any]:
    """PostgreSQL takes the locks in the order in which they stand."""
    keys: list[BindParameter[str]] = [bindparam(f"key_{place}") for place in range(count)]
    return select(*[func.pg_advisory_xact_lock(func.hashtextextended(key, 0)) for key in keys])


@cache
def _update(mapped: Mapped[Any]) -> Update:
    cells: dict[str, BindParameter[Any]] = {
        column.name: bindparam(_NEW + column.name) for column in mapped.table.c if not column.primary_key
    }
    return update(mapped.table).where(keyed(mapped, *_PARTS[: len(mapped.key)])).values(cells)


@cache
def _where(
    mapped: Mapped[Any], columns: tuple[tuple[str, bool | None], ...], order_by: tuple[str, ...], *, limited: bool
) -> Select[Any]:
    held = mapped.table.c
    where: list[ColumnElement[bool]] = []
    for name, single in columns:
        if single is None:
            where.append(held[name].is_(None))
        elif single:
            where.append(held[name] == bindparam(name))
        else:
            where.append(held[name].in_(bindparam(name, expanding=True)))
    order = [held[name[1:]].desc() if name.startswith("-") else held[name].asc() for name in order_by]
    statement = select(mapped.table).where(*where).order_by(*order, *mapped.key)
    return statement.limit(bindparam("at_most")) if limited else statement


def keyed(mapped: Mapped[Any], *key: str | BindParameter[str]) -> ColumnElement[bool]:
    """The condition that finds the record of that key."""
    return and_(*(column == part for column, part in zip(mapped.key, key, strict=True)))


def hold(connection: Connection, *keys: str) -> None:
    """Let no other transaction hold the same keys until this one ends: whoever comes second waits."""
    if connection.dialect.name != "sqlite":  # There a transaction that is open is the only one that writes.
        waited(connection, _hold(len(keys)), {f"key_{place}": key for place, key in enumerate(keys)})


def add(connection: Connection, mapped: Mapped[V], value: V) -> V:
    """Insert a new record."""
    changes(connection, _insert(mapped), mapped.cells(value))
    return value


def add_unless_there(connection: Connection, mapped: Mapped[V], value: V) -> bool:
    """Insert a record unless its key is taken; says whether it went in."""
    return claim(connection, mapped.table, mapped.cells(value))


def claim(connection: Connection, table: Any, cells: dict[str, Any]) -> bool:
    """Insert a row unless its key is taken; waits for another transaction that is about to take it."""
    return changes(connection, _claim(table, connection.dialect.name), cells) == 1


def replace(connection: Connection, mapped: Mapped[V], value: V) -> V:
    """Write a record over the one of the same key."""
    cells = mapped.cells(value)
    key = zip(_KEYS, [cells.pop(column.name) for column in mapped.key], strict=False)
    changes(connection, _update(mapped), {**{_NEW + name: held for name, held in cells.items()}, **dict(key)})
    return value
