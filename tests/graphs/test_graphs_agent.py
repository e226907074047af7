"""The agent's loop with scripted models: it reads, it proposes, and it can never do or say what it likes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from langchain_core.messages import AIMessage

from shopgraph.cli.demo.model import careless_model
from shopgraph.graphs import Answer, Orchestrator, build_orchestrator
from shopgraph.models.scripted import ScriptedChatModel
from shopgraph.shop import Shop

Talk = Callable[..., Awaitable[list[Answer]]]
MakeTalk = Callable[[Orchestrator], Talk]

OPEN_QUESTION = "Tell me a bit about the balance bike."


def call(name: str, **arguments: Any) -> AIMessage:
    return AIMessage("", tool_calls=[{"name": name, "args": arguments, "id": f"call_{name}"}])


@pytest.mark.usefixtures("unchanged")
async def test_a_wrong_price_is_corrected_before_it_leaves(shop: Shop, make_talk: MakeTalk) -> None:
    talk = make_talk(build_orchestrator(shop, model=careless_model()))
    (answer,) = await talk(None, OPEN_QUESTION, region_id="us-west")
    product = await shop.connectors.catalog.offer("BALANCE-BIKE-SAGE", "us-west")
    assert product is not None
    assert answer.route.tier == "small_model"
    assert f"${product.price.decimal}" in answer.answer
    assert "50%" not in answer.answer
    assert "fix" in {verdict.verdict for verdict in answer.verdicts}
    assert answer.layers["engine"].calls >= 3


async def test_a_change_waits_for_the_customers_yes(shop: Shop, make_talk: MakeTalk) -> None:
    model = ScriptedChatModel(script=[call("cancel_order", order_id="#D1000004", reason="ordered_by_mistake")])
    talk = make_talk(build_orchestrator(shop, model=model))
    asked, done = await talk("canceler", OPEN_QUESTION, "yes")
    assert asked.pending is not None
    assert asked.pending.tool == "cancel_order"
    assert not asked.actions
    assert [action.type for action in done.actions] == ["cancel_order"]


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("persona", "tool", "arguments"),
    [
        ("stranger", "cancel_order", {"order_id": "#D1000004", "reason": "ordered_by_mistake"}),
        (None, "cancel_order", {"order_id": "#D1000004", "reason": "ordered_by_mistake"}),
        ("stranger", "get_order", {"order_id": "#D1000004"}),
        ("stranger", "receive_return", {"return_id": "ret_1"}),
        ("stranger", "no_such_tool", {}),
        ("canceler", "cancel_order", {"order_id": "#D1000004", "reason": "because"}),
    ],
)
async def test_what_a_model_may_not_do_does_not_happen(
    shop: Shop, make_talk: MakeTalk, persona: str | None, tool: str, arguments: dict[str, Any]
) -> None:
    model = ScriptedChatModel(script=[call(tool, **arguments), AIMessage("I have canceled your order.")])
    talk = make_talk(build_orchestrator(shop, model=model))
    answers = await talk(persona, OPEN_QUESTION, "yes")
    assert not any(answer.actions for answer in answers)
    assert "I have canceled" not in answers[0].answer


async def test_a_model_that_never_comes_to_an_answer_meets_a_person(shop: Shop, make_talk: MakeTalk) -> None:
    model = ScriptedChatModel(play=lambda _: call("search_products", query="bike"))
    talk = make_talk(build_orchestrator(shop, model=model))
    (answer,) = await talk("tracker", OPEN_QUESTION)
    assert [action.type for action in answer.actions] == ["handoff"]
    assert len(model.calls) == 6


@pytest.mark.usefixtures("unchanged")
async def test_a_model_sees_facts_as_data_and_no_cost(shop: Shop, make_talk: MakeTalk) -> None:
    model = ScriptedChatModel(script=["It is a fine bike."])
    talk = make_talk(build_orchestrator(shop, model=model))
    await talk("tracker", OPEN_QUESTION)
    prompt = str(model.calls[0][0].content)
    assert "<facts>" in prompt
    assert "#D1000001" in prompt
    variants = await shop.connectors.catalog.variants("prd_balance_bike")
    assert not any(str(variant.cost.decimal) in prompt for variant in variants if variant.cost)
    assert "@example.com" not in prompt
