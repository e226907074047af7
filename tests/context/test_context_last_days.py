"""The last day of a promotion and of a promise is the region's own, whoever tells it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shopgraph.connectors.demo.cast import CAST
from shopgraph.connectors.demo.markets import MARKETS
from shopgraph.domain import Money, Principal
from shopgraph.graphs import build_orchestrator, make_parts
from shopgraph.graphs.describe.material import facts_of, read_material
from shopgraph.graphs.describe.templates import write
from shopgraph.graphs.memory import Promise, PromiseKind, Voice
from shopgraph.graphs.phrases import day
from shopgraph.graphs.stitching.preview import preview
from shopgraph.guards.checks.dates import find_dates
from shopgraph.shop import Shop

DRESS = "prd_blue_wrap_dress"
WHO = Principal.customer(CAST["dresser"].customer_id)


@pytest.mark.parametrize("region_id", [market.region.id for market in MARKETS])
async def test_a_promotions_last_day_is_the_same_in_chat_description_and_facts(shop: Shop, region_id: str) -> None:
    region = await shop.connectors.catalog.region(region_id)
    assert region is not None
    material = await read_material(shop, DRESS, region_id, "")
    (layers,) = material.promotions
    # The demo ends it at a midnight of the region's.
    ends = layers.ends_at.astimezone(ZoneInfo(region.timezone))
    assert (ends.hour, ends.minute) == (0, 0)
    last = ends.date() - timedelta(days=1)
    (fact,) = facts_of(material).promotions
    assert fact.ends_on == last
    assert last in find_dates(write("plain", material.model_copy(update={"locale": "en_US"})), "en_US")
    told = await preview(shop, make_parts(shop), intent="promotion_question", region_id=region_id)
    assert f"Promotion Layers: 15 % off shirts, dresses until {last}" in told.brief.text
    said = await build_orchestrator(shop).ask("what promotions are running?", region_id=region_id)
    assert re.search(rf"Layers: 15 % off [^.]*{re.escape(day(last, region.locale))}\.", said.answer)
    assert not said.verdicts


async def test_a_promises_last_day_is_that_of_the_customers_region(shop: Shop) -> None:
    now = shop.clock.now()
    # It binds on the whole of June 3, New York.
    until = datetime(2026, 6, 4, tzinfo=ZoneInfo("America/New_York")).astimezone(UTC)
    promise = Promise(
        id="price:lamp", by=Voice.STAFF, kind=PromiseKind.PRICE, subject="prd_desk_lamp", at=now, until=until,
        text="You get it for $70.00", amount=Money.of("70.00", "USD"),
    )  # fmt: skip
    await shop.memory.of(WHO.id).promise(promise)
    told = await build_orchestrator(shop).ask("what does the desk lamp cost?", principal=WHO)
    assert "You get it for $70.00; that stands until June 3, 2026." in told.answer
    assert not told.verdicts
    seen = await preview(shop, make_parts(shop), intent="product_question", text="the desk lamp", principal=WHO)
    assert "You get it for $70.00 (by staff, until 2026-06-03)" in seen.brief.text
