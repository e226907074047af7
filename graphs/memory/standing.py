"""What things are right now, in the words of `Dependency.was`: the shop's systems are asked whenever memory is read."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Protocol, assert_never

from shopgraph.connectors.ports import Connectors
from shopgraph.connectors.units import units_of
from shopgraph.domain import Campaign, Instant, Promotion, Rating
from shopgraph.graphs.memory.counting import Counting
from shopgraph.graphs.memory.dependencies import (
    USABLE,
    USED_UP,
    Aspect,
    Topic,
    digest_of,
    ids_of,
    parted,
    price_of,
    running_of,
    stock_band,
    written_from,
)
from shopgraph.tools.recommending import own_orders, times_in

logger = logging.getLogger(__name__)

NOT_THERE = "not there"


class Standing(Protocol):
    """Says what things are right now."""

    async def now(self, topics: Collection[Topic], *, at: Instant) -> Mapping[Topic, str]:
        """What each topic is, in the words of `Dependency.was`. One that cannot be read is left out."""
        ...


class LiveStanding:
    """`Standing` by asking the shop's systems, each at most once per kind and region, at the moment of the question.

    What is counted over orders may have been asked a second before (`Counting`).
    """

    def __init__(self, connectors: Connectors) -> None:
        counting = Counting(connectors.orders)
        self._readers: Mapping[str, _Reader] = {
            **{system: partial(reader, connectors) for system, reader in _READERS.items()},
            "sales": counting.sales,
            "baskets": counting.baskets,
        }

    async def now(self, topics: Collection[Topic], *, at: Instant) -> Mapping[Topic, str]:
        """What each topic is. A system that fails leaves out its topics."""
        groups: dict[tuple[str, str], list[Topic]] = {}
        for topic in dict.fromkeys(topics):
            groups.setdefault((_system(topic.aspect), topic.region_id), []).append(topic)
        known: dict[Topic, str] = {}
        for answer in await asyncio.gather(
            *(self._ask(system, region_id, group, at) for (system, region_id), group in groups.items())
        ):
            known |= answer
        return known

    async def _ask(self, system: str, region_id: str, topics: Sequence[Topic], at: Instant) -> dict[Topic, str]:
        try:
            return await self._readers[system](region_id, topics, at)
        except Exception as exception:
            logger.warning("what remembered facts depend on cannot be read (%s): %s", system, exception)
            return {}


def _system(aspect: Aspect) -> str:
    match aspect:
        case Aspect.PRICE | Aspect.AVAILABILITY:
            return "offers"
        case Aspect.STOCK | Aspect.STOCK_BAND:
            return "stock"
        case Aspect.CAMPAIGN | Aspect.RUNNING:
            return "marketing"
        case Aspect.WITHOUT_CODE:
            return "everybody's promotions"
        case Aspect.CODE:
            return "codes"
        case Aspect.PRODUCT:
            return "catalog"
        case Aspect.RATING:
            return "reviews"
        case Aspect.TREND | Aspect.EARLIER | Aspect.SOLD:
            return "sales"
        case Aspect.TOGETHER:
            return "baskets"
        case Aspect.AGAIN:
            return "own orders"
        case _:
            assert_never(aspect)


async def _offers(connectors: Connectors, region_id: str, topics: Sequence[Topic], _: Instant) -> dict[Topic, str]:
    offers = await connectors.catalog.offers([topic.subject for topic in topics], region_id)
    prices = {offer.sku: price_of(offer.price, offer.compare_at) for offer in offers}
    availability = {offer.sku: str(offer.availability) for offer in offers}
    return {
        topic: (prices if topic.aspect is Aspect.PRICE else availability).get(topic.subject, NOT_THERE)
        for topic in topics
    }


async def _stock(connectors: Connectors, region_id: str, topics: Sequence[Topic], _: Instant) -> dict[Topic, str]:
    skus = list(dict.fromkeys(topic.subject for topic in topics))
    available = await units_of(connectors.inventory, skus, region_id)
    return {
        topic: str(left) if topic.aspect is Aspect.STOCK else stock_band(left)
        for topic in topics
        for left in [available.get(topic.subject, 0)]
    }


async def _marketing(connectors: Connectors, region_id: str, topics: Sequence[Topic], at: Instant) -> dict[Topic, str]:
    campaigns = await connectors.marketing.campaigns(region_id=region_id, at=at)
    promotions = await connectors.marketing.promotions(region_id=region_id, at=at)
    running: list[Campaign | Promotion] = [*campaigns, *promotions]
    found = {each.id: digest_of(each) for each in running}
    return {
        topic: running_of(running) if topic.aspect is Aspect.RUNNING else found.get(topic.subject, NOT_THERE)
        for topic in topics
    }


async def _products(connectors: Connectors, _: str, topics: Sequence[Topic], __: Instant) -> dict[Topic, str]:
    products = await connectors.catalog.products([topic.subject for topic in topics])
    found = {product.id: written_from(product) for product in products}
    return {topic: found.get(topic.subject, NOT_THERE) for topic in topics}


async def _codes(connectors: Connectors, _: str, topics: Sequence[Topic], __: Instant) -> dict[Topic, str]:
    found = await asyncio.gather(*[connectors.marketing.code(topic.subject) for topic in topics])
    return {
        topic: NOT_THERE if code is None else USED_UP if code.is_used_up else USABLE
        for topic, code in zip(topics, found, strict=True)
    }


async def _everybodys(connectors: Connectors, region_id: str, topics: Sequence[Topic], at: Instant) -> dict[Topic, str]:
    free = ids_of(await connectors.marketing.without_code(region_id=region_id, at=at))
    return dict.fromkeys(topics, free)


async def _ratings(connectors: Connectors, _: str, topics: Sequence[Topic], __: Instant) -> dict[Topic, str]:
    ratings = await connectors.catalog.ratings([topic.subject for topic in topics])
    return {topic: str(ratings.get(topic.subject, Rating())) for topic in topics}


async def _own(connectors: Connectors, _: str, topics: Sequence[Topic], __: Instant) -> dict[Topic, str]:
    customers = dict.fromkeys(parted(topic.subject)[0] for topic in topics)
    times = {each: times_in(await own_orders(connectors.orders, each)) for each in customers}
    return {topic: str(times[who].get(what, 0)) for topic in topics for who, what in [parted(topic.subject)]}


_Reader = Callable[[str, Sequence[Topic], Instant], Awaitable[dict[Topic, str]]]
_READERS: Mapping[str, Callable[[Connectors, str, Sequence[Topic], Instant], Awaitable[dict[Topic, str]]]] = {
    "offers": _offers,
    "stock": _stock,
    "marketing": _marketing,
    "everybody's promotions": _everybodys,
    "codes": _codes,
    "catalog": _products,
    "reviews": _ratings,
    "own orders": _own,
}
