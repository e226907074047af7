"""A recorded call before another policy: what the gate would have answered, from the facts that it had then.

Nothing is looked up and nothing is done. Limits are not counted again: what they said stands.
"""

from __future__ import annotations

from dataclasses import dataclass

from shopgraph.domain import PrincipalKind
from shopgraph.errors import ShopgraphError
from shopgraph.guards.decisions import Decision, Effect
from shopgraph.tools import rulings
from shopgraph.tools.judging import may_approve, stranger
from shopgraph.tools.spec import GateOutcome, Outcome, ToolCall, ToolContext, ToolSpec


class BeyondRecord(ShopgraphError):
    """A request that is run again wants what it did not have when it was recorded."""

    code = "replay.beyond_record"


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """One answer of the gate as it was recorded."""

    kind: str
    """`judge` or `call`."""
    call: ToolCall
    outcome: GateOutcome


def rejudged(context: ToolContext, spec: ToolSpec, recorded: Recorded) -> GateOutcome:
    """What the gate answers under the policy of `context`.

    Raises:
        BeyondRecord: the call would be let through now, and what it would have come to nobody knows.
    """
    call, outcome = recorded.call, recorded.outcome
    if outcome.outcome in (Outcome.INVALID, Outcome.REPLAYED):
        return outcome
    refusal = stranger(context, spec)
    if refusal is not None:
        return rulings.refused(call, refusal)
    if outcome.question is None:
        # It failed before it was judged, or was refused to a stranger, which it would not be now.
        if outcome.outcome is Outcome.REFUSED and _was_stranger(outcome):
            raise _beyond(call, "would be judged now, and its facts were not looked up")
        return outcome
    # Asked as whoever asks now: a principal is no part of what was recorded about the shop.
    question = outcome.question.model_copy(update={"principal": context.principal})
    decision = context.services.policy.decide(question)
    before = outcome.decisions[0] if outcome.decisions else None
    if before is not None and _alike(before, decision):
        return outcome.model_copy(update={"decisions": (decision, *outcome.decisions[1:]), "question": question})
    if decision.effect is Effect.DENY:
        return rulings.refused(call, decision, question=question)
    return _let_on(context, spec, recorded, decision).model_copy(update={"question": question})


def _let_on(context: ToolContext, spec: ToolSpec, recorded: Recorded, decision: Decision) -> GateOutcome:
    """What becomes of a call that the policy does not refuse, and answers otherwise than before."""
    call, outcome = recorded.call, recorded.outcome
    proposal = outcome.proposal
    if proposal is None and outcome.outcome is Outcome.REFUSED:
        raise _beyond(call, "would not be refused now, and was never worded for a yes")
    digest = proposal.digest if proposal else ""
    confirmed = outcome.outcome not in (Outcome.NEEDS_CONFIRMATION,) and context.request_confirmed is not None
    of_customer = context.principal.kind is PrincipalKind.CUSTOMER
    if ((spec.needs_confirmation and of_customer) or decision.effect is Effect.CONFIRM) and not confirmed:
        if proposal is None:
            raise _beyond(call, "would want a yes now, and was never worded for one")
        words = tuple(item for item in outcome.decisions[1:] if item.rule == "confirm-first")
        return outcome.model_copy(update={"outcome": Outcome.NEEDS_CONFIRMATION, "decisions": (decision, *words)})
    approver = context.principal.id if may_approve(context.principal) else context.approvals.get(digest, "")
    if decision.effect is Effect.APPROVE and not approver:
        if proposal is None:
            raise _beyond(call, "would want an approval now, and was never worded for one")
        return outcome.model_copy(update={"outcome": Outcome.NEEDS_APPROVAL, "decisions": (decision,)})
    if outcome.outcome in (Outcome.NEEDS_CONFIRMATION, Outcome.NEEDS_APPROVAL):
        if recorded.kind == "call":
            raise _beyond(call, "would be done now, and was not")
        return outcome.model_copy(update={"outcome": Outcome.READY, "decisions": (decision,)})
    return outcome.model_copy(update={"decisions": (decision, *outcome.decisions[1:])})


def _was_stranger(outcome: GateOutcome) -> bool:
    return any(item.rule in ("identify-first", "internal-only") for item in outcome.decisions)


def _alike(one: Decision, other: Decision) -> bool:
    """Whether two decisions are the same but for the version that made them."""
    return one.model_copy(update={"policy_version": other.policy_version}) == other


def _beyond(call: ToolCall, why: str) -> BeyondRecord:
    return BeyondRecord(f"{call.tool} {why}.", tool=call.tool)


def same_call(recorded: Recorded, kind: str, call: ToolCall) -> bool:
    """Whether a recorded answer is to this call."""
    return recorded.kind == kind and recorded.call == call
