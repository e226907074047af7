"""Goods that come back: the request, and the day on which they arrive and are paid for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from shopgraph.domain import (
    ItemCondition,
    LocationKind,
    Money,
    Order,
    RefundReason,
    Return,
    ReturnItem,
    ReturnRequest,
    ReturnStatus,
    Value,
)
from shopgraph.domain.transitions import RETURN
from shopgraph.errors import Conflict, NotFound
from shopgraph.tools.actions.ledger import book, next_place
from shopgraph.tools.actions.money import PlannedRefund, plan_refunds, refund_steps, refunds_of
from shopgraph.tools.amounts import parts_to_refund
from shopgraph.tools.arguments import ItemToReturn
from shopgraph.tools.durable.admission import perform
from shopgraph.tools.durable.steps import Step, Work, action
from shopgraph.tools.lookups import own_order, variants_of
from shopgraph.tools.plans import held_for, plan_return
from shopgraph.tools.showing import Showing
from shopgraph.tools.spec import Accepted, ToolContext
from shopgraph.tools.views import RequestedReturn, SettledReturn

WAREHOUSE = frozenset({"warehouse"})
INVENTORY = frozenset({"inventory"})


class ReturnPlan(Value):
    """A return as it was worked out and judged."""

    request: ReturnRequest
    place: int
    """How many returns the order had before: it makes the key."""
    refund: Money


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
    plan = ReturnPlan(request=request, place=place, refund=found.refund)
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
    summary = (
        f"The return for order {accepted.order_id} is open: {showing.text(plan.refund)} goes to your"
        f" {showing.label(accepted.payment_method_id)} when the goods have arrived."
    )
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


class Restocking(Value):
    """Units that go back on a shelf."""

    line_id: str
    sku: str
    location_id: str
    quantity: int


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
    parts = parts_to_refund(await held_for(context, order.id), found.refund, found.payment_method_id)
    plan = ReceivePlan(
        return_id=found.id,
        order_id=order.id,
        customer_id=order.customer_id,
        items=tuple(item.model_copy(update={"condition": condition}) for item in found.items),
        condition=condition,
        restocking=await _restocking(context, order, found.items) if condition is ItemCondition.NEW else (),
        refund=found.refund,
        refunds=plan_refunds(
            order.id,
            parts,
            first=await next_place(context, order.id),
            reason=RefundReason.GOODS_RETURNED,
            payment_method_id=found.payment_method_id,
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
        *[_restock_step(plan.return_id, each) for each in plan.restocking],
        *refund_steps(plan.refunds),
        Step(name="settle", ports=WAREHOUSE, do=settle),
    ]


def _restock_step(return_id: str, each: Restocking) -> Step:
    async def restock(work: Work) -> None:
        await work.context.services.connectors.inventory.restock(
            sku=each.sku,
            location_id=each.location_id,
            quantity=each.quantity,
            idempotency_key=f"restock:{return_id}:{each.line_id}",
        )

    return Step(name=f"restock-{each.line_id}", ports=INVENTORY, do=restock)


async def _tell_received(work: Work, plan: ReceivePlan) -> SettledReturn:
    settled = work.result("settle", Return)
    showing = await Showing.for_order(work.context, await own_order(work.context, plan.order_id))
    summary = (
        f"The goods of return {settled.id} are here; {showing.text(plan.refund)} goes to the"
        f" {showing.label(settled.payment_method_id)}."
    )
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


async def _restocking(context: ToolContext, order: Order, items: Sequence[ReturnItem]) -> tuple[Restocking, ...]:
    """Units back to where they came from, else into the region's warehouse; what is not counted goes nowhere."""
    variants = await variants_of(context, [item.sku for item in items])
    return tuple(
        [
            Restocking(
                line_id=item.line_id,
                sku=item.sku,
                location_id=await _shelf(context, order, item),
                quantity=item.quantity,
            )
            for item in items
            if item.sku in variants and variants[item.sku].tracks_stock
        ]
    )


async def _shelf(context: ToolContext, order: Order, item: ReturnItem) -> str:
    connectors = context.services.connectors
    for parcel in await connectors.warehouse.fulfillments(order.id):
        if parcel.location_id and any(line.line_id == item.line_id for line in parcel.lines):
            return parcel.location_id
    locations = await connectors.inventory.locations(order.region_id)
    warehouses_first = sorted(locations, key=lambda place: (place.kind is not LocationKind.WAREHOUSE, place.id))
    if not warehouses_first:
        raise Conflict(f"Region {order.region_id} has no place to put {item.sku}.", sku=item.sku)
    return warehouses_first[0].id
