"""What the records know of a payment gateway: which of its ids are ours, and how its news are kept."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from shopgraph.connectors.embedded import gateway_calls as calls
from shopgraph.connectors.embedded.ledger import MoneyRows
from shopgraph.connectors.embedded.payment_rules import order_money
from shopgraph.connectors.embedded.rows import add, existing, get, new_id, replace
from shopgraph.connectors.embedded.schema import INTENTS, PAYMENT_METHODS, REFUNDS
from shopgraph.connectors.gateway import (
    UNDER_WAY,
    ExternalKind,
    GatewayMethod,
    GatewayNews,
    GatewayPayment,
    GatewayRefund,
    NewsKept,
    later_payment,
    later_refund,
)
from shopgraph.domain import PaymentIntent, PaymentMethod, PaymentMethodKind, Refund, RefundReason
from shopgraph.domain.shares import left, share_out
from shopgraph.errors import Conflict


@dataclass(frozen=True, kw_only=True)
class Party:
    """Who pays and by what, in the gateway's ids."""

    customer: str
    method: str


@dataclass(frozen=True)
class GatewayRecords:
    """The records of one gateway. Everything here runs inside a transaction of the caller's."""

    gateway: str
    rows: MoneyRows

    def party(self, db: Connection, payment_method_id: str) -> Party:
        """The gateway's ids of a payment method and its customer.

        Raises:
            Conflict: the gateway does not know one of them.
        """
        method = existing(db, PAYMENT_METHODS, payment_method_id)
        return Party(
            customer=self._known(db, ExternalKind.CUSTOMER, method.customer_id),
            method=self._known(db, ExternalKind.PAYMENT_METHOD, method.id),
        )

    def payment(self, db: Connection, payment_intent_id: str) -> str:
        """The gateway's id of a payment.

        Raises:
            Conflict: the payment was not made there.
        """
        return self._known(db, ExternalKind.PAYMENT, payment_intent_id)

    def adopt_card(self, db: Connection, customer_id: str, customer: str, card: GatewayMethod) -> PaymentMethod:
        """Keep a card that the customer saved at the gateway; one that is here already is brought up to date."""
        calls.bind(db, self.gateway, ExternalKind.CUSTOMER, customer_id, customer)
        own = calls.own_id(db, self.gateway, ExternalKind.PAYMENT_METHOD, card.external_id)
        method = PaymentMethod(
            id=own or card.external_id,
            customer_id=customer_id,
            kind=PaymentMethodKind.CARD,
            brand=card.brand,
            last_four=card.last_four,
        )
        if own is not None:
            return replace(db, PAYMENT_METHODS, method)
        calls.bind(db, self.gateway, ExternalKind.PAYMENT_METHOD, method.id, card.external_id)
        return add(db, PAYMENT_METHODS, method)

    def keep_news(self, db: Connection, news: GatewayNews) -> NewsKept:
        """Keep what was seen there of our payments and refunds."""
        seen = [(each.external_id, self._payment_seen(db, each)) for each in news.payments]
        seen += [(each.external_id, self._refund_seen(db, each)) for each in news.refunds]
        return NewsKept(
            ours=tuple(own for _, own in seen if own is not None),
            strangers=tuple(external for external, own in seen if own is None),
        )

    def keep_payment(self, db: Connection, payment: PaymentIntent, seen: GatewayPayment) -> PaymentIntent:
        """Keep what the gateway says of a payment, unless later news came before."""
        calls.bind(db, self.gateway, ExternalKind.PAYMENT, payment.id, seen.external_id)
        return self.rows.replace(db, INTENTS, later_payment(existing(db, INTENTS, payment.id), seen))

    def keep_refund(self, db: Connection, refund: Refund, seen: GatewayRefund) -> Refund:
        """Keep what the gateway says of a refund, unless later news came before."""
        calls.bind(db, self.gateway, ExternalKind.REFUND, refund.id, seen.external_id)
        return self.rows.replace(db, REFUNDS, later_refund(existing(db, REFUNDS, refund.id), seen))

    def _payment_seen(self, db: Connection, seen: GatewayPayment) -> str | None:
        bound = calls.own_id(db, self.gateway, ExternalKind.PAYMENT, seen.external_id)
        payment = get(db, INTENTS, bound or seen.id)
        if payment is None:
            return None
        if bound is None and seen.status not in UNDER_WAY:
            return payment.id  # What a refused attempt left there: the next one is another payment of theirs.
        return self.keep_payment(db, payment, seen).id

    def _refund_seen(self, db: Connection, seen: GatewayRefund) -> str | None:
        own = calls.own_id(db, self.gateway, ExternalKind.REFUND, seen.external_id) or seen.id
        refund = get(db, REFUNDS, own) or self._made_by_hand(db, seen)
        return None if refund is None else self.keep_refund(db, refund, seen).id

    def _made_by_hand(self, db: Connection, seen: GatewayRefund) -> Refund | None:
        """A refund of a payment of ours that these records did not ask for: the money is gone all the same."""
        payment_id = calls.own_id(db, self.gateway, ExternalKind.PAYMENT, seen.payment_external_id)
        if payment_id is None:
            return None
        payment = existing(db, INTENTS, payment_id)
        money = order_money(db, payment.order_id)
        rooms = left(money.order, money.intents, money.refunds)
        refund = Refund(
            # One that was refused here once and happened there has our id: asked again it must not happen twice.
            id=seen.id or new_id("re", f"{self.gateway}:{seen.external_id}"),
            order_id=payment.order_id,
            payment_intent_id=payment.id,
            payment_method_id=payment.payment_method_id,
            amount=seen.amount,
            status=seen.status,
            reason=RefundReason.REQUESTED_BY_CUSTOMER,
            sequence=money.next_sequence,
            created_at=seen.created_at,
            shares=share_out(rooms, seen.amount),
        )
        return self.rows.add(db, REFUNDS, refund)

    def _known(self, db: Connection, kind: ExternalKind, own: str) -> str:
        external = calls.external_id(db, self.gateway, kind, own)
        if external is None:
            what = kind.value.replace("_", " ")
            raise Conflict(
                f"{self.gateway} does not know the {what} {own}.",
                remedy=f"Link it first, or use another {what}.",
                id=own,
            )
        return external
