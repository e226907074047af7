"""A gift of the shop's own money: to whom, and how much, worked out before anything is done."""

from __future__ import annotations

from dataclasses import dataclass

from shopgraph.domain import Customer, Money
from shopgraph.errors import InvalidInput, NotFound
from shopgraph.tools.arguments import amount_in
from shopgraph.tools.facts import Facts
from shopgraph.tools.lookups import own_order, region_of
from shopgraph.tools.spec import ToolContext


@dataclass(frozen=True, kw_only=True)
class GoodwillPlan:
    """A credit and whom it is for."""

    customer: Customer
    region_id: str
    """Of the order, else of the customer: the currency is the region's."""
    order_id: str | None
    amount: Money


async def plan_goodwill(
    context: ToolContext, amount: str, order_id: str | None, customer_id: str | None
) -> GoodwillPlan:
    """Work out a credit.

    Raises:
        InvalidInput: neither or both of order and customer are named, or the amount is none.
        NotFound: there is no such order or customer.
    """
    if (order_id is None) == (customer_id is None):
        raise InvalidInput("Goodwill is for a customer or about an order.", remedy="Give customer_id or order_id.")
    order = await own_order(context, order_id) if order_id else None
    customer = await context.services.connectors.crm.customer(order.customer_id if order else customer_id or "")
    if customer is None:
        raise NotFound(f"There is no customer {customer_id}.", customer_id=customer_id)
    region_id = order.region_id if order else customer.region_id
    currency = order.currency if order else (await region_of(context, region_id)).currency
    return GoodwillPlan(
        customer=customer,
        region_id=region_id,
        order_id=order.id if order else None,
        amount=amount_in(amount, currency),
    )


def goodwill_facts(context: ToolContext, plan: GoodwillPlan) -> Facts:
    """What the rules on a credit read."""
    limit = context.services.policy.calendar(plan.region_id, context.services.clock.now()).approval.goodwill_above
    facts: Facts = {"credit_minor": plan.amount.amount, "currency": plan.amount.currency}
    return facts if limit is None else {**facts, "goodwill_above_minor": limit.amount}
