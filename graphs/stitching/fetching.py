"""Fetching several sources at once: each under its own deadline, the slow ones asked a second time."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from shopgraph.graphs.answer import SourceStatus
from shopgraph.graphs.stitching.shared import SharedRead
from shopgraph.graphs.stitching.source import ContextSource, Given, Query

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A source to fetch, and how long it may take."""

    source: ContextSource
    deadline_ms: int


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """How fetching a source ended."""

    status: SourceStatus
    given: BaseModel | dict[str, Any] | None = None
    fresh_at: datetime | None = None
    age_ms: float = 0.0
    """Between the beginning of the reading and the end of all fetching."""
    began_ms: float = 0.0
    ms: float
    """How long this source took, from its beginning; where several read one database in turn, each its own part."""
    tries: int = 1
    cached: bool = False
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class _Got:
    given: Given
    fresh_at: datetime
    age_s: float
    """How old it was when it came."""
    cached: bool
    began: float
    ended: float


@dataclass(kw_only=True)
class _Flight:
    wanted: Wanted
    began: float
    deadline: float
    hedge_at: float
    tasks: set[asyncio.Task[_Got]] = field(default_factory=set)
    tries: int = 0
    ended: float = 0.0
    status: SourceStatus | None = None
    got: _Got | None = None
    note: str = ""


async def fetch_all(wanted: Sequence[Wanted], query: Query) -> list[Fetched]:
    """Fetch them all in parallel. It takes as long as the slowest, and never longer than the longest deadline.

    A source that does not heed its cancellation is left behind, not waited for. A source that blocks the event loop
    blocks everything: let it run its work in a thread.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    flights = [_launch(each, query, began) for each in wanted]
    try:
        while open_ones := [flight for flight in flights if flight.status is None]:
            tasks = {task for flight in open_ones for task in flight.tasks}
            turn = min(min(flight.deadline, flight.hedge_at) for flight in open_ones)
            await asyncio.wait(tasks, timeout=max(0.0, turn - loop.time()), return_when=asyncio.FIRST_COMPLETED)
            now = loop.time()
            for flight in open_ones:
                _look(flight, now, query)
    finally:
        for flight in flights:
            _give_up(flight)
    ended = loop.time()
    return [_fetched(flight, began, ended) for flight in flights]


def _launch(wanted: Wanted, query: Query, began: float) -> _Flight:
    source = wanted.source
    hedge_at = math.inf if source.hedge_ms is None else began + source.hedge_ms / 1000
    flight = _Flight(wanted=wanted, began=began, deadline=began + wanted.deadline_ms / 1000, hedge_at=hedge_at)
    _try(flight, query)
    return flight


def _try(flight: _Flight, query: Query) -> None:
    task = asyncio.get_running_loop().create_task(_fetch(flight.wanted.source, query))
    task.add_done_callback(_retrieved)
    flight.tasks.add(task)
    flight.tries += 1


def _retrieved(task: asyncio.Task[_Got]) -> None:
    # A task that was left behind may fail later: nobody is to be warned of that.
    if not task.cancelled():
        task.exception()


async def _fetch(source: ContextSource, query: Query) -> _Got:
    loop = asyncio.get_running_loop()
    began = loop.time()
    if isinstance(source.fetch, SharedRead):
        reading = await query.shared.get(source.fetch, query)
        given, fresh_at, cached = reading.value, reading.fresh_at, reading.cached
        age = max(0.0, query.shared.age_of(reading))
    else:
        given, fresh_at, cached = await source.fetch(query), query.at, False
        age = loop.time() - began
    return _Got(given=given, fresh_at=fresh_at, age_s=age, cached=cached, began=began, ended=loop.time())


def _look(flight: _Flight, now: float, query: Query) -> None:
    """Take what has come; ask again where it is time; end what is late."""
    for task in [task for task in flight.tasks if task.done()]:
        flight.tasks.discard(task)
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        if error is None:
            flight.got = task.result()
            missing = flight.got.given is None
            flight.status = SourceStatus.MISSING if missing else SourceStatus.OK
            flight.ended = flight.got.ended
            if flight.tries == 1:  # else the customer has waited since the first was asked
                flight.began = flight.got.began
            return
        logger.warning("context source %s failed: %s", flight.wanted.source.name, error)
        flight.note = type(error).__name__
    if not flight.tasks:
        flight.status, flight.ended = SourceStatus.FAILED, now
    elif now >= flight.deadline:
        flight.status, flight.ended = SourceStatus.LATE, now
        flight.note = f"no answer within {flight.wanted.deadline_ms} ms"
    elif now >= flight.hedge_at:
        flight.hedge_at = math.inf
        _try(flight, query)


def _give_up(flight: _Flight) -> None:
    for task in flight.tasks:
        task.cancel()


def _fetched(flight: _Flight, began: float, ended: float) -> Fetched:
    got = flight.got
    status = flight.status or SourceStatus.LATE
    return Fetched(
        status=status,
        given=got.given if got else None,
        fresh_at=got.fresh_at if got and status is SourceStatus.OK else None,
        age_ms=round((got.age_s + ended - flight.ended) * 1000, 3) if got else 0.0,
        began_ms=round((flight.began - began) * 1000, 3),
        ms=round((flight.ended - flight.began) * 1000, 3),
        tries=flight.tries,
        cached=got.cached if got else False,
        note=flight.note,
    )
