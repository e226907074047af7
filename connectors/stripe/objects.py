"""Stripe's objects as the gateway's values."""

from __future__ import annotations

from datetime import UTC, datetime

import stripe

from shopgraph.connectors.gateway import GatewayMethod, GatewayPayment, GatewayRefund
from shopgraph.connectors.stripe.amounts import from_stripe
from shopgraph.domain import PaymentIntent, PaymentIntentStatus, Refund, RefundReason, RefundStatus

_STRIPES_REASONS = frozenset({RefundReason.REQUESTED_BY_CUSTOMER, RefundReason.DUPLICATE, RefundReason.FRAUDULENT})


def metadata_of(record: PaymentIntent | Refund, shop_id: str) -> dict[str, str]:
    """What is written on Stripe's object, so that it can be found again: whose it is, and which of ours."""
    about = {"shop_id": shop_id, "shopgraph_id": record.id, "order_id": record.order_id}
    return about | {"reason": record.reason.value} if isinstance(record, Refund) else about


def stripe_reason(reason: RefundReason) -> str | None:
    """Our reason where Stripe has the same one; the others stand in the metadata only."""
    return reason.value if reason in _STRIPES_REASONS else None


def payment_from(intent: stripe.PaymentIntent, shop_id: str) -> GatewayPayment:
    """A PaymentIntent."""
    status = PaymentIntentStatus(intent.status)
    # Replies may leave `amount_received` out; a payment that succeeded then received its amount.
    received = getattr(intent, "amount_received", intent.amount) if status is PaymentIntentStatus.SUCCEEDED else 0
    return GatewayPayment(
        external_id=intent.id,
        id=_own_id(intent, shop_id),
        amount=from_stripe(intent.amount, intent.currency),
        captured=from_stripe(received, intent.currency),
        status=status,
        created_at=datetime.fromtimestamp(intent.created, UTC),
    )


def refund_from(refund: stripe.Refund, shop_id: str) -> GatewayRefund:
    """A Refund. One of a bare charge names no PaymentIntent; one without a status is under way."""
    payment = refund.payment_intent
    return GatewayRefund(
        external_id=refund.id,
        id=_own_id(refund, shop_id),
        payment_external_id=payment if isinstance(payment, str) else payment.id if payment else "",
        amount=from_stripe(refund.amount, refund.currency),
        status=RefundStatus(refund.status or "pending"),
        created_at=datetime.fromtimestamp(refund.created, UTC),
    )


def method_from(method: stripe.PaymentMethod) -> GatewayMethod:
    """A saved card."""
    card = method.card
    return GatewayMethod(
        external_id=method.id, brand=card.brand if card else "", last_four=(card.last4 or "") if card else ""
    )


def _own_id(thing: stripe.PaymentIntent | stripe.Refund, shop_id: str) -> str:
    about = thing.metadata.to_dict() if thing.metadata else {}
    return str(about.get("shopgraph_id", "")) if about.get("shop_id") == shop_id else ""
