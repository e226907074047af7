"""The description writer: only facts, kept while they hold, chosen by what sells, a catalog at once."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langgraph.store.base import Op, Result

from shopgraph.connectors.demo.cast import TREND_REGION_ID
from shopgraph.errors import InvalidInput, NotFound
from shopgraph.graphs import build_describer, describe_catalog
from shopgraph.graphs.describe.bandit import Arm, Conversions, draw, priors
from shopgraph.graphs.describe.material import facts_of, read_material
from shopgraph.graphs.describe.templates import STYLES, write
from shopgraph.graphs.memory.stores import LoopFreeSqliteStore
from shopgraph.shop import Shop

DRESS = "prd_blue_wrap_dress"


@pytest.fixture(scope="module")
def open_shop(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """One shop for tests that only read."""
    folder = tmp_path_factory.mktemp("describe") / "shop"
    shutil.copytree(demo_folder, folder)
    with Shop.open(folder) as shop:
        yield shop


def test_the_guards_find_nothing_in_what_the_templates_add(open_shop: Shop) -> None:
    async def look() -> None:
        for product in (await open_shop.connectors.catalog.all_products())[::8]:
            for region, locale in (("us-northeast", "en_US"), ("de", "de_DE"), ("fr", "fr_FR"), ("de", "es_ES")):
                try:
                    read = await read_material(open_shop, product.id, region, "")
                except NotFound:
                    continue
                material = read.model_copy(update={"locale": locale})
                if not material.variants:
                    continue
                for style in STYLES:
                    text = write(style, material)
                    result = open_shop.guards.run(text, facts_of(material))
                    assert not result.blocked
                    for each in result.verdicts:
                        # What stands in no attribute goes, even where the catalog's own text says it.
                        assert each.before.strip(" ,.") in product.description, (text, each)

    asyncio.run(look())


@pytest.mark.parametrize(
    ("region", "says"),
    [
        ("de", ("82,95\u00a0€ bis 85,95\u00a0€.", "Vorrätig in L, M, S, XL und XS.", "bis 9. Juni 2026")),
        ("fr", ("de 82,95\u00a0€ à 85,95\u00a0€.", "En stock : M, S, XL et XS.", "jusqu'au 9 juin 2026")),
    ],
)
def test_it_is_written_in_the_regions_language(open_shop: Shop, region: str, says: tuple[str, ...]) -> None:
    text = asyncio.run(_written(open_shop, region, "es_ES"))[0]
    assert all(each in text for each in says), text


def test_what_is_told_has_the_words_and_plurals_of_each_language(open_shop: Shop) -> None:
    for locale, says in (
        ("de_DE", "Oft zusammen gekauft mit Silver Heels, in mindestens 10 Bestellungen."),
        ("fr_FR", "Souvent acheté avec Silver Heels, dans au moins 10 commandes."),
        ("es_ES", "Se compra a menudo junto con Silver Heels, en al menos 10 pedidos."),
        ("ja_JP", "Often bought together with Silver Heels, in at least 10 orders."),
    ):
        assert says in asyncio.run(_written(open_shop, "de", locale))[1]


async def test_attributes_are_told_as_they_are_written(open_shop: Shop) -> None:
    read = await read_material(open_shop, DRESS, TREND_REGION_ID, "")
    attributes = {"connector": "USB-C", "protection": "IPX7", "made_in": "Germany", "size": "XL"}
    product = read.product.model_copy(update={"attributes": attributes})
    text = write("plain", read.model_copy(update={"product": product}))
    assert "Connector: USB-C; protection: IPX7; made in: Germany; size: XL." in text


async def _written(shop: Shop, region: str, locale: str) -> tuple[str, str]:
    """The usual text of the dress in a region, and its social one if that locale were spoken there."""
    material = await read_material(shop, DRESS, region, "")
    return write("plain", material), write("social", material.model_copy(update={"locale": locale}))


async def test_a_model_that_invents_gives_way_to_the_template(shop: Shop) -> None:
    shop.chat_model = _saying("It is waterproof, made in Italy and costs $12.00 today only.")
    said = await build_describer(shop).describe(DRESS, region_id=TREND_REGION_ID)
    assert said.by == "template"
    assert "$12.00" not in said.text
    assert "waterproof" not in said.text


async def test_a_model_that_keeps_to_the_facts_is_heard(shop: Shop) -> None:
    shop.chat_model = _saying("Blue Wrap Dress, from $89.00 to $92.00.")
    said = await build_describer(shop).describe(DRESS, region_id=TREND_REGION_ID)
    assert (said.by, said.text) == ("model", "Blue Wrap Dress, from $89.00 to $92.00.")


def _saying(text: str) -> BaseChatModel:
    return FakeListChatModel(responses=[text])


async def test_an_interrupted_run_goes_on_and_a_second_one_writes_nothing(shop: Shop) -> None:
    describer = build_describer(shop)
    products = [each.id for each in await shop.connectors.catalog.all_products()][:12]
    steps: list[tuple[int, int]] = []
    half = await describe_catalog(describer, region_ids=[TREND_REGION_ID], product_ids=products[:5])
    whole = await describe_catalog(
        describer,
        region_ids=[TREND_REGION_ID],
        product_ids=[*products, "no-such-product"],
        progress=lambda done, of: steps.append((done, of)),
    )
    again = await describe_catalog(describer, region_ids=[TREND_REGION_ID], product_ids=products)
    assert whole.kept == half.written
    assert whole.written + whole.kept + whole.not_sold == len(products)
    assert [each.split()[0] for each in whole.failed] == ["no-such-product"]
    assert steps[-1] == (13, 13)
    assert (again.written, again.kept) == (0, half.written + whole.written)


async def test_no_product_is_not_every_product_and_none_at_once_is_refused(shop: Shop) -> None:
    describer = build_describer(shop)
    done = await describe_catalog(describer, region_ids=[TREND_REGION_ID], product_ids=[])
    assert (done.written, done.kept, done.not_sold, done.failed) == (0, 0, 0, ())
    with pytest.raises(InvalidInput, match="at_once 1 or more"):
        await describe_catalog(describer, region_ids=[TREND_REGION_ID], product_ids=[DRESS], at_once=0)
    assert (await shop.memory.said([DRESS], region_id=TREND_REGION_ID)).fresh == ()


async def test_what_is_unknown_is_named(open_shop: Shop) -> None:
    describer = build_describer(open_shop)
    with pytest.raises(NotFound, match=r"^There is no product prd_nope\."):
        await describer.describe("prd_nope", region_id=TREND_REGION_ID)
    with pytest.raises(NotFound, match=rf"^There is no region atlantis\. One of .*{TREND_REGION_ID}"):
        await describer.describe(DRESS, region_id="atlantis")


async def test_what_sells_is_shown_more(shop: Shop) -> None:
    describer = build_describer(shop)
    said = await describer.describe(DRESS, region_id=TREND_REGION_ID)
    for style in STYLES:
        good = 400 if style == "social" else 40
        await describer.went(said.model_copy(update={"style": style}), shown=2_000, converted=good)
    chosen = await describer.describe(DRESS, region_id=TREND_REGION_ID, fresh=True)
    assert chosen.style == "social"
    with pytest.raises(InvalidInput):
        await describer.went(said, shown=1, converted=2)


class _Slow(LoopFreeSqliteStore):
    """Others come between any two of its calls."""

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        await asyncio.sleep(0)
        return self.batch(ops)


async def test_of_several_writers_at_once_none_is_lost_and_a_run_told_twice_counts_once(tmp_path: Path) -> None:
    stores = [_Slow.open(tmp_path / "memory.db") for _ in range(2)]
    both, place = [Conversions(store=store) for store in stores], ("dresses", "us-west", "vip")
    await asyncio.gather(*(each.add(place, "plain", shown=10, converted=1) for each in both * 120))
    await asyncio.gather(*(each.add(place, "social", shown=7, converted=2, run="2026-11-28") for each in both))
    await both[0].add((*place[:2], "vip2"), "plain", shown=500, converted=0)
    for each in both:
        plain, social, offer = await each.arms(place, {"plain": 0.05, "social": 0.05, "offer": 0.05})
        assert (plain.shown, plain.converted) == (2_400, 240)
        assert (social.shown, social.converted) == (7, 2)
        assert (offer.shown, offer.converted) == (0, 0)
    for store in stores:
        store.close()


@settings(max_examples=40, deadline=None)
@given(
    counts=st.lists(
        st.tuples(st.integers(0, 500), st.floats(0, 1)).map(lambda c: (c[0], int(c[0] * c[1]))), min_size=1, max_size=4
    ),
    seed=st.text(max_size=5),
)
def test_the_draw_is_one_of_the_arms_and_repeatable(counts: list[tuple[int, int]], seed: str) -> None:
    arms = [Arm(style=str(at), shown=shown, converted=good) for at, (shown, good) in enumerate(counts)]
    assert draw(arms, seed) == draw(list(reversed(arms)), seed)
    assert draw(arms, seed) in arms
    assert all(0 < arm.rate < 1 for arm in arms)


def test_traffic_follows_the_better_text_without_forgetting_the_other() -> None:
    arms = [Arm(style="a", shown=200, converted=10), Arm(style="b", shown=200, converted=22)]
    taken = [draw(arms, str(visitor)).style for visitor in range(400)]
    assert taken.count("b") > 300
    assert taken.count("a") > 0


def test_the_scorer_only_says_where_to_begin() -> None:
    guessed = priors({"plain": 0.0, "social": 0.4})
    assert guessed["social"] > guessed["plain"]
    assert max(guessed.values()) < 0.15
