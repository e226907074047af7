"""The blue dress: a trend in the Northeast, low in medium, often bought with silver heels; then the last is sold."""

from __future__ import annotations

from datetime import timedelta

from shopgraph.connectors.demo.cast import CAST, TREND_REGION_ID, TREND_SKU
from shopgraph.domain import OrderStatus, Principal
from shopgraph.graphs import build_describer, build_recommender
from shopgraph.graphs.memory import Because, Voice
from shopgraph.shop import Shop
from tests.graphs.conftest import Talk

HEELS = "Silver Heels"
DRESS = "Blue Wrap Dress"
ROSE = Principal.customer(CAST["dresser"].customer_id)


async def _sell_the_last_medium(shop: Shop) -> None:
    """Promise every medium that is left in the Northeast to an order, as a sale does."""
    holder = next(order for order in shop.dump().orders if order.lines_of(TREND_SKU))
    line = holder.lines_of(TREND_SKU)[0]
    for level in await shop.connectors.inventory.levels([TREND_SKU], region_id=TREND_REGION_ID):
        if level.available:
            await shop.connectors.inventory.allocate(
                sku=TREND_SKU,
                location_id=level.location_id,
                order_id=holder.id,
                line_id=line.id,
                quantity=level.available,
                idempotency_key=f"sold:{level.location_id}",
            )


def _recounted(shop: Shop) -> tuple[int, int]:
    """Orders of the dress in the Northeast of the last 14 days, and orders that hold dress and heels."""
    kept = [order for order in shop.dump().orders if order.status is not OrderStatus.CANCELED]
    since = shop.clock.now() - timedelta(days=14)
    recent = sum(
        order.region_id == TREND_REGION_ID
        and order.placed_at is not None
        and order.placed_at >= since
        and any(line.title == DRESS for line in order.lines)
        for order in kept
    )
    both = sum({DRESS, HEELS} <= {line.title for line in order.lines} for order in kept)
    return recent, both


async def test_what_is_said_of_the_blue_dress_changes_with_the_last_one_sold(talk: Talk, shop: Shop) -> None:
    recent, both = _recounted(shop)
    dress = await shop.connectors.catalog.variant(TREND_SKU)
    assert dress is not None
    recommender, describer = build_recommender(shop), build_describer(shop)

    (before,) = await talk("dresser", "Do you have the blue dress? The Blue Wrap Dress.")
    assert f"trending in US Northeast: bought in {recent} orders in the last 14 days" in before.answer
    assert "M (only 1 left)" in before.answer
    assert f"often bought together with your {HEELS}, in {both} orders" in before.answer
    # The chat has just shown it, so it gives way to what is new; asked for all there is, it is still there.
    offered = await recommender.recommend(principal=ROSE, limit=20)
    (first,) = [item for item in offered.items if item.title == DRESS]
    assert (first.sku, first.orders) == (TREND_SKU, both)
    said = await describer.describe(dress.product_id, region_id=TREND_REGION_ID)
    assert "a few are left in M" in said.text
    assert (await describer.describe(dress.product_id, region_id=TREND_REGION_ID)).refreshed is False

    await _sell_the_last_medium(shop)

    (after,) = await talk("dresser", "Do you have the Blue Wrap Dress in medium?")
    assert "out of stock in your region right now" in after.answer
    assert "only 1 left" not in after.answer
    again = await recommender.recommend(principal=ROSE, limit=20)
    (other,) = [item for item in again.items if item.title == DRESS]
    assert other.sku != TREND_SKU
    stale = await shop.memory.said([dress.product_id], region_id=TREND_REGION_ID)
    assert [each.because for each in stale.outdated] == [Because.CHANGED]
    now = await describer.describe(dress.product_id, region_id=TREND_REGION_ID)
    assert now.refreshed
    assert "Sold out in M right now" in now.text
    assert "few are left in M" not in now.text
    fresh = await shop.memory.said([dress.product_id], region_id=TREND_REGION_ID)
    assert [each.text for each in fresh.fresh if each.by is Voice.DESCRIPTION_WRITER] == [now.text]
