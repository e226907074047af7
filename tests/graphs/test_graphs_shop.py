"""The shop itself: folders, databases, JSON files; what is damaged or too new is named and left alone."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from shopgraph.clock import FixedClock, RunningClock, parse_instant
from shopgraph.config import SearchKind
from shopgraph.connectors.canonical import canonical_export_hash
from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.demo import generate
from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import ClockKind, Principal
from shopgraph.errors import ConfigurationError, DamagedShop, ShopTooNew
from shopgraph.graphs import build_orchestrator
from shopgraph.graphs.replay.replayer import Replayer
from shopgraph.shop import DEMO_INSTANT, Shop, clock_of

CANCELER = Principal.customer(CAST["canceler"].customer_id)


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.postgres
async def test_the_same_conversation_on_postgresql(postgres_database: str, tmp_path: Path) -> None:
    meta, parts = generate(stores=1, seed=7, at=parse_instant(DEMO_INSTANT))
    Shop.create(tmp_path / "shop", meta, parts, url=postgres_database).close()
    keys = tmp_path / "keys"  # not those of whoever runs the tests
    for where in (tmp_path / "shop", postgres_database):
        with Shop.open(where, audit_keys=keys) as shop:
            orchestrator = build_orchestrator(shop)
            asked = await orchestrator.ask("where is my order?", principal=CANCELER)
            assert "#D1000004" in asked.answer
            assert (await shop.audit.verify()).intact
            assert (await Replayer(shop, orchestrator.parts).replay(asked.request_id)).same
    with Shop.open(postgres_database, audit_keys=keys) as shop:
        asked = await build_orchestrator(shop).ask("cancel my order, it was a mistake", principal=CANCELER)
    with Shop.open(postgres_database, audit_keys=keys) as shop:
        done = await build_orchestrator(shop).ask("yes", principal=CANCELER, conversation_id=asked.conversation_id)
        assert [action.type for action in done.actions] == ["cancel_order"]


async def test_a_conversation_outlives_the_process(demo_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(demo_folder, folder)
    with Shop.open(folder) as shop:
        asked = await build_orchestrator(shop).ask("cancel my order, it was a mistake", principal=CANCELER)
    with Shop.open(folder) as shop:
        done = await build_orchestrator(shop).ask(
            "yes, please", principal=CANCELER, conversation_id=asked.conversation_id
        )
    assert [action.type for action in done.actions] == ["cancel_order"]


def test_ask_sync_works_without_a_loop_and_across_loops(shop: Shop) -> None:
    orchestrator = build_orchestrator(shop)
    first = orchestrator.ask_sync("cancel my order, it was a mistake", principal=CANCELER)
    second = orchestrator.ask_sync("yes", principal=CANCELER, conversation_id=first.conversation_id)
    assert [action.type for action in second.actions] == ["cancel_order"]


async def test_ask_sync_inside_a_loop_says_what_to_do(shop: Shop) -> None:
    with pytest.raises(ConfigurationError, match="await"):
        build_orchestrator(shop).ask_sync("hello")


def test_a_shop_has_its_own_policy(demo_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(demo_folder, folder)
    (folder / "policy" / "calendars" / "uk.yaml").write_text("region_id: uk\ntax: 20\n")
    before = snapshot(folder)
    with pytest.raises(ConfigurationError) as error:
        Shop.open(folder)
    assert "uk.yaml" in str(error.value)
    assert snapshot(folder) == before


def test_what_is_no_shop_is_named_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "shop.db").write_bytes(b"this is no database, whatever its name says" * 50)
    (tmp_path / "half.json").write_text(json.dumps({"users": {}, "orders": {}})[:-3])
    before = snapshot(tmp_path)
    for where in ("nowhere", "notes.txt", "broken", "half.json", "sqlite:///" + str(tmp_path / "none.db")):
        with pytest.raises(DamagedShop) as error:
            Shop.open(where if "://" in where else tmp_path / where)
        assert error.value.remedy
    assert snapshot(tmp_path) == before


def test_a_newer_version_is_named_and_left_alone(demo_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(demo_folder, folder)
    with sqlite3.connect(folder / "shop.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(ShopTooNew) as error:
        Shop.open(folder)
    assert "9999" in str(error.value)


def test_a_folder_that_is_not_empty_is_kept(demo_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    meta, parts = generate(stores=1, seed=7, at=parse_instant(DEMO_INSTANT))
    with pytest.raises(ConfigurationError, match="not empty"):
        Shop.create(tmp_path, meta, parts)
    assert (tmp_path / "mine.txt").read_text() == "keep me"


def test_what_fails_halfway_leaves_nothing(tmp_path: Path) -> None:
    meta, parts = generate(stores=1, seed=7, at=parse_instant(DEMO_INSTANT))

    def cut_short() -> Iterator[Dataset]:
        yield next(parts)
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        Shop.create(tmp_path / "shop", meta, cut_short())
    assert not (tmp_path / "shop").exists()


def test_clocks() -> None:
    at = parse_instant(DEMO_INSTANT)
    meta, _ = generate(stores=1, seed=1, at=at)
    assert clock_of(meta) == FixedClock(at)
    running = clock_of(
        meta.model_copy(update={"clock": ClockKind.RUNNING, "created_at": parse_instant("2026-01-01T00:00Z")})
    )
    assert isinstance(running, RunningClock)
    assert running.offset == at - parse_instant("2026-01-01T00:00Z")
    assert clock_of(meta.model_copy(update={"clock": ClockKind.LIVE})) == RunningClock()


def test_the_same_seed_is_the_same_shop() -> None:
    with Shop.demo(stores=1, seed=3) as one, Shop.demo(stores=1, seed=3) as two, Shop.demo(stores=1, seed=4) as three:
        hashes = [canonical_export_hash(shop.dump(), shop.meta) for shop in (one, two, three)]
    assert hashes[0] == hashes[1] != hashes[2]


async def test_hybrid_search_finds_by_meaning(demo_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(demo_folder, folder)
    with Shop.open(folder) as by_words, Shop.open(folder, search=SearchKind.HYBRID) as by_meaning:
        assert not await by_words.connectors.search.search("elegant evening frock")
        hits = await by_meaning.connectors.search.search("elegant evening frock")
        products = await by_meaning.connectors.catalog.products([hit.product_id for hit in hits])
    assert any(product.category == "dresses" for product in products)
    assert (folder / "index").is_dir()


def test_hybrid_search_needs_a_folder(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="index in the shop's folder"):
        Shop.open(f"sqlite:///{tmp_path / 'shop' / 'shop.db'}", search=SearchKind.HYBRID)
