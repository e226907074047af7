"""An action under way: what was decided, where it stands, and how it ended."""

from __future__ import annotations

from enum import StrEnum

from pydantic import JsonValue

from shopgraph.domain.base import Instant, Value


class RunStatus(StrEnum):
    """Where an action that takes several steps is."""

    RUNNING = "running"
    STUCK = "stuck"
    """It goes on trying, or waits, and a person should look."""
    DONE = "done"
    UNDONE = "undone"
    """A step was refused, and what had been done before it was taken back."""
    GIVEN_UP = "given_up"
    """A step was refused, and a person gave it up although something that had been done before it stays done."""


class ActionRun(Value):
    """One action from its admission to its end. Its steps are on the engine's record, not here."""

    id: str
    type: str
    """The tool's name."""
    order_id: str | None = None
    """While a run of an order is unfinished, no other one of that order begins."""
    customer_id: str | None = None
    started_by: str
    """`customer:{id}`, `staff:{id}`, `system:{name}`."""
    asked: JsonValue
    """Region, conversation, request and call that it belongs to."""
    plan: JsonValue
    """What is to be done, worked out and judged when it was admitted; it never changes."""
    status: RunStatus = RunStatus.RUNNING
    reason: str = ""
    """Why it is stuck, undone or given up."""
    result: JsonValue = None
    """What the tool answers, once done."""
    at: Instant
    """When it was admitted."""
    settled_at: Instant | None = None

    @property
    def unfinished(self) -> bool:
        """Whether it still needs its engine."""
        return self.status in (RunStatus.RUNNING, RunStatus.STUCK)
