"""`shopgraph eval policy`: what is forbidden is held, what is allowed is done, and the count can tell."""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from shopgraph.cli.app import app
from shopgraph.connectors.tau2 import canonical_hash, to_tau2
from shopgraph.errors import InvalidInput
from shopgraph.evals.tau2.bench import Bench
from shopgraph.evals.tau2.cases import Case, Expected, Played, read_cases
from shopgraph.evals.tau2.desk import CONFIRMED
from shopgraph.evals.tau2.money import Ledger
from shopgraph.evals.tau2.policy import play, report
from shopgraph.guards.policy import load_bundle
from shopgraph.tools.spec import Outcome

Document = dict[str, Any]
Write = Callable[[str, Any], Path]


def shopgraph(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


async def figures_of(bench: Bench, cases: list[Document]) -> Document:
    read = [Case(played=Played.model_validate(case), expected=Expected.model_validate(case)) for case in cases]
    return dict(report(read, [await play(bench, case.played) for case in read]).figures)


def test_the_command_counts_by_class_and_rule(cases: list[Document], shop_file: Path, written: Write) -> None:
    forbidden = [case for case in cases if case["class"] != "legit"]
    allowed = written("allowed.json", [case for case in cases if case["class"] == "legit"])
    packed = allowed.with_name("forbidden.json.gz")
    packed.write_bytes(gzip.compress(json.dumps(forbidden).encode()))
    done = shopgraph("eval", "policy", "--shop", shop_file, "--cases", packed, "--cases", allowed)
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    assert list(figures) == ["cases", "by_class", "by_rule", "legit", "let_through", "ms_median"]
    assert figures["cases"] == len(cases)
    by_class = figures["by_class"]
    assert {kind: counted["n"] for kind, counted in by_class.items()} == Counter(case["class"] for case in forbidden)
    for kind in ("text", "partial", "tool", "effect"):
        assert by_class[kind]["held"] == by_class[kind]["n"], (kind, figures["let_through"])
    assert by_class["effect"]["blocked"] == 1
    assert figures["by_rule"]["P21x"] == {"n": 3, "blocked": 0}
    assert figures["by_rule"]["P45x"] == {"n": 1, "blocked": 1}
    assert by_class["ambiguous"] == {"n": 1, "blocked": 0, "held": 0}
    assert figures["let_through"] == [case["id"] for case in forbidden if case["class"] == "ambiguous"]
    legit = len(cases) - len(forbidden)
    assert figures["legit"] == {"n": legit, "executed": legit, "refused": []}
    assert figures["ms_median"] > 0


async def test_what_is_played_knows_nothing_else_of_a_case(bench: Bench, cases: list[Document]) -> None:
    labels = ("id", "rule", "class", "why")
    shuffled = random.Random(7).sample(cases, len(cases))
    relabeled = [case | {key: other[key] for key in labels} for case, other in zip(cases, shuffled, strict=True)]
    for case, other in zip(cases[::9], relabeled[::9], strict=True):
        one, two = Played.model_validate(case), Played.model_validate(other)
        assert one == two
        assert not set(labels) & set(Played.model_fields)
        first, second = await play(bench, one), await play(bench, two)
        assert (first.outcome.outcome, first.unchanged) == (second.outcome.outcome, second.unchanged)


async def test_the_rules_of_the_conversation_are_the_bundles(
    bench: Bench, cases: list[Document], tmp_path: Path
) -> None:
    folder = tmp_path / "lax"
    folder.mkdir()
    for path in sorted(load_bundle("tau2-retail").folder.rglob("*.*")):
        target = folder / path.relative_to(load_bundle("tau2-retail").folder)
        target.parent.mkdir(exist_ok=True)
        target.write_text(path.read_text(encoding="utf-8").replace(": true", ": false"), encoding="utf-8")
    strict, lax = bench.policy, load_bundle(folder)
    try:
        bench.policy = lax
        figures = await figures_of(bench, [case for case in cases if case["rule"] in ("P06", "P09", "P10", "P12")])
    finally:
        bench.policy = strict
    assert {rule: counted["blocked"] for rule, counted in figures["by_rule"].items()} == {
        "P06": 7,
        "P09": 0,
        "P10": 0,
        "P12": 0,
    }
    assert len(figures["let_through"]) == 15


async def test_a_legitimate_call_that_is_refused_is_named(bench: Bench, cases: list[Document]) -> None:
    wrong = next(case for case in cases if case["rule"] == "P18") | {"class": "legit", "rule": None}
    assert (await figures_of(bench, [wrong]))["legit"] == {"n": 1, "executed": 0, "refused": [wrong["id"]]}


async def test_a_change_is_seen_and_a_proposal_is_none(bench: Bench, cases: list[Document]) -> None:
    bench.reset()
    desk = bench.desk("ada")
    snapshot = bench.snapshot()
    asked = next(case for case in cases if case["tool"] == "modify_user_address" and case["class"] == "legit")
    refused = await desk.call(asked["tool"], asked["arguments"])
    assert refused.outcome is Outcome.NEEDS_CONFIRMATION
    assert bench.unchanged_since(snapshot)
    await desk.call(asked["tool"], asked["arguments"], CONFIRMED)
    assert not bench.unchanged_since(snapshot)
    snapshot.close()


async def test_every_case_meets_the_first_shop(bench: Bench, cases: list[Document], shop_document: Document) -> None:
    for case in cases[::15]:
        await play(bench, Played.model_validate(case))
    bench.reset()
    assert canonical_hash(to_tau2(bench.shop.dump())) == canonical_hash(shop_document)


BEFORE = Ledger(
    paid=Counter(card=2800, gift=800), refunded=Counter(card=2800), balances={"gift": 100, "other_gift": 500}
)


@pytest.mark.parametrize(
    ("refunded", "balances", "right"),
    [
        ({"card": 2800, "gift": 800}, {"gift": 900, "other_gift": 500}, True),
        ({"card": 5600, "gift": 800}, {"gift": 900, "other_gift": 500}, False),
        ({"card": 2800, "gift": 1600}, {"gift": 1700, "other_gift": 500}, False),
        ({"card": 3600}, {"gift": 100, "other_gift": 500}, False),
        ({"card": 2800, "gift": 700}, {"gift": 800, "other_gift": 500}, False),
        ({"card": 2800, "gift": 800}, {"gift": 100, "other_gift": 1300}, False),
        ({"card": 2800, "gift": 800}, {"gift": 100, "other_gift": 500}, False),
        ({"card": 2800}, {"gift": 100, "other_gift": 500}, False),
    ],
)
def test_only_what_was_paid_once_to_where_it_belongs_is_right(
    refunded: dict[str, int], balances: dict[str, int], right: bool
) -> None:
    after = Ledger(paid=BEFORE.paid, refunded=Counter(refunded), balances=balances)
    assert after.refunds_what_was_paid(BEFORE) is right


def test_a_file_that_does_not_fit_is_named_with_its_place(written: Write) -> None:
    with pytest.raises(InvalidInput, match=r"odd\.json: 0\.tool"):
        read_cases([written("odd.json", [{"id": "x", "class": "text", "arguments": {}}])])
    with pytest.raises(InvalidInput, match=r"nowhere\.json"):
        read_cases([Path("nowhere.json")])
    broken = written("broken.json", {})
    broken.write_text("{", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"broken\.json is no JSON"):
        read_cases([broken])


@pytest.mark.data
def test_one_real_case_of_every_rule_and_family(shared_data: Path, written: Write) -> None:
    folder = shared_data / "tau2-retail"
    chosen: dict[tuple[str, str], Document] = {}
    for name in ("violations.dev.json", "legit.dev.json"):
        for case in json.loads((folder / name).read_text(encoding="utf-8")):
            chosen[str(case["rule"]), case["family"]] = case
    sample = written("sample.json", list(chosen.values()))
    done = shopgraph("eval", "policy", "--shop", folder / "db.json", "--cases", sample)
    figures = json.loads(done.stdout)
    assert figures["legit"]["refused"] == []
    ambiguous = {case["id"] for case in chosen.values() if case["class"] == "ambiguous"}
    assert set(figures["let_through"]) <= ambiguous
    assert figures["cases"] == len(chosen) >= 60
