"""The prose on an order's money in plain Python: what of each line has not gone back yet.

A refund falls on what was paid beyond the order's total, then on everything else in proportion to what is left of it;
odd units go to the largest remainders, first lines first.
"""

from __future__ import annotations

from collections import Counter

from shopgraph.domain import Order, OrderLineItem
from tests.oracle.shop_records import Shop

SHIPPING, BEYOND = "", "*"


def cost_of(shop: Shop, order: Order, units_of: list[tuple[OrderLineItem, int]]) -> dict[str, int]:
    """By line: prices less discounts, and tax where it came on top, and no more than is left of the line's money."""
    cost, named, left = Counter[str](), Counter[str](), left_of_lines(shop, order)
    for line, units in units_of:
        before = named[line.id]
        cost[line.id] += line.unit_price.amount * units - _share(line.discount.amount, line, units, before)
        if not shop.terms.tax_inclusive[order.region_id]:
            cost[line.id] += _share(line.tax.amount, line, units, before)
        named[line.id] += units
    return {line: min(amount, max(left[line], 0)) for line, amount in cost.items()}


def _share(whole: int, line: OrderLineItem, units: int, before: int) -> int:
    """These units' part of an amount on the whole line: even parts, odd cents on the first units bought."""
    each, odd = divmod(whole, line.ordered_quantity)
    first = line.ordered_quantity - line.current_quantity + before
    return sum(each + (unit < odd) for unit in range(first, first + units))


def left_of_lines(shop: Shop, order: Order) -> dict[str, int]:
    """Minor units by line; also by `SHIPPING` and `BEYOND`."""
    inclusive = shop.terms.tax_inclusive[order.region_id]
    left = {
        line.id: line.unit_price.amount * line.ordered_quantity
        - line.discount.amount
        + (0 if inclusive else line.tax.amount)
        for line in order.lines
    }
    left[SHIPPING] = order.shipping.amount
    captured = sum(entry.captured.amount for entry in shop.records.intents if entry.order_id == order.id)
    left[BEYOND] = captured - order.total.amount
    refunds = [each for each in shop.records.refunds if each.order_id == order.id]
    for refund in sorted(refunds, key=lambda each: each.sequence):
        if refund.status not in ("failed", "canceled"):
            known = {share.line_id: share.amount.amount for share in refund.shares}
            for place, units in (known or _spread(left, refund.amount.amount)).items():
                left[place] -= units
    return left


def _spread(left: dict[str, int], amount: int) -> dict[str, int]:
    spread = {BEYOND: min(amount, left[BEYOND])}
    rest, places = amount - spread[BEYOND], [place for place in left if place != BEYOND]
    whole = sum(left[place] for place in places)
    if rest:
        spread |= {place: rest * left[place] // whole for place in places}
        odd = sorted(places, key=lambda place: -(rest * left[place] % whole))
        for place in odd[: amount - sum(spread.values())]:
            spread[place] += 1
    return spread
