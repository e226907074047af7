"""A fair queue for coroutines of any event loop.

Waiting blocks no thread, so a thread pool behind it cannot deadlock.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from concurrent.futures import Future


class Turns:
    """So many may go at once; the others wait in the order they came."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._waiting: deque[Future[None]] = deque()
        self._mutex = threading.Lock()

    async def take(self) -> None:
        """Wait for a turn. A wait that is canceled takes none."""
        with self._mutex:
            if self._free:
                self._free -= 1
                return
            turn: Future[None] = Future()
            self._waiting.append(turn)
        try:
            await asyncio.wrap_future(turn)
        except asyncio.CancelledError:
            # The turn may have been given between its giver's call and our waking: then it goes on to the next.
            if not turn.cancel() and turn.done() and not turn.cancelled():
                self.give_back()
            raise

    def give_back(self) -> None:
        """End a turn; may be called from any thread."""
        with self._mutex:
            while self._waiting:
                turn = self._waiting.popleft()
                if turn.set_running_or_notify_cancel():
                    turn.set_result(None)
                    return
            self._free += 1
