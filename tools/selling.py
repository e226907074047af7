"""What sells in a region: now, beside some time before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from shopgraph.connectors.ports.sales import OrdersPort
from shopgraph.domain import Instant
from shopgraph.models.speech.speaker import Speaker

TREND_DAYS = 14
"""What sells within these days is compared with as many days before."""
LEAST_TREND = 3
"""Orders within `TREND_DAYS` from which on something may be called a trend."""
_SOLD = 10_000


@dataclass(frozen=True, kw_only=True)
class Sold:
    """By product: in how many orders of the region it is, those with most first."""

    recent: dict[str, int]
    """Of the last `TREND_DAYS`."""
    earlier: dict[str, int]
    """Of as many days before."""

    def trends(self, product_id: str) -> bool:
        """Whether it may be called a trend: bought more than before, and not by one or two."""
        recent = self.recent.get(product_id, 0)
        return recent >= LEAST_TREND and recent > self.earlier.get(product_id, 0)


async def sold_lately(orders: OrdersPort, region_id: str, at: Instant) -> Sold:
    """What sells in a region at that time."""
    middle, start = at - timedelta(days=TREND_DAYS), at - timedelta(days=2 * TREND_DAYS)
    return Sold(
        recent=dict(await orders.selling(region_id, since=middle, until=at, limit=_SOLD)),
        earlier=dict(await orders.selling(region_id, since=start, until=middle, limit=_SOLD)),
    )


def trend_text(count: int, before: int, region: str, speaker: Speaker) -> str:
    """Why something is called a trend, with both counts."""
    earlier = speaker.number(before) if before else speaker.say("recommend.before.none")
    days = speaker.number(TREND_DAYS)
    return speaker.say("recommend.trend", count=count, region=region, days=days, before=earlier)
