"""What money moves: how much of each payment is still held, what a return pays back, what a swap costs.

Plain functions over plain values; nothing here looks anything up or changes anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from shopgraph.domain import (
    Money,
    Order,
    OrderLineItem,
    PaymentIntent,
    PaymentMethod,
    PaymentMethodKind,
    Refund,
    RefundShare,
)
from shopgraph.domain.shares import GONE, origin
from shopgraph.errors import Conflict


@dataclass(frozen=True, kw_only=True)
class PaymentPart:
    """A part of a payment: what the shop still holds of it, or what is to go back of it."""

    payment_intent_id: str | None
    """None: of no payment in particular, for a refund of nothing where nothing was paid."""
    payment_method_id: str
    """What it was paid with."""
    amount: Money


@dataclass(frozen=True, kw_only=True)
class LinePart:
    """Some units of one order line."""

    line: OrderLineItem
    quantity: int


def held_payments(intents: Sequence[PaymentIntent], refunds: Sequence[Refund]) -> tuple[PaymentPart, ...]:
    """What is still held of each captured payment, in the order of payment; zero amounts included.

    A refund that names its payment counts against that one. One that does not counts against payments by the same
    method first, the latest first, then against the others.
    """
    left = {intent.id: intent.captured for intent in intents}
    unnamed = []
    for refund in refunds:
        if refund.status in GONE:
            continue
        if refund.payment_intent_id in left:
            left[refund.payment_intent_id] -= refund.amount
        else:
            unnamed.append(refund)
    for refund in unnamed:
        rest = refund.amount
        same_method_first = sorted(
            intents, key=lambda intent: (intent.payment_method_id != refund.payment_method_id, -intent.sequence)
        )
        for intent in same_method_first:
            part = min(rest, max(left[intent.id], Money.zero(rest.currency)))
            left[intent.id] -= part
            rest -= part
    return tuple(
        PaymentPart(
            payment_intent_id=intent.id,
            payment_method_id=intent.payment_method_id,
            amount=max(left[intent.id], Money.zero(intent.captured.currency)),
        )
        for intent in intents
        if intent.captured.amount > 0
    )


def total_held(held: Sequence[PaymentPart], currency: str) -> Money:
    """What the shop holds for the order."""
    return Money.sum((part.amount for part in held), currency)


def parts_to_refund(held: Sequence[PaymentPart], amount: Money, payment_method_id: str) -> tuple[PaymentPart, ...]:
    """Which payments an amount is taken from: those by the method that receives it first, then all others.

    Among several it is split in proportion to what each still holds. A zero amount is one part of zero: the record
    of an even settlement.

    Raises:
        Conflict: more than the shop holds for the order.
    """
    available = total_held(held, amount.currency)
    if amount > available:
        raise Conflict(
            f"{amount} cannot be refunded: {available} is held for the order.",
            requested=str(amount),
            held=str(available),
        )
    if amount.is_zero:
        first = sorted(held, key=lambda part: part.payment_method_id != payment_method_id)[:1]
        intent = first[0].payment_intent_id if first else None
        return (PaymentPart(payment_intent_id=intent, payment_method_id=payment_method_id, amount=amount),)
    own = [part.amount if part.payment_method_id == payment_method_id else amount * 0 for part in held]
    others = [part.amount - mine for part, mine in zip(held, own, strict=True)]
    to_own = min(amount, Money.sum(own, amount.currency))
    shares = zip(held, _spread(to_own, own), _spread(amount - to_own, others), strict=True)
    return tuple(replace(part, amount=mine + other) for part, mine, other in shares if not (mine + other).is_zero)


def destination(part: PaymentPart, to: PaymentMethod | None) -> str:
    """The method that a part of a payment goes back to when it shall go to that one: a gift card takes everything."""
    return to.id if to is not None and to.kind is PaymentMethodKind.GIFT_CARD else part.payment_method_id


def _spread(amount: Money, over: Sequence[Money]) -> tuple[Money, ...]:
    """The amount in proportion to what each holds: never more than that, and no minor unit lost."""
    return amount.split([each.amount for each in over]) if not amount.is_zero else tuple(each * 0 for each in over)


def next_sequence(intents: Sequence[PaymentIntent], refunds: Sequence[Refund]) -> int:
    """The place that the next payment or refund takes in the order's payment history."""
    taken = [intent.sequence for intent in intents] + [refund.sequence for refund in refunds]
    return max(taken, default=-1) + 1


def worth(parts: Sequence[LinePart], *, tax_inclusive: bool, left: Mapping[str, Money]) -> dict[str, Money]:
    """What units cost, by line: prices less discounts, with tax where it came on top; no more than is left of the line.

    Discount and tax are shared out over a line's units so that all units together come to exactly what the line cost.
    """
    cost, seen = dict[str, Money](), Counter[str]()
    for part in parts:
        line, before = part.line, seen[part.line.id]
        gross = line.unit_price * part.quantity - _share(line.discount, part, before)
        if not tax_inclusive:
            gross += _share(line.tax, part, before)
        seen[line.id] += part.quantity
        cost[line.id] = cost.get(line.id, gross * 0) + gross
    rooms = dict(left)
    for line_id, gross in cost.items():
        room = max(rooms[origin(line_id)], gross * 0)
        cost[line_id] = min(gross, room)
        rooms[origin(line_id)] = room - cost[line_id]
    return cost


def return_refund(cost: Mapping[str, Money], *, fee: Money, held: Money) -> Money:
    """What a return pays back: what its units cost, less the fee.

    Never less than nothing and never more than what the shop holds for the order.
    """
    gross = Money.sum(cost.values(), fee.currency)
    return min(max(gross - fee, Money.zero(fee.currency)), held)


def shares_over(amount: Money, cost: Mapping[str, Money]) -> tuple[RefundShare, ...]:
    """An amount on lines in proportion to what of them goes back.

    Raises:
        Conflict: more than that.
    """
    together = Money.sum(cost.values(), amount.currency)
    if amount > together:
        raise Conflict(
            f"{amount} cannot be refunded for these items: {together} is left of what was paid for them.",
            requested=str(amount),
            left=str(together),
        )
    if amount.is_zero:
        return ()
    split = amount.split([part.amount for part in cost.values()])
    return tuple(
        RefundShare(line_id=line, amount=part) for line, part in zip(cost, split, strict=True) if not part.is_zero
    )


def line_parts(order: Order, items: Iterable[tuple[str, str, int]]) -> tuple[LinePart, ...]:
    """Units by line and SKU as parts of the order's lines; a line that it has not is left out."""
    lines = {line.id: line for line in order.lines}
    return tuple(LinePart(line=lines[own], quantity=units) for own, _, units in items if own in lines)


def _share(whole: Money, part: LinePart, before: int) -> Money:
    """The part of a line's discount or tax that falls on these units: the next ones of those still with the buyer.

    `before`: units of the line that stand before these in the same return.
    """
    line = part.line
    first = line.ordered_quantity - line.current_quantity + before
    units = whole.split([1] * line.ordered_quantity)
    return Money.sum(units[first : first + part.quantity], whole.currency)


def pick_lines(order: Order, sku: str, quantity: int, taken: dict[str, int]) -> tuple[LinePart, ...]:
    """The order's lines that hold these units, by position; `taken` counts what earlier picks took and is updated.

    Returns fewer units than asked for when the order has no more: the caller compares.
    """
    parts, rest = list[LinePart](), quantity
    for line in sorted(order.lines_of(sku), key=lambda line: line.position):
        take = min(rest, line.current_quantity - taken.get(line.id, 0))
        if take > 0:
            parts.append(LinePart(line=line, quantity=take))
            taken[line.id] = taken.get(line.id, 0) + take
            rest -= take
    return tuple(parts)
