"""Stock as a shopper may know it: of their own region, free to buy, by store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date

import pytest

from shopgraph.connectors.embedded import EmbeddedShop
from shopgraph.domain import Availability, Principal
from shopgraph.tools.gate import Gate
from shopgraph.tools.spec import GateOutcome, Outcome, ToolCall, ToolContext
from shopgraph.tools.views import ProductView, StockView

Do = Callable[..., Awaitable[GateOutcome]]
Ask = Callable[..., ToolContext]


def stores(outcome: GateOutcome) -> list[tuple[str, int]]:
    view = StockView.model_validate(outcome.result)
    return [(store.store_id, store.available_quantity) for store in view.stores]


async def test_stores_of_the_region_that_have_it_the_fullest_first(do: Do) -> None:
    outcome = await do("check_stock", as_="", sku="HEELS-39")
    assert stores(outcome) == [("boston", 4), ("albany", 3)], "less what carts hold"
    view = StockView.model_validate(outcome.result)
    assert (view.availability, view.available_quantity, view.more_stores) == (Availability.IN_STOCK, 7, 0)
    assert stores(await do("check_stock", as_="", sku="HEELS-38")) == [("boston", 3)], "less what orders are promised"
    assert not {"allocated", "reserved", "on_hand"} & set(str(outcome.result).replace("'", " ").split())


@pytest.mark.parametrize("near", ["albany", " Albany ", "12207", "122"])
async def test_the_nearest_store_comes_first(do: Do, near: str) -> None:
    assert stores(await do("check_stock", as_="", sku="HEELS-39", near=near)) == [("albany", 3), ("boston", 4)]


async def test_one_store_is_told_whether_it_has_it_or_not(do: Do) -> None:
    assert stores(await do("check_stock", as_="", sku="DRESS-L", store_id="boston")) == [("boston", 2)]
    assert stores(await do("check_stock", as_="", sku="DRESS-M", store_id="boston")) == [("boston", 0)]


@pytest.mark.parametrize("store_id", ["york", "nowhere"])
async def test_a_store_of_another_region_reads_as_none(do: Do, store_id: str) -> None:
    outcome = await do("check_stock", as_="", sku="DRESS-M", store_id=store_id)
    assert (outcome.outcome, outcome.error_code) == (Outcome.INVALID, "record.not_found")
    assert f"no store {store_id} in this region" in outcome.error


async def test_the_total_is_the_one_that_the_product_shows(do: Do) -> None:
    product = ProductView.model_validate((await do("get_product", as_="", product_id="dress")).result)
    for variant in product.variants:
        view = StockView.model_validate((await do("check_stock", as_="", sku=variant.sku)).result)
        assert (view.availability, view.available_quantity) == (variant.availability, variant.available_quantity)


async def test_what_is_gone_says_when_more_is_expected(do: Do) -> None:
    gone = StockView.model_validate((await do("check_stock", as_="", sku="DRESS-S")).result)
    assert (gone.availability, gone.restock_on, gone.stores) == (Availability.OUT_OF_STOCK, date(2026, 6, 9), ())
    there = StockView.model_validate((await do("check_stock", as_="", sku="DRESS-M")).result)
    assert there.restock_on is None


async def test_uncounted_stock_has_no_numbers(do: Do) -> None:
    view = StockView.model_validate((await do("check_stock", as_="", sku="SOCKS-1")).result)
    assert (view.availability, view.available_quantity, view.stores) == (Availability.IN_STOCK, None, ())


async def test_another_regions_stock_is_not_told(gate: Gate, ask: Ask) -> None:
    call = ToolCall(tool="check_stock", arguments={"sku": "HEELS-39"}, call_id="c")
    outcome = await gate.call(ask("cleo", "uk"), call)
    view = StockView.model_validate(outcome.result)
    assert (view.availability, view.available_quantity, view.stores) == (Availability.OUT_OF_STOCK, 0, ())


async def test_an_unknown_sku_is_an_invalid_argument(do: Do, shop: EmbeddedShop) -> None:
    before = shop.dump()
    outcome = await do("check_stock", as_=Principal.staff("eve"), sku="NO-1")
    assert (outcome.outcome, outcome.error_code) == (Outcome.INVALID, "record.not_found")
    assert shop.dump() == before
