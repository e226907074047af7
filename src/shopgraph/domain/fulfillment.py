"""How goods reach the customer."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shopgraph.domain.base import Instant, Value


class FulfillmentStatus(StrEnum):
    """Where a parcel is; the events say how it got there."""

    PENDING = "pending"
    PACKED = "packed"
    SHIPPED = "shipped"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELED = "canceled"


class FulfillmentLine(Value):
    """How many of an order line are in the parcel."""

    line_id: str
    sku: str
    quantity: Annotated[int, Field(ge=1)]


class Fulfillment(Value):
    """A parcel for an order."""

    id: str
    order_id: str
    location_id: str | None = None
    status: FulfillmentStatus
    lines: tuple[FulfillmentLine, ...]
    carrier: str = ""
    tracking_numbers: tuple[str, ...] = ()
    estimated_at: Instant | None = None
    """When it should arrive."""
    shipped_at: Instant | None = None
    delivered_at: Instant | None = None


class FulfillmentEvent(Value):
    """Something that happened to a parcel. Events are only ever appended."""

    id: str
    fulfillment_id: str
    status: FulfillmentStatus
    message: str = ""
    at: Instant
