"""Scores of answers: groundedness, resolution, a customer's own word. They go with the trace to whoever takes them."""

from __future__ import annotations

from collections.abc import Callable

Send = Callable[[str, str, float], None]
"""Takes a trace's id, a name and a value; never waits."""

_send: Send | None = None


def use(send: Send | None) -> None:
    """Have scores sent by this; None sends none."""
    global _send  # noqa: PLW0603 - one per process
    _send = send


def score(trace_id: str, name: str, value: float) -> None:
    """Give a trace a score."""
    if _send is not None:
        _send(trace_id, name, value)
