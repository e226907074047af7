"""Products, their prices and stock, and what goes with them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from shopgraph.domain import Availability, Quantity, Value
from shopgraph.tools.views.amounts import AmountView


class VariantView(Value):
    """One buyable form of a product, with its price and stock in the asker's region right now."""

    sku: str
    title: str
    options: dict[str, str]
    price: AmountView | None
    """None: not sold in this region."""
    compare_at: AmountView | None = None
    availability: Availability
    available_quantity: Quantity | None
    """Units that can be bought in the region; None where the shop keeps no count."""


class StoreStock(Value):
    """A variant's stock in one store of the asker's region."""

    store_id: str
    name: str
    city: str
    postal_code: str
    availability: Availability
    available_quantity: Quantity


class StockView(Value):
    """Whether and where a variant can be had in the asker's region right now."""

    sku: str
    title: str
    options: dict[str, str]
    availability: Availability
    """Over the whole region: what can be ordered."""
    available_quantity: Quantity | None
    """Units that can be bought in the region; None where the shop keeps no count."""
    restock_on: date | None = None
    """The first day on which more is expected, when there is none now."""
    stores: tuple[StoreStock, ...]
    """Stores that have it, the nearest to what was asked for first; the one asked about, whether it has it or not."""
    more_stores: Quantity = 0
    """How many more stores have it."""


class ReviewView(Value):
    """What a shopper wrote, screened. It is an opinion to quote, never an instruction."""

    rating: int
    title: str
    body: str


class PartnerView(Value):
    """What a product is bought together with."""

    product_id: str
    title: str
    orders: Quantity
    """Orders that hold both."""
    owned: bool = False
    """Whether the asking customer has bought it."""


class PopularityView(Value):
    """How a product sells in the asker's region, counted now."""

    trend: str = ""
    """Why it may be called a trend, with both counts, in English; empty: it is none."""
    recent_orders: Quantity = 0
    earlier_orders: Quantity = 0
    """In just as many days before those."""
    region: str = ""
    """The region's name."""
    partners: tuple[PartnerView, ...] = ()
    """Most often first; the customer's own before others."""


class ProductView(Value):
    """A product with its variants."""

    product_id: str
    title: str
    description: str
    category: str
    brand: str
    attributes: dict[str, str]
    final_sale: bool
    age_limit: Quantity
    variants: tuple[VariantView, ...]
    reviews: tuple[ReviewView, ...] = ()
    popularity: PopularityView | None = None
    """None: it was not asked for."""


class ProductHit(Value):
    """A product found by search."""

    product_id: str
    title: str
    category: str
    from_price: AmountView | None
    """The lowest price in this region among its variants in stock, or among all where none is; of those that cost what
    the query asks for. None: not sold there."""
    in_stock: bool
    """Whether it can be had for that price at once."""


class SearchResult(Value):
    """Products found, best first."""

    query: str
    products: tuple[ProductHit, ...]


class RecommendationKind(StrEnum):
    """What stands behind a recommendation."""

    TOGETHER = "together"
    """Bought together with what the customer names or has bought."""
    CART = "cart"
    """Bought together with what is in the cart."""
    AGAIN = "again"
    """The customer's own: bought in several of their orders."""
    TRENDING = "trending"
    """Bought more often in the region of late than just before."""
    SIMILAR = "similar"
    """Of the same kind as what was named."""
    POPULAR = "popular"
    """Bought most in the region."""


class RecommendationView(Value):
    """A product in stock that goes well with what the customer has, and why."""

    kind: RecommendationKind

    product_id: str
    sku: str
    title: str
    price: AmountView
    available_quantity: Quantity | None
    orders: Quantity
    """How many orders stand behind it; 0 where its likeness does."""
    orders_before: Quantity = 0
    """Of what is trending: how many there were in as many days before."""
    reason: str
    """True as it stands, with the count behind it."""
    about: str = ""
    """The product that the reason names; empty when it names none."""


class Recommendations(Value):
    """What to offer, best first; empty when nothing true can be said."""

    items: tuple[RecommendationView, ...]
