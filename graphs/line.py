"""Of many requests under way in one event loop, the one that began first goes on first.

An event loop takes whoever is ready in turn, so that of twenty requests at once every one ends when almost all do.
Taken in the order of their beginning they need as long in all, and half of them end in half the time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from contextvars import ContextVar
from heapq import heappop, heappush
from itertools import count
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")

FEW = 4
"""So many at once go on as the event loop takes them: to line up costs two more rounds of the loop for each step."""

_numbers = count()
_in_line: ContextVar[bool] = ContextVar("shopgraph_in_line", default=False)


class _Line:
    """Those under way in one event loop that are ready to go on."""

    def __init__(self) -> None:
        self.under_way = 0
        self._ready: list[tuple[int, asyncio.Future[None]]] = []
        self._given = False
        """Whether one has the turn."""
        self._called = False

    def stand(self, number: int) -> asyncio.Future[None]:
        """Ready to go on: done when it is that one's turn."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._ready, (number, turn))
        self._call()
        return turn

    def step_aside(self) -> None:
        """The turn ends."""
        self._given = False
        if self._ready:
            self._call()

    def _call(self) -> None:
        # After all who are ready by now have said so.
        if not self._called:
            self._called = True
            asyncio.get_running_loop().call_soon(self._give)

    def _give(self) -> None:
        self._called = False
        while self._ready and not self._given:
            _, turn = heappop(self._ready)
            if not turn.done():  # else it was canceled
                turn.set_result(None)
                self._given = True


_LINES: WeakKeyDictionary[asyncio.AbstractEventLoop, _Line] = WeakKeyDictionary()


class _Lined(Generic[T]):
    """A coroutine that stands in line before each of its steps. Used once."""

    __slots__ = ("_line", "_number", "_work")

    def __init__(self, line: _Line, work: Coroutine[Any, Any, T]) -> None:
        self._line = line
        self._number = next(_numbers)
        self._work = work

    def __await__(self) -> Generator[Any, Any, T]:
        line, work = self._line, self._work
        thrown: BaseException | None = None
        given: Any = None
        line.under_way += 1
        try:
            while True:
                turn = line.stand(self._number) if line.under_way > FEW else None
                try:
                    if turn is not None:
                        try:
                            yield from turn
                        except asyncio.CancelledError as error:
                            thrown = error
                    try:
                        waits_for = work.send(given) if thrown is None else work.throw(thrown)
                    except StopIteration as end:
                        result: T = end.value
                        return result
                finally:
                    if turn is not None and not turn.cancel() and not turn.cancelled():
                        line.step_aside()
                given = thrown = None
                try:
                    given = yield waits_for
                except GeneratorExit:
                    raise
                except BaseException as error:  # a cancellation goes to whoever waits inside
                    thrown = error
        finally:
            line.under_way -= 1
            work.close()


async def in_line(work: Coroutine[Any, Any, T]) -> T:
    """Await a request's work: whenever it and older ones are ready to go on, those go first.

    What it begins in tasks of its own does not line up, nor does a request within a request.
    """
    if _in_line.get():
        return await work
    line = _LINES.setdefault(asyncio.get_running_loop(), _Line())
    token = _in_line.set(True)
    try:
        return await _Lined(line, work)
    finally:
        _in_line.reset(token)
