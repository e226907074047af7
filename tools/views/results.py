"""What was done: the answers of tools that change something."""

from __future__ import annotations

from decimal import Decimal

from shopgraph.domain import Address, Instant, OrderStatus, Value
from shopgraph.tools.views.amounts import AmountView
from shopgraph.tools.views.orders import PaymentView, RefundView
from shopgraph.tools.views.warehouse import ExchangeView, ReturnView


class ActionResult(Value):
    """What every changing tool answers: what was done, in one sentence that may be told to the customer."""

    summary: str


class PlacedOrder(ActionResult):
    """An order that was bought and paid for."""

    order_id: str
    items: tuple[str, ...]
    discount: AmountView
    tax: AmountView
    """On top of the prices or in them, as the region has it."""
    shipping: AmountView
    total: AmountView
    payment_method_id: str


class CanceledOrder(ActionResult):
    """An order that will not be sent."""

    order_id: str
    status: OrderStatus
    refunds: tuple[RefundView, ...]


class RefundedOrder(ActionResult):
    """Money of an order that goes back; the goods stay where they are."""

    order_id: str
    refunds: tuple[RefundView, ...]


class RequestedReturn(ActionResult):
    """A return that was accepted; money follows the goods."""

    requested: ReturnView


class SettledReturn(ActionResult):
    """A return whose goods are here and whose money is on its way."""

    settled: ReturnView
    refunds: tuple[RefundView, ...]
    restocked: dict[str, int]
    """Units put back on the shelf, by SKU."""


class RequestedExchange(ActionResult):
    """An exchange that was accepted; the difference is settled when the goods are here."""

    requested: ExchangeView


class CompletedExchange(ActionResult):
    """An exchange whose old goods are here and whose new ones have left."""

    completed: ExchangeView
    difference: AmountView
    """New less old: positive was charged, negative is refunded."""
    parcels: tuple[str, ...]
    """Ids of the parcels with the new goods."""


class CreditedGoodwill(ActionResult):
    """Money of the shop's own on a customer's gift card."""

    payment_method_id: str
    """The gift card, which may be new."""
    amount: AmountView
    balance: AmountView


class ChangedItems(ActionResult):
    """A pending order with other variants in it."""

    order_id: str
    total: AmountView
    difference: AmountView
    """New less old: positive was charged, negative is refunded."""


class ChangedPayment(ActionResult):
    """A pending order paid in another way."""

    order_id: str
    payment: PaymentView
    refunds: tuple[RefundView, ...]


class ChangedAddress(ActionResult):
    """An address that was replaced."""

    order_id: str | None
    """None: it was the profile's."""
    address: Address


class RedeemedCode(ActionResult):
    """A code that stands on the open cart."""

    code: str
    percent: Decimal
    cap: AmountView | None = None
    """At most this much off the order."""
    cart_id: str


class OfferedDiscount(ActionResult):
    """A code of the customer's own: for one product, once, until it expires."""

    code: str
    percent: Decimal
    sku: str
    ends_at: Instant


class NoteAdded(ActionResult):
    """A line in the CRM."""

    note_id: str


class HandedOff(ActionResult):
    """A conversation that a person takes over."""

    handoff_id: str
