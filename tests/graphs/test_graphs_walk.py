"""A walk through a flow and LangGraph's loop over it come to the same."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Annotated, Any, TypedDict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.callbacks import AsyncCallbackHandler
from langchain_core.globals import set_debug
from langchain_core.runnables.config import set_config_context
from langgraph.channels import UntrackedValue
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.errors import GraphRecursionError
from langgraph.graph import END
from langgraph.graph.message import add_messages
from langgraph.runtime import Runtime

from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import Principal
from shopgraph.errors import InvalidInput
from shopgraph.graphs import Orchestrator, build_orchestrator
from shopgraph.graphs.flow import Choice, Flow, Stage
from shopgraph.graphs.node import APOLOGY
from shopgraph.graphs.walk import keep, listened_to, walk
from shopgraph.shop import Shop

ROSE = Principal.customer(CAST["dresser"].customer_id)


def _joined(old: list[int], new: list[int]) -> list[int]:
    return (old + new)[-5:]


class _Given(TypedDict, total=False):
    said: Annotated[list[int], _joined]
    word: str


class _State(_Given, total=False):
    count: int
    seen: list[str]
    scratch: Annotated[dict[str, int], UntrackedValue]


_UPDATES: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "said": st.lists(st.integers(0, 9), max_size=3),
        "word": st.text("ab", max_size=2),
        "count": st.integers(0, 3),
        "seen": st.lists(st.sampled_from("xy"), max_size=2),
        "scratch": st.dictionaries(st.sampled_from("st"), st.integers(0, 2), max_size=2),
        "stranger": st.integers(),
    },
)


@st.composite
def _flows(draw: st.DrawFn) -> Flow:
    """Up to six nodes; each goes on to one, or chooses by what the state has come to."""
    names = ["count", "a", "word", "b", "c", "d"][: draw(st.integers(1, 6))]  # a node may be called as a field is
    ends = [*names, END]
    return Flow(
        name="drawn",
        state=_State,
        given=_Given,
        context=dict,
        first=names[0],
        stages={
            name: Stage(run=_node(draw(st.lists(_UPDATES, min_size=1, max_size=3))), then=draw(_then(ends)))
            for name in names
        },
    )


def _then(ends: list[str]) -> st.SearchStrategy[str | Choice]:
    table = st.lists(st.sampled_from(ends), min_size=4, max_size=4)
    return st.sampled_from(ends) | table.map(lambda to: Choice(choose=_by_count(to), ends=tuple(dict.fromkeys(to))))


def _by_count(to: list[str]) -> Any:
    def choose(state: _State) -> str:
        return to[(len(state["said"]) + state.get("count", 0)) % len(to)]

    return choose


def _node(updates: list[dict[str, Any]]) -> Any:
    async def run(state: _State, *, runtime: Runtime[Any]) -> dict[str, Any]:
        number: int = len(state["said"]) + len(state.get("scratch", {})) + runtime.context["salt"]
        return updates[number % len(updates)]

    return run


@given(flow=_flows(), turns=st.lists(_UPDATES, min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_random_flows_come_to_the_same_state_and_checkpoint(flow: Flow, turns: list[dict[str, Any]]) -> None:
    """Also over several turns of one thread, and where the end is not reached."""
    turns = [{name: turn[name] for name in ("said", "word") if name in turn} or {"word": ""} for turn in turns]
    assert asyncio.run(_looped(flow, turns)) == asyncio.run(_walked(flow, turns))


async def _looped(flow: Flow, turns: list[dict[str, Any]]) -> list[Any]:
    saver = InMemorySaver()
    graph = flow.compile(saver)
    found: list[Any] = []
    for turn in turns:
        config: Any = {"configurable": {"thread_id": "t"}, "recursion_limit": 12}
        try:
            state = await graph.ainvoke(turn, config, context={"salt": 1}, durability="exit")
        except GraphRecursionError:
            return [*found, "no end"]
        saved = await saver.aget_tuple(config)
        assert saved is not None
        values = {
            name: value for name, value in saved.checkpoint["channel_values"].items() if name in flow.begin(state)
        }
        found.append((state, values, (await graph.aget_state(config)).next))
    return found


async def _walked(flow: Flow, turns: list[dict[str, Any]]) -> list[Any]:
    saver = InMemorySaver()
    graph = flow.compile(saver)
    found: list[Any] = []
    for turn in turns:
        config: Any = {"configurable": {"thread_id": "t"}}
        before = await saver.aget_tuple(config)
        kept = before.checkpoint["channel_values"] if before else None
        try:
            walked = await walk(flow, turn, context={"salt": 1}, kept=kept, thread_id="t", limit=11)
        except GraphRecursionError:
            return [*found, "no end"]
        await keep(flow, walked, saver=saver, config=config, before=before)
        saved = await saver.aget_tuple(config)
        assert saved is not None
        found.append((walked.state, saved.checkpoint["channel_values"], (await graph.aget_state(config)).next))
    return found


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """One shop for all, asked for nothing that changes it."""
    with Shop.demo(stores=1) as opened:
        yield opened


def _asked(orchestrator: Orchestrator, texts: list[str], stepwise: list[bool]) -> list[Any]:
    conversation, found = None, []
    for text, way in zip(texts, stepwise, strict=True):
        orchestrator.stepwise = way
        answer = orchestrator.ask_sync(text, principal=ROSE, conversation_id=conversation)
        conversation = answer.conversation_id
        whole = answer.model_dump(mode="json", exclude={"conversation_id", "request_id", "layers", "context"})
        found.append((whole, [item.source for item in answer.context]))
    config: Any = {"configurable": {"thread_id": conversation}}
    snapshot = asyncio.run(orchestrator.graph.aget_state(config))
    messages = [(message.type, message.text) for message in snapshot.values["messages"]]
    return [*found, messages, snapshot.values["dialog"], sorted(snapshot.values), snapshot.next]


TALK = ["Where is my order?", "Do you have the blue wrap dress in M?", "And in S?", "Thanks!"]


@pytest.mark.parametrize(
    "stepwise",
    [[False] * 4, [True, False, True, False], [False, True, False, True]],
    ids=["walked", "begun by the loop", "begun by a walk"],
)
def test_a_conversation_is_the_same_and_goes_on_from_where_the_other_way_left_it(
    shop: Shop, stepwise: list[bool]
) -> None:
    orchestrator = build_orchestrator(shop)
    assert _asked(orchestrator, TALK, stepwise) == _asked(orchestrator, TALK, [True] * 4)


class _Heard(AsyncCallbackHandler):
    def __init__(self) -> None:
        self.nodes: list[str] = []

    async def on_chain_start(self, serialized: Any, inputs: Any, **told: Any) -> None:
        self.nodes.append((told.get("metadata") or {}).get("langgraph_node", ""))


async def test_callbacks_of_the_host_hear_every_node(shop: Shop) -> None:
    """Whoever listens is told what LangGraph tells."""
    heard = _Heard()
    with set_config_context({"callbacks": [heard]}) as context:
        ask = build_orchestrator(shop).ask("Where is my order?", principal=ROSE)
        await asyncio.create_task(ask, context=context)
    assert {"screen", "route", "stitch", "govern", "record"} <= {*heard.nodes}
    assert not listened_to()


async def test_a_tracer_that_is_switched_on_is_heard() -> None:
    """LangChain's own switches put a handler into whatever runs."""
    set_debug(True)
    try:
        assert listened_to()
    finally:
        set_debug(False)
    assert not listened_to()


async def test_an_error_of_the_callers_leaves_the_conversation_as_it_was(shop: Shop) -> None:
    orchestrator = build_orchestrator(shop)
    first = await orchestrator.ask("Where is my order?", principal=ROSE)
    config: Any = {"configurable": {"thread_id": first.conversation_id}}
    before = await orchestrator.graph.aget_state(config)
    with pytest.raises(InvalidInput):
        await orchestrator.ask("And now?", principal=ROSE, conversation_id=first.conversation_id, region_id="nowhere")
    after = await orchestrator.graph.aget_state(config)
    assert (after.values, after.config) == (before.values, before.config)


def test_reducers_and_what_is_not_kept_are_read_off_the_state() -> None:
    class Talk(TypedDict):
        messages: Annotated[list[Any], add_messages]
        scratch: Annotated[int, UntrackedValue]
        plain: list[int]

    async def run(state: Talk, *, runtime: Runtime[None]) -> dict[str, Any]:
        return {}

    flow = Flow(name="talk", state=Talk, given=Talk, context=dict, first="a", stages={"a": Stage(run=run, then=END)})
    assert ({*flow.reduced}, {*flow.untracked}) == ({"messages"}, {"scratch"})


@pytest.mark.parametrize("stepwise", [False, True])
async def test_a_router_that_crashes_costs_no_record(
    shop: Shop, stepwise: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The request ends with the apology, and its steps are on the record."""
    orchestrator = build_orchestrator(shop)
    orchestrator.stepwise = stepwise

    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("no weights")

    monkeypatch.setattr(type(orchestrator.parts.router), "route", crash)
    answer = await orchestrator.ask("Where is my order?", principal=ROSE)
    assert answer.answer == APOLOGY
    assert answer.route.why == "the message could not be routed"
    events = await shop.audit.events(answer.request_id)
    assert {"route", "govern"} <= {event.node for event in events}
