"""Many at once: loops, threads, processes, cancellation. Nobody waits for ever, nothing is half done."""

from __future__ import annotations

import asyncio
import contextvars
import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shopgraph.connectors.conformance.seed import AT, seed
from shopgraph.connectors.embedded import EmbeddedShop, create_shop, open_shop
from shopgraph.connectors.embedded.turns import Turns
from shopgraph.connectors.ports import Connectors
from shopgraph.domain import ShopMeta
from shopgraph.errors import ConnectorUnavailable, OutOfStock

MANY = 30


async def _allocate(shop: Connectors, key: str, sku: str = "shirt-l") -> bool:
    try:
        await shop.inventory.allocate(
            sku=sku, location_id="depot-north", order_id="ada-pending", line_id="0", quantity=1, idempotency_key=key
        )
    except OutOfStock:
        return False
    return True


async def _note(shop: Connectors, key: str) -> None:
    await shop.crm.add_note(customer_id="ben", author="system", body=key, order_id=None, at=AT, idempotency_key=key)


async def _notes(shop: Connectors) -> set[str]:
    return {note.body for note in await shop.crm.notes("ben", limit=1000)}


async def test_many_transactions_at_once(seeded: EmbeddedShop) -> None:
    async def work(number: int) -> None:
        async with seeded.connectors.transaction():
            await _note(seeded.connectors, f"{number}-a")
            await asyncio.sleep(0)
            await _note(seeded.connectors, f"{number}-b")

    await asyncio.gather(*(work(number) for number in range(MANY)))
    assert await _notes(seeded.connectors) == {f"{number}-{part}" for number in range(MANY) for part in "ab"}


def test_many_event_loops_at_once(seeded: EmbeddedShop) -> None:
    def loop(number: int) -> bool:
        return asyncio.run(_allocate(seeded.connectors, f"loop-{number}"))

    with ThreadPoolExecutor(MANY) as pool:
        won = list(pool.map(loop, range(MANY)))
    assert sum(won) == 1


async def test_steps_side_by_side_in_one_transaction(seeded: EmbeddedShop) -> None:
    async with seeded.connectors.transaction():
        await asyncio.gather(*(_note(seeded.connectors, f"{number}") for number in range(8)))
        assert len(await _notes(seeded.connectors)) == 8
    assert len(await _notes(seeded.connectors)) == 8


async def test_others_do_not_see_an_open_transaction(seeded: EmbeddedShop) -> None:
    outside = contextvars.copy_context()
    async with seeded.connectors.transaction():
        await _note(seeded.connectors, "inside")
        seen = await asyncio.create_task(_notes(seeded.connectors), context=outside)
        assert seen == set()
    assert await _notes(seeded.connectors) == {"inside"}


async def test_a_task_that_outlives_its_transaction_writes_on_its_own(seeded: EmbeddedShop) -> None:
    go = asyncio.Event()

    async def late() -> None:
        await go.wait()
        await _note(seeded.connectors, "late")

    async with seeded.connectors.transaction():
        task = asyncio.create_task(late())
        await _note(seeded.connectors, "early")
    go.set()
    await task
    assert await _notes(seeded.connectors) == {"early", "late"}


async def test_two_shops_keep_their_transactions_apart(seeded: EmbeddedShop, tmp_path: Path, meta: ShopMeta) -> None:
    with create_shop(f"sqlite:///{tmp_path}/second.db", meta) as second:
        second.load(seed())
        with pytest.raises(ZeroDivisionError):  # noqa: PT012  (the exception has to cross the transaction's end)
            async with seeded.connectors.transaction():
                await _note(seeded.connectors, "lost")
                await _note(second.connectors, "kept")
                raise ZeroDivisionError
        assert await _notes(seeded.connectors) == set()
        assert await _notes(second.connectors) == {"kept"}


async def test_a_canceled_transaction_is_taken_back_and_lets_the_next_go(seeded: EmbeddedShop) -> None:
    written = asyncio.Event()

    async def work() -> None:
        async with seeded.connectors.transaction():
            await _note(seeded.connectors, "lost")
            written.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(_note(seeded.connectors, "next"), 10)
    assert await _notes(seeded.connectors) == {"next"}


async def test_canceled_writers_give_up_their_places(seeded: EmbeddedShop) -> None:
    tasks = [asyncio.create_task(_note(seeded.connectors, f"{number}")) for number in range(MANY)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.wait_for(_note(seeded.connectors, "after"), 10)
    assert "after" in await _notes(seeded.connectors)


async def test_turns_are_given_in_order_and_never_lost() -> None:
    turns, served = Turns(1), list[int]()
    await turns.take()

    async def wait(number: int) -> None:
        await turns.take()
        served.append(number)
        turns.give_back()

    tasks = [asyncio.create_task(wait(number)) for number in range(5)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    await asyncio.sleep(0)
    turns.give_back()
    # Canceled after its turn was given, before it woke.
    tasks[0].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert served == [2, 3, 4]
    await asyncio.wait_for(turns.take(), 1)


def _write_in_a_process(url: str, number: int, won: multiprocessing.Queue[tuple[int, int]]) -> None:  # pragma: no cover
    async def work(shop: EmbeddedShop) -> int:
        for place in range(10):
            await _note(shop.connectors, f"{number}-{place}")
        return int(await _allocate(shop.connectors, f"process-{number}"))

    with open_shop(url) as shop:
        won.put((number, asyncio.run(work(shop))))


def test_processes_share_a_shop(seeded_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    won: multiprocessing.Queue[tuple[int, int]] = context.Queue()
    processes = [context.Process(target=_write_in_a_process, args=(seeded_url, number, won)) for number in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    assert sum(won.get(timeout=5)[1] for _ in processes) == 1
    with open_shop(seeded_url) as shop:
        notes = asyncio.run(_notes(shop.connectors))
        assert notes == {f"{number}-{place}" for number in range(2) for place in range(10)}


async def test_a_writer_waits_for_another_process_and_then_says_so(
    tmp_path: Path, meta: ShopMeta, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shopgraph.connectors.embedded.connections.BUSY_SECONDS", 0.05)
    url = f"sqlite:///{tmp_path}/shop.db"
    with create_shop(url, meta) as mine, open_shop(url) as theirs:
        mine.load(seed())
        async with theirs.connectors.transaction():
            context = contextvars.Context()
            with pytest.raises(ConnectorUnavailable, match="another process is writing") as fault:
                await asyncio.create_task(_note(mine.connectors, "busy"), context=context)
        assert fault.value.retryable
        assert await _notes(mine.connectors) == set()
        await _note(mine.connectors, "free")


def test_closing_waits_for_running_work(seeded_url: str) -> None:
    shop, started, go = open_shop(seeded_url), threading.Event(), threading.Event()

    async def work() -> str:
        def slow(_: object) -> str:
            started.set()
            go.wait(10)
            return "done"

        return await shop.database.write(slow)

    with ThreadPoolExecutor(2) as pool:
        answer = pool.submit(asyncio.run, work())
        assert started.wait(10)
        closing = pool.submit(shop.close)
        assert not closing.done()
        go.set()
        closing.result(10)
        assert answer.result(10) == "done"
