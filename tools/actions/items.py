"""Other variants of what was ordered: before shipping a change, after delivery an exchange."""

from __future__ import annotations

from collections.abc import Sequence

from shopgraph.domain import Allocation, Order, OrderLineItem, RefundReason
from shopgraph.errors import OutOfStock
from shopgraph.tools.actions.ledger import book, give_back, next_place
from shopgraph.tools.amounts import parts_to_refund
from shopgraph.tools.arguments import ItemToSwap
from shopgraph.tools.lookups import own_order, variants_of
from shopgraph.tools.plans import SwapPlan, held_for, plan_swap
from shopgraph.tools.showing import Showing
from shopgraph.tools.spec import ToolContext
from shopgraph.tools.summaries import difference_text
from shopgraph.tools.views import ChangedItems, RequestedExchange


async def exchange_items(
    context: ToolContext, order_id: str, items: Sequence[ItemToSwap], payment_method_id: str
) -> RequestedExchange:
    """Accept an exchange of delivered goods. The difference in price is settled when they are back, not now.

    Raises:
        Conflict: the order does not hold these items, or is not delivered.
    """
    connectors = context.services.connectors
    async with connectors.transaction():
        order = await own_order(context, order_id)
        plan = await plan_swap(context, order, items)
        earlier = await connectors.warehouse.exchanges(order.id)
        accepted = await connectors.warehouse.request_exchange(
            order_id=order.id,
            customer_id=order.customer_id,
            items=plan.items(),
            payment_method_id=payment_method_id,
            difference=plan.difference,
            at=context.services.clock.now(),
            idempotency_key=f"exchange:{order.id}:{len(earlier)}",
        )
        showing = await Showing.for_order(context, order)
        money = difference_text(showing, plan.difference, payment_method_id)
        when = "" if plan.difference.is_zero else " when the goods are back"
        summary = f"The exchange for order {order.id} is open; {money}{when}."
        await book(
            context,
            "exchange_items",
            summary=summary,
            customer_id=order.customer_id,
            order_id=order.id,
            note=f"Exchange {accepted.id} accepted, difference of {plan.difference}.",
        )
    return RequestedExchange(summary=summary, requested=showing.exchanged(accepted))


async def change_items(
    context: ToolContext, order_id: str, items: Sequence[ItemToSwap], payment_method_id: str
) -> ChangedItems:
    """Swap variants of a pending order: its stock moves with them, and the difference is charged or refunded at once.

    Raises:
        Conflict: the order is not pending or was changed before, a gift card does not cover it, or too little is
            held to refund the difference.
        OutOfStock: a new variant cannot be allocated.
    """
    connectors = context.services.connectors
    async with connectors.transaction():
        order = await own_order(context, order_id)
        plan = await plan_swap(context, order, items)
        changed = await connectors.orders.swap_items(
            order_id=order.id,
            items=plan.items(),
            at=context.services.clock.now(),
            idempotency_key=f"swap:{order.id}",
        )
        await _move_stock(context, order, changed)
        await _settle(context, order, plan, payment_method_id)
        showing = await Showing.for_order(context, order)
        money = difference_text(showing, plan.difference, payment_method_id)
        summary = f"The items of order {order.id} are changed; {money}."
        await book(
            context,
            "change_items",
            summary=summary,
            customer_id=order.customer_id,
            order_id=order.id,
            note=f"Items changed by request, difference of {plan.difference}.",
        )
    return ChangedItems(
        summary=summary,
        order_id=order.id,
        total=showing.amount(changed.total),
        difference=showing.amount(plan.difference),
    )


async def _settle(context: ToolContext, order: Order, plan: SwapPlan, payment_method_id: str) -> None:
    """Charge what the new variants cost more, or give back what they cost less; an even swap is a refund of zero."""
    if plan.difference.amount > 0:
        await context.services.connectors.payments.charge(
            order_id=order.id,
            payment_method_id=payment_method_id,
            amount=plan.difference,
            at=context.services.clock.now(),
            idempotency_key=f"charge:{order.id}:{await next_place(context, order.id)}",
        )
        return
    parts = parts_to_refund(await held_for(context, order.id), -plan.difference, payment_method_id)
    await give_back(context, order, parts, reason=RefundReason.EXCHANGE_DIFFERENCE, payment_method_id=payment_method_id)


async def _move_stock(context: ToolContext, before: Order, after: Order) -> None:
    """Release what the order was promised and promise what it holds now, line by line at the same place if it can be.

    An order without allocations (its variants are not counted, or nobody has promised anything) gets none.
    """
    inventory = context.services.connectors.inventory
    held = await inventory.allocations(before.id)
    if not held:
        return
    await inventory.release(order_id=before.id, idempotency_key=f"release:{before.id}:swap")
    variants = await variants_of(context, [line.sku for line in after.lines])
    for line in after.lines:
        if line.current_quantity and variants[line.sku].tracks_stock:
            own = [entry for entry in held if entry.line_id == line.id]
            await _allocate(context, after, line, own or held)


async def _allocate(context: ToolContext, order: Order, line: OrderLineItem, preferred: Sequence[Allocation]) -> None:
    inventory = context.services.connectors.inventory
    places = {entry.location_id: index for index, entry in enumerate(preferred)}
    levels = await inventory.levels((line.sku,), region_id=order.region_id)
    rest = line.current_quantity
    for level in sorted(levels, key=lambda level: (places.get(level.location_id, len(places)), -level.available)):
        take = min(rest, level.available)
        if take:
            await inventory.allocate(
                sku=line.sku,
                location_id=level.location_id,
                order_id=order.id,
                line_id=line.id,
                quantity=take,
                idempotency_key=f"allocate:{order.id}:{line.id}:{level.location_id}:swap",
            )
            rest -= take
    if rest:
        raise OutOfStock(
            f"{rest} of {line.sku} cannot be promised to order {order.id}.",
            remedy="Choose a variant that is in stock.",
            sku=line.sku,
            missing=rest,
        )
