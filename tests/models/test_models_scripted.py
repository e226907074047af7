"""The scripted chat model plays what it is given, the way a provider's model would."""

from __future__ import annotations

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool

from shopgraph.errors import ConfigurationError
from shopgraph.models.scripted import ScriptedChatModel

CALL = {"name": "get_order", "args": {"order_id": "#D1000001"}, "id": "call_1", "type": "tool_call"}


@tool
def get_order(order_id: str) -> str:
    """Read one order."""
    return order_id


async def test_it_plays_its_script_in_order_and_keeps_what_it_was_asked() -> None:
    model = ScriptedChatModel(script=["first", AIMessage("", tool_calls=[CALL])])
    assert (await model.ainvoke("one")).text == "first"
    assert model.invoke("two").tool_calls == [CALL]
    assert [[message.text for message in call] for call in model.calls] == [["one"], ["two"]]


async def test_it_counts_tokens_where_the_script_does_not() -> None:
    answer = await ScriptedChatModel(script=["three words here"]).ainvoke("two words")
    assert answer.usage_metadata == {"input_tokens": 2, "output_tokens": 3, "total_tokens": 5}


async def test_it_streams_words_tool_calls_and_usage() -> None:
    model = ScriptedChatModel(script=[AIMessage("One moment please.", tool_calls=[CALL])])
    chunks = [chunk async for chunk in model.astream("go")]
    assert [chunk.text for chunk in chunks if chunk.text] == ["One ", "moment ", "please."]
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole += chunk
    assert isinstance(whole, AIMessageChunk)
    assert whole.tool_calls == [CALL]
    assert whole.usage_metadata is not None
    assert whole.usage_metadata["output_tokens"] == 3
    assert model.calls[0][0].text == "go"


def test_it_streams_synchronously_too() -> None:
    assert "".join(chunk.text for chunk in ScriptedChatModel(script=["a b"]).stream("x")) == "a b"


async def test_a_model_with_tools_goes_on_with_the_same_script() -> None:
    model = ScriptedChatModel(script=["one", "two"])
    bound = model.bind_tools([get_order])
    assert (await bound.ainvoke("x")).text == "one"
    assert (await model.ainvoke("x")).text == "two"
    assert isinstance(bound, ScriptedChatModel)
    assert bound.tools[0]["function"]["name"] == "get_order"
    assert model.tools == []


async def test_a_function_of_the_messages_answers() -> None:
    def play(messages: list[BaseMessage]) -> AIMessage:
        return AIMessage("done") if isinstance(messages[-1], ToolMessage) else AIMessage("", tool_calls=[CALL])

    model = ScriptedChatModel(play=play)
    asked = await model.ainvoke([HumanMessage("go")])
    assert asked.tool_calls == [CALL]
    assert (await model.ainvoke([HumanMessage("go"), asked, ToolMessage("x", tool_call_id="call_1")])).text == "done"


async def test_an_exception_in_the_script_is_raised_and_the_script_goes_on() -> None:
    model = ScriptedChatModel(script=[TimeoutError("slow"), "ok"])
    with pytest.raises(TimeoutError, match="slow"):
        await model.ainvoke("x")
    assert (await model.ainvoke("x")).text == "ok"


async def test_a_script_that_is_over_says_so() -> None:
    with pytest.raises(ConfigurationError, match="asked for one more"):
        await ScriptedChatModel(script=[]).ainvoke("x")
