"""Waiting for the end of an action that was admitted, and saying how it stands."""

from __future__ import annotations

from shopgraph.domain import RunStatus
from shopgraph.guards.decisions import Decision, Effect
from shopgraph.tools.durable.admission import action_id
from shopgraph.tools.durable.points import POINTS
from shopgraph.tools.spec import GateOutcome, Outcome, ToolContext


async def admitted(context: ToolContext, call_id: str) -> bool:
    """Whether that call's action was admitted to the engine."""
    return await context.services.connectors.runs.run(action_id(call_id)) is not None


async def follow(context: ToolContext, accepted: GateOutcome) -> GateOutcome:
    """The outcome of an admitted call: its end, or ACCEPTED while it is under way or nobody here can tell."""
    services = context.services
    if services.engine is None:
        return accepted
    with POINTS.of(action_id(accepted.call_id)):
        POINTS.reach(f"{accepted.tool}:admitted")
    run = await services.engine.finish(services, action_id(accepted.call_id))
    if run.unfinished:
        told = run.reason if run.status is RunStatus.STUCK else "It takes longer than usual and goes on."
        return accepted.model_copy(update={"result": {"action_id": run.id, "summary": told}})
    if run.status is RunStatus.DONE:
        await services.connectors.records.finish_request(accepted.call_id, run.result)
        # Only the call that was admitted was judged; others that carry its id join it.
        outcome = Outcome.DONE if accepted.decisions else Outcome.REPLAYED
        return accepted.model_copy(update={"outcome": outcome, "result": run.result})
    rule = "action-given-up"
    if run.status is RunStatus.UNDONE:
        rule = "action-undone"
        await services.connectors.records.forget_request(accepted.call_id)  # nothing came of it, so nothing counts
    ended = Decision(rule=rule, effect=Effect.DENY, reason=run.reason, action=accepted.tool)
    return accepted.model_copy(update={"outcome": Outcome.REFUSED, "decisions": (*accepted.decisions, ended)})
