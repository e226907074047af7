"""The shops whose actions this process may carry out, and who waits for which of them."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from shopgraph.domain import ActionRun
from shopgraph.tools.spec import Services

_MANY = 10_000
_LAST_STEPS = 10.0
"""Seconds that a closing shop gives to the steps that are being done."""


class Shops:
    """Services by shop id. Safe to use from every thread."""

    def __init__(self) -> None:
        self._guard = threading.Condition()
        self._services = defaultdict[str, list[Services]](list)
        self._waiting = defaultdict[str, list[threading.Event]](list)
        self._busy = Counter[int]()
        self._carried = Counter[str]()

    def attach(self, shop_id: str, services: Services) -> None:
        """Let this process carry out the shop's actions; a shop that is open twice is attached twice."""
        with self._guard:
            if all(each is not services for each in self._services[shop_id]):
                self._services[shop_id].append(services)

    def detach(self, shop_id: str, services: Services) -> None:
        """That opening of the shop is about to close: the steps that are being done may end, no further one begins."""
        with self._guard:
            kept = [each for each in self._services.pop(shop_id, []) if each is not services]
            if kept:
                self._services[shop_id] = kept
            self._guard.wait_for(lambda: not self._busy[id(services)], timeout=_LAST_STEPS)

    def services(self, shop_id: str) -> Services | None:
        """The services of a shop that is open here; None for one that this process does not serve."""
        with self._guard:
            return self._services[shop_id][0] if shop_id in self._services else None

    def open(self, shop_id: str, services: Services) -> bool:
        """Whether that opening of the shop is still attached."""
        with self._guard:
            return any(each is services for each in self._services.get(shop_id, ()))

    def unfinished(self) -> list[tuple[str, ActionRun]]:
        """Every attached shop's unfinished actions. Not for a thread that runs an event loop."""
        with self._guard:
            served = [(shop_id, each[0]) for shop_id, each in self._services.items()]
        found = []
        for shop_id, services in served:
            runs = asyncio.run(services.connectors.runs.runs(unfinished=True, limit=_MANY))
            found += [(shop_id, run) for run in runs]
        return found

    @contextmanager
    def at_work(self, services: Services) -> Iterator[None]:
        """A step is being done with them."""
        with self._guard:
            self._busy[id(services)] += 1
        try:
            yield
        finally:
            with self._guard:
                self._busy[id(services)] -= 1
                self._guard.notify_all()

    @contextmanager
    def carrying(self, name: str) -> Iterator[None]:
        """This process is carrying the action (by its name at the engine) out."""
        with self._guard:
            self._carried[name] += 1
        try:
            yield
        finally:
            with self._guard:
                self._carried[name] -= 1
                if not self._carried[name]:
                    del self._carried[name]

    def carried(self) -> frozenset[str]:
        """The actions that this process is carrying out, by their names at the engine."""
        with self._guard:
            return frozenset(self._carried)

    def waiter(self, name: str) -> threading.Event:
        """Set when this process has carried the action (by its name at the engine) to its end."""
        event = threading.Event()
        with self._guard:
            self._waiting[name].append(event)
        return event

    def forget(self, name: str, waiter: threading.Event) -> None:
        """Nobody waits with `waiter` any more."""
        with self._guard:
            self._waiting[name].remove(waiter)
            if not self._waiting[name]:
                del self._waiting[name]

    def ended(self, name: str) -> None:
        """Wake whoever waits for it."""
        with self._guard:
            for event in self._waiting.get(name, ()):
                event.set()


SHOPS = Shops()
"""Those of this process."""
