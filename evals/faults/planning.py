"""Which fault strikes where: every point meets every fault, then points and faults by chance of the seed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from random import Random

from shopgraph.evals.faults.kinds import Fault

AT_MOST = 4
"""Faults in one run; one of them may be a kill."""


class Plan:
    """What is still to be met, by kind of call."""

    def __init__(self, points: Mapping[str, Collection[str]], seed: int, only: Sequence[Fault] = tuple(Fault)) -> None:
        self._points = {kind: sorted(found) for kind, found in points.items()}
        self._faults = only
        self._random = Random(seed)  # noqa: S311 - it has to be the same again
        pairs = [(point, fault) for point in sorted(set().union(*points.values())) for fault in only]
        self._random.shuffle(pairs)
        self._unmet = dict.fromkeys(pairs)
        self._out = set[tuple[str, Fault]]()
        self.by_point: dict[str, dict[Fault, int]] = {
            point: defaultdict(int) for point in sorted(set().union(*points.values()))
        }

    def next(self) -> tuple[str, dict[str, Fault]]:
        """The next run: a kind of call, and its faults."""
        waiting = [pair for pair in self._unmet if pair not in self._out]
        if not waiting:
            kind = self._random.choice(sorted(self._points))
            return kind, {self._random.choice(self._points[kind]): self._random.choice(self._faults)}
        point, fault = waiting[0]
        kind = self._random.choice([kind for kind, found in sorted(self._points.items()) if point in found])
        chosen = {point: fault}
        for other, another in waiting:
            if len(chosen) >= AT_MOST:
                break
            two_kills = another is Fault.CRASH and Fault.CRASH in chosen.values()
            if other in self._points[kind] and other not in chosen and not two_kills:
                chosen[other] = another
        self._out |= set(chosen.items())
        return kind, chosen

    def met(self, point: str, fault: Fault) -> None:
        """A fault struck."""
        self.by_point[point][fault] += 1
        self._unmet.pop((point, fault), None)

    def over(self, faults: Mapping[str, Fault]) -> None:
        """A run is over; what did not strike in it is to be met again."""
        self._out -= set(faults.items())

    @property
    def unmet(self) -> tuple[tuple[str, Fault], ...]:
        """Pairs of a point and a fault that have not met."""
        return tuple(self._unmet)
