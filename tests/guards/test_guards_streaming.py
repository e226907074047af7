"""An answer that is checked while it is written."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shopgraph.guards.chain import GuardChain
from shopgraph.guards.facts import Facts
from shopgraph.guards.streaming import LONGEST, GuardStream

RIGHT = (
    "The Blue Wrap Dress costs $49.99. ",
    "It is in stock in size M.\n",
    "The Silver Heels cost $1,079.00, e.g. in size 38! ",
    "Delivery takes 2-5 days. ",
    "Order #D1000001 is on its way. ",
    "- Silver Heels, 3 left\n",
)
WRONG = (
    "I have refunded you. ",
    "The Silver Heels cost $9.00. ",
    "Use code NOPE99. ",
    "The Blue Wrap Dress in size L is in stock. ",
)
SECRET = "The password is hunter2-and-more. "


async def _chunks(parts: Sequence[str]) -> AsyncIterator[str]:
    for part in parts:
        yield part


def played(chain: GuardChain, facts: Facts, parts: Sequence[str]) -> tuple[list[str], GuardStream]:
    """What left, and the stream."""
    stream = chain.stream(_chunks(parts), facts)

    async def gather() -> list[str]:
        return [piece async for piece in stream]

    return asyncio.run(gather()), stream


def cut(text: str, places: Sequence[int]) -> list[str]:
    """The text in pieces."""
    edges = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    return [text[start:end] for start, end in pairwise(edges)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.sampled_from(RIGHT), min_size=1, max_size=6), places=st.lists(st.integers(0, 400), max_size=9))
def test_a_right_answer_leaves_as_it_is(chain: GuardChain, facts: Facts, parts: list[str], places: list[int]) -> None:
    text = "".join(parts)
    assert chain.run(text, facts).verdicts == ()
    out, stream = played(chain, facts, cut(text, places))
    assert "".join(out) == text
    assert stream.result is not None
    assert not stream.result.blocked
    assert stream.seconds_to_first is not None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parts=st.lists(st.sampled_from([*RIGHT, *WRONG, SECRET]) | st.text(max_size=9).map("\n{}\n".format), max_size=7),
    places=st.lists(st.integers(0, 400), max_size=9),
)
def test_what_leaves_was_checked(chain: GuardChain, facts: Facts, parts: list[str], places: list[int]) -> None:
    said = "".join(played(chain, facts, cut("".join(parts), places))[0])
    for wrong in ("refunded you", "$9.00", "NOPE99", "hunter2", "size L is in stock"):
        assert wrong not in said


def test_a_sentence_waits_for_its_end(chain: GuardChain, facts: Facts) -> None:
    out, _ = played(chain, facts, ["The Silver Heels co", "st $9", ".00. Is", " that fine?"])
    assert out == ["The Silver Heels cost $1,079.00.", " Is that fine?"]


def test_a_secret_ends_the_stream_before_it(chain: GuardChain, facts: Facts) -> None:
    out, stream = played(chain, facts, ["Hello Ann. ", SECRET, "Bye. ", "Bye."])
    assert out == ["Hello Ann."]
    assert stream.result is not None
    assert stream.result.blocked


def test_a_first_sentence_that_goes_does_not_silence_the_rest(chain: GuardChain, facts: Facts) -> None:
    out, _ = played(chain, facts, ["I have refunded you. ", "Anything else? ", "Just ask."])
    assert "".join(out) == "Anything else? Just ask."


def test_an_endless_answer_fills_no_memory(chain: GuardChain, facts: Facts) -> None:
    read = 0

    async def endless() -> AsyncIterator[str]:
        nonlocal read
        while True:
            read += 1
            yield "a" * 1000

    stream = chain.stream(endless(), facts)

    async def gather() -> str:
        return "".join([piece async for piece in stream])

    assert len(asyncio.run(gather())) <= LONGEST
    assert read <= LONGEST // 1000 + 1


def test_time_grows_with_the_text_and_no_faster(chain: GuardChain, facts: Facts) -> None:
    for piece in (
        "1.",
        "a@",
        "(((",
        "$1,",
        "12 days ",
        "0000",
        "I have ",
        "tracking number ",
        "www.",
        "- ",
        "the The ",
        "Silver Heels $4 ",
        "#D1000001 on May 3 ",
        "1 x ",
        "$1.00. ",
        "until May 1 ",
    ):
        short, long = (_seconds(chain, facts, piece * (size // len(piece))) for size in (2_000, 12_000))
        assert long < 20 * max(short, 0.005), (piece, short, long)


def _seconds(chain: GuardChain, facts: Facts, text: str) -> float:
    best = 60.0
    for _ in range(2):
        begun = time.thread_time()
        chain.run(text, facts)
        best = min(best, time.thread_time() - begun)
    return best
