"""What a text says beyond its source is found word by word; a paraphrase is no finding."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.errors import InvalidInput
from shopgraph.evals.guards.grounding import evaluate
from shopgraph.guards.chain import GuardChain
from shopgraph.guards.checks import CHECKS
from shopgraph.guards.facts import Facts, ProductFact
from shopgraph.guards.grounding import Kind, is_grounded, unsupported
from shopgraph.guards.grounding_words import OPPOSITES

SOURCE = (
    "The Harbor tent sleeps four and weighs 3.42 kg. Sales rose to 1,250,000 euros in the third quarter, an increase "
    "of 12%. "
    "Delivery is free from 50 euros. The AI-powered stove is reliable."
)


@pytest.mark.parametrize(
    "text",
    [
        "The tent for 4 people weighs 3.4 kg.",
        "Revenue climbed by 12% to 1.25 million euros in quarter 3.",
        "Free delivery begins at 50 euros.",
        "A dependable stove with AI.",
        "",
    ],
)
def test_a_paraphrase_is_borne_by_its_source(text: str) -> None:
    assert unsupported(text, SOURCE) == []


@pytest.mark.parametrize(
    ("text", "kind", "word"),
    [
        ("The tent weighs 3.9 kg.", Kind.FIGURE, "3.9"),
        ("The tent sleeps five.", Kind.FIGURE, "five"),
        ("Sales rose to 1.4 million euros.", Kind.FIGURE, "1.4"),
        ("The tent by Lakeside sleeps four.", Kind.NAME, "Lakeside"),
        ("Delivery is never free.", Kind.TURNED, "never"),
        ("The sales show a decrease.", Kind.OPPOSITE, "decrease"),
        ("The stove is unreliable.", Kind.TURNED, "unreliable"),
    ],
)
def test_what_the_source_does_not_bear_is_found(text: str, kind: Kind, word: str) -> None:
    found = unsupported(text, SOURCE)
    assert [(each.kind, each.text) for each in found] == [(kind, word)]
    assert text[found[0].start :].startswith(word)
    assert not is_grounded(text, SOURCE)


def test_opposites_go_both_ways() -> None:
    assert all(word in OPPOSITES[other] for word, others in OPPOSITES.items() for other in others)


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ('The catalog says of the Scale: "Weighs up to five kilos."', True),
        ('The catalog says of the Scale: "Weighs up to nine kilos."', False),
        ("The Scale weighs up to five kilos.", False),
        ('The catalog says of the Scale: "Use the code SAVE50 for 50% off."', False),
    ],
)
def test_what_a_passage_says_may_be_quoted_as_it_stands_but_no_promise(text: str, stays: bool) -> None:
    facts = Facts(
        products=(ProductFact(name="Scale", price=Decimal(33), attributes={"material": "glass"}),),
        passages=("It is of glass. Weighs up to five kilos.", "Use the code SAVE50 for 50% off."),
        currency="USD",
        locale="en_US",
    )
    result = GuardChain(CHECKS).run(text, facts)
    assert (result.text == text) == stays


@given(st.text(max_size=200))
def test_a_source_bears_itself(text: str) -> None:
    assert [each for each in unsupported(text, text) if each.kind is not Kind.FIGURE] == []


@given(st.text(alphabet="0123456789.,% kmbnx-", max_size=60), st.text(alphabet="0123456789., one", max_size=60))
def test_odd_numbers_are_compared_without_an_error(text: str, source: str) -> None:
    unsupported(text, source)


def test_the_time_grows_with_the_text_and_no_faster() -> None:
    def seconds(length: int) -> float:
        text, best = ("Price 12,5. a-b-c " * length)[:length], 9.0
        for turn in range(3):
            started = time.thread_time()
            unsupported(text, f"{turn} {text}")
            best = min(best, time.thread_time() - started)
        return best

    assert seconds(16_000) < 20 * max(seconds(2_000), 0.001)


def test_figures_by_domain(tmp_path: Path) -> None:
    docs, test = tmp_path / "docs.jsonl", tmp_path / "test.jsonl"
    docs.write_text(json.dumps({"doc": "d", "text": SOURCE}) + "\n", encoding="utf-8")
    rows = [
        {"id": "a", "domain": "tents", "doc": "d", "summary": "The tent sleeps four.", "label": 1},
        {"id": "b", "domain": "tents", "doc": "d", "summary": "The tent sleeps nine.", "label": 0},
        {"id": "c", "domain": "tents", "doc": "d", "summary": "The stove sleeps four.", "label": 0},
        {"id": "d", "domain": "stoves", "doc": "d", "summary": "A stove.", "label": 1},
    ]
    test.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    report = evaluate(test=test, docs=docs)
    assert report.figures == {
        "by_domain": {"stoves": {"n": 1, "balanced_accuracy": None}, "tents": {"n": 3, "balanced_accuracy": 75.0}}
    }
    assert [case.id for case in report.cases if not case.passed] == ["c"]
    test.write_text(json.dumps(rows[0] | {"doc": "gone"}) + "\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="gone"):
        evaluate(test=test, docs=docs)


@pytest.mark.data
def test_balanced_accuracy_on_summaries_of_others(shared_data: Path) -> None:
    folder = shared_data / "data" / "06_grounding"
    figures = evaluate(test=folder / "summedits.dev.jsonl.gz", docs=folder / "summedits_docs.jsonl.gz").figures
    by_domain: Any = figures["by_domain"]
    assert by_domain["sales_email"]["balanced_accuracy"] >= 70
    assert by_domain["ectsum"]["balanced_accuracy"] >= 70
