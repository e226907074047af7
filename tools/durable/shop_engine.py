"""A shop's way to the process's engine; DBOS is loaded when its first action needs it."""

from __future__ import annotations

import asyncio

from shopgraph.domain import ActionRun
from shopgraph.tools.durable.limits import LIMITED, Limits
from shopgraph.tools.spec import Services

WAIT_SECONDS = 10.0
"""How long a caller waits for the end of an action."""
FREE = Limits()
"""No limits."""


class ShopEngine:
    """`shopgraph.tools.spec.ActionEngine` of one shop."""

    def __init__(
        self, url: str, shop_id: str, *, wait_seconds: float = WAIT_SECONDS, gateway: str = "", limits: Limits = FREE
    ) -> None:
        self.url = url
        """Of the engine's own database, which shops may share."""
        self.shop_id = shop_id
        self.wait_seconds = wait_seconds
        LIMITED.declare(shop_id, gateway, limits)
        self._attached = list[Services]()

    async def finish(self, services: Services, action_id: str) -> ActionRun:
        """Begin the action or join it, and wait a while for its end; unfinished, it goes on without the caller.

        Raises:
            ConfigurationError: this process's actions run on another engine.
        """
        from shopgraph.tools.durable.engine import Engine

        # Not on the caller's loop: making the engine's tables waits for open transactions, which may be the loop's own.
        await asyncio.to_thread(self.attach, services)
        return await Engine.open(self.url).finish(services, self.shop_id, action_id, within=self.wait_seconds)

    def attach(self, services: Services) -> None:
        """Have this process look after the shop's actions: go on with what was left, begin what was admitted.

        Raises:
            ConfigurationError: this process's actions run on another engine, or its gateway's limits came too late.
        """
        from shopgraph.tools.durable.engine import Engine
        from shopgraph.tools.durable.shops import SHOPS

        engine = Engine.open(self.url)
        if all(each is not services for each in self._attached):
            engine.serve(self.shop_id)
            SHOPS.attach(self.shop_id, services)
            self._attached.append(services)

    def detach(self) -> None:
        """The shop is closed here."""
        from shopgraph.tools.durable.shops import SHOPS

        for services in self._attached:
            SHOPS.detach(self.shop_id, services)
        self._attached.clear()
