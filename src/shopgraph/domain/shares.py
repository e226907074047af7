"""What of an order's money is whose: each line's, and the rest, which is shipping and whatever no line cost.

Everything is split in proportion by the largest remainder (`Money.split`), so that the parts add up to the whole in
every currency's minor unit. A line that a swap split off another one (`{line}+{n}`) counts with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from shopgraph.domain.money import Money
from shopgraph.domain.order import Order
from shopgraph.domain.payment import PaymentIntent, Refund, RefundReason, RefundShare, RefundStatus

REST = ""
"""The name of what falls on no line."""

GONE = frozenset({RefundStatus.FAILED, RefundStatus.CANCELED})
"""Refunds in these states gave nothing back."""

_NOT_FOR_GOODS = frozenset(
    {RefundReason.PAYMENT_METHOD_CHANGED, RefundReason.EXCHANGE_DIFFERENCE, RefundReason.DUPLICATE}
)
"""Reasons to give back what was paid beyond the order's goods: they take from the rest first."""


def origin(line_id: str) -> str:
    """The line that it was when the order was placed."""
    return line_id.split("+", 1)[0]


def costs(order: Order) -> dict[str, Money]:
    """What each line cost, less its discount and with tax where it came on top, and the rest; together the total.

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
    return {**found, REST: order.total - Money.sum(split, order.currency)}


def paid(order: Order, captured: Money) -> dict[str, Money]:
    """What was captured for each line and the rest; together `captured`. More than the total is the rest's."""
    cost = costs(order)
    if captured >= order.total:
        return {**cost, REST: cost[REST] + captured - order.total}
    weights = [max(part.amount, 0) for part in cost.values()]
    return dict(zip(cost, captured.split(weights), strict=True))


def left(order: Order, payments: Iterable[PaymentIntent], refunds: Iterable[Refund]) -> dict[str, Money]:
    """What of each line's money, and of the rest, has not gone back; together captured less refunded.

    Below nothing where more went back than was taken. A refund whose record does not say on what it falls is shared
    out over what was left before it.
    """
    rooms = paid(order, Money.sum((each.captured for each in payments), order.currency))
    for refund in sorted(refunds, key=lambda each: each.sequence):
        if refund.status not in GONE:
            for share in refund.shares or share_out(rooms, refund.amount, refund.reason):
                line = origin(share.line_id)
                rooms[line] = rooms.get(line, Money.zero(order.currency)) - share.amount
    return rooms


def share_out(rooms: Mapping[str, Money], amount: Money, reason: RefundReason) -> tuple[RefundShare, ...]:
    """Let a refund fall on what is left, in proportion; no line gets more than it has, and the rest what is too much.

    What is given back for no goods (a payment that was replaced, a difference, a duplicate) takes from the rest first.
    """
    taken = dict.fromkeys(rooms, 0)
    free = {line: max(room.amount, 0) for line, room in rooms.items()}
    wanted = amount.amount
    if reason in _NOT_FOR_GOODS:
        taken[REST] = min(wanted, free.get(REST, 0))
        free[REST] = 0
    spread = min(wanted - taken.get(REST, 0), sum(free.values()))
    if spread > 0:
        split = Money(amount=spread, currency=amount.currency).split(list(free.values()))
        for line, part in zip(free, split, strict=True):
            taken[line] += part.amount
    taken[REST] = taken.get(REST, 0) + wanted - sum(taken.values())
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
