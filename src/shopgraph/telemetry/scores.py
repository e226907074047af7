"""Scores of answers: groundedness, a customer's own word, a judge's. They go with the trace to whoever takes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Send = Callable[[str, str, float], None]
"""Takes a trace's id, a name and a value; never waits."""

INBOUND = frozenset({"injection", "personal-data", "safety"})
"""Guards that judge what comes in, or take out what is the customer's own: no fault of an answer."""
CORRECTED = frozenset({"fix", "retry", "block"})
"""Verdicts of guards that changed or held back something."""
GROUNDEDNESS, FEEDBACK, JUDGED = "groundedness", "feedback", "judge"
"""Names of scores; each is from 0 to 1."""

_send: Send | None = None


def use(send: Send | None) -> None:
    """Have scores sent by this; None sends none."""
    global _send  # noqa: PLW0603 - one per process
    _send = send


def score(trace_id: str, name: str, value: float) -> None:
    """Give a trace a score."""
    if _send is not None:
        _send(trace_id, name, value)


def groundedness(verdicts: Iterable[tuple[str, str]]) -> float:
    """1 when the draft was true as it stood, 0.5 when a guard mended it, 0 when it was held back.

    Args:
        verdicts: guards and what they said, as `(guard, verdict)`.
    """
    own = {verdict for guard, verdict in verdicts if guard not in INBOUND and verdict in CORRECTED}
    return 0.0 if "block" in own else 0.5 if own else 1.0
