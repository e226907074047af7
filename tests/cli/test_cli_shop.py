"""Making, exporting, importing and looking at shops."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Shopgraph = Callable[..., Result]


def test_the_same_seed_makes_the_same_shop(shopgraph: Shopgraph, demo_shop: Path, elsewhere: Path) -> None:
    assert shopgraph("shop", "init", "again", "--stores", "4", "--seed", "7").exit_code == 0
    assert shopgraph("shop", "init", "other", "--stores", "4", "--seed", "8").exit_code == 0
    hashes = [shopgraph("shop", "export", shop, "--hash").stdout for shop in (demo_shop, "again", "other")]
    assert len(hashes[0].strip()) == 64
    assert hashes[0] == hashes[1] != hashes[2]


def test_the_instant_belongs_to_the_shop(shopgraph: Shopgraph, elsewhere: Path) -> None:
    done = shopgraph("shop", "init", "later", "--stores", "1", "--at", "2027-01-02T03:04:05+01:00")
    assert done.exit_code == 0
    assert "2027-01-02T02:04:05" in shopgraph("shop", "info", "later").stdout


@pytest.mark.parametrize("at", ["tomorrow", "2027-01-02T03:04:05"])
def test_what_is_no_instant_makes_no_shop(shopgraph: Shopgraph, elsewhere: Path, at: str) -> None:
    done = shopgraph("shop", "init", "shop", "--at", at)
    assert done.exit_code == 2
    assert done.stderr.startswith("error: ")
    assert list(elsewhere.iterdir()) == []


def test_an_export_hashes_to_its_hash(shopgraph: Shopgraph, demo_shop: Path, elsewhere: Path) -> None:
    assert shopgraph("shop", "export", demo_shop, "--out", "all.jsonl").exit_code == 0
    lines = Path("all.jsonl").read_bytes()
    assert lines.count(b"\n") > 1000
    assert hashlib.sha256(lines).hexdigest() == shopgraph("shop", "export", demo_shop, "--hash").stdout.strip()


def test_an_unknown_format_is_refused(shopgraph: Shopgraph, demo_shop: Path) -> None:
    done = shopgraph("shop", "export", demo_shop, "--format", "xml")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "shopgraph, tau2" in done.stderr


def test_a_shop_is_not_made_over_another(shopgraph: Shopgraph, demo_shop: Path) -> None:
    before = shopgraph("shop", "export", demo_shop, "--hash").stdout
    done = shopgraph("shop", "init", demo_shop, "--seed", "9")
    assert done.exit_code == 2
    assert "is not empty" in done.stderr
    assert shopgraph("shop", "export", demo_shop, "--hash").stdout == before


def test_info_counts_the_records(shopgraph: Shopgraph, demo_shop: Path) -> None:
    info = json.loads(shopgraph("shop", "info", demo_shop, "--json").stdout)
    assert info["seed"] == "7"
    assert info["records"]["stores"] == 4
    assert info["records"]["orders"] > 20
    assert info["policy"].startswith("default ")


@pytest.mark.parametrize("command", [("shop", "info"), ("shop", "export"), ("ask", "hello", "--shop")])
def test_what_is_no_shop_is_named(shopgraph: Shopgraph, elsewhere: Path, command: tuple[str, ...]) -> None:
    done = shopgraph(*command, "nowhere")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "nowhere" in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(elsewhere.iterdir()) == []


def test_a_damaged_shop_is_named(shopgraph: Shopgraph, elsewhere: Path) -> None:
    (elsewhere / "broken").mkdir()
    (elsewhere / "broken" / "shop.db").write_bytes(b"this is no database, but it is long enough to be read" * 100)
    done = shopgraph("ask", "hello", "--shop", "broken")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "broken" in done.stderr


@pytest.mark.parametrize("content", ["", "{", "[]", '{"orders": 5}'])
def test_a_damaged_tau2_file_makes_no_shop(shopgraph: Shopgraph, elsewhere: Path, content: str) -> None:
    Path("db.json").write_text(content, encoding="utf-8")
    done = shopgraph("shop", "import-tau2", "db.json", "shop")
    assert done.exit_code == 2
    assert "db.json" in done.stderr
    assert [file.name for file in elsewhere.iterdir()] == ["db.json"]


@pytest.mark.data
def test_a_tau2_database_comes_out_as_it_went_in(shopgraph: Shopgraph, elsewhere: Path, shared_data: Path) -> None:
    from shopgraph.connectors.tau2 import canonical_hash

    source = shared_data / "tau2-retail" / "db.json"
    assert shopgraph("shop", "import-tau2", source, "shop").exit_code == 0
    expected = canonical_hash(json.loads(source.read_text(encoding="utf-8")))
    assert shopgraph("shop", "export", "shop", "--format", "tau2", "--hash").stdout.strip() == expected
    assert shopgraph("shop", "export", "shop", "--format", "tau2", "--out", "out.json").exit_code == 0
    assert canonical_hash(json.loads(Path("out.json").read_text(encoding="utf-8"))) == expected
