"""Counts over many orders, kept for a while: what a chain sells by the thousand is not counted for every question.

A count over fewer than `MANY` orders is never kept: it is quickly made, and one order more is seen in it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable
from contextvars import Context
from dataclasses import dataclass

from shopgraph.connectors.embedded.turns import Turns

logger = logging.getLogger(__name__)

Counted = tuple[tuple[str, int], ...]
"""What is counted, and in how many orders it is; most often first."""
Key = tuple[str | int, ...]
"""What was asked."""

MANY = 200
KEPT_S = 300.0
"""A count without a window is so old at most."""
RENEWED_S = 240.0
"""Who asks for one that is so old gets it, and has it counted anew for those who come later."""
SLOT_US = 3 * 3_600 * 1_000_000
"""A count of a window answers for windows that begin and end in the same three hours of the shop's time, and those of
the next three until theirs is counted. Where that time passes as the wall's does, `KEPT_S` is shorter."""
MOST = 10_000
"""So many are counted, and kept, at most."""
_ENTRIES = 2_000
_AGAIN_S = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kept:
    rows: Counted | None
    """None: few were counted the last time."""
    at: float


class KeptCounts:
    """Counts by what was asked. One for each database and process."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._kept: dict[Key, _Kept] = {}
        self._under_way: dict[Key, Turns] = {}
        self._renewal_begun: dict[Key, float] = {}
        """When a renewal was begun that has not come to its end."""
        self._renewals: set[asyncio.Task[None]] = set()
        self._mutex = threading.Lock()

    async def get(
        self,
        key: Key,
        limit: int,
        *,
        few: Callable[[], Awaitable[Counted]],
        many: Callable[[], Awaitable[Counted]],
        before: Key | None = None,
    ) -> Counted:
        """The first `limit` of what was counted under that key lately, else of what is counted now.

        Who asks while somebody waits for the same waits for that count.

        Args:
            few: counts `MOST` at most, where few were counted the last time.
            many: does the same where it may take long. It may be called in a context of its own.
            before: a key whose count will do until there is one under `key`.
        """
        if limit > MOST:
            return (await many())[:limit]
        for known_as in (key, before):
            if known_as is None or (kept := self._kept.get(known_as)) is None:
                continue
            if kept.rows is None:
                return (await self._count(key, few))[:limit]
            age = self._now() - kept.at
            if age < KEPT_S:
                if known_as != key or age >= RENEWED_S:
                    self._renew(key, many)
                return kept.rows[:limit]
        return (await self._counted(key, many))[:limit]

    async def _counted(self, key: Key, count: Callable[[], Awaitable[Counted]]) -> Counted:
        """What another counts of it at this moment, else what is counted now."""
        turn = self._under_way.setdefault(key, Turns(1))
        await turn.take()
        try:
            kept = self._kept.get(key)
            if kept is not None and kept.rows is not None and self._now() - kept.at < KEPT_S:
                return kept.rows
            return await self._count(key, count)
        finally:
            self._under_way.pop(key, None)
            turn.give_back()

    async def _count(self, key: Key, count: Callable[[], Awaitable[Counted]]) -> Counted:
        began = self._now()
        rows = await count()
        with self._mutex:
            self._renewal_begun.pop(key, None)
            if (kept := self._kept.pop(key, None)) is None or kept.at <= began:
                kept = _Kept(rows=rows if sum(times for _, times in rows) >= MANY else None, at=began)
            self._kept[key] = kept
            while len(self._kept) > _ENTRIES or began - next(iter(self._kept.values())).at >= KEPT_S:
                del self._kept[next(iter(self._kept))]  # the oldest; windows of hours that are over come never again
        return rows

    def _renew(self, key: Key, count: Callable[[], Awaitable[Counted]]) -> None:
        """Have it counted, unless it is being counted, while nobody waits: in no transaction, and of no layer.

        What fails, or ends with its event loop, is begun again after `_AGAIN_S`.
        """
        now = self._now()
        with self._mutex:
            if key in self._under_way or now - self._renewal_begun.get(key, now - _AGAIN_S) < _AGAIN_S:
                return
            if len(self._renewal_begun) >= _ENTRIES:
                self._renewal_begun.clear()
            self._renewal_begun[key] = now

        async def renew() -> None:
            try:
                await self._count(key, count)
            except Exception:
                logger.warning("what is kept of %s was not counted anew", key[0], exc_info=True)

        task = asyncio.get_running_loop().create_task(renew(), context=Context())
        self._renewals.add(task)
        task.add_done_callback(self._renewals.discard)
