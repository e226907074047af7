"""`shopgraph context` and `shopgraph memory`: what is known of a request, the recipes, and forgetting."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from shopgraph.connectors.demo.cast import CAST
from shopgraph.graphs.stitching.builtin import DEFAULT_SOURCES

Invoke = Callable[..., Result]
WHO = CAST["dresser"].email


@pytest.fixture
def own_shop(demo_shop: Path, tmp_path: Path) -> Path:
    """A copy that may be written to."""
    return Path(shutil.copytree(demo_shop, tmp_path / "own"))


def test_context_show_prints_bars_origins_and_what_a_model_is_told(
    shopgraph: Invoke, own_shop: Path, tmp_path: Path
) -> None:
    asked = ("context", "show", "blue wrap dress in M?", "--shop", own_shop, "--as", WHO)
    done = shopgraph(*asked, "--out", tmp_path / "gantt.svg")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines[: len(DEFAULT_SOURCES)]] == list(DEFAULT_SOURCES)
    assert any(line.startswith("stock ") and "inventory" in line and "ms old" in line for line in lines)
    assert "<facts>" in lines
    assert any("of at most 1000 tokens; left out: catalog" in line for line in lines)  # older reviews
    assert (tmp_path / "gantt.svg").is_file()
    told = json.loads(shopgraph(*asked, "--json", "--workflow").stdout)
    by_source = {each["source"]: each for each in told["context"]["sources"]}
    assert by_source["inventory"]["note"] == "the workflow reads it through tools"
    assert told["context"]["origins"]["promotions"]["source"] == "marketing"


def test_context_show_refuses_what_is_not_there(shopgraph: Invoke, own_shop: Path, tmp_path: Path) -> None:
    unknown = shopgraph("context", "show", "--intent", "surprise", "--shop", own_shop)
    assert unknown.exit_code == 2
    assert "One of " in unknown.stderr
    picture = shopgraph("context", "show", "--shop", own_shop, "--out", tmp_path / "gantt.doc")
    assert picture.exit_code == 2
    assert ".png or .svg" in picture.stderr
    nowhere = shopgraph("context", "show", "--shop", own_shop, "--out", tmp_path / "none" / "gantt.png")
    assert nowhere.exit_code == 2
    assert "gantt.png cannot be written: No such file" in nowhere.stderr


@pytest.mark.usefixtures("no_shop")
def test_context_schema_needs_no_shop(shopgraph: Invoke) -> None:
    every = json.loads(shopgraph("context", "schema").stdout)
    assert every["order_status"]["properties"]["orders"]["x-weight"] == 9
    assert list(json.loads(shopgraph("context", "schema", "--intent", "greeting").stdout)) == ["greeting"]
    assert shopgraph("context", "schema", "--intent", "surprise").exit_code == 2


def test_memory_is_shown_and_forgotten(shopgraph: Invoke, own_shop: Path) -> None:
    asked = shopgraph("ask", "do you have the blue wrap dress?", "--as", WHO, "--shop", own_shop)
    assert asked.exit_code == 0, asked.output
    shown = json.loads(shopgraph("memory", "show", "--as", WHO, "--shop", own_shop).stdout)["shown"]
    assert [fact["product_id"] for fact in shown["fresh"]] == ["prd_blue_wrap_dress"]
    assert shopgraph("memory", "forget", "--as", WHO, "--shop", own_shop).exit_code == 2
    done = json.loads(shopgraph("memory", "forget", "--as", WHO, "--shop", own_shop, "--yes").stdout)
    assert done["conversations"] == 1
    after = json.loads(shopgraph("memory", "show", "--as", WHO, "--shop", own_shop).stdout)
    assert after["shown"] == {"fresh": [], "outdated": []}
    gone = json.loads(shopgraph("memory", "forget", "--customer", "cus_gone", "--shop", own_shop, "--yes").stdout)
    assert gone == {"facts": 0, "conversations": 0, "handoffs": 0}
    assert shopgraph("memory", "forget", "--shop", own_shop, "--yes").exit_code == 2
    assert shopgraph("memory", "forget", "--as", "no@one.example", "--shop", own_shop, "--yes").exit_code == 2
