"""Two processes on one shop, on SQLite and on PostgreSQL: what one changes, the other's next reader sees."""

from __future__ import annotations

import asyncio
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shopgraph.clock import parse_instant
from shopgraph.connectors.demo import generate
from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import Campaign, Money, Principal, Promotion
from shopgraph.domain.wording import format_money
from shopgraph.graphs import build_describer, build_orchestrator, build_recommender, make_parts
from shopgraph.graphs.describe import Described
from shopgraph.graphs.memory import (
    Aspect,
    Because,
    Shown,
    Statement,
    Topic,
    Voice,
    on_campaign,
    on_price,
    on_running,
    on_stock,
)
from shopgraph.graphs.memory.stores import LoopFreeSqliteStore
from shopgraph.graphs.stitching.preview import preview
from shopgraph.graphs.stitching.shared import MOST_CACHED_MS
from shopgraph.shop import DEMO_INSTANT, Shop
from shopgraph.tools.views import RecommendationView

SKU, PRODUCT, REGION = "BLUE-WRAP-DRESS-M", "prd_blue_wrap_dress", "us-northeast"
WHO = Principal.customer(CAST["dresser"].customer_id)


class Changer:
    """The other process."""

    def __init__(self, url: str) -> None:
        script = Path(__file__).with_name("changer.py")
        self._process = subprocess.Popen(
            [sys.executable, str(script), url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def change(self, what: str, name: str) -> None:
        """Change it, and come back once it is committed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{what} {name}\n")
        self._process.stdin.flush()
        assert int(self._process.stdout.readline()) > 0

    def stop(self) -> None:
        """Let it end."""
        self._process.communicate(timeout=30)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def where(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """What a shop is opened by, and the URL of its records."""
    folder = tmp_path_factory.mktemp("two") / "shop"
    meta, parts = generate(stores=1, seed=7, at=parse_instant(DEMO_INSTANT))
    if request.param == "sqlite":
        Shop.create(folder, meta, parts).close()
        yield str(folder), f"sqlite:///{folder}/shop.db"
        return
    from sqlalchemy import create_engine, text
    from sqlalchemy.engine import make_url

    server = request.getfixturevalue("postgres")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE two_processes"))
    url = make_url(server).set(database="two_processes").render_as_string(hide_password=False)
    Shop.create(folder, meta, parts, url=url).close()
    yield url, url
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE two_processes WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def shop(where: tuple[str, str]) -> Iterator[Shop]:
    """The shop, open in this process."""
    with Shop.open(where[0], source_deadline_ms=60_000) as opened:
        yield opened


@pytest.fixture
def changer(where: tuple[str, str]) -> Iterator[Changer]:
    """The other process."""
    process = Changer(where[1])
    yield process
    process.stop()


async def _told(shop: Shop) -> str:
    """Every voice says what it knows of the dress; returns the id of a campaign that runs."""
    ports, at = shop.connectors, shop.clock.now()
    offer = await ports.catalog.offer(SKU, REGION)
    assert offer is not None
    levels = await ports.inventory.levels([SKU], region_id=REGION)
    campaigns = await ports.marketing.campaigns(region_id=REGION, at=at)
    running: list[Campaign | Promotion] = [*campaigns, *await ports.marketing.promotions(region_id=REGION, at=at)]
    depends = {
        "price": on_price(offer),
        "stock": on_stock(SKU, REGION, sum(level.available for level in levels)),
        "campaign": on_campaign(campaigns[0], REGION),
        "running": on_running(REGION, running),
    }
    await shop.memory.state(
        *[
            Statement(
                by=Voice.DESCRIPTION_WRITER, product_id=PRODUCT, region_id=REGION, topic=name, text=name, at=at,
                depends=(each,),
            )
            for name, each in depends.items()
        ]
    )  # fmt: skip
    await shop.memory.of(WHO.id).show(
        Shown(by=Voice.RECOMMENDER, product_id=PRODUCT, at=at, depends=(depends["price"], depends["stock"]))
    )
    return campaigns[0].id


async def _fresh(shop: Shop) -> set[str]:
    said = {each.text for each in (await shop.memory.said([PRODUCT], region_id=REGION)).fresh}
    shown = (await shop.memory.of(WHO.id).recall()).shown.fresh
    return said | ({"shown"} if shown else set())


async def test_what_another_process_changes_outdates_what_depends_on_it_for_the_next_reader(
    shop: Shop, changer: Changer
) -> None:
    campaign = await _told(shop)
    assert await _fresh(shop) == {"price", "stock", "campaign", "running", "shown"}
    changer.change("price", SKU)
    assert await _fresh(shop) == {"stock", "campaign", "running"}
    changer.change("stock", SKU)
    assert await _fresh(shop) == {"campaign", "running"}
    changer.change("campaign", campaign)
    assert await _fresh(shop) == set()


async def test_a_code_that_another_process_uses_up_is_promised_and_owed_no_more(shop: Shop, changer: Changer) -> None:
    talk, conversation = build_orchestrator(shop), None
    for said in ("can I get 5% off the reading lamp in brass?", "yes"):
        answer = await talk.ask(said, principal=WHO, conversation_id=conversation)
        conversation = answer.conversation_id
    (promise,) = (await shop.memory.of(WHO.id).recall()).promises.fresh
    asked = "what does the reading lamp in brass cost?"
    assert f"You were promised: {promise.text}" in (await talk.ask(asked, principal=WHO)).answer
    changer.change("code", promise.id.removeprefix("code:"))
    recalled = (await shop.memory.of(WHO.id).recall()).promises
    assert [(each.fact, each.because) for each in recalled.outdated] == [(promise, Because.USED)]
    assert not recalled.fresh
    assert "promised" not in (await talk.ask(asked, principal=WHO)).answer
    told = await preview(shop, make_parts(shop), intent="product_question", text=asked, principal=WHO)
    assert not told.context.promises
    assert not told.context.owed
    assert promise.text not in told.brief.text
    await shop.memory.forget(WHO.id)


async def test_a_context_shows_another_processs_changes_within_a_second(
    shop: Shop, changer: Changer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stock and price at once; campaigns, which are remembered for half a second, once that is over."""
    parts = make_parts(shop)
    seconds = 0.0
    monkeypatch.setattr(shop.shared, "_now", lambda: seconds)

    async def seen() -> tuple[int, Campaign]:
        found = await preview(shop, parts, intent="product_question", text="blue wrap dress", principal=WHO)
        left = next(each.available for each in found.context.stock if each.sku == SKU)
        return left, found.context.campaigns[0]

    levels = await shop.connectors.inventory.levels([SKU], region_id=REGION)
    await shop.connectors.inventory.restock(
        sku=SKU, location_id=levels[0].location_id, quantity=3, idempotency_key=f"restock:{SKU}"
    )
    left, campaign = await seen()
    changer.change("stock", SKU)
    assert await seen() == (left - 1, campaign)
    changer.change("campaign", campaign.id)
    assert MOST_CACHED_MS < 1000
    seconds = MOST_CACHED_MS / 1000
    assert (await seen())[1].headline == f"{campaign.headline}!"
    # Reported, it is seen at once.
    changer.change("campaign", campaign.id)
    await shop.memory.changed(Topic(Aspect.CAMPAIGN, campaign.id, REGION))
    assert (await seen())[1].headline == f"{campaign.headline}!!"


async def test_a_report_in_one_process_outdates_in_the_other(where: tuple[str, str], shop: Shop) -> None:
    await _told(shop)
    with Shop.open(where[0], source_deadline_ms=60_000) as other:
        assert "stock" in await _fresh(other)
        outdated = await other.memory.changed(Topic(Aspect.STOCK, SKU, REGION))
        assert [each.topic for each in outdated] == ["stock"]
        said = await shop.memory.said([PRODUCT], region_id=REGION, topic="stock")
        assert [each.because for each in said.outdated] == [Because.REPORTED]
        assert await other.memory.forget(WHO.id) == 1
        assert await shop.memory.of(WHO.id).seen() == {}


async def test_the_recommender_offers_what_another_process_left(shop: Shop, changer: Changer) -> None:
    """Stock and price are those of the next answer; once the last is sold, another variant or nothing of it is."""
    await _restocked(shop, 2)
    recommender = build_recommender(shop)

    async def offered() -> RecommendationView | None:
        found = await recommender.recommend(principal=WHO, region_id=REGION, limit=20)
        return next((item for item in found.items if item.sku == SKU), None)

    before = await offered()
    assert before is not None
    assert before.available_quantity is not None
    changer.change("price", SKU)
    changer.change("stock", SKU)
    after = await offered()
    assert after is not None
    assert after.price.amount == before.price.amount + 100
    assert after.available_quantity is not None
    assert after.available_quantity == before.available_quantity - 1
    for _ in range(after.available_quantity):
        changer.change("stock", SKU)
    assert await offered() is None


async def test_the_describer_writes_anew_what_another_process_changed(shop: Shop, changer: Changer) -> None:
    """Whatever a text depends on: stock, price, a campaign. Nothing else makes it be written again."""
    await _restocked(shop, 2)
    describer = build_describer(shop)

    async def said() -> Described:
        return await describer.describe(PRODUCT, region_id=REGION)

    assert "Only a few are left in M" in (await said()).text
    assert not (await said()).refreshed
    offer = await shop.connectors.catalog.offer(SKU, REGION)
    assert offer is not None
    changer.change("price", SKU)
    raised = await said()
    dearer = Money(amount=offer.price.amount + 100, currency="USD")
    assert raised.refreshed
    assert format_money(dearer, "en_US") in raised.text
    for _ in range(await _left(shop)):
        changer.change("stock", SKU)
    gone = await said()
    assert gone.refreshed
    assert "Sold out in M right now" in gone.text
    campaigns = await shop.connectors.marketing.campaigns(region_id=REGION, at=shop.clock.now())
    told = next(each for each in campaigns if each.headline in gone.text)
    assert not (await said()).refreshed
    changer.change("campaign", told.id)
    louder = await said()
    assert louder.refreshed
    assert f"{told.headline}!" in louder.text
    assert not (await said()).refreshed


async def _left(shop: Shop) -> int:
    return sum(level.available for level in await shop.connectors.inventory.levels([SKU], region_id=REGION))


async def _restocked(shop: Shop, units: int) -> None:
    """So many can be had again; the tests before left fewer."""
    inventory = shop.connectors.inventory
    (first, *_) = await inventory.levels([SKU], region_id=REGION)
    missing = units - await _left(shop)
    assert missing >= 0
    if missing:
        key = f"restock:{SKU}:{await _left(shop)}:{secrets.token_hex(4)}"
        await inventory.restock(sku=SKU, location_id=first.location_id, quantity=missing, idempotency_key=key)


def test_many_may_set_up_one_file_at_once(tmp_path: Path) -> None:
    async def all_at_once() -> None:
        stores = await asyncio.gather(
            *(asyncio.to_thread(LoopFreeSqliteStore.open, tmp_path / "memory.db") for _ in range(6))
        )
        for number, store in enumerate(stores):
            await store.aput(("brand",), str(number), {"n": number})
        assert len(await stores[0].asearch(("brand",))) == 6
        for store in stores:
            store.close()

    asyncio.run(all_at_once())
