"""How a value becomes a row and a row a value: read off the value's own fields, in this one place.

Money is two columns (minor units and currency), an instant is integer microseconds since 1970 UTC (it sorts and is
exact on every database), enums, decimals and dates are text, everything nested is JSON text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter, itemgetter
from types import UnionType
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin

from pydantic import AwareDatetime
from pydantic_core import to_json
from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, MetaData, Table, Text
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

from shopgraph.domain import Money, Value
from shopgraph.kept import kept

V = TypeVar("V", bound=Value)

TEXT = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that sorts by code point on every database."""

_KNOWN = 500
"""Of a table, so many rows are kept as values."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(instant: datetime) -> int:
    """Microseconds since 1970 UTC."""
    return (instant - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The instant that many microseconds after 1970 UTC."""
    return _EPOCH + timedelta(microseconds=micros)


def changed(value: V, **fields: Any) -> V:
    """A copy with other fields, validated as the original was."""
    return type(value).model_validate({**value.__dict__, **fields})


@dataclass(frozen=True, kw_only=True)
class _Field:
    """One field of a value as columns of a row."""

    name: str
    columns: tuple[tuple[str, TypeEngine[Any]], ...]
    optional: bool
    write: tuple[Callable[[Any], Any], ...]
    """From the whole value to each column."""
    read: Callable[[Sequence[Any], int], Any]
    """From a row and the place of the first column to the field."""


class Mapped(Generic[V]):
    """A value class, its table, and the way between them. It runs no statement."""

    def __init__(
        self,
        value: type[V],
        name: str,
        metadata: MetaData,
        *,
        key: tuple[str, ...] = ("id",),
        references: Mapping[str, str] | None = None,
        indexes: Sequence[tuple[str, ...]] = (),
        derived: Mapping[str, Callable[[V], str]] | None = None,
        without: tuple[str, ...] = (),
        constraints: Sequence[SchemaItem] = (),
        clustered: bool = False,
        known: int = _KNOWN,
    ) -> None:
        self.type = value
        self.name = name
        self._fields = tuple(
            _field(field, info.annotation) for field, info in value.model_fields.items() if field not in without
        )
        columns = [
            Column(
                column,
                kind,
                *([ForeignKey(references[column])] if references and column in references else []),
                primary_key=column in key,
                nullable=field.optional,
            )
            for field in self._fields
            for column, kind in field.columns
        ]
        columns += [Column(column, TEXT, nullable=False) for column in derived or {}]
        self._writers = tuple(
            [write for field in self._fields for write in field.write] + list((derived or {}).values())
        )
        self.clustered = clustered
        """Whether its rows lie in the order of their keys."""
        options: dict[str, Any] = {"sqlite_with_rowid": False} if clustered else {}
        self.table = Table(name, metadata, *columns, *constraints, **options)
        for names in indexes:
            Index(f"ix_{name}_{'_'.join(names)}", *(self.table.c[each] for each in names))
        self.key = tuple(self.table.c[each] for each in key)
        self._places = self._layout()
        self._at = {column: place for place, column in enumerate(self.table.c.keys())}
        self.key_of: Callable[[Sequence[Any]], Any] = itemgetter(*[self._at[each] for each in key])
        """A row's key."""
        self._known = kept(lru_cache(maxsize=known)(self._made))

    def _layout(self) -> tuple[tuple[str, int, Callable[[Sequence[Any], int], Any]], ...]:
        places, at = [], 0
        for field in self._fields:
            places.append((field.name, at, field.read))
            at += len(field.columns)
        return tuple(places)

    def row(self, value: V) -> tuple[Any, ...]:
        """The value as a row, in the order of the table's columns."""
        return tuple([write(value) for write in self._writers])

    def cells(self, value: V) -> dict[str, Any]:
        """The value as column names and contents."""
        return dict(zip(self.table.c.keys(), self.row(value), strict=True))

    def cell(self, row: Sequence[Any], column: str) -> Any:
        """What a row holds in that column."""
        return row[self._at[column]]

    def value(self, row: Sequence[Any], **without: Any) -> V:
        """The row as a value; `without` gives the fields that the table does not hold.

        The same row gives the same value: it is frozen, and a row is read many times before it changes.
        """
        return self._made(row, **without) if without else self._known(tuple(row))

    def _made(self, row: Sequence[Any], **without: Any) -> V:
        return self.type.model_validate({name: read(row, at) for name, at, read in self._places} | without)


def _field(name: str, annotation: Any) -> _Field:
    kind, optional = _unwrapped(annotation)
    get = attrgetter(name)
    if kind is Money:
        return _Field(
            name=name,
            columns=((f"{name}_minor", BigInteger()), (f"{name}_currency", TEXT)),
            optional=optional,
            write=(_guarded(get, attrgetter("amount"), optional), _guarded(get, attrgetter("currency"), optional)),
            read=_read_money,
        )
    column, encode, decode = _codec(kind)
    return _Field(
        name=name,
        columns=((name, column),),
        optional=optional,
        write=(get if encode is None else _guarded(get, encode, optional),),
        read=_read_plain if decode is None else _reader(decode),
    )


def _codec(kind: Any) -> tuple[TypeEngine[Any], Callable[[Any], Any] | None, Callable[[Any], Any] | None]:
    """A field's column type, how it is written and how it is read; None where it goes in as it is."""
    if kind is str:
        return TEXT, None, None
    if kind is bool:
        return Boolean(), None, bool  # SQLite keeps a number
    if kind is int:
        return BigInteger(), None, None
    if kind in (datetime, AwareDatetime):
        return BigInteger(), to_micros, from_micros
    if kind is date:
        return TEXT, date.isoformat, None
    if kind is Decimal:
        return TEXT, str, None
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return TEXT, attrgetter("value"), None
    return TEXT, lambda content: to_json(content).decode(), json.loads


def _unwrapped(annotation: Any) -> tuple[Any, bool]:
    """The annotation without Annotated and without None, and whether None was in it."""
    if get_origin(annotation) in (Union, UnionType):
        rest = [each for each in get_args(annotation) if each is not type(None)]
        if len(rest) == 1:
            return _unwrapped(rest[0])[0], True
    if get_origin(annotation) is Annotated:
        return _unwrapped(get_args(annotation)[0])
    return annotation, False


def _guarded(get: Callable[[Any], Any], encode: Callable[[Any], Any], optional: bool) -> Callable[[Any], Any]:
    if not optional:
        return lambda value: encode(get(value))
    return lambda value: None if (content := get(value)) is None else encode(content)


def _reader(decode: Callable[[Any], Any]) -> Callable[[Sequence[Any], int], Any]:
    return lambda row, at: None if row[at] is None else decode(row[at])


def _read_plain(row: Sequence[Any], at: int) -> Any:
    return row[at]


def _read_money(row: Sequence[Any], at: int) -> Money | None:
    return None if row[at] is None else _money(row[at], row[at + 1])


@kept
@lru_cache(maxsize=4_096)
def _money(amount: int, currency: str) -> Money:
    return Money(amount=amount, currency=currency)
