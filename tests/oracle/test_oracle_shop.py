"""Random sessions, policies and calls: what the gate does, against an oracle written from the rules' prose."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shopgraph.guards.policy import PolicyBundle
from shopgraph.tools.registry import default_tools
from shopgraph.tools.spec import Outcome
from tests.oracle.bundles import terms_of
from tests.oracle.calls import Caller
from tests.oracle.chances import AT
from tests.oracle.sessions import Judged, play
from tests.oracle.shop_records import CUSTOMER_READS, CUSTOMER_WRITES, INTERNAL, PUBLIC, WRITES
from tests.oracle.worlds import WorldMaker

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


def session(empty: Path, policy: PolicyBundle, random: Random, *, calls: int = 6) -> list[Judged]:
    """A random shop, and some calls one after the other."""
    world = WorldMaker(random).world()
    caller = Caller(world, random)
    made = [caller.call() for _ in range(calls)]
    return asyncio.run(play(empty, policy, terms_of(policy.folder, AT), world, made))


@given(random=st.randoms(use_true_random=False), which=st.integers(0, 2))
@settings(max_examples=12, deadline=None, derandomize=True, database=None, suppress_health_check=SLOW)
def test_the_gate_does_what_the_prose_says_and_nothing_else(
    empty: Path, policies: tuple[PolicyBundle, ...], random: Random, which: int
) -> None:
    for judged in session(empty, policies[which], random):
        assert not judged.complaint, (judged.call, judged.outcome)


def test_sessions_reach_every_tool_and_every_ending(empty: Path, policies: tuple[PolicyBundle, ...]) -> None:
    endings, tools = Counter[Outcome](), Counter[str]()
    for seed in range(18):
        for judged in session(empty, policies[seed % 3], Random(seed)):
            assert not judged.complaint, (seed, judged.call, judged.outcome)
            endings[judged.outcome.outcome] += 1
            tools[judged.call.tool] += 1
    assert endings.keys() >= {Outcome.DONE, Outcome.REFUSED, Outcome.NEEDS_CONFIRMATION, Outcome.INVALID}
    assert endings.keys() <= {*Outcome} - {Outcome.FAILED, Outcome.READY, Outcome.REPLAYED}
    assert tools.keys() >= {*WRITES}


@pytest.mark.parametrize("seed", [5045])
def test_what_was_wrong_once_stays_right(empty: Path, policies: tuple[PolicyBundle, ...], seed: int) -> None:
    """A gift card in another currency took the difference of an exchange, which could never have been booked on it."""
    for judged in session(empty, policies[0], Random(seed), calls=8):
        assert not judged.complaint, (judged.call, judged.outcome)


NOT_JUDGED = {"place_order", "receive_exchange", "credit_goodwill"}
"""Tools for which the oracle has no rules of its own; tests/tools tries them by hand."""


def test_the_oracle_knows_every_other_tool() -> None:
    assert {*CUSTOMER_READS, *CUSTOMER_WRITES, *INTERNAL, *PUBLIC} == default_tools().keys() - NOT_JUDGED
    assert {*WRITES} == {name for name, spec in default_tools().items() if spec.mutates} - NOT_JUDGED
