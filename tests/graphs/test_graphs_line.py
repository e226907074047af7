"""Of many requests at once the oldest goes on first; nobody is stuck, whoever fails, is canceled or given up."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.graphs.line import _LINES, FEW, in_line


async def steps(name: int, count: int, said: list[int], error: Exception | None = None) -> int:
    for _ in range(count):
        said.append(name)
        await asyncio.sleep(0)
    if error is not None:
        raise error
    return name


def all_lined(*works: Coroutine[Any, Any, int]) -> list[asyncio.Task[int]]:
    return [asyncio.get_running_loop().create_task(in_line(work)) for work in works]


async def nobody_is_left() -> None:
    line = _LINES[asyncio.get_running_loop()]
    assert (line.under_way, line._ready, line._given) == (0, [], False)


async def test_the_oldest_of_many_ends_first() -> None:
    said: list[int] = []
    many = [FEW + number for number in range(3 * FEW)]
    assert await asyncio.gather(*all_lined(*(steps(each, 3, said) for each in many))) == many
    firsts = [place for place, name in enumerate(said) if name == many[-1]]
    assert firsts[0] >= 3 * (len(many) - FEW), "the youngest began when the oldest were done"
    assert list(dict.fromkeys(reversed(said)))[::-1] == many, "and they ended in the order of their age"
    await nobody_is_left()


async def test_few_go_on_in_turn_as_without_a_line() -> None:
    said: list[int] = []
    await asyncio.gather(*all_lined(*(steps(each, 3, said) for each in range(FEW))))
    assert said == [*range(FEW)] * 3


async def test_who_waits_for_something_else_is_in_nobodys_way() -> None:
    said: list[int] = []
    news = asyncio.Event()

    async def waiting() -> int:
        await news.wait()
        return -1

    first = all_lined(*(waiting() for _ in range(FEW + 2)))
    assert await asyncio.wait_for(asyncio.gather(*all_lined(steps(1, 3, said))), 5) == [1]
    news.set()
    assert set(await asyncio.gather(*first)) == {-1}
    await nobody_is_left()


async def test_a_request_within_a_request_and_its_tasks_do_not_line_up_behind_it() -> None:
    async def outer() -> int:
        inner = asyncio.create_task(in_line(steps(1, 2, [])))
        return await in_line(steps(1, 2, [])) + await inner

    assert await asyncio.wait_for(asyncio.gather(*all_lined(*(outer() for _ in range(3 * FEW)))), 5) == [2] * 3 * FEW


async def test_an_error_from_what_was_waited_for_comes_where_it_was_waited_for() -> None:
    async def broken() -> int:
        await asyncio.sleep(0)
        raise ConnectionError

    async def caught() -> int:
        try:
            await asyncio.create_task(broken())
        except ConnectionError:
            return 1
        return 0

    assert await asyncio.gather(*all_lined(*(caught() for _ in range(2 * FEW)))) == [1] * 2 * FEW


async def test_one_that_is_closed_in_the_line_leaves_it() -> None:
    given_up = in_line(steps(0, 3, []))
    others = all_lined(*(steps(each, 3, []) for each in range(2 * FEW)))
    await asyncio.sleep(0)
    given_up.send(None)
    given_up.close()
    assert await asyncio.wait_for(asyncio.gather(*others), 5) == [*range(2 * FEW)]
    await nobody_is_left()


@pytest.mark.parametrize("rounds", [1, 2, 3, 4, 5])
async def test_one_that_is_canceled_at_any_moment_leaves_it(rounds: int) -> None:
    tasks = all_lined(*(steps(each, 4, []) for each in range(2 * FEW)))
    for _ in range(rounds):
        await asyncio.sleep(0)
    for each in tasks[::2]:
        each.cancel()
    ended = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)
    assert [type(each) for each in ended] == [asyncio.CancelledError, int] * FEW
    await nobody_is_left()


@given(
    st.lists(st.tuples(st.integers(0, 6), st.sampled_from(["ends", "fails", "is canceled"])), max_size=3 * FEW),
    st.integers(1, 12),
)
def test_everyone_ends_as_it_would_alone(plan: list[tuple[int, str]], rounds: int) -> None:
    async def run() -> list[object]:
        tasks = all_lined(
            *(steps(at, count, [], OSError() if how == "fails" else None) for at, (count, how) in enumerate(plan))
        )
        for _ in range(rounds):
            await asyncio.sleep(0)
        for task, (_, how) in zip(tasks, plan, strict=True):
            if how == "is canceled":
                task.cancel()
        return await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)

    for at, (ended, (_, how)) in enumerate(zip(asyncio.run(run()), plan, strict=True)):
        if how == "fails":
            assert isinstance(ended, OSError)
        elif how == "ends":
            assert ended == at
        else:
            assert ended == at or isinstance(ended, asyncio.CancelledError)


def test_a_loop_that_is_over_leaves_no_line() -> None:
    import gc

    asyncio.run(in_line(steps(1, 1, [])))
    gc.collect()
    assert not [loop for loop in _LINES if loop.is_closed()]
