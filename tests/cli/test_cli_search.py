"""`shopgraph search`: an index made, checked and asked, whatever search the settings choose."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Shopgraph = Callable[..., Result]


@pytest.fixture(scope="module")
def indexed(demo_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop of this module's own."""
    folder = tmp_path_factory.mktemp("indexed") / "shop"
    shutil.copytree(demo_shop, folder)
    return folder


def test_a_shop_without_an_index_is_told_so_and_gets_one(shopgraph: Shopgraph, indexed: Path) -> None:
    done = shopgraph("search", "check", "--shop", indexed)
    assert done.exit_code == 1
    assert "There is no index." in done.stdout
    done = shopgraph("search", "rebuild", "--shop", indexed)
    assert done.exit_code == 0, done.output
    assert "are found by words and meaning" in done.stdout
    found = json.loads(shopgraph("search", "check", "--shop", indexed, "--json").stdout)
    assert found["well"]
    assert found["products"] == found["words"] == found["vectors"] > 50


def test_a_query_is_understood_and_answered_live(shopgraph: Shopgraph, demo_shop: Path) -> None:
    done = shopgraph("search", "query", "blue dress under $90 not silk size M", "--shop", demo_shop, "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["understood"]["unwanted"] == ["silk"]
    assert said["understood"]["colors"] == ["blue"]
    assert said["understood"]["sizes"] == ["m"]
    assert said["understood"]["price"]["at_most"] == "90"
    assert said["found"][0]["title"] == "Blue Wrap Dress"
    assert all(float(row["from_price"].split()[0]) <= 90 for row in said["found"])


def test_a_query_is_printed_as_a_table(shopgraph: Shopgraph, demo_shop: Path) -> None:
    done = shopgraph("search", "query", "silver heels", "--shop", demo_shop, "--in-stock", "--limit", "2")
    assert done.exit_code == 0, done.output
    assert "text: silver heels" in done.stdout
    assert "Silver Heels" in done.stdout
    assert "Nothing fits." in shopgraph("search", "query", "zxqj", "--shop", demo_shop).stdout


def test_an_unknown_region_is_an_error_that_names_the_known_ones(shopgraph: Shopgraph, demo_shop: Path) -> None:
    done = shopgraph("search", "query", "dress", "--shop", demo_shop, "--region", "atlantis")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "atlantis" in done.stderr
    assert "us-northeast" in done.stderr


def test_a_shop_must_be_named_and_have_a_folder(shopgraph: Shopgraph, demo_shop: Path) -> None:
    done = shopgraph("search", "rebuild")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "--shop" in done.stderr
    done = shopgraph("search", "check", "--shop", f"sqlite:///{demo_shop / 'shop.db'}")
    assert done.exit_code == 2
    assert "no folder" in done.stderr
