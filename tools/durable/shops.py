"""The shops whose actions this process may carry out, and who waits for which of them."""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from datetime import timedelta

from shopgraph.domain import ActionRun
from shopgraph.errors import NotFound
from shopgraph.tools.spec import Services


class Shops:
    """Services by shop id. Safe to use from every thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._services = dict[str, Services]()
        self._waiting = defaultdict[str, list[threading.Event]](list)

    def attach(self, shop_id: str, services: Services) -> None:
        """Let this process carry out the shop's actions."""
        with self._guard:
            self._services[shop_id] = services

    def detach(self, shop_id: str) -> None:
        """The shop is closed here."""
        with self._guard:
            self._services.pop(shop_id, None)

    def services(self, shop_id: str) -> Services:
        """The shop's services.

        Raises:
            NotFound: this process does not serve the shop.
        """
        with self._guard:
            found = self._services.get(shop_id)
        if found is None:
            raise NotFound(f"This process does not serve the shop {shop_id}.", remedy="Start a worker for it.")
        return found

    def unfinished(self, older_than: float) -> list[tuple[str, ActionRun]]:
        """Every shop's unfinished actions that were admitted at least `older_than` seconds ago."""
        with self._guard:
            services = list(self._services.items())
        found = []
        for shop_id, served in services:
            runs = asyncio.run(served.connectors.runs.runs(unfinished=True, limit=500))
            before = served.clock.now() - timedelta(seconds=older_than)
            found += [(shop_id, run) for run in runs if run.at <= before]
        return found

    def waiter(self, action_id: str) -> threading.Event:
        """Set when this process has carried the action to its end."""
        event = threading.Event()
        with self._guard:
            self._waiting[action_id].append(event)
        return event

    def forget(self, action_id: str, waiter: threading.Event) -> None:
        """Nobody waits with `waiter` any more."""
        with self._guard:
            self._waiting[action_id].remove(waiter)
            if not self._waiting[action_id]:
                del self._waiting[action_id]

    def ended(self, action_id: str) -> None:
        """Wake whoever waits for it."""
        with self._guard:
            for event in self._waiting.get(action_id, ()):
                event.set()


SHOPS = Shops()
"""Those of this process."""
