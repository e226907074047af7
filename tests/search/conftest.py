"""A small catalog in memory."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from shopgraph.connectors.ports import CatalogPort
from shopgraph.domain import Offer, Product, ProductVariant, Region, Review, Store


class MemoryCatalog:
    """Products in a list, which a test may change."""

    def __init__(self, products: Sequence[Product]) -> None:
        self.stock = list(products)

    async def product(self, product_id: str) -> Product | None:
        return next((item for item in self.stock if item.id == product_id), None)

    async def products(self, product_ids: Sequence[str]) -> tuple[Product, ...]:
        found = [await self.product(product_id) for product_id in product_ids]
        return tuple(item for item in found if item)

    async def all_products(self) -> tuple[Product, ...]:
        return tuple(self.stock)

    async def variant(self, sku: str) -> ProductVariant | None:
        return None

    async def variants(self, product_id: str) -> tuple[ProductVariant, ...]:
        return ()

    async def offer(self, sku: str, region_id: str) -> Offer | None:
        return None

    async def offers(self, skus: Sequence[str], region_id: str) -> tuple[Offer, ...]:
        return ()

    async def reviews(self, product_id: str, *, limit: int = 5) -> tuple[Review, ...]:
        return ()

    async def regions(self) -> tuple[Region, ...]:
        return ()

    async def region(self, region_id: str) -> Region | None:
        return None

    async def stores(self, region_id: str) -> tuple[Store, ...]:
        return ()


def product(key: str, title: str, category: str, description: str = "", **attributes: str) -> Product:
    return Product(id=key, title=title, category=category, description=description, attributes=attributes)


@pytest.fixture
def catalog() -> CatalogPort:
    return MemoryCatalog(
        [
            product("dress", "Blue Wrap Dress", "Dresses", "Soft jersey that flows.", color="blue"),
            product("gown", "Evening Gown", "Dresses", "Floor length, in midnight blue silk.", color="midnight"),
            product("heels", "Silver Heels", "Shoes", "Goes well with a blue dress.", color="silver"),
            product("sneakers", "Trail Sneakers", "Shoes", "Grip for wet ground.", color="green"),
            product("lamp", "Walnut Desk Lamp", "Lighting", "Warm light for long evenings."),
            product("kettle", "Steel Kettle", "Kitchen", "Boils a liter of water in three minutes."),
            product("watches", "Field Watch", "Accessories", "Sapphire glass, leather strap."),
        ]
    )
