"""Counts over many orders are kept for a while; over few they are made anew each time. Markets are, for a second."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, update

from shopgraph.connectors.embedded import EmbeddedShop
from shopgraph.connectors.embedded.catalog import EmbeddedCatalog
from shopgraph.connectors.embedded.counts import KEPT_S, MANY, MOST, RENEWED_S, Counted, KeptCounts
from shopgraph.connectors.embedded.orders import EmbeddedOrders
from shopgraph.connectors.embedded.schema import REGIONS
from shopgraph.domain import Money, OrderStatus, StoredRequest

_OF_THE_ASKER: ContextVar[str] = ContextVar("of_the_asker", default="none")


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
        return await self.counts.get((key,), limit, few=self, many=self)


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


async def test_one_that_is_soon_too_old_is_counted_anew_while_nobody_waits() -> None:
    counting, go = Counting(first=MANY), asyncio.Event()
    first = await counting.ask()

    async def slowly() -> Counted:
        await go.wait()
        return await counting()

    counting.at = RENEWED_S
    for _ in range(3):
        assert await counting.counts.get(("a",), 5, few=slowly, many=slowly) == first
    go.set()
    await asyncio.gather(*counting.counts._renewals)
    counting.at = KEPT_S
    assert await counting.ask() == (("shoe", MANY + 2), ("hat", 1))
    assert counting.times == 2


async def test_what_came_before_answers_until_this_is_counted() -> None:
    counting = Counting(first=MANY)
    before = await counting.ask("10 o'clock")

    async def ask() -> Counted:
        return await counting.counts.get(("11 o'clock",), 5, few=counting, many=counting, before=("10 o'clock",))

    assert await ask() == before
    await asyncio.gather(*counting.counts._renewals)
    assert await ask() == (("shoe", MANY + 2), ("hat", 1))
    counting.at = KEPT_S
    assert await ask() == (("shoe", MANY + 3), ("hat", 1)), "neither is young enough"


async def test_where_few_were_counted_before_nobody_is_sent_to_a_thread() -> None:
    counting = Counting(first=1)
    await counting.ask("10 o'clock")

    async def elsewhere() -> Counted:
        raise AssertionError("counted in a thread")

    assert await counting.counts.get(("11",), 5, few=counting, many=elsewhere, before=("10 o'clock",))


async def test_what_came_before_does_not_answer_where_few_are_counted_now() -> None:
    counting, before = Counting(first=MANY), ("10 o'clock",)
    await counting.ask("10 o'clock")
    few = Counting(first=1)
    few.counts = counting.counts
    assert await few.ask("11 o'clock") == (("shoe", 2), ("hat", 1))
    assert await few.counts.get(("11 o'clock",), 5, few=few, many=few, before=before) == (("shoe", 3), ("hat", 1))


async def test_a_late_count_does_not_replace_a_later_one() -> None:
    counting, go = Counting(first=MANY), asyncio.Event()
    await counting.ask()

    async def late() -> Counted:
        await go.wait()
        return (("shoe", 9 * MANY),)

    counting.at = RENEWED_S
    await counting.counts.get(("a",), 5, few=late, many=late)
    await asyncio.sleep(0)
    counting.at = KEPT_S + 1
    now = await counting.ask()
    go.set()
    await asyncio.gather(*counting.counts._renewals)
    assert await counting.ask() == now


async def test_one_that_ended_with_its_loop_is_begun_again() -> None:
    counting = Counting(first=MANY)
    first = await counting.ask()
    counting.at = RENEWED_S
    await counting.ask()
    for task in counting.counts._renewals:
        task.cancel()
    await asyncio.gather(*counting.counts._renewals, return_exceptions=True)
    counting.at = RENEWED_S + 30
    assert await counting.ask() == first
    await asyncio.gather(*counting.counts._renewals)
    assert await counting.ask() != first


async def test_what_sold_answers_for_its_three_hours_and_for_the_next_until_those_are_counted(
    seeded: EmbeddedShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shopgraph.connectors.embedded.counts.MANY", 1)
    orders, scans = EmbeddedOrders(seeded.database), []
    counted = seeded.database.scan

    async def scan(work: Callable[[Connection], Counted]) -> Counted:
        scans.append(work)
        return await counted(work)

    monkeypatch.setattr(seeded.database, "scan", scan)
    at = datetime(2030, 1, 1, 12, tzinfo=UTC)

    async def ask(hours: int) -> Counted:
        end = at + timedelta(hours=hours)
        return await orders.selling("north", since=end - timedelta(days=9_000), until=end)

    first = await ask(0)
    assert first == await ask(2) == await ask(3)
    assert len(scans) == 1, "the third is answered before it is counted"
    await asyncio.gather(*orders._counts._renewals)
    assert await ask(5) == first
    assert await ask(12) == first
    assert len(scans) == 3


async def test_a_count_behind_the_scenes_knows_of_no_transaction_and_its_failure_is_nobodys(
    caplog: pytest.LogCaptureFixture,
) -> None:
    counting, seen = Counting(first=MANY), []
    first = await counting.ask()

    async def broken() -> Counted:
        seen.append(_OF_THE_ASKER.get())
        raise ConnectionError("down")

    counting.at = RENEWED_S
    _OF_THE_ASKER.set("an open transaction")
    assert await counting.counts.get(("a",), 5, few=broken, many=broken) == first
    await asyncio.gather(*counting.counts._renewals)
    assert (seen, "not counted anew" in caplog.text) == (["none"], True)
    assert await counting.ask() == first
    assert not counting.counts._renewals, "it is tried again, not at once"
    counting.at = RENEWED_S + 30
    assert await counting.ask() == first
    await asyncio.gather(*counting.counts._renewals)
    assert (await counting.ask())[0] == ("shoe", MANY + 2)


async def test_what_is_too_old_to_answer_takes_no_memory() -> None:
    counting = Counting(first=MANY)
    for second in range(100):
        counting.at = second * KEPT_S / 10
        await counting.ask(str(second))
    assert len(counting.counts._kept) == 10


async def test_more_than_is_kept_is_counted_anew() -> None:
    counting = Counting(first=MANY)
    assert await counting.ask(limit=MOST + 1) != await counting.ask(limit=MOST + 1)


async def test_who_asks_while_it_is_counted_waits_for_that_count() -> None:
    counting, go = Counting(first=MANY), asyncio.Event()

    async def slowly() -> Counted:
        await go.wait()
        return await counting()

    asked = [asyncio.create_task(counting.counts.get(("a",), 5, few=slowly, many=slowly)) for _ in range(3)]
    await asyncio.sleep(0)
    go.set()
    assert len({await each for each in asked}) == 1
    assert counting.times == 1


async def test_a_count_that_fails_or_is_given_up_holds_up_nobody() -> None:
    counting = Counting(first=MANY)

    async def never() -> Counted:
        await asyncio.Event().wait()
        raise AssertionError

    async def broken() -> Counted:
        raise ConnectionError("down")

    given_up = asyncio.create_task(counting.counts.get(("a",), 5, few=never, many=never))
    await asyncio.sleep(0)
    after = asyncio.create_task(counting.counts.get(("a",), 5, few=broken, many=broken))
    await asyncio.sleep(0)
    given_up.cancel()
    with pytest.raises(ConnectionError):
        await after
    assert (await counting.ask())[0] == ("shoe", MANY + 1)


async def test_few_are_counted_where_nobody_waits_the_next_time() -> None:
    counting = Counting(first=1)
    assert await counting.ask() == (("shoe", 2), ("hat", 1))

    async def elsewhere() -> Counted:
        raise AssertionError("counted in a thread")

    assert await counting.counts.get(("a",), 5, few=counting, many=elsewhere) == (("shoe", 3), ("hat", 1))


async def test_counts_are_what_the_orders_say_most_first_and_then_by_name(seeded: EmbeddedShop) -> None:
    sold = [order for order in seeded.dump().orders if order.status is not OrderStatus.CANCELED]
    orders, ports = [(each.region_id, {line.sku for line in each.lines}) for each in sold], seeded.connectors.orders
    regions = {region for region, _ in orders}
    for region in regions:
        counted = Counter(sku for where, skus in orders if where == region for sku in skus)
        assert await ports.best_sellers(region, limit=500) == _ranked(counted)
    baskets = [{line.product_id for line in each.lines} for each in sold]
    for product in set().union(*baskets):
        counted = Counter(other for basket in baskets if product in basket for other in basket - {product})
        assert await ports.bought_with(product, limit=500) == _ranked(counted)
    assert regions
    assert any(len(basket) > 1 for basket in baskets)


def _ranked(counted: Counter[str]) -> Counted:
    return tuple(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


async def test_a_scan_leaves_the_loop_to_others(seeded: EmbeddedShop) -> None:
    database, loop = seeded.database, threading.get_ident()
    assert await database.scan(lambda _: threading.get_ident()) != loop
    async with database.transaction():  # whose connection it is then
        assert await database.scan(id) == await database.read(id)


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


async def test_a_market_is_read_anew_after_a_second(seeded: EmbeddedShop) -> None:
    now = 0.0
    catalog = EmbeddedCatalog(seeded.database, lambda: now)
    before = await catalog.region("north")
    assert before is not None
    renamed = update(REGIONS.table).where(REGIONS.table.c.id == "north").values(name="Far North")
    seeded.database.write_now(lambda db: db.execute(renamed))
    assert await catalog.region("north") == before
    now = 1.0
    after = await catalog.region("north")
    assert after is not None
    assert after.name == "Far North"
    assert await catalog.region("nowhere") is None
