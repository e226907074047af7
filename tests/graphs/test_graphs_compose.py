"""Engineers compose: own workflows, sources, models, and single nodes in a graph of their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph

from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import Principal
from shopgraph.errors import ConfigurationError
from shopgraph.graphs import (
    Answer,
    Orchestrator,
    RunContext,
    State,
    Turn,
    ask,
    build_orchestrator,
    compile_orchestrator,
    context_source,
    make_parts,
    propose,
    say,
    workflow,
)
from shopgraph.graphs.inbound import route, screen
from shopgraph.graphs.state import TurnInput
from shopgraph.graphs.stitching.source import Query
from shopgraph.graphs.turns import Step
from shopgraph.shop import Shop

Talk = Callable[..., Awaitable[list[Answer]]]
MakeTalk = Callable[[Orchestrator], Talk]

GIFT_EXAMPLES = (
    "can you gift wrap it?",
    "please wrap it as a present",
    "do you do gift wrapping?",
    "I want gift wrap",
    "wrap it nicely as a gift please",
)


@workflow("gift_wrap", examples=GIFT_EXAMPLES, recipe=["customer", "paper"])
async def gift_wrap(turn: Turn) -> Step:
    """Ask for the paper, then say it."""
    paper = next((color for color in ("green", "silver") if color in turn.text.lower()), "")
    if not paper:
        return ask("paper", f"Which paper: {turn.context.extra['paper']}?")
    return say(f"I noted {paper} paper for you.")


@context_source("paper")
async def paper(query: Query) -> dict[str, Any] | None:
    """Papers in store."""
    return {"colors": "green or silver"}


@pytest.mark.usefixtures("unchanged")
async def test_an_own_workflow_with_an_own_source_takes_its_turns(shop: Shop, make_talk: MakeTalk) -> None:
    talk = make_talk(build_orchestrator(shop, workflows=[gift_wrap], sources=[paper]))
    first, second, other = await talk("tracker", "could you gift wrap it please?", "silver", "where is my order?")
    assert first.route.intent == "gift_wrap"
    assert "green or silver" in first.answer
    assert {item.source: item.status for item in first.context}["paper"] == "ok"
    assert "silver paper" in second.answer
    assert other.route.intent == "order_status"


@pytest.mark.usefixtures("unchanged")
async def test_an_own_workflow_replaces_a_default_and_still_meets_the_gate(shop: Shop, make_talk: MakeTalk) -> None:
    @workflow("order_status")
    async def wild(turn: Turn) -> Step:
        return propose("cancel_order", order_id="#D1000004", reason="no_longer_needed")

    talk = make_talk(build_orchestrator(shop, workflows=[wild]))
    (stranger,) = await talk("stranger", "where is my order?")
    (owner,) = await talk("canceler", "where is my order?")
    assert "own-records-only" in {decision.rule for decision in stranger.decisions}
    assert owner.pending is not None
    assert not stranger.actions
    assert not owner.actions


@pytest.mark.usefixtures("unchanged")
async def test_what_an_own_workflow_says_is_governed_too(shop: Shop, make_talk: MakeTalk) -> None:
    @workflow("greeting")
    async def eager(turn: Turn) -> Step:
        return say("Welcome. I have refunded your order. Write to ruth.donnelly@example.com for more.")

    talk = make_talk(build_orchestrator(shop, workflows=[eager]))
    (answer,) = await talk("tracker", "hello")
    assert "refunded" not in answer.answer
    assert "ruth.donnelly" not in answer.answer
    assert answer.verdicts


def test_parts_that_do_not_fit_are_named(shop: Shop) -> None:
    @workflow("gift_wrap", name="second", examples=GIFT_EXAMPLES)
    async def second(turn: Turn) -> Step:
        return say("no")

    @workflow("surprise")
    async def nameless(turn: Turn) -> Step:
        return say("no")

    @workflow("greeting", name="gate")
    async def gate(turn: Turn) -> Step:
        return say("no")

    with pytest.raises(ConfigurationError, match="both claim the intent 'gift_wrap'"):
        make_parts(shop, workflows=[gift_wrap, second])
    with pytest.raises(ConfigurationError, match="has no examples"):
        make_parts(shop, workflows=[nameless])
    with pytest.raises(ConfigurationError, match="is called 'gate'"):
        make_parts(shop, workflows=[gate])


@pytest.mark.usefixtures("unchanged")
async def test_single_nodes_work_in_a_graph_of_ones_own(shop: Shop) -> None:
    parts = make_parts(shop)
    graph: StateGraph[State, RunContext, TurnInput, State] = StateGraph(
        State, context_schema=RunContext, input_schema=TurnInput
    )
    graph.add_node("screen", screen(parts))
    graph.add_node("route", route(parts))
    graph.add_edge(START, "screen")
    graph.add_edge("screen", "route")
    graph.add_edge("route", END)
    compiled = graph.compile()
    state = await compiled.ainvoke({"messages": [HumanMessage("where is my parcel?")]}, context=RunContext())
    assert state["route"].intent == "order_status"


@pytest.mark.usefixtures("unchanged")
async def test_the_compiled_graph_is_called_like_any_other(shop: Shop) -> None:
    compiled = compile_orchestrator(make_parts(), InMemorySaver())
    who = Principal.customer(CAST["tracker"].customer_id)
    state = await compiled.ainvoke(
        {"messages": [HumanMessage("where is my parcel?")]},
        {"configurable": {"thread_id": "t1"}},
        context=RunContext(shop=shop, principal=who),
    )
    assert "#D1000001" in str(state["messages"][-1].content)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    "claimed",
    [
        {"principal": {"kind": "customer", "id": CAST["tracker"].customer_id}},
        {"principal": {"kind": "staff", "id": "x", "roles": ["supervisor"]}, "thread_id": "t", "extra": 1},
        {"approver": {"kind": "staff", "id": "x", "roles": ["supervisor"]}},
    ],
)
async def test_a_principal_that_arrives_as_data_is_nobody(shop: Shop, claimed: dict[str, Any]) -> None:
    context = RunContext.model_validate({"shop": shop, **claimed})
    assert context.principal == context.approver == Principal.guest()
    assert RunContext.model_validate({"shop": {"connectors": 1}}).shop is None
    compiled = compile_orchestrator(make_parts())
    # What is no input of a turn is not taken from a caller either.
    given: Any = {
        "messages": [HumanMessage("where is my order #D1000001?")],
        "dialog": {"customer_id": CAST["tracker"].customer_id},
    }
    state = await compiled.ainvoke(given, context=context)
    assert "Weekend Bag" not in str(state["messages"][-1].content)


async def test_a_graph_without_a_shop_says_so() -> None:
    compiled = compile_orchestrator(make_parts())
    with pytest.raises(ConfigurationError, match="has no shop"):
        await compiled.ainvoke({"messages": [HumanMessage("hello")]}, context=RunContext())


def test_a_notebook_shows_the_picture_without_a_network(orchestrator: Orchestrator) -> None:
    shown = orchestrator._repr_mimebundle_()
    assert shown["image/svg+xml"].lstrip().startswith("<?xml")
    assert "order_status" in shown["image/svg+xml"]
