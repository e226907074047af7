"""Tools of the order system: look at orders, cancel and change those that have not shipped."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shopgraph.domain import CancelReason
from shopgraph.tools import actions
from shopgraph.tools.amounts import total_held
from shopgraph.tools.arguments import ItemsToSwap, MethodId, OrderId, TypedAddress
from shopgraph.tools.checkout import plan_checkout
from shopgraph.tools.facts import approval_limit, order_facts, swap_facts
from shopgraph.tools.lookups import asking_customer, own_method, own_order
from shopgraph.tools.phrases import one_line
from shopgraph.tools.plans import held_for, plan_swap
from shopgraph.tools.registry import tool
from shopgraph.tools.showing import Showing, order_view
from shopgraph.tools.spec import Accepted, Cost, Scope, Subject, System, ToolContext
from shopgraph.tools.summaries import address_summary, cancel_summary, change_summary, place_summary
from shopgraph.tools.views import CanceledOrder, ChangedAddress, ChangedItems, OrderList, OrderView, PlacedOrder

Shipping = Annotated[
    str | None,
    Field(min_length=1, max_length=64, description="Id of a way of shipping; empty: the region's standard one."),
]
To = Annotated[TypedAddress | None, Field(description="Where it goes; empty: the address of the profile.")]
Limit = Annotated[int, Field(ge=1, le=50, description="How many at most.")]


@tool(system=System.ORDERS, scope=Scope.CUSTOMER)
async def list_orders(context: ToolContext, limit: Limit = 10) -> OrderList:
    """List the customer's own orders, newest first."""
    customer = await asking_customer(context)
    showing = await Showing.for_customer(context, customer.id, customer.region_id)
    orders = await context.services.connectors.orders.orders_of(customer.id, limit=limit)
    return OrderList(orders=tuple(showing.summary(order) for order in orders))


async def _describe_get(context: ToolContext, order_id: str) -> Subject:
    order = await own_order(context, order_id)
    return Subject(owner_id=order.customer_id, resource_id=order.id, facts={})


@tool(system=System.ORDERS, scope=Scope.CUSTOMER, describe=_describe_get)
async def get_order(context: ToolContext, order_id: OrderId) -> OrderView:
    """Look at one of the customer's orders: items, status, parcels and tracking, payments, refunds, returns."""
    return await order_view(context, await own_order(context, order_id))


async def _describe_place(
    context: ToolContext, payment_method_id: str, shipping: str | None, address: TypedAddress | None
) -> Subject:
    found = await plan_checkout(context, payment_method_id, shipping, address)
    showing = await Showing.for_customer(context, found.customer.id, found.terms.region_id)
    return Subject(
        owner_id=found.customer.id,
        resource_id=found.cart.id if found.cart else "",
        facts=found.facts(),
        summary=place_summary(showing, found, payment_method_id),
    )


@tool(
    system=System.ORDERS,
    scope=Scope.CUSTOMER,
    mutates=True,
    needs_confirmation=True,
    cost=Cost.MONEY,
    describe=_describe_place,
)
async def place_order(
    context: ToolContext, payment_method_id: MethodId, shipping: Shipping = None, address: To = None
) -> PlacedOrder | Accepted:
    """Buy what is in the customer's open cart: discounts, tax and shipping are worked out now, and it is paid at once.

    redeem_code puts a code on the cart first; delivery_options lists the ways of shipping.
    """
    return await actions.place_order(context, payment_method_id, shipping, address)


async def _describe_cancel(context: ToolContext, order_id: str, reason: CancelReason) -> Subject:
    order = await own_order(context, order_id)
    held = await held_for(context, order.id)
    refund = total_held(held, order.currency)
    return Subject(
        owner_id=order.customer_id,
        resource_id=order.id,
        facts={
            **await order_facts(context, order),
            "reason": str(reason),
            "refund_minor": refund.amount,
            "currency": order.currency,
            **approval_limit(context, order),
        },
        amount=refund,
        summary=cancel_summary(await Showing.for_order(context, order), order, held),
    )


@tool(
    system=System.ORDERS,
    scope=Scope.CUSTOMER,
    mutates=True,
    needs_confirmation=True,
    cost=Cost.MONEY,
    describe=_describe_cancel,
)
async def cancel_order(context: ToolContext, order_id: OrderId, reason: CancelReason) -> CanceledOrder | Accepted:
    """Cancel a pending order as a whole and refund what was paid for it."""
    return await actions.cancel_order(context, order_id, reason)


async def _describe_change_items(
    context: ToolContext, order_id: str, items: ItemsToSwap, payment_method_id: str
) -> Subject:
    order = await own_order(context, order_id)
    plan = await plan_swap(context, order, items)
    method = await own_method(context, order.customer_id, payment_method_id)
    return Subject(
        owner_id=order.customer_id,
        resource_id=order.id,
        facts={**await order_facts(context, order), **await swap_facts(context, order, plan, items, method)},
        amount=plan.back,
        summary=change_summary(await Showing.for_order(context, order), order, plan, payment_method_id),
    )


@tool(
    system=System.ORDERS,
    scope=Scope.CUSTOMER,
    mutates=True,
    needs_confirmation=True,
    cost=Cost.MONEY,
    describe=_describe_change_items,
)
async def change_items(
    context: ToolContext, order_id: OrderId, items: ItemsToSwap, payment_method_id: MethodId
) -> ChangedItems | Accepted:
    """Swap items of a pending order for other variants of the same products; the difference is settled at once.

    It can be done once per order, so collect all the items first.
    """
    return await actions.change_items(context, order_id, items, payment_method_id)


async def _describe_change_address(context: ToolContext, order_id: str, address: TypedAddress) -> Subject:
    order = await own_order(context, order_id)
    return Subject(
        owner_id=order.customer_id,
        resource_id=order.id,
        facts={**await order_facts(context, order), "address_complete": address.complete},
        summary=address_summary(order, one_line(address.address)),
    )


@tool(
    system=System.ORDERS,
    scope=Scope.CUSTOMER,
    mutates=True,
    needs_confirmation=True,
    cost=Cost.MONEY,
    describe=_describe_change_address,
)
async def change_order_address(context: ToolContext, order_id: OrderId, address: TypedAddress) -> ChangedAddress:
    """Send a pending order to another address; the customer's profile stays as it is."""
    return await actions.change_order_address(context, order_id, address)


TOOLS = (list_orders, get_order, place_order, cancel_order, change_items, change_order_address)
