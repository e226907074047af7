"""A small catalog in memory."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from shopgraph.connectors.ports import CatalogPort
from shopgraph.domain import Product
from shopgraph.evals.search import FileCatalog


class MemoryCatalog(FileCatalog):
    """Products in a list, which a test may change."""

    def __init__(self, products: Sequence[Product]) -> None:
        self.stock = list(products)

    async def product(self, product_id: str) -> Product | None:
        return next((each for each in self.stock if each.id == product_id), None)

    async def products(self, product_ids: Sequence[str]) -> tuple[Product, ...]:
        return tuple(each for key in product_ids for each in self.stock if each.id == key)

    async def all_products(self) -> tuple[Product, ...]:
        return tuple(self.stock)


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
