"""People correct themselves, mistype and say half of it: what was proposed or refused is said anew, not lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from shopgraph.connectors.demo.cast import CAST
from shopgraph.graphs import Answer
from shopgraph.graphs.wording import coverage, quantity_of, words
from shopgraph.graphs.workflows.picking import pick_lines
from shopgraph.shop import Shop
from shopgraph.tools.views import OrderLineView

Talk = Callable[..., Awaitable[list[Answer]]]


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("persona", "texts", "proposed"),
    [
        ("returner", ["I want to return the mugs", "actually both"], "Drip Coffee Maker (black) and 2 × Stoneware"),
        ("returner", ["I want to return the mugs", "and the coffee maker too"], "(black) and 2 × Stoneware"),
        ("returner", ["I want to return the mugs", "put it on the gift card"], "to your gift card"),
        ("returner", ["I want to return the mugs", "just 1 of them"], "Return Stoneware Mugs (moss) from"),
        ("returner", ["I want to return one of the mugs"], "Return Stoneware Mugs (moss) from"),
        ("returner", ["return the cofee maker from #D1000002"], "Return Drip Coffee Maker"),
        ("returner", ["return everything", "hmm actually only the maker"], "Return Drip Coffee Maker (black) from"),
        ("returner", ["I'd like to return my order", "all"], "2 × Stoneware Mugs"),
        ("exchanger", ["exchange the shirt in order #D1000003", "sky L", "hmm actually white L"], "(white, L)"),
        ("exchanger", ["can I change my order to size L"], "(white, L)"),
        ("exchanger", ["the shirt doesn't fit", "L please"], "(white, L)"),
        ("final_sale", ["return everything from my last order", "only the slippers then"], "Return House Slippers"),
        ("final_sale", ["return earrings and slippers", "ok only the slippers"], "Return House Slippers"),
        ("canceler", ["cancel my order", "I changed my mind"], "Cancel order #D1000004"),
        ("canceler", ["cancel my order", "dont need it anymore"], "Cancel order #D1000004"),
        ("canceler", ["cancel my order, it was a mistake", "how long is delivery?", "ok yes cancel it", "by mistake"],
         "Cancel order #D1000004"),
        ("canceler", ["send #D1000004 to 5 High Street, Leeds, LS1 4DY", "no, 6 High Street, Leeds, LS1 4DY"],
         "to 6 High Street"),
        ("canceler", ["change the address to 1 Canary Wharf, London, E14 5AB", "the order"], "to 1 Canary Wharf"),
        ("canceler", ["where is my order?", "send it to work instead: 1 Canary Wharf, London, E14 5AB"],
         "to 1 Canary Wharf"),
        ("canceler", ["I want to pay with a different card"], "Visa ending in"),
        ("returner", ["exchange my coffee maker for the white one", "yes"], "(cream)"),
        ("returner", ["can I cancel order #D1000002?", "ok return it then", "mugs"], "Return 2 × Stoneware Mugs"),
    ],
)  # fmt: skip
async def test_it_is_proposed_as_it_was_said_last(talk: Talk, persona: str, texts: list[str], proposed: str) -> None:
    answers = await talk(persona, *texts)
    pending = answers[-1].pending
    assert pending is not None, answers[-1].answer
    assert proposed in pending.summary
    assert not any(answer.actions for answer in answers)


async def test_a_yes_after_a_correction_is_for_the_correction(talk: Talk, shop: Shop) -> None:
    answers = await talk("returner", "I want to return everything", "only one of the mugs", "to my gift card", "yes")
    assert [action.type for action in answers[-1].actions] == ["return_items"]
    (made,) = await shop.connectors.warehouse.returns(CAST["returner"].order_ids["delivered"])
    assert [(item.sku, item.quantity) for item in made.items] == [(CAST["returner"].skus["second"], 1)]


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("persona", "texts", "intent", "said"),
    [
        ("returner", ["I want to return everything", "actually never mind"], "deny", "not changed anything"),
        ("returner", ["I want to return everything", "I changed my mind"], "deny", "not changed anything"),
        ("tracker", ["I'll not be home tomorrow, can it be delivered on another day?"], "out_of_scope", "not sure"),
        ("refunded", ["where is my money", "when exactly?"], "out_of_scope", "not sure"),
        ("stranger", ["where is order 1000007", "and 1000008"], "order_status", "#D1000008"),
        ("stranger", ["cancel order #D1000001", "everything"], "cancel_order", "do not find"),
        ("dresser", ["where are my heels"], "order_status", "Silver Heels"),
        ("exchanger", ["I'd like to return the shirt", "refund to paypal"], "return_items", "no PayPal account"),
        ("late_returner", ["can I return my vase?", "please make an exception"], "return_items", "Ask for a person"),
        ("canceler", ["cancel my order", "too expensive"], "cancel_order", "for no other reason"),
        (None, ["I want to buy the sand headphones"], "product_question", "Wireless Headphones (sand) cost "),
        (None, ["portable speakr price"], "product_question", "Portable Speaker costs"),
        (None, ["how much is the dress in M"], "product_question", "Which product do you mean? I found"),
        (None, ["how much is the balance bike?" + " I wonder a lot." * 30], "product_question", "Balance Bike costs"),
    ],
)  # fmt: skip
async def test_what_is_said_is_not_taken_for_something_else(
    talk: Talk, persona: str | None, texts: list[str], intent: str, said: str
) -> None:
    answers = await talk(persona, *texts)
    assert answers[-1].route.intent == intent
    assert said in answers[-1].answer
    assert not any(answer.actions for answer in answers)


@pytest.mark.usefixtures("unchanged")
async def test_a_question_asked_again_says_so(talk: Talk) -> None:
    asked, again = await talk("exchanger", "I want to exchange my shirt", "for a blue wrap dress")
    assert again.answer.endswith(asked.answer)
    assert "ask for a person" in again.answer


def line(sku: str, title: str) -> OrderLineView:
    return OrderLineView.model_construct(sku=sku, title=title, options={}, current_quantity=1)


@pytest.mark.parametrize(
    ("text", "skus"),
    [
        ("the dress", []),
        ("the blue dress", ["A"]),
        ("both dresses, so all", ["A", "B", "C"]),
        ("earrings and the ivory dress", ["B", "C"]),
        ("the earings", ["C"]),
    ],
)
def test_lines_are_named_by_what_they_are(text: str, skus: list[str]) -> None:
    lines = [line("A", "Blue Wrap Dress"), line("B", "Ivory Pleated Dress"), line("C", "Pearl Stud Earrings")]
    assert [item.sku for item in pick_lines(text, lines)] == skus


@pytest.mark.parametrize(
    ("text", "alone", "number"),
    [
        ("two of the mugs", False, 2),
        ("a mug", False, 1),
        ("3 stoneware mugs", False, 3),
        ("just one", True, 1),
        ("just one", False, None),
        ("the mugs from order 12", True, None),
    ],
)
def test_quantities_are_read(text: str, alone: bool, number: int | None) -> None:
    assert quantity_of(text, "Stoneware Mugs", alone=alone) == number


def test_a_mistyped_word_counts_and_another_word_does_not() -> None:
    assert coverage("Coffee Maker", words("cofee maker")) == 1
    assert coverage("Oxford Shirt", words("oxford skirt")) == 0.5
