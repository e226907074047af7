"""Goods that come back: the request, and the day on which they arrive and are paid for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from shopgraph.domain import (
    ItemCondition,
    Money,
    RefundReason,
    Return,
    ReturnItem,
    ReturnRequest,
    ReturnStatus,
    Value,
)
from shopgraph.domain.transitions import RETURN
from shopgraph.errors import NotFound
from shopgraph.tools.actions.ledger import book
from shopgraph.tools.actions.money import PlannedRefund, plan_refunds, refund_steps, refunds_of
from shopgraph.tools.actions.restocking import Restocking, plan_restocking, restock_steps
from shopgraph.tools.amounts import line_parts, parts_to_refund, shares_over, worth
from shopgraph.tools.arguments import ItemToReturn
from shopgraph.tools.durable.admission import perform
from shopgraph.tools.durable.steps import Step, Work, action
from shopgraph.tools.lookups import own_method, own_order
from shopgraph.tools.plans import paid_for, plan_return, tax_inclusive
from shopgraph.tools.showing import Showing
from shopgraph.tools.spec import Accepted, ToolContext
from shopgraph.tools.summaries import back_text, refunds_text
from shopgraph.tools.views import RequestedReturn, SettledReturn

WAREHOUSE = frozenset({"warehouse"})


class ReturnPlan(Value):
    """A return as it was worked out and judged."""

    request: ReturnRequest
    place: int
    """How many returns the order had before: it makes the key."""
    refund: Money
    to: str = ""
    """Where the refund goes, in words; empty in a plan of an earlier version."""


async def return_items(
    context: ToolContext, order_id: str, items: Sequence[ItemToReturn], payment_method_id: str
) -> RequestedReturn | Accepted:
    """Accept a return and fix what it will pay back. No money moves before the goods are here.

    Raises:
        Conflict: the order does not hold these items, or is not delivered.
    """
    order = await own_order(context, order_id)
    found = await plan_return(context, order, items)
    request = ReturnRequest(
        order_id=order.id,
        customer_id=order.customer_id,
        items=found.items(),
        payment_method_id=payment_method_id,
    )
    place = len(await context.services.connectors.warehouse.returns(order.id))
    method = await own_method(context, order.customer_id, payment_method_id)
    showing = await Showing.for_order(context, order)
    to = back_text(showing, found.held, found.refund, payment_method_id, method)
    plan = ReturnPlan(request=request, place=place, refund=found.refund, to=to)
    return await perform(context, REQUEST_RETURN, plan, order_id=order.id, customer_id=order.customer_id)


def _request_steps(plan: ReturnPlan) -> list[Step]:
    async def request(work: Work) -> Return:
        services = work.context.services
        return await services.connectors.warehouse.request_return(
            plan.request,
            refund=plan.refund,
            at=services.clock.now(),
            idempotency_key=f"return:{plan.request.order_id}:{plan.place}",
        )

    return [Step(name="request", ports=WAREHOUSE, do=request)]


async def _tell_requested(work: Work, plan: ReturnPlan) -> RequestedReturn:
    accepted = work.result("request", Return)
    showing = await Showing.for_order(work.context, await own_order(work.context, accepted.order_id))
    to = plan.to or f"{showing.text(plan.refund)} to your {showing.label(accepted.payment_method_id)}"
    summary = f"The return for order {accepted.order_id} is open: {_goes(to)} when the goods have arrived."
    await book(
        work.context,
        "return_items",
        summary=summary,
        customer_id=accepted.customer_id,
        order_id=accepted.order_id,
        note=f"Return {accepted.id} accepted, refund of {plan.refund} to follow.",
    )
    return RequestedReturn(summary=summary, requested=showing.returned(accepted))


REQUEST_RETURN = action("return_items", plan=ReturnPlan, steps=_request_steps, tell=_tell_requested)


class ReceivePlan(Value):
    """Goods that have arrived, where they go, and what is paid for them."""

    return_id: str
    order_id: str
    customer_id: str
    items: tuple[ReturnItem, ...]
    condition: ItemCondition
    restocking: tuple[Restocking, ...]
    refund: Money
    refunds: tuple[PlannedRefund, ...]


async def receive_return(context: ToolContext, return_id: str, condition: ItemCondition) -> SettledReturn | Accepted:
    """Book goods in, put what is new back on the shelf, pay the refund, and settle the return.

    Raises:
        IllegalTransition: the return is not waiting for its goods.
        Conflict: the shop no longer holds as much money for the order as was promised.
    """
    found = await context.services.connectors.warehouse.find_return(return_id)
    if found is None:
        raise NotFound(f"There is no return {return_id}.", return_id=return_id)
    RETURN.check(found.status, ReturnStatus.RECEIVED)
    order = await own_order(context, found.order_id)
    came = [(item.line_id, item.sku, item.quantity) for item in found.items]
    paid = await paid_for(context, order.id)
    parts = parts_to_refund(paid.held, found.refund, found.payment_method_id)
    cost = worth(line_parts(order, came), tax_inclusive=tax_inclusive(context, order), left=paid.left(order))
    plan = ReceivePlan(
        return_id=found.id,
        order_id=order.id,
        customer_id=order.customer_id,
        items=tuple(item.model_copy(update={"condition": condition}) for item in found.items),
        condition=condition,
        restocking=await plan_restocking(context, order, came) if condition is ItemCondition.NEW else (),
        refund=found.refund,
        refunds=plan_refunds(
            order.id,
            parts,
            first=paid.next_place,
            reason=RefundReason.GOODS_RETURNED,
            to=await own_method(context, order.customer_id, found.payment_method_id),
            shares=shares_over(found.refund, cost),
        ),
    )
    return await perform(context, RECEIVE_RETURN, plan, order_id=order.id, customer_id=order.customer_id)


def _receive_steps(plan: ReceivePlan) -> list[Step]:
    async def receive(work: Work) -> Return:
        services = work.context.services
        return await services.connectors.warehouse.receive_return(
            return_id=plan.return_id,
            items=plan.items,
            at=services.clock.now(),
            idempotency_key=f"receive:{plan.return_id}",
        )

    async def settle(work: Work) -> Return:
        services = work.context.services
        return await services.connectors.warehouse.settle_return(
            return_id=plan.return_id,
            refund_id=refunds_of(work, plan.refunds)[0].id,
            at=services.clock.now(),
            idempotency_key=f"settle:{plan.return_id}",
        )

    return [
        Step(name="receive", ports=WAREHOUSE, do=receive),
        *restock_steps(plan.return_id, plan.restocking),
        *refund_steps(plan.refunds),
        Step(name="settle", ports=WAREHOUSE, do=settle),
    ]


async def _tell_received(work: Work, plan: ReceivePlan) -> SettledReturn:
    settled = work.result("settle", Return)
    showing = await Showing.for_order(work.context, await own_order(work.context, plan.order_id))
    money = _goes(refunds_text(showing, refunds_of(work, plan.refunds)))
    summary = f"The goods of return {settled.id} are here; {money}."
    await book(
        work.context,
        "receive_return",
        summary=summary,
        customer_id=plan.customer_id,
        order_id=plan.order_id,
        note=f"Goods of return {settled.id} received ({plan.condition}), {plan.refund} refunded.",
    )
    restocked = Counter[str]()
    for each in plan.restocking:
        restocked[each.sku] += each.quantity
    return SettledReturn(
        summary=summary,
        settled=showing.returned(settled),
        refunds=tuple(showing.refund(refund) for refund in refunds_of(work, plan.refunds)),
        restocked=dict(restocked),
    )


RECEIVE_RETURN = action("receive_return", plan=ReceivePlan, steps=_receive_steps, tell=_tell_received)


def _goes(money: str) -> str:
    """ "$20.00 to your gift card and $5.00 to your Visa" as a sentence."""
    return money.replace(" to your ", " goes to your ", 1)
