"""`shopgraph models`: what there is, whether it answers, what it costs, and clear words when it does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shopgraph.cli.app import app
from shopgraph.cli.doctor import configuration
from shopgraph.evals.outage.provider import Fault, ScriptedProvider
from shopgraph.models.registry import LEDGER
from shopgraph.models.spending import DatabaseLedger

KEY = "planted-marker-9d41"


def write(folder: Path, text: str) -> str:
    path = folder / "models.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED_KEY", KEY)


def test_models_are_listed_with_what_their_keys_lack(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        """
model_list:
  - {model_name: quick, tier: small_model, litellm_params: {model: openai/x, api_key: os.environ/PLANTED_KEY}}
  - {model_name: clever, litellm_params: {model: openai/y, api_key: os.environ/NOT_SET_ANYWHERE}}
""",
    )
    done = CliRunner().invoke(app, ["models", "list", "--file", file, "--json"])
    rows = json.loads(done.stdout)
    assert [(row["model"], row["tier"]) for row in rows] == [("quick", "small_model"), ("clever", "large_model")]
    assert rows[0]["key"] == "ok"
    assert "NOT_SET_ANYWHERE is not set" in rows[1]["key"]
    assert KEY not in done.output


@pytest.mark.parametrize(
    ("fault", "outcome", "remedy"),
    [
        (Fault.NONE, "ok", ""),
        (Fault.UNAUTHORIZED, "wrong_key", "Check the variable that api_key names."),
        (Fault.NO_MODEL, "no_model", "provider/model"),
        (Fault.HTML, "no_api", "ends in /v1"),
    ],
)
def test_each_deployment_is_asked_and_what_is_wrong_is_said(
    tmp_path: Path, fault: Fault, outcome: str, remedy: str
) -> None:
    with ScriptedProvider(script=lambda body: fault) as server:
        params = f"{{model: openai/x, api_base: '{server.url}', api_key: os.environ/PLANTED_KEY}}"
        file = write(tmp_path, f"model_list: [{{model_name: a, litellm_params: {params}}}]")
        done = CliRunner().invoke(app, ["models", "check", "--file", file, "--json"])
    assert done.exit_code == (0 if fault is Fault.NONE else 1)
    (row,) = json.loads(done.stdout)
    assert row["outcome"] == outcome
    assert remedy in row["remedy"]
    assert KEY not in done.output
    assert len(server.seen) == 1


def test_spending_is_told(tmp_path: Path) -> None:
    file = write(tmp_path, "model_list: [{model_name: a, litellm_params: {model: a/b}}]\nbudget: {per_day: '2.50'}\n")
    assert DatabaseLedger(str(tmp_path / LEDGER)).reserve(1_250_000_000, 2_500_000_000)
    done = CliRunner().invoke(app, ["models", "spending", "--file", file, "--json"])
    assert json.loads(done.stdout) == [{"today_usd": "1.250000000", "per_day_usd": "2.50"}]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["list"], "No models file is configured. Write a models.yaml such as"),
        (["list", "--file", "none.yaml"], "none.yaml is not there."),
        (["spending", "--file", "models.yaml"], "has no budget per day"),
        (["serve-local", "--gguf", "none.gguf"], "none.gguf cannot be read"),
        (["serve-local", "--gguf", "models.yaml"], "is no GGUF file"),
    ],
)
def test_what_is_missing_is_said_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "model_list: [{model_name: a, litellm_params: {model: a/b}}]\n")
    done = CliRunner().invoke(app, ["models", *arguments])
    assert done.exit_code == 2
    assert says in done.stderr


def test_a_question_is_answered_from_a_cassette_where_no_model_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    script = tmp_path / "script.yaml"
    script.write_text("- It is a fine bike.\n", encoding="utf-8")
    params = f"{{model: shopgraph/scripted, api_base: '{script}'}}"
    models = write(tmp_path, f"model_list: [{{model_name: a, litellm_params: {params}}}]")
    question = ["ask", "Tell me a bit about the balance bike."]
    monkeypatch.setenv("SHOPGRAPH_CASSETTE", "calls.jsonl")
    missing = CliRunner().invoke(app, question)
    assert missing.exit_code == 2
    assert "calls.jsonl cannot be read" in missing.stderr
    monkeypatch.setenv("SHOPGRAPH_MODELS", models)
    monkeypatch.setenv("SHOPGRAPH_CASSETTE_RECORD", "true")
    assert CliRunner().invoke(app, question).stdout == "It is a fine bike.\n"
    monkeypatch.delenv("SHOPGRAPH_MODELS")
    monkeypatch.delenv("SHOPGRAPH_CASSETTE_RECORD")
    assert CliRunner().invoke(app, question).stdout == "It is a fine bike.\n"
    changed = CliRunner().invoke(app, ["ask", "Tell me more about the balance bike."])
    assert changed.exit_code == 2
    # A product's name may be a person's: it is not told, as it is not in the cassette.
    assert "Tell me more about the balance {{typed_0}}." in changed.stderr


@pytest.mark.parametrize(
    ("params", "health", "detail"),
    [
        ("{model: openai/x, api_key: os.environ/PLANTED_KEY}", "ok", "a"),
        ("{model: openai/x, api_key: os.environ/NOT_SET_ANYWHERE}", "broken", "NOT_SET_ANYWHERE is not set."),
        ("", "broken", "is not there."),
    ],
)
def test_the_doctor_looks_for_the_file_and_its_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, params: str, health: str, detail: str
) -> None:
    file = str(tmp_path / "none.yaml")
    if params:
        file = write(tmp_path, f"model_list: [{{model_name: a, litellm_params: {params}}}]")
    monkeypatch.setenv("SHOPGRAPH_MODELS", file)
    found = {item.name: item for item in configuration()}["models"]
    assert found.health == health
    assert found.detail.endswith(detail)
    assert bool(found.remedy) == (health == "broken")
