"""Money that goes back although no goods do."""

from __future__ import annotations

from collections.abc import Sequence

from shopgraph.domain import Money, RefundReason, Value
from shopgraph.errors import Conflict
from shopgraph.tools.actions.ledger import book
from shopgraph.tools.actions.money import PlannedRefund, plan_refunds, refund_steps, refunds_of
from shopgraph.tools.arguments import ItemToRefund
from shopgraph.tools.durable.admission import perform
from shopgraph.tools.durable.steps import Step, Work, action
from shopgraph.tools.lookups import own_order
from shopgraph.tools.refunds import plan_refund
from shopgraph.tools.showing import Showing
from shopgraph.tools.spec import Accepted, ToolContext
from shopgraph.tools.summaries import refunds_text
from shopgraph.tools.views import RefundedOrder


class RefundPlan(Value):
    """A refund as it was worked out and judged."""

    order_id: str
    amount: Money
    reason: RefundReason
    refunds: tuple[PlannedRefund, ...]


async def refund_order(
    context: ToolContext,
    order_id: str,
    reason: RefundReason,
    *,
    amount: str | None,
    items: Sequence[ItemToRefund],
    payment_method_id: str | None,
) -> RefundedOrder | Accepted:
    """Give back all that is held for an order, an amount, or what some items cost; the goods stay where they are.

    Raises:
        Conflict: so much cannot go back this way.
    """
    order = await own_order(context, order_id)
    found = await plan_refund(context, order, amount=amount, items=items, payment_method_id=payment_method_id)
    if not found.parts:
        raise Conflict(
            f"{found.amount} cannot be refunded: at most {found.refundable} can go back for order {order.id}.",
            requested=str(found.amount),
            refundable=str(found.refundable),
        )
    refunds = plan_refunds(
        order.id, found.parts, first=found.place, reason=reason, to=found.method, shares=found.shares
    )
    plan = RefundPlan(order_id=order.id, amount=found.amount, reason=reason, refunds=refunds)
    return await perform(context, REFUND, plan, order_id=order.id, customer_id=order.customer_id)


def _steps(plan: RefundPlan) -> list[Step]:
    return refund_steps(plan.refunds)


async def _tell(work: Work, plan: RefundPlan) -> RefundedOrder:
    order = await own_order(work.context, plan.order_id)
    refunds = refunds_of(work, plan.refunds)
    showing = await Showing.for_order(work.context, order)
    summary = f"Refunded for order {order.id}: {refunds_text(showing, refunds)}."
    await book(
        work.context,
        "refund_order",
        summary=summary,
        customer_id=order.customer_id,
        order_id=order.id,
        note=f"{plan.amount} refunded without goods ({plan.reason.replace('_', ' ')}).",
    )
    return RefundedOrder(
        summary=summary, order_id=order.id, refunds=tuple(showing.refund(refund) for refund in refunds)
    )


REFUND = action("refund_order", plan=RefundPlan, steps=_steps, tell=_tell)
