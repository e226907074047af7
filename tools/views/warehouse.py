"""Parcels out and parcels back."""

from __future__ import annotations

from shopgraph.domain import (
    ExchangeStatus,
    FulfillmentStatus,
    Instant,
    OrderStatus,
    Quantity,
    ReturnReason,
    ReturnStatus,
    Value,
)
from shopgraph.tools.views.amounts import AmountView


class DeliveryOption(Value):
    """A way of shipping."""

    name: str
    price: AmountView
    min_days: Quantity
    max_days: Quantity
    free_from: AmountView | None
    """Order value from which it costs nothing; None: never."""


class DeliveryOptions(Value):
    """The ways of shipping in a region."""

    region: str
    options: tuple[DeliveryOption, ...]


class ParcelEventView(Value):
    """Something that happened to a parcel."""

    status: FulfillmentStatus
    message: str
    at: Instant


class ParcelView(Value):
    """A parcel and its way so far, oldest event first."""

    status: FulfillmentStatus
    carrier: str
    tracking_numbers: tuple[str, ...]
    estimated_at: Instant | None
    shipped_at: Instant | None
    delivered_at: Instant | None
    events: tuple[ParcelEventView, ...]


class ReturnItemView(Value):
    """How many of a SKU come back, and why."""

    sku: str
    quantity: int
    reason: ReturnReason


class ReturnView(Value):
    """A return of goods."""

    return_id: str
    order_id: str
    status: ReturnStatus
    items: tuple[ReturnItemView, ...]
    payment_method_id: str
    refund: AmountView


class ExchangeItemView(Value):
    """How many of a SKU become another one."""

    sku: str
    to_sku: str
    quantity: int


class ExchangeView(Value):
    """An exchange of goods."""

    exchange_id: str
    order_id: str
    status: ExchangeStatus
    items: tuple[ExchangeItemView, ...]
    payment_method_id: str
    difference: AmountView
    """New less old: positive is paid by the customer, negative goes back."""


class TrackedOrder(Value):
    """Where an order's parcels are."""

    order_id: str
    status: OrderStatus
    estimated_at: Instant | None
    """When the last parcel that is still on its way should arrive; None: nobody knows, or all are there."""
    parcels: tuple[ParcelView, ...]


class AfterSale(Value):
    """An order's returns and exchanges, each with its state."""

    order_id: str
    returns: tuple[ReturnView, ...]
    exchanges: tuple[ExchangeView, ...]
