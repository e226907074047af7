"""The gate's own words: how a call ends, and the decisions that no rule of a bundle makes."""

from __future__ import annotations

import logging
from typing import Any

from pydantic import ValidationError

from shopgraph.domain import PrincipalKind, StoredRequest
from shopgraph.errors import Conflict, InvalidInput, NotFound, Refused, ShopgraphError
from shopgraph.guards.decisions import Decision, Effect
from shopgraph.tools.assents import Assents
from shopgraph.tools.spec import GateOutcome, Outcome, Proposal, Scope, ToolCall, ToolContext, ToolSpec

_LOG = logging.getLogger(__name__)

UNKNOWN = "tool.outcome_unknown"
"""Error code of a call that was begun outside, of which nobody knows whether it happened."""


def ended(call: ToolCall, outcome: Outcome, **fields: Any) -> GateOutcome:
    """The answer to a call."""
    return GateOutcome(tool=call.tool, call_id=call.call_id, outcome=outcome, **fields)


def refused(call: ToolCall, *decisions: Decision, **fields: Any) -> GateOutcome:
    """The answer to a call that may not be done."""
    return ended(call, Outcome.REFUSED, decisions=decisions, **fields)


def invalid(call: ToolCall, fault: ValidationError) -> GateOutcome:
    """The answer to a call whose arguments are malformed."""
    return ended(call, Outcome.INVALID, error=readable(fault), error_code=InvalidInput.code)


def readable(fault: ValidationError) -> str:
    """What is wrong with arguments, one clause per place: "items.0.quantity: Input should be greater than 0"."""
    places = [(".".join(map(str, error["loc"])), error["msg"]) for error in fault.errors(include_url=False)]
    return "; ".join(f"{place}: {message}" if place else message for place, message in places)


def answered(call: ToolCall, known: StoredRequest, digest: str) -> GateOutcome:
    """The answer to a request under an id that is known: the first result again, if it is the same request."""
    if known.arguments_digest == digest and isinstance(known.result, dict):
        return ended(call, Outcome.REPLAYED, result=known.result)
    if known.arguments_digest == digest:
        return ended(call, **unknown(call.tool))
    decision = Decision(
        rule="same-request-other-body",
        effect=Effect.DENY,
        reason=f"Request {call.call_id} was answered already, and it asked for something else.",
        remedy="Send a new request under an id of its own.",
        action=call.tool,
    )
    return refused(call, decision)


def unknown(tool: str) -> dict[str, Any]:
    """The end of a call that was begun in a system outside, of which nobody knows whether it happened."""
    return {
        "outcome": Outcome.FAILED,
        "error": f"{tool} was begun, and it is not known whether it happened. Look it up before asking for it again.",
        "error_code": UNKNOWN,
    }


def failure(context: ToolContext, spec: ToolSpec, so_far: GateOutcome, fault: Exception) -> GateOutcome:
    """The outcome of what went wrong; whatever had begun was rolled back."""
    end: dict[str, Any] = {"proposal": None, "error": str(fault)}
    if isinstance(fault, ShopgraphError):
        end["error_code"] = fault.code
    of_customer = context.principal.kind is PrincipalKind.CUSTOMER
    if isinstance(fault, NotFound) and of_customer and spec.scope is not Scope.PUBLIC:
        end = {"proposal": None, "outcome": Outcome.REFUSED, "decisions": (_not_yours(spec.name),)}
    elif isinstance(fault, Conflict | Refused):
        end |= {"outcome": Outcome.REFUSED, "decisions": (*so_far.decisions, _forbidden(spec.name, fault))}
    elif isinstance(fault, InvalidInput | NotFound):
        end["outcome"] = Outcome.INVALID
    elif isinstance(fault, ShopgraphError):
        end["outcome"] = Outcome.FAILED
    else:
        _LOG.error("tool %s failed (call %s)", spec.name, so_far.call_id, exc_info=fault)
        error = f"{spec.name} failed; nothing was done."
        end |= {"outcome": Outcome.FAILED, "error": error, "error_code": "tool.failed"}
    return so_far.model_copy(update=end)


def identify_first(tool: str, policy_version: str = "") -> Decision:
    """The decision about a guest who asks for what only an identified customer may have."""
    return Decision(
        rule="identify-first",
        effect=Effect.DENY,
        reason="Nobody has been identified, and this touches a customer's own records.",
        remedy="Sign in to continue.",
        action=tool,
        policy_version=policy_version,
    )


def internal_only(tool: str, policy_version: str) -> Decision:
    """The decision about a customer who asks for what only the shop itself may do."""
    return Decision(
        rule="internal-only",
        effect=Effect.DENY,
        reason="Only the shop's staff and its own systems may do this.",
        action=tool,
        policy_version=policy_version,
    )


def confirm_first(proposal: Proposal, policy_version: str, assents: Assents) -> Decision:
    """The decision that waits for the customer's yes, where none was said that counts for this call."""
    rule, why = "confirm-first", "The customer has not yet said yes to exactly this"
    if assents.outdated:
        rule, why = "confirm-anew", "The records have changed since the customer said yes; now it is this"
    elif assents.used:
        why = "The customer's yes let another call through, and it is for one; it takes another for this"
    return Decision(
        rule=rule,
        effect=Effect.CONFIRM,
        reason=f"{why}: {proposal.summary}.",
        remedy="Ask for a yes and call again.",
        action=proposal.tool,
        policy_version=policy_version,
    )


def approved(tool: str, approver: str, policy_version: str) -> Decision:
    """The decision of a person of the staff."""
    return Decision(
        rule="approved-by-staff",
        effect=Effect.ALLOW,
        reason=f"{approver} approved it.",
        action=tool,
        policy_version=policy_version,
    )


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
