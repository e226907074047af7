"""What a scripted conversation is made of."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shopgraph.domain import Channel

if TYPE_CHECKING:
    from shopgraph.shop import Shop


@dataclass(frozen=True, kw_only=True)
class Expected:
    """How a turn should end. What is left empty may be anything."""

    intent: str = ""
    rules: tuple[str, ...] = ()
    """Rules that must be among those that decided."""
    actions: tuple[str, ...] | None = None
    """The actions done, by type, exactly; `()` for none at all, None for any."""
    pending: str | None = None
    """The tool that awaits a yes; `""` for none, None for any."""
    says: tuple[str, ...] = ()
    """What the answer must hold, whatever the case of letters."""
    never_says: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Turn:
    """Something that the shopper says."""

    text: str
    expected: Expected = field(default_factory=Expected)


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that the shop's own systems do between two turns: a warehouse books in a return."""

    summary: str
    run: Callable[[Shop], Coroutine[Any, Any, None]]


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """One shopper, one channel, turn by turn."""

    title: str
    persona: str | None
    """A key of the demo cast; None for a guest."""
    channel: Channel = Channel.WEB
    region_id: str | None = None
    """A guest's region; a customer's own goes before it."""
    turns: tuple[str | Turn | Event, ...]
