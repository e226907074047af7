"""Facts with which each action is allowed, and a question about a record of Ann's."""

from __future__ import annotations

from pydantic import JsonValue

from shopgraph.domain import Principal
from shopgraph.guards.decisions import Decision, PolicyRequest
from shopgraph.guards.policy import PolicyBundle

ANN = Principal.customer("customer_ann")
ORDER: dict[str, JsonValue] = {
    "channel": "web",
    "order_status": "pending",
    "items_changed": False,
    "open_return": False,
    "open_exchange": False,
    "payment_changed": False,
}
ITEMS: dict[str, JsonValue] = {
    **ORDER,
    "item_count": 1,
    "quantities_ok": True,
    "same_variant": False,
    "same_product": True,
    "all_available": True,
    "method_owned": True,
    "gift_card_covers": True,
    "difference_minor": 500,
}
AFTER: dict[str, JsonValue] = {
    "order_status": "delivered",
    "days_since_delivery": 5,
    "window_days": 30,
    "final_sale": False,
}
GOOD: dict[str, dict[str, JsonValue]] = {
    "cancel_order": {**ORDER, "reason": "no_longer_needed", "refund_minor": 2000, "currency": "USD"},
    "return_items": {
        **ORDER,
        **AFTER,
        "item_count": 1,
        "quantities_ok": True,
        "method_owned": True,
        "method_is_original": True,
        "method_is_gift_card": False,
        "refund_minor": 2000,
    },
    "exchange_items": {**ITEMS, **AFTER},
    "change_items": ITEMS,
    "change_order_address": {**ORDER, "address_complete": True},
    "change_profile_address": {"address_complete": True},
    "change_payment_method": {**ORDER, "method_owned": True, "method_differs": True, "gift_card_covers": True},
    "redeem_code": {
        "code_known": True,
        "promotion_running": True,
        "region_ok": True,
        "audience_ok": True,
        "uses_left": True,
        "budget_left": True,
        "cooldown_days": 30,
        "already_on_cart": False,
        "has_cart": True,
        "stacking_ok": True,
    },
    "offer_discount": {"percent_requested": 25, "max_percent": 25, "margin_ok": True, "cooldown_days": 30},
    "receive_return": {"return_status": "requested"},
    "refund_order": {
        **ORDER,
        "method_owned": True,
        "method_is_original": True,
        "method_is_gift_card": False,
        "refund_minor": 2000,
        "refundable_minor": 2000,
        "currency": "USD",
    },
}
"""Facts with which each action is allowed to whom it concerns."""
INTERNAL = {"receive_return", "refund_order"}
CUSTOMER_READS = ("get_profile", "list_orders", "get_order", "track_order", "get_returns", "get_gift_card", "add_note")
PUBLIC = (
    "search_products",
    "get_product",
    "check_stock",
    "list_promotions",
    "delivery_options",
    "recommend_products",
    "handoff",
)


def decide(
    bundle: PolicyBundle,
    action: str,
    facts: dict[str, JsonValue] | None = None,
    principal: Principal = ANN,
    owner: str = "customer_ann",
) -> Decision:
    """Ask about a record of Ann's."""
    return bundle.decide(
        PolicyRequest(principal=principal, action=action, owner_id=owner, resource_id="#D1", facts=facts or {})
    )
