"""Admitting an action: in the transaction that judged it, before anything is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import JsonValue

from shopgraph.connectors.acting import acting
from shopgraph.domain import ActionRun, Channel, Principal
from shopgraph.errors import ConfigurationError
from shopgraph.tools.durable.steps import Action, PlanT, ResultT, Step, Work, do_stage, staged
from shopgraph.tools.spec import Accepted, Services, ToolContext


def action_id(call_id: str) -> str:
    """The id of a gated call's action."""
    return f"action:{call_id}"


async def perform(
    context: ToolContext, action: Action[PlanT, ResultT], plan: PlanT, *, order_id: str | None, customer_id: str | None
) -> ResultT | Accepted:
    """Carry a plan out at once where one transaction reaches everything it touches, else admit it to the engine.

    Returns the tool's result, or `Accepted`.

    Raises:
        Conflict: the records do not allow it, or another action of the order is unfinished.
        ConfigurationError: it needs an engine, and there is none.
    """
    connectors = context.services.connectors
    steps = action.steps(plan)
    async with connectors.transaction():
        if not any(step.ports & connectors.outside for step in steps):
            return await _at_once(context, action, plan, steps)
        if context.services.engine is None:
            raise ConfigurationError(
                f"{action.name} touches a system outside, and this shop has no engine.",
                remedy="Open the shop with an engine for its actions.",
            )
        run = await connectors.runs.admit(
            ActionRun(
                id=action_id(context.call_id),
                type=action.name,
                order_id=order_id,
                customer_id=customer_id,
                started_by=f"{context.principal.kind}:{context.principal.id}".rstrip(":"),
                asked=_asked(context),
                plan=plan.model_dump(mode="json"),
                at=context.services.clock.now(),
            )
        )
    return Accepted(action_id=run.id)


async def _at_once(context: ToolContext, action: Action[PlanT, ResultT], plan: PlanT, steps: Sequence[Step]) -> ResultT:
    done = dict[str, JsonValue]()
    with acting(action_id(context.call_id), context.services.clock.now()):
        for stage in staged(steps, ()):
            done |= await do_stage(stage, context, done)
        return await action.tell(Work(context=context, done=done), plan)


def context_of(services: Services, run: ActionRun) -> ToolContext:
    """The context in which the action was asked for, with the services of the process that carries it out."""
    asked: Any = run.asked
    return ToolContext(
        services=services,
        principal=Principal.model_validate(asked["principal"]),
        region_id=asked["region_id"],
        conversation_id=asked["conversation_id"],
        request_id=asked["request_id"],
        call_id=asked["call_id"],
        channel=Channel(asked["channel"]),
        agent=asked["agent"],
    )


def _asked(context: ToolContext) -> JsonValue:
    return {
        "principal": context.principal.model_dump(mode="json"),
        "region_id": context.region_id,
        "conversation_id": context.conversation_id,
        "request_id": context.request_id,
        "call_id": context.call_id,
        "channel": str(context.channel),
        "agent": context.agent,
    }
