"""Reads that are the same for everybody: one flight for many askers, and a short memory of the answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from shopgraph.connectors.ports import Connectors
from shopgraph.errors import ConfigurationError
from shopgraph.graphs.memory.dependencies import Aspect, Topic

if TYPE_CHECKING:
    from shopgraph.guards.policy import PolicyBundle

T = TypeVar("T")
MOST_CACHED_MS = 500
"""Nothing is remembered for longer, so that a change is seen everywhere within a second, reported or not."""


@dataclass(frozen=True, kw_only=True)
class PublicQuery:
    """What is the same for everybody: the shop's systems, the region, the moment. It knows no customer and no message.

    What is shared between requests is fetched with this alone, so nothing of a customer's can be in it.
    """

    connectors: Connectors
    policy: PolicyBundle
    region_id: str
    locale: str
    at: datetime

    def public(self) -> PublicQuery:
        """This part alone, also of a query that knows more."""
        return PublicQuery(
            connectors=self.connectors, policy=self.policy, region_id=self.region_id, locale=self.locale, at=self.at
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class SharedRead(Generic[T]):
    """Something that may be read once for many: what, for how long, and which change ends it."""

    name: str
    fetch: Callable[[PublicQuery], Awaitable[T]]
    max_age_ms: int = MOST_CACHED_MS
    aspects: frozenset[Aspect] = frozenset()
    """A reported change of one of these is a reason to read anew."""

    def __post_init__(self) -> None:
        if not 0 <= self.max_age_ms <= MOST_CACHED_MS:
            raise ConfigurationError(
                f"{self.name!r} would be cached for {self.max_age_ms} ms.",
                remedy=f"At most {MOST_CACHED_MS}: a change is to be seen within a second.",
            )


@dataclass(frozen=True, kw_only=True)
class Reading(Generic[T]):
    """A value, and when its reading began."""

    value: T
    fresh_at: datetime
    """By the shop's clock."""
    began: float
    """By the monotonic clock."""
    cached: bool = False


@dataclass(kw_only=True)
class _Flight:
    loop: asyncio.AbstractEventLoop
    task: asyncio.Task[Reading[Any]]
    aspects: frozenset[Aspect]


_Key = tuple[SharedRead[Any], str, str]
"""The read itself, not its name: two orchestrators of one shop may each have a source of that name."""


class SharedReads:
    """The shared reads of one shop in one process. Keys hold what was read and where, never who asked."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """`now` gives monotonic seconds."""
        self._now = now
        self._kept: dict[_Key, tuple[Reading[Any], frozenset[Aspect]]] = {}
        self._flights: dict[_Key, _Flight] = {}

    async def get(self, read: SharedRead[T], query: PublicQuery) -> Reading[T]:
        """The value: remembered, on its way already, or read now."""
        key = (read, query.region_id, query.locale)
        kept = self._kept.get(key)
        if kept is not None and (self._now() - kept[0].began) * 1000 < read.max_age_ms:
            return cast("Reading[T]", kept[0])
        loop = asyncio.get_running_loop()
        flight = self._flights.get(key)
        if flight is None or flight.loop is not loop:
            flight = _Flight(loop=loop, task=loop.create_task(self._read(read, query.public())), aspects=read.aspects)
            self._flights[key] = flight
            flight.task.add_done_callback(lambda task: self._landed(key, flight, task))
        # Who gives up waiting does not take the answer from the others.
        return cast("Reading[T]", await asyncio.shield(flight.task))

    def age_of(self, reading: Reading[Any]) -> float:
        """Seconds since its reading began."""
        return self._now() - reading.began

    def drop(self, topic: Topic) -> None:
        """Forget what a reported change ends. What is on its way was begun before it: it is neither kept nor joined."""
        for key in [key for key, (_, aspects) in self._kept.items() if topic.aspect in aspects]:
            del self._kept[key]
        for key in [key for key, flight in self._flights.items() if topic.aspect in flight.aspects]:
            del self._flights[key]

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
        self._flights.clear()

    async def _read(self, read: SharedRead[T], query: PublicQuery) -> Reading[T]:
        began = self._now()
        return Reading(value=await read.fetch(query), fresh_at=query.at, began=began)

    def _landed(self, key: _Key, flight: _Flight, task: asyncio.Task[Reading[Any]]) -> None:
        failed = task.cancelled() or task.exception() is not None
        if self._flights.get(key) is not flight:
            return
        del self._flights[key]
        self._clear_old()
        if not failed:
            value = task.result()
            self._kept[key] = (
                Reading(value=value.value, fresh_at=value.fresh_at, began=value.began, cached=True),
                flight.aspects,
            )

    def _clear_old(self) -> None:
        """So that a source that nobody has any more is not held for ever."""
        old = self._now() - MOST_CACHED_MS / 1000
        for key in [key for key, (reading, _) in self._kept.items() if reading.began <= old]:
            del self._kept[key]
