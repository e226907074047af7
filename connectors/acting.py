"""On whose behalf the records change: whoever carries an action out says so, and the ledger writes it down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Acting:
    """An action under way."""

    action_id: str
    at: datetime


_ACTING: ContextVar[Acting | None] = ContextVar("shopgraph_acting", default=None)
_CAUSE: ContextVar[str] = ContextVar("shopgraph_cause", default="")


@contextmanager
def acting(action_id: str, at: datetime) -> Iterator[None]:
    """What changes inside, changes on behalf of that action."""
    token = _ACTING.set(Acting(action_id=action_id, at=at))
    try:
        yield
    finally:
        _ACTING.reset(token)


def acting_now() -> Acting | None:
    """The action that is under way here; None in a call that was made directly."""
    return _ACTING.get()


@contextmanager
def caused_by(cause: str) -> Iterator[None]:
    """What changes inside is brought about by that: a call's idempotency key, or a message."""
    token = _CAUSE.set(cause)
    try:
        yield
    finally:
        _CAUSE.reset(token)


def cause_now() -> str:
    """What brings the change about that is made here."""
    return _CAUSE.get()
