"""Tools of the CRM: the customer's profile, address and notes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shopgraph.errors import InvalidInput
from shopgraph.tools import actions
from shopgraph.tools.arguments import OrderId, TypedAddress
from shopgraph.tools.lookups import asking_customer, own_order
from shopgraph.tools.phrases import one_line
from shopgraph.tools.registry import tool
from shopgraph.tools.showing import Showing
from shopgraph.tools.spec import Cost, Scope, Subject, System, ToolContext
from shopgraph.tools.views import ChangedAddress, NoteAdded, ProfileView


@tool(system=System.CRM, scope=Scope.CUSTOMER)
async def get_profile(context: ToolContext) -> ProfileView:
    """Look at the customer's own profile: name, e-mail, address, and the payment methods with their ids."""
    customer = await asking_customer(context)
    showing = await Showing.for_customer(context, customer.id, customer.region_id)
    return ProfileView(
        customer_id=customer.id,
        given_name=customer.given_name,
        family_name=customer.family_name,
        email=customer.email,
        address=customer.address,
        payment_methods=tuple(showing.method(method) for method in showing.methods.values()),
    )


async def _describe_change(context: ToolContext, address: TypedAddress) -> Subject:
    customer = await asking_customer(context)
    return Subject(
        owner_id=customer.id,
        resource_id=customer.id,
        facts={"address_complete": address.complete},
        summary=f"Change the address of your profile to {one_line(address.address)}",
    )


@tool(
    system=System.CRM,
    scope=Scope.CUSTOMER,
    mutates=True,
    needs_confirmation=True,
    cost=Cost.TIME,
    describe=_describe_change,
)
async def change_profile_address(context: ToolContext, address: TypedAddress) -> ChangedAddress:
    """Replace the address of the customer's profile; orders that exist keep theirs."""
    return await actions.change_profile_address(context, address)


async def _describe_note(context: ToolContext, body: str, order_id: str | None) -> Subject:
    if order_id is None:
        if context.principal.customer_id is None:
            raise InvalidInput("A note by the staff is about an order.", remedy="Give order_id.")
        return Subject(owner_id=context.principal.customer_id, facts={})
    order = await own_order(context, order_id)
    return Subject(owner_id=order.customer_id, resource_id=order.id, facts={})


@tool(system=System.CRM, scope=Scope.CUSTOMER, mutates=True, cost=Cost.TIME, describe=_describe_note)
async def add_note(
    context: ToolContext,
    body: Annotated[str, Field(min_length=1, max_length=2000, description="What the staff should know.")],
    order_id: Annotated[OrderId | None, Field(description="The order that it is about, if any.")] = None,
) -> NoteAdded:
    """Leave a note for the staff about the customer or one of their orders."""
    return await actions.add_note(context, body, order_id)


TOOLS = (get_profile, change_profile_address, add_note)
