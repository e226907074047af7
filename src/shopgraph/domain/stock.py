"""Stock by place. Verbs are reserve, allocate, consume, release; nobody ever subtracts by hand."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from shopgraph.domain.base import Instant, Quantity, Value


class StockLevel(Value):
    """Units of a variant at a location."""

    sku: str
    location_id: str
    on_hand: Quantity
    reserved: Quantity = 0
    """Held for carts, until they expire."""
    allocated: Quantity = 0
    """Promised to orders, not yet shipped."""
    incoming: Quantity = 0
    restock_on: date | None = None

    @model_validator(mode="after")
    def _covered(self) -> Self:
        if self.reserved + self.allocated > self.on_hand:
            raise ValueError("reserved and allocated units are on hand")
        return self

    @property
    def available(self) -> int:
        """On hand, less reserved and allocated."""
        return self.on_hand - self.reserved - self.allocated


class Reservation(Value):
    """Units held for a cart until a deadline."""

    id: str
    sku: str
    location_id: str
    cart_id: str
    quantity: Annotated[int, Field(ge=1)]
    expires_at: Instant


class Allocation(Value):
    """Units promised to an order line."""

    id: str
    sku: str
    location_id: str
    order_id: str
    line_id: str
    quantity: Annotated[int, Field(ge=1)]
