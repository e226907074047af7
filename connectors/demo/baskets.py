"""What ends up in one basket: people buy for an occasion, and some things call for others."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from shopgraph.connectors.demo.cast import CAST, TREND_REGION_ID, TREND_SKU
from shopgraph.connectors.demo.catalog import Catalog
from shopgraph.connectors.demo.seeds import stream
from shopgraph.domain import Product

_TREND_SINCE = timedelta(days=14)
_FAVOURITE = 4.0
"""How much likelier than the least one the most popular thing of a theme is bought."""
_USUAL = {TREND_SKU: 0.45, CAST["dresser"].skus["bought"]: 0.5}
"""Sizes that most people take, and their share."""
_CHEAP = {"kitchen", "beauty", "home"}


class Shoppers:
    """Draws baskets. It knows what is popular, and what is the rage in one region."""

    def __init__(self, catalog: Catalog, seed: int, at: datetime) -> None:
        self._catalog = catalog
        self._since = at - _TREND_SINCE
        self._themes = sorted(catalog.themes)
        random = stream(seed, "popularity")
        self._popularity = {
            theme: [min(random.paretovariate(1.6), _FAVOURITE) for _ in products]
            for theme, products in sorted(catalog.themes.items())
        }
        self._usual = {catalog.by_sku[sku].product_id: sku for sku in _USUAL}
        self._trend = catalog.by_id[catalog.by_sku[TREND_SKU].product_id]

    def tastes(self, random: Random) -> list[str]:
        """The occasions that a person shops for, the likeliest first."""
        return [product.attributes["occasion"] for product in random.sample(self._catalog.products, 3)]

    def basket(self, random: Random, tastes: list[str], region_id: str, placed_at: datetime) -> list[tuple[str, int]]:
        """SKUs and how many of each, every SKU once."""
        theme = random.choices(tastes, weights=(6, 3, 1))[0]
        anchor = self._product(random, theme)
        if region_id == TREND_REGION_ID and placed_at >= self._since and anchor.category == "dresses":
            anchor = self._trend if random.random() < 0.6 else anchor
        chosen = [anchor]
        chosen += [other for other, share in self._catalog.partners.get(anchor.id, []) if random.random() < share]
        while random.random() < 0.35 and len(chosen) < 5:
            chosen.append(self._product(random, theme if random.random() < 0.7 else random.choice(self._themes)))
        basket: dict[str, int] = {}
        for product in chosen:
            sku = self._form(random, product)
            basket[sku] = 2 if product.category in _CHEAP and random.random() < 0.15 else 1
        return list(basket.items())

    def _product(self, random: Random, theme: str) -> Product:
        return random.choices(self._catalog.themes[theme], weights=self._popularity[theme])[0]

    def _form(self, random: Random, product: Product) -> str:
        usual = self._usual.get(product.id)
        if usual is not None and random.random() < _USUAL[usual]:
            return usual
        return random.choice(self._catalog.forms[product.id]).sku
