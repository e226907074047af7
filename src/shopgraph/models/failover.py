"""One answer from several providers: the next one after a fault, and beside a slow one; the first to answer wins."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from shopgraph.errors import ModelFault
from shopgraph.models.calling import CallPolicy
from shopgraph.models.faults import NO_BLAME, QUICK, FaultKind, fault, fault_of, kind, together
from shopgraph.models.health import Health, RetryBudget

T = TypeVar("T")
Attempt = Callable[[str, float], Awaitable[T]]
"""Asks one deployment (by id), for so many seconds at most."""
Told = Callable[[str, str, float, bool], None]
"""Hears of each visit's end: deployment, `ok` or the kind of fault, milliseconds, whether it was hedged."""
_LONGEST_WAIT_S = 1.0
"""A provider that wants a longer pause before a retry is left for the next one."""


@dataclass(frozen=True, kw_only=True)
class Won(Generic[T]):
    """The answer that came first."""

    deployment: str
    answer: T


@dataclass(kw_only=True)
class Failover(Generic[T]):
    """One call's way through the deployments that may serve it, in order of preference."""

    model: str
    deployments: Sequence[str]
    attempt: Attempt[T]
    policy: CallPolicy
    health: Health
    retries: RetryBudget
    seconds: float
    """For all of it."""
    told: Told
    secrets: Sequence[str] = ()
    """What no message may contain."""

    def __post_init__(self) -> None:
        self._deadline = time.monotonic() + self.seconds
        self._waiting = [name for name in self.deployments if self.health.admits(name)]
        self._running: dict[asyncio.Task[T], _Visit] = {}
        self._faults: list[ModelFault] = []

    async def run(self) -> Won[T]:
        """The first answer; what else was asked is given up.

        Raises:
            ModelFault: none answered in time; says why each did not.
        """
        try:
            while self._running or self._start(hedged=False):
                done, _ = await asyncio.wait(
                    self._running, timeout=self._patience(), return_when=asyncio.FIRST_COMPLETED
                )
                if not done and not (self._left() > 0 and self._start(hedged=True)) and self._left() <= 0:
                    self._faults += [self._over(visit, FaultKind.TIMEOUT) for visit in self._running.values()]
                    break
                for task in done:
                    if (won := self._ended(task)) is not None:
                        return won
        except asyncio.CancelledError:
            # Whoever waited has left. What they had to wait for too long is to keep nobody else waiting.
            patience = self.policy.hedge_after_s or self.policy.timeout_s
            for visit in self._running.values():
                if visit.ms > patience * 1000:
                    self._over(visit, FaultKind.SLOW)
            raise
        finally:
            await self._give_up()
        if not self._faults and self.deployments:
            raise self._all_cooling()
        raise together(self._faults, self.model)

    def _left(self) -> float:
        return self._deadline - time.monotonic()

    def _patience(self) -> float:
        """How long to wait before something is to be done: until the deadline, or until the next one is asked too."""
        hedge = self.policy.hedge_after_s
        if hedge is None or not self._waiting:
            return max(0.0, self._left())
        newest = max(visit.started for visit in self._running.values())
        return max(0.0, min(newest + hedge - time.monotonic(), self._left()))

    def _start(self, *, hedged: bool) -> bool:
        """Ask the next deployment; False when there is none."""
        while self._waiting:
            name = self._waiting.pop(0)
            if self._left() > 0 and self.health.admits(name):
                self.health.entered(name)
                visit = _Visit(deployment=name, started=time.monotonic(), hedged=hedged)
                self._running[asyncio.create_task(self._visit(name))] = visit
                return True
        return False

    async def _visit(self, name: str) -> T:
        """Ask one deployment, again after a quick fault as far as policy and the retry budget go."""
        self.retries.earn()
        for turn in range(self.policy.retries + 1):
            seconds = min(self.policy.timeout_s, self._left())
            try:
                return await asyncio.wait_for(self.attempt(name, seconds), seconds)
            except Exception as error:
                failed = fault_of(error, name, secrets=self.secrets)
                pause = max(self.policy.backoff_s * 2**turn, failed.fields.get("retry_after") or 0.0)
                last = turn == self.policy.retries or kind(failed) not in QUICK
                if last or pause > min(_LONGEST_WAIT_S, self._left()) or not self.retries.spend():
                    raise failed from None
                await asyncio.sleep(pause)
        raise AssertionError("the last turn returns or raises")

    def _ended(self, task: asyncio.Task[T]) -> Won[T] | None:
        visit = self._running.pop(task)
        # A call that a library below has canceled by itself is a fault like others; the request is not canceled by it.
        error = fault(FaultKind.FAILED, visit.deployment) if task.cancelled() else task.exception()
        if error is None:
            self.health.succeeded(visit.deployment)
            self.told(visit.deployment, "ok", visit.ms, visit.hedged)
            # Who was asked first and still says nothing when a later one has answered is too slow for now.
            for slow in [other for other in self._running.values() if other.started < visit.started]:
                self._over(slow, FaultKind.SLOW)
            return Won(deployment=visit.deployment, answer=task.result())
        if not isinstance(error, ModelFault):
            raise error
        self._faults.append(error)
        self._book(visit, error)
        return None

    def _over(self, visit: _Visit, why: FaultKind) -> ModelFault:
        failed = fault(why, visit.deployment)
        self._book(visit, failed)
        return failed

    def _book(self, visit: _Visit, failed: ModelFault) -> None:
        what = kind(failed)
        self.told(visit.deployment, str(what), visit.ms, visit.hedged)
        if what in NO_BLAME:
            self.health.left(visit.deployment)
        else:
            self.health.failed(visit.deployment, at_least=failed.fields.get("retry_after") or 0.0)

    async def _give_up(self) -> None:
        for task, visit in self._running.items():
            self.health.left(visit.deployment)
            task.cancel()
        if self._running:
            await asyncio.gather(*self._running, return_exceptions=True)

    def _all_cooling(self) -> ModelFault:
        soonest = min(self.health.rests_for(name) for name in self.deployments)
        return fault(FaultKind.COOLING, self.model, detail=f"the next cooldown ends in {soonest:.0f} s")


@dataclass(frozen=True, kw_only=True)
class _Visit:
    deployment: str
    started: float
    hedged: bool

    @property
    def ms(self) -> float:
        return (time.monotonic() - self.started) * 1000
