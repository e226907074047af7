"""Whether a remembered fact may be stated as true now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic

from shopgraph.domain import Instant
from shopgraph.graphs.memory.dependencies import Topic
from shopgraph.graphs.memory.facts import Because, Difference, Fact, Outdated, Promise, Recalled, Shown, Statement


@dataclass(frozen=True)
class Kept(Generic[Fact]):
    """A fact as it lies in the Store."""

    fact: Fact
    reported: bool = False
    """An event said that something it depends on has changed."""


def topics_of(kept: Iterable[Kept[Fact]]) -> set[Topic]:
    """Everything that these facts depend on."""
    return {dependency.topic for each in kept for dependency in each.fact.depends}


def judge(kept: Sequence[Kept[Fact]], now: Mapping[Topic, str], at: Instant) -> Recalled[Fact]:
    """Part what may be stated as true at `at` from what may not, newest first.

    Args:
        now: what the topics are (`Standing.now`); a topic that is left out could not be read, and whatever depends on
            it is outdated.
    """
    fresh: list[Fact] = []
    outdated: list[Outdated[Fact]] = []
    for each in sorted(kept, key=lambda one: one.fact.at, reverse=True):
        reason = _reason(each, now, at)
        if reason is None:
            fresh.append(each.fact)
        else:
            outdated.append(Outdated(fact=each.fact, because=reason, differences=_differences(each.fact, now)))
    return Recalled(fresh=tuple(fresh), outdated=tuple(outdated))


def _reason(kept: Kept[Fact], now: Mapping[Topic, str], at: Instant) -> Because | None:
    until = _until(kept.fact)
    if until is not None and at >= until:
        return Because.EXPIRED
    differences = _differences(kept.fact, now)
    if any(each.is_use for each in differences):
        return Because.USED
    if any(each.now is not None for each in differences):
        return Because.CHANGED
    if differences:
        return Because.UNCHECKED
    return Because.REPORTED if kept.reported else None


def _differences(fact: Shown | Promise | Statement, now: Mapping[Topic, str]) -> tuple[Difference, ...]:
    return tuple(
        Difference(dependency=each, now=now.get(each.topic))
        for each in fact.depends
        if not each.holds(now.get(each.topic))
    )


def _until(fact: Shown | Promise | Statement) -> Instant | None:
    return None if isinstance(fact, Shown) else fact.until
