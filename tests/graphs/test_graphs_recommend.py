"""The recommender's graph: never what is out of stock or forbidden, and every count is a recount of the orders."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.demo.cast import CAST, TREND_REGION_ID, TREND_SKU
from shopgraph.domain import OrderStatus, Principal
from shopgraph.errors import ConfigurationError, InvalidInput
from shopgraph.graphs import build_orchestrator, build_recommender, compile_recommender
from shopgraph.graphs.recommend import Recommended
from shopgraph.graphs.recommend.history import baskets_of
from shopgraph.models.recommend.files import LABELS, save_recommender
from shopgraph.models.recommend.measuring import Measured
from shopgraph.models.recommend.model import COMPLETION, NEXT_BASKET, Scored
from shopgraph.models.recommend.training import train_recommender
from shopgraph.shop import Shop
from shopgraph.tools.gate import Gate
from shopgraph.tools.spec import GateOutcome, ToolCall, ToolContext
from shopgraph.tools.views import RecommendationKind, RecommendationView

ROSE = Principal.customer(CAST["dresser"].customer_id)


@pytest.fixture(scope="module")
def open_shop(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """One shop for tests that change no record of it."""
    folder = tmp_path_factory.mktemp("recommend") / "shop"
    shutil.copytree(demo_folder, folder)
    with Shop.open(folder) as shop:
        yield shop


@pytest.fixture(scope="module")
def records(open_shop: Shop) -> Dataset:
    """What lies in it."""
    return open_shop.dump()


def _check(item: RecommendationView, region_id: str, shop: Shop, records: Dataset) -> None:
    """In stock, allowed, and the number said is the number of such orders."""
    product = next(each for each in records.products if each.id == item.product_id)
    assert product.age_limit == 0
    there = {each.id for each in records.locations if each.region_id == region_id}
    variant = next(each for each in records.variants if each.sku == item.sku)
    if variant.tracks_stock:
        assert sum(x.available for x in records.stock_levels if x.sku == item.sku and x.location_id in there) > 0
    assert any(offer.sku == item.sku and offer.region_id == region_id for offer in records.offers)
    kept = [order for order in records.orders if order.status is not OrderStatus.CANCELED]
    holding = [order for order in kept if any(line.product_id == item.product_id for line in order.lines)]
    days = {RecommendationKind.TRENDING: 14, RecommendationKind.POPULAR: 28}.get(item.kind)
    if item.kind in (RecommendationKind.TOGETHER, RecommendationKind.CART):
        both = [order for order in holding if any(line.product_id == item.about for line in order.lines)]
        assert item.orders == len(both)
    elif days is not None:
        since = shop.clock.now() - timedelta(days=days)
        recent = [o for o in holding if o.region_id == region_id and o.placed_at and o.placed_at >= since]
        assert item.orders == len(recent)
    if item.orders:
        assert re.search(rf"\b{item.orders}\b", item.reason)


def _limits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many products the gate is asked for, call by call, from now on."""
    asked: list[int] = []
    call = Gate.call

    async def heard(gate: Gate, context: ToolContext, wanted: ToolCall) -> GateOutcome:
        asked.append(int(str(wanted.arguments["limit"])))
        return await call(gate, context, wanted)

    monkeypatch.setattr(Gate, "call", heard)
    return asked


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_only_what_is_there_and_allowed_with_true_counts(
    open_shop: Shop, records: Dataset, data: st.DataObject
) -> None:
    region = data.draw(st.sampled_from([each.id for each in records.regions]))
    sku = data.draw(st.sampled_from(["", *[each.sku for each in records.variants[:200]]]))
    who = data.draw(
        st.sampled_from([Principal.guest(), *[Principal.customer(each.id) for each in records.customers[:40]]])
    )
    kind = data.draw(st.sampled_from([None, *RecommendationKind]))
    language = data.draw(st.sampled_from(["", "en", "de", "fr", "es"]))
    found: Recommended = build_recommender(open_shop).recommend_sync(
        principal=who, region_id=region, sku=sku, kind=kind, limit=5, language=language
    )
    assert len({item.product_id for item in found.items}) == len(found.items) <= 5
    for item in found.items:
        _check(item, region, open_shop, records)
        assert kind in (None, item.kind)


async def test_the_reason_is_in_the_language_asked_for_else_in_the_regions(open_shop: Shop) -> None:
    recommender = build_recommender(open_shop)

    async def reason(region_id: str, language: str) -> tuple[int, str]:
        found = await recommender.recommend(region_id=region_id, sku=TREND_SKU, language=language, limit=1)
        return found.items[0].orders, found.items[0].reason

    title = "Blue Wrap Dress"
    for region, language, says in (
        (TREND_REGION_ID, "", "bought together with {title} in {count} orders"),
        ("de", "", "in {count} Bestellungen zusammen mit {title} gekauft"),
        ("fr", "", "acheté avec {title} dans {count} commandes"),
        ("de", "en", "bought together with {title} in {count} orders"),
        (TREND_REGION_ID, "es", "comprado junto con {title} en {count} pedidos"),
    ):
        count, said = await reason(region, language)
        assert said == says.format(title=title, count=count)


async def test_what_was_shown_just_before_gives_way(shop: Shop) -> None:
    recommender = build_recommender(shop)
    first = await recommender.recommend(principal=ROSE)
    second = await recommender.recommend(principal=ROSE)
    assert {item.product_id for item in first.items}.isdisjoint(item.product_id for item in second.items)
    recall = await shop.memory.of(CAST["dresser"].customer_id).recall()
    assert {each.product_id for each in recall.shown.fresh} == {
        item.product_id for item in (*first.items, *second.items)
    }


async def test_no_more_is_looked_up_than_is_wanted_and_may_give_way(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _limits(monkeypatch)
    recommender = build_recommender(shop)
    found = [await recommender.recommend(principal=ROSE) for _ in range(3)]
    assert [len(each.items) for each in found] == [3, 3, 3]
    assert asked == [3, 6, 9]
    assert len(found[-1].left_out) == 6
    await recommender.recommend(region_id=TREND_REGION_ID, limit=2)
    assert asked[-1] == 2


async def test_a_guest_is_told_and_nothing_is_remembered(shop: Shop) -> None:
    found = await build_recommender(shop).recommend(region_id=TREND_REGION_ID)
    assert found.items
    assert shop.memory.store.search(("brand", "customer")) == []


async def test_policy_can_forbid_it_and_then_nothing_is_said_or_remembered(demo_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "strict"
    shutil.copytree(demo_folder, folder)
    rules = folder / "policy" / "policy.cedar"
    forbid = (
        '@id("no-recommendations")\n@reason("No recommendations here.")\n'
        'forbid (principal, action == Action::"recommend_products", resource);\n'
    )
    rules.write_text(forbid + rules.read_text(encoding="utf-8"), encoding="utf-8")
    with Shop.open(folder) as shop:
        found = await build_recommender(shop).recommend(principal=ROSE)
        assert found.items == ()
        assert [each.rule for each in found.decisions] == ["no-recommendations"]
        assert (await shop.memory.of(CAST["dresser"].customer_id).recall()).shown.fresh == ()


async def test_a_learned_model_orders_and_the_reasons_stay_true(
    shop: Shop, records: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _limits(monkeypatch)
    pytest.importorskip("scipy")
    folder = Path(str(shop._folder)) / "recommender"
    trained = train_recommender(baskets_of(shop.dump().orders))
    save_recommender(trained, folder, sources=["orders"], date="2026-06-01")
    found = await build_recommender(shop).recommend(region_id=TREND_REGION_ID, sku=TREND_SKU, limit=5)
    assert found.ranked_by == "model"
    assert asked == [20]  # the model may put the last first
    assert found.items[0].title == "Silver Heels"
    for item in found.items:
        _check(item, TREND_REGION_ID, shop, records)


@pytest.fixture
def folder(shop: Shop) -> Path:
    """Where the shop looks for what was learned, with something learned from its own orders."""
    pytest.importorskip("scipy")
    found = Path(str(shop.folder)) / "recommender"
    save_recommender(train_recommender(baskets_of(shop.dump().orders)), found, sources=["orders"], date="2026-06-01")
    return found


async def test_a_folder_that_cannot_be_read_is_logged_once_and_counts_are_gone_by(
    shop: Shop, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    labels = json.loads((folder / LABELS).read_bytes())
    (folder / LABELS).write_text(json.dumps({**labels, "format": 1}), encoding="utf-8")
    for _ in range(2):
        found = await build_recommender(shop).recommend(region_id=TREND_REGION_ID)
        assert found.items
        assert found.ranked_by == "counts"
    answer = await build_orchestrator(shop).ask("recommend me something")
    assert "You might like" in answer.answer
    said = [each.getMessage() for each in caplog.records if "recommender" in each.getMessage()]
    assert len(said) == 1
    assert "of another version. Train it again: shopgraph train recommender" in said[0]


async def test_a_model_that_knows_nothing_of_what_is_sold_does_not_order_it(shop: Shop, folder: Path) -> None:
    labels = json.loads((folder / LABELS).read_bytes())
    foreign = {**labels, "items": [f"foreign {each}" for each in labels["items"]]}
    (folder / LABELS).write_text(json.dumps(foreign), encoding="utf-8")
    assert shop.recommender is not None
    found = await build_recommender(shop).recommend(region_id=TREND_REGION_ID)
    assert found.items
    assert found.ranked_by == "counts"


class _Scores:
    """A model that knows these items alone."""

    def __init__(self, scores: dict[str, float]) -> None:
        self._scores = scores

    def complete(self, *_: object, **__: object) -> list[Scored]:
        return [Scored(item, score) for item, score in self._scores.items()]


async def test_the_model_moves_only_what_it_scores_and_equals_stay_as_counted(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def titles() -> list[str]:
        asked = build_recommender(shop).recommend(region_id=TREND_REGION_ID, sku=TREND_SKU, limit=5)
        return [item.product_id for item in (await asked).items]

    counted = await titles()
    a, b, c, d, e = counted
    monkeypatch.setattr(Shop, "recommender", _Scores({e: 2.0, d: 1.0, b: 1.0}))
    assert await titles() == [a, e, c, b, d]


@pytest.mark.parametrize(("better", "ranked_by"), [(0.4, "counts"), (0.2, "model")])
async def test_a_model_that_is_no_better_than_counting_is_not_gone_by(
    shop: Shop, better: float, ranked_by: str
) -> None:
    pytest.importorskip("scipy")
    told = [Measured(task=task, asked=40, model=0.3, counts=better) for task in (COMPLETION, NEXT_BASKET)]
    trained = train_recommender(baskets_of(shop.dump().orders))
    counted = await build_recommender(shop).recommend(region_id=TREND_REGION_ID, sku=TREND_SKU, limit=5)
    folder = Path(str(shop._folder)) / "recommender"
    save_recommender(trained, folder, sources=["orders"], date="2026-06-01", measured=told)
    found = await build_recommender(shop).recommend(region_id=TREND_REGION_ID, sku=TREND_SKU, limit=5)
    assert found.ranked_by == ranked_by
    assert (found.items == counted.items) or ranked_by == "model"
    assert (await build_recommender(shop).recommend(principal=ROSE)).ranked_by == ranked_by


class _Speechless:
    """Says nothing of a basket, and must not be asked about anything else."""

    def complete(self, *_: object, **__: object) -> list[Scored]:
        return []


async def test_what_is_named_is_not_ordered_by_something_else(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither is a cart: of what fits it the model says nothing, and what the customer bought says nothing of it."""
    monkeypatch.setattr(Shop, "recommender", _Speechless())
    for customer in (Principal.guest(), ROSE):
        found = await build_recommender(shop).recommend(principal=customer, sku=TREND_SKU, region_id=TREND_REGION_ID)
        assert found.items
        assert found.ranked_by == "counts"
    filled = Principal.customer(CAST["haggler"].customer_id)
    assert (await build_recommender(shop).recommend(principal=filled)).ranked_by == "counts"


async def test_what_cannot_be_asked_is_said(shop: Shop) -> None:
    recommender = build_recommender(shop)
    with pytest.raises(InvalidInput):
        await recommender.recommend(sku="NO-SUCH-SKU")
    with pytest.raises(InvalidInput):
        await recommender.recommend(limit=0)
    with pytest.raises(InvalidInput):
        await recommender.recommend(language="tlh")
    with pytest.raises(ConfigurationError):
        await compile_recommender().ainvoke({"region_id": TREND_REGION_ID})


def test_it_can_be_drawn(open_shop: Shop) -> None:
    picture = build_recommender(open_shop).get_graph().draw_mermaid()
    assert all(name in picture for name in ("gather", "recall", "rank", "choose", "remember"))
