"""Synchronous work in an event loop's own thread: while it waits for PostgreSQL, the loop goes on with others.

To hand a short statement to a thread and wake up twice takes longer than the statement. So work runs in a greenlet: when
its connection would wait for the server, the greenlet is left, and entered again when the answer has come.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any, Generic, TypeVar

import psycopg
from greenlet import getcurrent, greenlet
from psycopg.waiting import Ready, Wait

T = TypeVar("T")
_READ, _WRITE = int(Wait.R), int(Wait.W)


class SwitchingConnection(psycopg.Connection[Any]):
    """psycopg's connection; for work that `start` began it waits in the event loop."""

    def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
        """Drive one of psycopg's generators to its end."""
        job = getcurrent()
        if not isinstance(job, _Job):
            return super().wait(gen, *args, **options)
        try:
            wanted = next(gen)
            while True:
                wanted = gen.send(job.until_ready(self.pgconn.socket, wanted))
        except StopIteration as end:
            return end.value


def _nothing() -> None:
    """Nobody waits for the end."""


def start(work: Callable[[], T], ended: Callable[[], None] = _nothing) -> asyncio.Future[T]:
    """Begin work now; what it returns or raises. It goes on to its end, also when nobody waits for it any more.

    It sees the context variables of its caller. Of what is under way when its event loop is closed, nobody hears again:
    its connection is closed with it, and the server undoes what was not committed.

    Args:
        ended: called at the end, however it comes.
    """

    def whole() -> T:
        try:
            return work()
        finally:
            ended()

    job = _Job(whole, asyncio.get_running_loop())
    job.go_on()
    return job.result


def aside(work: Callable[[], T]) -> T:
    """Do in a thread what would hold up the event loop; anywhere but in work that `start` began, do it here."""
    job = getcurrent()
    return job.until_done(work) if isinstance(job, _Job) else work()


class Steps:
    """A lock among work that `start` began in one event loop: the first comes first, and waiting holds nobody up."""

    def __init__(self) -> None:
        self._taken = False
        self._waiting: deque[_Job[Any]] = deque()

    def locked(self) -> bool:
        """Whether one is under way."""
        return self._taken

    def __enter__(self) -> None:
        if not self._taken:
            self._taken = True
            return
        job = getcurrent()
        if not isinstance(job, _Job):
            raise RuntimeError("Only work that an event loop began takes steps.")
        self._waiting.append(job)
        job.leave()

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._waiting:
            job = self._waiting.popleft()
            job.loop.call_soon(job.go_on)
        else:
            self._taken = False


class _Job(greenlet, Generic[T]):
    """Work under way."""

    def __init__(self, work: Callable[[], T], loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(work)
        self.gr_context = getcurrent().gr_context
        self.loop = loop
        self.result: asyncio.Future[T] = loop.create_future()

    def go_on(self, given: Any = None) -> None:
        """Enter it, until it waits or ends. Called by the event loop."""
        try:
            # What is given first would be the work's argument.
            done = self.switch(given) if self else self.switch()
        except BaseException as error:
            self._failed(error)
            if isinstance(error, KeyboardInterrupt | SystemExit):
                raise
            return
        if self.dead and not self.result.done():
            self.result.set_result(done)

    def leave(self) -> Any:
        """Let the event loop go on; what `go_on` is given. Called by the work."""
        parent: Any = self.parent
        return parent.switch()

    def until_ready(self, socket: int, wanted: Wait) -> Ready:
        """Wait until a socket can be read from, or written to."""
        if wanted & _READ:
            self.loop.add_reader(socket, self._ready, socket, wanted, Ready.R)
        if wanted & _WRITE:
            self.loop.add_writer(socket, self._ready, socket, wanted, Ready.W)
        ready: Ready = self.leave()
        return ready

    def until_done(self, work: Callable[[], T]) -> T:
        """Wait for what a thread does."""
        self.loop.run_in_executor(None, work).add_done_callback(self.go_on)
        done: asyncio.Future[T] = self.leave()
        return done.result()

    def _ready(self, socket: int, wanted: Wait, ready: Ready) -> None:
        if wanted & _READ:
            self.loop.remove_reader(socket)
        if wanted & _WRITE:
            self.loop.remove_writer(socket)
        self.go_on(ready)

    def _failed(self, error: BaseException) -> None:
        if self.result.done():
            return
        if isinstance(error, StopIteration):  # a future refuses it, and whoever waits would wait for ever
            error = RuntimeError(f"The work raised {error!r}.")
        self.result.set_exception(error)
