"""What a remembered fact depends on, and whether that is still so.

A dependency holds what its writer actually read ("89.00 USD", "3 available"), not a version number looked up on the
side: so there is no moment between reading and writing in which a change could slip through, and every adapter that
can be read can be checked. A fact is fresh when everything it depends on is the same right now.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol, assert_never

from shopgraph.connectors.ports import Connectors
from shopgraph.connectors.units import units_of
from shopgraph.domain import Campaign, Instant, Money, Offer, Product, Promotion, Value

logger = logging.getLogger(__name__)

LOW_STOCK = 3
"""Up to so many units are "few left"."""
NOT_THERE = "not there"
USABLE, USED_UP = "usable", "used up"


class Aspect(StrEnum):
    """What of the shop a fact may depend on."""

    PRICE = "price"
    """A variant's price in a region, and the one before a reduction. Subject: a SKU."""
    AVAILABILITY = "availability"
    """Whether a variant is offered in a region at all: in stock, on backorder, discontinued. Subject: a SKU."""
    STOCK = "stock"
    """How many units of a variant are available in a region. Subject: a SKU."""
    STOCK_BAND = "stock_band"
    """Whether none, few (`LOW_STOCK`) or many are: for texts that name no number. Subject: a SKU."""
    CAMPAIGN = "campaign"
    """A campaign's or promotion's terms, while it runs in a region. Subject: its id."""
    RUNNING = "running"
    """Which campaigns and promotions run in a region, and their terms. Subject: empty."""
    CODE = "code"
    """Whether a discount code can still be used. Subject: the code; region: empty."""
    PRODUCT = "product"
    """A product's title, attributes, brand and category. Subject: a product id; region: empty."""


class Topic(NamedTuple):
    """One thing that can change."""

    aspect: Aspect
    subject: str
    region_id: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.aspect, self.subject, self.region_id) if part)


class Dependency(Value):
    """One thing that a fact was read from, and what it was. Made by the `on_...` functions."""

    aspect: Aspect
    subject: str
    region_id: str = ""
    was: str

    @property
    def topic(self) -> Topic:
        """What it is about."""
        return Topic(self.aspect, self.subject, self.region_id)


def on_price(offer: Offer) -> Dependency:
    """A fact that names this price, or the cut from the one before."""
    return on_price_of(offer.sku, offer.region_id, offer.price, offer.compare_at)


def on_price_of(sku: str, region_id: str, price: Money, before: Money | None = None) -> Dependency:
    """The same where the price was read from something else than an `Offer`."""
    return Dependency(aspect=Aspect.PRICE, subject=sku, region_id=region_id, was=_price(price, before))


def on_availability(offer: Offer) -> Dependency:
    """A fact that says that this is to be had, or not."""
    return Dependency(
        aspect=Aspect.AVAILABILITY, subject=offer.sku, region_id=offer.region_id, was=str(offer.availability)
    )


def on_stock(sku: str, region_id: str, available: int) -> Dependency:
    """A fact that names how many are available."""
    return Dependency(aspect=Aspect.STOCK, subject=sku, region_id=region_id, was=str(available))


def on_stock_band(sku: str, region_id: str, available: int) -> Dependency:
    """A fact that says only whether there are none, few or many."""
    return Dependency(aspect=Aspect.STOCK_BAND, subject=sku, region_id=region_id, was=stock_band(available))


def on_campaign(running: Campaign | Promotion, region_id: str) -> Dependency:
    """A fact that names this campaign or promotion, which runs in the region."""
    return Dependency(aspect=Aspect.CAMPAIGN, subject=running.id, region_id=region_id, was=_digest(running))


def on_running(region_id: str, running: Iterable[Campaign | Promotion]) -> Dependency:
    """A fact that would read otherwise if another campaign or promotion ran: give all that run in the region."""
    return Dependency(aspect=Aspect.RUNNING, subject="", region_id=region_id, was=_running(running))


def on_code(code: str) -> Dependency:
    """A fact that says that this code can be used."""
    return Dependency(aspect=Aspect.CODE, subject=code, was=USABLE)


def on_product(product: Product) -> Dependency:
    """A fact that was written from a product's attributes."""
    return Dependency(aspect=Aspect.PRODUCT, subject=product.id, was=_product(product))


def stock_band(available: int) -> str:
    """`none`, `few` or `many`."""
    if available <= 0:
        return "none"
    return "few" if available <= LOW_STOCK else "many"


def _price(price: Money, before: Money | None) -> str:
    return f"{price}, before {before}" if before else str(price)


def _digest(value: Value) -> str:
    return hashlib.sha256(value.model_dump_json().encode()).hexdigest()[:16]


def _running(running: Iterable[Campaign | Promotion]) -> str:
    """Campaigns and promotions are told apart by their fields, so equal ids do no harm."""
    terms = "\n".join(sorted({f"{each.id} {_digest(each)}" for each in running}))
    return hashlib.sha256(terms.encode()).hexdigest()[:16]


def _product(product: Product) -> str:
    # The description is what is written from the rest; it must not outdate itself.
    return _digest(product.model_copy(update={"description": ""}))


class Standing(Protocol):
    """Says what things are right now."""

    async def now(self, topics: Collection[Topic], *, at: Instant) -> Mapping[Topic, str]:
        """What each topic is, in the words of `Dependency.was`. One that cannot be read is left out."""
        ...


class LiveStanding:
    """`Standing` by asking the shop's systems, each at most once per kind and region, at the moment of the question."""

    def __init__(self, connectors: Connectors) -> None:
        self._connectors = connectors

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
        reader = _READERS[system]
        try:
            return await reader(self._connectors, region_id, topics, at)
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
        case Aspect.CODE:
            return "codes"
        case Aspect.PRODUCT:
            return "catalog"
        case _:
            assert_never(aspect)


async def _offers(connectors: Connectors, region_id: str, topics: Sequence[Topic], _: Instant) -> dict[Topic, str]:
    offers = await connectors.catalog.offers([topic.subject for topic in topics], region_id)
    prices = {offer.sku: _price(offer.price, offer.compare_at) for offer in offers}
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
    found = {each.id: _digest(each) for each in running}
    return {
        topic: _running(running) if topic.aspect is Aspect.RUNNING else found.get(topic.subject, NOT_THERE)
        for topic in topics
    }


async def _codes(connectors: Connectors, _: str, topics: Sequence[Topic], __: Instant) -> dict[Topic, str]:
    found = await asyncio.gather(*[connectors.marketing.code(topic.subject) for topic in topics])
    return {
        topic: NOT_THERE if code is None else USED_UP if code.is_used_up else USABLE
        for topic, code in zip(topics, found, strict=True)
    }


async def _products(connectors: Connectors, _: str, topics: Sequence[Topic], __: Instant) -> dict[Topic, str]:
    products = await connectors.catalog.products([topic.subject for topic in topics])
    found = {product.id: _product(product) for product in products}
    return {topic: found.get(topic.subject, NOT_THERE) for topic in topics}


_Reader = Callable[[Connectors, str, Sequence[Topic], Instant], Awaitable[dict[Topic, str]]]
_READERS: Mapping[str, _Reader] = {
    "offers": _offers,
    "stock": _stock,
    "marketing": _marketing,
    "codes": _codes,
    "catalog": _products,
}
