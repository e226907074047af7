"""The floor: the orchestrator's topology with nodes that do nothing, and nothing else but LangGraph."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from typing import Any

from langchain_core.messages import HumanMessage
from langgraph.graph import StateGraph
from langgraph.graph.state import CompiledStateGraph

from shopgraph.graphs.state import State, TurnInput

_PATH: ContextVar[list[str]] = ContextVar("shopgraph_floor_path")
"""The nodes that are still to come."""


def floor_graph(real: CompiledStateGraph[Any, Any, Any, Any]) -> CompiledStateGraph[Any, Any, Any, Any]:
    """The same nodes, edges, branches and channels; every node returns nothing, every branch follows the path."""
    graph = StateGraph(State, input_schema=TurnInput)
    builder = real.builder
    for name in builder.nodes:
        empty: Any = _nothing(name)
        graph.add_node(name, empty)
    for before, after in builder.edges:
        graph.add_edge(before, after)
    for name, branches in builder.branches.items():
        for branch in branches.values():
            ends = list((branch.ends or {}).values())
            graph.add_conditional_edges(name, _following(ends), ends)
    return graph.compile()


def _nothing(name: str) -> Callable[[State], Awaitable[State]]:
    async def nothing(state: State) -> State:
        path = _PATH.get()
        if path and path[0] == name:
            path.pop(0)
        return {}

    nothing.__name__ = name
    return nothing


def _following(ends: Sequence[str]) -> Callable[[State], Awaitable[str]]:
    """The next node of the path that can be reached from there; to the end where none can."""

    async def follow(state: State) -> str:
        path = _PATH.get()
        while path and path[0] not in ends:  # the record tells nothing of a step that was cut short
            path.pop(0)
        return path[0] if path else "govern" if "govern" in ends else ends[-1]

    return follow


async def play_floor(graph: CompiledStateGraph[Any, Any, Any, Any], paths: Sequence[Sequence[str]]) -> float:
    """CPU seconds of this process that these requests take when they do nothing."""
    began = time.process_time()
    for path in paths:
        _PATH.set(list(path))
        turn: Any = {"messages": [HumanMessage("Where is my order?")], "channel": "web", "request_id": "req_0"}
        await graph.ainvoke(turn, {"recursion_limit": 40})
    return time.process_time() - began
