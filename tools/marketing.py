"""Tools of marketing: what runs now, and codes on the open cart."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shopgraph.domain import Customer
from shopgraph.tools import actions
from shopgraph.tools.facts import code_facts
from shopgraph.tools.lookups import asking_customer
from shopgraph.tools.registry import tool
from shopgraph.tools.spec import Cost, Scope, Subject, System, ToolContext
from shopgraph.tools.views import CampaignView, PromotionList, PromotionView, RedeemedCode

Code = Annotated[str, Field(min_length=1, max_length=40, description="The code as the customer typed it.")]


@tool(system=System.MARKETING, scope=Scope.PUBLIC)
async def list_promotions(context: ToolContext) -> PromotionList:
    """List the promotions and campaigns that run now in the shopper's region and are meant for them."""
    marketing, now = context.services.connectors.marketing, context.services.clock.now()
    segments = await _segments(context)
    promotions = await marketing.promotions(region_id=context.region_id, at=now)
    campaigns = await marketing.campaigns(region_id=context.region_id, at=now)
    return PromotionList(
        promotions=tuple(
            PromotionView(name=p.name, percent=p.percent, categories=p.categories, ends_at=p.ends_at)
            for p in promotions
            if not p.audience or segments & set(p.audience)
        ),
        campaigns=tuple(
            CampaignView(name=c.name, headline=c.headline, ends_at=c.ends_at)
            for c in campaigns
            if not c.segments or segments & set(c.segments)
        ),
    )


async def _segments(context: ToolContext) -> set[str]:
    customer_id = context.principal.customer_id
    customer: Customer | None = await context.services.connectors.crm.customer(customer_id) if customer_id else None
    return set(customer.segments) if customer else set()


async def _describe_redeem(context: ToolContext, code: str) -> Subject:
    customer = await asking_customer(context)
    cart = await context.services.connectors.sessions.cart(customer.id)
    return Subject(
        owner_id=customer.id,
        resource_id=cart.id if cart else "",
        facts=await code_facts(context, customer, cart, code),
        summary=f"Put the code {code.strip().upper()} on your open cart",
    )


@tool(
    system=System.MARKETING,
    scope=Scope.CUSTOMER,
    mutates=True,
    needs_confirmation=True,
    cost=Cost.MONEY,
    describe=_describe_redeem,
)
async def redeem_code(context: ToolContext, code: Code) -> RedeemedCode:
    """Put a discount code on the customer's open cart."""
    return await actions.redeem_code(context, code)


TOOLS = (list_promotions, redeem_code)
