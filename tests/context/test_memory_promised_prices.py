"""A promised price may be said of what it was promised for, to whom it was promised, and of nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from langchain_core.messages import HumanMessage

from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import Money, Principal
from shopgraph.graphs import build_orchestrator
from shopgraph.graphs.context import RunContext
from shopgraph.graphs.memory import Promise, PromiseKind, Voice
from shopgraph.guards.facts import Facts
from shopgraph.shop import Shop

WHO = Principal.customer(CAST["dresser"].customer_id)
OTHER = Principal.customer(CAST["haggler"].customer_id)
LAMP, DRESS = "prd_desk_lamp", "BLUE-WRAP-DRESS-M"


async def promised(shop: Shop, subject: str, text: str, amount: Money) -> None:
    """Promise it to the customer for two days."""
    now = shop.clock.now()
    promise = Promise(
        id=f"price:{subject}", by=Voice.STAFF, kind=PromiseKind.PRICE, subject=subject, text=text, amount=amount,
        at=now, until=now + timedelta(days=2),
    )  # fmt: skip
    await shop.memory.of(WHO.id).promise(promise)


async def facts_for(shop: Shop, text: str, who: Principal) -> Facts:
    """What the guards go by when this customer asks that."""
    state = await build_orchestrator(shop).graph.ainvoke(
        {"messages": [HumanMessage(text)]},
        {"configurable": {"thread_id": f"conv_{who.id}"}},
        context=RunContext(shop=shop, principal=who),
    )
    facts: Facts = state["facts"]
    return facts


@pytest.mark.parametrize("subject", [LAMP, "DESK-LAMP-BLACK"])
@pytest.mark.parametrize("text", ["The desk lamp for $70.00", "Desk Lamp at the old price of $70.00"])
async def test_a_promised_price_is_repeated_as_it_was_made(shop: Shop, subject: str, text: str) -> None:
    await promised(shop, subject, text, Money.of("70.00", "USD"))
    told = await build_orchestrator(shop).ask("what does the desk lamp cost?", principal=WHO)
    assert told.answer.startswith("Desk Lamp costs $84.00.")
    assert f"You were promised: {text}; that stands until June 3, 2026." in told.answer
    assert not told.verdicts


async def test_what_is_neither_the_price_nor_promised_is_corrected_to_the_price(shop: Shop) -> None:
    await promised(shop, LAMP, "The desk lamp for $70.00", Money.of("70.00", "USD"))
    facts = await facts_for(shop, "what does the desk lamp cost?", WHO)
    for said, meant in (
        ("The Desk Lamp costs $70.00.", "$70.00"),
        ("Two of the Desk Lamp come to $140.00.", "$140.00"),
        ("The Desk Lamp costs $71.00.", "$84.00"),
        ("You were promised the Desk Lamp for $60.00.", "$84.00"),
    ):
        assert meant in shop.guards.run(said, facts).text, said


async def test_a_variants_promise_is_no_price_of_another_variant_or_product(shop: Shop) -> None:
    await promised(shop, DRESS, "Blue Wrap Dress in M for $80.00", Money.of("80.00", "USD"))
    facts = await facts_for(shop, "do you have the blue wrap dress?", WHO)
    assert {product.sku for product in facts.products if product.promised and product.sku} == {DRESS}
    assert shop.guards.run("The Blue Wrap Dress, size M, costs $80.00.", facts).text.endswith("$80.00.")
    assert "$80.00" not in shop.guards.run("The Blue Wrap Dress, size L, costs $80.00.", facts).text


@pytest.mark.parametrize("who", [OTHER, Principal.guest()])
async def test_another_customers_promise_is_no_fact(shop: Shop, who: Principal) -> None:
    await promised(shop, LAMP, "The desk lamp for $70.00", Money.of("70.00", "USD"))
    facts = await facts_for(shop, "what does the desk lamp cost?", who)
    assert facts.products
    assert not any(product.promised for product in facts.products)
    assert shop.guards.run("The Desk Lamp costs $70.00.", facts).text == "The Desk Lamp costs $84.00."


async def test_a_promise_in_another_currency_is_no_price(shop: Shop) -> None:
    await promised(shop, LAMP, "The desk lamp for 70 euros", Money.of("70.00", "EUR"))
    facts = await facts_for(shop, "what does the desk lamp cost?", WHO)
    assert facts.currency == "USD"
    assert not any(product.promised for product in facts.products)
