"""Look-ups: what is there is found as it was loaded, what is not there is None or an empty list."""

# ruff: noqa: S101  (the checks are tests)
from __future__ import annotations

from collections import Counter

from shopgraph.connectors.conformance.kit import check
from shopgraph.connectors.conformance.seed import AT, DAY, ORDERS, seed, usd
from shopgraph.connectors.ports import Connectors
from shopgraph.connectors.units import units_of
from shopgraph.domain import OrderStatus, Rating

NOWHERE = "no-such-record"


@check("catalog")
async def tells_what_was_loaded(shop: Connectors) -> None:
    given, catalog = seed(), shop.catalog
    assert [await catalog.product(each.id) for each in given.products] == list(given.products)
    assert [await catalog.variant(each.sku) for each in given.variants] == list(given.variants)
    assert [await catalog.offer(each.sku, each.region_id) for each in given.offers] == list(given.offers)
    assert [await catalog.region(each.id) for each in given.regions] == list(given.regions)
    assert await catalog.all_products() == tuple(given.products)
    assert await catalog.regions() == tuple(given.regions)
    assert await catalog.stores("north") == tuple(given.stores)
    assert {each.sku for each in await catalog.variants("shirt")} == {"shirt-l", "shirt-m", "shirt-xl"}


@check("catalog")
async def knows_nothing_of_what_is_not_there(shop: Connectors) -> None:
    catalog = shop.catalog
    assert await catalog.product(NOWHERE) is None
    assert await catalog.variant(NOWHERE) is None
    assert await catalog.offer("shoe-42", "south") is None
    assert await catalog.region(NOWHERE) is None
    assert await catalog.variants(NOWHERE) == ()
    assert await catalog.reviews(NOWHERE) == ()
    assert await catalog.stores("south") == ()
    assert await catalog.products([]) == ()


@check("catalog")
async def keeps_the_order_asked_for(shop: Connectors) -> None:
    found = await shop.catalog.products(["shoe", NOWHERE, "cap"])
    assert [each.id for each in found] == ["shoe", "cap"]
    offers = await shop.catalog.offers(["shirt-m", "shoe-42"], "south")
    assert [(each.sku, each.region_id) for each in offers] == [("shirt-m", "south")]
    assert [each.id for each in await shop.catalog.reviews("shirt", limit=2)] == ["review-1", "review-2"]


@check("catalog")
async def rates_by_all_reviews(shop: Connectors) -> None:
    given = [each.rating for each in seed().reviews if each.product_id == "shirt"]
    rated = Rating(reviews=len(given), stars=sum(given))
    assert dict(await shop.catalog.ratings(["shoe", NOWHERE, "shirt"])) == {"shirt": rated}
    assert await shop.catalog.ratings([]) == {}


@check("inventory")
async def tells_levels_by_sku_then_location(shop: Connectors) -> None:
    given, inventory = seed(), shop.inventory
    everything = await inventory.levels(["shoe-42", "shirt-m", "shirt-l", NOWHERE])
    assert everything == tuple(given.stock_levels)
    there = await inventory.levels(["shirt-m", "shoe-42"], region_id="south")
    assert [(each.sku, each.location_id, each.available) for each in there] == [("shirt-m", "depot-south", 3)]
    assert {each.id for each in await inventory.locations("north")} == {"depot-north", "store-north"}
    assert set(await inventory.allocations("ada-pending")) == set(given.allocations)
    assert await units_of(inventory, ["shirt-m", "shirt-l", NOWHERE], "south") == {
        "shirt-m": 3,
        "shirt-l": 0,
        NOWHERE: 0,
    }
    assert await inventory.levels([NOWHERE]) == ()
    assert await inventory.allocations(NOWHERE) == ()
    assert await inventory.locations(NOWHERE) == ()


@check("orders")
async def tells_orders_newest_first(shop: Connectors) -> None:
    given = {order.id: order for order in seed().orders}
    assert [await shop.orders.order(each) for each in ORDERS] == [given[each] for each in ORDERS]
    newest = await shop.orders.orders_of("ada", limit=2)
    assert [order.id for order in newest] == ["ada-pending", "ada-returning"]
    assert len(await shop.orders.orders_of("ada")) == 4
    assert await shop.orders.order(NOWHERE) is None
    assert await shop.orders.orders_of(NOWHERE) == ()


@check("orders")
async def counts_what_is_bought_together(shop: Connectors) -> None:
    # The shoe of ben's order stands beside a shirt of another size: the product counts, not the variant.
    assert await shop.orders.bought_together("shirt-m") == (("shoe-42", 3), ("cap", 1))
    assert await shop.orders.bought_together("shirt-m", limit=1) == (("shoe-42", 3),)
    assert await shop.orders.bought_together(NOWHERE) == ()


@check("orders")
async def counts_best_sellers(shop: Connectors) -> None:
    best = await shop.orders.best_sellers("north")
    assert best == (("shoe-42", 4), ("shirt-m", 3), ("cap", 1), ("shirt-l", 1))
    assert await shop.orders.best_sellers("north", since=AT - 8 * DAY, limit=1) == (("shirt-m", 2),)
    assert await shop.orders.best_sellers("south") == ()


@check("orders")
async def counts_products_as_the_orders_hold_them(shop: Connectors) -> None:
    given = seed()
    kept = [order for order in given.orders if order.status is not OrderStatus.CANCELED]
    held = [{line.product_id for line in order.lines} for order in kept]
    for product_id in {line.product_id for order in given.orders for line in order.lines}:
        beside = Counter(other for products in held if product_id in products for other in products - {product_id})
        wanted = tuple(sorted(beside.items(), key=lambda item: (-item[1], item[0])))
        assert await shop.orders.bought_with(product_id, limit=50) == wanted
        assert await shop.orders.bought_with(product_id, limit=1) == wanted[:1]
    assert await shop.orders.bought_with(NOWHERE) == ()


@check("orders")
async def counts_what_sells_in_a_time(shop: Connectors) -> None:
    since, until = AT - 30 * DAY, AT - 8 * DAY
    there = [order for order in seed().orders if order.region_id == "north" and order.placed_at is not None]
    within = [order for order in there if order.placed_at and since <= order.placed_at < until]
    counted = Counter(
        product_id
        for order in within
        if order.status is not OrderStatus.CANCELED
        for product_id in {line.product_id for line in order.lines}
    )
    wanted = tuple(sorted(counted.items(), key=lambda item: (-item[1], item[0])))
    assert await shop.orders.selling("north", since=since, until=until, limit=50) == wanted
    assert await shop.orders.selling("south", since=since, until=until) == ()


@check("warehouse")
async def tells_parcels_and_returns(shop: Connectors) -> None:
    given, warehouse = seed(), shop.warehouse
    assert await warehouse.fulfillments("ada-shipped") == tuple(given.fulfillments)
    assert await warehouse.events("parcel") == tuple(given.fulfillment_events)
    assert await warehouse.returns("ada-returning") == tuple(given.returns)
    assert await warehouse.find_return("return-1") == given.returns[0]
    assert await warehouse.find_return(NOWHERE) is None
    assert await warehouse.fulfillments(NOWHERE) == ()
    assert await warehouse.events(NOWHERE) == ()
    assert await warehouse.returns(NOWHERE) == ()
    assert await warehouse.exchanges(NOWHERE) == ()


@check("crm")
async def finds_customers(shop: Connectors) -> None:
    ada, crm = seed().customers[0], shop.crm
    assert await crm.customer("ada") == ada
    assert await crm.find_by_email("aDA@example.COM") == ada
    assert await crm.find_by_name_and_postal_code("ADA", "byron", "62701") == ada
    assert [note.id for note in await crm.notes("ada", limit=1)] == ["note-1"]
    assert await crm.customer(NOWHERE) is None
    assert await crm.find_by_email("ada@example.co") is None
    assert await crm.find_by_email("") is None
    assert await crm.find_by_email(" ada@example.com") is None
    assert await crm.find_by_name_and_postal_code("Ada", "Byron", "62702") is None
    assert await crm.notes(NOWHERE) == ()


@check("payments")
async def tells_the_payment_history(shop: Connectors) -> None:
    given, payments = seed(), shop.payments
    assert {each.id: each for each in await payments.methods("ada")} == {
        each.id: each for each in given.payment_methods if each.customer_id == "ada"
    }
    assert await payments.method("ada-gift") == given.payment_methods[1]
    assert await payments.intents("ada-pending") == tuple(
        each for each in given.intents if each.order_id == "ada-pending"
    )
    assert await payments.refunds("ben-canceled") == tuple(given.refunds)
    assert await payments.method(NOWHERE) is None
    assert await payments.methods(NOWHERE) == ()
    assert await payments.intents(NOWHERE) == ()
    assert await payments.refunds(NOWHERE) == ()


@check("marketing")
async def tells_what_runs_there_and_then(shop: Connectors) -> None:
    given, marketing = seed(), shop.marketing
    assert [each.id for each in await marketing.promotions(region_id="north", at=AT)] == ["running"]
    assert [each.id for each in await marketing.promotions(region_id="south", at=AT)] == ["running-south"]
    assert [each.id for each in await marketing.campaigns(region_id="north", at=AT)] == ["running"]
    assert await marketing.promotions(region_id="north", at=AT + 2 * DAY) == ()
    assert await marketing.promotion("tomorrow") == given.promotions[3]
    assert await marketing.code("SPRING12") == given.codes[0]
    assert [each.id for each in await marketing.discounts_of("ada")] == ["discount-1", "discount-2", "discount-3"]
    assert [each.id for each in await marketing.discounts_of("ada", since=AT - DAY)] == ["discount-1"]
    assert await marketing.given("running") == (usd(3),)
    assert await marketing.given("in-a-calendar") == (usd(3),), "a promotion that stands elsewhere"
    assert await marketing.given("tomorrow") == await marketing.given(NOWHERE) == ()
    assert await marketing.promotion(NOWHERE) is None
    assert await marketing.code(NOWHERE) is None
    assert await marketing.discounts_of(NOWHERE) == ()


@check("sessions")
async def tells_what_shoppers_do(shop: Connectors) -> None:
    given, sessions = seed(), shop.sessions
    recent = await sessions.recent("ada", since=AT - 2 * DAY)
    assert [each.id for each in recent] == ["seen-1", "seen-2"]
    assert [each.id for each in await sessions.recent("ada", since=AT - 9 * DAY, limit=1)] == ["seen-1"]
    assert await sessions.cart("ada") == given.carts[1]
    assert await sessions.cart("ben") is None, "a completed cart is not open"
    assert await sessions.recent(NOWHERE, since=AT) == ()
