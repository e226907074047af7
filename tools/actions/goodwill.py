"""Money that the shop gives of its own: onto a gift card, never out of what was paid for an order."""

from __future__ import annotations

from shopgraph.domain import Money, PaymentMethod, Value
from shopgraph.tools.actions.ledger import book
from shopgraph.tools.actions.money import PAYMENTS
from shopgraph.tools.arguments import GoodwillReason
from shopgraph.tools.durable.admission import perform
from shopgraph.tools.durable.steps import Step, Work, action
from shopgraph.tools.goodwill import plan_goodwill
from shopgraph.tools.showing import Showing
from shopgraph.tools.spec import Accepted, ToolContext
from shopgraph.tools.views import CreditedGoodwill


class GoodwillPlan(Value):
    """A credit as it was worked out and judged."""

    key: str
    customer_id: str
    region_id: str
    order_id: str | None
    amount: Money
    reason: GoodwillReason


async def credit_goodwill(
    context: ToolContext, amount: str, reason: GoodwillReason, order_id: str | None, customer_id: str | None
) -> CreditedGoodwill | Accepted:
    """Credit the customer's own gift card; one is made where there is none.

    Raises:
        InvalidInput: it is not clear to whom, or the amount is none.
    """
    found = await plan_goodwill(context, amount, order_id, customer_id)
    plan = GoodwillPlan(
        key=f"goodwill:{found.customer.id}:{context.call_id}",
        customer_id=found.customer.id,
        region_id=found.region_id,
        order_id=found.order_id,
        amount=found.amount,
        reason=reason,
    )
    return await perform(context, GOODWILL, plan, order_id=found.order_id, customer_id=found.customer.id)


def _steps(plan: GoodwillPlan) -> list[Step]:
    async def credit(work: Work) -> PaymentMethod:
        services = work.context.services
        return await services.connectors.payments.credit_gift_card(
            customer_id=plan.customer_id, amount=plan.amount, at=services.clock.now(), idempotency_key=plan.key
        )

    return [Step(name="credit", ports=PAYMENTS, do=credit)]


async def _tell(work: Work, plan: GoodwillPlan) -> CreditedGoodwill:
    card = work.result("credit", PaymentMethod)
    showing = await Showing.for_customer(work.context, plan.customer_id, plan.region_id)
    summary = f"{showing.text(plan.amount)} is on your {card.label} as a gift of ours."
    await book(
        work.context,
        "credit_goodwill",
        summary=summary,
        customer_id=plan.customer_id,
        order_id=plan.order_id,
        note=f"Goodwill of {plan.amount} credited to a gift card ({plan.reason.replace('_', ' ')}).",
    )
    return CreditedGoodwill(
        summary=summary,
        payment_method_id=card.id,
        amount=showing.amount(plan.amount),
        balance=showing.amount(card.balance or plan.amount),
    )


GOODWILL = action("credit_goodwill", plan=GoodwillPlan, steps=_steps, tell=_tell)
