"""The state machines: orchestrator, workflows, agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shopgraph.graphs.answer import Answer as Answer
    from shopgraph.graphs.approval import Approval as Approval
    from shopgraph.graphs.context import RunContext as RunContext
    from shopgraph.graphs.conversation import Orchestrator as Orchestrator
    from shopgraph.graphs.conversation import build_orchestrator as build_orchestrator
    from shopgraph.graphs.orchestrator import compile_orchestrator as compile_orchestrator
    from shopgraph.graphs.orchestrator import make_parts as make_parts
    from shopgraph.graphs.state import State as State
    from shopgraph.graphs.stitching.recipes import Needs as Needs
    from shopgraph.graphs.stitching.recipes import Recipe as Recipe
    from shopgraph.graphs.stitching.source import context_source as context_source
    from shopgraph.graphs.turns import Turn as Turn
    from shopgraph.graphs.turns import ask as ask
    from shopgraph.graphs.turns import hand_over as hand_over
    from shopgraph.graphs.turns import propose as propose
    from shopgraph.graphs.turns import say as say
    from shopgraph.graphs.turns import workflow as workflow

_HOMES = {
    "Answer": "answer",
    "Approval": "approval",
    "Needs": "stitching.recipes",
    "Orchestrator": "conversation",
    "Recipe": "stitching.recipes",
    "RunContext": "context",
    "State": "state",
    "Turn": "turns",
    "ask": "turns",
    "build_orchestrator": "conversation",
    "compile_orchestrator": "orchestrator",
    "context_source": "stitching.source",
    "hand_over": "turns",
    "make_parts": "orchestrator",
    "propose": "turns",
    "say": "turns",
    "workflow": "turns",
}
"""Public name to module: loaded on first use, since langgraph takes seconds to import."""

__all__ = [
    "Answer",
    "Approval",
    "Needs",
    "Orchestrator",
    "Recipe",
    "RunContext",
    "State",
    "Turn",
    "ask",
    "build_orchestrator",
    "compile_orchestrator",
    "context_source",
    "hand_over",
    "make_parts",
    "propose",
    "say",
    "workflow",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
