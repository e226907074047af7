"""The gate: one path for every caller to every tool, and nothing happens beside it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

from pydantic import JsonValue

from shopgraph.domain import StoredRequest
from shopgraph.errors import ConfigurationError, Conflict, ConnectorUnavailable, Refused, UserError
from shopgraph.guards.decisions import Decision
from shopgraph.tools import limits, rulings
from shopgraph.tools.assents import as_used
from shopgraph.tools.durable.following import follow
from shopgraph.tools.judging import Asked, Judged, Ready, answered, judge, ruled, understood
from shopgraph.tools.spec import Accepted, GateOutcome, Outcome, ToolCall, ToolContext, ToolSpec

_LOG = logging.getLogger(__name__)


class Gate:
    """Judges calls and lets through what policy allows, the customer confirmed, and was not done before.

    The order: known tool, valid arguments, who is asking, seen before, the facts, policy, limits, the customer's yes,
    a person's approval. Only then the tool runs; a changing one in one transaction with the memory of its request and
    with a second judgment inside, so that nothing slips in between. docs/gate.md tells it in full.
    """

    def __init__(self, tools: Mapping[str, ToolSpec]) -> None:
        self.tools = dict(tools)
        """By name."""

    def with_tools(self, *more: ToolSpec) -> Gate:
        """This gate before more tools.

        Raises:
            ConfigurationError: one of them has the name of another.
        """
        tools = dict(self.tools)
        for spec in more:
            if spec.name in tools:
                raise ConfigurationError(
                    f"There is a tool {spec.name!r} behind the gate already.", remedy="Give the new one another name."
                )
            tools[spec.name] = spec
        return Gate(tools)

    async def judge(self, context: ToolContext, call: ToolCall) -> GateOutcome:
        """Say how `call` would be judged, READY or otherwise, and do nothing; never raises for what a call holds."""
        return (await self.judged(context, call)).outcome

    async def judged(self, context: ToolContext, call: ToolCall) -> Judged:
        """As `judge`, for whoever makes the call next."""
        return Judged.told(await self._judged(context, call))

    async def call(self, context: ToolContext, call: ToolCall, judged: Judged | None = None) -> GateOutcome:
        """Judge `call` and do it when it is let through; what goes wrong is an outcome, not an exception.

        With `judged`, what changes something is judged again within its transaction only, not before it as well.
        """
        context = replace(context, call_id=call.call_id)
        outcome = await self._called(context, call, judged)
        return await _followed(context, outcome) if outcome.outcome is Outcome.ACCEPTED else outcome

    def identify_first(self, tool: str, policy_version: str = "") -> Decision:
        """The decision about a guest who asks for what only an identified customer may have."""
        return rulings.identify_first(tool, policy_version)

    async def _called(self, context: ToolContext, call: ToolCall, before: Judged | None) -> GateOutcome:
        ready = before.of(context, call) if before else None
        if ready is not None and ready.asked.spec.mutates:
            return await _done(context, ready)
        asked = self._understood(context, call)
        if isinstance(asked, GateOutcome):
            return asked
        if asked.spec.mutates:
            return await _done(context, await _weighed(context, asked))
        with context.services.connectors.moment():  # what it is judged by is what it answers
            return await _done(context, await _weighed(context, asked))

    async def _judged(self, context: ToolContext, call: ToolCall) -> GateOutcome | Ready:
        asked = self._understood(context, call)
        return asked if isinstance(asked, GateOutcome) else await _weighed(context, asked)

    def _understood(self, context: ToolContext, call: ToolCall) -> GateOutcome | Asked:
        spec = self.tools.get(call.tool)
        if spec is None:
            error = f"There is no tool {call.tool!r}. There are {', '.join(sorted(self.tools))}."
            return rulings.ended(call, Outcome.INVALID, error=error, error_code="tool.unknown")
        try:
            return understood(context, call, spec)
        except Exception as fault:
            return rulings.failure(context, spec, rulings.ended(call, Outcome.READY), fault)


async def _weighed(context: ToolContext, asked: Asked) -> GateOutcome | Ready:
    """How a well-formed call is judged, or answered where it was done before."""
    try:
        with context.services.connectors.moment():
            judged = await judge(context, asked)
    except Exception as fault:
        return rulings.failure(context, asked.spec, rulings.ended(asked.call, Outcome.READY), fault)
    return judged if isinstance(judged, Ready) else await _or_answered(context, asked, judged)


async def _done(context: ToolContext, judged: GateOutcome | Ready) -> GateOutcome:
    """How a call ends: what was let through is done."""
    if not isinstance(judged, Ready):
        return judged
    try:
        outcome = await (_change if judged.asked.spec.mutates else _run)(context, judged)
    except Exception as fault:
        outcome = rulings.failure(context, judged.asked.spec, judged.outcome, fault)
    return await _or_answered(context, judged.asked, outcome)


async def _or_answered(context: ToolContext, asked: Asked, judged: GateOutcome) -> GateOutcome:
    """`judged`, unless it refuses a request that somebody else answered while it was judged: then that answer."""
    if judged.outcome is not Outcome.REFUSED or not asked.spec.mutates:
        return judged
    try:
        known = await context.services.connectors.records.request(asked.call.call_id)
        return judged if known is None else await answered(context, asked, known)
    except Exception:  # the refusal is true all the same
        return judged


async def _followed(context: ToolContext, accepted: GateOutcome) -> GateOutcome:
    """The end of an admitted action; where that cannot be seen it is ACCEPTED all the same."""
    try:
        return await follow(context, accepted)
    except Exception:
        _LOG.exception("how %s ends cannot be seen (call %s)", accepted.tool, accepted.call_id)
        return accepted


async def _run(context: ToolContext, ready: Ready) -> GateOutcome:
    result = await ready.asked.spec.run(context, ready.asked.arguments)
    if isinstance(result, Accepted):
        return ready.outcome.model_copy(update={"outcome": Outcome.ACCEPTED, "proposal": None})
    body: dict[str, JsonValue] = result.model_dump(mode="json")
    return ready.outcome.model_copy(update={"outcome": Outcome.DONE, "proposal": None, "result": body})


async def _change(context: ToolContext, ready: Ready) -> GateOutcome:
    """Judge again within the transaction that does the call and remembers it."""
    spec, connectors = ready.asked.spec, context.services.connectors
    try:
        async with connectors.transaction():
            await connectors.records.hold(*_held_from_the_beginning(ready))
            judged = await judge(context, ready.asked, ready)
            if not isinstance(judged, Ready):
                return judged
            done = None if spec.outside else await _run(context, judged)
            judged = await _within_limits(context, judged)
            request = _remembered(context, judged, done)
            for key in judged.assents.keys:
                await connectors.records.remember_request(as_used(key, request))
            await connectors.records.remember_request(request)
    except _BeyondLimit as beyond:
        return beyond.outcome
    if done is None:
        return await _act_outside(context, judged)
    return done.model_copy(update={"decisions": judged.outcome.decisions})


def _held_from_the_beginning(ready: Ready) -> list[str]:
    """What nobody else does meanwhile: the same request, anything with the same record, use the same yes."""
    record = [f"record:{ready.question.resource_id}"] if ready.question.resource_id else []
    return sorted({f"call:{ready.asked.call.call_id}", *record, *ready.assents.keys})


async def _within_limits(context: ToolContext, judged: Ready) -> Ready:
    """Judge the limits once more, now that nobody else counts: all that follows is to remember the call.

    Where one was reached meanwhile, and a person had approved the call, its decision is among those of the outcome.

    One limit may be everybody's (what an agent pays back in a day): held from the beginning it would let in one change
    after the other.

    Raises:
        _BeyondLimit: somebody else's call counts by now, and with this one it is too much: all of it is undone.
    """
    if not judged.counts:
        return judged
    await context.services.connectors.records.hold(*[count.key for count in judged.counts])
    asked, subject, policy = judged.asked, judged.subject, judged.decisions[0]
    found = await limits.exceeded(context, judged.counts, asked.spec.name, subject.amount, policy.policy_version)
    decisions = (policy, *found)
    if decisions == judged.decisions:
        return judged
    outcome = ruled(context, asked, subject.summary, judged.question, decisions, judged.assents)
    if outcome.outcome is not Outcome.READY:
        raise _BeyondLimit(outcome)
    return replace(judged, outcome=outcome, decisions=decisions)


class _BeyondLimit(Exception):
    """Ends a transaction whose call goes beyond a limit after all."""

    def __init__(self, outcome: GateOutcome) -> None:
        super().__init__()
        self.outcome = outcome


def _remembered(context: ToolContext, ready: Ready, done: GateOutcome | None) -> StoredRequest:
    return StoredRequest(
        call_id=ready.asked.call.call_id,
        tool=ready.asked.spec.name,
        arguments_digest=ready.asked.digest,
        result=done.result if done else None,
        at=context.services.clock.now(),
        customer_id=limits.customer_of(context, ready.subject),
        agent=limits.agent_of(context),
        conversation_id=context.conversation_id or None,
        amount=ready.subject.amount,
    )


async def _act_outside(context: ToolContext, ready: Ready) -> GateOutcome:
    """Act where no transaction of the shop reaches; by now the request is remembered as begun, so never again."""
    records = context.services.connectors.records
    call_id, tool = ready.outcome.call_id, ready.asked.spec.name
    try:
        done = await _run(context, ready)
    except (UserError, Refused, Conflict, ConnectorUnavailable):
        for key in (*ready.assents.keys, call_id):
            await records.forget_request(key)  # these say that nothing was done
        raise
    except Exception as fault:
        _LOG.error("tool %s failed (call %s)", tool, call_id, exc_info=fault)
        return ready.outcome.model_copy(update={"proposal": None, **rulings.unknown(tool)})
    try:
        await records.finish_request(call_id, done.result)
    except Exception as fault:  # it was done, and asked again it will be called unknown rather than done twice
        _LOG.error("the result of %s was not remembered (call %s)", tool, call_id, exc_info=fault)
    return done
