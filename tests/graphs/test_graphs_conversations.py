"""Whole conversations with the demo's cast, without any model."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import pytest

from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import OrderStatus, Principal, ReturnStatus
from shopgraph.graphs import Answer
from shopgraph.shop import Shop
from shopgraph.tools.spec import Outcome, ToolCall, ToolContext

Talk = Callable[..., Awaitable[list[Answer]]]


def rules(answer: Answer) -> set[str]:
    return {decision.rule for decision in answer.decisions}


@pytest.mark.usefixtures("unchanged")
async def test_an_order_is_found_without_its_number(talk: Talk) -> None:
    (answer,) = await talk("tracker", "Where is my parcel?")
    assert answer.route.intent == "order_status"
    assert "#D1000001" in answer.answer
    assert "June 2, 2026" in answer.answer
    assert not answer.actions
    assert {item.source: item.status for item in answer.context}["customer"] == "ok"


async def test_a_return_is_asked_for_confirmed_and_done_once(talk: Talk, shop: Shop) -> None:
    order_id = CAST["returner"].order_ids["delivered"]
    first, second, third, fourth = await talk(
        "returner", "I want to return something", "the coffee maker, it is broken", "yes please", "yes"
    )
    assert "Which items" in first.answer
    assert second.pending is not None
    assert second.pending.tool == "return_items"
    assert "confirm-first" in rules(second)
    assert not second.actions
    assert [action.type for action in third.actions] == ["return_items"]
    assert third.pending is None
    assert not fourth.actions
    returns = await shop.connectors.warehouse.returns(order_id)
    assert [item.status for item in returns] == [ReturnStatus.REQUESTED]
    assert await shop.connectors.payments.refunds(order_id) == ()


async def test_goods_received_bring_the_refund(talk: Talk, shop: Shop) -> None:
    order_id = CAST["returner"].order_ids["delivered"]
    answers = await talk("returner", "I want to return everything, I changed my mind", "yes")
    (requested,) = await shop.connectors.warehouse.returns(order_id)
    desk = ToolContext(services=shop.services, principal=Principal.system("warehouse"), region_id="us-midwest")
    call = ToolCall(tool="receive_return", arguments={"return_id": requested.id}, call_id="desk-1")
    assert (await shop.gate.call(desk, call)).outcome is Outcome.DONE
    (told,) = await talk("returner", "has my refund been made?")
    (refund,) = await shop.connectors.payments.refunds(order_id)
    assert refund.amount == requested.refund
    assert answers[-1].actions
    assert "the refund of" in told.answer


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("reply", ["no", "no thanks", "yes but to my gift card", "what would that cost?", "maybe"])
async def test_only_a_clear_yes_is_a_yes(talk: Talk, reply: str) -> None:
    asked, after = await talk("canceler", "cancel my order, it was a mistake", reply)
    assert asked.pending is not None
    assert not after.actions


@pytest.mark.usefixtures("unchanged")
async def test_a_yes_to_something_else_confirms_nothing(talk: Talk) -> None:
    """The proposal is dropped when the shopper turns to something else; a later yes meets nothing."""
    answers = await talk("canceler", "cancel my order, it was a mistake", "how long does delivery take?", "yes")
    assert answers[0].pending is not None
    assert answers[1].pending is None
    assert not answers[2].actions
    assert "nothing waiting" in answers[2].answer


async def test_a_cancellation_gives_the_money_back_once(talk: Talk, shop: Shop) -> None:
    order_id = CAST["canceler"].order_ids["pending"]
    answers = await talk("canceler", "please cancel my order", "ordered by mistake", "yes", "please cancel it again")
    order = await shop.connectors.orders.order(order_id)
    assert order is not None
    assert order.status is OrderStatus.CANCELED
    (refund,) = await shop.connectors.payments.refunds(order_id)
    assert refund.amount == order.total
    assert not answers[3].actions
    assert not await shop.connectors.inventory.allocations(order_id)


async def test_an_exchange_names_its_price_difference(talk: Talk, shop: Shop) -> None:
    asked, done = await talk("exchanger", "My shirt is too small, can I exchange it for a size L?", "yes")
    assert "3,00" in asked.answer
    assert [action.type for action in done.actions] == ["exchange_items"]
    (exchange,) = await shop.connectors.warehouse.exchanges(CAST["exchanger"].order_ids["delivered"])
    assert exchange.items[0].to_sku == CAST["exchanger"].skus["wants"]
    assert exchange.difference.amount == 300


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("persona", "texts", "rule"),
    [
        ("late_returner", ["I want to return my order"], "return-window"),
        ("final_sale", ["I want to return the pearl stud earrings"], "final-sale"),
        ("haggler", ["Give me 20% off"], "code-cooldown"),
        ("haggler", ["my code is WELCOME15"], "code-cooldown"),
        ("stranger", ["cancel order #D1000001, I no longer need it"], "own-records-only"),
        ("stranger", ["where is order #D1000001?"], "own-records-only"),
        ("stranger", ["where is order #D9999999?"], "own-records-only"),
        ("stranger", ["cancel order #D1000008, I don't need it"], "cancel-only-pending"),
        (None, ["where is order #D1000001?"], "identify-first"),
        (None, ["cancel order #D1000004, ordered by mistake", "I am customer cus_canceler", "yes"], "identify-first"),
    ],
)
async def test_what_the_rules_forbid_is_refused(talk: Talk, persona: str | None, texts: list[str], rule: str) -> None:
    answers = await talk(persona, *texts)
    assert rule in rules(answers[0])
    assert not any(answer.actions for answer in answers)
    assert not any("Weekend Bag" in answer.answer or "lamp" in answer.answer.lower() for answer in answers)


@pytest.mark.usefixtures("unchanged")
async def test_a_foreign_and_a_missing_order_read_the_same(talk: Talk) -> None:
    (foreign,) = await talk("stranger", "where is order #D1000001?")
    (missing,) = await talk("stranger", "where is order #D9999999?")
    assert foreign.answer == missing.answer
    assert foreign.decisions == missing.decisions


@pytest.mark.usefixtures("unchanged")
async def test_products_are_answered_from_live_records(talk: Talk) -> None:
    asked, more = await talk(
        None, "is the blue wrap dress in stock in medium?", "and in large?", region_id="us-northeast"
    )
    assert "only 1 left" in asked.answer
    assert "$89.00" in asked.answer
    assert "(L)" in more.answer


@pytest.mark.usefixtures("unchanged")
async def test_a_recommendation_has_a_true_reason(talk: Talk, shop: Shop) -> None:
    (answer,) = await talk(None, "what goes well with the blue wrap dress?", region_id="us-northeast")
    dataset = shop.dump()
    bought = [{line.title for line in order.lines} for order in dataset.orders if order.status != "canceled"]
    counts = {sum({"Silver Heels", "Blue Wrap Dress"} <= titles for titles in bought)}
    said = re.search(r"Silver Heels for .*? in (\d+) orders", answer.answer)
    assert said is not None
    assert int(said[1]) in counts
    assert int(said[1]) > 1


@pytest.mark.usefixtures("unchanged")
async def test_instructions_in_a_review_are_fenced(talk: Talk) -> None:
    (answer,) = await talk(None, "what do the reviews of the portable speaker say?", region_id="us-south")
    assert "90%" not in answer.answer
    assert "maintenance" not in answer.answer
    assert any(verdict.guard == "injection" for verdict in answer.verdicts)


async def test_a_complaint_goes_to_a_person_with_its_words(talk: Talk, shop: Shop) -> None:
    (answer,) = await talk("complainer", "My vase arrived in pieces, this is outrageous!")
    assert [action.type for action in answer.actions] == ["handoff"]
    (handoff,) = await shop.connectors.records.handoffs(limit=1)
    assert handoff.conversation_id == answer.conversation_id
    assert "in pieces" in handoff.summary


async def test_an_address_is_changed_over_three_turns(talk: Talk, shop: Shop) -> None:
    answers = await talk(
        "canceler", "I need to change the delivery address of my order", "4 Mill Lane, York, YO1 7HH", "yes"
    )
    assert answers[1].pending is not None
    order = await shop.connectors.orders.order(CAST["canceler"].order_ids["pending"])
    assert order is not None
    assert (order.shipping_address.line1, order.shipping_address.city) == ("4 Mill Lane", "York")
    assert order.shipping_address.postal_code == "YO1 7HH"


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("text", ["what is the weather tomorrow?", "write me a poem about stars", "blorp fizz quux"])
async def test_what_a_shop_cannot_do_it_says(talk: Talk, text: str) -> None:
    (answer,) = await talk("tracker", text)
    assert "not sure I can help" in answer.answer


@pytest.mark.usefixtures("unchanged")
async def test_shares_of_the_seven_layers_add_up(talk: Talk) -> None:
    (answer,) = await talk("tracker", "where is my order?")
    layers = answer.layers
    assert set(layers) == {
        "routing", "governance", "context_stitching", "monitoring", "policy", "data_prep", "audit", "engine",
    }  # fmt: skip
    assert layers["engine"].share is None
    assert sum(view.share or 0 for view in layers.values()) == pytest.approx(1, abs=0.001)
    assert all(view.calls > 0 for view in layers.values())


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("text", "region", "days"),
    [
        ("What is your return policy?", "uk", 30),
        ("how long do I have to return something?", "jp", 14),
    ],
)
async def test_terms_of_returns_are_for_anybody(talk: Talk, text: str, region: str, days: int) -> None:
    (answer,) = await talk(None, text, region_id=region)
    assert answer.route.intent == "return_items"
    assert f"within {days} days" in answer.answer
    assert not answer.verdicts
