"""Tools of the warehouse: delivery, returns, exchanges, and goods that come in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shopgraph.domain import ItemCondition
from shopgraph.errors import NotFound
from shopgraph.tools import actions
from shopgraph.tools.arguments import ItemsToReturn, ItemsToSwap, MethodId, OrderId
from shopgraph.tools.facts import exchange_facts, order_facts, return_facts, swap_facts
from shopgraph.tools.lookups import own_method, own_order, region_of, the_exchange
from shopgraph.tools.plans import plan_return, plan_swap
from shopgraph.tools.registry import tool
from shopgraph.tools.showing import Showing, parcels_of
from shopgraph.tools.spec import Accepted, Cost, Scope, Subject, System, ToolContext
from shopgraph.tools.summaries import exchange_summary, return_summary
from shopgraph.tools.views import (
    AfterSale,
    AmountView,
    CompletedExchange,
    DeliveryOption,
    DeliveryOptions,
    RequestedExchange,
    RequestedReturn,
    SettledReturn,
    TrackedOrder,
)

ReturnId = Annotated[str, Field(min_length=1, max_length=64, description="Id of an accepted return.")]
ExchangeId = Annotated[str, Field(min_length=1, max_length=64, description="Id of an accepted exchange.")]
Condition = Annotated[
    Literal[ItemCondition.NEW, ItemCondition.USED, ItemCondition.DAMAGED],
    Field(description="What the warehouse found; only what is new goes back on the shelf."),
]


@tool(system=System.WAREHOUSE, scope=Scope.PUBLIC)
async def delivery_options(context: ToolContext) -> DeliveryOptions:
    """List the ways of shipping in the shopper's region: price, days, and from which order value it is free."""
    region = await region_of(context, context.region_id)
    return DeliveryOptions(
        region=region.name,
        options=tuple(
            DeliveryOption(
                name=method.name,
                price=AmountView.of(method.price, region.locale),
                min_days=method.min_days,
                max_days=method.max_days,
                free_from=AmountView.of(method.free_from, region.locale) if method.free_from else None,
            )
            for method in context.services.policy.calendar(region.id, context.services.clock.now()).shipping
        ),
    )


async def _describe_order(context: ToolContext, order_id: str) -> Subject:
    order = await own_order(context, order_id)
    return Subject(owner_id=order.customer_id, resource_id=order.id, facts={})


@tool(system=System.WAREHOUSE, scope=Scope.CUSTOMER, describe=_describe_order)
async def track_order(context: ToolContext, order_id: OrderId) -> TrackedOrder:
    """Find out where an order is: its parcels, what happened to each of them, and when it should arrive."""
    order = await own_order(context, order_id)
    parcels = await parcels_of(context, order.id)
    expected = [parcel.estimated_at for parcel in parcels if parcel.estimated_at and not parcel.delivered_at]
    return TrackedOrder(
        order_id=order.id, status=order.status, estimated_at=max(expected, default=None), parcels=parcels
    )


@tool(system=System.WAREHOUSE, scope=Scope.CUSTOMER, describe=_describe_order)
async def get_returns(context: ToolContext, order_id: OrderId) -> AfterSale:
    """Find out how the returns and exchanges of an order stand: what comes back, and what it pays or costs."""
    order = await own_order(context, order_id)
    warehouse, showing = context.services.connectors.warehouse, await Showing.for_order(context, order)
    return AfterSale(
        order_id=order.id,
        returns=tuple(showing.returned(entry) for entry in await warehouse.returns(order.id)),
        exchanges=tuple(showing.exchanged(entry) for entry in await warehouse.exchanges(order.id)),
    )


async def _describe_return(
    context: ToolContext, order_id: str, items: ItemsToReturn, payment_method_id: str
) -> Subject:
    order = await own_order(context, order_id)
    plan = await plan_return(context, order, items)
    method = await own_method(context, order.customer_id, payment_method_id)
    count = sum(item.quantity for item in items)
    return Subject(
        owner_id=order.customer_id,
        resource_id=order.id,
        facts={**await order_facts(context, order), **await return_facts(context, order, plan, count, method)},
        amount=plan.refund,
        summary=return_summary(await Showing.for_order(context, order), order, plan, payment_method_id, method),
    )


@tool(
    system=System.WAREHOUSE,
    scope=Scope.CUSTOMER,
    mutates=True,
    needs_confirmation=True,
    cost=Cost.MONEY,
    describe=_describe_return,
)
async def return_items(
    context: ToolContext, order_id: OrderId, items: ItemsToReturn, payment_method_id: MethodId
) -> RequestedReturn | Accepted:
    """Ask to send items of a delivered order back; the refund is paid when the goods have arrived."""
    return await actions.return_items(context, order_id, items, payment_method_id)


async def _describe_exchange(
    context: ToolContext, order_id: str, items: ItemsToSwap, payment_method_id: str
) -> Subject:
    order = await own_order(context, order_id)
    plan = await plan_swap(context, order, items)
    method = await own_method(context, order.customer_id, payment_method_id)
    return Subject(
        owner_id=order.customer_id,
        resource_id=order.id,
        facts={
            **await order_facts(context, order),
            **await swap_facts(context, order, plan, items, method),
            **await exchange_facts(context, order, plan),
        },
        amount=plan.back,
        summary=exchange_summary(await Showing.for_order(context, order), order, plan, payment_method_id),
    )


@tool(
    system=System.WAREHOUSE,
    scope=Scope.CUSTOMER,
    mutates=True,
    needs_confirmation=True,
    cost=Cost.MONEY,
    describe=_describe_exchange,
)
async def exchange_items(
    context: ToolContext, order_id: OrderId, items: ItemsToSwap, payment_method_id: MethodId
) -> RequestedExchange | Accepted:
    """Exchange items of a delivered order for other variants; the difference is settled when the goods are back.

    An order can be returned or exchanged once, so collect all the items first.
    """
    return await actions.exchange_items(context, order_id, items, payment_method_id)


async def _describe_receive(context: ToolContext, return_id: str, condition: ItemCondition) -> Subject:
    found = await context.services.connectors.warehouse.find_return(return_id)
    if found is None:
        raise NotFound(f"There is no return {return_id}.", return_id=return_id)
    return Subject(
        owner_id=found.customer_id,
        resource_id=found.id,
        facts={"return_status": str(found.status)},
        amount=found.refund,
        summary=f"Receive the goods of return {found.id} ({condition}) and pay the refund of {found.refund}",
    )


@tool(system=System.WAREHOUSE, scope=Scope.INTERNAL, mutates=True, cost=Cost.MONEY, describe=_describe_receive)
async def receive_return(
    context: ToolContext, return_id: ReturnId, condition: Condition = ItemCondition.NEW
) -> SettledReturn | Accepted:
    """Book the goods of a return as received, put them back on the shelf, and pay the refund."""
    return await actions.receive_return(context, return_id, condition)


async def _describe_receive_exchange(context: ToolContext, exchange_id: str, condition: ItemCondition) -> Subject:
    found = await the_exchange(context, exchange_id)
    back = -found.difference if found.difference.amount < 0 else None
    return Subject(
        owner_id=found.customer_id,
        resource_id=found.id,
        facts={"exchange_status": str(found.status)},
        amount=back,
        summary=f"Receive the goods of exchange {found.id} ({condition}), settle {found.difference}, send the new ones",
    )


@tool(system=System.WAREHOUSE, scope=Scope.INTERNAL, mutates=True, cost=Cost.MONEY, describe=_describe_receive_exchange)
async def receive_exchange(
    context: ToolContext, exchange_id: ExchangeId, condition: Condition = ItemCondition.NEW
) -> CompletedExchange | Accepted:
    """Book the old goods of an exchange as received, charge or refund the difference, and send the new goods."""
    return await actions.receive_exchange(context, exchange_id, condition)


TOOLS = (
    delivery_options,
    track_order,
    get_returns,
    return_items,
    exchange_items,
    receive_return,
    receive_exchange,
)
