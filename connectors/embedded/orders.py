"""The system of record for orders, over the embedded database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, bindparam, func, select

from shopgraph.connectors.embedded.counts import MOST, SLOT_US, Counted, KeptCounts, Key
from shopgraph.connectors.embedded.database import Database
from shopgraph.connectors.embedded.idempotency import once
from shopgraph.connectors.embedded.mapping import changed, to_micros
from shopgraph.connectors.embedded.order_counts import (
    BEST_SELLERS,
    BEST_SELLERS_SINCE,
    BOUGHT_TOGETHER,
    BOUGHT_WITH,
    SELLING,
    Counting,
    count_with,
)
from shopgraph.connectors.embedded.order_rows import (
    add_order,
    line_of,
    locked_order,
    read_orders,
    save_order,
    with_lines,
)
from shopgraph.connectors.embedded.rows import existing, get, require
from shopgraph.connectors.embedded.schema import CUSTOMERS, ORDERS, VARIANTS
from shopgraph.domain import (
    Address,
    CancelReason,
    ExchangeItem,
    Order,
    OrderLineItem,
    OrderStatus,
    ProductVariant,
)
from shopgraph.domain.transitions import ORDER
from shopgraph.errors import Conflict, InvalidInput

_ORDER = TypeAdapter(Order)


_COLUMN = ORDERS.table.c
_ONE = with_lines(select(ORDERS.table).where(_COLUMN.id == bindparam("order")))
_CUSTOMERS = with_lines(
    select(ORDERS.table)
    .where(_COLUMN.customer_id == bindparam("customer"))
    .order_by(_COLUMN.position.desc(), _COLUMN.id)
    .limit(bindparam("at_most")),
    "-position",
    "id",
)


class EmbeddedOrders:
    """`OrdersPort` over the embedded database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counts = KeptCounts()

    async def order(self, order_id: str) -> Order | None:
        """The order of that id."""
        found = await self._database.look(lambda db: read_orders(db, _ONE, order=order_id))
        return found[0] if found else None

    async def orders_of(self, customer_id: str, *, limit: int = 50) -> tuple[Order, ...]:
        """Newest first."""
        asked = {"customer": customer_id, "at_most": limit}
        return await self._database.look(lambda db: read_orders(db, _CUSTOMERS, **asked))

    async def bought_together(self, sku: str, *, limit: int = 5) -> tuple[tuple[str, int], ...]:
        """SKUs most often in the same order as this one's product, with the count of such orders, most often first.

        Canceled orders do not count, nor do other variants of the product itself.
        """
        return await self._database.scan(lambda db: count_with(db, BOUGHT_TOGETHER, sku=sku, at_most=limit))

    async def best_sellers(
        self, region_id: str, *, since: datetime | None = None, limit: int = 10
    ) -> tuple[tuple[str, int], ...]:
        """SKUs bought in most orders of a region that were not canceled, with the count of such orders.

        Most often first, ties by SKU; `since` leaves out orders placed earlier (and those of unknown date).
        Without it the count over many orders may be some minutes old (`KeptCounts`).
        """
        if since is None:
            return await self._counted(("best", region_id), BEST_SELLERS, limit, region=region_id)
        asked = {"region": region_id, "since": to_micros(since), "at_most": limit}
        return await self._database.scan(lambda db: count_with(db, BEST_SELLERS_SINCE, **asked))

    async def bought_with(self, product_id: str, *, limit: int = 5) -> tuple[tuple[str, int], ...]:
        """Products most often in the same order as this one, with the count of such orders, most often first.

        Canceled orders do not count. Of many orders the count may be some minutes old (`KeptCounts`).
        """
        return await self._counted(("with", product_id), BOUGHT_WITH, limit, product=product_id)

    async def selling(
        self, region_id: str, *, since: datetime, until: datetime, limit: int = 10
    ) -> tuple[tuple[str, int], ...]:
        """Products in most orders of a region in that time, with the count of such orders, most often first.

        Of many orders the count may be some minutes old, and of a time that began and ended up to three hours before or
        after (`KeptCounts`).
        """
        first, last = to_micros(since), to_micros(until)
        now, before = (("selling", region_id, first // SLOT_US - ago, last // SLOT_US - ago) for ago in (0, 1))
        return await self._counted(now, SELLING, limit, before=before, region=region_id, since=first, until=last)

    async def _counted(
        self, key: Key, counting: Counting, limit: int, *, before: Key | None = None, **asked: Any
    ) -> Counted:
        asked["at_most"] = max(limit, MOST)

        def count(db: Connection) -> Counted:
            return count_with(db, counting, **asked)

        look, scan = partial(self._database.look, count), partial(self._database.scan, count)
        return await self._counts.get(key, limit, few=look, many=scan, before=before)

    async def place(self, order: Order, *, idempotency_key: str) -> Order:
        """Take a pending order in, as the next one of its customer."""

        def act(db: Connection) -> Order:
            # The customer is locked, so that of two orders at once one comes after the other.
            require(db, CUSTOMERS, order.customer_id)
            if order.status is not OrderStatus.PENDING or get(db, ORDERS, order.id) is not None:
                raise Conflict(f"Order {order.id} cannot be placed: it is there already, or not pending.")
            table = ORDERS.table.c
            last = db.execute(select(func.max(table.position)).where(table.customer_id == order.customer_id)).scalar()
            return add_order(db, changed(order, position=0 if last is None else last + 1))

        return await once(self._database, "orders.place", idempotency_key, {"order": order}, _ORDER, act)

    async def cancel(self, *, order_id: str, reason: CancelReason | None, at: datetime, idempotency_key: str) -> Order:
        """Mark a pending order canceled; its lines' current quantities become 0. Moves no money and no stock."""

        def act(db: Connection) -> Order:
            order = locked_order(db, order_id)
            ORDER.check(order.status, OrderStatus.CANCELED)
            _check_unchanged(order)
            lines = tuple(changed(line, current_quantity=0) for line in order.lines)
            return save_order(
                db,
                changed(order, status=OrderStatus.CANCELED, canceled_at=at, cancel_reason=reason, lines=lines),
            )

        body = {"order": order_id, "reason": reason}
        return await once(self._database, "orders.cancel", idempotency_key, body, _ORDER, act)

    async def change_address(self, *, order_id: str, address: Address, idempotency_key: str) -> Order:
        """Replace the shipping address of a pending order."""

        def act(db: Connection) -> Order:
            order = locked_order(db, order_id)
            _check_pending(order)
            return save_order(db, changed(order, shipping_address=address))

        body = {"order": order_id, "address": address}
        return await once(self._database, "orders.change_address", idempotency_key, body, _ORDER, act)

    async def swap_items(
        self, *, order_id: str, items: Sequence[ExchangeItem], at: datetime, idempotency_key: str
    ) -> Order:
        """Swap variants of a pending order, once: each line takes its own new variant's price and options.

        Sets `items_changed_at` and the new total. A line of which only some units are swapped is split. Discounts and
        tax stay as they were agreed. Moves no money and no stock.
        """

        def act(db: Connection) -> Order:
            order = locked_order(db, order_id)
            _check_pending(order)
            _check_unchanged(order)
            if not items:
                raise InvalidInput("No items to swap.", remedy="Name at least one line.")
            swapped = order
            for item in items:
                swapped = _swap(db, swapped, item)
            return save_order(db, changed(swapped, items_changed_at=at))

        body = {"order": order_id, "items": list(items)}
        return await once(self._database, "orders.swap_items", idempotency_key, body, _ORDER, act)


def _check_pending(order: Order) -> None:
    if order.status is not OrderStatus.PENDING:
        raise Conflict(
            f"Order {order.id} is {order.status}.",
            remedy="Only a pending order can be changed.",
            order_id=order.id,
            status=str(order.status),
        )


def _check_unchanged(order: Order) -> None:
    if order.items_changed_at is not None:
        raise Conflict(
            f"The items of order {order.id} were changed at {order.items_changed_at.isoformat()}.",
            remedy="After that an order is neither changed nor canceled.",
            order_id=order.id,
        )


def _swap(db: Connection, order: Order, item: ExchangeItem) -> Order:
    line = line_of(order, item.line_id, item.from_sku)
    if item.quantity > line.current_quantity:
        raise Conflict(
            f"{item.quantity} of line {line.id} cannot be swapped: it has {line.current_quantity}.",
            requested=item.quantity,
            current=line.current_quantity,
        )
    new = existing(db, VARIANTS, item.to_sku)
    if new.product_id != line.product_id:
        raise Conflict(f"{item.to_sku} is another product than {line.sku}.", remedy="Swap within one product.")
    old = get(db, VARIANTS, line.sku)
    lines = (*_kept(order, line, item.quantity), _taken(order, line, item, old, new))
    total = order.total + (item.price - line.unit_price) * item.quantity
    return changed(order, lines=tuple(sorted(lines, key=lambda each: each.position)), total=total)


def _kept(order: Order, line: OrderLineItem, quantity: int) -> tuple[OrderLineItem, ...]:
    """The order's lines without the units that are swapped out."""
    others = tuple(each for each in order.lines if each.id != line.id)
    left = line.ordered_quantity - quantity
    if left == 0:
        return others
    discount, tax = (money.split([left, quantity])[0] for money in (line.discount, line.tax))
    rest = changed(
        line,
        ordered_quantity=left,
        current_quantity=line.current_quantity - quantity,
        discount=discount,
        tax=tax,
    )
    return (*others, rest)


def _taken(
    order: Order, line: OrderLineItem, item: ExchangeItem, old: ProductVariant | None, new: ProductVariant
) -> OrderLineItem:
    """The line of the units that are swapped in: the old line where they are all of it, else a new one at the end."""
    whole = item.quantity == line.ordered_quantity
    left = line.ordered_quantity - item.quantity
    discount, tax = (money.split([left, item.quantity])[1] for money in (line.discount, line.tax))
    return changed(
        line,
        id=line.id if whole else f"{line.id}+{len(order.lines)}",
        sku=new.sku,
        title=new.title if old is not None and line.title == old.title else line.title,
        options=new.options,
        unit_price=item.price,
        ordered_quantity=item.quantity,
        current_quantity=item.quantity,
        discount=discount,
        tax=tax,
        position=line.position if whole else len(order.lines),
    )
