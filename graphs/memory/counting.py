"""How often things are bought right now, for comparing what was said of it: counted once for a second's readers."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from shopgraph.connectors.ports.sales import OrdersPort
from shopgraph.domain import Instant
from shopgraph.graphs.memory.dependencies import Aspect, Topic, parted
from shopgraph.tools.selling import Sold, sold_lately

KEPT_S = 1.0
"""A count is compared with for so long, no longer: what is told is counted anew, and must not look changed.

Every request of a customer to whom reasons were told asks for some."""
_SHOP_TIME = timedelta(hours=3)
"""The same by the shop's clock, which may run faster, as for the counts that connectors keep."""
_MOST = 1_000
_PARTNERS = 10_000


class Counting:
    """The counts over orders of one shop in one process. It knows no customer."""

    def __init__(self, orders: OrdersPort, now: Callable[[], float] = time.monotonic) -> None:
        """`now` gives monotonic seconds."""
        self._orders = orders
        self._now = now
        self._kept: dict[tuple[str, str], tuple[float, Instant, Any]] = {}

    async def sales(self, region_id: str, topics: Sequence[Topic], at: Instant) -> dict[Topic, str]:
        """In how many orders of the region each product is."""
        sold: Sold = await self._once(("sold", region_id), at, lambda: sold_lately(self._orders, region_id, at))
        return {topic: str(_sold(sold, topic)) for topic in topics}

    async def baskets(self, _: str, topics: Sequence[Topic], at: Instant) -> dict[Topic, str]:
        """In how many orders the two products of each topic are."""
        products = dict.fromkeys(parted(topic.subject)[0] for topic in topics)
        counted = {each: await self._beside(each, at) for each in products}
        return {topic: str(counted[one].get(other, 0)) for topic in topics for one, other in [parted(topic.subject)]}

    async def _beside(self, product_id: str, at: Instant) -> Mapping[str, int]:
        async def count() -> Mapping[str, int]:
            return dict(await self._orders.bought_with(product_id, limit=_PARTNERS))

        counted: Mapping[str, int] = await self._once(("with", product_id), at, count)
        return counted

    async def _once(self, key: tuple[str, str], at: Instant, count: Callable[[], Awaitable[Any]]) -> Any:
        now = self._now()
        kept = self._kept.get(key)
        if kept is not None and now - kept[0] < KEPT_S and abs(at - kept[1]) < _SHOP_TIME:
            return kept[2]
        counted = await count()
        if len(self._kept) >= _MOST:
            self._kept.clear()
        self._kept[key] = (now, at, counted)
        return counted


def _sold(sold: Sold, topic: Topic) -> int:
    match topic.aspect:
        case Aspect.TREND:
            return sold.recent[topic.subject] if sold.trends(topic.subject) else 0
        case Aspect.EARLIER:
            return sold.earlier.get(topic.subject, 0)
        case _:
            return sold.recent.get(topic.subject, 0) + sold.earlier.get(topic.subject, 0)
