"""An explanation tells the truth: every rule that holds, and nothing that would not change the answer."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from shopgraph.domain import Principal
from shopgraph.guards.cases import usual_facts
from shopgraph.guards.decisions import Effect, PolicyRequest
from shopgraph.guards.explain import Change, Explanation, caller_in_words, explain
from shopgraph.guards.policy import PolicyBundle, load_bundle

ANN = Principal.customer("ann")
ACTIONS = (
    "cancel_order",
    "return_items",
    "exchange_items",
    "change_items",
    "change_order_address",
    "change_payment_method",
    "redeem_code",
    "offer_discount",
    "receive_return",
    "get_order",
    "search_products",
)
CALLERS = (
    ANN,
    Principal.customer("bob"),
    Principal.customer("ann", method="email"),
    Principal.guest(),
    Principal.staff("s"),
    Principal.staff("s", "supervisor"),
    Principal.system("w"),
)


@cache
def bundle(name: str) -> PolicyBundle:
    return load_bundle(name)


@cache
def usual(name: str, action: str) -> dict[str, JsonValue]:
    return usual_facts(bundle(name), action)


def asked(action: str, principal: Principal = ANN, owner: str = "ann", **facts: JsonValue) -> PolicyRequest:
    """A question in which everything else is as usual."""
    known = {**usual("default", action), **facts}
    return PolicyRequest(principal=principal, action=action, owner_id=owner, facts=known)


def words(explanation: Explanation) -> list[str]:
    return [change.words for change in explanation.changes]


def applied(change: Change, request: PolicyRequest) -> PolicyRequest:
    if change.asked_by is not None:
        assert not change.facts
        return request.model_copy(update={"principal": change.asked_by})
    assert all(request.facts.get(fact.name) == fact.was for fact in change.facts)
    facts = {**request.facts, **{fact.name: fact.would_be for fact in change.facts}}
    return request.model_copy(update={"facts": facts})


def test_the_numbers_that_would_be_right_are_named() -> None:
    explanation = explain(bundle("default"), asked("return_items", days_since_delivery=41))
    assert explanation.decision.rule == "return-window"
    assert words(explanation) == [
        "allow if days_since_delivery were 30 instead of 41",
        "allow if window_days were 41 instead of 30",
    ]


def test_every_rule_that_holds_is_named_with_its_line() -> None:
    explanation = explain(bundle("default"), asked("return_items", order_status="shipped", final_sale=True))
    assert [rule.id for rule in explanation.rules] == ["own-records", "return-only-delivered", "final-sale"]
    for rule in explanation.rules:
        with open(rule.file, encoding="utf-8") as file:
            assert file.read().splitlines()[rule.line - 1] == f'@id("{rule.id}")'
    assert words(explanation) == [
        "allow if final_sale were false instead of true and order_status were delivered instead of shipped"
    ]


def test_three_things_in_the_way_are_not_near() -> None:
    explanation = explain(
        bundle("default"), asked("return_items", order_status="shipped", final_sale=True, item_count=0)
    )
    assert explanation.decision.effect is Effect.DENY
    assert explanation.changes == ()


def test_what_needs_a_person_says_below_which_amount_it_does_not() -> None:
    explanation = explain(bundle("default"), asked("cancel_order", refund_minor=60_000))
    assert explanation.decision.effect is Effect.APPROVE
    assert "allow if refund_minor were 50000 instead of 60000" in words(explanation)
    assert "allow if staff with the role supervisor asked" in words(explanation)
    assert "deny if order_status were delivered instead of pending" in words(explanation)
    effects = [change.effect for change in explanation.changes]
    assert effects == sorted(effects, key=lambda effect: effect is not Effect.ALLOW)


def test_what_is_allowed_says_what_would_be_refused() -> None:
    explanation = explain(bundle("default"), asked("offer_discount", percent_requested=25))
    assert explanation.decision.effect is Effect.ALLOW
    assert "deny if percent_requested were 26 instead of 25" in words(explanation)
    assert "deny if days_since_last_code were 29 instead of unknown" in words(explanation)
    assert "deny if a guest asked" in words(explanation)


def test_who_else_might_ask_is_named() -> None:
    explanation = explain(bundle("default"), asked("get_order", Principal.customer("bob")))
    assert words(explanation)[0] == "allow if customer ann asked"
    assert explanation.changes[0].rule == "own-records"
    assert caller_in_words(Principal.customer("ann", method="email")) == "customer ann (identified by email)"


def test_the_facts_read_are_those_of_rules_on_the_action() -> None:
    explanation = explain(bundle("default"), asked("receive_return", return_status="received"))
    assert explanation.read == {"return_status": "received"}
    assert explain(bundle("default"), asked("get_order")).read == {}


def test_a_question_that_cannot_be_answered_is_explained_by_its_error() -> None:
    explanation = explain(bundle("default"), PolicyRequest(principal=ANN, action="cancel_order", owner_id="ann"))
    assert explanation.decision.rule == "policy-error"
    assert explanation.changes == ()
    unknown = explain(bundle("default"), PolicyRequest(principal=ANN, action="sell_the_shop"))
    assert (unknown.decision.rule, unknown.rules, unknown.changes) == ("default-deny", (), ())


@st.composite
def questions(draw: st.DrawFn) -> tuple[str, PolicyRequest]:
    """Usual questions in which some facts are otherwise, of both bundles."""
    name = draw(st.sampled_from(["default", "tau2-retail"]))
    action = draw(st.sampled_from(ACTIONS))
    shape = bundle(name).actions[action]
    values: dict[str, st.SearchStrategy[JsonValue]] = {
        "Bool": st.booleans(),
        "Long": st.integers(-2, 60) | st.integers(-(10**6), 10**6),
        "String": st.sampled_from(["pending", "delivered", "requested", "no_longer_needed", "EUR", "else"]),
    }
    facts = {fact: value for fact, value in usual(name, action).items() if fact in shape.kinds}
    for fact in draw(st.lists(st.sampled_from(sorted(shape.kinds)), max_size=3, unique=True)):
        facts[fact] = draw(values[shape.kinds[fact]])
    owner = draw(st.sampled_from(["ann", "bob", ""]))
    principal = draw(st.sampled_from(CALLERS))
    return name, PolicyRequest(principal=principal, action=action, owner_id=owner, facts=facts)


@settings(max_examples=60, deadline=None)
@given(questions())
def test_every_change_that_is_named_changes_the_answer_as_it_says(question: tuple[str, PolicyRequest]) -> None:
    policy, request = bundle(question[0]), question[1]
    explanation = explain(policy, request)
    assert explanation.decision == policy.decide(request)
    fired = {rule.id for rule in explanation.rules}
    assert explanation.decision.rule in fired | {"default-deny", "policy-error"}
    for change in explanation.changes:
        then = policy.decide(applied(change, request))
        assert (then.effect, then.rule) == (change.effect, change.rule)
        assert then.effect is not explanation.decision.effect
    assert len({tuple(fact.name for fact in change.facts) for change in explanation.changes if change.facts}) == len(
        [change for change in explanation.changes if change.facts]
    ), "one change for a set of facts"


@settings(max_examples=40, deadline=None)
@given(questions())
def test_where_two_facts_are_named_one_would_not_do(question: tuple[str, PolicyRequest]) -> None:
    policy, request = bundle(question[0]), question[1]
    explanation = explain(policy, request)
    for change in explanation.changes:
        for fact in change.facts if len(change.facts) > 1 else ():
            alone = request.model_copy(update={"facts": {**request.facts, fact.name: fact.would_be}})
            assert policy.decide(alone).effect is explanation.decision.effect


@pytest.mark.parametrize("days", [0, 29, 30, 31, 400])
def test_the_nearest_number_is_named(days: int) -> None:
    """Against every number near the boundary, tried one by one."""
    policy, request = bundle("default"), asked("return_items", days_since_delivery=days)
    effect = policy.decide(request).effect
    flips = [
        other
        for other in range(60)
        if policy.decide(asked("return_items", days_since_delivery=other)).effect is not effect
    ]
    nearest = min(flips, key=lambda other: abs(other - days))
    named = {fact.name: fact.would_be for change in explain(policy, request).changes for fact in change.facts}
    assert named["days_since_delivery"] == nearest
