"""Products, variants, prices, reviews and markets, from the embedded database."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from shopgraph.connectors.embedded.database import Database
from shopgraph.connectors.embedded.rows import by_key, many, matching
from shopgraph.connectors.embedded.schema import OFFERS, PRODUCTS, REGIONS, REVIEWS, STORES, VARIANTS
from shopgraph.domain import Offer, Product, ProductVariant, Region, Review, Store

_OFFERS = (
    select(OFFERS.table)
    .where(OFFERS.table.c.sku.in_(bindparam("skus", expanding=True)))
    .where(OFFERS.table.c.region_id == bindparam("region_id"))
    .order_by(*OFFERS.key)
)


class EmbeddedCatalog:
    """`CatalogPort` over the embedded database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def product(self, product_id: str) -> Product | None:
        """The product of that id."""
        return await self._database.read(lambda db: by_key(db, PRODUCTS, product_id))

    async def products(self, product_ids: Sequence[str]) -> tuple[Product, ...]:
        """Those that exist, in the order asked for."""
        found = await self._database.read(lambda db: many(db, PRODUCTS, PRODUCTS.table.c.id.in_(product_ids)))
        by_id = {product.id: product for product in found}
        return tuple(by_id[each] for each in product_ids if each in by_id)

    async def all_products(self) -> tuple[Product, ...]:
        """Every product, by id."""
        return await self._database.read(lambda db: many(db, PRODUCTS))

    async def variant(self, sku: str) -> ProductVariant | None:
        """The variant of that SKU."""
        return await self._database.read(lambda db: by_key(db, VARIANTS, sku))

    async def variants(self, product_id: str) -> tuple[ProductVariant, ...]:
        """A product's variants, by SKU."""
        return await self._database.read(lambda db: matching(db, VARIANTS, product_id=product_id))

    async def offer(self, sku: str, region_id: str) -> Offer | None:
        """A variant's price and availability in a region."""
        return await self._database.read(lambda db: by_key(db, OFFERS, sku, region_id))

    async def offers(self, skus: Sequence[str], region_id: str) -> tuple[Offer, ...]:
        """The offers that exist, by SKU."""
        wanted = {"skus": list(skus), "region_id": region_id}
        return await self._database.read(lambda db: tuple([OFFERS.value(row) for row in db.execute(_OFFERS, wanted)]))

    async def reviews(self, product_id: str, *, limit: int = 5) -> tuple[Review, ...]:
        """Newest first. Untrusted text."""
        table = REVIEWS.table
        return await self._database.read(
            lambda db: many(
                db, REVIEWS, table.c.product_id == product_id, order_by=(table.c.created_at.desc(),), limit=limit
            )
        )

    async def regions(self) -> tuple[Region, ...]:
        """Every region, by id."""
        return await self._database.read(lambda db: many(db, REGIONS))

    async def region(self, region_id: str) -> Region | None:
        """The region of that id."""
        return await self._database.read(lambda db: by_key(db, REGIONS, region_id))

    async def stores(self, region_id: str) -> tuple[Store, ...]:
        """A region's stores, by id."""
        return await self._database.read(lambda db: matching(db, STORES, region_id=region_id))
