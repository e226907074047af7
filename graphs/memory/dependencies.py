"""What a remembered fact depends on, and whether that is still so.

A dependency holds what its writer actually read ("89.00 USD", "3 available"), not a version number looked up on the
side: so there is no moment between reading and writing in which a change could slip through, and every adapter that
can be read can be checked. A fact is fresh when everything it depends on is the same right now; a count
of orders, when it is no less.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from shopgraph.domain import Campaign, Money, Offer, Product, Promotion, Rating, Value

LOW_STOCK = 3
"""Up to so many units are "few left"."""
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
    WITHOUT_CODE = "without_code"
    """Which promotions everybody gets in a region without typing a code. Subject: empty."""
    CODE = "code"
    """Whether a discount code can still be used. Subject: the code; region: empty."""
    PRODUCT = "product"
    """A product's title, attributes, brand and category. Subject: a product id; region: empty."""
    RATING = "rating"
    """How many reviews a product has, and their mean. Subject: a product id; region: empty."""
    TREND = "trend"
    """In how many orders of a region a product is of late, where that is a trend, else 0. Subject: a product id."""
    EARLIER = "earlier"
    """In how many it was in as many days before. Subject: a product id."""
    SOLD = "sold"
    """In how many it is of both times together. Subject: a product id."""
    TOGETHER = "together"
    """In how many orders two products are. Subject: `pair` of their ids; region: empty."""
    AGAIN = "again"
    """In how many of a customer's latest orders a product is. Subject: `pair` of their ids; region: empty."""


_AT_LEAST = frozenset({Aspect.TREND, Aspect.SOLD, Aspect.TOGETHER, Aspect.AGAIN})
"""Counts of orders: one more makes nothing wrong that was said of so many."""
_BETWEEN = " with "


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

    def holds(self, now: str | None) -> bool:
        """Whether what was read may still be said, now that it is this; None: it cannot be read."""
        if now is not None and self.aspect in _AT_LEAST:
            return int(now) >= int(self.was)
        return now == self.was


def on_price(offer: Offer) -> Dependency:
    """A fact that names this price, or the cut from the one before."""
    return on_price_of(offer.sku, offer.region_id, offer.price, offer.compare_at)


def on_price_of(sku: str, region_id: str, price: Money, before: Money | None = None) -> Dependency:
    """The same where the price was read from something else than an `Offer`."""
    return Dependency(aspect=Aspect.PRICE, subject=sku, region_id=region_id, was=price_of(price, before))


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
    return Dependency(aspect=Aspect.CAMPAIGN, subject=running.id, region_id=region_id, was=digest_of(running))


def on_running(region_id: str, running: Iterable[Campaign | Promotion]) -> Dependency:
    """A fact that would read otherwise if another campaign or promotion ran: give all that run in the region."""
    return Dependency(aspect=Aspect.RUNNING, subject="", region_id=region_id, was=running_of(running))


def on_code(code: str) -> Dependency:
    """A fact that says that this code can be used."""
    return Dependency(aspect=Aspect.CODE, subject=code, was=USABLE)


def on_product(product: Product) -> Dependency:
    """A fact that was written from a product's attributes."""
    return Dependency(aspect=Aspect.PRODUCT, subject=product.id, was=written_from(product))


def on_without_code(region_id: str, promotions: Iterable[Promotion]) -> Dependency:
    """A fact that names what a promotion gives as everybody's: give all that need no code in the region."""
    return Dependency(aspect=Aspect.WITHOUT_CODE, subject="", region_id=region_id, was=ids_of(promotions))


def on_rating(product_id: str, rating: Rating) -> Dependency:
    """A fact that says how a product was rated, and by how many."""
    return Dependency(aspect=Aspect.RATING, subject=product_id, was=str(rating))


def on_trend(product_id: str, region_id: str, orders: int) -> Dependency:
    """A fact that calls a product a trend, in so many orders or more."""
    return Dependency(aspect=Aspect.TREND, subject=product_id, region_id=region_id, was=str(orders))


def on_earlier(product_id: str, region_id: str, orders: int) -> Dependency:
    """A fact that says in how many orders a product was in the days before those of its trend."""
    return Dependency(aspect=Aspect.EARLIER, subject=product_id, region_id=region_id, was=str(orders))


def on_sold(product_id: str, region_id: str, orders: int) -> Dependency:
    """A fact that says that a product sells, in so many orders or more."""
    return Dependency(aspect=Aspect.SOLD, subject=product_id, region_id=region_id, was=str(orders))


def on_together(product_id: str, other_id: str, orders: int) -> Dependency:
    """A fact that says that two products are bought together, in so many orders or more."""
    return Dependency(aspect=Aspect.TOGETHER, subject=pair(product_id, other_id), was=str(orders))


def on_again(customer_id: str, product_id: str, orders: int) -> Dependency:
    """A fact told to a customer: that a product is in so many of their latest orders, or more."""
    return Dependency(aspect=Aspect.AGAIN, subject=pair(customer_id, product_id), was=str(orders))


def pair(one: str, other: str) -> str:
    """Two ids as one subject."""
    return f"{one}{_BETWEEN}{other}"


def parted(subject: str) -> tuple[str, str]:
    """The two ids of a `pair`."""
    one, _, other = subject.partition(_BETWEEN)
    return one, other


def stock_band(available: int) -> str:
    """`none`, `few` or `many`."""
    if available <= 0:
        return "none"
    return "few" if available <= LOW_STOCK else "many"


def price_of(price: Money, before: Money | None) -> str:
    """A price, and the one before a reduction."""
    return f"{price}, before {before}" if before else str(price)


def digest_of(value: Value) -> str:
    """All of it in a few letters."""
    return hashlib.sha256(value.model_dump_json().encode()).hexdigest()[:16]


def running_of(running: Iterable[Campaign | Promotion]) -> str:
    """All of them in a few letters. Campaigns and promotions are told apart by their fields: equal ids do no harm."""
    terms = "\n".join(sorted({f"{each.id} {digest_of(each)}" for each in running}))
    return hashlib.sha256(terms.encode()).hexdigest()[:16]


def ids_of(promotions: Iterable[Promotion]) -> str:
    """Which they are, as a digest."""
    return hashlib.sha256("\n".join(sorted({each.id for each in promotions})).encode()).hexdigest()[:16]


def written_from(product: Product) -> str:
    """What of a product a text is written from."""
    # The description is what is written from the rest; it must not outdate itself.
    return digest_of(product.model_copy(update={"description": ""}))
