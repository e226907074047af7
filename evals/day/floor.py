"""The floor: the orchestrator's topology with nodes that do nothing, and nothing else but LangGraph."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from typing import Any

from langchain_core.messages import HumanMessage
from langgraph.graph import END, StateGraph
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
            graph.add_conditional_edges(name, _follow, ends)
    return graph.compile()


def _nothing(name: str) -> Callable[[State], Awaitable[State]]:
    async def nothing(state: State) -> State:
        path = _PATH.get()
        if path and path[0] == name:
            path.pop(0)
        return {}

    nothing.__name__ = name
    return nothing


async def _follow(state: State) -> str:
    path = _PATH.get()
    return path[0] if path else END


async def play_floor(graph: CompiledStateGraph[Any, Any, Any, Any], paths: Sequence[Sequence[str]]) -> float:
    """CPU seconds that these requests take when they do nothing."""
    began = time.process_time()
    for path in paths:
        _PATH.set(list(path))
        turn: Any = {"messages": [HumanMessage("Where is my order?")], "channel": "web", "request_id": "req_0"}
        await graph.ainvoke(turn, {"recursion_limit": 40})
    return time.process_time() - began
