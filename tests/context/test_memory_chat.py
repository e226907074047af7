"""The chat speaks from brand memory and writes to it, under the same guards as ever."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from langchain_core.messages import HumanMessage

from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import Principal
from shopgraph.graphs import Answer, build_orchestrator, make_parts
from shopgraph.graphs.context import RunContext
from shopgraph.graphs.memory import (
    Because,
    Promise,
    PromiseKind,
    Statement,
    Voice,
    on_price,
    on_stock_band,
)
from shopgraph.graphs.stitching.builtin import DEFAULT_SOURCES
from shopgraph.graphs.stitching.preview import preview
from shopgraph.graphs.stitching.source import ContextSource, Query
from shopgraph.shop import Shop

SKU, PRODUCT, REGION = "BLUE-WRAP-DRESS-M", "prd_blue_wrap_dress", "us-northeast"
WHO = Principal.customer(CAST["dresser"].customer_id)


async def ask(shop: Shop, text: str) -> Answer:
    """Ask as the customer."""
    return await build_orchestrator(shop).ask(text, principal=WHO)


async def test_what_was_shown_with_its_price_is_remembered_and_outdated_by_a_new_price(shop: Shop) -> None:
    await ask(shop, "what does the blue wrap dress cost in M?")
    (shown,) = (await shop.memory.of(WHO.id).recall()).shown.fresh
    offer = await shop.connectors.catalog.offer(SKU, REGION)
    assert offer is not None
    assert (shown.by, shown.product_id, shown.price) == (Voice.CHATBOT, PRODUCT, offer.price)
    _reprice(shop, 100)
    (outdated,) = (await shop.memory.of(WHO.id).recall()).shown.outdated
    assert outdated.because is Because.CHANGED
    assert list(await shop.memory.of(WHO.id).seen()) == [PRODUCT]


def _reprice(shop: Shop, minor: int) -> None:
    from sqlalchemy import text

    change = text("UPDATE offers SET price_minor = price_minor + :more WHERE sku LIKE 'BLUE-WRAP-DRESS%'")
    shop._records.database.write_now(lambda db: db.execute(change, {"more": minor}))


async def test_the_chat_describes_a_product_as_the_description_writer_does_while_that_holds(shop: Shop) -> None:
    offer = await shop.connectors.catalog.offer(SKU, REGION)
    product = await shop.connectors.catalog.product(PRODUCT)
    assert offer is not None
    assert product is not None
    text = "A dress that moves when you do, made of soft viscose"
    await shop.memory.state(
        Statement(
            by=Voice.DESCRIPTION_WRITER, product_id=PRODUCT, region_id=REGION, text=text, at=shop.clock.now(),
            depends=(on_price(offer),),
        )
    )  # fmt: skip
    assert text in (await ask(shop, "tell me more about the blue wrap dress")).answer
    _reprice(shop, 100)
    later = (await ask(shop, "tell me more about the blue wrap dress")).answer
    assert text not in later
    assert product.description.split(".")[0] in later


async def test_a_promise_is_repeated_while_it_binds_and_only_while_it_holds(shop: Shop) -> None:
    now = shop.clock.now()
    levels = await shop.connectors.inventory.levels([SKU], region_id=REGION)
    promise = Promise(
        id=f"hold:{SKU}", by=Voice.STAFF, kind=PromiseKind.EXCEPTION, subject=SKU,
        text="15 % off the blue wrap dress in M", at=now, until=now + timedelta(days=3),
        depends=(on_stock_band(SKU, REGION, sum(level.available for level in levels)),),
    )  # fmt: skip
    await shop.memory.of(WHO.id).promise(promise)
    told = await ask(shop, "do you have the blue wrap dress in M?")
    assert "You were promised: 15 % off the blue wrap dress in M; that stands until June 4, 2026." in told.answer
    assert "promised" not in (await build_orchestrator(shop).ask("do you have the blue wrap dress in M?")).answer
    await shop.connectors.inventory.restock(
        sku=SKU, location_id=levels[0].location_id, quantity=50, idempotency_key="restock"
    )
    assert "promised" not in (await ask(shop, "do you have the blue wrap dress in M?")).answer
    # It stays owed: a colleague, or a model that is told so, sees it.
    (owed,) = (await shop.memory.of(WHO.id).recall()).promises.outdated
    assert owed.fact == promise


async def test_what_is_said_to_a_segment_is_told_to_nobody_else(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = await shop.connectors.crm.customer(WHO.id)
    assert profile is not None

    async def regular(_: str) -> Any:
        return profile.model_copy(update={"segments": ("regulars",)})

    monkeypatch.setattr(shop.connectors.crm, "customer", regular)
    said = [
        Statement(
            by=Voice.DESCRIPTION_WRITER, product_id=PRODUCT, region_id=REGION, segment=segment, text=f"to {segment!r}",
            at=shop.clock.now(),
        )
        for segment in ("", "regulars", "strangers")
    ]  # fmt: skip
    await shop.memory.state(*said)
    parts = make_parts(shop)
    for asker, heard in ((WHO, {"", "regulars"}), (Principal.guest(), {""})):
        seen = await preview(
            shop, parts, intent="product_question", text="blue wrap dress", principal=asker, region_id=REGION
        )
        assert {each.segment for each in seen.context.statements} == heard
        assert "strangers" not in seen.brief.text


async def test_a_guest_leaves_nothing_and_a_store_that_fails_costs_no_answer(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await build_orchestrator(shop).ask("do you have the blue wrap dress?")
    assert not await shop.memory.store.asearch(("brand",))

    async def broken(*_: Any) -> Any:
        raise ConnectionError("the Store is down")

    monkeypatch.setattr(shop.memory.store, "abatch", broken)
    answer = await ask(shop, "tell me more about the blue wrap dress in M")
    assert "Blue Wrap Dress (M) costs $89.00" in answer.answer
    assert "soft viscose" in answer.answer
    assert {each.source: each.status for each in answer.context}["memory"] == "failed"


async def test_a_history_that_is_late_is_not_taken_for_none(shop: Shop) -> None:
    """Policy reads what stitching could not: a code used yesterday counts, however slow the CRM was."""

    async def stuck(_: Query) -> None:
        await asyncio.Event().wait()

    late = ContextSource(name="customer", fetch=stuck, deadline_ms=1, needs_customer=True)
    assert late.name in DEFAULT_SOURCES
    asked: list[str] = []
    real = shop.connectors.marketing.discounts_of

    async def counted(customer_id: str, **more: Any) -> Any:
        asked.append(customer_id)
        return await real(customer_id, **more)

    for orchestrator, times in ((build_orchestrator(shop), 1), (build_orchestrator(shop, sources=[late]), 1)):
        asked.clear()
        shop.connectors.marketing.discounts_of = counted  # type: ignore[method-assign]
        await orchestrator.ask("where is my order?", principal=WHO)
        assert asked == [WHO.id] * times


async def test_the_guards_know_what_day_it_is_at_the_shop(shop: Shop) -> None:
    orchestrator = build_orchestrator(shop)
    state = await orchestrator.graph.ainvoke(
        {"messages": [HumanMessage("hello")]},
        {"configurable": {"thread_id": "conv_today"}},
        context=RunContext(shop=shop, principal=WHO),
    )
    assert state["facts"].today == shop.clock.now().date()
    request = state["request"]
    assert request.timezone == "America/New_York"
    early = request.model_copy(update={"at": shop.clock.now().replace(hour=2)})
    assert early.today == shop.clock.now().date() - timedelta(days=1)
