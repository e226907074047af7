"""The whole orchestrator with a real model behind a real OpenAI-compatible server.

The model is small: what it says is not judged, only that it was asked and that its words went through the guards. It
calls no tools: its chat template drops them, so the loop over tools is tested with scripted models.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from langchain_core.messages import HumanMessage

from shopgraph.graphs import Answer, Orchestrator, build_orchestrator
from shopgraph.models.calling import CallPolicy
from shopgraph.models.chat import LiteLLMChat
from shopgraph.shop import Shop

Talk = Callable[..., Awaitable[list[Answer]]]


@pytest.mark.local_llm
@pytest.mark.usefixtures("unchanged")
async def test_an_open_question_is_answered_by_a_real_model(
    shop: Shop, local_llm: str, make_talk: Callable[[Orchestrator], Talk]
) -> None:
    params = {"model": "openai/local", "api_base": local_llm, "api_key": "none"}
    model = LiteLLMChat(
        model="small",
        model_list=[{"model_name": "small", "litellm_params": params}],
        policy=CallPolicy(deadline_s=240, timeout_s=240, hedge_after_s=None),
        options={"max_tokens": 24, "temperature": 0},
    )
    orchestrator = build_orchestrator(shop, model=model)
    (answer,) = await make_talk(orchestrator)(None, "Tell me a bit about the balance bike.")
    assert answer.route.tier == "small_model"
    assert answer.layers["engine"].calls >= 1
    assert answer.layers["engine"].ms > 0
    assert answer.layers["governance"].calls >= 2
    assert answer.answer
    assert not any(verdict.verdict == "error" for verdict in answer.verdicts)
    assert not answer.actions
    state = await orchestrator.graph.aget_state({"configurable": {"thread_id": answer.conversation_id}})
    assert [message.type for message in state.values["messages"]] == ["human", "ai"]
    assert isinstance(state.values["messages"][0], HumanMessage)
    nodes = [event.node for event in await shop.audit.events(answer.request_id)]  # one round of the agent
    assert nodes == ["screen", "route", "stitch", "prepare", "decide", "agent", "govern", "record"]
