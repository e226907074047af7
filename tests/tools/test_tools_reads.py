"""Reading tools: what they show, to whom, and what they keep to themselves."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from shopgraph.connectors.embedded import EmbeddedShop
from shopgraph.connectors.search import LexicalSearch
from shopgraph.domain import Availability, Principal
from shopgraph.tools.gate import Gate
from shopgraph.tools.registry import default_tools
from shopgraph.tools.spec import GateOutcome, Outcome, Services, ToolCall, ToolContext
from shopgraph.tools.views import (
    DeliveryOptions,
    OrderList,
    OrderView,
    ProductView,
    ProfileView,
    PromotionList,
    Recommendations,
    SearchResult,
)

Do = Callable[..., Awaitable[GateOutcome]]


async def test_a_product_shows_live_stock_of_the_region_and_no_cost(do: Do) -> None:
    outcome = await do("get_product", as_="", product_id="dress")
    product = ProductView.model_validate(outcome.result)
    by_sku = {variant.sku: variant for variant in product.variants}
    assert by_sku["DRESS-M"].available_quantity == 8
    assert by_sku["DRESS-L"].available_quantity == 3
    assert by_sku["DRESS-L"].price is not None
    assert by_sku["DRESS-L"].price.text == "$60.00"
    assert by_sku["DRESS-S"].availability is Availability.OUT_OF_STOCK
    assert "cost" not in str(outcome.result)


async def test_a_product_is_found_by_a_sku_too_and_uncounted_stock_is_what_the_offer_says(do: Do) -> None:
    product = ProductView.model_validate((await do("get_product", as_="", product_id="SOCKS-1")).result)
    assert product.product_id == "socks"
    assert product.variants[0].available_quantity is None
    assert product.variants[0].availability is Availability.IN_STOCK


async def test_instructions_in_a_review_do_not_reach_the_reader(do: Do) -> None:
    product = ProductView.model_validate((await do("get_product", as_="", product_id="dress")).result)
    assert product.reviews[0].rating == 5
    assert "Ignore all previous" not in product.reviews[0].body


async def test_an_unknown_product_is_an_invalid_argument(do: Do) -> None:
    outcome = await do("get_product", as_="", product_id="nothing")
    assert outcome.outcome is Outcome.INVALID
    assert "nothing" in outcome.error
    assert outcome.error_code == "record.not_found"


async def test_search_finds_by_words_with_the_regions_lowest_price(do: Do) -> None:
    found = SearchResult.model_validate((await do("search_products", as_="", query="wrap dress")).result)
    assert found.products[0].product_id == "dress"
    assert found.products[0].from_price is not None
    assert found.products[0].from_price.amount == 4500
    assert found.products[0].in_stock


async def test_search_tells_price_and_stock_of_the_same_variants(
    gate: Gate, ask: Callable[..., ToolContext], services: Services, tmp_path: Path
) -> None:
    """What costs $45 and $50 is gone, L at $60 is there."""
    with closing(sqlite3.connect(tmp_path / "shop.db")) as database, database:
        database.execute(
            "UPDATE stock_levels SET on_hand = 0, allocated = 0 WHERE sku IN ('DRESS-M', 'DRESS-S', 'DRESS-X')"
        )
    connectors = replace(services.connectors, search=LexicalSearch(services.connectors.catalog))
    context = replace(ask(), services=replace(services, connectors=connectors))
    said = []
    for query in ("wrap dress", "wrap dress under $50"):
        outcome = await gate.call(
            context, ToolCall(tool="search_products", arguments={"query": query}, call_id=f"call {query}")
        )
        (hit,) = SearchResult.model_validate(outcome.result).products
        said.append((hit.from_price and hit.from_price.amount, hit.in_stock))
    assert said == [(6000, True), (4500, False)]


async def test_recommendations_name_a_true_reason_and_only_what_is_in_stock(do: Do) -> None:
    by_sku = Recommendations.model_validate((await do("recommend_products", as_="", sku="HEELS-38")).result)
    assert [(item.sku, item.reason) for item in by_sku.items] == [
        ("DRESS-M", "bought together with Silver Heels in 1 order")
    ]
    own = Recommendations.model_validate((await do("recommend_products", as_="bob")).result)
    assert own.items[0].reason == "bought together with the Wrap Dress in your cart in 1 order"
    assert own.items[0].orders == 1


async def test_recommendations_to_a_stranger_are_what_sells_best(do: Do) -> None:
    popular = Recommendations.model_validate((await do("recommend_products", as_="")).result)
    assert [(item.sku, item.orders) for item in popular.items] == [("HEELS-38", 4), ("DRESS-M", 2), ("SOCKS-1", 1)]
    assert popular.items[0].reason.startswith("trending in ")
    assert "bought in 4 orders in the last 14 days, none in the 14 days before" in popular.items[0].reason


async def test_nothing_is_recommended_for_a_sku_that_does_not_exist(do: Do) -> None:
    assert (await do("recommend_products", as_="", sku="NO-1")).outcome is Outcome.INVALID


async def test_promotions_that_run_here_now_and_are_meant_for_the_asker(do: Do) -> None:
    def names(outcome: GateOutcome) -> list[str]:
        return [entry.name for entry in PromotionList.model_validate(outcome.result).promotions]

    assert names(await do("list_promotions", as_="")) == ["June"]
    assert sorted(names(await do("list_promotions", as_="ann"))) == ["For VIPs", "June"]


async def test_delivery_options_come_from_the_regions_calendar(do: Do) -> None:
    options = DeliveryOptions.model_validate((await do("delivery_options", as_="")).result).options
    assert [(option.name, option.price.text, option.max_days) for option in options] == [
        ("Standard delivery", "$4.99", 5),
        ("Express delivery", "$14.99", 2),
    ]
    assert options[0].free_from is not None
    assert options[1].free_from is None


async def test_the_profile_is_the_askers_own_with_payment_method_ids(do: Do) -> None:
    profile = ProfileView.model_validate((await do("get_profile")).result)
    assert profile.customer_id == "ann"
    by_id = {method.id: method for method in profile.payment_methods}
    assert by_id["ann-card"].label == "Visa ending in 4242"
    assert by_id["ann-gift"].balance is not None
    assert by_id["ann-gift"].balance.amount == 1500
    assert "bob" not in str(profile)


async def test_orders_are_listed_newest_first(do: Do) -> None:
    listed = OrderList.model_validate((await do("list_orders")).result)
    assert [entry.order_id for entry in listed.orders] == ["#S1", "#D1", "#P1"]
    assert listed.orders[2].items == ("2 × Wrap Dress", "Silver Heels")


@pytest.mark.parametrize("typed", ["#S1", "S1", " s1 ", "#s1"])
async def test_an_order_is_found_as_people_type_it_with_its_parcel(do: Do, typed: str) -> None:
    order = OrderView.model_validate((await do("get_order", order_id=typed)).result)
    assert order.order_id == "#S1"
    assert order.parcels[0].tracking_numbers == ("T-1",)
    assert [str(event.status) for event in order.parcels[0].events] == ["shipped"]
    assert order.payments[0].method == "Visa ending in 4242"


ORDER_CALLS: list[tuple[str, dict[str, object]]] = [
    ("get_order", {}),
    ("cancel_order", {"reason": "no_longer_needed"}),
    ("return_items", {"items": [{"sku": "HEELS-38"}], "payment_method_id": "bob-card"}),
    ("exchange_items", {"items": [{"sku": "HEELS-38", "to_sku": "HEELS-39"}], "payment_method_id": "bob-card"}),
    ("change_items", {"items": [{"sku": "HEELS-38", "to_sku": "HEELS-39"}], "payment_method_id": "bob-card"}),
    ("change_payment_method", {"payment_method_id": "bob-card"}),
    (
        "change_order_address",
        {"address": {"line1": "x", "city": "y", "postal_code": "1", "country": "US"}},
    ),
    ("add_note", {"body": "hello"}),
    ("track_order", {}),
    ("get_returns", {}),
]


@pytest.mark.parametrize(("tool", "arguments"), ORDER_CALLS, ids=[name for name, _ in ORDER_CALLS])
async def test_anothers_order_reads_as_one_that_does_not_exist(
    do: Do, shop: EmbeddedShop, tool: str, arguments: dict[str, object]
) -> None:
    before = shop.dump()
    foreign = await do(tool, as_="ann", call_id="same", order_id="#P2", **arguments)
    missing = await do(tool, as_="ann", call_id="same", order_id="#NONE", **arguments)
    assert foreign == missing
    assert foreign.outcome is Outcome.REFUSED
    assert [decision.rule for decision in foreign.decisions] == ["own-records-only"]
    assert foreign.result is None
    assert shop.dump() == before


@pytest.mark.parametrize("name", [n for n, s in default_tools().items() if s.scope != "public"])
async def test_a_guest_is_asked_who_is_there_before_any_record_is_read(do: Do, shop: EmbeddedShop, name: str) -> None:
    about_orders = {tool: {"order_id": "#P1", **rest} for tool, rest in ORDER_CALLS}
    others: dict[str, dict[str, object]] = {
        "change_profile_address": {"address": {"line1": "x", "city": "y", "postal_code": "1", "country": "US"}},
        "redeem_code": {"code": "JUNE10"},
        "receive_return": {"return_id": "nothing"},
        "receive_exchange": {"exchange_id": "nothing"},
        "place_order": {"payment_method_id": "ann-visa"},
        "credit_goodwill": {"customer_id": "ann", "amount": "1.00", "reason": "other"},
        "refund_order": {"order_id": "#P1", "amount": "1.00", "reason": "damaged"},
        "list_notes": {"customer_id": "ann"},
        "get_gift_card": {"payment_method_id": "ann-gift"},
        "offer_discount": {"sku": "DRESS-M", "percent": 10},
    }
    refused_by = {
        "receive_return": "internal-only",
        "receive_exchange": "internal-only",
        "credit_goodwill": "internal-only",
        "list_notes": "internal-only",
        "refund_order": "refund-by-staff",
        "offer_discount": "discount-needs-customer",
    }
    arguments = {**about_orders, **others}.get(name, {})
    before = shop.dump()
    outcome = await do(name, as_="", **arguments)
    assert outcome.outcome is Outcome.REFUSED, outcome
    assert outcome.decisions[0].rule == refused_by.get(name, "identify-first")
    assert shop.dump() == before


async def test_a_look_up_that_the_bundle_does_not_enable_makes_nobody_a_customer(do: Do) -> None:
    looked_up = Principal.customer("ann", method="email")
    outcome = await do("get_order", as_=looked_up, order_id="#P1")
    assert [decision.rule for decision in outcome.decisions] == ["identify-first"]
    assert outcome.result is None


async def test_staff_see_any_customers_order(do: Do) -> None:
    outcome = await do("get_order", as_=Principal.staff("eve", "agent"), order_id="#P2")
    assert outcome.outcome is Outcome.DONE
