"""Evaluations as commands: figures out, and exit 1 when one is missed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated
from xml.etree import ElementTree

import pytest
import typer
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from shopgraph.cli.evaluate import eval_command
from shopgraph.errors import InvalidInput, NotFound
from shopgraph.evals.registry import EVALUATIONS, load_evaluation
from shopgraph.evals.report import CaseResult, EvalReport, write_json, write_junit
from shopgraph.evals.requirements import Requirement, figure_paths, missed

Shopgraph = Callable[..., Result]
FIGURES: dict[str, JsonValue] = {
    "share": 0.9,
    "by_class": {"text": {"held": 12, "n": 12}},
    "let_through": ["t-7"],
    "none": None,
    "yes": True,
}


@pytest.mark.parametrize(
    "text",
    ["share>=0.9", "share <= 0.9", "share>0.899", "share<1", "share==0.9", "share!=1", "by_class.text.held>=12"],
)
def test_a_requirement_that_holds_is_not_missed(text: str) -> None:
    assert missed([Requirement.parse(text)], FIGURES) == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("share>0.9", "it is 0.9"),
        ("by_class.text.held>=13", "it is 12"),
        ("by_class.txt.held>=1", "did you mean by_class.text.held?"),
        ("nonsense>=1", "no such figure"),
        ("by_class>=1", "no such figure"),
        ("none>=0", "no number"),
        ("yes>=1", "no number"),
        ("let_through.0>=1", "no number"),
    ],
)
def test_a_requirement_that_does_not_hold_says_why(text: str, words: str) -> None:
    (line,) = missed([Requirement.parse(text)], FIGURES)
    assert line.startswith(f"{text}: ")
    assert words in line


@pytest.mark.parametrize("text", ["", "share", "share>=", ">=1", "share>=high", "share=>1", "share>=nan", "a b>=1"])
def test_what_is_no_requirement_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="Write it as"):
        Requirement.parse(text)


@given(st.floats(allow_nan=False, allow_infinity=False, width=32), st.sampled_from([">=", "<=", "=="]))
def test_a_figure_meets_itself(value: float, sign: str) -> None:
    requirement = Requirement.parse(f"figure{sign}{value!r}")
    assert requirement.missed_by({"figure": value}) is None
    assert Requirement.parse(str(requirement)) == requirement


def test_figures_are_found_under_their_path() -> None:
    assert figure_paths({"a": {"b.c": [1, {"d": 2}]}, "e": {}}) == {"a.b.c.0": 1, "a.b.c.1.d": 2}


REPORT = EvalReport(
    name="guards",
    figures={"share": 0.5},
    cases=(CaseResult(id="one", passed=True, seconds=0.5), CaseResult(id="two\x00", passed=False, detail="a < b")),
)


def test_junit_holds_cases_and_misses(tmp_path: Path) -> None:
    write_junit(REPORT, ["share>=0.9: it is 0.5."], tmp_path / "out.xml")
    suite = ElementTree.parse(tmp_path / "out.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("3", "2")
    assert [failure.get("message") for failure in suite.iter("failure")] == ["a < b", "share>=0.9: it is 0.5."]


@pytest.mark.parametrize("write", [lambda out: write_json(REPORT, out), lambda out: write_junit(REPORT, [], out)])
def test_a_file_that_cannot_be_written_is_named(tmp_path: Path, write: Callable[[Path], None]) -> None:
    with pytest.raises(InvalidInput, match="nowhere"):
        write(tmp_path / "nowhere" / "out")


def evaluate(runs: Annotated[int, typer.Option(help="How many.")] = 2) -> EvalReport:
    """An evaluation for the tests."""
    return EvalReport(name="ours", figures={"runs": runs, "share": 0.5})


@pytest.fixture
def ours(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[str]], None]:
    """Run the evaluation above as a command."""
    monkeypatch.setattr("shopgraph.evals.registry.import_module", lambda _: SimpleNamespace(f=evaluate))
    command = eval_command("ours", {"ours": "anywhere:f"})
    return lambda arguments: command.main(arguments, standalone_mode=False)


def test_an_evaluation_has_its_own_options_and_the_shared_ones(
    ours: Callable[[list[str]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    ours(["--runs", "5", "--require", "runs>=5"])
    assert json.loads(capsys.readouterr().out) == {"runs": 5, "share": 0.5}


def test_a_repeatable_option_takes_several_values_at_once(
    ours: Callable[[list[str]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    ours(["--require", "runs>=1", "share>=0.5", "--require", "runs<=9", "--runs", "5"])
    assert json.loads(capsys.readouterr().out)["runs"] == 5
    ours(["--require", "runs>=1", "share>=0.6"])
    assert "missed: share>=0.6" in capsys.readouterr().err


def test_every_registered_evaluation_can_be_loaded() -> None:
    for name in EVALUATIONS:
        assert callable(load_evaluation(name))


def test_an_unknown_evaluation_says_which_there_are(shopgraph: Shopgraph) -> None:
    with pytest.raises(NotFound, match="demo"):
        load_evaluation("nonsense")
    assert shopgraph("eval", "nonsense").exit_code == 2


def test_the_demo_ends_as_its_script_expects(shopgraph: Shopgraph, elsewhere: Path) -> None:
    done = shopgraph("eval", "demo", "--json", "out.json", "--junit", "out.xml", "--require", "share>=1")
    figures = json.loads(Path("out.json").read_text(encoding="utf-8"))
    assert figures["otherwise"] == []
    assert done.exit_code == 0, done.output
    assert figures["turns"] >= 10
    assert ElementTree.parse("out.xml").getroot().get("failures") == "0"


def test_a_missed_figure_is_exit_1(shopgraph: Shopgraph, elsewhere: Path) -> None:
    done = shopgraph("eval", "demo", "--require", "share>2", "--require", "turns>=1")
    assert done.exit_code == 1
    share = json.loads(done.stdout)["share"]
    assert [line for line in done.stderr.splitlines() if line.startswith("missed")] == [
        f"missed: share>2: it is {share}."
    ]


def test_a_wrong_requirement_runs_nothing(shopgraph: Shopgraph, no_shop: None) -> None:
    done = shopgraph("eval", "demo", "--require", "share")
    assert (done.exit_code, done.stdout) == (2, "")
