"""What a description counts: all reviews, and of orders no more than there still are whenever it is read."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from shopgraph.connectors.demo.cast import CAST, TREND_REGION_ID
from shopgraph.domain import Principal
from shopgraph.graphs import build_describer, build_orchestrator, build_recommender
from shopgraph.graphs.describe.material import depends_on, read_material
from shopgraph.graphs.describe.templates import at_least, write
from shopgraph.graphs.memory import Recalled, Statement, Voice, counting
from shopgraph.shop import Shop

DRESS = "prd_blue_wrap_dress"
CANCEL = "update orders set status = 'canceled' where id in (select order_id from order_lines where product_id = ?)"
OLDER = "update orders set placed_at = placed_at - 5 * 86400 * 1000000"
CODE = "insert into codes (code_key, code, promotion_id, used) values ('late', 'LATE', 'promo_layers_us-northeast', 0)"
ONE_LESS = (
    "update orders set status = 'canceled' where id = (select max(order_id) from order_lines where product_id = ?)"
)


@pytest.fixture(autouse=True)
def _counted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No count is kept for the readers of the next seconds."""
    monkeypatch.setattr(counting, "KEPT_S", 0.0)


def _do(folder: Path, statement: str, *filled: str) -> None:
    """Change the shop's file behind its back."""
    with closing(sqlite3.connect(folder / "shop.db")) as file, file:
        file.execute(statement, filled)


def _reviewed(folder: Path, stars: int, times: int) -> None:
    """So many reviews more, each older than all before."""
    with closing(sqlite3.connect(folder / "shop.db")) as file, file:
        for number in range(times):
            file.execute(
                "insert into reviews (id, product_id, rating, title, body, created_at) values (?, ?, ?, '', '', ?)",
                (f"more_{stars}_{number}", DRESS, stars, number),
            )


async def _social(shop: Shop) -> str:
    """Say the text that states every count there is."""
    material = await read_material(shop, DRESS, TREND_REGION_ID, "")
    text = write("social", material)
    await shop.memory.state(
        Statement(
            by=Voice.DESCRIPTION_WRITER, product_id=DRESS, region_id=TREND_REGION_ID, text=text,
            variant="social:template", at=material.at, depends=depends_on(material, "social"),
        )
    )  # fmt: skip
    return text


async def _said(shop: Shop) -> Recalled[Statement]:
    return await shop.memory.said([DRESS], region_id=TREND_REGION_ID)


async def test_a_rating_is_of_all_reviews(shop: Shop, tmp_path: Path) -> None:
    _do(tmp_path / "shop", "delete from reviews")
    _reviewed(tmp_path / "shop", 1, 60)
    _reviewed(tmp_path / "shop", 5, 60)
    material = await read_material(shop, DRESS, TREND_REGION_ID, "")
    assert (material.rating.mean, material.rating.reviews) == (3.0, 120)
    assert "Rated 3 of 5 in 120 reviews." in write("social", material)


@pytest.mark.parametrize(
    ("change", "aspects"),
    [
        ("orders canceled", {"trend", "together"}),
        ("days pass", {"trend"}),
        ("reviews come", {"rating"}),
        ("promotions get a code", {"without_code"}),
    ],
)
async def test_what_a_text_counts_is_compared_whenever_it_is_read(
    shop: Shop, tmp_path: Path, change: str, aspects: set[str]
) -> None:
    text = await _social(shop)
    assert all(each in text for each in ("Trending in", "Often bought together", "Rated", "15% off"))
    assert [each.text for each in (await _said(shop)).fresh] == [text]
    match change:
        case "orders canceled":
            _do(tmp_path / "shop", CANCEL, DRESS)
        case "days pass":
            _do(tmp_path / "shop", OLDER)
        case "reviews come":
            _reviewed(tmp_path / "shop", 1, 40)
        case _:
            _do(tmp_path / "shop", CODE)
    (old,) = (await _said(shop)).outdated
    assert {str(each.dependency.aspect) for each in old.differences} == aspects
    new = await build_describer(shop).describe(DRESS, region_id=TREND_REGION_ID)
    assert new.refreshed


async def test_the_chat_does_not_repeat_a_count_that_is_no_longer_so(shop: Shop, tmp_path: Path) -> None:
    await _social(shop)
    _do(tmp_path / "shop", CANCEL, DRESS)
    answer = (await build_orchestrator(shop).ask("tell me about the blue wrap dress")).answer
    assert "rending" not in answer
    assert "bought" not in answer


async def test_one_order_more_or_less_is_no_reason_to_write_anew(shop: Shop, tmp_path: Path) -> None:
    await _social(shop)
    _do(tmp_path / "shop", ONE_LESS, DRESS)
    assert (await _said(shop)).fresh


async def test_a_text_depends_on_no_count_that_it_does_not_state(shop: Shop) -> None:
    material = await read_material(shop, DRESS, TREND_REGION_ID, "")
    counted = {"trend", "together", "rating"}
    stated = {
        style: {str(each.aspect) for each in depends_on(material, style)} & counted for style in ("plain", "offer")
    }
    assert stated == {"plain": set(), "offer": {"together"}}


def test_counts_are_said_rounded_down() -> None:
    said = {count: at_least(count) for count in (3, 4, 5, 9, 10, 19, 20, 49, 50, 99, 100, 1_204)}
    assert list(said.values()) == [3, 4, 5, 5, 10, 10, 20, 20, 50, 50, 100, 1_000]


def test_a_reason_that_counts_more_than_there_are_is_not_fresh(shop: Shop, tmp_path: Path) -> None:
    who = CAST["dresser"].customer_id

    async def shown() -> tuple[set[str], set[str]]:
        recall = (await shop.memory.of(who).recall()).shown
        return {each.product_id for each in recall.fresh}, {each.fact.product_id for each in recall.outdated}

    items = build_recommender(shop).recommend_sync(principal=Principal.customer(who)).items
    ids = {each.product_id for each in items}
    assert {str(each.kind) for each in items} == {"together", "trending", "popular"}
    assert asyncio.run(shown()) == (ids, set())
    _do(tmp_path / "shop", "update orders set status = 'canceled'")
    assert asyncio.run(shown()) == (set(), ids)


async def test_a_reason_that_the_chat_told_is_not_fresh_either(shop: Shop, tmp_path: Path) -> None:
    who = CAST["dresser"].customer_id
    await build_orchestrator(shop).ask("what do you recommend?", principal=Principal.customer(who))
    mine = shop.memory.of(who)
    told = [each for each in (await mine.recall()).shown.fresh if each.by is Voice.CHATBOT and each.reason]
    assert told
    _do(tmp_path / "shop", "update orders set status = 'canceled'")
    assert not [each for each in (await mine.recall()).shown.fresh if each.by is Voice.CHATBOT and each.reason]
