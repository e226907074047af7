"""Two questions are one where nothing that differs between them can decide; where an id can, it is a part of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.domain import Principal, PrincipalKind
from shopgraph.guards.decisions import Decision, PolicyRequest
from shopgraph.guards.policy import BUNDLES, PolicyBundle, load_bundle
from shopgraph.guards.questions import question_of, read_no_ids

WITHOUT_IDS = [
    'permit (principal, action == Action::"get_order", resource);',
    'forbid (principal is Guest, action in Action::"tools", resource)\nwhen { principal.roles.contains("agent") };',
    'permit (principal is Customer, action in [Action::"a", Action::"b"], resource is Record);',
    "forbid (principal, action, resource) unless { resource.owner_id != principal.customer_id || principal is Staff};",
    '@reason("principal.customer_id") permit (principal, action, resource) when { context.code == "Customer::" };',
]
WITH_IDS = [
    'permit (principal == Customer::"ann", action, resource);',
    'permit (principal in Customer::"vip", action, resource);',
    'permit (principal is Customer in Customer::"vip", action, resource);',
    'permit (principal, action, resource == Record::"#1");',
    'permit (principal, action, resource) when { principal == Customer::"ann" };',
    'permit (principal, action, resource) when { principal.customer_id == "ann" };',
    'permit (principal, action, resource) when { "ann" == principal["customer_id"] };',
    'permit (principal, action, resource) when { principal.customer_id like "vip*" };',
    "permit (principal, action, resource) when { context.friends.contains(principal.customer_id) };",
    'permit (principal, action, resource) when { resource.owner_id == "" };',
    "permit (principal, action, resource) when { [principal.customer_id].contains(resource.owner_id) };",
    'permit (principal, action, resource) when { resource in [Record::"#1"] };',
]


@pytest.mark.parametrize("rule", WITHOUT_IDS)
def test_the_usual_ways_to_speak_of_who_asks_read_no_id(rule: str) -> None:
    assert read_no_ids([rule])


@pytest.mark.parametrize("rule", WITH_IDS)
def test_every_other_way_reads_ids(rule: str) -> None:
    assert not read_no_ids([*WITHOUT_IDS, rule])


@pytest.mark.parametrize("name", ["default", "tau2-retail"])
def test_the_packaged_rules_read_no_ids(name: str) -> None:
    assert read_no_ids(rule.text for rule in load_bundle(name).rules)


_KINDS = st.sampled_from([PrincipalKind.CUSTOMER, PrincipalKind.STAFF, PrincipalKind.SYSTEM])
_PERSONS = st.one_of(
    st.just(Principal.guest()),
    st.builds(
        Principal,
        kind=_KINDS,
        id=st.sampled_from(["ann", "bob"]),
        roles=st.frozensets(st.sampled_from(["agent", "supervisor"])),
        method=st.sampled_from(["host", "email"]),
    ),
)
_REQUESTS = st.builds(
    PolicyRequest,
    principal=_PERSONS,
    action=st.sampled_from(["get_order", "cancel_order", "get_product", "list_orders", "nothing"]),
    owner_id=st.sampled_from(["", "ann", "bob"]),
    resource_id=st.sampled_from(["", "#1", "#2"]),
    facts=st.fixed_dictionaries(
        {"channel": st.just("web")},
        optional={
            "order_status": st.sampled_from(["pending", "delivered"]),
            "items_changed": st.booleans(),
            "reason": st.sampled_from(["no longer needed", "ann"]),
        },
    ),
)


@pytest.fixture(scope="module")
def bundle() -> PolicyBundle:
    return load_bundle("default")


@given(one=_REQUESTS, other=_REQUESTS)
def test_one_question_has_one_answer(bundle: PolicyBundle, one: PolicyRequest, other: PolicyRequest) -> None:
    if question_of(one, ids=False) == question_of(other, ids=False):
        assert bundle._decide(one) == bundle._decide(other)


@given(asked=st.lists(_REQUESTS, min_size=1, max_size=8))
def test_what_is_known_is_what_would_be_decided(bundle: PolicyBundle, asked: list[PolicyRequest]) -> None:
    decided: list[Decision] = [bundle._decide(each) for each in asked]
    assert [bundle.decide(each) for each in asked] == decided


def test_a_rule_that_names_a_customer_is_asked_about_each(tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    shutil.copytree(BUNDLES / "default", folder)
    rules = folder / "policy.cedar"
    banned = """
@id("not-ann")
@reason("Not to her.")
forbid (principal == Customer::"ann", action == Action::"get_product", resource);
"""
    rules.write_text(rules.read_text(encoding="utf-8") + banned, encoding="utf-8")
    bundle = load_bundle(folder)

    def rule_for(name: str) -> str:
        who = Principal(kind=PrincipalKind.CUSTOMER, id=name)
        return bundle.decide(PolicyRequest(principal=who, action="get_product", facts={"channel": "web"})).rule

    assert [rule_for(name) for name in ("bob", "ann", "bob", "cid", "ann")] == [
        "public-for-everyone",
        "not-ann",
        "public-for-everyone",
        "public-for-everyone",
        "not-ann",
    ]
