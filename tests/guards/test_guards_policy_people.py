"""Who may do what, under both bundles: guests, customers, staff, supervisors and systems."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from shopgraph.domain import Principal
from shopgraph.guards.decisions import Effect
from shopgraph.guards.policy import PolicyBundle
from tests.guards.policy_facts import ANN, CUSTOMER_READS, GOOD, INTERNAL, PUBLIC, decide


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
