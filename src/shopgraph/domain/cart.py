"""What a shopper is about to buy."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shopgraph.domain.base import Instant, Value


class CartLine(Value):
    """A variant and how many of it."""

    sku: str
    quantity: Annotated[int, Field(ge=1)]
    added_at: Instant


class Cart(Value):
    """An open basket. Prices are looked up when it is shown, never stored in it."""

    id: str
    customer_id: str | None = None
    region_id: str
    lines: tuple[CartLine, ...] = ()
    codes: tuple[str, ...] = ()
    """Discount codes typed so far, not judged."""
    created_at: Instant
    updated_at: Instant
    completed_at: Instant | None = None
