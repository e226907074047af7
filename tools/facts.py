"""The facts that policy reads, gathered from the shop's records; docs/policy.md lists them by tool."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import JsonValue

from shopgraph.domain import (
    Cart,
    Customer,
    ExchangeStatus,
    Order,
    PaymentMethod,
    Promotion,
    ReturnStatus,
)
from shopgraph.guards.allowances import days_since, last_code_at
from shopgraph.guards.promotions import budget_left
from shopgraph.tools.arguments import ItemToSwap
from shopgraph.tools.lookups import final_lines, known_code
from shopgraph.tools.plans import ReturnPlan, SwapPlan, covers, is_gift_card
from shopgraph.tools.spec import ToolContext

Facts = dict[str, JsonValue]


async def order_facts(context: ToolContext, order: Order) -> Facts:
    """What every rule on an order may read."""
    connectors = context.services.connectors
    returns = await connectors.warehouse.returns(order.id)
    exchanges = await connectors.warehouse.exchanges(order.id)
    intents = await connectors.payments.intents(order.id)
    return {
        "order_status": str(order.status),
        "items_changed": order.items_changed_at is not None,
        "open_return": any(entry.status is not ReturnStatus.CANCELED for entry in returns),
        "open_exchange": any(entry.status is not ExchangeStatus.CANCELED for entry in exchanges),
        "payment_changed": len(intents) > 1,
    }


async def return_facts(
    context: ToolContext, order: Order, plan: ReturnPlan, item_count: int, method: PaymentMethod | None
) -> Facts:
    """What the rules on a return read besides."""
    holding = {part.payment_method_id for part in plan.held if not part.amount.is_zero}
    final = await final_lines(context, order)
    return {
        "item_count": item_count,
        "quantities_ok": plan.quantities_ok,
        "final_sale": any(entry.part.line.id in final for entry in plan.parts),
        "method_owned": method is not None,
        "method_is_original": method is not None and method.id in holding,
        "method_is_gift_card": is_gift_card(method, order.currency),
        "refund_minor": plan.refund.amount,
        "currency": order.currency,
        **_window(order, context.services.clock.now()),
        **approval_limit(context, order),
    }


async def swap_facts(
    context: ToolContext, order: Order, plan: SwapPlan, items: Sequence[ItemToSwap], method: PaymentMethod | None
) -> Facts:
    """What the rules on a change of variants read besides, before or after delivery."""
    return {
        "item_count": sum(item.quantity for item in items),
        "quantities_ok": plan.quantities_ok,
        "same_variant": plan.same_variant,
        "same_product": plan.same_product,
        "all_available": plan.all_available,
        "method_owned": method is not None,
        "gift_card_covers": await covers(context, method, plan.difference),
        "difference_minor": plan.difference.amount,
        "currency": order.currency,
    }


async def exchange_facts(context: ToolContext, order: Order, plan: SwapPlan) -> Facts:
    """What the rules on an exchange read besides those on any swap."""
    final = await final_lines(context, order)
    return {
        "final_sale": any(swap.part.line.id in final for swap in plan.parts),
        **_window(order, context.services.clock.now()),
    }


def approval_limit(context: ToolContext, order: Order) -> Facts:
    """Above which refund a person decides; nothing where the region has no such limit."""
    limit = context.services.policy.calendar(order.region_id, context.services.clock.now()).approval.refund_above
    return {} if limit is None else {"approval_above_minor": limit.amount}


async def code_facts(context: ToolContext, customer: Customer, cart: Cart | None, code: str) -> Facts:
    """What the rules on a discount code read."""
    marketing, now = context.services.connectors.marketing, context.services.clock.now()
    region_id = cart.region_id if cart else context.region_id
    known = await known_code(context, code, customer)
    promotion = known.promotion if known else None
    bounds = context.services.policy.calendar(region_id, now).promotions
    on_cart = {typed.casefold() for typed in cart.codes} if cart else set[str]()
    others = await _promotions_of(context, customer, sorted(on_cart - {code.strip().casefold()}))
    facts: Facts = {
        "code_known": known is not None,
        "promotion_running": promotion is not None and promotion.starts_at <= now < promotion.ends_at,
        "region_ok": promotion is not None and region_id in promotion.region_ids,
        "audience_ok": promotion is not None and promotion.meant_for(customer),
        "uses_left": known is not None and not known.code.is_used_up,
        "budget_left": promotion is not None and await budget_left(marketing, promotion),
        "cooldown_days": bounds.code_cooldown_days,
        "already_on_cart": code.strip().casefold() in on_cart,
        "has_cart": cart is not None,
        "stacking_ok": not others
        or (bounds.stacking and promotion is not None and all(entry.stackable for entry in (promotion, *others))),
    }
    if promotion is not None and promotion.sku is not None:
        facts["product_on_cart"] = cart is not None and any(line.sku == promotion.sku for line in cart.lines)
    last_code = last_code_at(await marketing.discounts_of(customer.id), customer.id, now)
    if last_code is not None:
        facts["days_since_last_code"] = days_since(last_code, now)
    return facts


async def _promotions_of(context: ToolContext, customer: Customer, codes: Sequence[str]) -> list[Promotion]:
    found = [await known_code(context, typed, customer) for typed in codes]
    return [known.promotion for known in found if known is not None]


def _window(order: Order, now: datetime) -> Facts:
    facts: Facts = {}
    if order.delivered_at is not None:
        facts["days_since_delivery"] = days_since(order.delivered_at, now)
    if order.return_policy is not None:
        facts["window_days"] = order.return_policy.window_days
    return facts
