"""Search measured: the figure's arithmetic, what is left out, and that the search is not told the grades."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from shopgraph.cli.app import app
from shopgraph.errors import InvalidInput
from shopgraph.evals.search import evaluate, ndcg, read_grades, read_products

Write = Callable[[str, list[dict[str, Any]]], Path]
PRODUCTS: list[dict[str, Any]] = [
    {"id": "1", "title": "Blue kettle", "description": None, "supplier": "Acme", "price": 4000},
    {"id": "2", "title": "Red kettle", "attributes": {"t_product_type": "Kettle", "n_volume": 1.5, "b_whistle": True}},
    {"id": "3", "title": "Toaster", "attributes": {"color": "black", "b_whistle": False}},
]
GRADES: list[dict[str, Any]] = [
    {"query": "kettle", "product_id": "1", "grade": 3},
    {"query": "kettle", "product_id": "2", "grade": 1},
    {"query": "whistle", "product_id": "2", "grade": 2},
    {"query": "whistle", "product_id": "3", "grade": 0},
    {"query": "toaster", "product_id": "1", "grade": 1},
    {"query": "nothing good", "product_id": "1", "grade": 0},
]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(name: str, rows: list[dict[str, Any]]) -> Path:
        path = tmp_path / name
        content = "".join(json.dumps(row) + "\n" for row in rows).encode()
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    return write


def test_ndcg_is_reckoned_by_hand() -> None:
    judged = {"a": 3, "b": 1, "c": 0}
    assert ndcg(["a", "b"], judged) == 1.0
    assert ndcg(["b", "a"], judged) == pytest.approx((1 + 7 / 1.5849625) / (7 + 1 / 1.5849625))
    assert ndcg(["x", "a"], judged) == pytest.approx((7 / 1.5849625) / (7 + 1 / 1.5849625))
    assert ndcg([], judged) == 0.0
    assert ndcg(["c"] * 10 + ["a"], judged) == 0.0
    assert ndcg([*"abcdefghijk"], dict.fromkeys("abcdefghijkl", 1)) == 1.0


def test_the_figures_of_a_small_catalog(write: Write) -> None:
    report = evaluate([write("p.jsonl.gz", PRODUCTS)], [write("g.jsonl", GRADES)], words_only=True, runs=1)
    assert report.figures["n_queries"] == 3
    assert report.figures["n_products"] == 3
    passed = {case.id: case.passed for case in report.cases}
    assert passed == {"kettle": True, "whistle": True, "toaster": False}
    # kettle ranks both (1.0 or, the other way round, 0.71), whistle is right, the judged toaster is none.
    assert report.figures["ndcg_at_10"] in (pytest.approx(2 / 3, abs=1e-4), pytest.approx(1.7098 / 3, abs=1e-4))
    assert set(report.figures) == {"ndcg_at_10", "n_queries", "n_products", "build_s", "ms"}


def test_rows_become_the_domains_products(write: Write) -> None:
    first, second, third = read_products([write("p.jsonl", PRODUCTS)])
    assert (first.brand, first.description) == ("Acme", "")
    assert (second.category, second.attributes) == ("Kettle", {"volume": "1.5", "whistle": "yes"})
    assert third.attributes == {"color": "black", "whistle": "no"}


def test_queries_without_a_positive_grade_are_left_out(write: Write) -> None:
    assert set(read_grades([write("g.jsonl", GRADES)])) == {"kettle", "whistle", "toaster"}


@pytest.mark.parametrize(
    "rows",
    [
        [{"query": "a", "product_id": "1", "grade": 0}],
        [{"query": "a", "grade": 1}],
        [{"query": "a", "product_id": "1", "grade": "3"}],
    ],
)
def test_what_cannot_be_judged_is_refused(write: Write, rows: list[dict[str, Any]]) -> None:
    with pytest.raises(InvalidInput):
        read_grades([write("g.jsonl", rows)])


def test_the_command_with_vectors(write: Write, tmp_path: Path) -> None:
    files = ["--products", str(write("p.jsonl", PRODUCTS)), "--relevance", str(write("g.jsonl", GRADES))]
    out = tmp_path / "out.json"
    done = CliRunner().invoke(app, ["eval", "search", *files, "--json", str(out), "--require", "ndcg_at_10>=0.5"])
    assert done.exit_code == 0, done.output
    figures = json.loads(out.read_text())
    assert figures["ms"]["p99"] >= figures["ms"]["p50"] > 0
    assert CliRunner().invoke(app, ["eval", "search", *files, "--require", "ndcg_at_10>=0.99"]).exit_code == 1
