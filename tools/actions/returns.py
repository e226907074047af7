"""Goods that come back: the request, and the day on which they arrive and are paid for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from shopgraph.domain import ItemCondition, LocationKind, Order, RefundReason, ReturnItem, ReturnRequest
from shopgraph.errors import Conflict, NotFound
from shopgraph.tools.actions.ledger import book, give_back
from shopgraph.tools.amounts import parts_to_refund
from shopgraph.tools.arguments import ItemToReturn
from shopgraph.tools.lookups import own_order, variants_of
from shopgraph.tools.plans import held_for, plan_return
from shopgraph.tools.showing import Showing
from shopgraph.tools.spec import ToolContext
from shopgraph.tools.views import RequestedReturn, SettledReturn


async def return_items(
    context: ToolContext, order_id: str, items: Sequence[ItemToReturn], payment_method_id: str
) -> RequestedReturn:
    """Accept a return and fix what it will pay back. No money moves before the goods are here.

    Raises:
        Conflict: the order does not hold these items, or is not delivered.
    """
    connectors = context.services.connectors
    async with connectors.transaction():
        order = await own_order(context, order_id)
        plan = await plan_return(context, order, items)
        earlier = await connectors.warehouse.returns(order.id)
        accepted = await connectors.warehouse.request_return(
            ReturnRequest(
                order_id=order.id,
                customer_id=order.customer_id,
                items=plan.items(),
                payment_method_id=payment_method_id,
            ),
            refund=plan.refund,
            at=context.services.clock.now(),
            idempotency_key=f"return:{order.id}:{len(earlier)}",
        )
        showing = await Showing.for_order(context, order)
        summary = (
            f"The return for order {order.id} is open: {showing.text(plan.refund)} goes to your"
            f" {showing.label(payment_method_id)} when the goods have arrived."
        )
        await book(
            context,
            "return_items",
            summary=summary,
            customer_id=order.customer_id,
            order_id=order.id,
            note=f"Return {accepted.id} accepted, refund of {plan.refund} to follow.",
        )
    return RequestedReturn(summary=summary, requested=showing.returned(accepted))


async def receive_return(context: ToolContext, return_id: str, condition: ItemCondition) -> SettledReturn:
    """Book goods in, put what is new back on the shelf, pay the refund, and settle the return.

    Raises:
        IllegalTransition: the return is not waiting for its goods.
        Conflict: the shop no longer holds as much money for the order as was promised.
    """
    connectors, now = context.services.connectors, context.services.clock.now()
    async with connectors.transaction():
        found = await connectors.warehouse.find_return(return_id)
        if found is None:
            raise NotFound(f"There is no return {return_id}.", return_id=return_id)
        order = await own_order(context, found.order_id)
        items = tuple(item.model_copy(update={"condition": condition}) for item in found.items)
        await connectors.warehouse.receive_return(
            return_id=found.id, items=items, at=now, idempotency_key=f"receive:{found.id}"
        )
        restocked = (
            await _restock(context, order, found.id, items) if condition is ItemCondition.NEW else Counter[str]()
        )
        parts = parts_to_refund(await held_for(context, order.id), found.refund, found.payment_method_id)
        refunds = await give_back(
            context, order, parts, reason=RefundReason.GOODS_RETURNED, payment_method_id=found.payment_method_id
        )
        settled = await connectors.warehouse.settle_return(
            return_id=found.id, refund_id=refunds[0].id, at=now, idempotency_key=f"settle:{found.id}"
        )
        showing = await Showing.for_order(context, order)
        summary = (
            f"The goods of return {found.id} are here; {showing.text(found.refund)} goes to the"
            f" {showing.label(found.payment_method_id)}."
        )
        await book(
            context,
            "receive_return",
            summary=summary,
            customer_id=order.customer_id,
            order_id=order.id,
            note=f"Goods of return {found.id} received ({condition}), {found.refund} refunded.",
        )
    return SettledReturn(
        summary=summary,
        settled=showing.returned(settled),
        refunds=tuple(showing.refund(refund) for refund in refunds),
        restocked=dict(restocked),
    )


async def _restock(context: ToolContext, order: Order, return_id: str, items: Sequence[ReturnItem]) -> Counter[str]:
    """Put units back where they came from, else into the region's warehouse."""
    inventory = context.services.connectors.inventory
    variants = await variants_of(context, [item.sku for item in items])
    restocked = Counter[str]()
    for item in items:
        if item.sku not in variants or not variants[item.sku].tracks_stock:
            continue
        await inventory.restock(
            sku=item.sku,
            location_id=await _shelf(context, order, item),
            quantity=item.quantity,
            idempotency_key=f"restock:{return_id}:{item.line_id}",
        )
        restocked[item.sku] += item.quantity
    return restocked


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
