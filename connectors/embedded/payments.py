"""The payment gateway, played by the embedded database: money moves between records."""

from __future__ import annotations

from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import Connection

from shopgraph.connectors.embedded.database import Database
from shopgraph.connectors.embedded.idempotency import once
from shopgraph.connectors.embedded.mapping import changed
from shopgraph.connectors.embedded.rows import add, existing, keyed, many, new_id, one, replace, require
from shopgraph.connectors.embedded.schema import INTENTS, ORDERS, PAYMENT_METHODS, REFUNDS
from shopgraph.domain import (
    Money,
    PaymentIntent,
    PaymentIntentStatus,
    PaymentMethod,
    PaymentMethodKind,
    Refund,
    RefundReason,
    RefundStatus,
)
from shopgraph.errors import Conflict, InvalidInput, NotFound

_INTENT = TypeAdapter(PaymentIntent)
_REFUND = TypeAdapter(Refund)
_GIVEN_BACK = frozenset({RefundStatus.PENDING, RefundStatus.REQUIRES_ACTION, RefundStatus.SUCCEEDED})
"""Refunds that take from what was captured; a failed or canceled one does not."""


class EmbeddedPayments:
    """`PaymentsPort` over the embedded database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def methods(self, customer_id: str) -> tuple[PaymentMethod, ...]:
        """A customer's saved payment methods, by id."""
        return await self._database.read(
            lambda db: many(db, PAYMENT_METHODS, PAYMENT_METHODS.table.c.customer_id == customer_id)
        )

    async def method(self, payment_method_id: str) -> PaymentMethod | None:
        """The payment method of that id."""
        return await self._database.read(lambda db: one(db, PAYMENT_METHODS, keyed(PAYMENT_METHODS, payment_method_id)))

    async def intents(self, order_id: str) -> tuple[PaymentIntent, ...]:
        """By sequence."""
        return await self._database.read(lambda db: _intents(db, order_id))

    async def refunds(self, order_id: str) -> tuple[Refund, ...]:
        """By sequence."""
        return await self._database.read(lambda db: _refunds(db, order_id))

    async def charge(
        self, *, order_id: str, payment_method_id: str, amount: Money, at: datetime, idempotency_key: str
    ) -> PaymentIntent:
        """Take money at once (authorize and capture); a gift card's balance falls."""

        def act(db: Connection) -> PaymentIntent:
            method = _method_for(db, order_id, payment_method_id, amount)
            if amount.amount <= 0:
                raise InvalidInput(f"{amount} cannot be charged.", remedy="Charge more than nothing.")
            if method.kind is PaymentMethodKind.GIFT_CARD:
                _move_balance(db, method, -amount)
            intent = PaymentIntent(
                id=new_id("pi", idempotency_key),
                order_id=order_id,
                payment_method_id=payment_method_id,
                amount=amount,
                captured=amount,
                status=PaymentIntentStatus.SUCCEEDED,
                sequence=_next_sequence(db, order_id),
                created_at=at,
            )
            return add(db, INTENTS, intent)

        body = {"order": order_id, "method": payment_method_id, "amount": amount}
        return await once(self._database, "payments.charge", idempotency_key, body, _INTENT, act)

    async def refund(
        self,
        *,
        order_id: str,
        payment_intent_id: str | None,
        payment_method_id: str,
        amount: Money,
        reason: RefundReason,
        at: datetime,
        idempotency_key: str,
    ) -> Refund:
        """Give money back: `succeeded` at once on a gift card (its balance rises), else `pending`.

        A refund of nothing is a record too: an even exchange is settled by one.
        """

        def act(db: Connection) -> Refund:
            method = _method_for(db, order_id, payment_method_id, amount)
            if amount.amount < 0:
                raise InvalidInput(f"A refund of {amount} is a charge.")
            _check_refundable(db, order_id, payment_intent_id, amount)
            on_gift_card = method.kind is PaymentMethodKind.GIFT_CARD
            if on_gift_card:
                _move_balance(db, method, amount)
            refund = Refund(
                id=new_id("re", idempotency_key),
                order_id=order_id,
                payment_intent_id=payment_intent_id,
                payment_method_id=payment_method_id,
                amount=amount,
                status=RefundStatus.SUCCEEDED if on_gift_card else RefundStatus.PENDING,
                reason=reason,
                sequence=_next_sequence(db, order_id),
                created_at=at,
            )
            return add(db, REFUNDS, refund)

        body = {
            "order": order_id,
            "intent": payment_intent_id,
            "method": payment_method_id,
            "amount": amount,
            "reason": reason,
        }
        return await once(self._database, "payments.refund", idempotency_key, body, _REFUND, act)


def _intents(db: Connection, order_id: str) -> tuple[PaymentIntent, ...]:
    table = INTENTS.table
    return many(db, INTENTS, table.c.order_id == order_id, order_by=(table.c.sequence.asc(),))


def _refunds(db: Connection, order_id: str) -> tuple[Refund, ...]:
    table = REFUNDS.table
    return many(db, REFUNDS, table.c.order_id == order_id, order_by=(table.c.sequence.asc(),))


def _next_sequence(db: Connection, order_id: str) -> int:
    """The next place in the order's payment history, which intents and refunds share; the order is locked."""
    taken = [intent.sequence for intent in _intents(db, order_id)]
    taken += [refund.sequence for refund in _refunds(db, order_id)]
    return max(taken, default=-1) + 1


def _method_for(db: Connection, order_id: str, payment_method_id: str, amount: Money) -> PaymentMethod:
    """The payment method, of the order's customer; the order is locked first, so its payments queue up."""
    order = require(db, ORDERS, order_id)
    method = existing(db, PAYMENT_METHODS, payment_method_id)
    if method.customer_id != order.customer_id:
        raise NotFound(f"The customer of order {order_id} has no payment method {payment_method_id}.")
    if amount.currency != order.currency:
        raise InvalidInput(f"Order {order_id} is in {order.currency}, not in {amount.currency}.")
    return method


def _move_balance(db: Connection, card: PaymentMethod, change: Money) -> None:
    balance = card.balance or Money.zero(change.currency)
    after = balance + change
    if after.amount < 0:
        raise Conflict(
            f"Gift card {card.id} holds {balance}, {-change} is asked for.",
            remedy="Choose another payment method.",
            balance=balance.amount,
            requested=-change.amount,
            currency=balance.currency,
        )
    replace(db, PAYMENT_METHODS, changed(card, balance=after))


def _check_refundable(db: Connection, order_id: str, payment_intent_id: str | None, amount: Money) -> None:
    intents = _intents(db, order_id)
    if payment_intent_id is not None and all(intent.id != payment_intent_id for intent in intents):
        raise NotFound(f"Order {order_id} has no payment {payment_intent_id}.", payment_intent_id=payment_intent_id)
    captured = Money.sum((intent.captured for intent in intents), amount.currency)
    refunded = Money.sum(
        (refund.amount for refund in _refunds(db, order_id) if refund.status in _GIVEN_BACK), amount.currency
    )
    if refunded + amount > captured:
        raise Conflict(
            f"{amount} cannot be refunded: {captured} was taken for order {order_id}, {refunded} went back already.",
            remedy=f"At most {captured - refunded} can go back.",
            order_id=order_id,
            requested=amount.amount,
            refundable=(captured - refunded).amount,
            currency=amount.currency,
        )
