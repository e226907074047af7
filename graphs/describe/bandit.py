"""Which way to write sells best: Thompson sampling over Beta posteriors, begun by the copy scorer, kept in the Store.

Each style has a Beta(a, b) over its conversion rate. A visitor is shown the style whose draw is highest, so traffic
goes to what sells as fast as the counts allow, and what is unsure is still tried (Thompson 1933; Chapelle and Li 2011).
"""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from langgraph.store.base import BaseStore

from shopgraph.errors import InvalidInput
from shopgraph.graphs.memory.places import label

PRIOR_VISITS = 20.0
"""How many visits the first guess is worth."""
BASE_RATE = 0.05
"""The conversion rate that is guessed before anything is known."""


class Arm(NamedTuple):
    """A style of one place, and how it went."""

    style: str
    shown: int
    converted: int
    prior: float = BASE_RATE
    """The rate that was guessed."""

    @property
    def posterior(self) -> tuple[float, float]:
        """The parameters of its Beta distribution."""
        return (
            self.prior * PRIOR_VISITS + self.converted,
            (1 - self.prior) * PRIOR_VISITS + self.shown - self.converted,
        )

    @property
    def rate(self) -> float:
        """The posterior's mean."""
        good, bad = self.posterior
        return good / (good + bad)


def priors(scores: Mapping[str, float]) -> dict[str, float]:
    """Guessed rates from the copy scorer's log odds, which only mean something as differences."""
    middle = sum(scores.values()) / len(scores) if scores else 0.0
    base = math.log(BASE_RATE / (1 - BASE_RATE))
    return {style: 1 / (1 + math.exp(-(base + min(max(score - middle, -1.0), 1.0)))) for style, score in scores.items()}


def draw(arms: Sequence[Arm], seed: str) -> Arm:
    """The arm whose draw from its posterior is highest; the same seed draws the same.

    Raises:
        InvalidInput: there is no arm.
    """
    if not arms:
        raise InvalidInput("There is nothing to choose from.", remedy="Give a draft or more.")
    chance = random.Random(hashlib.sha256(seed.encode()).digest())  # noqa: S311 - traffic, no secret
    return max(sorted(arms), key=lambda arm: chance.betavariate(*arm.posterior))


@dataclass(frozen=True, kw_only=True)
class Conversions:
    """How often each style was shown and converted, by category, region and segment."""

    store: BaseStore

    async def arms(self, place: Sequence[str], guessed: Mapping[str, float]) -> list[Arm]:
        """The styles with their counts, in their order."""
        arms = []
        for style, prior in guessed.items():
            item = await self.store.aget(_home(place), style)
            counts = item.value if item else {}
            shown, converted = int(counts.get("shown", 0)), int(counts.get("converted", 0))
            arms.append(Arm(style=style, shown=shown, converted=converted, prior=prior))
        return arms

    async def add(self, place: Sequence[str], style: str, *, shown: int, converted: int) -> None:
        """Add up what was counted: totals of a web analytics run, not single visits of several writers at once.

        Raises:
            InvalidInput: more converted than were shown, or a count is negative.
        """
        if not 0 <= converted <= shown:
            raise InvalidInput(
                f"{converted} of {shown} cannot have converted.", remedy="Give counts from 0 to what was shown."
            )
        item = await self.store.aget(_home(place), style)
        before = item.value if item else {}
        total = {
            "shown": int(before.get("shown", 0)) + shown,
            "converted": int(before.get("converted", 0)) + converted,
        }
        await self.store.aput(_home(place), style, total)


def _home(place: Sequence[str]) -> tuple[str, ...]:
    # A label may not be empty, and nobody's id is in it.
    return ("copy", *(f"p{label(part)}" for part in place))
