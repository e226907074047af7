"""What shopgraph itself keeps about a shop: requests already answered, actions done, handoffs to people."""

from __future__ import annotations

from enum import StrEnum

from pydantic import JsonValue

from shopgraph.domain.base import Instant, Value
from shopgraph.domain.money import Money


class ClockKind(StrEnum):
    """How a shop's clock goes."""

    LIVE = "live"
    """The wall clock."""
    RUNNING = "running"
    """Started at an instant of its own, runs with the wall clock."""
    FIXED = "fixed"
    """Stands still."""


class ShopMeta(Value):
    """A shop's own facts, kept in its database."""

    id: str
    name: str
    bundle: str
    """The policy bundle it was made with: `default`, `tau2-retail`, or a bundle's own name."""
    default_region_id: str
    seed: int | None = None
    clock: ClockKind = ClockKind.LIVE
    clock_at: Instant | None = None
    """What a running or fixed clock showed at `created_at`."""
    created_at: Instant
    """Wall-clock instant of making; not part of the canonical export."""


class StoredRequest(Value):
    """The answer given to a mutating call: for replay, and for limits, which count what was done."""

    call_id: str
    tool: str
    arguments_digest: str
    """SHA-256 of the canonical arguments and the principal."""
    result: JsonValue
    at: Instant
    customer_id: str | None = None
    """Whose records it touched."""
    agent: str | None = None
    """Who called: a software agent's name, `staff:{id}` or `system:{id}`."""
    conversation_id: str | None = None
    amount: Money | None = None
    """What it moved to the customer."""


class PastCall(Value):
    """What limits count of a call that was done."""

    at: Instant
    amount: Money | None = None


class ActionStatus(StrEnum):
    """Where an action is."""

    DONE = "done"
    FAILED = "failed"


class ActionRecord(Value):
    """Something that was done for a customer."""

    id: str
    type: str
    """The tool's name."""
    order_id: str | None = None
    customer_id: str | None = None
    conversation_id: str | None = None
    started_by: str
    """`customer:{id}`, `staff:{id}`, `system:{name}`."""
    status: ActionStatus
    summary: str
    at: Instant


class Handoff(Value):
    """A conversation given to a person."""

    id: str
    conversation_id: str
    customer_id: str | None = None
    reason: str
    summary: str
    at: Instant
