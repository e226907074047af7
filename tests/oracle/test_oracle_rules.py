"""The oracle can disagree: each rule is switched off in turn, and a call that only it forbids shows it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from shopgraph.guards.policy import BUNDLES, PolicyBundle, load_bundle
from tests.oracle.bundles import terms_of, variant
from tests.oracle.calls import Call, Caller, well_formed
from tests.oracle.chances import AT, WEST
from tests.oracle.sessions import AGENT, TALK, play
from tests.oracle.shop_judge import judge
from tests.oracle.shop_records import PUBLIC, Asker, Shop, Terms
from tests.oracle.worlds import World, WorldMaker

DEFAULT = BUNDLES / "default"
RULES = tuple(re.findall(r'^@id\("(.+)"\)', (DEFAULT / "policy.cedar").read_text(encoding="utf-8"), re.MULTILINE))
UNREACHABLE = {
    "identify-first": "the gate refuses a guest before it asks policy",
    "internal-only": "the gate refuses a stranger to an internal tool before it asks policy",
    "refund-by-staff": "the gate refuses a stranger to an internal tool before it asks policy",
    "discount-needs-customer": "the gate refuses a guest before it asks policy",
    "own-records-only": "another customer's record is not found before policy is asked",
    "cancel-reason": "the tool takes no other reason",
    "return-only-delivered": "an order that was not delivered has no day of delivery: `return-window-known`",
    "exchange-only-delivered": "an order that was not delivered has no day of delivery: `return-window-known`",
    "code-known": "an unknown code breaks every rule on its promotion too",
}
"""Rules that never decide alone, because something before them or beside them refuses the same calls."""
NOT_JUDGED = {
    "cart-not-empty",
    "cart-available",
    "age-limit",
    "shipping-known",
    "receive-exchange-once",
    "goodwill-approval",
}
"""Rules on tools for which the oracle has none of its own; the bundle's cases and tests/tools try them."""
Witness = tuple[World, Call]


@pytest.fixture(scope="module")
def witnesses() -> dict[str, Witness]:
    """For each rule a shop and a call that breaks it and no other; for a rule that allows, a call that needs it."""
    terms, found = terms_of(DEFAULT, AT), dict[str, Witness]()
    wanted = {*RULES} - UNREACHABLE.keys() - NOT_JUDGED
    for seed in range(4000):
        random = Random(seed)
        world = WorldMaker(random).world()
        caller = Caller(world, random)
        for _ in range(25):
            call = replace(caller.call(), yes="exact", approval="none", later=timedelta(), again="")
            if well_formed(call):
                asker = Asker(principal=call.principal, region_id=WEST, agent=AGENT, conversation=TALK)
                for rule in _decided_by(asker, call, world, terms):
                    found.setdefault(rule, (world, call))
        if wanted <= found.keys():
            break
    return found


def _decided_by(asker: Asker, call: Call, world: World, terms: Terms) -> Iterator[str]:
    verdict = judge(Shop(world.records, terms, world.now), asker, call.tool, call.arguments)
    if len(verdict.forbidden) == 1:
        yield verdict.forbidden[0]
    if verdict.needs_approval and not verdict.forbidden:
        free = replace(terms, off=frozenset({"refund-approval"}))
        if not judge(Shop(world.records, free, world.now), asker, call.tool, call.arguments).needs_approval:
            yield "refund-approval"
    if verdict.forbidden or verdict.needs_approval:
        return
    kind = call.principal.kind
    if call.tool in ("check_stock", "delivery_options", "list_promotions"):
        yield "public-for-everyone"
    elif call.tool == "offer_discount":
        yield "discount-within-limits"
    elif call.tool in PUBLIC:
        return
    elif kind == "customer":
        yield "own-records"
    elif kind == "staff":
        yield "staff-for-customers"
    elif kind == "system" and call.tool in ("receive_return", "list_notes"):
        yield "system-internal"


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule not in {*UNREACHABLE, *NOT_JUDGED}])
def test_a_rule_that_is_switched_off_is_missed(
    rule: str, witnesses: dict[str, Witness], policies: tuple[PolicyBundle, ...], empty: Path, tmp_path: Path
) -> None:
    world, call = witnesses[rule]
    terms = terms_of(DEFAULT, AT)
    (as_it_is,) = asyncio.run(play(empty, policies[0], terms, world, [call]))
    assert not as_it_is.complaint
    without = load_bundle(variant(DEFAULT, tmp_path / "bundle", off=[rule]))
    (judged,) = asyncio.run(play(empty, without, terms, world, [call]))
    assert judged.complaint, (call, judged.outcome)


@pytest.mark.parametrize("rule", sorted(UNREACHABLE))
def test_what_never_decides_alone_is_still_a_rule_and_has_a_reason(rule: str) -> None:
    assert rule in RULES
    assert UNREACHABLE[rule]
