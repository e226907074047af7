"""The guards' own cases: nearly all right, and no false alarm on a right answer."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from types import ModuleType

import pytest

from shopgraph.errors import InvalidInput
from shopgraph.evals.guards import facts_generator, facts_world
from shopgraph.evals.guards.facts import evaluate, judge, own_cases, read_cases


def test_our_own_cases_hold() -> None:
    report = evaluate(count=648)
    for name, figures in report.figures["by_set"].items():  # type: ignore[union-attr]
        assert figures["right"] / figures["n"] >= 0.99, (name, figures["wrong"])  # type: ignore[index,call-overload,operator]
        assert figures["false_alarms"] == 0, name  # type: ignore[index,call-overload]
    assert report.figures["n"] == len(report.cases)


def test_there_are_enough_and_right_ones_are_among_them() -> None:
    sets = own_cases(seed=11, count=486)
    written = [case for name, cases in sets.items() if name != "generated" for case in cases]
    assert len(written) >= 150
    assert {"english", "german", "french"} <= set(sets)
    for name in ("generated", "english", "german", "french"):
        assert {"pass", "fix", "block"} == {case.verdict for case in sets[name]}
    ids = [case.id for cases in sets.values() for case in cases]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("seed", [1, 2])
def test_other_seeds_hold_as_well(seed: int) -> None:
    judged = judge(own_cases(seed=seed, count=270)["generated"])
    wrong = [item.detail for item in judged if not item.right]
    assert len(wrong) <= 2, wrong
    assert not [item for item in judged if item.kind == "false_alarms"]


@pytest.mark.parametrize("module", [facts_generator, facts_world])
def test_the_generator_shares_no_code_with_the_guards(module: ModuleType) -> None:
    tree = ast.parse(inspect.getsource(module))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported
    assert not {name for name in imported - {facts_world.__name__} if name and name.startswith("shopgraph")}


def test_a_line_that_is_no_case_is_named(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text('{"id": "a", "draft": "Hello.", "verdict": "pass"}\n{"id": "b"}\n', encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"line 2, draft"):
        read_cases(path)
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_cases(tmp_path / "none.jsonl")
