"""A message that asks for several things: each is served in its turn, and what has to wait is named."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest

from shopgraph.graphs import Answer, Orchestrator, build_orchestrator, workflow
from shopgraph.graphs.node import APOLOGY
from shopgraph.graphs.turns import Step, Turn
from shopgraph.models.routes import Intent
from shopgraph.shop import Shop

Talk = Callable[..., Awaitable[list[Answer]]]


def intents(answer: Answer) -> list[str]:
    return [route.intent for route in answer.routes]


@pytest.mark.usefixtures("unchanged")
async def test_two_questions_have_two_answers_in_order(shop: Shop, talk: Talk) -> None:
    (answer,) = await talk("tracker", "Where is order #D1000001? And do you have any discounts right now?")
    assert intents(answer) == ["order_status", "promotion_question"]
    assert answer.route == answer.routes[0]
    assert answer.answer.index("#D1000001") < answer.answer.index("% off")
    assert not answer.verdicts  # what the first answer stands on is still known when the second is checked
    events = await shop.audit.events(answer.request_id)
    routed = [cast(dict[str, Any], event.payload) for event in events if event.node == "route"]
    assert [step["intent"] for step in routed] == intents(answer)
    assert [step["decision"]["tier"] for step in routed] == ["workflow", "workflow"]
    (text,) = [event.payload["text"] for event in events if event.node == "screen"]
    assert "discounts" in str(text)


async def test_what_waits_for_a_yes_comes_first_and_the_rest_after_it(talk: Talk) -> None:
    wish = "I'd like to return the coffee maker, it is broken, and how long does delivery take?"
    asked, done = await talk("returner", wish, "Yes, please.")
    assert asked.pending is not None
    assert not asked.actions
    assert "You also asked about delivery" in asked.answer
    assert asked.answer.endswith("Shall I go ahead?")
    assert [action.type for action in done.actions] == ["return_items"]
    assert "Standard delivery takes" in done.answer


@pytest.mark.usefixtures("unchanged")
async def test_a_no_leaves_the_rest_to_be_answered_once(talk: Talk) -> None:
    wish = "I'd like to return the coffee maker, it is broken, and how long does delivery take?"
    _, declined, last = await talk("returner", wish, "no", "thanks")
    assert "Standard delivery takes" in declined.answer
    assert not declined.actions
    assert "delivery takes" not in last.answer


@pytest.mark.usefixtures("unchanged")
async def test_a_question_back_does_not_say_twice_what_waits(talk: Talk) -> None:
    first, second = await talk(
        "canceler", "Cancel order #D1000004 and what does the coffee maker cost?", "I really do not know why"
    )
    assert "You also asked about a product" in first.answer
    assert first.answer.endswith("?")
    assert "You also asked" not in second.answer


async def test_a_person_comes_last_and_takes_the_rest(talk: Talk) -> None:
    (answer,) = await talk("tracker", "I want to talk to a person. Also where is my order?")
    assert intents(answer) == ["order_status", "person"]
    assert answer.answer.index("#D1000001") < answer.answer.index("colleague")
    assert [action.type for action in answer.actions] == ["handoff"]
    assert "where is my order" in str(answer.actions[0].result) or answer.route.tier == "workflow"


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("persona", "text", "only"),
    [
        ("returner", "I want to return the coffee maker and get my money back", "return_items"),
        ("tracker", "Where is my order and when will it arrive?", "order_status"),
        ("returner", "The coffee maker is broken and useless, I want to return it", "return_items"),
        ("tracker", "Hello and thanks, where is my order?", "order_status"),
    ],
)
async def test_one_wish_in_two_sentences_is_one(talk: Talk, persona: str, text: str, only: str) -> None:
    (answer,) = await talk(persona, text)
    assert intents(answer) == [only]


@pytest.mark.usefixtures("unchanged")
async def test_who_is_not_known_is_asked_first_and_told_what_waits(talk: Talk) -> None:
    (answer,) = await talk(None, "Where is my order and do you have any discounts right now?")
    assert "You also asked about discounts" in answer.answer
    assert "sign in" in answer.answer


async def test_what_was_refused_does_not_refuse_the_next(talk: Talk) -> None:
    (answer,) = await talk("stranger", "Book in the return for order #D1000002. And I want to talk to a person.")
    assert intents(answer) == ["return_items", "person"]
    assert [action.type for action in answer.actions] == ["handoff"]
    assert "own-records-only" in [decision.rule for decision in answer.decisions]


@workflow(Intent.DELIVERY_QUESTION)
async def broken(turn: Turn) -> Step:
    """Fails."""
    raise RuntimeError("no")


async def test_what_was_done_is_said_though_the_next_step_fails(
    shop: Shop, make_talk: Callable[[Orchestrator], Talk]
) -> None:
    talk = make_talk(build_orchestrator(shop, workflows=[broken]))
    wish = "I'd like to return the coffee maker, it is broken, and how long does delivery take?"
    _, done = await talk("returner", wish, "yes")
    assert [action.type for action in done.actions] == ["return_items"]
    assert "The return for order #D1000002 is open" in done.answer
    assert done.answer.endswith(APOLOGY)
    assert "error" in {verdict.verdict for verdict in done.verdicts}
