"""Going through a flow in the common case: no callback listens, nobody streams, and a request comes to its end.

LangGraph's loop is made for graphs whose nodes run side by side, stream, and may stop after any step. For nodes that
come one after the other it is a third of a request's CPU time (docs/decisions/0011); here they are simply called one
after the other. A conversation's checkpoint is what LangGraph would write at the end of such a run, by the same saver.
Where a node has to wait for a person, and where somebody listens, LangGraph goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from langchain_core.callbacks import AsyncCallbackManager
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import ensure_config
from langgraph.checkpoint.base import BaseCheckpointSaver, ChannelVersions, CheckpointTuple, empty_checkpoint
from langgraph.errors import GraphRecursionError
from langgraph.graph import END
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import ExecutionInfo, Runtime
from langgraph.types import Overwrite

from shopgraph.graphs.flow import Flow

_FORM = 4
"""Of LangGraph's checkpoints, since langgraph 1.0: its graphs rename channels and nodes in what is older."""


@dataclass(frozen=True, kw_only=True)
class Walked:
    """How far a walk went."""

    state: dict[str, Any]
    changed: frozenset[str]
    """The fields that were written."""
    steps: int
    last: str
    """The node that ran last."""
    pauses: bool
    """Whether what comes next waits for a person."""


def listened_to() -> bool:
    """Whether callbacks hear of what runs here: a host's, a tracer's, or of a graph that this is a part of."""
    callbacks = ensure_config().get("callbacks")
    return bool(AsyncCallbackManager.configure(inheritable_callbacks=callbacks).handlers)


async def walk(
    flow: Flow,
    given: Mapping[str, Any],
    *,
    context: object,
    kept: Mapping[str, Any] | None = None,
    thread_id: str | None = None,
    limit: int = 25,
) -> Walked:
    """Run nodes one after the other until the end, or until one has to wait for a person.

    Args:
        given: what the caller hands in.
        kept: the state that the thread was left in.
        limit: of nodes that may run.

    Raises:
        GraphRecursionError: the end was not reached within `limit` nodes.
    """
    info = ExecutionInfo(checkpoint_id="", checkpoint_ns="", task_id="", thread_id=thread_id)
    runtime: Runtime[Any] = Runtime(context=context, execution_info=info)
    state = flow.begin(kept or {})
    flow.apply(state, given)
    changed, node = {*given}, flow.first
    for steps in range(1, limit + 1):
        update = await flow.stages[node].run(dict(state), runtime=runtime)
        flow.apply(state, update)
        changed |= update.keys()
        following = flow.following(node, state)
        if following == END or following in flow.pausing:
            return Walked(
                state=state,
                changed=frozenset(changed & state.keys()),
                steps=steps,
                last=node,
                pauses=following != END,
            )
        node = following
    raise GraphRecursionError(f"{flow.name} did not come to its end within {limit} nodes.")


async def run_flow(
    flow: Flow, graph: CompiledStateGraph[Any, Any, Any, Any], given: Mapping[str, Any], *, context: object
) -> dict[str, Any]:
    """The last state of a flow that keeps nothing: walked, or run by LangGraph where callbacks listen."""
    if listened_to():
        state: dict[str, Any] = await graph.ainvoke(given, context=context)
        return state
    return (await walk(flow, given, context=context)).state


async def keep(
    flow: Flow,
    walked: Walked,
    *,
    saver: BaseCheckpointSaver[Any],
    config: RunnableConfig,
    before: CheckpointTuple | None,
) -> None:
    """Write the checkpoint of a walk that came to its end; `before` is the one it began from."""
    versions: ChannelVersions = dict(before.checkpoint["channel_versions"]) if before else {}
    version: str | int | float = saver.get_next_version(max(versions.values(), default=None), None)
    written: ChannelVersions = {name: version for name in walked.changed - flow.untracked}  # noqa: C420 - its type
    checkpoint = empty_checkpoint()
    checkpoint["v"] = _FORM
    checkpoint["channel_values"] = {name: value for name, value in walked.state.items() if name not in flow.untracked}
    checkpoint["channel_versions"] = versions | written
    checkpoint["versions_seen"] = before.checkpoint["versions_seen"] if before else {}
    step = (before.metadata.get("step", -1) if before else -1) + walked.steps + 1
    where: dict[str, Any] = {"thread_id": config["configurable"]["thread_id"], "checkpoint_ns": ""}
    if before is not None:
        where["checkpoint_id"] = before.checkpoint["id"]
    await saver.aput({"configurable": where}, checkpoint, {"source": "loop", "step": step, "parents": {}}, written)


async def hand_over(
    flow: Flow, walked: Walked, graph: CompiledStateGraph[Any, Any, Any, Any], config: RunnableConfig
) -> None:
    """Write the checkpoint from which LangGraph goes on where a walk paused: `graph.ainvoke(None, config)`."""
    reduced = frozenset(flow.reduced)
    values = {
        name: Overwrite(value) if name in reduced else value
        for name, value in walked.state.items()
        if name not in flow.untracked
    }
    await graph.aupdate_state(config, values, as_node=walked.last)
