"""What of an order's money is whose: each line's, the shipping's, and what was paid beyond the total.

Everything is split in proportion by the largest remainder (`Money.split`), so that the parts add up to the whole in
every currency's minor unit. A line that a swap split off another one (`{line}+{n}`) counts with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from shopgraph.domain.money import Money
from shopgraph.domain.order import Order
from shopgraph.domain.payment import PaymentIntent, Refund, RefundShare, RefundStatus

SHIPPING = ""
"""The name of what falls on no line."""
BEYOND = "*"
"""The name of what was captured beyond the order's total: twice, by another method, or for dearer goods."""

GONE = frozenset({RefundStatus.FAILED, RefundStatus.CANCELED})
"""Refunds in these states gave nothing back."""


def origin(line_id: str) -> str:
    """The line that it was when the order was placed."""
    return line_id.split("+", 1)[0]


def costs(order: Order) -> dict[str, Money]:
    """What each line cost, less its discount and with tax where it came on top, and the shipping; together the total.

    A total that the lines do not explain is split over them in proportion.
    """
    goods = order.total - order.shipping
    plain = [max(line.subtotal.amount, 0) for line in order.lines]
    taxed = [cost + max(line.tax.amount, 0) for cost, line in zip(plain, order.lines, strict=True)]
    weights = taxed if sum(taxed) == goods.amount else plain
    split = goods.split(weights) if goods.amount > 0 and any(weights) else [Money.zero(order.currency) for _ in weights]
    found = {origin(line.id): Money.zero(order.currency) for line in order.lines}
    for line, cost in zip(order.lines, split, strict=True):
        found[origin(line.id)] += cost
    return {**found, SHIPPING: order.total - Money.sum(split, order.currency)}


def paid(order: Order, captured: Money) -> dict[str, Money]:
    """What was captured for each line, for the shipping, and beyond the total; together `captured`."""
    cost, nothing = costs(order), Money.zero(order.currency)
    if captured >= order.total:
        return {**cost, BEYOND: captured - order.total}
    split = captured.split([max(part.amount, 0) for part in cost.values()])
    return {**dict(zip(cost, split, strict=True)), BEYOND: nothing}


def left(order: Order, payments: Iterable[PaymentIntent], refunds: Iterable[Refund]) -> dict[str, Money]:
    """What of all this has not gone back; together captured less refunded.

    Below nothing where more went back than was taken. A refund whose record does not say on what it falls is shared
    out over what was left before it.
    """
    rooms = paid(order, Money.sum((each.captured for each in payments), order.currency))
    for refund in sorted(refunds, key=lambda each: each.sequence):
        if refund.status not in GONE:
            for share in refund.shares or share_out(rooms, refund.amount):
                line = origin(share.line_id)
                rooms[line] = rooms.get(line, Money.zero(order.currency)) - share.amount
    return rooms


def share_out(rooms: Mapping[str, Money], amount: Money) -> tuple[RefundShare, ...]:
    """Let a refund fall on what was paid beyond the total, then in proportion on what is left of everything else.

    No line gets more than it has left.
    """
    free = {line: max(room.amount, 0) for line, room in rooms.items()}
    taken = dict.fromkeys(rooms, 0)
    taken[BEYOND] = min(amount.amount, free.pop(BEYOND, 0))
    spread = min(amount.amount - taken[BEYOND], sum(free.values()))
    if spread > 0:
        split = Money(amount=spread, currency=amount.currency).split(list(free.values()))
        taken |= {line: part.amount for line, part in zip(free, split, strict=True)}
    taken[BEYOND] += amount.amount - sum(taken.values())  # by hand, more than was taken
    return tuple(
        RefundShare(line_id=line, amount=Money(amount=units, currency=amount.currency))
        for line, units in taken.items()
        if units
    )


def over_parts(shares: Sequence[RefundShare], amounts: Sequence[Money]) -> tuple[tuple[RefundShare, ...], ...]:
    """Fill several refunds, of these amounts, with the shares of their sum: nothing is lost, nothing counted twice.

    Raises:
        ValueError: the shares and the amounts do not add up to the same.
    """
    if sum(each.amount.amount for each in shares) != sum(each.amount for each in amounts):
        raise ValueError("the shares do not add up to the amounts")
    filled = list[tuple[RefundShare, ...]]()
    open_shares = [(each.line_id, each.amount.amount) for each in shares]
    for whole in amounts:
        part, rest = list[RefundShare](), whole.amount
        while rest:
            line, units = open_shares.pop(0)
            take = min(units, rest)
            part.append(RefundShare(line_id=line, amount=Money(amount=take, currency=whole.currency)))
            rest -= take
            if units > take:
                open_shares.insert(0, (line, units - take))
        filled.append(tuple(part))
    return tuple(filled)
