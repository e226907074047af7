"""What the records say about a payment or refund that is asked for. Everything here runs inside one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from shopgraph.connectors.embedded.ledger import open_gift_card
from shopgraph.connectors.embedded.mapping import changed
from shopgraph.connectors.embedded.order_rows import locked_order
from shopgraph.connectors.embedded.rows import add, equal, existing, replace, require
from shopgraph.connectors.embedded.schema import INTENTS, ORDERS, PAYMENT_METHODS, REFUNDS
from shopgraph.domain import (
    Money,
    Order,
    PaymentIntent,
    PaymentIntentStatus,
    PaymentMethod,
    PaymentMethodKind,
    Refund,
    RefundShare,
)
from shopgraph.domain.shares import BEYOND, GONE, SHIPPING, left, origin, share_out
from shopgraph.domain.transitions import PAYMENT
from shopgraph.errors import Conflict, InvalidInput, NotFound


def intents_of(db: Connection, order_id: str) -> tuple[PaymentIntent, ...]:
    """An order's payments, by sequence."""
    return equal(db, INTENTS, order_id=order_id, order_by=("sequence",))


def refunds_of(db: Connection, order_id: str) -> tuple[Refund, ...]:
    """An order's refunds, by sequence."""
    return equal(db, REFUNDS, order_id=order_id, order_by=("sequence",))


@dataclass(frozen=True, kw_only=True)
class OrderMoney:
    """An order with its payments and refunds, as they are while the order is locked."""

    order: Order
    intents: tuple[PaymentIntent, ...]
    refunds: tuple[Refund, ...]

    @property
    def next_sequence(self) -> int:
        """The next place in the order's payment history, which payments and refunds share."""
        taken = [intent.sequence for intent in self.intents] + [refund.sequence for refund in self.refunds]
        return max(taken, default=-1) + 1


def order_money(db: Connection, order_id: str) -> OrderMoney:
    """Lock an order, so that what concerns its money queues up, and read what was paid and given back.

    Raises:
        NotFound: there is no such order.
    """
    order = locked_order(db, order_id)
    return OrderMoney(order=order, intents=intents_of(db, order_id), refunds=refunds_of(db, order_id))


def method_for(db: Connection, order: Order, payment_method_id: str, amount: Money) -> PaymentMethod:
    """The payment method, of the order's customer, for an amount in the order's currency."""
    method = existing(db, PAYMENT_METHODS, payment_method_id)
    if method.customer_id != order.customer_id:
        raise NotFound(f"The customer of order {order.id} has no payment method {payment_method_id}.")
    if amount.currency != order.currency:
        raise InvalidInput(f"Order {order.id} is in {order.currency}, not in {amount.currency}.")
    return method


def move_balance(db: Connection, card: PaymentMethod, change: Money) -> PaymentMethod:
    """Let a gift card's balance rise, or fall as far as it goes."""
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
    open_gift_card(db, card)
    return replace(db, PAYMENT_METHODS, changed(card, balance=after))


def card_to_credit(db: Connection, customer_id: str, currency: str, new_card: str) -> PaymentMethod:
    """The customer's first gift card in that currency, locked; an empty one is made where there is none."""
    for card in equal(db, PAYMENT_METHODS, customer_id=customer_id):
        if card.kind is PaymentMethodKind.GIFT_CARD and card.balance is not None and card.balance.currency == currency:
            return existing(db, PAYMENT_METHODS, card.id)
    made = PaymentMethod(
        id=new_card, customer_id=customer_id, kind=PaymentMethodKind.GIFT_CARD, balance=Money.zero(currency)
    )
    return add(db, PAYMENT_METHODS, made)


def held_payment(db: Connection, payment_intent_id: str, target: PaymentIntentStatus) -> PaymentIntent:
    """The payment, of which money is held but not taken; it and its order are locked."""
    intent = existing(db, INTENTS, payment_intent_id)
    require(db, ORDERS, intent.order_id)
    intent = existing(db, INTENTS, payment_intent_id)
    if intent.status is not PaymentIntentStatus.REQUIRES_CAPTURE:
        PAYMENT.check(intent.status, target)
        raise Conflict(f"Payment {intent.id} is {intent.status}.", remedy="Wait until the gateway has answered.")
    return intent


def check_capture(intent: PaymentIntent, amount: Money) -> None:
    """Whether that much can be taken of what is held."""
    if amount.currency != intent.amount.currency or amount.amount <= 0:
        raise InvalidInput(
            f"{amount} cannot be taken of a payment of {intent.amount}.", remedy="Take more than nothing."
        )
    if amount > intent.amount:
        raise Conflict(
            f"{amount} cannot be taken: {intent.amount} is held.",
            remedy=f"At most {intent.amount} can be taken.",
            requested=amount.amount,
            held=intent.amount.amount,
            currency=amount.currency,
        )


def check_refundable(money: OrderMoney, payment_intent_id: str | None, amount: Money) -> None:
    """Whether that much of the order's money can go back."""
    order_id, intents = money.order.id, money.intents
    if amount.amount < 0:
        raise InvalidInput(f"A refund of {amount} is a charge.")
    if payment_intent_id is not None and all(intent.id != payment_intent_id for intent in intents):
        raise NotFound(f"Order {order_id} has no payment {payment_intent_id}.", payment_intent_id=payment_intent_id)
    captured = Money.sum((intent.captured for intent in intents), amount.currency)
    refunded = _given_back(money.refunds, amount.currency)
    if refunded + amount > captured:
        raise Conflict(
            f"{amount} cannot be refunded: {captured} was taken for order {order_id}, {refunded} went back already.",
            remedy=f"At most {captured - refunded} can go back.",
            order_id=order_id,
            requested=amount.amount,
            refundable=(captured - refunded).amount,
            currency=amount.currency,
        )


def shares_of(money: OrderMoney, amount: Money, named: Sequence[RefundShare]) -> tuple[RefundShare, ...]:
    """On what a refund falls: as it is named, line by line, or else in proportion to what is left.

    Raises:
        InvalidInput: what is named does not add up to the amount, or takes nothing of a line.
        NotFound: the order has no such line.
        Conflict: a line's refunds would exceed what was captured for it.
    """
    rooms = left(money.order, money.intents, money.refunds)
    if not named:
        return share_out(rooms, amount)
    together = Money.sum((each.amount for each in named), amount.currency)
    if together != amount or any(each.amount.amount <= 0 for each in named):
        raise InvalidInput(f"Shares of {together} are no refund of {amount}.", remedy="Let them add up to the amount.")
    for each in named:
        line = origin(each.line_id)
        if line not in rooms:
            raise NotFound(f"Order {money.order.id} has no line {each.line_id}.", line_id=each.line_id)
        if each.amount > rooms[line]:
            raise Conflict(
                f"{each.amount} cannot be refunded for {_named(each.line_id)} of order {money.order.id}:"
                f" {rooms[line]} is left of what was paid for it.",
                remedy=f"At most {rooms[line]} can go back for it.",
                order_id=money.order.id,
                line_id=each.line_id,
                requested=each.amount.amount,
                refundable=rooms[line].amount,
                currency=amount.currency,
            )
        rooms[line] -= each.amount
    return tuple(named)


def payment_to_refund(
    money: OrderMoney, payment_intent_id: str | None, method: PaymentMethod, amount: Money
) -> PaymentIntent:
    """The payment that a gateway is to give back from: the named one, or the latest of the method with enough left.

    Raises:
        Conflict: it was paid by another method (a gateway refunds only to the one that paid), or too little is left.
    """
    order_id = money.order.id
    paid = [intent for intent in money.intents if payment_intent_id in (None, intent.id)]
    paid = [intent for intent in paid if intent.payment_method_id == method.id]
    if not paid:
        raise Conflict(
            f"{amount} cannot go to the {method.label}: it did not pay for order {order_id}.",
            remedy="Refund to the method that paid, or to a gift card.",
            payment_method_id=method.id,
        )
    for intent in reversed(paid):
        back = _given_back((each for each in money.refunds if each.payment_intent_id == intent.id), amount.currency)
        if back + amount <= intent.captured:
            return intent
    raise Conflict(f"No payment of order {order_id} holds {amount}.", remedy="Refund each payment apart.")


def _given_back(refunds: Iterable[Refund], currency: str) -> Money:
    return Money.sum((refund.amount for refund in refunds if refund.status not in GONE), currency)


def _named(line_id: str) -> str:
    return {SHIPPING: "the shipping", BEYOND: "nothing"}.get(line_id, f"line {line_id}")
