"""The ledger's nouns: transfers between accounts of money and of stock, and what a payment or refund has put where.

A transfer takes from one account what it gives to another, so every unit in it adds up to nothing by construction.
Where the records change, what moves is the difference between where the money stood before and where it stands after.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shopgraph.domain.base import Instant, Value
from shopgraph.domain.money import Money
from shopgraph.domain.payment import PaymentIntent, PaymentIntentStatus, Refund, RefundStatus

OPENING = "opening"
"""Where everything comes from that was there before the ledger first looked at it."""
ARRIVED = "arrived"
"""Where units come from that arrive at a location: a delivery, a return."""
GOODWILL = "goodwill"
"""Where money comes from that the shop gives for nothing."""


class Book(StrEnum):
    """What a transfer moves."""

    MONEY = "money"
    STOCK = "stock"


class Transfer(Value):
    """So much of one unit from one account to another, once and for good."""

    number: int = 0
    """Place in the ledger; the ledger gives it."""
    book: Book
    source: str
    target: str
    unit: str
    """A currency, or a SKU."""
    amount: Annotated[int, Field(ge=1)]
    """Minor units of the currency, or units of the variant."""
    order_id: str | None = None
    subject: str
    """The payment, refund, allocation, card or level that it explains."""
    cause: str
    """What brought it about: the idempotency key of a call, or a gateway's message."""
    action: str | None = None
    """The action on whose behalf; None for a call that was made directly."""
    at: Instant | None = None
    """When the action moved it; None where there is none."""

    @property
    def shown(self) -> str:
        """What moved, readable: `12.30 USD`, `2 DRESS-M`."""
        return readable(self.book, self.amount, self.unit)


class Balance(Value):
    """What is on one account, of one unit. Negative where it gave more than it got: a gateway, a supplier."""

    account: str
    unit: str
    amount: int


class DifferenceKind(StrEnum):
    """How two books disagree."""

    BALANCE = "balance"
    """Ledger and records."""
    OVER_REFUNDED = "over_refunded"
    MISSING_THERE = "missing_there"
    """We have it, the other side does not."""
    UNKNOWN_HERE = "unknown_here"
    """The other side has it, we do not."""
    AMOUNT = "amount"
    STATE = "state"
    CALL_OPEN = "call_open"
    """A call was begun, and nobody knows how it ended."""
    STOCK = "stock"


class Difference(Value):
    """One thing about which two books disagree, and what to do about it."""

    kind: DifferenceKind
    subject: str
    """An account, a payment, a refund, a level: whatever it is about."""
    ours: str
    theirs: str
    remedy: str


def readable(book: Book, amount: int, unit: str) -> str:
    """So much of a unit: `12.30 USD`, `2 DRESS-M`."""
    return str(Money(amount=amount, currency=unit)) if book is Book.MONEY else f"{amount} {unit}"


def kind_of(account: str) -> str:
    """What kind of account it is: `order`, `gift_card`, `free`, `opening`."""
    return account.partition(":")[0]


Standing = Counter[str]
"""Account to minor units, adding up to nothing."""


def order_account(order_id: str) -> str:
    """What was captured for an order and not given back."""
    return f"order:{order_id}"


def held_account(order_id: str) -> str:
    """What gift cards hold for an order that was not captured yet."""
    return f"held:{order_id}"


def gift_card_account(payment_method_id: str) -> str:
    """A gift card's balance."""
    return f"gift_card:{payment_method_id}"


def gateway_account(name: str) -> str:
    """The world behind a gateway: what it paid in is negative, what went back positive."""
    return f"gateway:{name}"


def pending_account(name: str) -> str:
    """Refunds that a gateway was told of and has not confirmed."""
    return f"pending:{name}"


def free_account(location_id: str) -> str:
    """Units at a location that nobody was promised."""
    return f"free:{location_id}"


def reserved_account(location_id: str) -> str:
    """Units at a location that are held for carts."""
    return f"reserved:{location_id}"


def allocated_account(location_id: str) -> str:
    """Units at a location that are promised to orders."""
    return f"allocated:{location_id}"


def shipped_account(order_id: str) -> str:
    """Units that left for an order."""
    return f"shipped:{order_id}"


def payment_standing(payment: PaymentIntent, *, gateway: str, gift_card: bool) -> Standing:
    """Where a payment has put money: what was captured is the order's; a gift card gives when it is held already."""
    purse = gift_card_account(payment.payment_method_id) if gift_card else gateway_account(gateway)
    if gift_card and payment.status is PaymentIntentStatus.REQUIRES_CAPTURE:
        return _moved(purse, held_account(payment.order_id), payment.amount)
    return _moved(purse, order_account(payment.order_id), payment.captured)


def refund_standing(refund: Refund, *, gateway: str, gift_card: bool) -> Standing:
    """Where a refund has put money; one that failed or was called off has put it nowhere."""
    if refund.status in (RefundStatus.FAILED, RefundStatus.CANCELED):
        return Counter()
    if gift_card:
        purse = gift_card_account(refund.payment_method_id)
    else:
        confirmed = refund.status is RefundStatus.SUCCEEDED
        purse = gateway_account(gateway) if confirmed else pending_account(gateway)
    return _moved(order_account(refund.order_id), purse, refund.amount)


def steps_between(before: Standing, after: Standing) -> tuple[tuple[str, str, int], ...]:
    """The fewest transfers, as (source, target, amount), that lead from one standing to another; accounts by name."""
    change = {account: after[account] - before[account] for account in sorted({*before, *after})}
    gives = {account: -amount for account, amount in change.items() if amount < 0}
    steps = []
    for target, wanted in ((account, amount) for account, amount in change.items() if amount > 0):
        left = wanted
        for source in [each for each, rest in gives.items() if rest]:
            amount = min(left, gives[source])
            if amount:
                steps.append((source, target, amount))
                gives[source] -= amount
                left -= amount
    return tuple(steps)


def _moved(source: str, target: str, amount: Money) -> Standing:
    return Counter({source: -amount.amount, target: amount.amount})
