"""Money that goes back although no goods do."""

from __future__ import annotations

from shopgraph.domain import RefundReason
from shopgraph.errors import Conflict
from shopgraph.tools.actions.ledger import book, give_back
from shopgraph.tools.lookups import own_order
from shopgraph.tools.refunds import plan_refund, where_to
from shopgraph.tools.showing import Showing
from shopgraph.tools.spec import ToolContext
from shopgraph.tools.views import RefundedOrder


async def refund_order(
    context: ToolContext, order_id: str, amount: str, reason: RefundReason, payment_method_id: str | None
) -> RefundedOrder:
    """Give back that much of what is held for an order; its goods and its state stay as they are.

    Raises:
        Conflict: so much cannot go back this way.
    """
    connectors = context.services.connectors
    async with connectors.transaction():
        order = await own_order(context, order_id)
        plan = await plan_refund(context, order, amount, payment_method_id)
        if not plan.parts:
            raise Conflict(
                f"{plan.amount} cannot be refunded: at most {plan.refundable} can go back for order {order.id}.",
                requested=str(plan.amount),
                refundable=str(plan.refundable),
            )
        refunds = await give_back(context, order, plan.parts, reason=reason, payment_method_id=plan.payment_method_id)
        showing = await Showing.for_order(context, order)
        summary = f"Refunded for order {order.id}: {where_to(showing, plan)}."
        await book(
            context,
            "refund_order",
            summary=summary,
            customer_id=order.customer_id,
            order_id=order.id,
            note=f"{plan.amount} refunded without goods ({reason.replace('_', ' ')}).",
        )
    return RefundedOrder(
        summary=summary, order_id=order.id, refunds=tuple(showing.refund(refund) for refund in refunds)
    )
