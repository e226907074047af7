"""Tools of marketing: what runs now, codes on the open cart, and a discount for one customer."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shopgraph.domain import Customer, Promotion, Region
from shopgraph.domain.days import last_day
from shopgraph.tools import actions
from shopgraph.tools.arguments import Sku
from shopgraph.tools.facts import code_facts
from shopgraph.tools.lookups import asking_customer, region_of
from shopgraph.tools.offers import offer_facts, offer_text, plan_offer
from shopgraph.tools.registry import tool
from shopgraph.tools.spec import Cost, Scope, Subject, System, ToolContext
from shopgraph.tools.views import (
    AmountView,
    CampaignList,
    CampaignView,
    OfferedDiscount,
    PromotionList,
    PromotionView,
    RedeemedCode,
)

Percent = Annotated[int, Field(ge=1, le=100, description="Percent off, a whole number.")]
Code = Annotated[str, Field(min_length=1, max_length=40, description="The code as the customer typed it.")]


@tool(system=System.MARKETING, scope=Scope.PUBLIC)
async def list_promotions(context: ToolContext) -> PromotionList:
    """List the price cuts that run now in the shopper's region and are meant for them, and which need a code."""
    marketing, now = context.services.connectors.marketing, context.services.clock.now()
    customer, region = await _customer(context), await region_of(context, context.region_id)
    free = {each.id for each in await marketing.without_code(region_id=context.region_id, at=now)}
    return PromotionList(
        promotions=tuple(
            _promotion(p, region, needs_code=p.id not in free)
            for p in await marketing.promotions(region_id=context.region_id, at=now)
            if p.meant_for(customer)
        )
    )


def _promotion(promotion: Promotion, region: Region, *, needs_code: bool) -> PromotionView:
    return PromotionView(
        name=promotion.name,
        percent=promotion.percent,
        categories=promotion.categories,
        cap=AmountView.of(promotion.cap, region.locale) if promotion.cap else None,
        ends_at=promotion.ends_at,
        last_day=last_day(promotion.ends_at, region.timezone),
        needs_code=needs_code,
    )


@tool(system=System.MARKETING, scope=Scope.PUBLIC)
async def list_campaigns(context: ToolContext) -> CampaignList:
    """List what marketing tells shoppers of this region right now: headlines, and until when they hold."""
    marketing, now = context.services.connectors.marketing, context.services.clock.now()
    customer = await _customer(context)
    segments = set(customer.segments) if customer else set[str]()
    return CampaignList(
        campaigns=tuple(
            CampaignView(name=c.name, headline=c.headline, ends_at=c.ends_at)
            for c in await marketing.campaigns(region_id=context.region_id, at=now)
            if not c.segments or segments & set(c.segments)
        )
    )


async def _customer(context: ToolContext) -> Customer | None:
    customer_id = context.principal.customer_id
    return await context.services.connectors.crm.customer(customer_id) if customer_id else None


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


async def _describe_offer(context: ToolContext, sku: str, percent: int) -> Subject:
    customer = await asking_customer(context)
    plan = await plan_offer(context, sku, percent)
    return Subject(
        owner_id=customer.id,
        resource_id=plan.variant.sku,
        facts=await offer_facts(context, customer, plan),
        amount=plan.worth,
        summary=f"Give you a code of your own: {await offer_text(context, plan)}",
    )


@tool(
    system=System.MARKETING,
    scope=Scope.CUSTOMER,
    mutates=True,
    needs_confirmation=True,
    cost=Cost.MONEY,
    describe=_describe_offer,
)
async def offer_discount(context: ToolContext, sku: Sku, percent: Percent) -> OfferedDiscount:
    """Give the customer a discount code of their own for one product; policy bounds how much, and how often.

    It can be used once, by this customer, in this region, until it expires. A customer has one such code at a time.
    """
    return await actions.offer_discount(context, sku, percent)


TOOLS = (list_promotions, list_campaigns, redeem_code, offer_discount)
