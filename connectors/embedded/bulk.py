"""A whole shop in and out: loading a dataset fast, and giving back exactly what was loaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import Any

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import DBAPIError

from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.embedded.mapping import Mapped
from shopgraph.connectors.embedded.schema import DATASET, ORDER_LINES, ORDERS
from shopgraph.domain import Order, Value
from shopgraph.errors import InvalidInput

_BATCH = 20_000


def load(connection: Connection, dataset: Dataset) -> None:
    """Add a dataset's rows.

    Raises:
        InvalidInput: an order's line names another order.
        Conflict: a row is there already, or names one that is not.
    """
    for mapped in DATASET:
        values: Sequence[Value] = getattr(dataset, mapped.name)
        insert_rows(connection, mapped, map(mapped.row, values))
        if mapped is ORDERS:
            insert_rows(connection, ORDER_LINES, map(ORDER_LINES.row, _lines(dataset.orders)))


def _lines(orders: Iterable[Order]) -> Iterator[Any]:
    for order in orders:
        for place, line in enumerate(order.lines):
            if line.order_id != order.id or line.position != place:
                raise InvalidInput(
                    f"Line {line.id} of order {order.id} says order {line.order_id}, position {line.position}.",
                    remedy=f"It stands at position {place}.",
                )
            yield line


def insert_rows(connection: Connection, mapped: Mapped[Any], rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows in the order of the table's columns: in batches on SQLite, by COPY on PostgreSQL."""
    if connection.dialect.name == "sqlite":
        statement = ""
        pending = iter(rows)
        while batch := list(islice(pending, _BATCH)):
            statement = statement or str(insert(mapped.table).compile(dialect=connection.dialect))
            connection.exec_driver_sql(statement, batch)
        return
    _copy_rows(connection, mapped, rows)


def _copy_rows(connection: Connection, mapped: Mapped[Any], rows: Iterable[tuple[Any, ...]]) -> None:
    prepare = connection.dialect.identifier_preparer
    columns = ", ".join(prepare.format_column(column) for column in mapped.table.columns)
    statement = f"COPY {prepare.format_table(mapped.table)} ({columns}) FROM STDIN"
    if mapped.clustered:  # what is read together lies together from the beginning, as SQLite keeps it always
        rows = sorted(rows, key=mapped.key_of)
    driver: Any = connection.connection.driver_connection
    errors: Any = connection.dialect.loaded_dbapi
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except errors.Error as error:
        raise DBAPIError.instance(statement, None, error, errors.Error) from error


def dump(connection: Connection) -> Dataset:
    """Every business record, each table in the order of its key."""
    dataset = Dataset()
    lines = {
        order_id: tuple(ORDER_LINES.value(row) for row in rows)
        for order_id, rows in groupby(
            connection.execute(select(ORDER_LINES.table).order_by("order_id", "position")),
            key=lambda row: row.order_id,
        )
    }
    for mapped in DATASET:
        rows = connection.execute(select(mapped.table).order_by(*mapped.key))
        if mapped is ORDERS:
            setattr(dataset, mapped.name, [ORDERS.value(row, lines=lines.get(row.id, ())) for row in rows])
        else:
            setattr(dataset, mapped.name, [mapped.value(row) for row in rows])
    return dataset
