"""Our own models under LiteLLM's names, for whoever calls LiteLLM."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from shopgraph.errors import ModelFault
from shopgraph.models.chat import LiteLLMChat
from shopgraph.models.deployments import litellm

FACTS = SystemMessage("Be brief.\n<facts>\nOrder #D1: shipped, $1.00, Bag.\n</facts>")


def model(name: str, **params: Any) -> LiteLLMChat:
    entry = {"model_name": "own", "litellm_params": {"model": f"shopgraph/{name}", **params}}
    return LiteLLMChat(model="own", model_list=[entry])


async def test_the_last_tier_is_a_model_like_any_other() -> None:
    talk = [FACTS, HumanMessage("where is my order?")]
    answer = await model("facts").ainvoke(talk)
    assert "Order #D1: shipped" in answer.text
    assert answer.response_metadata["cost"] == "0.000000000"
    assert "".join([chunk.text async for chunk in model("facts").astream(talk)]) == answer.text


async def test_it_tells_a_tools_result_in_the_language_of_the_question_or_its_own() -> None:
    call = AIMessage("", tool_calls=[{"name": "get_order", "args": {}, "id": "call_1"}])
    result = ToolMessage(
        json.dumps({"order_id": "#D1", "status": "shipped", "lines": [{"title": "Bag"}]}), tool_call_id="call_1"
    )
    for name, question in (("facts", "wo ist meine bestellung?"), ("facts-de", "where is my order?")):
        answer = await model(name).ainvoke([FACTS, HumanMessage(question), call, result])
        assert "Bestellung #D1 (Bag) ist unterwegs." in answer.text


async def test_litellm_itself_knows_it() -> None:
    answer = await litellm().acompletion(model="shopgraph/facts-fr", messages=[{"role": "user", "content": "x"}])
    assert answer.choices[0].message.content.startswith("Je ne peux pas y répondre")


async def test_a_script_is_played_entry_by_entry(tmp_path: Path) -> None:
    script = tmp_path / "script.yaml"
    script.write_text("- Hello.\n- {tool: get_order, arguments: {order_id: '#D1'}}\n- Done.\n", encoding="utf-8")
    own = model("scripted", api_base=str(script))
    assert (await own.ainvoke("x")).text == "Hello."
    assert (await own.ainvoke("x")).tool_calls[0]["args"] == {"order_id": "#D1"}
    assert "".join([chunk.text async for chunk in own.astream("x")]) == "Done."
    with pytest.raises(ModelFault, match="asked for one more"):
        await own.ainvoke("x")


@pytest.mark.parametrize(
    ("name", "says"), [("nothing", "There is no model shopgraph/nothing"), ("scripted", "has no script")]
)
async def test_what_is_not_there_is_named(name: str, says: str) -> None:
    with pytest.raises(ModelFault, match=says):
        await model(name).ainvoke("x")
