"""`shopgraph feedback`, `judge` and `drift`: what they print, and how they exit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from langchain_core.language_models import BaseChatModel
from typer.testing import CliRunner

from shopgraph.cli.app import app
from shopgraph.connectors.demo.cast import CAST
from shopgraph.models import judges
from shopgraph.models.scripted import ScriptedChatModel
from tests.cli.conftest import Invoke

WHO, OTHER = CAST["tracker"], CAST["canceler"]


@pytest.fixture(scope="module")
def talked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A shop that answered, and the request."""
    folder = tmp_path_factory.mktemp("liked") / "shop"
    run = CliRunner()
    assert run.invoke(app, ["shop", "init", str(folder), "--stores", "1"]).exit_code == 0
    done = run.invoke(app, ["ask", "where is my order?", "--as", WHO.email, "--shop", str(folder), "--json"])
    return folder, json.loads(done.stdout)["request_id"]


def test_feedback_is_theirs_alone_and_the_first_word_stands(shopgraph: Invoke, talked: tuple[Path, str]) -> None:
    shop, request = talked
    words = ("feedback", request, "--shop", shop, "--as")
    refused = shopgraph(*words, OTHER.email, "--score", "up")
    assert (refused.exit_code, "There is no request" in refused.stderr) == (2, True)
    given = shopgraph(*words, WHO.email, "--score", "4", "--comment", "thanks, Johanna", "--json")
    assert (given.exit_code, json.loads(given.stdout)["value"]) == (0, 0.75)
    again = shopgraph(*words, WHO.email, "--score", "4", "--comment", "thanks, Johanna")
    assert (again.exit_code, again.stdout) == (0, f"{request}: 4 (said before)\n")
    assert shopgraph(*words, WHO.email, "--score", "5").exit_code == 2
    bad = shopgraph(*words, WHO.email, "--score", "great")
    assert (bad.exit_code, "One of down, up" in bad.stderr) == (2, True)
    shown = shopgraph("audit", "show", request, "--shop", shop)
    assert ("feedback" in shown.stdout, "Johanna" in shown.stdout) == (True, False)
    assert shopgraph("audit", "verify", "--shop", shop).exit_code == 0


def test_judging_needs_a_judge_and_says_what_it_did(
    shopgraph: Invoke, talked: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, _ = talked
    none = shopgraph("judge", "--shop", shop)
    assert (none.exit_code, "No judge is named" in none.stderr) == (2, True)

    def scripted(name: str, models: str) -> BaseChatModel:
        assert (name, models) == ("some/judge", "")
        return ScriptedChatModel(script=['{"score": 5}'])

    monkeypatch.setattr(judges, "judge_of", scripted)
    monkeypatch.setenv("SHOPGRAPH_JUDGE", "some/judge")
    done = shopgraph("judge", "--shop", shop, "--share", "1")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("some/judge/1: 1 of 1 sampled answers judged (mean 1.00), 0 before")
    report = json.loads(shopgraph("judge", "--shop", shop, "--share", "1", "--json", "--since", "2d").stdout)
    assert (report["before"], report["judged"]) == (1, {"n": 0, "mean": None})
    assert shopgraph("judge", "--shop", shop, "--share", "1", "--since", "yesterday").exit_code == 2


def test_drift_exits_1_when_a_figure_is_missed_and_compares_nothing_of_few(
    shopgraph: Invoke, talked: tuple[Path, str]
) -> None:
    shop, _ = talked
    done = shopgraph("drift", "--shop", shop, "--alert")
    assert (done.exit_code, "Too few requests" in done.stderr) == (0, True)
    assert "1 requests, beside" in done.stdout
    figures = json.loads(shopgraph("drift", "--shop", shop, "--json").stdout)
    assert (figures["enough"], figures["requests"], figures["alerts"]) == (False, 1, [])
    missed = shopgraph("drift", "--shop", shop, "--require", "requests>=100")
    assert (missed.exit_code, "missed: requests>=100: it is 1" in missed.stderr) == (1, True)
    for option in ("--since", "--until", "--before"):
        refused = shopgraph("drift", "--shop", shop, option, "yesterday")
        assert (refused.exit_code, "Write 24h, 7d, 2026-06-01" in refused.stderr) == (2, True)
    week = json.loads(shopgraph("drift", "--shop", shop, "--json", "--since", "7d").stdout)
    assert (week["requests"], week["since"]) == (1, week["before_until"])
    assert json.loads(shopgraph("drift", "--shop", shop, "--json", "--until", "1h").stdout)["requests"] == 0
    assert shopgraph("drift").exit_code == 2
