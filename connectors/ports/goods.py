"""Goods: what is sold and where it lies, and finding it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from shopgraph.domain import (
    Allocation,
    Location,
    Offer,
    Product,
    ProductVariant,
    Rating,
    Region,
    Reservation,
    Review,
    StockLevel,
    Store,
)


@runtime_checkable
class CatalogPort(Protocol):
    """Products, variants, prices, reviews, and the markets they are sold in."""

    async def product(self, product_id: str) -> Product | None: ...
    async def products(self, product_ids: Sequence[str]) -> tuple[Product, ...]:
        """Those that exist, in the order asked for."""
        ...

    async def all_products(self) -> tuple[Product, ...]: ...
    async def variant(self, sku: str) -> ProductVariant | None: ...
    async def variants(self, product_id: str) -> tuple[ProductVariant, ...]: ...
    async def offer(self, sku: str, region_id: str) -> Offer | None: ...
    async def offers(self, skus: Sequence[str], region_id: str) -> tuple[Offer, ...]: ...
    async def reviews(self, product_id: str, *, limit: int = 5) -> tuple[Review, ...]:
        """Newest first. Untrusted text."""
        ...

    async def ratings(self, product_ids: Sequence[str]) -> Mapping[str, Rating]:
        """Of all their reviews; a product without one is left out."""
        ...

    async def regions(self) -> tuple[Region, ...]: ...
    async def region(self, region_id: str) -> Region | None: ...
    async def stores(self, region_id: str) -> tuple[Store, ...]: ...


@runtime_checkable
class InventoryPort(Protocol):
    """Stock by place, and what is promised of it."""

    async def locations(self, region_id: str) -> tuple[Location, ...]: ...
    async def levels(self, skus: Sequence[str], *, region_id: str | None = None) -> tuple[StockLevel, ...]:
        """Levels of these variants, by SKU then location; of one region when it is given."""
        ...

    async def allocations(self, order_id: str) -> tuple[Allocation, ...]: ...
    async def reserve(
        self,
        *,
        sku: str,
        location_id: str,
        cart_id: str,
        quantity: int,
        expires_at: datetime,
        idempotency_key: str,
    ) -> Reservation:
        """Hold units for a cart. Raises OutOfStock."""
        ...

    async def allocate(
        self, *, sku: str, location_id: str, order_id: str, line_id: str, quantity: int, idempotency_key: str
    ) -> Allocation:
        """Promise units to an order line. Raises OutOfStock."""
        ...

    async def release(self, *, order_id: str, idempotency_key: str) -> tuple[Allocation, ...]:
        """Take back every promise to an order; returns what was released (none the second time)."""
        ...

    async def consume(self, *, order_id: str, idempotency_key: str) -> tuple[Allocation, ...]:
        """Allocated units leave the building: on hand and allocated fall together."""
        ...

    async def restock(self, *, sku: str, location_id: str, quantity: int, idempotency_key: str) -> StockLevel:
        """Units arrive at a location (a delivery, a return)."""
        ...

    async def reservations(self, cart_id: str) -> tuple[Reservation, ...]:
        """What is held for a cart, by id; expired or not."""
        ...

    async def allocate_reserved(
        self, *, reservation_id: str, order_id: str, line_id: str, idempotency_key: str
    ) -> Allocation:
        """Promise to an order line what was held for its cart; the hold ends.

        Raises:
            OutOfStock: nothing is held any more.
        """
        ...

    async def unreserve(self, *, cart_id: str, idempotency_key: str) -> tuple[Reservation, ...]:
        """Let go of everything that is held for a cart; returns what that was."""
        ...

    async def release_expired(self, *, at: datetime) -> tuple[Reservation, ...]:
        """Let go of what was held until `at` or earlier; returns what that was. Asked twice, it finds nothing more."""
        ...


@dataclass(frozen=True, kw_only=True)
class SearchHit:
    """A product found, with how well it fits (higher is better; comparable within one answer only)."""

    product_id: str
    score: float


@runtime_checkable
class SearchPort(Protocol):
    """Finds products by words. An index is never the truth: prices and stock are read from the ports above."""

    async def search(self, query: str, *, limit: int = 5) -> tuple[SearchHit, ...]:
        """Best first; empty when nothing fits."""
        ...
