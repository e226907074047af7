"""How many actions may be under way at one gateway at once, and how fast they may begin: queues of the engine.

A shop whose gateway has limits gets a queue of its own. Every process that serves the shop listens to it, and the
engine keeps the limits over all of them. Without limits an action begins at once, where it was asked for.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from shopgraph.domain import Value
from shopgraph.errors import ConfigurationError

Count = Annotated[int, Field(ge=1)]


class Limits(Value):
    """Of one gateway. What is None is not limited."""

    at_once: Count | None = None
    """Actions under way in all processes together; one that is stuck counts."""
    at_once_here: Count | None = None
    """Actions under way in one process."""
    starts_per_second: Count | None = None
    """Actions that begin within any second, in all processes together."""

    @property
    def any(self) -> bool:
        """Whether anything is limited."""
        return any(each is not None for each in (self.at_once, self.at_once_here, self.starts_per_second))


@dataclass(frozen=True, kw_only=True)
class Limited:
    """A shop's queue."""

    queue: str
    limits: Limits


class LimitedShops:
    """The shops of this process whose gateway has limits. Safe to use from every thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._shops = dict[str, Limited]()
        self._listening = frozenset[str]()

    def declare(self, shop_id: str, gateway: str, limits: Limits) -> None:
        """Have a shop's actions wait for their turn; of two declarations the later one holds."""
        with self._guard:
            if limits.any:
                self._shops[shop_id] = Limited(queue=f"shopgraph-{gateway}-of-{shop_id}", limits=limits)
            else:
                self._shops.pop(shop_id, None)

    def queue(self, shop_id: str) -> str | None:
        """The queue on which the shop's actions wait; None for one without limits."""
        with self._guard:
            found = self._shops.get(shop_id)
            return found.queue if found else None

    def listened_to(self) -> list[str]:
        """The queues to listen to; asked when the engine is about to be launched, and never again."""
        with self._guard:
            self._listening = frozenset(each.queue for each in self._shops.values())
            return sorted(self._listening)

    def register(self, shop_id: str, polling_seconds: float) -> None:
        """Write the shop's limits down at the engine, which is launched.

        Raises:
            ConfigurationError: the shop was opened too late for this process to listen to its queue.
        """
        from dbos import DBOS  # loaded with the engine only

        with self._guard:
            found = self._shops.get(shop_id)
            heard = found is not None and found.queue in self._listening
        if found is None:
            return
        if not heard:
            raise ConfigurationError(
                f"The gateway of shop {shop_id} has limits, and this process began to carry out actions before it"
                " was opened.",
                remedy="Open every shop whose gateway has limits before the first action, or serve it from a process"
                " of its own.",
            )
        starts = found.limits.starts_per_second
        DBOS.register_queue(
            found.queue,
            global_concurrency=found.limits.at_once,
            worker_concurrency=found.limits.at_once_here,
            limiter=None if starts is None else {"limit": starts, "period": 1.0},
            polling_interval_sec=polling_seconds,
            on_conflict="always_update",
        )


LIMITED = LimitedShops()
"""Those of this process."""
