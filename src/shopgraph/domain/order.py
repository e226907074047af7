"""Orders and their lines. Statuses follow the table in `transitions`."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import model_validator

from shopgraph.domain.base import Instant, Quantity, Value
from shopgraph.domain.customer import Address
from shopgraph.domain.money import Currency, Money


class OrderStatus(StrEnum):
    """Where an order is. Returns and exchanges are records of their own, not statuses."""

    PENDING = "pending"
    PROCESSED = "processed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELED = "canceled"


class CancelReason(StrEnum):
    """Why a customer cancels."""

    NO_LONGER_NEEDED = "no_longer_needed"
    ORDERED_BY_MISTAKE = "ordered_by_mistake"


class Channel(StrEnum):
    """Where a conversation or an order comes from."""

    WEB = "web"
    APP = "app"
    STORE = "store"
    EMAIL = "email"
    PHONE = "phone"
    MARKETPLACE = "marketplace"


class ReturnPolicy(Value):
    """The terms that held when the order was placed; copied onto it then."""

    window_days: Quantity
    """Days after delivery in which a return may be asked for; 0 for none."""
    restocking_fee: Money
    """Taken off the refund, once per return."""
    version: str = ""
    """Of the policy bundle it was copied from."""


class OrderLineItem(Value):
    """One line of an order."""

    id: str
    order_id: str
    sku: str
    product_id: str
    title: str
    options: dict[str, str] = {}
    unit_price: Money
    """Before discount; including tax where the region's prices do."""
    ordered_quantity: Quantity
    current_quantity: Quantity
    """Ordered less canceled and returned."""
    fulfilled_quantity: Quantity = 0
    discount: Money
    """Off the whole line."""
    tax: Money
    """On (or in) the whole line."""
    final_sale: bool = False
    position: Quantity
    """Place in the order, from 0."""

    @model_validator(mode="after")
    def _quantities(self) -> Self:
        if self.current_quantity > self.ordered_quantity or self.fulfilled_quantity > self.ordered_quantity:
            raise ValueError("current and fulfilled quantities never exceed the ordered one")
        return self

    @property
    def subtotal(self) -> Money:
        """Unit price times ordered quantity, less the line's discount."""
        return self.unit_price * self.ordered_quantity - self.discount


class Order(Value):
    """What was bought, by whom, for how much."""

    id: str
    customer_id: str
    region_id: str
    store_id: str | None = None
    channel: Channel = Channel.WEB
    currency: Currency
    status: OrderStatus
    lines: tuple[OrderLineItem, ...]
    shipping_address: Address
    shipping_method: str = ""
    shipping: Money
    total: Money
    """What the customer owes for it: lines, shipping and tax, less discounts."""
    return_policy: ReturnPolicy | None = None
    """None: the system of record does not know, and the rules on it are off by declaration."""
    placed_at: Instant | None = None
    processed_at: Instant | None = None
    shipped_at: Instant | None = None
    delivered_at: Instant | None = None
    canceled_at: Instant | None = None
    cancel_reason: CancelReason | None = None
    items_changed_at: Instant | None = None
    """When items were swapped before shipping; afterwards the order may not be changed or canceled."""
    position: Quantity = 0
    """Place among the customer's orders, from 0, oldest first."""

    def line(self, line_id: str) -> OrderLineItem | None:
        """The line of that id, or None."""
        return next((line for line in self.lines if line.id == line_id), None)

    def lines_of(self, sku: str) -> tuple[OrderLineItem, ...]:
        """All lines of that SKU."""
        return tuple(line for line in self.lines if line.sku == sku)
