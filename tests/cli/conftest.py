"""A command line under test."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from shopgraph.cli.app import app

Invoke = Callable[..., Result]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, without settings in the environment."""
    folder = tmp_path_factory.mktemp("cwd")
    monkeypatch.chdir(folder)
    for name in ("SHOP", "MODELS", "LOG_LEVEL", "LANGFUSE", "SOURCE_DEADLINE_MS", "CONFIG"):
        monkeypatch.delenv(f"SHOPGRAPH_{name}", raising=False)
    return folder


@pytest.fixture
def shopgraph() -> Invoke:
    """Run `shopgraph` with these arguments; `input=` is its standard input."""

    def invoke(*arguments: str | Path, input: str | bytes | None = None) -> Result:  # noqa: A002 - as the runner has it
        return CliRunner().invoke(app, [str(argument) for argument in arguments], input=input, env={"COLUMNS": "200"})

    return invoke


@pytest.fixture(scope="session")
def demo_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small shop made by the command line itself. Read only: tests that act make their own."""
    folder = tmp_path_factory.mktemp("shops") / "demo"
    done = CliRunner().invoke(app, ["shop", "init", str(folder), "--stores", "4", "--seed", "7"])
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def no_shop(monkeypatch: pytest.MonkeyPatch) -> None:
    """A trap: importing the shop fails the test."""
    monkeypatch.setitem(sys.modules, "shopgraph.shop", None)
