"""Group commit: what many requests hand in while one group is being written is the next group, with one fsync for all.

One thread per log. A caller waits for its own events, and they are on disk when it goes on; nobody waits longer than
for the group under way and the one after it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from shopgraph.audit.records import AuditEvent, AuditHead
from shopgraph.errors import ConnectorFault

logger = logging.getLogger(__name__)
MOST_EVENTS = 1_000
"""Events of one group; a caller's own are never divided."""


@dataclass(eq=False)
class Entry:
    """One caller's events, and how they ended."""

    events: Sequence[AuditEvent]
    loop: asyncio.AbstractEventLoop | None = None
    """None: nobody waits for them."""
    waiter: asyncio.Future[AuditHead] | None = None
    head: AuditHead | None = None
    error: BaseException | None = field(default=None)


class GroupWriter:
    """Hands groups of entries to `write`, which sets the head or the error of each."""

    def __init__(self, write: Callable[[list[Entry]], None]) -> None:
        self._write = write
        self._waiting: list[Entry] = []
        self._change = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    async def append(self, events: Sequence[AuditEvent]) -> AuditHead:
        """Where the log ends once these events are on disk.

        Raises:
            ConnectorFault: the log was closed.
        """
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[AuditHead] = loop.create_future()
        entry = Entry(events, loop, waiter)
        with self._change:
            if self._closed:
                raise ConnectorFault("The audit log is closed.")
            self._hand_in(entry)
        return await waiter

    def close(self, last: Sequence[AuditEvent] = ()) -> None:
        """Write what waits, then these, and end; that these could not be written is logged."""
        with self._change:
            if last and not self._closed:
                self._hand_in(Entry(last))
            self._closed = True
            self._change.notify()
        if self._thread is not None:
            self._thread.join()

    def _hand_in(self, entry: Entry) -> None:
        """Called with the lock."""
        self._waiting.append(entry)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="shopgraph-audit", daemon=True)
            self._thread.start()
        self._change.notify()

    def _run(self) -> None:
        while group := self._next():
            try:
                self._write(group)
            except BaseException as error:
                for entry in group:
                    entry.error = entry.error or error
            _settle(group)

    def _next(self) -> list[Entry]:
        """The next group; empty at the end."""
        with self._change:
            while not self._waiting and not self._closed:
                self._change.wait()
            size, count = 0, 0
            for entry in self._waiting:
                if count and size + len(entry.events) > MOST_EVENTS:
                    break
                size, count = size + len(entry.events), count + 1
            group, self._waiting = self._waiting[:count], self._waiting[count:]
            return group


def _settle(group: list[Entry]) -> None:
    """Wake everybody: one call into each event loop."""
    loops: defaultdict[asyncio.AbstractEventLoop, list[Entry]] = defaultdict(list)
    for entry in group:
        if entry.loop is not None:
            loops[entry.loop].append(entry)
        elif entry.error is not None:
            logger.warning("the last events were not written: %s", entry.error)
    for loop, entries in loops.items():
        try:
            loop.call_soon_threadsafe(_wake, entries)
        except RuntimeError:
            continue  # the loop was closed, and whoever waited on it is gone


def _wake(entries: list[Entry]) -> None:
    for entry in entries:
        if entry.waiter is None or entry.waiter.done():
            continue  # canceled; its events are on the record all the same
        if entry.error is not None:
            entry.waiter.set_exception(entry.error)
        elif entry.head is not None:
            entry.waiter.set_result(entry.head)
