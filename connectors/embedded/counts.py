"""Counts over many orders, kept for a while: what a chain sells by the thousand is not counted for every question.

A count over fewer than `MANY` orders is never kept: it is quickly made, and one order more is seen in it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from shopgraph.connectors.embedded.turns import Turns

Counted = tuple[tuple[str, int], ...]
"""What is counted, and in how many orders it is; most often first."""

MANY = 200
KEPT_S = 300.0
"""A count without a window is so old at most."""
SLOT_US = 3_600 * 1_000_000
"""A count of a window answers for the windows that begin and end within the same hour of the shop's time."""
MOST = 10_000
"""So many are counted, and kept, at most."""
_ENTRIES = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kept:
    rows: Counted | None
    """None: few were counted the last time."""
    at: float


class KeptCounts:
    """Counts by what was asked. One for each database and process."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._kept: dict[tuple[str | int, ...], _Kept] = {}
        self._under_way: dict[tuple[str | int, ...], Turns] = {}
        self._mutex = threading.Lock()

    async def get(
        self,
        key: tuple[str | int, ...],
        limit: int,
        *,
        few: Callable[[], Awaitable[Counted]],
        many: Callable[[], Awaitable[Counted]],
    ) -> Counted:
        """The first `limit` of what was counted under that key lately, else of what is counted now.

        Who asks while the same is being counted waits for that count.

        Args:
            few: counts `MOST` at most, where few were counted the last time.
            many: does the same where it may take long.
        """
        if limit > MOST:
            return (await many())[:limit]
        if (known := self._known(key)) is not None:
            return known[:limit]
        if (kept := self._kept.get(key)) is not None and kept.rows is None:
            return (await self._count(key, few))[:limit]
        turn = self._under_way.setdefault(key, Turns(1))
        await turn.take()
        try:
            return (self._known(key) or await self._count(key, many))[:limit]
        finally:
            self._under_way.pop(key, None)
            turn.give_back()

    def _known(self, key: tuple[str | int, ...]) -> Counted | None:
        kept = self._kept.get(key)
        return kept.rows if kept is not None and self._now() - kept.at < KEPT_S else None

    async def _count(self, key: tuple[str | int, ...], count: Callable[[], Awaitable[Counted]]) -> Counted:
        began = self._now()
        rows = await count()
        with self._mutex:
            self._kept.pop(key, None)
            self._kept[key] = _Kept(rows=rows if sum(times for _, times in rows) >= MANY else None, at=began)
            while len(self._kept) > _ENTRIES or began - next(iter(self._kept.values())).at >= KEPT_S:
                del self._kept[next(iter(self._kept))]  # the oldest; windows of hours that are over come never again
        return rows
