"""How often Cedar is asked, what a refusal by approvals alone means, and that asking fewer rules changes no answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cedarpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from shopgraph.domain import Principal
from shopgraph.guards.cedar import ActionShape, Rule
from shopgraph.guards.decisions import Effect, PolicyRequest
from shopgraph.guards.policy import PolicyBundle, load_bundle
from tests.guards.policy_facts import GOOD

Edit = Callable[[str, str, str], Path]

ANN = Principal.customer("ann")
EVE = Principal.staff("eve", "supervisor")
CANCEL: dict[str, JsonValue] = {**GOOD["cancel_order"], "approval_above_minor": 50000}
BIG = {**CANCEL, "refund_minor": 50001}


def cancel(principal: Principal = ANN, facts: dict[str, JsonValue] = CANCEL, owner: str = "ann") -> PolicyRequest:
    return PolicyRequest(principal=principal, action="cancel_order", owner_id=owner, resource_id="#D1", facts=facts)


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What Cedar is asked from now on."""
    asked: list[Any] = []
    real = cedarpy.is_authorized

    def listening(*given: Any) -> cedarpy.AuthzResult:
        asked.append(given)
        return real(*given)

    monkeypatch.setattr(cedarpy, "is_authorized", listening)
    return asked


@pytest.mark.parametrize(
    ("request_", "rule", "effect", "times"),
    [
        (cancel(), "own-records", Effect.ALLOW, 1),
        (cancel(EVE, BIG), "staff-for-customers", Effect.ALLOW, 1),
        (cancel(facts={**CANCEL, "order_status": "shipped"}), "cancel-only-pending", Effect.DENY, 1),
        (cancel(facts={**BIG, "order_status": "shipped"}), "cancel-only-pending", Effect.DENY, 1),
        (cancel(Principal.guest()), "identify-first", Effect.DENY, 1),
        (cancel(facts={}), "policy-error", Effect.DENY, 1),
        (cancel(facts={**CANCEL, "refund_minor": "lots"}), "policy-error", Effect.DENY, 1),
        (cancel(facts=BIG), "refund-approval", Effect.APPROVE, 2),
        (cancel(Principal.system("warehouse"), BIG), "default-deny", Effect.DENY, 2),
        (PolicyRequest(principal=ANN, action="launch_rocket"), "default-deny", Effect.DENY, 0),
    ],
)
def test_cedar_is_asked_once_and_twice_only_where_approvals_alone_refuse(
    questions: list[Any], request_: PolicyRequest, rule: str, effect: Effect, times: int
) -> None:
    decision = load_bundle("default").decide(request_)  # one that keeps no answer yet
    assert (decision.rule, decision.effect) == (rule, effect), decision
    assert len(questions) == times


def test_a_refusal_outranks_an_approval_wherever_it_stands_in_the_file(edited: Edit) -> None:
    first = """@id("look-at-it")
@reason("Somebody looks at it.")
@effect("approve")
forbid (principal, action == Action::"cancel_order", resource);

@id("identify-first")"""
    bundle = load_bundle(edited("policy.cedar", '@id("identify-first")', first))
    assert bundle.rules[0].id == "look-at-it"
    assert bundle.decide(cancel(facts={**BIG, "order_status": "shipped"})).rule == "cancel-only-pending"
    assert bundle.decide(cancel(Principal.guest())).rule == "identify-first"
    waiting = bundle.decide(cancel())
    assert (waiting.rule, waiting.effect) == ("look-at-it", Effect.APPROVE)


def test_an_approval_that_errs_refuses(edited: Edit) -> None:
    """A rule that overflows is skipped by Cedar with only a diagnostic."""
    errs = "context.refund_minor + 9223372036854775807 > 0 && context.refund_minor > context.approval_above_minor"
    folder = edited("policy.cedar", "context.refund_minor > context.approval_above_minor", errs)
    decision = load_bundle(folder).decide(cancel())
    assert (decision.rule, decision.effect) == ("policy-error", Effect.DENY)
    assert "refund-approval" in decision.numbers["error"] or "overflow" in decision.numbers["error"]


def test_rules_are_about_the_actions_that_their_heads_name(default: PolicyBundle) -> None:
    rules = {rule.id: rule for rule in default.rules}
    shape = default.actions["cancel_order"]
    assert shape.groups == {"customer_tools"}
    assert rules["cancel-only-pending"].concerns("cancel_order", shape)
    assert rules["items-changed-before"].concerns("cancel_order", shape), "one of a list"
    assert rules["identify-first"].concerns("cancel_order", shape), "a group"
    assert not rules["change-only-pending"].concerns("cancel_order", shape)
    assert not rules["public-for-everyone"].concerns("cancel_order", shape)
    anything = Rule(id="x", reason="x", remedy="", effect=Effect.DENY, text="", line=1, reads_facts=False, actions=None)
    assert anything.concerns("cancel_order", shape)


def test_a_group_in_a_group_counts(edited: Edit) -> None:
    nested = 'action "everything";\naction "public_tools" in ["everything"];\naction'
    edited("schema.cedarschema", 'action "public_tools",', nested)
    extra = """@id("closed")
@reason("The shop is closed.")
forbid (principal, action in Action::"everything", resource);

@id("identify-first")"""
    bundle = load_bundle(edited("policy.cedar", '@id("identify-first")', extra))
    assert bundle.actions["search_products"].groups == {"public_tools", "everything"}
    assert bundle.decide(PolicyRequest(principal=ANN, action="search_products")).rule == "closed"
    assert bundle.decide(cancel()).rule == "own-records"


def _value(kind: str) -> st.SearchStrategy[JsonValue]:
    kinds: dict[str, st.SearchStrategy[JsonValue]] = {
        "Bool": st.booleans(),
        "Long": st.integers(-1, 60),
        "String": st.sampled_from(["pending", "delivered", "requested", "no_longer_needed", "USD", "web"]),
    }
    return kinds[kind]


def _facts(shape: ActionShape) -> st.SearchStrategy[dict[str, JsonValue]]:
    known = {name: _value(kind) for name, kind in shape.kinds.items() if kind in ("Bool", "Long", "String")}
    required = {name: value for name, value in known.items() if name in shape.required}
    return st.fixed_dictionaries(required, optional={name: known[name] for name in known.keys() - required})


@given(data=st.data())
def test_the_rules_about_an_action_answer_as_all_rules_do(
    default: PolicyBundle, tau2: PolicyBundle, data: st.DataObject
) -> None:
    bundle = data.draw(st.sampled_from([default, tau2]))
    action = data.draw(st.sampled_from(sorted(bundle.actions)))
    principal = data.draw(
        st.sampled_from([ANN, EVE, Principal.staff("max", "agent"), Principal.system("w"), Principal.guest()])
    )
    shape = bundle.actions[action]
    request = PolicyRequest(
        principal=principal,
        action=action,
        owner_id=data.draw(st.sampled_from(["ann", "bob", ""])),
        resource_id="#D1",
        facts=data.draw(_facts(shape)),
    )
    fewer = bundle.decide(request)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "concerns", lambda *_: True)
        patch.setattr(bundle, "_sets", {})
        assert bundle.decide(request) == fewer
