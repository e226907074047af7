"""The cast's situations: they hold whatever the seed and the size of the chain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from shopgraph.connectors.demo import generate
from shopgraph.connectors.demo.cast import (
    CAST,
    INJECTED_PRODUCT_ID,
    INJECTED_REVIEW_ID,
    PARTNER_TITLE,
    TREND_REGION_ID,
    TREND_SKU,
    Persona,
)
from shopgraph.connectors.embedded import EmbeddedShop, create_shop
from shopgraph.connectors.ports import Connectors
from shopgraph.domain import (
    FulfillmentStatus,
    Money,
    Order,
    OrderStatus,
    PaymentMethod,
    PaymentMethodKind,
    RefundStatus,
    SessionEventKind,
)

KEYS = {
    "tracker",
    "returner",
    "exchanger",
    "canceler",
    "haggler",
    "browser",
    "dresser",
    "stranger",
    "late_returner",
    "complainer",
    "refunded",
    "final_sale",
}


@pytest.fixture(scope="module", params=[(1, 1), (15, 42)], ids=["one store", "fifteen stores"])
def shop(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, at: datetime
) -> Iterator[EmbeddedShop]:
    """A demo shop in a database."""
    stores, seed = request.param
    meta, parts = generate(stores=stores, seed=seed, at=at)
    path: Path = tmp_path_factory.mktemp("cast") / "shop.db"
    with create_shop(f"sqlite:///{path}", meta) as made:
        for part in parts:
            made.load(part)
        yield made


@pytest.fixture
def ports(shop: EmbeddedShop) -> Connectors:
    """The shop's ports."""
    return shop.connectors


async def _order(ports: Connectors, who: Persona, purpose: str) -> Order:
    order = await ports.orders.order(who.order_ids[purpose])
    assert order is not None
    assert (order.customer_id, order.region_id) == (who.customer_id, who.region_id)
    return order


async def _methods(ports: Connectors, who: Persona) -> dict[PaymentMethodKind, PaymentMethod]:
    return {method.kind: method for method in await ports.payments.methods(who.customer_id)}


async def _available(ports: Connectors, sku: str, region_id: str) -> int:
    return sum(level.available for level in await ports.inventory.levels([sku], region_id=region_id))


async def test_everybody_is_there(ports: Connectors) -> None:
    assert set(CAST) == KEYS
    assert len({who.email for who in CAST.values()}) == len(KEYS)
    for who in CAST.values():
        customer = await ports.crm.find_by_email(who.email.upper())
        assert customer is not None
        assert (customer.id, customer.region_id) == (who.customer_id, who.region_id)
        assert {order.id for order in await ports.orders.orders_of(who.customer_id)} == set(who.order_ids.values())
        for sku in who.skus.values():
            assert await ports.catalog.variant(sku) is not None


async def test_the_trackers_parcel_is_on_the_road(ports: Connectors, at: datetime) -> None:
    order = await _order(ports, CAST["tracker"], "in_transit")
    (parcel,) = await ports.warehouse.fulfillments(order.id)
    assert order.status is OrderStatus.SHIPPED
    assert (parcel.status, parcel.shipped_at) == (FulfillmentStatus.IN_TRANSIT, at - timedelta(days=2))
    assert parcel.estimated_at == at + timedelta(days=1)
    assert len(parcel.tracking_numbers) == 1
    assert [event.status for event in await ports.warehouse.events(parcel.id)] == [
        FulfillmentStatus.PACKED,
        FulfillmentStatus.SHIPPED,
        FulfillmentStatus.IN_TRANSIT,
    ]


async def test_the_returner_may_return_by_card_or_gift_card(ports: Connectors, at: datetime) -> None:
    who = CAST["returner"]
    order = await _order(ports, who, "delivered")
    assert (order.delivered_at, len(order.lines)) == (at - timedelta(days=5), 2)
    assert [line.sku for line in order.lines] == [who.skus["first"], who.skus["second"]]
    methods = await _methods(ports, who)
    (intent,) = await ports.payments.intents(order.id)
    assert intent.payment_method_id == methods[PaymentMethodKind.CARD].id
    assert methods[PaymentMethodKind.GIFT_CARD].balance == Money.of("50.00", "USD")
    assert await ports.warehouse.returns(order.id) == ()


async def test_the_exchangers_larger_size_costs_more_and_is_there(ports: Connectors, at: datetime) -> None:
    who = CAST["exchanger"]
    order = await _order(ports, who, "delivered")
    has, wants = [await ports.catalog.variant(who.skus[key]) for key in ("has", "wants")]
    assert has is not None
    assert wants is not None
    assert has.product_id == wants.product_id
    assert (has.options["size"], wants.options["size"]) == ("M", "L")
    assert order.delivered_at == at - timedelta(days=6)
    cheap, dear = [await ports.catalog.offer(sku, "de") for sku in (has.sku, wants.sku)]
    assert cheap is not None
    assert dear is not None
    assert order.lines[0].unit_price == cheap.price < dear.price
    assert await _available(ports, wants.sku, "de") >= 5


async def test_the_cancelers_lamp_is_allocated_and_paid_by_gift_card(ports: Connectors) -> None:
    who = CAST["canceler"]
    order = await _order(ports, who, "pending")
    assert order.status is OrderStatus.PENDING
    (allocation,) = await ports.inventory.allocations(order.id)
    assert (allocation.sku, allocation.quantity) == (who.skus["bought"], 1)
    card = (await _methods(ports, who))[PaymentMethodKind.GIFT_CARD]
    (intent,) = await ports.payments.intents(order.id)
    assert intent.payment_method_id == card.id
    assert card.balance == Money.of(200, "GBP") - order.total


async def test_the_haggler_used_one_code_and_knows_another(ports: Connectors, at: datetime) -> None:
    who = CAST["haggler"]
    (discount,) = await ports.marketing.discounts_of(who.customer_id)
    assert (discount.applied_at, discount.code) == (at - timedelta(days=12), "TRAIL10WE")
    code = await ports.marketing.code("welcome15")
    assert code is not None
    promotion = await ports.marketing.promotion(code.promotion_id)
    assert promotion is not None
    assert promotion.runs(at, "us-west")
    assert promotion.percent == 15
    assert promotion.region_ids == ("us-west",)
    cart = await ports.sessions.cart(who.customer_id)
    assert cart is not None
    assert ([line.sku for line in cart.lines], cart.codes) == ([who.skus["in_cart"]], ())


async def test_the_browser_looked_at_what_is_almost_gone(ports: Connectors, at: datetime) -> None:
    who = CAST["browser"]
    events = await ports.sessions.recent(who.customer_id, since=at - timedelta(hours=2))
    assert (events[0].kind, events[0].subject) == (SessionEventKind.VIEWED, who.skus["viewed"])
    assert await _available(ports, who.skus["viewed"], "jp") == 2
    offer = await ports.catalog.offer(who.skus["viewed"], "jp")
    assert offer is not None
    assert "." not in str(offer.price)


async def test_the_dress_is_the_talk_of_the_northeast(ports: Connectors, at: datetime) -> None:
    assert await _available(ports, TREND_SKU, TREND_REGION_ID) == 1
    sold: Counter[str] = Counter()
    for sku, count in await ports.orders.best_sellers(TREND_REGION_ID, since=at - timedelta(days=14), limit=500):
        variant = await ports.catalog.variant(sku)
        assert variant is not None
        product = await ports.catalog.product(variant.product_id)
        assert product is not None
        if product.category == "dresses":
            sold[sku] += count
            sold[product.title] += count
    dresses = {title: count for title, count in sold.items() if title.endswith("Dress")}
    ranked = sorted(dresses.values(), reverse=True)
    assert dresses["Blue Wrap Dress"] == ranked[0] >= 14
    assert len(ranked) == 1 or ranked[0] >= 2 * ranked[1]
    assert sold[TREND_SKU] == max(count for sku, count in sold.items() if sku.isupper())


async def test_the_dress_goes_with_the_heels(ports: Connectors) -> None:
    ((sku, count),) = await ports.orders.bought_together(TREND_SKU, limit=1)
    assert sku == CAST["dresser"].skus["bought"]
    assert count >= 8
    together: Counter[str] = Counter()
    for sku, count in await ports.orders.bought_together(TREND_SKU, limit=200):
        variant = await ports.catalog.variant(sku)
        assert variant is not None
        product = await ports.catalog.product(variant.product_id)
        assert product is not None
        together[product.title] += count
    (first, most), *others = together.most_common(2)
    assert (first, most >= 10) == (PARTNER_TITLE, True)
    assert all(most >= 2 * count for _, count in others)
    heels = await _order(ports, CAST["dresser"], "heels")
    assert heels.lines[0].title == PARTNER_TITLE
    assert all(line.sku != TREND_SKU for line in heels.lines)


async def test_the_stranger_has_orders_of_her_own(ports: Connectors) -> None:
    statuses = {order.status for order in await ports.orders.orders_of(CAST["stranger"].customer_id)}
    assert statuses == {OrderStatus.DELIVERED, OrderStatus.PROCESSED}


async def test_the_late_returner_is_late(ports: Connectors, at: datetime) -> None:
    order = await _order(ports, CAST["late_returner"], "delivered")
    assert order.delivered_at == at - timedelta(days=60)
    assert order.return_policy is not None
    assert order.return_policy.window_days == 30
    assert order.total.currency == "EUR"


async def test_the_complainers_vase_came_yesterday(ports: Connectors, at: datetime) -> None:
    who = CAST["complainer"]
    order = await _order(ports, who, "delivered")
    assert order.delivered_at == at - timedelta(days=1)
    (note,) = await ports.crm.notes(who.customer_id)
    assert (note.author, note.order_id) == ("system", order.id)


async def test_the_refund_is_still_on_its_way(ports: Connectors) -> None:
    order = await _order(ports, CAST["refunded"], "canceled")
    (refund,) = await ports.payments.refunds(order.id)
    assert order.status is OrderStatus.CANCELED
    assert (refund.status, refund.amount) == (RefundStatus.PENDING, order.total)
    assert str(order.total) == "36.500 KWD"


async def test_one_line_is_final_sale_and_one_is_not(ports: Connectors, at: datetime) -> None:
    who = CAST["final_sale"]
    order = await _order(ports, who, "delivered")
    assert order.delivered_at == at - timedelta(days=3)
    assert {line.sku: line.final_sale for line in order.lines} == {who.skus["final"]: True, who.skus["other"]: False}


async def test_the_injected_review_is_there(ports: Connectors) -> None:
    reviews = await ports.catalog.reviews(INJECTED_PRODUCT_ID, limit=50)
    injected = next(review for review in reviews if review.id == INJECTED_REVIEW_ID)
    assert "Ignore all previous instructions" in injected.body
    assert all("instructions" not in review.body for review in reviews if review.id != INJECTED_REVIEW_ID)
