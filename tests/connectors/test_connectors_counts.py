"""Counts over many orders are kept for a while; over few they are made anew each time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from shopgraph.connectors.embedded import EmbeddedShop
from shopgraph.connectors.embedded.counts import KEPT_S, MANY, MOST, Counted, KeptCounts
from shopgraph.domain import Money, StoredRequest


@dataclass
class Counting:
    """Counts a little more each time it is asked."""

    first: int
    times: int = 0
    at: float = 0.0
    counts: KeptCounts = field(init=False)

    def __post_init__(self) -> None:
        self.counts = KeptCounts(lambda: self.at)

    async def __call__(self) -> Counted:
        self.times += 1
        return (("shoe", self.first + self.times), ("hat", 1))

    async def ask(self, key: str = "a", limit: int = 5) -> Counted:
        return await self.counts.get((key,), self, limit)


async def test_few_are_counted_anew_each_time() -> None:
    counting = Counting(first=MANY - 5)
    assert [(await counting.ask())[0][1] for _ in range(3)] == [MANY - 4, MANY - 3, MANY - 2]


async def test_many_are_kept_for_five_minutes() -> None:
    counting = Counting(first=MANY)
    first = await counting.ask()
    counting.at = KEPT_S - 1
    assert await counting.ask() == first
    assert await counting.ask(limit=1) == first[:1]
    assert await counting.ask("b") != first
    assert counting.times == 2
    counting.at = KEPT_S
    assert await counting.ask() != first


async def test_more_than_is_kept_is_counted_anew() -> None:
    counting = Counting(first=MANY)
    assert await counting.ask(limit=MOST + 1) != await counting.ask(limit=MOST + 1)


@pytest.mark.parametrize("whose", ["customer_id", "agent", "conversation_id"])
async def test_what_moved_is_the_sum_of_what_was_done(seeded: EmbeddedShop, whose: str) -> None:
    records, at = seeded.connectors.records, seeded.meta.created_at
    for number, (tool, currency, days) in enumerate(
        [("a", "USD", 0), ("a", "USD", 2), ("b", "USD", 0), ("b", "EUR", 0), ("c", "USD", 0), ("a", "", 0)]
    ):
        await records.remember_request(
            StoredRequest(
                call_id=f"call_{number}",
                tool=tool,
                arguments_digest="",
                result=None,
                at=at - timedelta(days=days),
                amount=Money(amount=10**number, currency=currency) if currency else None,
                customer_id="ann",
                agent="ann",
                conversation_id="ann",
            )
        )
    since = at - timedelta(days=1)
    for tools in (["a"], ["a", "b"], ["d"]):
        done = await records.done(tools, since=since, **{whose: "ann"})
        moved = await records.moved(tools, since=since, currency="USD", **{whose: "ann"})
        assert moved == sum(call.amount.amount for call in done if call.amount and call.amount.currency == "USD")
    assert await records.moved(["a", "b"], since=since, currency="USD", **{whose: "ann"}) == 101
    assert await records.moved(["a", "b"], since=since, currency="USD", **{whose: "bea"}) == 0
