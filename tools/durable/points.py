"""Named points between one effect and the next, at which a harness may make something go wrong. Otherwise nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_OF: ContextVar[str] = ContextVar("shopgraph_action_at_a_point", default="")


class Points:
    """What happens at a point: nothing, unless a harness for fault injection is put in."""

    def __init__(self) -> None:
        self.harness: Callable[[str], None] | None = None
        """Called with the name of every point that is reached."""

    @property
    def action_id(self) -> str:
        """The action that passes points here; empty outside of every action."""
        return _OF.get()

    @contextmanager
    def of(self, action_id: str) -> Iterator[None]:
        """The points inside are passed by that action."""
        token = _OF.set(action_id)
        try:
            yield
        finally:
            _OF.reset(token)

    def reach(self, point: str) -> None:
        """Pass a point.

        `{action}:admitted` (not yet begun), `{action}.{stage}:before`, `:after` (done, not yet on record), `:recorded`.
        """
        if self.harness is not None:
            self.harness(point)


POINTS = Points()
"""Those of this process."""
