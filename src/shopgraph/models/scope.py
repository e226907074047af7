"""What model calls need to know of the request that they belong to, without its being passed through every hand."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from shopgraph.domain import Value


class ModelCall(Value):
    """One call of one deployment, for traces and the audit log. It holds no text."""

    model: str
    """The name that was asked for."""
    deployment: str
    tier: str
    ms: float
    outcome: str
    """`ok`, `cached`, or a `FaultKind`."""
    hedged: bool = False
    """It was asked because another one was slow."""
    input_tokens: int = 0
    cached_tokens: int = 0
    """Of the input tokens: those that the provider had kept from an earlier prompt."""
    output_tokens: int = 0
    cost_nanousd: int = 0
    """Billionths of a US dollar."""


@dataclass
class CallScope:
    """One customer's request, as far as model calls are concerned."""

    owner: str = ""
    """Whose answers these are: the cache never crosses it. Empty: nothing is cached."""
    deadline: float | None = None
    """Monotonic seconds; None: the policy's, from each call on."""
    private: Mapping[str, str] = field(default_factory=dict)
    """Personal data that may stand in the messages, by a word for each: a cassette holds the words."""
    spent_nanousd: int = 0
    """What this request has cost, reservations included."""
    calls: list[ModelCall] = field(default_factory=list)

    def left(self, seconds: float) -> float:
        """Seconds until the deadline, at most `seconds`."""
        return seconds if self.deadline is None else min(seconds, self.deadline - time.monotonic())


_current: ContextVar[CallScope | None] = ContextVar("shopgraph_model_calls", default=None)


def current_scope() -> CallScope:
    """The scope around this call; an empty one of its own where there is none."""
    return _current.get() or CallScope()


@contextmanager
def call_scope(
    *, owner: str = "", seconds: float | None = None, private: Mapping[str, str] | None = None
) -> Iterator[CallScope]:
    """Everything that models are asked inside belongs to one request, which ends in so many seconds."""
    deadline = None if seconds is None else time.monotonic() + seconds
    scope = CallScope(owner=owner, deadline=deadline, private=private or {})
    token = _current.set(scope)
    try:
        yield scope
    finally:
        _current.reset(token)
