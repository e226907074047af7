"""An order and its lines are one value in two tables: reading and writing them together."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from shopgraph.connectors.embedded.rows import add, add_unless_there, replace, require
from shopgraph.connectors.embedded.schema import ORDER_LINES, ORDERS
from shopgraph.connectors.embedded.statements import Row, rows
from shopgraph.domain import Order, OrderLineItem
from shopgraph.errors import Conflict, NotFound
from shopgraph.kept import kept

_KNOWN = 500
"""So many orders are kept as values."""

_LINE = ORDER_LINES.table.c
_LINES = (
    select(ORDER_LINES.table)
    .where(_LINE.order_id.in_(bindparam("orders", expanding=True)))
    .order_by(_LINE.order_id, _LINE.position)
)


def read_orders(db: Connection, statement: Select[Any], **parameters: Any) -> tuple[Order, ...]:
    """The orders that a statement finds, with their lines."""
    found = rows(db, statement, parameters)
    lines = _lines(db, [ORDERS.cell(row, "id") for row in found])
    return tuple([_order(tuple(row), tuple(lines[ORDERS.cell(row, "id")])) for row in found])


def locked_order(db: Connection, order_id: str) -> Order:
    """The order, kept from other writers until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    row = require(db, ORDERS, order_id)
    return _order(tuple(row), tuple(_lines(db, [order_id])[order_id]))


def add_order(db: Connection, order: Order) -> Order:
    """Insert a new order with its lines."""
    add(db, ORDERS, order)
    for line in order.lines:
        add(db, ORDER_LINES, line)
    return order


def save_order(db: Connection, order: Order) -> Order:
    """Write an order over the one of the same id; lines may have been added to it, never taken away."""
    replace(db, ORDERS, order)
    for line in order.lines:
        if not add_unless_there(db, ORDER_LINES, line):
            replace(db, ORDER_LINES, line)
    return order


def line_of(order: Order, line_id: str, sku: str) -> OrderLineItem:
    """The order's line of that id, which must be of that SKU.

    Raises:
        NotFound: no such line.
        Conflict: it is of another SKU.
    """
    line = order.line(line_id)
    if line is None:
        raise NotFound(f"Order {order.id} has no line {line_id}.", order_id=order.id, line_id=line_id)
    if line.sku != sku:
        raise Conflict(f"Line {line_id} of order {order.id} is {line.sku}, not {sku}.", line_id=line_id)
    return line


def _lines(db: Connection, order_ids: list[str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows(db, _LINES, {"orders": order_ids}):
        found[ORDER_LINES.cell(row, "order_id")].append(tuple(row))
    return found


@kept
@lru_cache(maxsize=_KNOWN)
def _order(row: Row, lines: tuple[Row, ...]) -> Order:
    """The rows as a value. The same rows give the same one, as with `Mapped.value`."""
    return ORDERS.value(row, lines=tuple([ORDER_LINES.value(line) for line in lines]))
