"""Named points between one effect and the next, at which a harness may make something go wrong. Otherwise nothing."""

from __future__ import annotations

from collections.abc import Callable

_harness: Callable[[str], None] | None = None


def reach(point: str) -> None:
    """Pass a named point: `{action}.{stage}:before`, `:after` (done, not yet on record), `:recorded`."""
    if _harness is not None:
        _harness(point)


def install(harness: Callable[[str], None] | None) -> None:
    """Have `harness` called at every point, for fault injection; None takes it away."""
    global _harness
    _harness = harness
