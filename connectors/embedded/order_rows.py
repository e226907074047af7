"""An order and its lines are one value in two tables: reading and writing them together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Row, bindparam, select

from shopgraph.connectors.embedded.rows import add, add_unless_there, replace, require
from shopgraph.connectors.embedded.schema import ORDER_LINES, ORDERS
from shopgraph.domain import Order, OrderLineItem
from shopgraph.errors import Conflict, NotFound


def read_orders(
    db: Connection,
    where: ColumnElement[bool],
    *,
    order_by: tuple[ColumnElement[Any], ...] = (),
    limit: int | None = None,
) -> tuple[Order, ...]:
    """The orders that fit, with their lines."""
    statement = select(ORDERS.table).where(where).order_by(*order_by, ORDERS.table.c.id).limit(limit)
    return _with_lines(db, db.execute(statement).all())


def locked_order(db: Connection, order_id: str) -> Order:
    """The order, kept from other writers until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    row = require(db, ORDERS, order_id)
    return ORDERS.value(row, lines=tuple(_lines(db, [order_id])[order_id]))


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


_LINES = (
    select(ORDER_LINES.table)
    .where(ORDER_LINES.table.c.order_id.in_(bindparam("orders", expanding=True)))
    .order_by(ORDER_LINES.table.c.order_id, ORDER_LINES.table.c.position)
)
_ORDER = select(ORDERS.table).where(ORDERS.table.c.id == bindparam("id"))
_ORDERS_OF = (
    select(ORDERS.table)
    .where(ORDERS.table.c.customer_id == bindparam("customer_id"))
    .order_by(ORDERS.table.c.position.desc(), ORDERS.table.c.id)
    .limit(bindparam("most", type_=Integer()))
)
"""Made once: to write a statement takes several times as long as to execute it."""


def read_order(db: Connection, order_id: str) -> Order | None:
    """The order of that id, with its lines."""
    return next(iter(_with_lines(db, db.execute(_ORDER, {"id": order_id}).all())), None)


def orders_of(db: Connection, customer_id: str, limit: int) -> tuple[Order, ...]:
    """A customer's orders, newest first."""
    return _with_lines(db, db.execute(_ORDERS_OF, {"customer_id": customer_id, "most": limit}).all())


def _with_lines(db: Connection, rows: Sequence[Row[Any]]) -> tuple[Order, ...]:
    lines = _lines(db, [row.id for row in rows]) if rows else {}
    return tuple([ORDERS.value(row, lines=tuple(lines.get(row.id, ()))) for row in rows])


def _lines(db: Connection, order_ids: list[str]) -> dict[str, list[OrderLineItem]]:
    found: dict[str, list[OrderLineItem]] = defaultdict(list)
    for row in db.execute(_LINES, {"orders": order_ids}):
        found[row.order_id].append(ORDER_LINES.value(row))
    return found
