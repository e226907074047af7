"""Synchronous work in an event loop's own thread: while it waits for PostgreSQL, the loop goes on with others.

To hand a short statement to a thread and wake up twice takes longer than the statement. So work runs in a greenlet:
when its connection would wait for the server, the greenlet is left, and entered again when the answer has come. A
server on the same machine answers most statements sooner than the event loop comes round: for such an answer the
greenlet stays a moment.
"""

from __future__ import annotations

import asyncio
import select
import threading
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

import psycopg
from greenlet import getcurrent, greenlet
from psycopg.waiting import Ready, Wait

T = TypeVar("T")
_LOOK_SECONDS = 0.005
_READ, _WRITE = int(Wait.R), int(Wait.W)
_MOMENT_S = 0.0003
"""So long work waits in place for a server on the same machine."""
_HERE = frozenset(("localhost", "127.0.0.1", "::1"))
_SELECTABLE = 1_024
"""`select` takes no socket of this number or a greater one; only `select` waits for less than a millisecond."""


class SwitchingConnection(psycopg.Connection[Any]):
    """psycopg's connection; for work that `Switching` began it waits in the event loop."""

    _cursor: psycopg.Cursor[Any] | None = None
    _near: bool | None = None

    def at_once(self, sql: Any, contents: Any = None) -> psycopg.Cursor[Any]:
        """`execute` for results that are fetched before the next statement: to make a cursor takes half as long again.

        Returns:
            The same cursor each time.
        """
        if self._cursor is None:
            self._cursor = self.cursor()
        return self._cursor.execute(sql, contents)

    def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
        """Drive one of psycopg's generators to its end."""
        job = getcurrent()
        if not isinstance(job, _Job):
            return super().wait(gen, *args, **options)
        try:
            wanted = next(gen)
            while True:
                socket = self.pgconn.socket
                wanted = gen.send(self._soon(socket, wanted) or job.until_ready(socket, wanted))
        except StopIteration as end:
            return end.value

    def _soon(self, socket: int, wanted: int) -> int:
        """What a socket is ready for at once, or a moment later where the server is on this machine; 0 for nothing."""
        if self._near is None:
            host = self.pgconn.host.decode()
            self._near = host.startswith(("/", "@")) or host in _HERE
        if socket >= _SELECTABLE or not (self._near or wanted & _WRITE):
            return 0
        here = (socket,)
        read, write, _ = select.select(
            here if wanted & _READ else (), here if wanted & _WRITE else (), (), _MOMENT_S if self._near else 0
        )
        return (_READ if read else 0) | (_WRITE if write else 0)


class Switching:
    """Begins work, and knows what of it is under way."""

    def __init__(self) -> None:
        self._under_way: set[_Job] = set()

    def start(self, work: Callable[[], T], ended: Callable[[], None] | None = None) -> asyncio.Future[T]:
        """Begin work now; what it returns or raises. It goes on to its end, also when nobody waits for it any more.

        It sees the context variables of its caller. Of what is under way when its event loop is closed, nobody hears
        again: its connection is closed with it, and the server undoes what was not committed.

        Args:
            ended: called at the end, however it comes.
        """
        loop = asyncio.get_running_loop()
        job = _IDLE.jobs.pop() if _IDLE.jobs else _Job()
        result: asyncio.Future[T] = loop.create_future()
        job.loop = loop
        self._under_way.add(job)

        def end() -> None:
            self._under_way.discard(job)
            if ended is not None:
                ended()

        job.take(work, end, loop, result)
        return result

    def settle(self) -> None:
        """Wait for what is under way in the event loops of other threads; what is in this thread's cannot go on."""
        own = asyncio._get_running_loop()
        while any(job.loop is not own and job.loop.is_running() for job in list(self._under_way)):
            time.sleep(_LOOK_SECONDS)


def aside(work: Callable[[], T]) -> T:
    """Do in a thread what would hold up the event loop; anywhere but in work that `Switching` began, do it here."""
    job = getcurrent()
    return job.until_done(work) if isinstance(job, _Job) else work()


class Steps:
    """A lock among work of one event loop that `Switching` began: first come, first served, and nobody is held up."""

    def __init__(self) -> None:
        self._taken = False
        self._waiting: deque[_Job] = deque()

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


class _Job(greenlet):
    """A greenlet for one piece of work after the other: to make one takes longer than to enter it."""

    loop: asyncio.AbstractEventLoop

    def __init__(self) -> None:
        super().__init__(self._begin)

    def take(
        self,
        work: Callable[[], T],
        ended: Callable[[], None],
        loop: asyncio.AbstractEventLoop,
        result: asyncio.Future[T],
    ) -> None:
        """Begin work in the context of whoever calls."""
        caller = getcurrent()
        self.loop, self.parent, self.gr_context = loop, caller, caller.gr_context
        self.go_on((work, ended, result))

    def _begin(self, task: tuple[Callable[[], Any], Callable[[], None], asyncio.Future[Any]]) -> None:
        """Do work, and wait for more."""
        while True:
            self._do(*task)
            del task  # nothing of it is kept
            self.gr_context = None
            _IDLE.jobs.append(self)
            task = self.leave()

    def go_on(self, given: Any = None) -> None:
        """Enter it, until it waits. Called by the event loop."""
        self.switch(given)

    def leave(self) -> Any:
        """Let the event loop go on; what `go_on` is given next. Called by the work."""
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
        self.switch(ready)

    def _do(self, work: Callable[[], T], ended: Callable[[], None], result: asyncio.Future[T]) -> None:
        try:
            done = work()
        except Exception as error:
            _fail(result, error)
        except BaseException as error:
            _fail(result, error)
            raise
        else:
            if not result.done():
                result.set_result(done)
        finally:
            ended()


def _fail(result: asyncio.Future[Any], error: BaseException) -> None:
    if result.done():
        return
    if isinstance(error, StopIteration):  # a future refuses it, and whoever waits would wait for ever
        error = RuntimeError(f"The work raised {error!r}.")
    result.set_exception(error)


class _Idle(threading.local):
    def __init__(self) -> None:
        self.jobs: list[_Job] = []


_IDLE = _Idle()
"""Those without work, of each thread."""
