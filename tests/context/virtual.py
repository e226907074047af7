"""An event loop whose clock jumps to the next timer: deadlines and hedges are tested in no time, to the millisecond."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any, TypeVar

from shopgraph.domain import Channel
from shopgraph.graphs.state import Request
from shopgraph.graphs.stitching.shared import SharedReads
from shopgraph.graphs.stitching.source import Query
from shopgraph.models.routes import Route, Tier

T = TypeVar("T")
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Time stands still while anything can run, and jumps when nothing can."""

    def __init__(self) -> None:
        super().__init__()
        self._virtual = 0.0

    def time(self) -> float:
        """Seconds since the loop began."""
        return self._virtual

    def _run_once(self) -> None:
        loop: Any = self
        while loop._scheduled and loop._scheduled[0]._cancelled:
            loop._timer_cancelled_count -= 1
            heapq.heappop(loop._scheduled)._scheduled = False
        if not loop._ready and loop._scheduled:
            self._virtual = max(self._virtual, loop._scheduled[0]._when)
        super()._run_once()  # type: ignore[misc]


def run_virtual(work: Coroutine[Any, Any, T]) -> T:
    """Run something on a loop of its own."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def request(customer_id: str = "cus_ann", region_id: str = "north", text: str = "hello") -> Request:
    """A request of a customer's."""
    return Request(
        id="req_1",
        conversation_id="conv_1",
        text=text,
        channel=Channel.WEB,
        region_id=region_id,
        locale="en_US",
        customer_id=customer_id,
        at=AT,
        timezone="America/New_York",
        currency="USD",
    )


def query(asked: Request | None = None, *, shared: SharedReads | None = None, **more: Any) -> Query:
    """What sources are given for it; `connectors` and `policy` only where they are named."""
    about = asked or request()
    given: dict[str, Any] = {"connectors": None, "policy": None, **more}
    return Query(
        region_id=about.region_id,
        locale=about.locale,
        at=about.at,
        request=about,
        route=Route(intent="product_question", tier=Tier.WORKFLOW, confidence=1.0, why="test"),
        shared=shared or SharedReads(),
        **given,
    )
