"""Layer accounting: every second is booked once, to the innermost block that ran."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.telemetry.layers import PUBLISHED_SHARES, Layer, LayerMeter


class Ticks:
    """Seconds that pass only when told."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> None:
        self.seconds += seconds


def booked(meter: LayerMeter) -> dict[str, float]:
    return {name: round(time.ms, 6) for name, time in meter.snapshot().items() if time.ms}


def test_the_published_shares_are_of_the_seven_layers_and_whole() -> None:
    assert set(PUBLISHED_SHARES) == set(Layer) - {Layer.ENGINE}
    assert sum(PUBLISHED_SHARES.values()) == pytest.approx(1.0)


def test_inner_time_is_booked_to_the_inner_layer_only() -> None:
    ticks = Ticks()
    meter = LayerMeter(ticks)
    with meter.measure(Layer.GOVERNANCE):
        ticks.wait(1)
        with meter.measure(Layer.POLICY):
            ticks.wait(2)
            with meter.measure(Layer.AUDIT):
                ticks.wait(4)
        ticks.wait(8)
    assert booked(meter) == {"governance": 9000, "policy": 2000, "audit": 4000}


def test_shares_are_of_the_seven_and_the_engine_stands_apart() -> None:
    ticks = Ticks()
    meter = LayerMeter(ticks)
    for layer, seconds in ((Layer.ROUTING, 3.0), (Layer.AUDIT, 1.0), (Layer.ENGINE, 96.0)):
        with meter.measure(layer):
            ticks.wait(seconds)
    seen = meter.snapshot()
    assert list(seen) == [layer.value for layer in Layer]
    assert seen["routing"].share == 0.75
    assert seen["audit"].share == 0.25
    assert seen["engine"].share is None
    assert (seen["engine"].ms, seen["engine"].calls) == (96000, 1)
    assert seen["policy"].calls == 0


def test_a_meter_that_measured_nothing_has_zero_shares() -> None:
    assert all(time.share in (0.0, None) for time in LayerMeter().snapshot().values())


def test_a_block_that_raises_is_booked_and_the_outer_block_goes_on() -> None:
    ticks = Ticks()
    meter = LayerMeter(ticks)
    with meter.measure(Layer.ROUTING):
        with suppress(KeyError), meter.measure(Layer.ENGINE):
            ticks.wait(1)
            raise KeyError("x")
        ticks.wait(2)
    assert booked(meter) == {"routing": 2000, "engine": 1000}


async def test_parallel_tasks_book_their_own_wall_time_and_the_outer_block_loses_their_union() -> None:
    ticks = Ticks()
    meter = LayerMeter(ticks)
    first_in, second_in, first_out = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def first() -> None:
        with meter.measure(Layer.ENGINE):
            ticks.wait(1)
            first_in.set()
            await second_in.wait()
            ticks.wait(1)
        first_out.set()

    async def second() -> None:
        await first_in.wait()
        with meter.measure(Layer.POLICY):
            ticks.wait(1)
            second_in.set()
            await first_out.wait()
            ticks.wait(1)

    with meter.measure(Layer.CONTEXT_STITCHING):
        ticks.wait(5)
        await asyncio.gather(first(), second())
        ticks.wait(7)
    # 16 seconds passed; the tasks covered the four in the middle, each of them three.
    assert booked(meter) == {"engine": 3000, "policy": 3000, "context_stitching": 12000}


async def test_a_task_that_outlives_its_block_takes_nothing_from_it_afterwards() -> None:
    ticks = Ticks()
    meter = LayerMeter(ticks)
    started, go = asyncio.Event(), asyncio.Event()

    async def late() -> None:
        with meter.measure(Layer.MONITORING):
            ticks.wait(1)
            started.set()
            await go.wait()
            ticks.wait(10)
        with meter.measure(Layer.AUDIT):
            ticks.wait(1)

    with meter.measure(Layer.ROUTING):
        ticks.wait(2)
        task = asyncio.create_task(late())
        await started.wait()
        ticks.wait(3)
    go.set()
    await task
    assert booked(meter) == {"routing": 2000, "monitoring": 14000, "audit": 1000}


def test_another_request_inside_does_not_take_from_this_one() -> None:
    ticks = Ticks()
    outer, inner = LayerMeter(ticks), LayerMeter(ticks)
    with outer.measure(Layer.ENGINE):
        ticks.wait(1)
        with inner.measure(Layer.ROUTING):
            ticks.wait(2)
    assert booked(outer) == {"engine": 3000}
    assert booked(inner) == {"routing": 2000}


def test_threads_count_every_call() -> None:
    meter = LayerMeter()

    def work() -> None:
        for _ in range(200):
            with meter.measure(Layer.ENGINE):
                pass

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert meter.snapshot()["engine"].calls == 1600


@dataclass(frozen=True)
class Node:
    """A block to play: its own seconds, then its inner blocks."""

    layer: Layer
    seconds: int
    inner: tuple[Node, ...] = ()


def nodes(inner: st.SearchStrategy[tuple[Node, ...]]) -> st.SearchStrategy[Node]:
    return st.builds(Node, st.sampled_from(list(Layer)), st.integers(0, 5), inner)


trees = st.recursive(nodes(st.just(())), lambda some: nodes(st.lists(some, max_size=3).map(tuple)))


@given(trees)
def test_nested_blocks_sum_to_the_time_that_passed(tree: Node) -> None:
    ticks = Ticks()
    meter = LayerMeter(ticks)

    def play(node: Node) -> int:
        with meter.measure(node.layer):
            ticks.wait(node.seconds)
            return 1 + sum(play(child) for child in node.inner)

    calls = play(tree)
    seen = meter.snapshot()
    assert sum(time.ms for time in seen.values()) == pytest.approx(ticks.seconds * 1000)
    assert sum(time.calls for time in seen.values()) == calls


async def test_cpu_time_is_the_tasks_own_and_goes_to_the_block_that_is_open() -> None:
    cpu = Ticks()
    meter = LayerMeter(Ticks(), cpu)
    turn = asyncio.Event()

    async def other() -> None:
        cpu.wait(100)
        turn.set()

    async def work() -> str:
        cpu.wait(1)
        with meter.measure(Layer.POLICY):
            cpu.wait(2)
            await turn.wait()
            cpu.wait(4)
        cpu.wait(8)
        return "done"

    task = asyncio.create_task(other())
    with meter.measure(Layer.ROUTING):
        assert await meter.drive(work()) == "done"
    await task
    seen = meter.snapshot()
    assert {name: round(time.cpu_ms) for name, time in seen.items() if time.cpu_ms} == {"routing": 9000, "policy": 6000}
    _, calls, cpu_ms = meter.cells()["policy"]
    assert (calls, round(cpu_ms)) == (1, 6000)


async def test_a_driven_coroutine_is_canceled_and_fails_as_any_other() -> None:
    meter, seen = LayerMeter(), list[str]()

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append("canceled")
            raise

    async def fails() -> None:
        await asyncio.sleep(0)
        raise KeyError("x")

    async def driven() -> None:
        await meter.drive(waits())

    task = asyncio.create_task(driven())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen == ["canceled"]
    with pytest.raises(KeyError):
        await meter.drive(fails())
