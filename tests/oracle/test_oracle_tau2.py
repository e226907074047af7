"""Cases of the retail benchmark's families that stand in no file: the gate against an oracle written from the prose."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shopgraph.connectors.tau2 import canonical_hash, to_tau2
from shopgraph.evals.tau2.bench import Bench
from shopgraph.evals.tau2.cases import Played
from shopgraph.evals.tau2.policy import Trial, play
from tests.oracle.tau2_cases import Case, Deck, stressed
from tests.oracle.tau2_effects import judge
from tests.oracle.tau2_rules import Document, Retailer, Verdict

pytestmark = pytest.mark.data
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@dataclass(frozen=True, kw_only=True)
class Table:
    """The retailer's document, harder than it is, and the shop that was imported from it."""

    document: Document
    bench: Bench

    def play(self, case: Case) -> tuple[Verdict, Retailer, Trial]:
        """What the oracle says of a case and makes of the document, and what became of it here."""
        verdict, retailer = judge(self.document, case)
        return verdict, retailer, asyncio.run(play(self.bench, Played.model_validate(case)))


@pytest.fixture(scope="module")
def table(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Table]:
    """The real data, stressed."""
    original = json.loads((shared_data / "tau2-retail" / "db.json").read_text(encoding="utf-8"))
    document = stressed(original, Random(3))
    path = tmp_path_factory.mktemp("tau2") / "db.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    with Bench(path) as bench:
        yield Table(document=document, bench=bench)


def check(case: Case, verdict: Verdict, trial: Trial) -> None:
    """Done where it is allowed, and nothing at all where it is not."""
    told = f"{case}\n{verdict}\n{trial.why()}"
    assert trial.executed or trial.unchanged, told
    if verdict.allowed is not None:
        assert trial.executed is verdict.allowed, told


@given(random=st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None, derandomize=True, database=None, suppress_health_check=SLOW)
def test_what_the_policy_forbids_is_blocked_and_what_it_allows_is_done(table: Table, random: Random) -> None:
    case = Deck(table.document, random).case()
    verdict, _, trial = table.play(case)
    check(case, verdict, trial)


def test_many_cases_break_many_rules_and_are_judged_right(table: Table) -> None:
    deck, seen = Deck(table.document, Random(11)), Counter[str]()
    for _ in range(110):
        case = deck.case()
        verdict, _, trial = table.play(case)
        check(case, verdict, trial)
        seen[verdict.rule if verdict.allowed is False else str(verdict.allowed)] += 1
    assert seen["True"] > 30
    assert len(seen) > 16, seen


def test_what_is_done_leaves_the_document_that_the_prose_describes(table: Table) -> None:
    deck, compared = Deck(table.document, Random(5)), 0
    while compared < 6:
        case = deck.case()
        verdict, retailer = judge(table.document, case)
        if verdict.allowed and case["setup"] and "order_id" in case["arguments"]:
            table.play(case)
            assert canonical_hash(to_tau2(table.bench.shop.dump())) == canonical_hash(retailer.document()), case
            compared += 1


def test_an_oracle_that_asked_for_no_yes_would_be_found_out(table: Table) -> None:
    deck = Deck(table.document, Random(11))
    while True:
        case = deck.case()
        agreed = {**case, "context": {**case["context"], "confirmed": True, "confirmed_action": None}}
        lax = judge(table.document, agreed)[0]
        if lax.allowed and not judge(table.document, case)[0].allowed:
            break
    with pytest.raises(AssertionError):
        check(case, lax, table.play(case)[2])
