"""No customer's data in another's context, and nothing left of one who was forgotten."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.runnables import RunnableConfig
from langgraph.store.memory import InMemoryStore

from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import Principal
from shopgraph.errors import InvalidInput
from shopgraph.graphs import build_orchestrator, make_parts
from shopgraph.graphs.forgetting import forget_customer
from shopgraph.graphs.memory import BrandMemory, LiveStanding, Shown, Voice
from shopgraph.graphs.stitching.builtin import DEFAULT_SOURCES
from shopgraph.graphs.stitching.preview import preview
from shopgraph.graphs.stitching.recipes import recipe_of
from shopgraph.graphs.stitching.stitch import gather
from shopgraph.shop import Shop
from tests.context.virtual import AT, query, request, run_virtual
from tests.context.world import World

PEOPLE = ("tracker", "returner", "canceler", "dresser", "stranger")


async def _marks(shop: Shop, name: str) -> set[str]:
    """Texts by which a persona's records are known wherever they turn up."""
    who = CAST[name].customer_id
    customer = await shop.connectors.crm.customer(who)
    assert customer is not None
    orders = await shop.connectors.orders.orders_of(who)
    return {who, customer.email, f"mark of {name}", *[order.id for order in orders]}


async def test_many_at_once_find_only_their_own(shop: Shop) -> None:
    parts = make_parts(shop)
    marks = {name: await _marks(shop, name) for name in PEOPLE}
    for name in PEOPLE:
        mine = shop.memory.of(CAST[name].customer_id)
        await mine.show(Shown(by=Voice.RECOMMENDER, product_id="p", reason=f"mark of {name}", at=AT))

    async def seen(name: str, intent: str) -> str:
        who = Principal.customer(CAST[name].customer_id)
        found = await preview(shop, parts, intent=intent, text="blue wrap dress", principal=who)
        return found.context.model_dump_json() + found.brief.text

    asked = [(name, intent) for intent in ("order_status", "product_question", "person") for name in PEOPLE]
    for (name, _), text in zip(asked, await asyncio.gather(*(seen(*each) for each in asked)), strict=True):
        assert f"mark of {name}" in text
        others: set[str] = set().union(*(marks[other] for other in PEOPLE if other != name))
        assert not [mark for mark in others if f'"{mark}"' in text or f"Order {mark}:" in text]


async def test_a_guest_gets_nobodys(shop: Shop) -> None:
    found = await preview(shop, make_parts(shop), intent="order_status", text="where is my order #D1000001?")
    context = found.context
    assert context.customer is None
    assert not [*context.orders, *context.shown, *context.discounts]
    nobody = {each.source for each in context.sources if each.note == "nobody is identified"}
    assert nobody == {"customer", "orders", "session"}
    with pytest.raises(InvalidInput, match="guest"):
        shop.memory.of("")


async def test_a_system_that_answers_with_anothers_records_is_not_believed(shop: Shop) -> None:
    """An adapter mixes up its customers: whatever is not the asker's own is not known."""
    other = CAST["returner"].customer_id
    real = shop.connectors

    class Mixed:
        async def customer(self, _: str) -> Any:
            return await real.crm.customer(other)

        async def orders_of(self, _: str, *, limit: int = 50) -> Any:
            return await real.orders.orders_of(other, limit=limit)

    mixed = cast(Any, Mixed())
    asked = query(
        request(CAST["tracker"].customer_id), connectors=replace(real, crm=mixed, orders=mixed), policy=shop.policy
    )
    chosen = {name: DEFAULT_SOURCES[name] for name in ("customer", "orders")}
    context = await gather(chosen, recipe_of(chosen), asked, deadline_ms=500)
    assert (context.customer, context.orders) == (None, ())
    assert [each.status for each in context.sources] == ["missing", "missing"]


ids = st.text(alphabet="ab.%_*?[]~/ é\U0001f600", min_size=1, max_size=6)


@given(st.lists(ids, min_size=2, max_size=5, unique=True))
def test_no_id_reaches_into_anothers_memory(names: list[str]) -> None:
    async def play() -> None:
        world = World()
        memory = BrandMemory(InMemoryStore(), LiveStanding(world.connectors), world)
        for name in names:
            await memory.of(name).show(Shown(by=Voice.CHATBOT, product_id=name, at=AT))
        for name in names:
            assert list(await memory.of(name).seen()) == [name]
        assert await memory.forget(names[0]) == 1
        assert await memory.of(names[0]).seen() == {}
        for name in names[1:]:
            assert [each.product_id for each in (await memory.of(name).recall()).shown.fresh] == [name]

    run_virtual(play())


async def test_personal_data_is_there_only_where_the_intent_needs_it(shop: Shop) -> None:
    parts, who = make_parts(shop), Principal.customer(CAST["tracker"].customer_id)
    profile = await shop.connectors.crm.customer(CAST["tracker"].customer_id)
    assert profile is not None
    private = [profile.email, profile.address.line1, profile.address.postal_code]
    reduced = 0
    for intent, workflow in parts.workflows.items():
        needs = workflow.recipe.needs()
        found = await preview(shop, parts, intent=intent, text="hello", principal=who, with_model=False)
        customer = found.context.customer
        if customer is not None:
            asked = needs["customer"].fields
            reduced += "email" not in asked
            assert bool(customer.email) is ("email" in asked)
            assert bool(customer.address.line1) is ("address" in asked)
        for order in found.context.orders:
            assert bool(order.shipping_address.line1) is ("shipping_address" in needs["orders"].fields)
        # A model is told none of it, whatever the recipe.
        told = await preview(shop, parts, intent=intent, text="hello", principal=who)
        assert not [each for each in private if each in told.brief.text]
    assert reduced > 5


async def test_a_forgotten_customer_leaves_nothing_in_memory_conversations_and_files(
    shop: Shop, tmp_path: Path
) -> None:
    orchestrator = build_orchestrator(shop)
    who, other = (CAST[name].customer_id for name in ("tracker", "dresser"))
    secret = "zanzibar wallpaper"
    first = await orchestrator.ask(f"do you have a {secret}? the blue wrap dress?", principal=Principal.customer(who))
    kept = await orchestrator.ask("do you have the blue wrap dress?", principal=Principal.customer(other))
    await shop.memory.of(who).show(Shown(by=Voice.RECOMMENDER, product_id="p", reason=secret, at=AT))
    heard: list[str] = []

    async def listen(customer_id: str) -> None:
        heard.append(customer_id)

    def files() -> list[Path]:
        return [path for path in tmp_path.rglob("*.db*") if path.name.startswith(("memory.db", "conversations.db"))]

    shop.memory.on_forget(listen)
    assert sum(secret.encode() in path.read_bytes() for path in files()) >= 2
    forgotten = await forget_customer(shop, who)
    assert forgotten.conversations == 1
    assert forgotten.facts >= 2
    assert heard == [who]
    assert await shop.memory.of(who).conversations() == ()
    assert await shop.memory.of(who).seen() == {}
    assert not (await orchestrator.graph.aget_state({"configurable": {"thread_id": first.conversation_id}})).values
    for path in files():
        assert secret.encode() not in path.read_bytes(), path.name
        assert who.encode() not in path.read_bytes(), path.name
    # Nobody else is forgotten.
    assert await shop.memory.of(other).conversations() == (kept.conversation_id,)
    assert (await orchestrator.graph.aget_state({"configurable": {"thread_id": kept.conversation_id}})).values
    assert (await forget_customer(shop, who)).facts == 0


async def test_a_conversation_that_memory_never_noted_is_forgotten_too(shop: Shop) -> None:
    orchestrator = build_orchestrator(shop)
    who = CAST["tracker"].customer_id
    talked = await orchestrator.ask("where is my order?", principal=Principal.customer(who))
    await shop.memory.forget(who)
    config: RunnableConfig = {"configurable": {"thread_id": talked.conversation_id}}
    assert (await orchestrator.graph.aget_state(config)).values
    assert (await forget_customer(shop, who)).conversations == 1
    assert not (await orchestrator.graph.aget_state(config)).values
