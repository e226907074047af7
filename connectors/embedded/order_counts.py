"""Counts over many orders: what is bought together, and what sells."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import ColumnElement, Connection, ScalarSelect, Select, bindparam, distinct, func, select

from shopgraph.connectors.embedded.counts import Counted
from shopgraph.connectors.embedded.schema import ORDER_LINES, ORDERS, VARIANTS
from shopgraph.connectors.embedded.statements import rows
from shopgraph.domain import OrderStatus

_LINES, _ORDERS = ORDER_LINES.table, ORDERS.table
_OTHER = _LINES.alias("others")
_COLUMN = _ORDERS.c


class Counting:
    """A statement whose rows are what is counted, and in how many orders it is."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self.statement = statement
        counted = statement.subquery()
        self.in_one_row = select(func.json_group_array(func.json_array(*counted.c)))
        """The same as JSON. SQLite lets go of the interpreter for each row, and a thread whose event loop is busy waits
        for it anew each time: 8 ms of counting became 211 for 141 rows, 37 for one."""


def count_with(db: Connection, counting: Counting, **asked: Any) -> Counted:
    """What it counts, most often first, else in the order of names.

    Args:
        asked: the statement's parameters, with `at_most`.
    """
    if db.dialect.name == "sqlite":
        ((found,),) = rows(db, counting.in_one_row, asked)
        # In which order a group is made into an array is nowhere promised.
        return tuple(sorted(((name, times) for name, times in json.loads(found)), key=lambda pair: (-pair[1], pair[0])))
    return tuple([(name, int(times)) for name, times in rows(db, counting.statement, asked)])


def _others(counted: ColumnElement[Any], product: ColumnElement[Any] | ScalarSelect[Any]) -> Select[*tuple[Any, ...]]:
    """What is in the same orders as a product, with the count of such orders, most often first."""
    count = func.count(distinct(_OTHER.c.order_id))
    joined = _LINES.join(_ORDERS, _COLUMN.id == _LINES.c.order_id).join(_OTHER, _OTHER.c.order_id == _COLUMN.id)
    return (
        select(counted, count)
        .select_from(joined)
        .where(_LINES.c.product_id == product, _OTHER.c.product_id != _LINES.c.product_id)
        .where(_COLUMN.status != OrderStatus.CANCELED.value)
        .group_by(counted)
        .order_by(count.desc(), counted)
        .limit(bindparam("at_most"))
    )


def _sold(counted: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    """What is in the orders of a region, with the count of such orders, most often first."""
    count = func.count(distinct(_COLUMN.id))
    return (
        select(counted, count)
        .select_from(_LINES.join(_ORDERS, _COLUMN.id == _LINES.c.order_id))
        .where(_COLUMN.region_id == bindparam("region"), _COLUMN.status != OrderStatus.CANCELED.value)
        .group_by(counted)
        .order_by(count.desc(), counted)
        .limit(bindparam("at_most"))
    )


_ITS_PRODUCT = select(VARIANTS.table.c.product_id).where(VARIANTS.table.c.sku == bindparam("sku")).scalar_subquery()
_SINCE = _COLUMN.placed_at >= bindparam("since")

BOUGHT_TOGETHER = Counting(_others(_OTHER.c.sku, _ITS_PRODUCT))
"""SKUs in the same orders as the product of a `sku`."""
BOUGHT_WITH = Counting(_others(_OTHER.c.product_id, bindparam("product")))
"""Products in the same orders as a `product`."""
BEST_SELLERS = Counting(_sold(_LINES.c.sku))
"""SKUs in the orders of a `region`."""
BEST_SELLERS_SINCE = Counting(_sold(_LINES.c.sku).where(_SINCE))
"""Those in orders that were placed `since`, in microseconds."""
SELLING = Counting(_sold(_LINES.c.product_id).where(_SINCE, _COLUMN.placed_at < bindparam("until")))
"""Products in the orders of a `region` that were placed `since` and before `until`, in microseconds."""
