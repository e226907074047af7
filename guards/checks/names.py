"""Where a text names something known."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from shopgraph.guards.checks.text import lowered
from shopgraph.kept import kept


class Mention(NamedTuple):
    """A place where a text names something known; a tuple, because hundreds are made."""

    start: int
    end: int
    key: str
    """The name in lower case."""


def mentions(text: str, names: Iterable[str]) -> Sequence[Mention]:
    """Where the names stand as whole words, whatever their case; of two that overlap the longer one."""
    return named(text, longest_first([name.lower() for name in names]))


def longest_first(names: Iterable[str]) -> tuple[str, ...]:
    """Names in lower case as `named` takes them, without blank ones."""
    return tuple(sorted({name for name in names if name and not name.isspace()}, key=len, reverse=True))


@kept
@lru_cache(maxsize=8)  # several checks of a chain ask for the same
def named(text: str, names: tuple[str, ...]) -> Sequence[Mention]:
    """`mentions` of names that stand ready. One search for each: most stand nowhere, and that costs least."""
    low = lowered(text)
    found: list[Mention] = []
    taken = bytearray(len(low))
    for name in names:
        start = low.find(name)
        while start >= 0:
            end = start + len(name)
            if taken.find(1, start, end) < 0 and _whole(low, start, end):
                found.append(Mention(start, end, name))
                taken[start:end] = b"\x01" * len(name)
            start = low.find(name, end)
    found.sort()
    return found


def inside(found: Sequence[Mention], start: int, end: int) -> Sequence[Mention]:
    """Of mentions in order those that begin between two places."""
    return found[bisect_left(found, (start,)) : bisect_left(found, (end,))]


def _whole(text: str, start: int, end: int) -> bool:
    before = start == 0 or not (text[start - 1].isalnum() and text[start].isalnum())
    if not before or end == len(text) or not (text[end].isalnum() and text[end - 1].isalnum()):
        return before
    plural = text[end] == "s" and end - start > 3 and text[end - 1].isalpha()  # two Silk Ties
    return plural and (end + 1 == len(text) or not text[end + 1].isalnum())
