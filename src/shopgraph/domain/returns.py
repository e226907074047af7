"""After the sale: returns and exchanges."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shopgraph.domain.base import Instant, Value
from shopgraph.domain.money import Money


class ReturnReason(StrEnum):
    """Why goods come back."""

    NOT_SPECIFIED = "not_specified"
    UNWANTED = "unwanted"
    WRONG_SIZE = "wrong_size"
    DAMAGED = "damaged"
    NOT_AS_DESCRIBED = "not_as_described"
    WRONG_ITEM = "wrong_item"


class ItemCondition(StrEnum):
    """What the warehouse found."""

    UNKNOWN = "unknown"
    NEW = "new"
    USED = "used"
    DAMAGED = "damaged"


class ReturnItem(Value):
    """How many of an order line come back, and why."""

    line_id: str
    sku: str
    quantity: Annotated[int, Field(ge=1)]
    reason: ReturnReason = ReturnReason.NOT_SPECIFIED
    condition: ItemCondition = ItemCondition.UNKNOWN


class ReturnRequest(Value):
    """What a customer asks to send back; becomes a `Return` when it is accepted."""

    order_id: str
    customer_id: str
    items: tuple[ReturnItem, ...]
    payment_method_id: str
    """Where the refund shall go."""


class ReturnStatus(StrEnum):
    """Where a return is."""

    REQUESTED = "requested"
    RECEIVED = "received"
    REFUNDED = "refunded"
    REJECTED = "rejected"
    CANCELED = "canceled"


class Return(Value):
    """An accepted return."""

    id: str
    order_id: str
    customer_id: str
    status: ReturnStatus
    items: tuple[ReturnItem, ...]
    payment_method_id: str
    refund: Money
    """What will be (or was) refunded, after fees."""
    refund_id: str | None = None
    requested_at: Instant
    received_at: Instant | None = None
    refunded_at: Instant | None = None


class ExchangeItem(Value):
    """One order line swapped for another variant of the same product."""

    line_id: str
    from_sku: str
    to_sku: str
    quantity: Annotated[int, Field(ge=1)]
    price: Money
    """Unit price of the new variant when the exchange was agreed."""


class ExchangeStatus(StrEnum):
    """Where an exchange is."""

    REQUESTED = "requested"
    RECEIVED = "received"
    COMPLETED = "completed"
    CANCELED = "canceled"


class Exchange(Value):
    """An accepted exchange of delivered goods."""

    id: str
    order_id: str
    customer_id: str
    status: ExchangeStatus
    items: tuple[ExchangeItem, ...]
    payment_method_id: str
    difference: Money
    """New less old: positive is paid by the customer, negative goes back."""
    requested_at: Instant
    completed_at: Instant | None = None
