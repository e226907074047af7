"""Chat over LiteLLM: against LiteLLM's own mock, a server of ours, and a real local model where there is one."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool

from shopgraph.errors import ModelFault
from shopgraph.models.calling import CallPolicy
from shopgraph.models.chat import LiteLLMChat

if TYPE_CHECKING:
    from tests.models.conftest import FakeProvider


@tool
def get_order(order_id: str) -> str:
    """Read one order."""
    return order_id


def chat(url: str, *, spare: dict[str, Any] | None = None) -> LiteLLMChat:
    params = {"model": "openai/fake", "api_base": url, "api_key": "local"}
    entries = [{"model_name": "small", "litellm_params": params}]
    entries += [{"model_name": "spare", "litellm_params": spare}] if spare else []
    return LiteLLMChat(model="small", model_list=entries, policy=CallPolicy(timeout_s=120, hedge_after_s=None))


def mocked(**params: Any) -> LiteLLMChat:
    params = {"model": "gpt-4o-mini", "api_key": "none", **params}
    return LiteLLMChat(model="small", model_list=[{"model_name": "small", "litellm_params": params}])


def test_importing_it_imports_no_litellm() -> None:
    modules = "shopgraph.models.chat, shopgraph.models.registry, shopgraph.models.router"
    code = f"import sys, {modules}; print('litellm' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


async def test_a_mocked_answer_has_text_usage_and_cost() -> None:
    answer = await mocked(mock_response="Hello from the mock.").ainvoke("hi")
    assert answer.text == "Hello from the mock."
    assert answer.usage_metadata is not None
    assert answer.usage_metadata["total_tokens"] > 0
    assert float(answer.response_metadata["cost"]) > 0
    assert os.environ["LITELLM_MODE"] == "PRODUCTION"
    assert os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] == "True"


async def test_a_provider_answers(provider: FakeProvider) -> None:
    answer = await chat(provider.url).ainvoke([SystemMessage("Be brief."), HumanMessage("Where is it?")])
    assert answer.text == "Your order is on its way."
    assert answer.usage_metadata == {"input_tokens": 11, "output_tokens": 6, "total_tokens": 17}
    (request,) = provider.requests
    assert request["path"] == "/v1/chat/completions"
    assert [message["role"] for message in request["messages"]] == ["system", "user"]
    assert request["key"] == "Bearer local"


def test_it_answers_synchronously_too(provider: FakeProvider) -> None:
    assert chat(provider.url).invoke("Where is it?").text == "Your order is on its way."
    assert "".join(chunk.text for chunk in chat(provider.url).stream("x")) == "Your order is on its way."


async def test_a_provider_streams(provider: FakeProvider) -> None:
    chunks = [chunk async for chunk in chat(provider.url).astream("Where is it?")]
    assert [chunk.text for chunk in chunks if chunk.text] == ["Your order ", "is on its way."]
    assert provider.requests[0]["stream"] is True
    usage = [chunk.usage_metadata for chunk in chunks if chunk.usage_metadata]
    assert usage[-1]["total_tokens"] == 17


async def test_a_provider_calls_a_tool_and_gets_its_result(provider: FakeProvider) -> None:
    model = chat(provider.url).bind_tools([get_order], tool_choice="any")
    provider.tool = ("get_order", '{"order_id": "#D1000001"}')
    asked = await model.ainvoke("Where is #D1000001?")
    assert [(call["name"], call["args"]) for call in asked.tool_calls] == [("get_order", {"order_id": "#D1000001"})]
    assert provider.requests[0]["tools"][0]["function"]["name"] == "get_order"
    assert provider.requests[0]["tool_choice"] == "required"
    provider.tool = None
    said = await model.ainvoke([HumanMessage("?"), asked, ToolMessage("shipped", tool_call_id="call_1")])
    assert said.text == "Your order is on its way."
    assert [message["role"] for message in provider.requests[1]["messages"]] == ["user", "assistant", "tool"]


async def test_a_streamed_tool_call_is_put_together(provider: FakeProvider) -> None:
    provider.tool = ("get_order", '{"order_id": "#D1000001"}')
    whole: AIMessageChunk | None = None
    async for chunk in chat(provider.url).bind_tools([get_order]).astream("x"):
        assert isinstance(chunk, AIMessageChunk)
        whole = chunk if whole is None else whole + chunk
    assert whole is not None
    assert whole.tool_calls[0]["args"] == {"order_id": "#D1000001"}


@pytest.mark.parametrize("arguments", ['{"order_id": ', '["#D1000001"]', "no json"])
async def test_broken_arguments_are_kept_apart(provider: FakeProvider, arguments: str) -> None:
    provider.tool = ("get_order", arguments)
    answer = await chat(provider.url).bind_tools([get_order]).ainvoke("x")
    assert isinstance(answer, AIMessage)
    assert answer.tool_calls == []
    assert answer.invalid_tool_calls[0]["args"] == arguments


async def test_a_failing_provider_raises_and_a_fallback_answers(provider: FakeProvider) -> None:
    provider.status = 500
    with pytest.raises(ModelFault, match="scripted fault"):
        await chat(provider.url).ainvoke("x")
    assert provider.requests
    spare = {"model": "gpt-4o-mini", "api_key": "none", "mock_response": "from the spare one"}
    assert (await chat(provider.url, spare=spare).ainvoke("x")).text == "from the spare one"


@pytest.mark.local_llm
async def test_a_real_local_model_answers_and_streams(local_llm: str) -> None:
    """A test of the plumbing: what so small a model says is not judged."""
    model = chat(local_llm).model_copy(update={"options": {"max_tokens": 12, "temperature": 0}})
    answer = await model.ainvoke("Say hello.")
    assert answer.text
    assert answer.usage_metadata is not None
    assert answer.usage_metadata["output_tokens"] > 0
    streamed = "".join([chunk.text async for chunk in model.astream("Say hello.")])
    assert streamed == answer.text
