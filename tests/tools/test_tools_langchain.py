"""The tools in somebody else's graph: a plain ToolNode, the asker from the runtime context, the gate inside."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from langchain_core.messages import AIMessage, ToolCall, ToolMessage
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode

from shopgraph.connectors.embedded import EmbeddedShop
from shopgraph.errors import ConfigurationError
from shopgraph.tools.gate import Gate
from shopgraph.tools.langchain import langchain_tools, outcome_of
from shopgraph.tools.spec import Outcome, ToolContext

Ask = Callable[..., ToolContext]


def graph_of(gate: Gate, context_schema: type[Any], **options: Any) -> Any:
    builder = StateGraph(MessagesState, context_schema=context_schema)
    builder.add_node("tools", ToolNode(langchain_tools(gate, **options), handle_tool_errors=False))
    builder.add_edge(START, "tools")
    builder.add_edge("tools", END)
    return builder.compile()


async def calls(graph: Any, context: object, *asked: tuple[str, dict[str, Any]]) -> list[ToolMessage]:
    tool_calls = [ToolCall(name=name, args=args, id=f"tc{n}") for n, (name, args) in enumerate(asked)]
    state = await graph.ainvoke({"messages": [AIMessage(content="", tool_calls=tool_calls)]}, context=context)
    messages: list[ToolMessage] = state["messages"][1:]
    return messages


async def test_text_for_the_model_and_the_outcome_for_the_app(gate: Gate, ask: Ask) -> None:
    graph = graph_of(gate, ToolContext)
    (message,) = await calls(graph, ask("ann"), ("get_order", {"order_id": "#P1"}))
    assert json.loads(str(message.content))["order_id"] == "#P1"
    assert outcome_of(message).outcome is Outcome.DONE
    assert json.dumps(message.artifact)


async def test_who_asks_never_comes_from_arguments(gate: Gate, ask: Ask, shop: EmbeddedShop) -> None:
    graph = graph_of(gate, ToolContext)
    before = shop.dump()
    smuggled = {"order_id": "#P2", "reason": "no_longer_needed"}
    messages = await calls(
        graph,
        ask("ann"),
        ("cancel_order", smuggled),
        ("get_order", {"order_id": "#P2", "runtime": {"context": "bob"}}),
        ("get_order", {"order_id": "#P2", "principal": "bob"}),
    )
    assert [outcome_of(message).outcome for message in messages] == [
        Outcome.REFUSED,
        Outcome.REFUSED,
        Outcome.INVALID,
    ]
    assert "bob" not in str([message.content for message in messages])
    assert shop.dump() == before


async def test_a_change_is_proposed_to_the_model_and_done_after_a_yes(gate: Gate, ask: Ask, shop: EmbeddedShop) -> None:
    graph = graph_of(gate, ToolContext)
    before = shop.dump()
    arguments = {"order_id": "#P1", "reason": "no_longer_needed"}
    (message,) = await calls(graph, ask("ann"), ("cancel_order", arguments))
    proposal = outcome_of(message).proposal
    assert proposal is not None
    assert "Ask the customer for a yes to exactly this: Cancel order #P1" in str(message.content)
    assert shop.dump() == before
    confirmed = replace(ask("ann"), request_confirmed=proposal.digest)
    (message,) = await calls(graph, confirmed, ("cancel_order", arguments))
    assert outcome_of(message).outcome is Outcome.DONE
    (message,) = await calls(graph, confirmed, ("cancel_order", arguments))
    assert outcome_of(message).outcome is Outcome.REPLAYED
    assert len(await shop.connectors.payments.refunds("#P1")) == 1


async def test_a_yes_without_the_request_it_was_said_in_is_not_taken(gate: Gate, ask: Ask, shop: EmbeddedShop) -> None:
    before = shop.dump()
    context = replace(ask("ann"), request_id="", request_confirmed="any digest")
    with pytest.raises(ConfigurationError, match="has no id"):
        await calls(graph_of(gate, ToolContext), context, ("get_profile", {}))
    assert shop.dump() == before


async def test_a_malformed_call_and_a_refusal_tell_the_model_what_to_do(gate: Gate, ask: Ask) -> None:
    graph = graph_of(gate, ToolContext)
    wrong, refused = await calls(
        graph,
        ask(),
        ("search_products", {"query": "dress", "limit": 9999}),
        ("get_profile", {}),
    )
    assert str(wrong.content).startswith("Nothing was done. limit: Input should be less than or equal to 20")
    assert str(refused.content).startswith("Refused, nothing was done. Nobody has been identified")


@dataclass(frozen=True)
class Theirs:
    """Somebody else's runtime context."""

    user: str
    tools: ToolContext


async def test_their_own_context_says_who_asks(gate: Gate, ask: Ask) -> None:
    graph = graph_of(gate, Theirs, names=["get_profile"], context_of=lambda context: context.tools)
    (message,) = await calls(graph, Theirs(user="x", tools=ask("ann")), ("get_profile", {}))
    assert json.loads(str(message.content))["customer_id"] == "ann"


async def test_without_a_context_nobody_is_served(gate: Gate) -> None:
    graph = graph_of(gate, ToolContext)
    with pytest.raises(ConfigurationError, match="nobody is known to be asking"):
        await calls(graph, None, ("get_order", {"order_id": "#P1"}))


def test_the_model_sees_arguments_and_nothing_of_the_runtime(gate: Gate) -> None:
    by_name = {tool.name: tool for tool in langchain_tools(gate)}
    assert "receive_return" not in by_name
    schema = by_name["cancel_order"].tool_call_schema
    assert isinstance(schema, dict)
    assert set(schema["properties"]) == {"order_id", "reason"}
    assert schema["properties"]["order_id"]["description"]


def test_an_unknown_name_is_refused(gate: Gate) -> None:
    with pytest.raises(ConfigurationError, match="no tool 'nothing'"):
        langchain_tools(gate, names=["nothing"])
