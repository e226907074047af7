"""Search results that can be bought: filtered by region, stock and price as the shop's records have them right now.

An index is never asked for a price or for stock. What it finds is looked up, in its order, until enough fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from shopgraph.connectors.ports import CatalogPort, InventoryPort, SearchHit, SearchPort
from shopgraph.connectors.search.understanding import ANY_PRICE, PriceRange, price_range
from shopgraph.connectors.units import units_of
from shopgraph.domain import Availability, Money, Offer, Product

_PAGE = 4
"""How many hits are looked up at first, for each one wanted."""
_MOST = 400
"""Hits that are looked up at most: what fits worse than so many others is no answer."""


@dataclass(frozen=True, kw_only=True)
class SearchFilter:
    """What a result must be. Every part that is set must hold."""

    region_id: str
    """Sold there: it has an offer in this region."""
    in_stock: bool = False
    """A variant can be had at once; where units are counted, one is left."""
    price: PriceRange = ANY_PRICE
    """Of a variant that is offered (and in stock, where that is asked). In another currency nothing fits."""
    brand: str = ""
    category: str = ""


@dataclass(frozen=True, kw_only=True)
class LiveHit:
    """A product that fits, with what it costs now."""

    product: Product
    score: float
    from_price: Money
    """The lowest of the variants that fit and can be had at once; of those that fit, where none can."""
    in_stock: bool
    """Whether a variant that fits can be had at once: it is for this price."""


async def find(
    query: str,
    where: SearchFilter,
    *,
    search: SearchPort,
    catalog: CatalogPort,
    inventory: InventoryPort,
    limit: int = 5,
) -> tuple[LiveHit, ...]:
    """Best first; fewer than `limit` when fewer fit, never filled up with what does not.

    A price in the query ("under $50") narrows the filter's own.
    """
    where = _narrowed(where, price_range(query)[0])
    fitting: list[LiveHit] = []
    seen = 0
    depth = max(1, limit) * _PAGE
    while len(fitting) < limit:
        hits = await search.search(query, limit=min(depth, _MOST))
        fitting += await _fitting(hits[seen:], where, catalog, inventory)
        seen = len(hits)
        if seen < depth or depth >= _MOST:
            break
        depth *= _PAGE
    return tuple(fitting[: max(0, limit)])


async def _fitting(
    hits: Sequence[SearchHit], where: SearchFilter, catalog: CatalogPort, inventory: InventoryPort
) -> list[LiveHit]:
    scores = {hit.product_id: hit.score for hit in hits}
    products = [each for each in await catalog.products(list(scores)) if _named(each, where)]
    variants = {each.id: await catalog.variants(each.id) for each in products}
    skus = [variant.sku for some in variants.values() for variant in some]
    offers = {offer.sku: offer for offer in await catalog.offers(skus, where.region_id)} if skus else {}
    counted = [variant.sku for some in variants.values() for variant in some if variant.tracks_stock]
    units = await units_of(inventory, counted, where.region_id)
    found = []
    for product in products:
        own = [offers[variant.sku] for variant in variants[product.id] if variant.sku in offers]
        fits = [offer for offer in own if costs(offer.price, where.price)]
        ready = [offer for offer in fits if _can_be_had(offer, units.get(offer.sku))]
        if chosen := ready if where.in_stock else ready or fits:
            least = min((offer.price for offer in chosen), key=lambda price: price.amount)
            found.append(LiveHit(product=product, score=scores[product.id], from_price=least, in_stock=bool(ready)))
    return found


def _named(product: Product, where: SearchFilter) -> bool:
    brand = not where.brand or product.brand.casefold() == where.brand.casefold()
    return brand and (not where.category or product.category.casefold() == where.category.casefold())


def _can_be_had(offer: Offer, units: int | None) -> bool:
    return offer.availability is Availability.IN_STOCK and (units is None or units > 0)


def costs(price: Money, asked: PriceRange) -> bool:
    """Whether the price is what was asked for; in another currency it is not."""
    if asked.currencies and price.currency not in asked.currencies:
        return False
    amount = price.decimal
    at_least, at_most = asked.at_least or Decimal(0), asked.at_most
    return amount >= at_least and (at_most is None or amount <= at_most)


def _narrowed(where: SearchFilter, asked: PriceRange) -> SearchFilter:
    """Both prices must hold; where no currency is of both, nothing can."""
    own = where.price
    if not asked or not own:
        return replace(where, price=asked or own)
    lows = [each for each in (own.at_least, asked.at_least) if each is not None]
    highs = [each for each in (own.at_most, asked.at_most) if each is not None]
    shared = tuple(each for each in own.currencies if not asked.currencies or each in asked.currencies)
    apart = own.currencies and asked.currencies and not shared
    return replace(
        where,
        price=PriceRange(
            at_least=max(lows, default=None),
            at_most=Decimal(-1) if apart else min(highs, default=None),
            currencies=shared or asked.currencies,
        ),
    )
