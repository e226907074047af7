"""Products, variants and prices of the chain, made from the buyers' rows."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product as combinations
from random import Random

from shopgraph.connectors.demo.assortment import PARTNERS, ROWS
from shopgraph.connectors.demo.markets import MARKETS
from shopgraph.connectors.demo.seeds import stream
from shopgraph.domain import Availability, Money, Offer, Product, ProductVariant

HOUSE_BRANDS = {
    "dresses": "Linden & Pine",
    "shirts": "Linden & Pine",
    "shoes": "Corvane",
    "accessories": "Linden & Pine",
    "home": "Stillwater Loom",
    "kitchen": "Hearthwright",
    "outdoor": "Fellgate",
    "electronics": "Tonewell",
    "toys": "Little Larch",
    "beauty": "Sorrel & Salt",
}
_COST_PERCENT = {"electronics": 68, "kitchen": 52, "outdoor": 55, "toys": 48, "beauty": 34}
_LARGE = {"L", "XL", "large", "long", "king", "three-person"}
_USES = {
    "dresses": ("Wear it with heels or with trainers.", "Cut in our own studio and sewn in small runs."),
    "shirts": ("Tuck it in or leave it out.", "Room at the shoulder, none to spare at the waist."),
    "shoes": ("True to size; between sizes, take the larger one.", "Resoled in our workshop if you ever need it."),
    "accessories": ("Comes in a box worth keeping.", "A small thing that is used every day."),
    "home": ("Looks better with age than without.", "Made to be lived with, not looked at."),
    "kitchen": ("At home on the stove and on the table.", "Built so that every part can be replaced."),
    "outdoor": ("Tested on wet hills by people who like them.", "Light enough to carry, strong enough to trust."),
    "electronics": ("Two years' guarantee, and spare parts for ten.", "Set up in five minutes without an account."),
    "toys": ("Safe for small hands and patient parents.", "No batteries, no screens, no end."),
    "beauty": ("Made without parfum or palm oil.", "Tested on volunteers, never on animals."),
}
_CARE = {
    "dresses": "Wash cool and hang to dry.",
    "shirts": "Machine wash at thirty degrees.",
    "shoes": "Brush when dry and feed the leather twice a year.",
    "accessories": "Wipe clean with a soft cloth.",
    "home": "Care instructions are on the inside seam or base.",
    "kitchen": "Wash by hand where there is wood or iron.",
    "outdoor": "Dry well before you store it.",
    "electronics": "Charge it once before first use.",
    "toys": "Wipe with a damp cloth.",
    "beauty": "Best within twelve months of opening.",
}


@dataclass(kw_only=True)
class Catalog:
    """The chain's products with the look-ups that baskets are drawn from."""

    products: list[Product] = field(default_factory=list)
    variants: list[ProductVariant] = field(default_factory=list)
    by_title: dict[str, Product] = field(default_factory=dict)
    by_sku: dict[str, ProductVariant] = field(default_factory=dict)
    by_id: dict[str, Product] = field(default_factory=dict)
    forms: dict[str, list[ProductVariant]] = field(default_factory=lambda: defaultdict(list))
    """Variants by product id."""
    themes: dict[str, list[Product]] = field(default_factory=lambda: defaultdict(list))
    partners: dict[str, list[tuple[Product, float]]] = field(default_factory=dict)
    """By product id: what goes with it, and how often."""
    prices: dict[tuple[str, str], Money] = field(default_factory=dict)
    """By SKU and region."""

    def price(self, sku: str, region_id: str) -> Money:
        """What a variant costs in a region."""
        return self.prices[sku, region_id]

    def category(self, sku: str) -> str:
        """The category of a variant's product."""
        return self.by_id[self.by_sku[sku].product_id].category


def build_catalog() -> Catalog:
    """The catalog is the same in every demo shop: only stock and stories differ by seed."""
    catalog = Catalog()
    for category, block in ROWS.items():
        for row in block.strip().splitlines():
            _add(catalog, category, [cell.strip() for cell in row.split("|")])
    for title, goes in PARTNERS.items():
        catalog.partners[catalog.by_title[title].id] = [(catalog.by_title[other], share) for other, share in goes]
    return catalog


def _add(catalog: Catalog, category: str, cells: list[str]) -> None:
    marked, dollars, theme, options, material, feature = cells
    title = marked.removeprefix("18+").removeprefix("!").strip()
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower().replace("'", "")).strip("-")
    random = stream(0, "product", slug)
    product = Product(
        id=f"prd_{slug.replace('-', '_')}",
        title=title,
        description=_prose(random, category, title, material, feature),
        category=category,
        brand=HOUSE_BRANDS[category],
        attributes={"material": material, "occasion": theme},
        final_sale=marked.startswith("!"),
        age_limit=18 if marked.startswith("18+") else 0,
    )
    catalog.products.append(product)
    catalog.by_title[title] = catalog.by_id[product.id] = product
    catalog.themes[theme].append(product)
    axes = [axis.split(":") for axis in options.split(";") if axis.strip()]
    names = [name.strip() for name, _ in axes]
    cost = _COST_PERCENT.get(category, 42)
    for values in combinations(*(choices.split() for _, choices in axes)):
        price = Decimal(dollars) + (3 if _LARGE.intersection(values) else 0)
        variant = ProductVariant(
            sku="-".join([slug, *values]).upper(),
            product_id=product.id,
            title=" ".join([title, *(f"({value})" for value in values)]),
            options=dict(zip(names, values, strict=True)),
            cost=Money.of(price, "USD").percent(Decimal(cost)),
        )
        catalog.variants.append(variant)
        catalog.by_sku[variant.sku] = variant
        catalog.forms[product.id].append(variant)
        for market in MARKETS:
            catalog.prices[variant.sku, market.id] = market.price(price)


def _prose(random: Random, category: str, title: str, material: str, feature: str) -> str:
    sentence = feature[0].upper() + feature[1:]
    opening = random.choice(
        (
            f"{title} in {material}: {feature}.",
            f"{material[0].upper()}{material[1:]}: {feature}.",
            f"{sentence}. Made of {material}.",
        )
    )
    return f"{opening} {random.choice(_USES[category])} {_CARE[category]}"


def offers(catalog: Catalog, region_id: str, *, out: dict[str, bool]) -> list[Offer]:
    """Prices of a region; `out` holds the SKUs that its warehouse ran out of, and whether more are on the way."""
    rows: list[Offer] = []
    for variant in catalog.variants:
        price = catalog.price(variant.sku, region_id)
        availability = Availability.IN_STOCK
        if variant.sku in out:
            availability = Availability.BACKORDER if out[variant.sku] else Availability.OUT_OF_STOCK
        product = catalog.by_id[variant.product_id]
        rows.append(
            Offer(
                sku=variant.sku,
                region_id=region_id,
                price=price,
                compare_at=price * 2 if product.final_sale else None,
                availability=availability,
            )
        )
    return rows
