"""Where a text names something known."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from shopgraph.guards.checks.text import lowered


class Mention(NamedTuple):
    """A place where a text names something known; a tuple, because hundreds are made."""

    start: int
    end: int
    key: str
    """The name in lower case."""


def mentions(text: str, names: Iterable[str]) -> Sequence[Mention]:
    """Where the names stand as whole words, whatever their case; of two that overlap the longer one."""
    return named(text, frozenset([name.lower() for name in names if name.strip()]))


@lru_cache(maxsize=8)  # several checks of a chain ask for the same
def named(text: str, names: frozenset[str]) -> Sequence[Mention]:
    """`mentions` of names in lower case. One search for each name: most stand nowhere, and that costs least."""
    low = lowered(text)
    found: list[Mention] = []
    for name in names:
        start = low.find(name)
        while start >= 0:
            end = start + len(name)
            if _whole(low, start, end):
                found.append(Mention(start, end, name))
            start = low.find(name, end)
    if len(found) < 2:
        return found
    found.sort(key=lambda mention: (mention.start - mention.end, mention.key, mention.start))
    taken = bytearray(len(low))
    kept: list[Mention] = []
    for mention in found:
        start, end, _ = mention
        if taken.find(1, start, end) < 0:
            taken[start:end] = b"\x01" * (end - start)
            kept.append(mention)
    kept.sort()
    return kept


def inside(found: Sequence[Mention], start: int, end: int) -> Sequence[Mention]:
    """Of mentions in order those that begin between two places."""
    return found[bisect_left(found, (start,)) : bisect_left(found, (end,))]


def _whole(text: str, start: int, end: int) -> bool:
    before = start == 0 or not (text[start - 1].isalnum() and text[start].isalnum())
    after = end == len(text) or not (text[end].isalnum() and text[end - 1].isalnum())
    return before and after
