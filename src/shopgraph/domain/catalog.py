"""What the shop sells."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shopgraph.domain.base import Instant, Quantity, Value
from shopgraph.domain.money import Money


class Availability(StrEnum):
    """Whether an offer can be bought (schema.org's ItemAvailability, mapped at the edge)."""

    IN_STOCK = "in_stock"
    OUT_OF_STOCK = "out_of_stock"
    BACKORDER = "backorder"
    DISCONTINUED = "discontinued"


class Product(Value):
    """A thing with a name; what is bought is one of its variants."""

    id: str
    title: str
    description: str = ""
    category: str = ""
    brand: str = ""
    attributes: dict[str, str] = {}
    final_sale: bool = False
    """Sold without a right to return it."""
    age_limit: Quantity = 0
    """The least age of a buyer in years; 0 for none."""


class ProductVariant(Value):
    """One buyable form of a product."""

    sku: str
    product_id: str
    title: str
    options: dict[str, str] = {}
    cost: Money | None = None
    """What it costs the shop; never shown to a shopper or a model."""
    tracks_stock: bool = True
    """False: there are no stock levels, the offer's availability says it all."""


class Offer(Value):
    """A variant's price and availability in one region."""

    sku: str
    region_id: str
    price: Money
    compare_at: Money | None = None
    """The price before a reduction."""
    availability: Availability = Availability.IN_STOCK


class Review(Value):
    """What a shopper wrote about a product: untrusted text."""

    id: str
    product_id: str
    customer_id: str | None = None
    rating: Annotated[int, Field(ge=1, le=5)]
    title: str = ""
    body: str
    created_at: Instant


class Rating(Value):
    """How a product was rated, by everybody who did."""

    reviews: Annotated[int, Field(ge=0)] = 0
    stars: Annotated[int, Field(ge=0)] = 0
    """Of all reviews together."""

    @property
    def mean(self) -> float | None:
        """To a tenth; None without a review."""
        return round(self.stars / self.reviews, 1) if self.reviews else None

    def __str__(self) -> str:
        return f"{self.mean} of 5 in {self.reviews} reviews" if self.reviews else "no reviews"
