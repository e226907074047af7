"""A discount for one customer on one product: what it is about, and what policy has to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from shopgraph.domain import Customer, Money, ProductVariant
from shopgraph.domain.days import last_day
from shopgraph.errors import InvalidInput
from shopgraph.guards.allowances import discount_facts, last_code_at
from shopgraph.guards.calendars import PromotionRules
from shopgraph.tools.facts import Facts
from shopgraph.tools.lookups import region_of
from shopgraph.tools.phrases import format_day
from shopgraph.tools.spec import ToolContext
from shopgraph.tools.summaries import with_options


@dataclass(frozen=True, kw_only=True)
class OfferPlan:
    """A discount on a variant at its price in the asker's region."""

    variant: ProductVariant
    price: Money
    percent: int
    rules: PromotionRules
    """The region's bounds."""

    @property
    def worth(self) -> Money:
        """What the customer saves on one unit."""
        return self.price.percent(Decimal(self.percent))

    @property
    def valid_for(self) -> timedelta:
        """How long the code can be used."""
        return timedelta(days=self.rules.own_code_days)


async def plan_offer(context: ToolContext, sku: str, percent: int) -> OfferPlan:
    """Work out an offer.

    Raises:
        InvalidInput: there is no such variant, or it is not sold in the asker's region.
    """
    catalog, region_id = context.services.connectors.catalog, context.region_id
    variant, offer = await catalog.variant(sku), await catalog.offer(sku, region_id)
    if variant is None or offer is None:
        raise InvalidInput(f"No {sku} is sold in this region.", remedy="Look at the product to see its SKUs.", sku=sku)
    rules = context.services.policy.calendar(region_id, context.services.clock.now()).promotions
    return OfferPlan(variant=variant, price=offer.price, percent=percent, rules=rules)


async def offer_facts(context: ToolContext, customer: Customer, plan: OfferPlan) -> Facts:
    """What the rules on a discount read; its margin is reckoned on what is left of the price after tax."""
    services, now = context.services, context.services.clock.now()
    marketing = services.connectors.marketing
    product = await services.connectors.catalog.product(plan.variant.product_id)
    tax = services.policy.calendar(context.region_id, now).tax
    facts = discount_facts(
        plan.rules,
        plan.percent,
        last_code=last_code_at(await marketing.discounts_of(customer.id), customer.id, now),
        at=now,
        price=tax.net(plan.price, product.category if product else ""),
        cost=plan.variant.cost,
    )
    granted = await marketing.granted_codes(customer.id, at=now)
    return {**facts, "open_offer": any(not code.is_used_up for code in granted)}


async def offer_text(context: ToolContext, plan: OfferPlan) -> str:
    """The offer in words: "10 % off Wrap Dress (size M), once, until June 15, 2026"."""
    region = await region_of(context, context.region_id)
    until = format_day(last_day(context.services.clock.now() + plan.valid_for, region.timezone), region)
    name = with_options(plan.variant.title, plan.variant.options)
    return f"{plan.percent} % off {name}, once, until {until}"
