"""The closed vocabularies of governance: what policy answers, and what a check answers."""

from __future__ import annotations

from enum import StrEnum

from pydantic import JsonValue

from shopgraph.domain import Principal, Value


class Effect(StrEnum):
    """What a decision does to a call."""

    ALLOW = "allow"
    DENY = "deny"
    CONFIRM = "confirm"
    """The customer must first say yes to exactly this."""
    APPROVE = "approve"
    """A person of the staff must first say yes."""


class Decision(Value):
    """One answer of policy, naming the rules and numbers that made it."""

    rule: str
    """The deciding rule's id; `default-deny` when no rule allowed it, `policy-error` when the policy failed."""
    effect: Effect
    reason: str
    """For a person, with the numbers in it."""
    remedy: str = ""
    """What would make it possible; empty when nothing would."""
    action: str = ""
    """The tool or allowance it is about."""
    numbers: dict[str, str] = {}
    policy_version: str = ""


class PolicyRequest(Value):
    """A question to policy: may this principal do this, given these facts?"""

    principal: Principal
    action: str
    """A tool's name."""
    owner_id: str = ""
    """Whose record is touched: a customer id; empty for a public one."""
    resource_id: str = ""
    facts: dict[str, JsonValue] = {}
    """What the rules may read: booleans, integers, strings, sets of strings. Absent means unknown."""


class VerdictKind(StrEnum):
    """What a check says about a text."""

    PASS = "pass"  # noqa: S105 - the word is the vocabulary's, no secret
    FIX = "fix"
    RETRY = "retry"
    BLOCK = "block"
    ERROR = "error"
    """The check itself failed, which is never a pass."""


class Verdict(Value):
    """One check's answer; `before` and `after` are what was and what it became."""

    guard: str
    verdict: VerdictKind
    before: str = ""
    after: str = ""
    reason: str = ""
