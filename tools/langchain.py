"""The tools as LangChain tools, with the gate inside: for a `ToolNode` or an agent of anybody's own."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Any

from langchain_core.messages import ToolCall as ModelCall
from langchain_core.messages import ToolMessage
from langchain_core.tools import BaseTool, StructuredTool
from langgraph.prebuilt import ToolRuntime

from shopgraph.errors import ConfigurationError
from shopgraph.tools.gate import Gate
from shopgraph.tools.spec import GateOutcome, Outcome, Scope, ToolCall, ToolContext, ToolSpec

ContextOf = Callable[[Any], ToolContext]
"""Makes a tool context of a graph's own runtime context."""

_WRONG = (Outcome.REFUSED, Outcome.INVALID, Outcome.FAILED)


def langchain_tools(
    gate: Gate, *, names: Collection[str] | None = None, context_of: ContextOf | None = None
) -> list[BaseTool]:
    """One LangChain tool per gated tool: text for the model, and the `GateOutcome` as JSON in `artifact`.

    Who asks comes from the graph's runtime context and never from arguments: run the graph with
    `context=ToolContext(...)`, or say with `context_of` how to make one of your own context. Give each turn a
    `request_id` of its own: with the model's call id it makes the request that is never done twice. `names` picks
    tools; without it all but the internal ones are given.

    Raises:
        ConfigurationError: `names` holds one that the gate does not know.
    """
    chosen = [name for name, spec in gate.tools.items() if spec.scope is not Scope.INTERNAL]
    wanted = list(names) if names is not None else chosen
    unknown = [name for name in wanted if name not in gate.tools]
    if unknown:
        raise ConfigurationError(
            f"There is no tool {unknown[0]!r}.", remedy=f"There are {', '.join(sorted(gate.tools))}."
        )
    return [_langchain_tool(gate, gate.tools[name], context_of or given_context) for name in wanted]


def outcome_of(message: ToolMessage) -> GateOutcome:
    """The gate's outcome behind a tool message of one of these tools."""
    return GateOutcome.model_validate(message.artifact)


def gated_call(context: ToolContext, asked: ModelCall) -> ToolCall:
    """A model's call as the gate takes it.

    Raises:
        ConfigurationError: somebody said yes in a request without an id, so that it would be good for every call.
    """
    if not context.request_id and (context.request_confirmed or context.approvals):
        raise ConfigurationError(
            "The request in which a yes was said has no id, and a model may make equal calls.",
            remedy="Give the ToolContext of each turn a request_id of its own.",
        )
    # A model's ids are unique within its own conversation only.
    call_id = f"{context.conversation_id}:{context.request_id}:{asked['id']}"
    return ToolCall(tool=asked["name"], arguments=asked["args"], call_id=call_id)


def message_of(outcome: GateOutcome, tool_call_id: str) -> ToolMessage:
    """What goes back into the conversation: text for the model, the outcome for the application."""
    return ToolMessage(
        content=text_for_model(outcome),
        artifact=artifact_of(outcome),
        name=outcome.tool,
        tool_call_id=tool_call_id,
        status="error" if outcome.outcome in _WRONG else "success",
    )


def artifact_of(outcome: GateOutcome) -> dict[str, Any]:
    """The outcome as plain JSON: it lives in a checkpoint, where a type hidden in an untyped field would be lost."""
    return outcome.model_dump(mode="json")


def text_for_model(outcome: GateOutcome) -> str:
    """What a model is told of an outcome: the result as JSON, or in a sentence why there is none and what to do."""
    if outcome.outcome in (Outcome.DONE, Outcome.REPLAYED):
        return json.dumps(outcome.result, ensure_ascii=False)
    if outcome.outcome is Outcome.NEEDS_CONFIRMATION and outcome.proposal is not None:
        return f"Not done yet. Ask the customer for a yes to exactly this: {outcome.proposal.summary}."
    if outcome.outcome is Outcome.ACCEPTED:
        return "Accepted and under way, not at its end yet. It goes on by itself: do not ask for it again."
    if outcome.outcome is Outcome.NEEDS_APPROVAL:
        return "Not done yet. A person of the staff has to approve it first."
    if outcome.outcome is Outcome.REFUSED:
        reasons = [f"{d.reason} {d.remedy}".strip() for d in outcome.decisions if d.effect != "allow"]
        return f"Refused, nothing was done. {' '.join(reasons)}"
    return f"Nothing was done. {outcome.error}"


def _langchain_tool(gate: Gate, spec: ToolSpec, context_of: ContextOf) -> BaseTool:
    async def call(runtime: ToolRuntime[Any, Any], **arguments: Any) -> tuple[str, dict[str, Any]]:
        context = context_of(runtime.context)
        asked = ModelCall(name=spec.name, args=arguments, id=runtime.tool_call_id)
        outcome = await gate.call(context, gated_call(context, asked))
        return text_for_model(outcome), artifact_of(outcome)

    return StructuredTool(
        name=spec.name,
        description=spec.description,
        # The schema alone: the gate judges arguments, so that a malformed call is an outcome like any other.
        args_schema=spec.arguments.model_json_schema(),
        coroutine=call,
        response_format="content_and_artifact",
    )


def given_context(context: object) -> ToolContext:
    """A runtime context that is a tool context already.

    Raises:
        ConfigurationError: it is none.
    """
    if isinstance(context, ToolContext):
        return context
    raise ConfigurationError(
        f"The graph runs with {type(context).__name__} as its context, so nobody is known to be asking.",
        remedy="Run it with context=ToolContext(...), or say with context_of how to make one of it.",
    )
