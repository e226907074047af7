"""Orders with everything that happened to them."""

from __future__ import annotations

from shopgraph.domain import Address, CancelReason, Instant, OrderStatus, Quantity, RefundStatus, Value
from shopgraph.tools.views.amounts import AmountView
from shopgraph.tools.views.warehouse import ExchangeView, ParcelView, ReturnView


class OrderSummary(Value):
    """One order in a list."""

    order_id: str
    status: OrderStatus
    placed_at: Instant | None
    total: AmountView
    items: tuple[str, ...]


class OrderList(Value):
    """The customer's orders, newest first."""

    orders: tuple[OrderSummary, ...]


class OrderLineView(Value):
    """One line of an order."""

    sku: str
    product_id: str
    title: str
    options: dict[str, str]
    unit_price: AmountView
    ordered_quantity: Quantity
    current_quantity: Quantity
    """Ordered less canceled and returned."""
    final_sale: bool


class PaymentView(Value):
    """Money taken for an order."""

    payment_method_id: str
    method: str
    amount: AmountView


class RefundView(Value):
    """Money on its way back, or back already."""

    payment_method_id: str
    method: str
    amount: AmountView
    status: RefundStatus
    created_at: Instant | None


class OrderView(Value):
    """An order with everything that happened to it."""

    order_id: str
    status: OrderStatus
    region_id: str
    placed_at: Instant | None
    shipped_at: Instant | None
    delivered_at: Instant | None
    canceled_at: Instant | None
    cancel_reason: CancelReason | None
    items_changed_at: Instant | None
    lines: tuple[OrderLineView, ...]
    shipping_address: Address
    shipping_method: str
    shipping: AmountView
    total: AmountView
    return_window_days: Quantity | None
    """Days after delivery; None where the system of record does not say."""
    payments: tuple[PaymentView, ...]
    refunds: tuple[RefundView, ...]
    parcels: tuple[ParcelView, ...]
    returns: tuple[ReturnView, ...]
    exchanges: tuple[ExchangeView, ...]
