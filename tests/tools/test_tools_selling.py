"""What sells is counted over two fortnights, without a gap or an overlap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

from shopgraph.connectors.ports.sales import OrdersPort
from shopgraph.tools.selling import LEAST_TREND, Sold, sold_lately

NOW = datetime(2026, 5, 20, 9, 30, tzinfo=UTC)


class Orders:
    """Placed so long before now, each of one product."""

    def __init__(self, *ages: timedelta) -> None:
        self.ages = ages

    async def selling(
        self, region_id: str, *, since: datetime, until: datetime, limit: int
    ) -> tuple[tuple[str, int], ...]:
        count = sum(since <= NOW - age < until for age in self.ages)
        return (("hat", count),) if count else ()


async def test_an_order_is_of_the_last_fortnight_or_of_the_one_before() -> None:
    moment = timedelta(microseconds=1)
    days = timedelta(days=1)
    for age, recent, earlier in (
        (moment, 1, 0),
        (14 * days, 1, 0),
        (14 * days + moment, 0, 1),
        (28 * days, 0, 1),
        (28 * days + moment, 0, 0),
    ):
        sold = await sold_lately(cast(OrdersPort, cast(Any, Orders(age))), "north", NOW)
        assert (sold.recent.get("hat", 0), sold.earlier.get("hat", 0)) == (recent, earlier), age


def test_a_trend_is_more_than_before_and_more_than_one_or_two() -> None:
    def sold(recent: int, earlier: int) -> Sold:
        return Sold(recent={"hat": recent}, earlier={"hat": earlier})

    assert sold(LEAST_TREND, LEAST_TREND - 1).trends("hat")
    assert not sold(LEAST_TREND, LEAST_TREND).trends("hat")
    assert not sold(LEAST_TREND - 1, 0).trends("hat")
    assert not sold(LEAST_TREND, 0).trends("scarf")
