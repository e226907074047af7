"""A graph's own ToolNode swapped for the gated one: same edges, same messages, every call judged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolCall, ToolMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition
from langgraph.types import Command

from shopgraph.models.scripted import ScriptedChatModel
from shopgraph.shop import Shop
from shopgraph.tools.langchain import outcome_of
from shopgraph.tools.node import GatedToolNode
from shopgraph.tools.spec import Outcome, ToolContext
from tests.plugins.conftest import CANCEL, ContextFor

NOTE = ("add_note", {"body": "rings twice"})
PROFILE = ("change_profile_address", {"address": {"line1": "1 A", "city": "B", "postal_code": "1", "country": "GB"}})
HELLO = {"messages": [HumanMessage("hello")]}
CONFIG = {"configurable": {"thread_id": "t"}}


def calling(*asked: tuple[str, dict[str, Any]]) -> AIMessage:
    return AIMessage(
        "", tool_calls=[ToolCall(name=name, args=args, id=f"c{n}") for n, (name, args) in enumerate(asked)]
    )


def graph_of(node: ToolNode, *asked: tuple[str, dict[str, Any]]) -> Any:
    """The usual loop of a model and its tools."""
    model = ScriptedChatModel(script=[calling(*asked), "Done."])
    builder: Any = StateGraph(MessagesState, context_schema=ToolContext)
    builder.add_node("model", lambda state: {"messages": [model.invoke(state["messages"])]})
    builder.add_node("tools", node)
    builder.add_edge(START, "model")
    builder.add_conditional_edges("model", tools_condition)
    builder.add_edge("tools", "model")
    return builder.compile(checkpointer=InMemorySaver())


def told(result: Any) -> dict[str, ToolMessage]:
    return {str(message.name): message for message in result.value["messages"] if isinstance(message, ToolMessage)}


async def test_the_loop_of_model_and_tools_goes_on_as_before(shop: Shop, context_for: ContextFor) -> None:
    @tool
    def weather(city: str) -> str:
        """Tell the weather."""
        return f"rain in {city}"

    node = GatedToolNode(shop.gate, [weather], free=["weather"])
    graph = graph_of(node, ("get_profile", {}), ("weather", {"city": "Leeds"}), ("launch", {}))
    result = await graph.ainvoke(HELLO, CONFIG, context=context_for("canceler"), version="v2")
    messages = told(result)
    assert outcome_of(messages["get_profile"]).outcome is Outcome.DONE
    assert messages["weather"].content == "rain in Leeds"
    assert outcome_of(messages["launch"]).decisions[0].rule == "not-behind-the-gate"
    assert result.value["messages"][-1].text == "Done."


def test_from_sync_code(shop: Shop, context_for: ContextFor) -> None:
    graph = graph_of(GatedToolNode(shop.gate), ("get_profile", {}), NOTE)
    result = graph.invoke(HELLO, CONFIG, context=context_for("canceler"), version="v2")
    assert {outcome_of(message).outcome for message in told(result).values()} == {Outcome.DONE}


@pytest.mark.parametrize("sync", [True, False])
async def test_all_questions_of_a_message_are_one_interrupt_and_nothing_is_done_before(
    shop: Shop, context_for: ContextFor, state_of: Callable[[], str], sync: bool
) -> None:
    before = state_of()
    node = GatedToolNode(shop.gate, asks=True)
    graph = graph_of(node, NOTE, PROFILE, ("cancel_order", CANCEL), PROFILE)
    context = context_for("canceler")

    async def run(given: Any) -> Any:
        if sync:
            return graph.invoke(given, CONFIG, context=context, version="v2")
        return await graph.ainvoke(given, CONFIG, context=context, version="v2")

    (waiting,) = (await run(HELLO)).interrupts
    assert [question["tool"] for question in waiting.value] == ["change_profile_address", "cancel_order"]
    assert state_of() == before
    profile, cancel = (question["digest"] for question in waiting.value)
    answers = {"answers": {profile: {"approve": True}, cancel: {"approve": False, "note": "I keep it"}}}
    # An equal call is another call: the yes to the first is none to the second.
    (again,) = (await run(Command(resume=answers))).interrupts
    assert [question["digest"] for question in again.value] == [profile]
    assert state_of() == before
    result = await run(Command(resume={"answers": {profile: {"approve": False}}}))
    ended = [outcome_of(message) for message in result.value["messages"] if isinstance(message, ToolMessage)]
    assert [outcome.outcome for outcome in ended] == [Outcome.DONE, Outcome.DONE, Outcome.REFUSED, Outcome.REFUSED]
    assert ended[2].decisions[0].reason.endswith("I keep it")
    assert await shop.connectors.payments.refunds(str(CANCEL["order_id"])) == ()
    notes = await shop.connectors.crm.notes(context.principal.id)
    assert [note.body for note in notes].count("rings twice") == 1


@pytest.mark.parametrize("as_list", [True, False])
async def test_messages_go_in_and_come_out_as_with_a_tool_node(
    shop: Shop, context_for: ContextFor, as_list: bool
) -> None:
    message = calling(("get_profile", {}))
    shapes = []
    for node in (ToolNode(list(GatedToolNode(shop.gate).tools_by_name.values())), GatedToolNode(shop.gate)):
        seen: list[Any] = []

        async def look(
            state: MessagesState, config: RunnableConfig, node: ToolNode = node, seen: list[Any] = seen
        ) -> None:
            seen.append(await node.ainvoke([message] if as_list else {"messages": [message]}, config))

        builder = StateGraph(MessagesState, context_schema=ToolContext)
        builder.add_node("look", look)
        builder.add_edge(START, "look")
        graph: Any = builder.compile()
        await graph.ainvoke(HELLO, context=context_for("canceler"))
        (got,) = seen
        (answer,) = got if as_list else got["messages"]
        shapes.append((type(got), answer.content, answer.tool_call_id, answer.name, answer.artifact))
    assert shapes[0] == shapes[1]


async def test_an_answer_that_names_what_was_shown_is_for_nothing_else(
    shop: Shop, context_for: ContextFor, state_of: Callable[[], str]
) -> None:
    graph = graph_of(GatedToolNode(shop.gate, asks=True), PROFILE)
    context, before = context_for("canceler"), state_of()
    (waiting,) = (await graph.ainvoke(HELLO, CONFIG, context=context, version="v2")).interrupts
    answer = {waiting.value[0]["digest"]: {"approve": True, "summary": "Something else"}}
    resumed = await graph.ainvoke(Command(resume={"answers": answer}), CONFIG, context=context, version="v2")
    (message,) = [entry for entry in resumed.value["messages"] if isinstance(entry, ToolMessage)]
    assert outcome_of(message).decisions[-1].rule == "confirm-anew"
    assert state_of() == before
