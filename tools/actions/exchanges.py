"""Exchanged goods that have arrived: the new ones are promised, the difference is settled, and they leave.

The new units come first and the customer's money second, for either may be refused, and so far everything can be taken
back. From the old goods' arrival on it only goes forward.
"""

from __future__ import annotations

from itertools import groupby

from shopgraph.domain import (
    Exchange,
    ExchangeStatus,
    Fulfillment,
    FulfillmentLine,
    FulfillmentStatus,
    ItemCondition,
    Money,
    Order,
    Value,
)
from shopgraph.domain.shares import origin
from shopgraph.domain.transitions import EXCHANGE
from shopgraph.errors import OutOfStock
from shopgraph.tools.actions.items import settlement
from shopgraph.tools.actions.ledger import book
from shopgraph.tools.actions.money import PlannedCharge, PlannedRefund, charge_step, refund_steps
from shopgraph.tools.actions.restocking import Restocking, plan_restocking, restock_steps
from shopgraph.tools.durable.admission import perform
from shopgraph.tools.durable.steps import Step, Work, action
from shopgraph.tools.lookups import own_order, the_exchange, variants_of
from shopgraph.tools.places import Pick, Wanted, pick
from shopgraph.tools.plans import backs, paid_for
from shopgraph.tools.showing import Showing
from shopgraph.tools.spec import Accepted, ToolContext
from shopgraph.tools.summaries import difference_text
from shopgraph.tools.views import CompletedExchange

WAREHOUSE = frozenset({"warehouse"})
INVENTORY = frozenset({"inventory"})


class Parcel(Value):
    """New goods that leave one place together."""

    id: str
    location_id: str | None
    """None: of goods that are not counted."""
    lines: tuple[FulfillmentLine, ...]


class ReceivePlan(Value):
    """An exchange as it was worked out and judged on the day on which the old goods arrived."""

    exchange_id: str
    order_id: str
    customer_id: str
    condition: ItemCondition
    payment_method_id: str
    difference: Money
    picks: tuple[Pick, ...]
    charge: PlannedCharge | None
    refunds: tuple[PlannedRefund, ...]
    restocking: tuple[Restocking, ...]
    parcels: tuple[Parcel, ...]


async def receive_exchange(
    context: ToolContext, exchange_id: str, condition: ItemCondition
) -> CompletedExchange | Accepted:
    """Book the old goods in, settle the difference that was agreed, and send the new ones.

    Raises:
        IllegalTransition: the exchange is not waiting for its goods.
        OutOfStock: the new goods cannot be had.
        Conflict: the difference can be neither charged nor refunded as it was agreed.
    """
    found = await the_exchange(context, exchange_id)
    EXCHANGE.check(found.status, ExchangeStatus.RECEIVED)
    order = await own_order(context, found.order_id)
    picks = await _picks(context, found, order.region_id)
    old = [(item.line_id, item.from_sku, item.quantity) for item in found.items]
    rooms = (await paid_for(context, order.id)).left(order)
    of = {line_id: min(back, rooms[origin(line_id)]) for line_id, back in _backs(order, found).items()}
    charge, refunds = await settlement(context, order, found.difference, found.payment_method_id, promised=True, of=of)
    plan = ReceivePlan(
        exchange_id=found.id,
        order_id=order.id,
        customer_id=order.customer_id,
        condition=condition,
        payment_method_id=found.payment_method_id,
        difference=found.difference,
        picks=picks,
        charge=charge,
        refunds=refunds,
        restocking=await plan_restocking(context, order, old) if condition is ItemCondition.NEW else (),
        parcels=_parcels(found, picks),
    )
    return await perform(context, RECEIVE_EXCHANGE, plan, order_id=order.id, customer_id=order.customer_id)


def _backs(order: Order, found: Exchange) -> dict[str, Money]:
    lines = {line.id: line for line in order.lines}
    return backs((lines[item.line_id], item.price, item.quantity) for item in found.items if item.line_id in lines)


async def _picks(context: ToolContext, found: Exchange, region_id: str) -> tuple[Pick, ...]:
    variants = await variants_of(context, [item.to_sku for item in found.items])
    wanted = [
        Wanted(line_id=item.line_id, sku=item.to_sku, quantity=item.quantity)
        for item in found.items
        if item.to_sku in variants and variants[item.to_sku].tracks_stock
    ]
    picks = await pick(context, region_id, wanted)
    missing = sum(each.quantity for each in wanted) - sum(each.quantity for each in picks)
    if len(variants) < len({item.to_sku for item in found.items}) or missing:
        raise OutOfStock(
            f"The new goods of exchange {found.id} cannot be had.",
            remedy="Keep the old goods aside until there are some, or refund them.",
            exchange_id=found.id,
            missing=missing,
        )
    return picks


def _parcels(found: Exchange, picks: tuple[Pick, ...]) -> tuple[Parcel, ...]:
    counted = {(each.line_id, each.sku) for each in picks}
    leaving: list[tuple[str | None, FulfillmentLine]] = [
        (each.location_id, FulfillmentLine(line_id=each.line_id, sku=each.sku, quantity=each.quantity))
        for each in picks
    ]
    leaving += [
        (None, FulfillmentLine(line_id=item.line_id, sku=item.to_sku, quantity=item.quantity))
        for item in found.items
        if (item.line_id, item.to_sku) not in counted
    ]
    by_place = groupby(sorted(leaving, key=lambda each: each[0] or ""), key=lambda each: each[0])
    return tuple(
        Parcel(id=f"{found.id}-{number}", location_id=place, lines=tuple(line for _, line in lines))
        for number, (place, lines) in enumerate(by_place, 1)
    )


def _steps(plan: ReceivePlan) -> list[Step]:
    return [
        *([_allocate_step(plan)] if plan.picks else []),
        *([charge_step(plan.charge)] if plan.charge else []),
        _receive_step(plan),
        *restock_steps(plan.exchange_id, plan.restocking),
        *refund_steps(plan.refunds),
        *([_consume_step(plan)] if plan.picks else []),
        _complete_step(plan),
    ]


def _allocate_step(plan: ReceivePlan) -> Step:
    async def allocate(work: Work) -> None:
        for each in plan.picks:
            await work.context.services.connectors.inventory.allocate(
                sku=each.sku,
                location_id=each.location_id,
                order_id=plan.order_id,
                line_id=each.line_id,
                quantity=each.quantity,
                idempotency_key=f"exchange:{plan.exchange_id}:{work.context.call_id}:{each.line_id}:{each.location_id}",
            )

    async def release(work: Work) -> None:
        inventory = work.context.services.connectors.inventory
        key = f"exchange:{plan.exchange_id}:{work.context.call_id}:release"
        await inventory.release(order_id=plan.order_id, idempotency_key=key)

    return Step(name="allocate", ports=INVENTORY, do=allocate, undo=release, in_parts=True)


def _receive_step(plan: ReceivePlan) -> Step:
    async def receive(work: Work) -> Exchange:
        services = work.context.services
        return await services.connectors.warehouse.receive_exchange(
            exchange_id=plan.exchange_id, at=services.clock.now(), idempotency_key=f"receive:{plan.exchange_id}"
        )

    return Step(name="receive", ports=WAREHOUSE, do=receive)


def _consume_step(plan: ReceivePlan) -> Step:
    async def consume(work: Work) -> None:
        inventory = work.context.services.connectors.inventory
        await inventory.consume(order_id=plan.order_id, idempotency_key=f"consume:{plan.exchange_id}")

    return Step(name="consume", ports=INVENTORY, do=consume)


def _complete_step(plan: ReceivePlan) -> Step:
    async def complete(work: Work) -> Exchange:
        services = work.context.services
        now = services.clock.now()
        parcels = [
            Fulfillment(
                id=parcel.id,
                order_id=plan.order_id,
                location_id=parcel.location_id,
                status=FulfillmentStatus.SHIPPED,
                lines=parcel.lines,
                shipped_at=now,
            )
            for parcel in plan.parcels
        ]
        return await services.connectors.warehouse.complete_exchange(
            exchange_id=plan.exchange_id, parcels=parcels, at=now, idempotency_key=f"complete:{plan.exchange_id}"
        )

    return Step(name="complete", ports=WAREHOUSE, do=complete)


async def _tell(work: Work, plan: ReceivePlan) -> CompletedExchange:
    completed = work.result("complete", Exchange)
    showing = await Showing.for_order(work.context, await own_order(work.context, plan.order_id))
    money = difference_text(showing, plan.difference, plan.payment_method_id)
    summary = f"The goods of exchange {completed.id} are here and the new ones have left; {money}."
    await book(
        work.context,
        "receive_exchange",
        summary=summary,
        customer_id=plan.customer_id,
        order_id=plan.order_id,
        note=f"Goods of exchange {completed.id} received ({plan.condition}), difference of {plan.difference}.",
    )
    return CompletedExchange(
        summary=summary,
        completed=showing.exchanged(completed),
        difference=showing.amount(plan.difference),
        parcels=tuple(parcel.id for parcel in plan.parcels),
    )


RECEIVE_EXCHANGE = action("receive_exchange", plan=ReceivePlan, steps=_steps, tell=_tell)
