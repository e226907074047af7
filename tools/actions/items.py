"""Other variants of what was ordered: before shipping a change, after delivery an exchange."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from shopgraph.domain import (
    Allocation,
    Exchange,
    ExchangeItem,
    Money,
    Order,
    OrderLineItem,
    OrderStatus,
    RefundReason,
    Value,
)
from shopgraph.errors import Conflict, OutOfStock
from shopgraph.tools.actions.ledger import book, next_place
from shopgraph.tools.actions.money import PlannedCharge, PlannedRefund, charge_step, plan_refunds, refund_steps
from shopgraph.tools.amounts import parts_to_refund, shares_over
from shopgraph.tools.arguments import ItemToSwap
from shopgraph.tools.durable.admission import perform
from shopgraph.tools.durable.steps import Step, Work, action
from shopgraph.tools.lookups import own_method, own_order, variants_of
from shopgraph.tools.plans import covers, held_for, plan_swap
from shopgraph.tools.showing import Showing
from shopgraph.tools.spec import Accepted, ToolContext
from shopgraph.tools.summaries import difference_text
from shopgraph.tools.views import ChangedItems, RequestedExchange


class ExchangePlan(Value):
    """An exchange as it was worked out and judged."""

    order_id: str
    customer_id: str
    items: tuple[ExchangeItem, ...]
    payment_method_id: str
    difference: Money
    place: int
    """How many exchanges the order had before: it makes the key."""


async def exchange_items(
    context: ToolContext, order_id: str, items: Sequence[ItemToSwap], payment_method_id: str
) -> RequestedExchange | Accepted:
    """Accept an exchange of delivered goods. The difference in price is settled when they are back, not now.

    Raises:
        Conflict: the order does not hold these items, or is not delivered.
    """
    order = await own_order(context, order_id)
    found = await plan_swap(context, order, items)
    plan = ExchangePlan(
        order_id=order.id,
        customer_id=order.customer_id,
        items=found.items(),
        payment_method_id=payment_method_id,
        difference=found.difference,
        place=len(await context.services.connectors.warehouse.exchanges(order.id)),
    )
    return await perform(context, EXCHANGE, plan, order_id=order.id, customer_id=order.customer_id)


def _exchange_steps(plan: ExchangePlan) -> list[Step]:
    async def request(work: Work) -> Exchange:
        services = work.context.services
        return await services.connectors.warehouse.request_exchange(
            order_id=plan.order_id,
            customer_id=plan.customer_id,
            items=plan.items,
            payment_method_id=plan.payment_method_id,
            difference=plan.difference,
            at=services.clock.now(),
            idempotency_key=f"exchange:{plan.order_id}:{plan.place}",
        )

    return [Step(name="request", ports=frozenset({"warehouse"}), do=request)]


async def _tell_exchange(work: Work, plan: ExchangePlan) -> RequestedExchange:
    accepted = work.result("request", Exchange)
    showing = await Showing.for_order(work.context, await own_order(work.context, plan.order_id))
    money = difference_text(showing, plan.difference, plan.payment_method_id)
    when = "" if plan.difference.is_zero else " when the goods are back"
    summary = f"The exchange for order {plan.order_id} is open; {money}{when}."
    await book(
        work.context,
        "exchange_items",
        summary=summary,
        customer_id=plan.customer_id,
        order_id=plan.order_id,
        note=f"Exchange {accepted.id} accepted, difference of {plan.difference}.",
    )
    return RequestedExchange(summary=summary, requested=showing.exchanged(accepted))


EXCHANGE = action("exchange_items", plan=ExchangePlan, steps=_exchange_steps, tell=_tell_exchange)


class ChangePlan(Value):
    """A change of a pending order's variants as it was worked out and judged."""

    order_id: str
    customer_id: str
    items: tuple[ExchangeItem, ...]
    payment_method_id: str
    difference: Money
    charge: PlannedCharge | None
    """What the new variants cost more; it is taken first, for it may be declined."""
    refunds: tuple[PlannedRefund, ...]
    """What they cost less; an even swap is a refund of zero."""


async def change_items(
    context: ToolContext, order_id: str, items: Sequence[ItemToSwap], payment_method_id: str
) -> ChangedItems | Accepted:
    """Swap variants of a pending order: its stock moves with them, and the difference is charged or refunded at once.

    Raises:
        Conflict: the order is not pending or was changed before, a gift card does not cover it, or too little is
            held to refund the difference.
        OutOfStock: a new variant cannot be allocated.
    """
    order = await own_order(context, order_id)
    if order.status is not OrderStatus.PENDING or order.items_changed_at is not None:
        raise Conflict(f"The items of order {order.id} cannot be changed now.", order=order.id)
    found = await plan_swap(context, order, items)
    charge, refunds = await settlement(context, order, found.difference, payment_method_id)
    plan = ChangePlan(
        order_id=order.id,
        customer_id=order.customer_id,
        items=found.items(),
        payment_method_id=payment_method_id,
        difference=found.difference,
        charge=charge,
        refunds=refunds,
    )
    return await perform(context, CHANGE, plan, order_id=order.id, customer_id=order.customer_id)


async def settlement(
    context: ToolContext,
    order: Order,
    difference: Money,
    payment_method_id: str,
    *,
    promised: bool = False,
    of: Mapping[str, Money] | None = None,
) -> tuple[PlannedCharge | None, tuple[PlannedRefund, ...]]:
    """What is charged, or else refunded, for a difference in price; an even one is a refund of nothing.

    `promised`: it is an open exchange's own difference, which is not set aside on the gift card a second time.
    `of`: what of each line goes back; None where the lines have their new prices when it is paid.

    Raises:
        Conflict: the method is not the customer's or does not cover it, or too little is held to refund it.
    """
    first = await next_place(context, order.id)
    method = await own_method(context, order.customer_id, payment_method_id)
    if difference.amount > 0:
        if method is None or not await covers(context, method, difference, promised=promised):
            raise Conflict(f"{difference} for order {order.id} cannot be paid with this payment method.")
        charge = PlannedCharge(
            order_id=order.id, sequence=first, payment_method_id=payment_method_id, amount=difference
        )
        return charge, ()
    parts = parts_to_refund(await held_for(context, order.id), -difference, payment_method_id)
    return None, plan_refunds(
        order.id,
        parts,
        first=first,
        reason=RefundReason.EXCHANGE_DIFFERENCE,
        to=method,
        shares=() if of is None else shares_over(-difference, of),
    )


def _change_steps(plan: ChangePlan) -> list[Step]:
    async def swap(work: Work) -> Order:
        services = work.context.services
        return await services.connectors.orders.swap_items(
            order_id=plan.order_id,
            items=plan.items,
            at=services.clock.now(),
            idempotency_key=f"swap:{plan.order_id}",
        )

    async def move(work: Work) -> None:
        await _move_stock(work.context, work.result("swap", Order))

    return [
        *([charge_step(plan.charge)] if plan.charge else []),
        Step(name="swap", ports=frozenset({"orders"}), do=swap),
        Step(name="move", ports=frozenset({"inventory"}), do=move),
        *refund_steps(plan.refunds),
    ]


async def _tell_changed(work: Work, plan: ChangePlan) -> ChangedItems:
    order = work.result("swap", Order)
    showing = await Showing.for_order(work.context, order)
    money = difference_text(showing, plan.difference, plan.payment_method_id)
    summary = f"The items of order {order.id} are changed; {money}."
    await book(
        work.context,
        "change_items",
        summary=summary,
        customer_id=plan.customer_id,
        order_id=order.id,
        note=f"Items changed by request, difference of {plan.difference}.",
    )
    return ChangedItems(
        summary=summary,
        order_id=order.id,
        total=showing.amount(order.total),
        difference=showing.amount(plan.difference),
    )


CHANGE = action("change_items", plan=ChangePlan, steps=_change_steps, tell=_tell_changed)


async def _move_stock(context: ToolContext, after: Order) -> None:
    """Release what the order was promised and promise what it holds now, line by line at the same place if it can be.

    An order without allocations (its variants are not counted, or nobody has promised anything) gets none. Cut off and
    begun again, it hears from the same key what was released, and finds what is promised anew already.
    """
    inventory = context.services.connectors.inventory
    held = await inventory.release(order_id=after.id, idempotency_key=f"release:{after.id}:swap")
    if not held:
        return
    promised = Counter[str]()
    for entry in await inventory.allocations(after.id):
        promised[entry.line_id] += entry.quantity
    variants = await variants_of(context, [line.sku for line in after.lines])
    for line in after.lines:
        if variants[line.sku].tracks_stock and (rest := line.current_quantity - promised[line.id]):
            own = [entry for entry in held if entry.line_id == line.id]
            await _allocate(context, after, line, rest, own or held)


async def _allocate(
    context: ToolContext, order: Order, line: OrderLineItem, rest: int, preferred: Sequence[Allocation]
) -> None:
    inventory = context.services.connectors.inventory
    places = {entry.location_id: index for index, entry in enumerate(preferred)}
    levels = await inventory.levels((line.sku,), region_id=order.region_id)
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
