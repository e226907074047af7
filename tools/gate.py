"""The gate: one path for every caller to every tool, and nothing happens beside it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, JsonValue, ValidationError

from shopgraph.domain import Principal, PrincipalKind, StoredRequest
from shopgraph.errors import (
    ConfigurationError,
    Conflict,
    ConnectorUnavailable,
    IdempotencyConflict,
    InvalidInput,
    NotFound,
    Refused,
    ShopgraphError,
    UserError,
)
from shopgraph.guards.decisions import Decision, Effect, PolicyRequest
from shopgraph.tools.spec import (
    GateOutcome,
    Outcome,
    Proposal,
    Scope,
    Subject,
    ToolCall,
    ToolContext,
    ToolSpec,
)

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Ready:
    """A call that was let through, and what it takes to do it."""

    outcome: GateOutcome
    spec: ToolSpec
    arguments: BaseModel
    digest: str


class Gate:
    """Judges calls and lets through what policy allows, the customer confirmed, and was not done before.

    The order: known tool, valid arguments, who is asking, seen before, the facts, policy, the customer's yes, a
    person's approval. Only then the tool runs; a changing one in one transaction with the memory of its request and
    with a second judgment inside, so that nothing slips in between.
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
        judged = await self._judged(context, call)
        return judged.outcome if isinstance(judged, _Ready) else judged

    async def call(self, context: ToolContext, call: ToolCall) -> GateOutcome:
        """Judge `call` and do it when it is let through; what goes wrong is an outcome, not an exception."""
        judged = await self._judged(context, call)
        if not isinstance(judged, _Ready):
            return judged
        if judged.spec.mutates:
            return await self._change(context, call)
        try:
            return await _run(context, judged)
        except Exception as fault:
            return _failure(context, judged.spec, judged.outcome, fault)

    def identify_first(self, tool: str, policy_version: str = "") -> Decision:
        """The decision about a guest who asks for what only an identified customer may have."""
        return Decision(
            rule="identify-first",
            effect=Effect.DENY,
            reason="Nobody has been identified, and this touches a customer's own records.",
            remedy="Sign in to continue.",
            action=tool,
            policy_version=policy_version,
        )

    async def _change(self, context: ToolContext, call: ToolCall) -> GateOutcome:
        context = replace(context, call_id=call.call_id)
        connectors = context.services.connectors
        judged: GateOutcome | _Ready | None = None
        try:
            async with connectors.transaction():
                judged = await self._judged(context, call)
                if not isinstance(judged, _Ready):
                    return judged
                done = None if judged.spec.outside else await _run(context, judged)
                await connectors.records.remember_request(
                    StoredRequest(
                        call_id=call.call_id,
                        tool=call.tool,
                        arguments_digest=judged.digest,
                        result=done.result if done else None,
                        at=context.services.clock.now(),
                    )
                )
            return done or await _act_outside(context, judged)
        except Exception as fault:
            if isinstance(fault, IdempotencyConflict):
                # Another worker took up the very same request first; what is known of it is this one's answer too.
                again = await self._judged(context, call)
                if isinstance(again, GateOutcome) and again.outcome in (Outcome.REPLAYED, Outcome.FAILED):
                    return again
            so_far = judged.outcome if isinstance(judged, _Ready) else _outcome(call, Outcome.READY)
            return _failure(context, self.tools[call.tool], so_far, fault)

    async def _judged(self, context: ToolContext, call: ToolCall) -> GateOutcome | _Ready:
        spec = self.tools.get(call.tool)
        if spec is None:
            error = f"There is no tool {call.tool!r}. There are {', '.join(sorted(self.tools))}."
            return _outcome(call, Outcome.INVALID, error=error, error_code="tool.unknown")
        try:
            return await self._judge(context, call, spec)
        except Exception as fault:
            return _failure(context, spec, _outcome(call, Outcome.READY), fault)

    async def _judge(self, context: ToolContext, call: ToolCall, spec: ToolSpec) -> GateOutcome | _Ready:
        arguments = _valid(spec, call)
        if isinstance(arguments, GateOutcome):
            return arguments
        stranger = self._stranger(context, spec)
        if stranger is not None:
            return _refused(call, stranger)
        canonical: dict[str, JsonValue] = arguments.model_dump(mode="json")
        digest = Proposal.digest_of(spec.name, canonical, context.principal)
        if spec.mutates and (seen := await context.services.connectors.records.request(call.call_id)) is not None:
            return _seen(call, seen, digest)
        subject = await spec.describe(context, arguments)
        decision = context.services.policy.decide(_question(context, spec, subject))
        proposal = Proposal(
            tool=spec.name, arguments=canonical, summary=subject.summary, digest=digest, call_id=call.call_id
        )
        outcome = _ruled(context, call, spec, decision, proposal)
        if outcome.outcome is not Outcome.READY:
            return outcome
        return _Ready(outcome=outcome, spec=spec, arguments=arguments, digest=digest)

    def _stranger(self, context: ToolContext, spec: ToolSpec) -> Decision | None:
        """Refuse, before any record is read, whoever has no business with the tool at all."""
        principal = context.principal
        if spec.scope is Scope.PUBLIC or principal.kind in (PrincipalKind.STAFF, PrincipalKind.SYSTEM):
            return None
        if principal.kind is PrincipalKind.CUSTOMER and spec.scope is Scope.CUSTOMER and principal.method == "host":
            return None
        # Policy knows which look-ups identify a customer; asked without facts it can refuse, and allows nothing yet.
        decision = context.services.policy.decide(
            PolicyRequest(principal=principal, action=spec.name, owner_id=principal.id)
        )
        if decision.effect is Effect.DENY and decision.rule not in ("policy-error", "default-deny"):
            return decision
        if principal.kind is PrincipalKind.GUEST:
            return self.identify_first(spec.name, decision.policy_version)
        if spec.scope is Scope.INTERNAL:
            return Decision(
                rule="internal-only",
                effect=Effect.DENY,
                reason="Only the shop's staff and its own systems may do this.",
                action=spec.name,
                policy_version=decision.policy_version,
            )
        return None


def _valid(spec: ToolSpec, call: ToolCall) -> BaseModel | GateOutcome:
    try:
        return spec.arguments.model_validate(call.arguments)
    except ValidationError as fault:
        return _outcome(call, Outcome.INVALID, error=readable(fault), error_code=InvalidInput.code)


def readable(fault: ValidationError) -> str:
    """What is wrong with arguments, one clause per place: "items.0.quantity: Input should be greater than 0"."""
    places = [(".".join(map(str, error["loc"])), error["msg"]) for error in fault.errors(include_url=False)]
    return "; ".join(f"{place}: {message}" if place else message for place, message in places)


def _question(context: ToolContext, spec: ToolSpec, subject: Subject) -> PolicyRequest:
    return PolicyRequest(
        principal=context.principal,
        action=spec.name,
        owner_id=subject.owner_id,
        resource_id=subject.resource_id,
        facts={"channel": str(context.channel), **subject.facts},
    )


def _ruled(context: ToolContext, call: ToolCall, spec: ToolSpec, decision: Decision, proposal: Proposal) -> GateOutcome:
    """What policy, the customer's yes and a person's approval make of a call."""
    if decision.effect is Effect.DENY:
        return _refused(call, decision)
    of_customer = context.principal.kind is PrincipalKind.CUSTOMER
    wants_yes = (spec.needs_confirmation and of_customer) or decision.effect is Effect.CONFIRM
    if wants_yes and context.request_confirmed != proposal.digest:
        decisions = (decision, _confirm_first(spec.name, proposal, decision.policy_version))
        return _outcome(call, Outcome.NEEDS_CONFIRMATION, decisions=decisions, proposal=proposal)
    if decision.effect is not Effect.APPROVE:
        return _outcome(call, Outcome.READY, decisions=(decision,), proposal=proposal)
    approver = _approver(context, proposal)
    if not approver:
        return _outcome(call, Outcome.NEEDS_APPROVAL, decisions=(decision,), proposal=proposal)
    return _outcome(call, Outcome.READY, decisions=(decision, _approved(decision, approver)), proposal=proposal)


def may_approve(principal: Principal) -> bool:
    """Whether somebody's approval counts."""
    return principal.kind is PrincipalKind.STAFF and "supervisor" in principal.roles


def _approver(context: ToolContext, proposal: Proposal) -> str:
    """Who approved exactly this: a supervisor who calls approves by calling."""
    if may_approve(context.principal):
        return context.principal.id
    return context.approvals.get(proposal.digest, "")


async def _run(context: ToolContext, ready: _Ready) -> GateOutcome:
    result = await ready.spec.run(context, ready.arguments)
    body: dict[str, JsonValue] = result.model_dump(mode="json")
    return ready.outcome.model_copy(update={"outcome": Outcome.DONE, "proposal": None, "result": body})


async def _act_outside(context: ToolContext, ready: _Ready) -> GateOutcome:
    """Act where no transaction of the shop reaches; by now the request is remembered as begun, so never again."""
    records = context.services.connectors.records
    call_id = ready.outcome.call_id
    try:
        done = await _run(context, ready)
    except (UserError, Refused, Conflict, ConnectorUnavailable):
        await records.forget_request(call_id)  # these say that nothing was done
        raise
    except Exception as fault:
        _LOG.error("tool %s failed (call %s)", ready.spec.name, call_id, exc_info=fault)
        return ready.outcome.model_copy(update={"proposal": None, **_unknown(ready.spec.name)})
    try:
        await records.finish_request(call_id, done.result)
    except Exception as fault:  # it was done, and asked again it will be called unknown rather than done twice
        _LOG.error("the result of %s was not remembered (call %s)", ready.spec.name, call_id, exc_info=fault)
    return done


def _unknown(tool: str) -> dict[str, Any]:
    return {
        "outcome": Outcome.FAILED,
        "error": f"{tool} was begun, and it is not known whether it happened. Look it up before asking for it again.",
        "error_code": "tool.outcome_unknown",
    }


def _seen(call: ToolCall, seen: StoredRequest, digest: str) -> GateOutcome:
    if seen.arguments_digest == digest and isinstance(seen.result, dict):
        return _outcome(call, Outcome.REPLAYED, result=seen.result)
    if seen.arguments_digest == digest:
        return _outcome(call, **_unknown(call.tool))
    decision = Decision(
        rule="same-request-other-body",
        effect=Effect.DENY,
        reason=f"Request {call.call_id} was answered already, and it asked for something else.",
        remedy="Send a new request under an id of its own.",
        action=call.tool,
    )
    return _refused(call, decision)


def _failure(context: ToolContext, spec: ToolSpec, so_far: GateOutcome, fault: Exception) -> GateOutcome:
    """The outcome of what went wrong; whatever had begun was rolled back."""
    ended: dict[str, Any] = {"proposal": None, "error": str(fault)}
    if isinstance(fault, ShopgraphError):
        ended["error_code"] = fault.code
    of_customer = context.principal.kind is PrincipalKind.CUSTOMER
    if isinstance(fault, NotFound) and of_customer and spec.scope is not Scope.PUBLIC:
        ended = {"proposal": None, "outcome": Outcome.REFUSED, "decisions": (_not_yours(spec.name),)}
    elif isinstance(fault, Conflict | Refused):
        ended |= {"outcome": Outcome.REFUSED, "decisions": (*so_far.decisions, _forbidden(spec.name, fault))}
    elif isinstance(fault, InvalidInput | NotFound):
        ended["outcome"] = Outcome.INVALID
    elif isinstance(fault, ShopgraphError):
        ended["outcome"] = Outcome.FAILED
    else:
        _LOG.error("tool %s failed (call %s)", spec.name, so_far.call_id, exc_info=fault)
        error = f"{spec.name} failed; nothing was done."
        ended |= {"outcome": Outcome.FAILED, "error": error, "error_code": "tool.failed"}
    return so_far.model_copy(update=ended)


def _forbidden(tool: str, fault: Conflict | Refused) -> Decision:
    rule = "records-do-not-allow" if isinstance(fault, Conflict) else str(fault.fields.get("rule", fault.code))
    numbers = {name: str(value) for name, value in fault.fields.items()}
    return Decision(
        rule=rule, effect=Effect.DENY, reason=fault.message, remedy=fault.remedy, action=tool, numbers=numbers
    )


def _not_yours(tool: str) -> Decision:
    """One wording for a record that is missing and for one of another customer: neither is revealed."""
    return Decision(
        rule="own-records-only",
        effect=Effect.DENY,
        reason="There is no such record among this customer's own.",
        remedy="Check the number, or ask about a record of your own.",
        action=tool,
    )


def _confirm_first(tool: str, proposal: Proposal, policy_version: str) -> Decision:
    return Decision(
        rule="confirm-first",
        effect=Effect.CONFIRM,
        reason=f"The customer has not yet said yes to exactly this: {proposal.summary}.",
        remedy="Ask for a yes and call again.",
        action=tool,
        policy_version=policy_version,
    )


def _approved(decision: Decision, approver: str) -> Decision:
    return Decision(
        rule="approved-by-staff",
        effect=Effect.ALLOW,
        reason=f"{approver} approved it.",
        action=decision.action,
        policy_version=decision.policy_version,
    )


def _refused(call: ToolCall, *decisions: Decision) -> GateOutcome:
    return _outcome(call, Outcome.REFUSED, decisions=decisions)


def _outcome(call: ToolCall, outcome: Outcome, **fields: Any) -> GateOutcome:
    return GateOutcome(tool=call.tool, call_id=call.call_id, outcome=outcome, **fields)
