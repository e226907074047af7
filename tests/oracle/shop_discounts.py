"""The prose on discounts in plain Python: codes on a cart, and a code of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from shopgraph.domain import Customer, DiscountCode, PrincipalKind, Promotion
from tests.oracle.shop_records import Asked, Shop


def own_business(asked: Asked) -> Iterator[str]:
    """About the asker's own: there is none where the asker is no customer."""
    if asked.principal.kind is not PrincipalKind.CUSTOMER:
        yield "of-a-customer"


def redeem(asked: Asked) -> Iterator[str]:
    """What forbids a code on the cart."""
    yield from own_business(asked)
    shop, customer = asked.shop, asked.shop.customers.get(asked.principal.id)
    if customer is None:
        return
    cart = shop.cart(customer.id)
    region_id = cart.region_id if cart else asked.region_id
    code, promotion = shop.promotion(asked.arguments["code"])
    yield from _promised(code, promotion, customer, region_id, shop.now)
    if promotion is None or _budget_spent(shop, promotion):
        yield "code-budget-left"
    if promotion and promotion.sku and not any(line.sku == promotion.sku for line in (cart.lines if cart else ())):
        yield "code-product"
    if cart is None:
        yield "code-needs-cart"
    typed = asked.arguments["code"].strip().lower()
    on_cart = [entry.lower() for entry in cart.codes] if cart else []
    if typed in on_cart:
        yield "code-once-per-cart"
    others = [shop.promotion(entry)[1] for entry in on_cart if entry != typed]
    if others and not (shop.terms.stacking[region_id] and all(p and p.stackable for p in (promotion, *others))):
        yield "code-stacking"
    yield from _cooling(shop, customer, region_id)


def _cooling(shop: Shop, customer: Customer, region_id: str) -> Iterator[str]:
    used = [cut.applied_at for cut in shop.records.discounts if cut.customer_id == customer.id and cut.code]
    past = [at for at in used if at <= shop.now]
    if past and shop.now < max(past) + timedelta(days=shop.terms.cooldown_days[region_id]):
        yield "code-cooldown"


def _budget_spent(shop: Shop, promotion: Promotion) -> bool:
    if promotion.budget is None:
        return False
    given = [cut.amount for cut in shop.records.discounts if cut.promotion_id == promotion.id]
    return sum(cut.amount for cut in given if cut.currency == promotion.budget.currency) >= promotion.budget.amount


def offer(asked: Asked) -> Iterator[str]:
    """What forbids a code of one's own."""
    yield from own_business(asked)
    shop, customer, region_id = asked.shop, asked.shop.customers.get(asked.principal.id), asked.region_id
    price, percent = shop.offers.get((asked.arguments["sku"], region_id)), asked.arguments["percent"]
    if price is None:
        yield "no-such-record"
    if price is None or customer is None:
        return
    if percent > shop.terms.max_percent[region_id]:
        yield "discount-limit"
    cost = next(variant.cost for variant in shop.records.variants if variant.sku == price.sku)
    if cost is None or cost.currency != price.price.currency:
        yield "margin-known"
    least = 0 if cost is None else cost.amount * (100 + shop.terms.margin_percent[region_id])
    if cost and (cost.currency != price.price.currency or price.price.amount * (100 - percent) < least):
        yield "margin-floor"
    yield from _cooling(shop, customer, region_id)
    own = {p.id for p in shop.records.promotions if p.customer_id == customer.id and p.ends_at > shop.now}
    if any(c.promotion_id in own and (c.usage_limit is None or c.used < c.usage_limit) for c in shop.records.codes):
        yield "one-open-offer"


def _promised(
    code: DiscountCode | None, promotion: Promotion | None, customer: Customer, region_id: str, now: datetime
) -> Iterator[str]:
    if promotion is None or promotion.customer_id not in (None, customer.id):
        yield "code-known"
    if promotion is None or not promotion.starts_at <= now < promotion.ends_at:
        yield "code-running"
    if promotion is None or region_id not in promotion.region_ids:
        yield "code-region"
    if promotion is None or (promotion.audience and not set(promotion.audience) & set(customer.segments)):
        yield "code-audience"
    if code is None or (code.usage_limit is not None and code.used >= code.usage_limit):
        yield "code-uses-left"
