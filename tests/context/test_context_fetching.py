"""Fetching: in parallel, each under its own deadline, hedged; what is shared is read once and soon forgotten."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.errors import ConfigurationError
from shopgraph.graphs.answer import SourceStatus
from shopgraph.graphs.memory import Aspect, Topic
from shopgraph.graphs.state import SourceResult, Stitched
from shopgraph.graphs.stitching.recipes import recipe_of
from shopgraph.graphs.stitching.shared import MOST_CACHED_MS, PublicQuery, SharedRead, SharedReads
from shopgraph.graphs.stitching.source import ContextSource, Query, context_source
from shopgraph.graphs.stitching.stitch import gather
from tests.context.virtual import AT, query, request, run_virtual


def takes(name: str, ms: float, **options: Any) -> ContextSource:
    """A source that answers after so long; after an infinite time, never."""

    async def fetch(_: Query) -> dict[str, Any] | None:
        await (asyncio.Event().wait() if ms == float("inf") else asyncio.sleep(ms / 1000))
        return {"from": name}

    return ContextSource(name=name, fetch=fetch, **options)


async def stitched(*sources: ContextSource, deadline_ms: int = 500, asked: Query | None = None) -> Stitched:
    table = {source.name: source for source in sources}
    return await gather(table, recipe_of(table), asked or query(), deadline_ms=deadline_ms)


def result(context: Stitched, name: str) -> SourceResult:
    return next(each for each in context.sources if each.source == name)


def test_four_sources_take_as_long_as_one() -> None:
    context = run_virtual(stitched(*[takes(f"s{n}", 50) for n in range(4)]))
    assert context.ms == pytest.approx(50)
    assert set(context.extra) == {"s0", "s1", "s2", "s3"}


def test_one_that_hangs_costs_its_deadline_and_no_more() -> None:
    context = run_virtual(stitched(takes("quick", 50), takes("stuck", float("inf"), deadline_ms=80)))
    assert context.ms == pytest.approx(80)
    assert result(context, "stuck").status is SourceStatus.LATE
    assert result(context, "quick").ms == pytest.approx(50)
    assert "stuck" not in context.extra
    assert not context.knows("extra.stuck")


def test_one_that_does_not_heed_its_cancellation_is_left_behind() -> None:
    async def deaf(_: Query) -> None:
        for _number in range(20):
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError:
                continue

    async def timed() -> float:
        loop = asyncio.get_running_loop()
        began = loop.time()
        await stitched(takes("quick", 5), ContextSource(name="deaf", fetch=deaf, deadline_ms=30))
        took = loop.time() - began
        await asyncio.sleep(60)  # virtual: the task ends before the loop does
        return took

    assert run_virtual(timed()) == pytest.approx(0.030)


@given(
    st.lists(
        st.tuples(st.one_of(st.integers(0, 300), st.just(float("inf"))), st.integers(1, 200)), min_size=1, max_size=6
    )
)
def test_it_takes_as_long_as_the_slowest_within_its_deadline(drawn: list[tuple[float, int]]) -> None:
    sources = [takes(f"s{n}", ms, deadline_ms=deadline) for n, (ms, deadline) in enumerate(drawn)]
    context = run_virtual(stitched(*sources))
    assert context.ms == pytest.approx(max(min(ms, deadline) for ms, deadline in drawn), abs=0.01)
    for n, (ms, deadline) in enumerate(drawn):
        if ms != deadline:
            known = ms < deadline
            assert (f"s{n}" in context.extra) is known
            assert context.knows(f"extra.s{n}") is known
            assert result(context, f"s{n}").status == ("ok" if known else "late")


def test_a_slow_one_is_asked_again_and_the_first_answer_counts() -> None:
    waits = iter([float("inf"), 10.0])

    async def fetch(asked: Query) -> Any:
        return await takes("s", next(waits)).fetch(asked)  # type: ignore[operator]

    context = run_virtual(stitched(ContextSource(name="s", fetch=fetch, hedge_ms=20, deadline_ms=200)))
    assert context.ms == pytest.approx(30)
    assert (result(context, "s").status, result(context, "s").tries) == ("ok", 2)


def test_a_quick_one_is_asked_once() -> None:
    context = run_virtual(stitched(takes("s", 10, hedge_ms=20)))
    assert result(context, "s").tries == 1


def test_one_that_fails_is_said_and_disturbs_nobody() -> None:
    async def broken(_: Query) -> None:
        raise ConnectionError("no route")

    context = run_virtual(stitched(takes("good", 5), ContextSource(name="broken", fetch=broken)))
    assert (result(context, "broken").status, result(context, "broken").note) == ("failed", "ConnectionError")
    assert list(context.extra) == ["good"]


def test_a_cancelled_stitching_leaves_nothing_running() -> None:
    async def cancelled() -> set[str]:
        task = asyncio.ensure_future(stitched(takes("stuck", float("inf"))))
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(0)
        return {str(each) for each in asyncio.all_tasks() if each is not asyncio.current_task()}

    assert run_virtual(cancelled()) == set()


def test_a_shared_source_is_read_once_for_many_and_knows_nobody() -> None:
    asked: list[PublicQuery] = []

    @context_source("shared", cache_ms=400)
    async def shared(about: PublicQuery) -> dict[str, Any]:
        asked.append(about)
        await asyncio.sleep(0.05)
        return {"n": len(asked)}

    async def many() -> list[Stitched]:
        reads = SharedReads(asyncio.get_running_loop().time)
        people = [query(request(f"cus_{n}"), shared=reads) for n in range(5)]
        found = list(await asyncio.gather(*(stitched(shared, asked=each) for each in people)))
        await asyncio.sleep(0.2)
        found.append(await stitched(shared, asked=people[0]))
        return found

    found = run_virtual(many())
    assert [each.extra["shared"] for each in found] == [{"n": 1}] * 6
    assert [type(each) for each in asked] == [PublicQuery]
    assert result(found[-1], "shared").cached
    assert found[-1].origins["extra.shared"].age_ms == pytest.approx(250)
    assert found[-1].origins["extra.shared"].fresh_at == AT


def test_two_shared_sources_of_one_name_do_not_answer_for_each_other() -> None:
    def paper(color: str) -> ContextSource:
        @context_source("paper", cache_ms=400)
        async def fetch(_: PublicQuery) -> dict[str, Any]:
            return {"color": color}

        return fetch

    async def in_turn() -> list[Stitched]:
        asked = query(shared=SharedReads(asyncio.get_running_loop().time))
        green, black = paper("green"), paper("black")
        return [await stitched(each, asked=asked) for each in (green, black, green)]

    found = run_virtual(in_turn())
    assert [each.extra["paper"] for each in found] == [{"color": "green"}, {"color": "black"}, {"color": "green"}]
    assert result(found[-1], "paper").cached


def test_what_is_of_one_customer_cannot_be_shared() -> None:
    with pytest.raises(ConfigurationError, match="shared between customers"):
        context_source("mine", needs_customer=True, cache_ms=100)(_nothing)
    with pytest.raises(ConfigurationError, match="At most 500"):
        context_source("old", cache_ms=MOST_CACHED_MS + 1)(_nothing)


async def _nothing(_: Any) -> None:
    return None


def test_a_shared_read_that_fails_is_not_remembered() -> None:
    answers: list[Any] = [ConnectionError("down"), {"up": True}]

    @context_source("shared", cache_ms=400)
    async def shared(_: PublicQuery) -> dict[str, Any]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return dict(answer)

    async def twice() -> list[Stitched]:
        asked = query(shared=SharedReads(asyncio.get_running_loop().time))
        return [await stitched(shared, asked=asked), await stitched(shared, asked=asked)]

    first, second = run_virtual(twice())
    assert result(first, "shared").status is SourceStatus.FAILED
    assert second.extra["shared"] == {"up": True}


moves = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.one_of(st.integers(1, 30), st.integers(1, 700))),
        st.tuples(st.just("change"), st.booleans()),
        st.tuples(st.just("read"), st.integers(0, 40)),
    ),
    max_size=25,
)


@given(moves)
def test_what_is_shared_is_what_was_true_when_its_reading_began_or_later_and_that_was_not_long_ago(
    drawn: list[tuple[str, Any]],
) -> None:
    """Changes go unreported or are reported; reads overlap with them. Nobody is given anything over half a second old,
    and after a report nobody who asks later is given what was read before it."""

    async def play() -> None:
        loop = asyncio.get_running_loop()
        reads = SharedReads(loop.time)
        truth: list[tuple[float, int]] = [(0.0, 0)]
        reported = 0

        async def fetch(_: PublicQuery) -> int:
            value = truth[-1][1]
            await asyncio.sleep(delays[-1] / 1000)
            return value

        async def check(delay: int, known: int) -> None:
            asked_at = loop.time()
            delays.append(delay)
            got = await reads.get(price, query())
            assert got.value >= known
            assert got.began >= asked_at - 0.5
            ended = [at for at, number in truth if number == got.value + 1]
            assert not ended or ended[0] >= got.began

        delays: list[int] = [0]
        readers: list[asyncio.Task[None]] = []
        price = SharedRead(name="price", fetch=fetch, max_age_ms=500, aspects=frozenset({Aspect.RUNNING}))
        for move, value in drawn:
            if move == "wait":
                await asyncio.sleep(value / 1000)
            elif move == "change":
                truth.append((loop.time(), truth[-1][1] + 1))
                if value:
                    reported = truth[-1][1]
                    reads.drop(Topic(Aspect.RUNNING, "", "north"))
            else:
                readers.append(asyncio.ensure_future(check(value, reported)))
                await asyncio.sleep(0)
        await asyncio.gather(*readers)

    run_virtual(play())
