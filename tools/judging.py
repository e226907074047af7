"""How a call is judged by the records as they are: who asks, the facts, policy, limits, yes and approval.

Nothing is done here; the gate does what is let through.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, JsonValue, ValidationError

from shopgraph.domain import Principal, PrincipalKind, StoredRequest
from shopgraph.guards.decisions import Decision, Effect, PolicyRequest
from shopgraph.tools import limits, rulings
from shopgraph.tools.assents import Assents, assents_to
from shopgraph.tools.durable.following import admitted
from shopgraph.tools.spec import GateOutcome, Outcome, Proposal, Scope, Subject, ToolCall, ToolContext, ToolSpec


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A well-formed call by somebody who may have business with its tool."""

    call: ToolCall
    spec: ToolSpec
    arguments: BaseModel
    canonical: dict[str, JsonValue]
    digest: str


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A call that was let through, and what it was judged by."""

    outcome: GateOutcome
    asked: Asked
    subject: Subject
    question: PolicyRequest
    decisions: tuple[Decision, ...]
    """Policy's answer to the question, then those of the limits that the call goes beyond."""
    counts: tuple[limits.Count, ...]
    assents: Assents


@dataclass(frozen=True, kw_only=True)
class Judged:
    """How a call was judged, to be handed back to the gate with the call itself."""

    outcome: GateOutcome
    _ready: Ready | None = None

    @classmethod
    def told(cls, judged: GateOutcome | Ready) -> Judged:
        """What the gate says of a judgment, and keeps in it for the call that follows."""
        return cls(outcome=judged.outcome, _ready=judged) if isinstance(judged, Ready) else cls(outcome=judged)

    def of(self, context: ToolContext, call: ToolCall) -> Ready | None:
        """What let this very call of the same principal through; None where nothing did."""
        ready = self._ready
        same = ready is not None and (ready.asked.call, ready.question.principal) == (call, context.principal)
        return ready if same else None


def may_approve(principal: Principal) -> bool:
    """Whether somebody's approval counts."""
    return principal.kind is PrincipalKind.STAFF and "supervisor" in principal.roles


def understood(context: ToolContext, call: ToolCall, spec: ToolSpec) -> GateOutcome | Asked:
    """The call as its tool understands it, or the refusal of one that needs no look at any record."""
    try:
        arguments = spec.arguments.model_validate(call.arguments)
    except ValidationError as fault:
        return rulings.invalid(call, fault)
    refusal = stranger(context, spec)
    if refusal is not None:
        return rulings.refused(call, refusal)
    canonical: dict[str, JsonValue] = arguments.model_dump(mode="json")
    digest = Proposal.digest_of(spec.name, canonical, context.principal)
    return Asked(call=call, spec=spec, arguments=arguments, canonical=canonical, digest=digest)


def stranger(context: ToolContext, spec: ToolSpec) -> Decision | None:
    """Refuse, before any record is read, whoever has no business with the tool at all."""
    principal, policy = context.principal, context.services.policy
    if spec.scope is Scope.PUBLIC or principal.kind in (PrincipalKind.STAFF, PrincipalKind.SYSTEM):
        return None
    known = principal.kind is PrincipalKind.CUSTOMER and principal.method in ("host", *policy.identification)
    if known and spec.scope is Scope.CUSTOMER:
        return None
    # Asked without facts, policy allows nothing; where a rule of the bundle refuses, it is named.
    decision = policy.decide(PolicyRequest(principal=principal, action=spec.name, owner_id=principal.id))
    if decision.effect is Effect.DENY and decision.rule not in ("policy-error", "default-deny"):
        return decision
    own = rulings.internal_only if known else rulings.identify_first
    return own(spec.name, decision.policy_version)


async def judge(context: ToolContext, asked: Asked, before: Ready | None = None) -> GateOutcome | Ready:
    """Judge by the records as they are now; what `before` found stands where they are the same."""
    call, spec, services = asked.call, asked.spec, context.services
    if spec.mutates and (known := await services.connectors.records.request(call.call_id)) is not None:
        return await answered(context, asked, known)
    subject = await spec.describe(context, asked.arguments)
    same = before if before is not None and before.subject == subject else None
    if same:
        question, counts, decisions = same.question, same.counts, same.decisions  # limits: once more before the end
    else:
        question, counts = _question(context, spec, subject), limits.counts(context, spec, subject)
        decision = services.policy.decide(question)
        decisions = (decision,)
        if decision.effect is not Effect.DENY:
            decisions += await limits.exceeded(context, counts, spec.name, subject.amount, decision.policy_version)
    assents = await assents_to(context, call, asked.digest, subject.summary)
    if same and same.assents == assents:
        return same
    outcome = ruled(context, asked, subject.summary, question, decisions, assents)
    if outcome.outcome is not Outcome.READY:
        return outcome
    return Ready(
        outcome=outcome,
        asked=asked,
        subject=subject,
        question=question,
        decisions=decisions,
        counts=counts,
        assents=assents,
    )


def _question(context: ToolContext, spec: ToolSpec, subject: Subject) -> PolicyRequest:
    return PolicyRequest(
        principal=context.principal,
        action=spec.name,
        owner_id=subject.owner_id,
        resource_id=subject.resource_id,
        facts={"channel": str(context.channel), **subject.facts},
    )


def ruled(
    context: ToolContext,
    asked: Asked,
    summary: str,
    question: PolicyRequest,
    decisions: tuple[Decision, ...],
    assents: Assents,
) -> GateOutcome:
    """What policy and limits, the customer's yes and a person's approval make of a call."""
    call, spec, version = asked.call, asked.spec, decisions[0].policy_version
    against = [decision for decision in decisions if decision.effect is Effect.DENY]
    if against:
        return rulings.refused(call, *against, question=question)
    proposal = Proposal(
        tool=spec.name, arguments=asked.canonical, summary=summary, digest=asked.digest, call_id=call.call_id
    )
    effects = {decision.effect for decision in decisions}
    of_customer = context.principal.kind is PrincipalKind.CUSTOMER
    wants_yes = (spec.needs_confirmation and of_customer) or Effect.CONFIRM in effects
    outcome = Outcome.READY
    if wants_yes and not assents.confirmed:
        outcome = Outcome.NEEDS_CONFIRMATION
        decisions += (rulings.confirm_first(proposal, version, assents),)
    elif Effect.APPROVE in effects:
        # A supervisor who calls approves by calling.
        approver = context.principal.id if may_approve(context.principal) else assents.approver
        outcome = Outcome.READY if approver else Outcome.NEEDS_APPROVAL
        decisions += (rulings.approved(spec.name, approver, version),) if approver else ()
    return rulings.ended(call, outcome, decisions=decisions, proposal=proposal, question=question)


async def answered(context: ToolContext, asked: Asked, known: StoredRequest) -> GateOutcome:
    """The answer to a request under a known id; ACCEPTED for one whose action was admitted and is not told yet."""
    answer = rulings.answered(asked.call, known, asked.digest)
    if answer.error_code == rulings.UNKNOWN and await admitted(context, asked.call.call_id):
        return rulings.ended(asked.call, Outcome.ACCEPTED)
    return answer
