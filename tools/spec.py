"""What a tool is, apart from what it touches: one declaration behind every way of calling it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import BaseModel, JsonValue

from shopgraph.clock import Clock
from shopgraph.connectors.ports import Connectors
from shopgraph.domain import ActionRun, Channel, Money, Principal, Value
from shopgraph.guards.decisions import Decision, PolicyRequest

if TYPE_CHECKING:
    from shopgraph.guards.calendars import RegionCalendar
    from shopgraph.guards.limits import Limit


class System(StrEnum):
    """The system behind a tool."""

    CATALOG = "catalog"
    INVENTORY = "inventory"
    ORDERS = "orders"
    PAYMENTS = "payments"
    WAREHOUSE = "warehouse"
    CRM = "crm"
    MARKETING = "marketing"
    HANDOFF = "handoff"


class Scope(StrEnum):
    """Whose records a tool touches."""

    PUBLIC = "public"
    """Catalog, promotions: anybody's."""
    CUSTOMER = "customer"
    """One customer's own."""
    INTERNAL = "internal"
    """The shop's: staff and system only."""


class Cost(StrEnum):
    """What it costs to be wrong."""

    NONE = "none"
    TIME = "time"
    MONEY = "money"


class Policy(Protocol):
    """Who may do what, and how much. The policy bundle implements it."""

    @property
    def version(self) -> str:
        """Names exactly the rules and terms that it answers by."""
        ...

    @property
    def identification(self) -> tuple[str, ...]:
        """Look-ups that authenticate a customer; the host's word always does."""
        ...

    def decide(self, request: PolicyRequest) -> Decision:
        """Answer; anything that goes wrong inside is a DENY with rule `policy-error`, never an exception."""
        ...

    def calendar(self, region_id: str, at: datetime) -> RegionCalendar:
        """A region's tax, shipping, returns, promotion and approval terms, as they are in force at that instant.

        Raises:
            ConfigurationError: the bundle has no calendar for it.
        """
        ...

    def limits_on(self, action: str) -> tuple[Limit, ...]:
        """The limits that count calls of that tool."""
        ...


@dataclass(frozen=True, kw_only=True)
class Services:
    """What tools stand on: one shop's connectors, clock and policy."""

    connectors: Connectors
    clock: Clock
    policy: Policy
    engine: ActionEngine | None = None
    """Carries out what touches a system that no transaction reaches; None where the shop has no such system."""


class ActionEngine(Protocol):
    """Whoever carries an admitted action to its end, through outages and the death of processes."""

    async def finish(self, services: Services, action_id: str) -> ActionRun:
        """Begin the action or join it, and wait a while for its end; unfinished, it goes on without the caller."""
        ...


@dataclass(frozen=True, kw_only=True)
class ToolContext:
    """On whose behalf, and within which conversation, a tool is called. Never filled from what a model says."""

    services: Services
    principal: Principal
    region_id: str
    conversation_id: str = ""
    request_id: str = ""
    """Of what was asked for in this turn, unique within the conversation."""
    call_id: str = ""
    """The gated call's own id, set by the gate: idempotency keys of what has no other business key are made of it."""
    channel: Channel = Channel.WEB
    agent: str = ""
    """Which software calls, for limits per agent: `chat`, `mcp`, a name of the host's own."""
    request_confirmed: str | None = None
    """Digest of the proposal that the customer said yes to in this request; it lets one call of the request through."""
    approvals: Mapping[str, str] = field(default_factory=dict)
    """Who of the staff approved what: by the digest of the proposal; each lets one call of the request through."""
    shown: Mapping[str, str] = field(default_factory=dict)
    """The words in which people were asked, by the digest: what would be put otherwise now, nobody has said yes to."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What policy needs to know about a call: whose record, and the facts that rules read."""

    owner_id: str = ""
    resource_id: str = ""
    facts: dict[str, JsonValue]
    amount: Money | None = None
    """What the call moves to the customer, at once or by a promise; limits count it."""
    summary: str = ""
    """What the customer would say yes to: "Cancel order #D1000001 and refund 20.00 USD to your Visa ending in 4242"."""


class Accepted(BaseModel):
    """What a tool answers whose action goes on after the transaction: the gate waits for it."""

    action_id: str


@dataclass(frozen=True, kw_only=True)
class ToolSpec:
    """A tool's declaration. `run` does the work; `describe` gathers the facts for policy and does nothing else."""

    name: str
    system: System
    description: str
    """For a model: what it does and when to use it."""
    arguments: type[BaseModel]
    result: type[BaseModel]
    mutates: bool
    scope: Scope
    needs_confirmation: bool
    cost: Cost
    describe: Callable[[ToolContext, Any], Awaitable[Subject]]
    run: Callable[[ToolContext, Any], Awaitable[BaseModel]]
    outside: bool = False
    """It acts in a system that no transaction of the shop covers: its request is remembered before and after."""


class ToolCall(Value):
    """One request to one tool."""

    tool: str
    arguments: dict[str, JsonValue]
    call_id: str
    """The caller's own: the same id with the same arguments is the same request again."""


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class Proposal(Value):
    """A call that waits for the customer's yes. The yes is for this digest and nothing else."""

    tool: str
    arguments: dict[str, JsonValue]
    summary: str
    digest: str
    call_id: str = ""
    """Of the call that was judged; the confirmed call carries it again, so that two yeses are one request."""

    @staticmethod
    def digest_of(tool: str, arguments: dict[str, JsonValue], principal: Principal) -> str:
        """SHA-256 over tool, canonical arguments and principal."""
        body = {"tool": tool, "arguments": arguments, "principal": f"{principal.kind}:{principal.id}"}
        return hashlib.sha256(_CANONICAL.encode(body).encode()).hexdigest()


class Outcome(StrEnum):
    """How a gated call ended."""

    DONE = "done"
    REPLAYED = "replayed"
    """Done before, same request: the first result again."""
    ACCEPTED = "accepted"
    """Judged, admitted and under way; it goes on without the caller. The same request again tells how it stands."""
    REFUSED = "refused"
    READY = "ready"
    """Judged and let through, not yet done (`Gate.judge`)."""
    NEEDS_CONFIRMATION = "needs_confirmation"
    NEEDS_APPROVAL = "needs_approval"
    INVALID = "invalid"
    """The arguments are malformed or name nothing; nothing was judged."""
    FAILED = "failed"
    """A system behind it failed; nothing was done, or the error says what is unknown."""


class GateOutcome(Value):
    """The gate's whole answer to one call."""

    tool: str
    call_id: str
    outcome: Outcome
    decisions: tuple[Decision, ...] = ()
    proposal: Proposal | None = None
    """What awaits a yes, when the outcome is NEEDS_CONFIRMATION or NEEDS_APPROVAL."""
    result: dict[str, JsonValue] | None = None
    """The tool's result as JSON when DONE or REPLAYED."""
    error: str = ""
    """For INVALID, FAILED: what was wrong and what would be right."""
    error_code: str = ""
    question: PolicyRequest | None = None
    """What policy was asked; None where it never came to that."""
