"""A shop's orders as baskets of products: what its own recommender learns from."""

from __future__ import annotations

from collections.abc import Iterable

from shopgraph.domain import Order, OrderStatus
from shopgraph.models.recommend.rows import Basket


def baskets_of(orders: Iterable[Order]) -> list[Basket]:
    """One basket per order that was not canceled and whose date is known, oldest first; items are product ids."""
    found = []
    for order in orders:
        if order.status is OrderStatus.CANCELED or order.placed_at is None:
            continue
        items = tuple(dict.fromkeys(line.product_id for line in order.lines))
        if items:
            found.append(Basket(customer=order.customer_id, day=order.placed_at.date().toordinal(), items=items))
    return sorted(found, key=lambda basket: basket.day)
