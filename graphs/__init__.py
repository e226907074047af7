"""The state machines: orchestrator, workflows, agent, recommender, description writer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shopgraph.graphs.answer import Answer as Answer
    from shopgraph.graphs.approval import Approval as Approval
    from shopgraph.graphs.context import RunContext as RunContext
    from shopgraph.graphs.conversation import Orchestrator as Orchestrator
    from shopgraph.graphs.conversation import build_orchestrator as build_orchestrator
    from shopgraph.graphs.describe import Describer as Describer
    from shopgraph.graphs.describe import build_describer as build_describer
    from shopgraph.graphs.describe import compile_describer as compile_describer
    from shopgraph.graphs.describe import describe_catalog as describe_catalog
    from shopgraph.graphs.feedback import Feedback as Feedback
    from shopgraph.graphs.feedback import Score as Score
    from shopgraph.graphs.orchestrator import compile_orchestrator as compile_orchestrator
    from shopgraph.graphs.orchestrator import make_parts as make_parts
    from shopgraph.graphs.recommend import Recommender as Recommender
    from shopgraph.graphs.recommend import build_recommender as build_recommender
    from shopgraph.graphs.recommend import compile_recommender as compile_recommender
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
    "Describer": "describe",
    "Feedback": "feedback",
    "Needs": "stitching.recipes",
    "Orchestrator": "conversation",
    "Recipe": "stitching.recipes",
    "Recommender": "recommend",
    "RunContext": "context",
    "Score": "feedback",
    "State": "state",
    "Turn": "turns",
    "ask": "turns",
    "build_describer": "describe",
    "build_orchestrator": "conversation",
    "build_recommender": "recommend",
    "compile_describer": "describe",
    "compile_orchestrator": "orchestrator",
    "compile_recommender": "recommend",
    "context_source": "stitching.source",
    "describe_catalog": "describe",
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
    "Describer",
    "Feedback",
    "Needs",
    "Orchestrator",
    "Recipe",
    "Recommender",
    "RunContext",
    "Score",
    "State",
    "Turn",
    "ask",
    "build_describer",
    "build_orchestrator",
    "build_recommender",
    "compile_describer",
    "compile_orchestrator",
    "compile_recommender",
    "context_source",
    "describe_catalog",
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
