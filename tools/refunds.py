"""Money that goes back without goods: how much, of which payments, and what policy has to know of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shopgraph.domain import ExchangeStatus, Money, Order, PaymentMethod, RefundShare, ReturnStatus
from shopgraph.domain.shares import SHIPPING, origin, share_out
from shopgraph.errors import Conflict
from shopgraph.tools.amounts import (
    PaymentPart,
    line_parts,
    parts_to_refund,
    pick_lines,
    shares_over,
    total_held,
    worth,
)
from shopgraph.tools.arguments import ItemToRefund, amount_in
from shopgraph.tools.facts import Facts, approval_limit, order_facts
from shopgraph.tools.lookups import own_method
from shopgraph.tools.plans import backs, is_gift_card, paid_for, tax_inclusive
from shopgraph.tools.showing import Showing
from shopgraph.tools.spec import ToolContext
from shopgraph.tools.summaries import refunds_text


@dataclass(frozen=True, kw_only=True)
class RefundPlan:
    """A refund of an order's money, worked out before anything is done."""

    amount: Money
    refundable: Money
    """The most that may go back this way: what is held, less what open returns and exchanges will pay back."""
    shares: tuple[RefundShare, ...]
    """On which lines it falls; empty like `parts`."""
    parts: tuple[PaymentPart, ...]
    """Which payments it is taken from; empty when there is not so much to refund."""
    payment_method_id: str | None
    """Where it goes; None: each part to the method that it was paid with."""
    method: PaymentMethod | None
    """The customer's method of that id."""
    place: int
    """In the order's payment history, of its first payment part."""
    is_original: bool
    """Whether money for the order is held on it; true where each part goes back to its own."""

    @property
    def on_gift_card(self) -> bool:
        """Whether it goes to a gift card of the customer's."""
        return is_gift_card(self.method, self.amount.currency)


async def plan_refund(
    context: ToolContext,
    order: Order,
    *,
    amount: str | None,
    items: Sequence[ItemToRefund],
    payment_method_id: str | None,
) -> RefundPlan:
    """Work out a refund: of that much, or else of all that the items cost, or else of all that can go back.

    It falls on the items' lines, or on everything that is left of the order's money, in proportion.

    Raises:
        InvalidInput: the amount is none in the order's currency.
        Conflict: the order does not hold these items, or nothing is left to give back for them.
    """
    paid = await paid_for(context, order.id)
    held = [part for part in paid.held if not part.amount.is_zero]
    method = await own_method(context, order.customer_id, payment_method_id) if payment_method_id else None
    rooms = await _free(context, order, paid.left(order))
    cost = _cost(context, order, items, rooms) if items else rooms
    refundable = max(_most(order, held, rooms, method), Money.zero(order.currency))
    if items:
        refundable = min(refundable, Money.sum(cost.values(), order.currency))
    if amount is None and refundable.is_zero:
        raise Conflict(f"Nothing is left to refund for {'these items of ' if items else ''}order {order.id}.")
    money = refundable if amount is None else amount_in(amount, order.currency)
    fits = money <= refundable
    return RefundPlan(
        amount=money,
        refundable=refundable,
        shares=(shares_over(money, cost) if items else share_out(rooms, money)) if fits else (),
        parts=parts_to_refund(held, money, payment_method_id or "") if fits else (),
        payment_method_id=payment_method_id,
        method=method,
        place=paid.next_place,
        is_original=payment_method_id is None or any(part.payment_method_id == payment_method_id for part in held),
    )


def _most(order: Order, held: Sequence[PaymentPart], rooms: Mapping[str, Money], method: PaymentMethod | None) -> Money:
    """The most that may go back this way."""
    free = Money.sum(rooms.values(), order.currency)
    on_method = [part for part in held if method is not None and part.payment_method_id == method.id]
    if on_method and not is_gift_card(method, order.currency):
        # No card and no account takes back more than was paid with it.
        return min(free, total_held(on_method, order.currency))
    return free


def _cost(
    context: ToolContext, order: Order, items: Sequence[ItemToRefund], rooms: Mapping[str, Money]
) -> dict[str, Money]:
    taken = dict[str, int]()
    parts = [part for item in items for part in pick_lines(order, item.sku, item.quantity, taken)]
    if sum(part.quantity for part in parts) < sum(item.quantity for item in items):
        raise Conflict(f"Order {order.id} does not hold that many of these items.", order=order.id)
    return worth(parts, tax_inclusive=tax_inclusive(context, order), left=rooms)


async def refund_facts(context: ToolContext, order: Order, plan: RefundPlan) -> Facts:
    """What the rules on a refund read."""
    return {
        **await order_facts(context, order),
        "method_owned": plan.payment_method_id is None or plan.method is not None,
        "method_is_original": plan.is_original,
        "method_is_gift_card": plan.on_gift_card,
        "refund_minor": plan.amount.amount,
        "refundable_minor": plan.refundable.amount,
        "currency": order.currency,
        **approval_limit(context, order),
    }


def where_to(showing: Showing, plan: RefundPlan) -> str:
    """The refund in words: "$20.00 to your Visa ending in 4242"."""
    if plan.payment_method_id is not None:
        return f"{showing.text(plan.amount)} to your {showing.label(plan.payment_method_id)}"
    return refunds_text(showing, plan.parts) or showing.text(plan.amount)


async def _free(context: ToolContext, order: Order, rooms: dict[str, Money]) -> dict[str, Money]:
    """What is left of each line's money and the shipping, less what open returns and exchanges will pay back of it."""
    warehouse, inclusive = context.services.connectors.warehouse, tax_inclusive(context, order)
    for entry in await warehouse.returns(order.id):
        if entry.status in (ReturnStatus.REQUESTED, ReturnStatus.RECEIVED):
            units = line_parts(order, [(item.line_id, item.sku, item.quantity) for item in entry.items])
            _set_aside(rooms, entry.refund, worth(units, tax_inclusive=inclusive, left=rooms))
    lines = {line.id: line for line in order.lines}
    for swap in await warehouse.exchanges(order.id):
        if swap.status in (ExchangeStatus.REQUESTED, ExchangeStatus.RECEIVED) and swap.difference.amount < 0:
            of = [(lines[item.line_id], item.price, item.quantity) for item in swap.items if item.line_id in lines]
            _set_aside(rooms, -swap.difference, backs(of))
    return rooms


def _set_aside(rooms: dict[str, Money], promised: Money, of: Mapping[str, Money]) -> None:
    """Take what is promised from the lines that it is promised for; what they do not hold is the shipping's to give."""
    on_lines = min(promised, Money.sum(of.values(), promised.currency))
    for share in shares_over(on_lines, of):
        rooms[origin(share.line_id)] -= share.amount
    rooms[SHIPPING] -= promised - on_lines
