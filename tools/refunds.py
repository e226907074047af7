"""Money that goes back without goods: how much, of which payments, and what policy has to know of it."""

from __future__ import annotations

from dataclasses import dataclass

from shopgraph.domain import ExchangeStatus, Money, Order, PaymentMethod, ReturnStatus
from shopgraph.tools.amounts import PaymentPart, parts_to_refund, total_held
from shopgraph.tools.arguments import amount_in
from shopgraph.tools.facts import Facts, approval_limit, order_facts
from shopgraph.tools.lookups import own_method
from shopgraph.tools.plans import held_for, is_gift_card
from shopgraph.tools.showing import Showing
from shopgraph.tools.spec import ToolContext
from shopgraph.tools.summaries import refunds_text


@dataclass(frozen=True, kw_only=True)
class RefundPlan:
    """A refund of an order's money, worked out before anything is done."""

    amount: Money
    refundable: Money
    """The most that may go back this way: what is held, less what open returns and exchanges will pay back."""
    parts: tuple[PaymentPart, ...]
    """Which payments it is taken from; empty when there is not so much to refund."""
    payment_method_id: str | None
    """Where it goes; None: each part to the method that it was paid with."""
    method: PaymentMethod | None
    """The customer's method of that id."""
    is_original: bool
    """Whether money for the order is held on it; true where each part goes back to its own."""

    @property
    def on_gift_card(self) -> bool:
        """Whether it goes to a gift card of the customer's."""
        return is_gift_card(self.method, self.amount.currency)


async def plan_refund(context: ToolContext, order: Order, amount: str, payment_method_id: str | None) -> RefundPlan:
    """Work out a refund of that much.

    Raises:
        InvalidInput: the amount is none in the order's currency.
    """
    money = amount_in(amount, order.currency)
    held = [part for part in await held_for(context, order.id) if not part.amount.is_zero]
    method = await own_method(context, order.customer_id, payment_method_id) if payment_method_id else None
    on_method = [part for part in held if part.payment_method_id == payment_method_id]
    refundable = total_held(held, order.currency) - await _promised_back(context, order)
    gift_card = is_gift_card(method, order.currency)
    if on_method and not gift_card:
        # No card and no account takes back more than was paid with it.
        refundable = min(refundable, total_held(on_method, order.currency))
    refundable = max(refundable, Money.zero(order.currency))
    return RefundPlan(
        amount=money,
        refundable=refundable,
        parts=parts_to_refund(held, money, payment_method_id or "") if money <= refundable else (),
        payment_method_id=payment_method_id,
        method=method,
        is_original=payment_method_id is None or bool(on_method),
    )


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


async def _promised_back(context: ToolContext, order: Order) -> Money:
    """What open returns and exchanges of the order pay back when their goods are here."""
    warehouse = context.services.connectors.warehouse
    promised = [
        entry.refund
        for entry in await warehouse.returns(order.id)
        if entry.status in (ReturnStatus.REQUESTED, ReturnStatus.RECEIVED)
    ]
    promised += [
        -entry.difference
        for entry in await warehouse.exchanges(order.id)
        if entry.status in (ExchangeStatus.REQUESTED, ExchangeStatus.RECEIVED) and entry.difference.amount < 0
    ]
    return Money.sum(promised, order.currency)
