"""Counts over many orders, kept for a while: what a chain sells by the thousand is not counted for every question.

A count over fewer than `MANY` orders is never kept: it is quickly made, and one order more is seen in it.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Counted = tuple[tuple[str, int], ...]
"""What is counted, and in how many orders it is; most often first."""

MANY = 1_000
KEPT_S = 300.0
"""A count without a window is so old at most."""
SLOT_US = 3_600 * 1_000_000
"""A count of a window answers for the windows that begin and end within the same hour of the shop's time."""
MOST = 10_000
"""So many are counted, and kept, at most."""
_ENTRIES = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kept:
    rows: Counted
    at: float


class KeptCounts:
    """Counts by what was asked. One for each database and process."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._kept: dict[tuple[str | int, ...], _Kept] = {}

    async def get(self, key: tuple[str | int, ...], count: Callable[[], Awaitable[Counted]], limit: int) -> Counted:
        """The first `limit` of what was counted under that key lately, else of what is counted now.

        Args:
            count: counts `MOST` at most.
        """
        if limit > MOST:
            return (await count())[:limit]
        known = self._kept.get(key)
        if known is not None and self._now() - known.at < KEPT_S:
            return known.rows[:limit]
        began = self._now()
        rows = await count()
        if sum(times for _, times in rows) >= MANY:
            self._kept.pop(key, None)
            self._kept[key] = _Kept(rows=rows, at=began)
            while len(self._kept) > _ENTRIES:
                self._kept.pop(next(iter(self._kept)), None)
        return rows[:limit]
