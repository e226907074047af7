"""Named points between one effect and the next, at which a harness may make something go wrong. Otherwise nothing."""

from __future__ import annotations

from collections.abc import Callable


class Points:
    """What happens at a point: nothing, unless a harness for fault injection is put in."""

    def __init__(self) -> None:
        self.harness: Callable[[str], None] | None = None
        """Called with the name of every point that is reached."""

    def reach(self, point: str) -> None:
        """Pass a point.

        `{action}:admitted` (not yet begun), `{action}.{stage}:before`, `:after` (done, not yet on record), `:recorded`.
        """
        if self.harness is not None:
            self.harness(point)


POINTS = Points()
"""Those of this process."""
