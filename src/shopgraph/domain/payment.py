"""Money in and money out, with Stripe's names and states."""

from __future__ import annotations

from enum import StrEnum

from shopgraph.domain.base import Instant, Quantity, Value
from shopgraph.domain.money import Money


class PaymentMethodKind(StrEnum):
    """What a customer pays with."""

    CARD = "card"
    PAYPAL = "paypal"
    GIFT_CARD = "gift_card"


class PaymentMethod(Value):
    """A way to pay that the customer has saved."""

    id: str
    customer_id: str
    kind: PaymentMethodKind
    brand: str = ""
    last_four: str = ""
    balance: Money | None = None
    """Of a gift card; None for everything else."""

    @property
    def label(self) -> str:
        """How a shopper knows it: "Visa ending in 4242"."""
        if self.kind is PaymentMethodKind.CARD:
            return f"{self.brand.title() or 'Card'} ending in {self.last_four}"
        return "PayPal" if self.kind is PaymentMethodKind.PAYPAL else "gift card"


class PaymentIntentStatus(StrEnum):
    """Stripe's states of a PaymentIntent."""

    REQUIRES_PAYMENT_METHOD = "requires_payment_method"
    REQUIRES_CONFIRMATION = "requires_confirmation"
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    REQUIRES_CAPTURE = "requires_capture"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"


class PaymentIntent(Value):
    """One attempt to take money for an order."""

    id: str
    order_id: str
    payment_method_id: str
    amount: Money
    captured: Money
    status: PaymentIntentStatus
    sequence: Quantity
    """Place in the order's payment history, from 0, shared with its refunds."""
    created_at: Instant | None = None


class RefundStatus(StrEnum):
    """Stripe's states of a refund."""

    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class RefundReason(StrEnum):
    """Why money goes back."""

    REQUESTED_BY_CUSTOMER = "requested_by_customer"
    ORDER_CANCELED = "order_canceled"
    GOODS_RETURNED = "goods_returned"
    EXCHANGE_DIFFERENCE = "exchange_difference"
    PAYMENT_METHOD_CHANGED = "payment_method_changed"
    DUPLICATE = "duplicate"
    FRAUDULENT = "fraudulent"
    DAMAGED = "damaged"
    """The goods arrived damaged, and the customer keeps them."""
    NOT_RECEIVED = "not_received"
    """The goods never arrived."""


class RefundShare(Value):
    """What of a refund falls on an order line."""

    line_id: str
    """Empty: on the shipping; `*`: on what was paid beyond the order's total."""
    amount: Money


class Refund(Value):
    """Money that goes back. It is never a negative order."""

    id: str
    order_id: str
    payment_intent_id: str | None
    """The payment it undoes; None when the system of record does not say."""
    payment_method_id: str
    """Where the money goes."""
    amount: Money
    status: RefundStatus
    reason: RefundReason
    sequence: Quantity
    created_at: Instant | None = None
    shares: tuple[RefundShare, ...] = ()
    """How it falls on the order's lines; together the amount. Empty: its system of record does not say."""
