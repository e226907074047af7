"""Every rule of both bundles at its boundary: what is allowed, what is refused, by which rule and why."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from shopgraph.domain import Principal
from shopgraph.guards.decisions import Decision, Effect, PolicyRequest
from shopgraph.guards.policy import PolicyBundle, load_bundle

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
NO_DISCOUNTS = ("redeem_code", "offer_discount")


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


REFUSED: list[tuple[str, dict[str, JsonValue], str, str]] = [
    ("cancel_order", {"order_status": "processed"}, "cancel-only-pending", "processed"),
    ("cancel_order", {"order_status": "shipped"}, "cancel-only-pending", "shipped"),
    ("cancel_order", {"order_status": "delivered"}, "cancel-only-pending", "delivered"),
    ("cancel_order", {"order_status": "canceled"}, "cancel-only-pending", "canceled"),
    ("cancel_order", {"reason": "found_it_cheaper"}, "cancel-reason", "found it cheaper"),
    ("cancel_order", {"items_changed": True}, "items-changed-before", "changed already"),
    ("return_items", {"order_status": "pending"}, "return-only-delivered", "pending"),
    ("return_items", {"order_status": "shipped"}, "return-only-delivered", "shipped"),
    ("return_items", {"open_return": True}, "one-return-or-exchange", "already"),
    ("return_items", {"open_exchange": True}, "one-return-or-exchange", "already"),
    ("return_items", {"item_count": 0}, "items-named", "No item"),
    ("return_items", {"quantities_ok": False}, "quantities-in-order", "number"),
    ("return_items", {"method_owned": False}, "own-payment-method", "own"),
    ("return_items", {"method_is_original": False}, "refund-destination", "original"),
    ("exchange_items", {"order_status": "pending"}, "exchange-only-delivered", "pending"),
    ("exchange_items", {"open_return": True}, "one-return-or-exchange", "already"),
    ("exchange_items", {"open_exchange": True}, "one-return-or-exchange", "already"),
    ("exchange_items", {"item_count": 0}, "items-named", "No item"),
    ("exchange_items", {"quantities_ok": False}, "quantities-in-order", "number"),
    ("exchange_items", {"same_product": False}, "same-product", "same product"),
    ("exchange_items", {"same_variant": True}, "different-variant", "very same"),
    ("exchange_items", {"all_available": False}, "new-variant-available", "not available"),
    ("exchange_items", {"method_owned": False}, "own-payment-method", "own"),
    ("exchange_items", {"gift_card_covers": False}, "gift-card-covers", "balance"),
    ("change_items", {"order_status": "processed"}, "change-only-pending", "processed"),
    ("change_items", {"items_changed": True}, "items-changed-before", "changed already"),
    ("change_items", {"item_count": 0}, "items-named", "No item"),
    ("change_items", {"quantities_ok": False}, "quantities-in-order", "number"),
    ("change_items", {"same_product": False}, "same-product", "same product"),
    ("change_items", {"same_variant": True}, "different-variant", "very same"),
    ("change_items", {"all_available": False}, "new-variant-available", "not available"),
    ("change_items", {"method_owned": False}, "own-payment-method", "own"),
    ("change_items", {"gift_card_covers": False}, "gift-card-covers", "balance"),
    ("change_order_address", {"order_status": "shipped"}, "change-only-pending", "shipped"),
    ("change_order_address", {"items_changed": True}, "items-changed-before", "changed already"),
    ("change_order_address", {"address_complete": False}, "address-complete", "not complete"),
    ("change_profile_address", {"address_complete": False}, "address-complete", "not complete"),
    ("change_payment_method", {"order_status": "processed"}, "change-only-pending", "processed"),
    ("change_payment_method", {"items_changed": True}, "items-changed-before", "changed already"),
    ("change_payment_method", {"payment_changed": True}, "payment-changed-before", "once"),
    ("change_payment_method", {"method_differs": False}, "payment-method-differs", "already"),
    ("change_payment_method", {"method_owned": False}, "own-payment-method", "own"),
    ("change_payment_method", {"gift_card_covers": False}, "gift-card-covers", "balance"),
]
"""One fact that is not as it should be, the rule that refuses, a word of the reason. Both bundles say the same."""

REFUSED_BY_DEFAULT: list[tuple[str, dict[str, JsonValue], str, str]] = [
    ("return_items", {"days_since_delivery": 31}, "return-window", "31 days ago"),
    ("return_items", {"days_since_delivery": 0, "window_days": 0}, "return-window", "0 days"),
    ("return_items", {"days_since_delivery": None}, "return-window-known", "not on record"),
    ("return_items", {"window_days": None}, "return-window-known", "not on record"),
    ("return_items", {"final_sale": True}, "final-sale", "final sale"),
    ("exchange_items", {"days_since_delivery": 31}, "return-window", "31 days ago"),
    ("exchange_items", {"final_sale": True}, "final-sale", "final sale"),
    ("redeem_code", {"code_known": False}, "code-known", "no such code"),
    ("redeem_code", {"promotion_running": False}, "code-running", "not running"),
    ("redeem_code", {"region_ok": False}, "code-region", "region"),
    ("redeem_code", {"audience_ok": False}, "code-audience", "other customers"),
    ("redeem_code", {"uses_left": False}, "code-uses-left", "used up"),
    ("redeem_code", {"budget_left": False}, "code-budget-left", "budget"),
    ("redeem_code", {"days_since_last_code": 29}, "code-cooldown", "29 days ago"),
    ("redeem_code", {"has_cart": False}, "code-needs-cart", "cart"),
    ("redeem_code", {"product_on_cart": False}, "code-product", "not in the cart"),
    ("redeem_code", {"already_on_cart": True}, "code-once-per-cart", "already"),
    ("redeem_code", {"stacking_ok": False}, "code-stacking", "combined"),
    ("offer_discount", {"percent_requested": 26}, "discount-limit", "26 percent is more than the 25"),
    ("offer_discount", {"margin_ok": False}, "margin-floor", "margin"),
    ("offer_discount", {"margin_known": False}, "margin-known", "not on record"),
    ("offer_discount", {"open_offer": True}, "one-open-offer", "neither been used nor expired"),
    ("offer_discount", {"days_since_last_code": 12}, "code-cooldown", "12 days ago"),
]

ALLOWED: list[tuple[str, dict[str, JsonValue]]] = [
    ("cancel_order", {"reason": "ordered_by_mistake"}),
    ("cancel_order", {"payment_changed": True}),
    ("return_items", {"days_since_delivery": 30}),
    ("return_items", {"days_since_delivery": 0}),
    ("return_items", {"method_is_original": False, "method_is_gift_card": True}),
    ("exchange_items", {"days_since_delivery": 30}),
    ("exchange_items", {"difference_minor": -500}),
    ("change_items", {"payment_changed": True}),
]
"""The other side of a boundary."""


@pytest.mark.parametrize("action", sorted(GOOD.keys() - INTERNAL))
def test_a_customer_may_do_what_the_rules_allow(default: PolicyBundle, tau2: PolicyBundle, action: str) -> None:
    for bundle in (default, tau2):
        decision = decide(bundle, action, GOOD[action])
        if bundle is tau2 and action in NO_DISCOUNTS:
            assert (decision.effect, decision.rule) == (Effect.DENY, "no-discounts")
        else:
            assert decision.effect is Effect.ALLOW, decision
        assert decision.policy_version == bundle.version


@pytest.mark.parametrize(("action", "change", "rule", "why"), REFUSED)
def test_both_bundles_refuse(
    default: PolicyBundle, tau2: PolicyBundle, action: str, change: dict[str, JsonValue], rule: str, why: str
) -> None:
    for bundle in (default, tau2):
        decision = decide(bundle, action, {**GOOD[action], **change})
        assert (decision.effect, decision.rule) == (Effect.DENY, rule)
        assert why in decision.reason


@pytest.mark.parametrize(("action", "change", "rule", "why"), REFUSED_BY_DEFAULT)
def test_the_default_bundle_refuses(
    default: PolicyBundle, action: str, change: dict[str, JsonValue], rule: str, why: str
) -> None:
    decision = decide(default, action, {**GOOD[action], **change})
    assert (decision.effect, decision.rule) == (Effect.DENY, rule)
    assert why in decision.reason


@pytest.mark.parametrize(("action", "change"), ALLOWED)
def test_the_other_side_of_a_boundary_is_allowed(
    default: PolicyBundle, tau2: PolicyBundle, action: str, change: dict[str, JsonValue]
) -> None:
    for bundle in (default, tau2):
        assert decide(bundle, action, {**GOOD[action], **change}).effect is Effect.ALLOW


@pytest.mark.parametrize("action", ["redeem_code", "offer_discount"])
def test_thirty_days_after_a_code_the_next_one_is_possible(default: PolicyBundle, action: str) -> None:
    assert decide(default, action, {**GOOD[action], "days_since_last_code": 30}).effect is Effect.ALLOW


def test_every_refusing_rule_is_tried(default: PolicyBundle, tau2: PolicyBundle) -> None:
    tried = {rule for _, _, rule, _ in [*REFUSED, *REFUSED_BY_DEFAULT]}
    elsewhere = {"identify-first", "own-records-only", "internal-only", "discount-needs-customer", "receive-once"}
    elsewhere |= {"refund-by-staff", "refund-within-held", "receive-exchange-once"}
    elsewhere |= {"cart-not-empty", "cart-available", "age-limit", "shipping-known"}
    for bundle in (default, tau2):
        refusing = {rule.id for rule in bundle.rules if rule.effect is Effect.DENY}
        assert refusing <= tried | elsewhere | {"no-discounts", "no-recommendations"}


def test_rules_without_their_facts_are_off_by_declaration(tau2: PolicyBundle) -> None:
    assert set(tau2.off) == {"return-window", "return-window-known", "final-sale", "refund-approval"}
    assert all(why.strip() for why in tau2.off.values())
    facts = {**GOOD["return_items"], "days_since_delivery": None, "window_days": None, "final_sale": True}
    assert decide(tau2, "return_items", facts).effect is Effect.ALLOW
    big: dict[str, JsonValue] = {"refund_minor": 10**9, "approval_above_minor": 1}
    assert decide(tau2, "cancel_order", {**GOOD["cancel_order"], **big}).effect is Effect.ALLOW


@pytest.mark.parametrize("action", [*sorted(GOOD.keys() - {"offer_discount", *INTERNAL}), *CUSTOMER_READS])
def test_a_guest_is_asked_who_they_are(default: PolicyBundle, tau2: PolicyBundle, action: str) -> None:
    for bundle in (default, tau2):
        for facts in (GOOD.get(action, {}), {}):  # before any record was read there are no facts
            decision = decide(bundle, action, facts, Principal.guest())
            assert (decision.effect, decision.rule) == (Effect.DENY, "identify-first")
            assert decision.remedy


@pytest.mark.parametrize("action", [*sorted(GOOD.keys() - {"offer_discount", *INTERNAL}), *CUSTOMER_READS])
def test_nobody_touches_another_customers_records(default: PolicyBundle, tau2: PolicyBundle, action: str) -> None:
    for bundle in (default, tau2):
        for facts in (GOOD.get(action, {}), {}):
            decision = decide(bundle, action, facts, owner="customer_bob")
            assert (decision.effect, decision.rule) == (Effect.DENY, "own-records-only")
            assert "bob" not in decision.model_dump_json()


def test_an_unowned_record_is_nobodys_own(default: PolicyBundle) -> None:
    assert decide(default, "get_order", owner="").rule == "own-records-only"


@pytest.mark.parametrize("action", PUBLIC)
def test_public_tools_are_for_everybody(default: PolicyBundle, tau2: PolicyBundle, action: str) -> None:
    for bundle in (default, tau2):
        for who in (Principal.guest(), ANN, Principal.staff("s1"), Principal.system("desk")):
            decision = decide(bundle, action, principal=who, owner="")
            if bundle is tau2 and action == "recommend_products":
                assert (decision.effect, decision.rule) == (Effect.DENY, "no-recommendations")
            else:
                assert decision.effect is Effect.ALLOW


def test_a_guest_gets_no_discount_of_their_own(default: PolicyBundle) -> None:
    decision = decide(default, "offer_discount", GOOD["offer_discount"], Principal.guest(), owner="")
    assert (decision.effect, decision.rule) == (Effect.DENY, "discount-needs-customer")


def test_internal_work_is_for_staff_and_systems(default: PolicyBundle) -> None:
    requested = GOOD["receive_return"]
    assert decide(default, "receive_return", requested, Principal.staff("s1")).effect is Effect.ALLOW
    assert decide(default, "receive_return", requested, Principal.system("desk")).effect is Effect.ALLOW
    for who in (ANN, Principal.guest()):
        assert decide(default, "receive_return", requested, who).rule == "internal-only"
    for status in ("received", "refunded", "rejected", "canceled"):
        again = decide(default, "receive_return", {"return_status": status}, Principal.system("desk"))
        assert (again.effect, again.rule) == (Effect.DENY, "receive-once")


def test_money_without_goods_is_refunded_by_staff_and_systems_only(default: PolicyBundle, tau2: PolicyBundle) -> None:
    facts = GOOD["refund_order"]
    for who in (Principal.staff("s1"), Principal.system("desk")):
        assert decide(default, "refund_order", facts, who).effect is Effect.ALLOW
        assert decide(tau2, "refund_order", facts, who).rule == "default-deny", "that retailer's policy knows of none"
    for who in (ANN, Principal.guest()):
        for given_facts in (facts, {}):
            decision = decide(default, "refund_order", given_facts, who)
            assert (decision.effect, decision.rule) == (Effect.DENY, "refund-by-staff")
            assert "return a delivered one" in decision.remedy


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"refund_minor": 2001}, "refund-within-held"),
        ({"method_is_original": False}, "refund-destination"),
        ({"method_owned": False}, "own-payment-method"),
    ],
)
def test_what_staff_may_not_refund_either(default: PolicyBundle, change: dict[str, JsonValue], rule: str) -> None:
    for who in (Principal.staff("s1"), Principal.staff("s2", "supervisor"), Principal.system("desk")):
        decision = decide(default, "refund_order", {**GOOD["refund_order"], **change}, who)
        assert (decision.effect, decision.rule) == (Effect.DENY, rule)


def test_a_large_refund_by_staff_waits_for_a_supervisor(default: PolicyBundle) -> None:
    large = {**GOOD["refund_order"], "approval_above_minor": 1999}
    assert decide(default, "refund_order", large, Principal.staff("s1")).rule == "refund-approval"
    assert decide(default, "refund_order", large, Principal.staff("s2", "supervisor")).effect is Effect.ALLOW


def test_staff_act_for_customers_within_the_same_rules(default: PolicyBundle) -> None:
    staff = Principal.staff("s1", "agent")
    assert decide(default, "cancel_order", GOOD["cancel_order"], staff).effect is Effect.ALLOW
    late = {**GOOD["return_items"], "days_since_delivery": 31}
    assert decide(default, "return_items", late, staff).rule == "return-window"


def test_a_system_does_not_act_for_customers(default: PolicyBundle) -> None:
    decision = decide(default, "cancel_order", GOOD["cancel_order"], Principal.system("scheduler"))
    assert (decision.effect, decision.rule) == (Effect.DENY, "default-deny")


@pytest.mark.parametrize("action", ["cancel_order", "return_items"])
def test_a_large_refund_waits_for_a_person(default: PolicyBundle, action: str) -> None:
    limit: dict[str, JsonValue] = {"approval_above_minor": 50_000, "currency": "USD"}
    above = decide(default, action, {**GOOD[action], **limit, "refund_minor": 50_001})
    assert (above.effect, above.rule) == (Effect.APPROVE, "refund-approval")
    assert "500.01 USD" in above.reason
    assert "500.00 USD" in above.reason
    assert decide(default, action, {**GOOD[action], **limit, "refund_minor": 50_000}).effect is Effect.ALLOW
    supervisor = Principal.staff("s2", "supervisor")
    assert decide(default, action, {**GOOD[action], **limit, "refund_minor": 50_001}, supervisor).effect is Effect.ALLOW


def test_a_refusal_comes_before_an_approval(default: PolicyBundle) -> None:
    facts = {**GOOD["cancel_order"], "order_status": "shipped", "refund_minor": 10**7, "approval_above_minor": 1}
    assert decide(default, "cancel_order", facts).rule == "cancel-only-pending"
    assert decide(default, "cancel_order", facts, owner="customer_bob").rule == "own-records-only"
    system = decide(default, "cancel_order", {**facts, "order_status": "pending"}, Principal.system("x"))
    assert system.effect is Effect.DENY


def test_a_look_up_counts_where_the_bundle_enables_it(default: PolicyBundle, tau2: PolicyBundle) -> None:
    for method in ("email", "name_postal_code"):
        looked_up = Principal.customer("customer_ann", method=method)
        assert decide(default, "get_order", principal=looked_up).rule == "identify-first"
        assert decide(tau2, "get_order", principal=looked_up).effect is Effect.ALLOW
    typed = Principal.customer("customer_ann", method="typed_id")
    assert decide(tau2, "get_order", principal=typed).rule == "identify-first"


BROKEN: list[dict[str, JsonValue]] = [
    {},
    {"order_status": "pending"},
    {**GOOD["cancel_order"], "refund_minor": 20.5},
    {**GOOD["cancel_order"], "refund_minor": "2000"},
    {**GOOD["cancel_order"], "items_changed": "no"},
    {**GOOD["cancel_order"], "something_else": True},
    {**GOOD["cancel_order"], "refund_minor": 10**30},
    {**GOOD["cancel_order"], "order_status": None},
]


@pytest.mark.parametrize("facts", BROKEN)
def test_facts_that_do_not_fit_the_schema_allow_nothing(default: PolicyBundle, facts: dict[str, JsonValue]) -> None:
    decision = decide(default, "cancel_order", facts)
    assert (decision.effect, decision.rule) == (Effect.DENY, "policy-error")
    assert decision.numbers["error"]


def test_an_unknown_action_is_denied(default: PolicyBundle) -> None:
    for who in (ANN, Principal.guest(), Principal.staff("s"), Principal.system("x")):
        decision = decide(default, "delete_everything", principal=who)
        assert (decision.effect, decision.rule) == (Effect.DENY, "default-deny")


def test_numbers_that_decided_are_in_the_decision(default: PolicyBundle) -> None:
    decision = decide(default, "return_items", {**GOOD["return_items"], "days_since_delivery": 60})
    assert decision.numbers == {"days_since_delivery": "60", "window_days": "30"}
    assert "60 days ago" in decision.reason


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
BUNDLE = load_bundle("default")


@given(
    action=st.sampled_from([*GOOD, *CUSTOMER_READS, *PUBLIC]) | st.text(max_size=12),
    owner=st.text(max_size=8),
    resource=st.text(max_size=8),
    name=st.sampled_from([*ITEMS, *GOOD["cancel_order"]]),
    value=json_values,
)
def test_whatever_is_asked_deciding_never_raises_nor_gives_away_a_record(
    action: str, owner: str, resource: str, name: str, value: JsonValue
) -> None:
    facts = {**GOOD.get(action, {}), name: value}
    request = PolicyRequest(principal=ANN, action=action, owner_id=owner, resource_id=resource, facts=facts)
    decision = BUNDLE.decide(request)
    assert decision.reason
    if action not in PUBLIC and action != "offer_discount":
        assert decision.effect is not Effect.ALLOW or owner == "customer_ann"


def test_a_decision_takes_well_under_a_millisecond(default: PolicyBundle) -> None:
    best = min(_timed(default) for _ in range(5))
    assert best < 0.002, "0.2 to 0.4 ms of CPU were measured"


def _timed(bundle: PolicyBundle) -> float:
    started = time.thread_time()
    for _ in range(50):
        decide(bundle, "return_items", GOOD["return_items"])
    return (time.thread_time() - started) / 50
