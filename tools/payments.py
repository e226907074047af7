"""Tools of the payment gateway."""

from __future__ import annotations

from shopgraph.tools import actions
from shopgraph.tools.amounts import total_held
from shopgraph.tools.arguments import MethodId, OrderId
from shopgraph.tools.facts import order_facts
from shopgraph.tools.lookups import own_method, own_order
from shopgraph.tools.plans import covers, held_for
from shopgraph.tools.registry import tool
from shopgraph.tools.showing import Showing
from shopgraph.tools.spec import Cost, Scope, Subject, System, ToolContext
from shopgraph.tools.summaries import payment_summary
from shopgraph.tools.views import ChangedPayment


async def _describe_change(context: ToolContext, order_id: str, payment_method_id: str) -> Subject:
    order = await own_order(context, order_id)
    held = await held_for(context, order.id)
    total = total_held(held, order.currency)
    method = await own_method(context, order.customer_id, payment_method_id)
    holding = {part.payment_method_id for part in held if not part.amount.is_zero}
    return Subject(
        owner_id=order.customer_id,
        resource_id=order.id,
        facts={
            **await order_facts(context, order),
            "method_owned": method is not None,
            "method_differs": payment_method_id not in holding,
            "gift_card_covers": await covers(context, method, total),
        },
        summary=payment_summary(await Showing.for_order(context, order), order, held, total, payment_method_id),
    )


@tool(
    system=System.PAYMENTS,
    scope=Scope.CUSTOMER,
    mutates=True,
    needs_confirmation=True,
    cost=Cost.MONEY,
    describe=_describe_change,
)
async def change_payment_method(context: ToolContext, order_id: OrderId, payment_method_id: MethodId) -> ChangedPayment:
    """Pay a pending order with another of the customer's payment methods; the earlier one is refunded."""
    return await actions.change_payment_method(context, order_id, payment_method_id)


TOOLS = (change_payment_method,)
