"""Intents and model routing measured: the figures' arithmetic, what the judge is not told, and the commands."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from shopgraph.cli.app import app
from shopgraph.errors import InvalidInput
from shopgraph.evals.intents import calibration_error, evaluate
from shopgraph.evals.model_routing import evaluate as evaluate_models

pytest.importorskip("sklearn", reason="pip install 'shopgraph[train]'")

Write = Callable[[str, list[dict[str, Any]]], Path]
THINGS = ("lamp", "mug", "coat", "chair", "tablet", "kettle")
PATTERNS = {
    "track": ("where is my {}", "track the {} please", "has my {} shipped yet"),
    "cancel": ("cancel my {}", "stop the order of the {}", "I do not want the {} anymore"),
}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(name: str, rows: list[dict[str, Any]]) -> Path:
        path = tmp_path / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path

    return write


def learned() -> list[dict[str, Any]]:
    return [
        {"text": pattern.format(thing), "intent": intent, "part": "train"}
        for intent, patterns in PATTERNS.items()
        for pattern in patterns
        for thing in THINGS
    ]


TEST = [
    {"text": "where is my teapot", "intent": "track", "part": "test"},
    {"text": "cancel my teapot", "intent": "cancel", "part": "test"},
    {"text": "who invented gravity", "intent": "oos", "part": "id-oos/test"},
    {"text": "sing a song of sixpence", "intent": "oos", "part": "ood-oos/test"},
    {"text": "recite a poem", "intent": "oos", "part": "oos_test"},
]


def test_figures_of_learned_intents(write: Write) -> None:
    figures = evaluate([write("test.jsonl", TEST)], [write("train.jsonl", learned())]).figures
    assert figures["accuracy"] == 1.0
    assert figures["oos_auroc_by_part"] == {"id-oos": 1.0, "ood-oos": 1.0, "oos": 1.0}
    assert figures["oos_recall_at_95"] == 1.0
    assert (figures["n"], figures["n_oos"]) == (2, 3)
    assert figures["trained_on"] == {"n": 36, "n_out_of_scope": 0, "intents": 2}


def test_labels_of_the_test_change_no_answer(write: Write) -> None:
    """Swapped labels turn right into wrong: nothing looks at them before it answers."""
    swapped = [{**row, "intent": {"track": "cancel", "cancel": "track"}.get(row["intent"], "oos")} for row in TEST]
    assert evaluate([write("test.jsonl", swapped)], [write("train.jsonl", learned())]).figures["accuracy"] == 0.0


def test_rows_out_of_scope_may_be_left_out(write: Write) -> None:
    rows = [*learned(), *(row for row in TEST if row["intent"] == "oos")]
    test, train = write("test.jsonl", TEST), write("train.jsonl", rows)
    with_them, without = evaluate([test], [train]).figures, evaluate([test], [train], without_oos=True).figures
    assert with_them["trained_on"] == {"n": 39, "n_out_of_scope": 3, "intents": 2}
    assert without["trained_on"] == {"n": 36, "n_out_of_scope": 0, "intents": 2}


def test_the_shipped_router_by_a_map(write: Write) -> None:
    rows = [{"text": "where is my order", "intent": "a"}, {"text": "cancel my order", "intent": "b"}]
    rows += [{"text": "cancel the order please", "intent": "b"}] * 3
    test = write("test.jsonl", rows)
    mapped = write("map.yaml", [])
    mapped.write_text("a: cancel_order\nb: cancel_order\n")
    report = evaluate([test], router="default", map_file=mapped)
    assert (report.figures["accuracy"], report.figures["macro_accuracy"]) == (0.8, 0.5)
    assert (report.figures["n_mapped"], report.figures["intents_mapped"]) == (5, 2)
    assert [case.passed for case in report.cases] == [False, True, True, True, True]
    mapped.write_text("a: order_status\n")
    with pytest.raises(InvalidInput, match="lacks b"):
        evaluate([test], router="default", map_file=mapped)
    mapped.write_text("a: order_status\nb: sing\n")
    with pytest.raises(InvalidInput, match="sing"):
        evaluate([test], router="default", map_file=mapped)


def test_one_of_training_and_a_router_is_asked_for(write: Write) -> None:
    test = write("test.jsonl", TEST)
    for train, router in ((None, None), ([test], "default")):
        with pytest.raises(InvalidInput, match="Neither or both"):
            evaluate([test], train, router=router)


def test_calibration_error() -> None:
    assert calibration_error([], []) is None
    assert calibration_error([1.0, 1.0], [True, True]) == 0
    assert calibration_error([0.9, 0.9], [True, False]) == 0.4
    assert calibration_error([0.1, 0.9], [True, True]) == 0.5


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=50))
def test_a_calibration_error_is_a_share(rows: list[tuple[float, bool]]) -> None:
    error = calibration_error([said for said, _ in rows], [right for _, right in rows])
    assert error is not None
    assert 0 <= error <= 1


def outcomes() -> list[dict[str, Any]]:
    easy = [{"prompt": f"Greet customer {at}.", "weak": 1, "strong": 1, "contaminated": 0} for at in range(30)]
    hard = [{"prompt": f"Add {at}, {at + 1}, {at + 2}.", "weak": 0, "strong": 1, "contaminated": 0} for at in range(30)]
    return [*easy, *hard, {"prompt": "Greet.", "weak": 0, "strong": 1, "contaminated": 1}]


def test_model_routing_draws_its_curve(write: Write, tmp_path: Path) -> None:
    rows = write("rows.jsonl", outcomes())
    figures = evaluate_models([rows], [rows], png=tmp_path / "curve.png").figures
    assert figures["n"] == 60
    assert figures["apgr"] == pytest.approx(0.75)
    assert figures["cpt50"] == pytest.approx(0.25)
    assert isinstance(figures["curve"], list)
    assert figures["curve"][-1] == {"strong_share": 1.0, "gap_recovered": 1.0}
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")


class TestTrainCommands:
    def test_router(self, write: Write, tmp_path: Path) -> None:
        data, out = write("train.jsonl", learned()), tmp_path / "router"
        result = CliRunner().invoke(app, ["train", "router", "--data", str(data), "--out", str(out)])
        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout)["n"] == 36
        test = write("test.jsonl", TEST[:2])
        figures = evaluate([test], router=str(out)).figures
        assert figures["accuracy"] == 1.0

    def test_tiers(self, write: Write, tmp_path: Path) -> None:
        data, out = write("rows.jsonl", outcomes()), tmp_path / "tiers"
        result = CliRunner().invoke(app, ["train", "tiers", "--data", str(data), "--out", str(out)])
        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout)["operating_point"]["gap_recovered"] >= 0.8
        assert "APGR" in (out / "card.md").read_text("utf-8")

    @pytest.mark.parametrize("rows", [[{"text": "a"}], [{"intent": "a"}], [{"text": "a", "intent": "b"}]])
    def test_rows_that_teach_nothing_exit_2(self, write: Write, tmp_path: Path, rows: list[dict[str, Any]]) -> None:
        data = write("train.jsonl", rows)
        result = CliRunner().invoke(app, ["train", "router", "--data", str(data), "--out", str(tmp_path / "out")])
        assert result.exit_code == 2
        assert "error:" in result.stderr
        assert not (tmp_path / "out").exists()
