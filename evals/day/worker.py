"""A worker of the day: a process of its own that plays its part of the plan through the whole orchestrator."""

from __future__ import annotations

import asyncio
import logging
import random
import resource
import time
from collections.abc import AsyncIterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from shopgraph.collecting import collect_seldom
from shopgraph.domain import Principal
from shopgraph.errors import ConnectorUnavailable
from shopgraph.evals.day.floor import floor_graph, play_floor
from shopgraph.evals.day.model import SLOW, DayModel, within
from shopgraph.evals.day.plan import TALKS, Talk
from shopgraph.evals.day.tally import Tally
from shopgraph.graphs import Orchestrator, build_orchestrator
from shopgraph.graphs.notes import ORIGINAL
from shopgraph.graphs.stitching.builtin import DEFAULT_SOURCES
from shopgraph.graphs.stitching.shared import SharedRead
from shopgraph.graphs.stitching.source import ContextSource, Given, Query
from shopgraph.shop import Shop

_NEWS = 50
"""So many requests are told of at once."""
_STRETCHES = 10
"""Of a day that is played as fast as it goes."""
_CHOSEN = 7
"""One in so many requests may be one of the floor's."""
_PAUSE_S = 20.0
"""Of the day, between two messages of one talk."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one worker is given."""

    where: str
    """The shop: a folder or a database URL."""
    keys: Path
    plan: Path
    worker: int
    workers: int
    at_once: int
    rate: float | None
    """Requests a second in this worker; None: as fast as it goes."""
    stepwise: bool = False
    """Whether LangGraph's own loop runs every request."""
    floor: int
    """Requests of the floor."""
    midnight: datetime


@dataclass(kw_only=True)
class Done:
    """What one worker hands back."""

    tally: Tally
    cpu_s: float
    peak_rss_mb: float
    floor_cpu_s: float
    floor_requests: int


class DayClock:
    """Shows each request the time of day at which it is played."""

    def __init__(self, midnight: datetime) -> None:
        self._now: ContextVar[datetime] = ContextVar("shopgraph_day_now", default=midnight + timedelta(hours=12))

    def now(self) -> datetime:
        """The request's time."""
        return self._now.get()

    def set(self, at: datetime) -> None:
        """Let it be so late for what goes on from here."""
        self._now.set(at)


def work(part: Part, pipe: Connection) -> None:
    """Open the shop, say so, wait for the start, play, and hand back what was counted."""
    logging.disable(logging.WARNING)  # a day has outages and attacks: each is counted, none is news
    with asyncio.Runner() as runner:
        clock = DayClock(part.midnight)
        with Shop.open(part.where, audit_keys=part.keys, chat_model=DayModel(clock.now).chat(), clock=clock) as shop:
            orchestrator = build_orchestrator(shop, sources=[_failing(DEFAULT_SOURCES["session"])])
            orchestrator.stepwise = part.stepwise
            runner.run(shop.warm())  # both as a server does before it serves
            collect_seldom()
            talks = TALKS.validate_json(part.plan.read_bytes())[part.worker :: part.workers]
            pipe.send("ready")
            pipe.recv()
            pipe.send(runner.run(_Player(part, shop, orchestrator, clock, pipe).play(talks)))
            pipe.recv()  # everybody is done


def _failing(source: ContextSource) -> ContextSource:
    """The source, out of order for a while."""

    real = source.fetch
    if isinstance(real, SharedRead):
        raise TypeError(f"{source.name} is fetched once for everybody; its outage would be too")

    async def fetch(query: Query) -> Given:
        if within(query.at, (SLOW,)):
            raise ConnectorUnavailable(f"The system behind {source.name} is down.")
        return await real(query)

    return replace(source, fetch=fetch)


@dataclass
class _Player:
    part: Part
    shop: Shop
    orchestrator: Orchestrator
    clock: DayClock
    pipe: Connection
    tally: Tally = field(default_factory=Tally)
    chosen: list[str] = field(default_factory=list)
    """Requests of this stretch of the day whose ways through the graph the floor goes."""
    told: int = 0

    async def play(self, talks: Sequence[Talk]) -> Done:
        """Play them all, in stretches; after each the floor, so that both see the machine as it is at that time."""
        stretches = 1 if self.part.rate else _STRETCHES
        done = Done(tally=self.tally, cpu_s=0.0, peak_rss_mb=0.0, floor_cpu_s=0.0, floor_requests=0)
        empty = floor_graph(self.orchestrator.graph)
        for number in range(stretches):
            began = time.process_time()
            await self._stretch(talks[len(talks) * number // stretches : len(talks) * (number + 1) // stretches])
            done.cpu_s += time.process_time() - began
            self.pipe.send(self.tally.requests - self.told)
            self.told = self.tally.requests
            done.peak_rss_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            paths = [await self._path(each) for each in self.chosen[: -(-self.part.floor // stretches)]]
            self.chosen.clear()
            done.floor_cpu_s += await play_floor(empty, paths)
            done.floor_requests += len(paths)
        return done

    async def _stretch(self, talks: Sequence[Talk]) -> None:
        coming = self._paced(talks) if self.part.rate else _at_once(talks)
        players = asyncio.Semaphore(self.part.at_once)
        running: set[asyncio.Task[None]] = set()
        async for talk in coming:
            if not self.part.rate:
                await players.acquire()
            task = asyncio.create_task(self._talk(talk))
            running.add(task)
            task.add_done_callback(running.discard)
            if not self.part.rate:
                task.add_done_callback(lambda _: players.release())
        await asyncio.gather(*running)

    async def _paced(self, talks: Sequence[Talk]) -> AsyncIterator[Talk]:
        """Talks as they come in at that rate: at random, as customers do."""
        draw = random.Random(self.part.worker)  # noqa: S311 - a reproducible draw, no secret
        rate = self.part.rate or 1.0
        turns = sum(len(talk.turns) for talk in talks) / max(1, len(talks))
        due = time.monotonic()
        for talk in talks:
            due += draw.expovariate(rate / turns)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            yield talk

    async def _talk(self, talk: Talk) -> None:
        who = Principal.customer(talk.customer_id) if talk.customer_id else Principal.guest()
        conversation: str | None = None
        for number, text in enumerate(talk.turns):
            self.clock.set(self.part.midnight + timedelta(seconds=min(talk.at_s + number * _PAUSE_S, 86_399)))
            began = time.perf_counter()
            try:
                answer = await self.orchestrator.ask(
                    text,
                    principal=who,
                    conversation_id=conversation,
                    channel=talk.channel,
                    region_id=talk.region_id,
                    request_id=f"day_{talk.number}_{number}",
                )
            except Exception as error:
                self.tally.add_error(error, text, (time.perf_counter() - began) * 1000)
                self._news()
                return
            self.tally.add(answer, (time.perf_counter() - began) * 1000)
            conversation = answer.conversation_id
            if self.tally.requests % _CHOSEN == 0:
                self.chosen.append(answer.request_id)
            self._news()

    async def _path(self, request_id: str) -> list[str]:
        events = await self.shop.audit.events(request_id)
        return [*(event.node for event in events if event.kind != ORIGINAL), "record"]

    def _news(self) -> None:
        if self.tally.requests - self.told >= _NEWS:
            self.pipe.send(self.tally.requests - self.told)
            self.told = self.tally.requests
            model = self.shop.chat_model
            calls = getattr(model, "calls", None)
            if isinstance(calls, list):
                calls.clear()  # the scripted model keeps what it was asked; a day of it is too much


async def _at_once(talks: Sequence[Talk]) -> AsyncIterator[Talk]:
    for talk in talks:
        yield talk
