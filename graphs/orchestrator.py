"""The orchestrator: the state machine of docs/architecture.md, put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, get_args, get_type_hints

from langchain_core.language_models import BaseChatModel
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END
from langgraph.graph.state import CompiledStateGraph
from pydantic import BaseModel

from shopgraph.errors import ConfigurationError
from shopgraph.graphs.acting import (
    act,
    after_act,
    after_agent,
    after_approval,
    after_gate,
    after_matter,
    after_service,
    after_waiting,
    confirmed,
    gate,
    person,
    workflow_node,
)
from shopgraph.graphs.agent import agent
from shopgraph.graphs.approval import approval
from shopgraph.graphs.context import RunContext, ShopServices
from shopgraph.graphs.flow import Choice, Flow, Stage
from shopgraph.graphs.inbound import decide, prepare, route, screen, stitch
from shopgraph.graphs.node import Node
from shopgraph.graphs.outbound import govern, record
from shopgraph.graphs.parts import Parts, by_intent
from shopgraph.graphs.recording import waiting
from shopgraph.graphs.state import State, TurnInput
from shopgraph.graphs.stitching.builtin import DEFAULT_SOURCES
from shopgraph.graphs.stitching.recipes import LEAST_TOKENS
from shopgraph.graphs.stitching.source import ContextSource
from shopgraph.graphs.turns import Workflow
from shopgraph.graphs.workflows import DEFAULT_WORKFLOWS
from shopgraph.guards.chain import GuardChain
from shopgraph.models.router import IntentRouter

RECURSION_LIMIT = 80
"""Steps of one request; the longest way of one matter through the graph takes 16, and a message may hold several."""

Orchestration = CompiledStateGraph[State, RunContext, TurnInput, State]

_LAYER = {
    "screen": "governance",
    "route": "routing",
    "stitch": "context_stitching",
    "prepare": "data_prep",
    "decide": "policy",
    "gate": "policy",
    "waiting": "audit",
    "approval": "policy",
    "act": "engine",
    "agent": "routing",
    "confirmed": "routing",
    "person": "routing",
    "govern": "governance",
    "record": "audit",
}
"""Which layer a node belongs to, for pictures; what is booked where is measured inside the nodes."""


def layer_of(name: str) -> str:
    """The layer a node's own time is booked to; every workflow's is routing."""
    return _LAYER.get(name, "routing")


def make_parts(
    shop: ShopServices | None = None,
    *,
    workflows: Iterable[Workflow] = (),
    sources: Iterable[ContextSource] = (),
    guards: GuardChain | None = None,
    model: BaseChatModel | None = None,
    router: IntentRouter | None = None,
) -> Parts:
    """Put the parts together; own workflows teach the router their examples.

    Raises:
        ConfigurationError: two own workflows claim one intent, one has a name that the graph uses, or a new intent
            comes without examples; or a recipe names a source that is not there, or has too low a token limit.
    """
    own = tuple(workflows)
    table = by_intent(DEFAULT_WORKFLOWS, own)
    trained = router or (shop.routing.router if shop is not None else IntentRouter.default())
    built_in = {intent for workflow in DEFAULT_WORKFLOWS for intent in workflow.intents}
    for workflow in own:
        if workflow.name in _LAYER:
            raise ConfigurationError(
                f"A node of the graph is called {workflow.name!r} already.", remedy="Rename yours."
            )
        for intent in workflow.intents:
            if workflow.examples:
                trained = trained.with_examples(intent, workflow.examples)
            elif intent not in built_in and intent not in trained.intents and router is None:
                raise ConfigurationError(
                    f"The intent {intent!r} of workflow {workflow.name!r} has no examples.",
                    remedy="Give three or more messages that should come here.",
                )
    known = {**DEFAULT_SOURCES, **{source.name: source for source in sources}}
    _require_served(own, known)
    return Parts(
        shop=shop,
        router=trained,
        workflows=table,
        sources=known,
        guards=guards,
        model=model,
    )


def _require_served(own: Iterable[Workflow], known: Mapping[str, ContextSource]) -> None:
    for workflow in own:
        if unknown := [name for name in workflow.recipe.needs() if name not in known]:
            raise ConfigurationError(
                f"The workflow {workflow.name!r} needs the source {unknown[0]!r}, which is not there.",
                remedy=f"Pass it in `sources`, or name one of {', '.join(known)}.",
            )
        if workflow.recipe.tokens < LEAST_TOKENS:
            raise ConfigurationError(
                f"The recipe {workflow.recipe.__name__} of the workflow {workflow.name!r} allows a model "
                f"{workflow.recipe.tokens} tokens; what it must be told takes up to {LEAST_TOKENS}.",
                remedy=f"Set its `tokens` to {LEAST_TOKENS} or more.",
            )


def state_types() -> set[tuple[str, str]]:
    """Module and name of every type of ours that a checkpoint of `State` may hold: no other type is revived."""
    found: set[tuple[str, str]] = set()
    waiting: list[Any] = [*get_type_hints(State, include_extras=False).values()]
    while waiting:
        kind = waiting.pop()
        waiting += get_args(kind)
        if not isinstance(kind, type) or not kind.__module__.startswith("shopgraph."):
            continue
        key = (kind.__module__, kind.__name__)
        if key not in found:
            found.add(key)
            waiting += get_type_hints(kind).values() if issubclass(kind, BaseModel) else ()
    return found


def orchestrator_flow(parts: Parts) -> Flow:
    """The orchestrator of these parts: its nodes, and what follows each."""
    services = tuple(item.name for item in parts.named_workflows())
    stages = {
        "screen": _stage(screen, parts, "route"),
        "route": _stage(route, parts, "stitch"),
        "stitch": _stage(stitch, parts, "prepare"),
        "prepare": _stage(prepare, parts, "decide"),
        "decide": _stage(decide, parts, Choice(choose=_way, ends=(*services, "agent", "person", "gate", "govern"))),
        "agent": _stage(
            agent, parts, Choice(choose=after_agent, ends=(*services, "gate", "person", "route", "govern"))
        ),
        "gate": _stage(
            gate,
            parts,
            Choice(choose=after_gate, ends=(*services, "agent", "confirmed", "waiting", "act", "govern")),
        ),
        "waiting": _stage(waiting, parts, Choice(choose=after_waiting, ends=("approval", "govern"))),
        "approval": _stage(approval, parts, Choice(choose=after_approval, ends=("gate", "govern"))),
        "act": _stage(act, parts, Choice(choose=after_act, ends=(*services, "agent", "confirmed", "govern"))),
        "confirmed": _stage(confirmed, parts, Choice(choose=after_matter, ends=("route", "govern"))),
        "person": _stage(person, parts, "govern"),
        "govern": _stage(govern, parts, "record"),
        "record": _stage(record, parts, END),
    }
    served = Choice(choose=after_service, ends=("gate", "person", "route", "govern"))
    stages |= {item.name: _stage(workflow_node(item), parts, served) for item in parts.named_workflows()}
    return Flow(
        name="shopgraph",
        state=State,
        given=TurnInput,
        context=RunContext,
        first="screen",
        stages=stages,
        pausing=frozenset({"approval"}),
    )


def compile_orchestrator(parts: Parts, checkpointer: BaseCheckpointSaver[Any] | None = None) -> Orchestration:
    """Compile the graph of these parts."""
    return compile_flow(orchestrator_flow(parts), checkpointer)


def compile_flow(flow: Flow, checkpointer: BaseCheckpointSaver[Any] | None = None) -> Orchestration:
    """The same of a flow that was put together already."""
    return flow.compile(checkpointer.with_allowlist(state_types()) if checkpointer is not None else None)


def _stage(bind: Callable[[Parts], Node], parts: Parts, then: str | Choice) -> Stage:
    function = bind(parts)
    name = function.__name__
    # `kind` keeps the agent out of the box that a picture makes of all workflows.
    metadata = {"layer": layer_of(name)} | ({"kind": "agent"} if name == "agent" else {})
    return Stage(run=function, then=then, metadata=metadata)


def _way(state: State) -> str:
    return "govern" if state.get("failure") else state["way"]
