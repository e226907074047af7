"""Products, variants, prices, reviews and markets, from the embedded database."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import bindparam, func, select

from shopgraph.connectors.embedded.database import Database
from shopgraph.connectors.embedded.rows import equal, get
from shopgraph.connectors.embedded.schema import OFFERS, PRODUCTS, REGIONS, REVIEWS, STORES, VARIANTS
from shopgraph.connectors.embedded.statements import rows
from shopgraph.domain import Offer, Product, ProductVariant, Rating, Region, Review, Store

_REGION_S = 1.0
"""A market's name, money, language and time zone are so old at most."""

_REVIEW = REVIEWS.table.c
_RATINGS = (
    select(_REVIEW.product_id, func.count(), func.sum(_REVIEW.rating))
    .where(_REVIEW.product_id.in_(bindparam("products", expanding=True)))
    .group_by(_REVIEW.product_id)
)


class EmbeddedCatalog:
    """`CatalogPort` over the embedded database."""

    def __init__(self, database: Database, now: Callable[[], float] = time.monotonic) -> None:
        """`now` gives monotonic seconds."""
        self._database = database
        self._now = now
        self._regions: dict[str, tuple[Region, float]] = {}

    async def product(self, product_id: str) -> Product | None:
        """The product of that id."""
        return await self._database.look(lambda db: get(db, PRODUCTS, product_id))

    async def products(self, product_ids: Sequence[str]) -> tuple[Product, ...]:
        """Those that exist, in the order asked for."""
        if not product_ids:
            return ()
        found = await self._database.look(lambda db: equal(db, PRODUCTS, id=product_ids))
        by_id = {product.id: product for product in found}
        return tuple(by_id[each] for each in product_ids if each in by_id)

    async def all_products(self) -> tuple[Product, ...]:
        """Every product, by id."""
        return await self._database.look(lambda db: equal(db, PRODUCTS))

    async def variant(self, sku: str) -> ProductVariant | None:
        """The variant of that SKU."""
        return await self._database.look(lambda db: get(db, VARIANTS, sku))

    async def variants(self, product_id: str) -> tuple[ProductVariant, ...]:
        """A product's variants, by SKU."""
        return await self._database.look(lambda db: equal(db, VARIANTS, product_id=product_id))

    async def offer(self, sku: str, region_id: str) -> Offer | None:
        """A variant's price and availability in a region."""
        return await self._database.look(lambda db: get(db, OFFERS, sku, region_id))

    async def offers(self, skus: Sequence[str], region_id: str) -> tuple[Offer, ...]:
        """The offers that exist, by SKU."""
        if not skus:
            return ()
        return await self._database.look(lambda db: equal(db, OFFERS, sku=skus, region_id=region_id))

    async def reviews(self, product_id: str, *, limit: int = 5) -> tuple[Review, ...]:
        """Newest first. Untrusted text."""
        return await self._database.look(
            lambda db: equal(db, REVIEWS, product_id=product_id, order_by=("-created_at",), limit=limit)
        )

    async def ratings(self, product_ids: Sequence[str]) -> Mapping[str, Rating]:
        """Of all their reviews; a product without one is left out."""
        if not product_ids:
            return {}
        asked = {"products": list(product_ids)}
        found = await self._database.look(lambda db: rows(db, _RATINGS, asked))
        return {product: Rating(reviews=reviews, stars=int(stars)) for product, reviews, stars in found}

    async def regions(self) -> tuple[Region, ...]:
        """Every region, by id."""
        return await self._database.look(lambda db: equal(db, REGIONS))

    async def region(self, region_id: str) -> Region | None:
        """The region of that id, as it was a second ago at most: every request asks for its own several times."""
        known = self._regions.get(region_id)
        if known is not None and self._now() - known[1] < _REGION_S and not self._database.in_transaction:
            return known[0]
        asked = self._now()
        region = await self._database.look(lambda db: get(db, REGIONS, region_id))
        if region is not None:
            self._regions[region_id] = region, asked
        return region

    async def stores(self, region_id: str) -> tuple[Store, ...]:
        """A region's stores, by id."""
        return await self._database.look(lambda db: equal(db, STORES, region_id=region_id))
