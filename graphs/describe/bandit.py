"""Which way to write sells best: Thompson sampling over Beta posteriors, begun by the copy scorer, kept in the Store.

Each style has a Beta(a, b) over its conversion rate. A visitor is shown the style whose draw is highest, so traffic
goes to what sells as fast as the counts allow, and what is unsure is still tried (Thompson 1933; Chapelle and Li 2011).
"""

from __future__ import annotations

import hashlib
import math
import random
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from langgraph.store.base import BaseStore, SearchItem

from shopgraph.errors import InvalidInput
from shopgraph.graphs.memory.places import PAGE, label

PRIOR_VISITS = 20.0
"""How many visits the first guess is worth."""
BASE_RATE = 0.05
"""The conversion rate that is guessed before anything is known."""

_OF = "@"
"""Between a style and the run that counted it, in a key."""


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
    """How often each style was shown and converted, by category, region and segment; a record per style and run."""

    store: BaseStore

    async def arms(self, place: Sequence[str], guessed: Mapping[str, float]) -> list[Arm]:
        """The styles with their counts, in their order."""
        shown, converted = Counter[str](), Counter[str]()
        for item in await self._counted(_home(place)):
            style = item.key.partition(_OF)[0]
            shown[style] += int(item.value.get("shown", 0))
            converted[style] += int(item.value.get("converted", 0))
        return [
            Arm(style=style, shown=shown[style], converted=converted[style], prior=prior)
            for style, prior in guessed.items()
        ]

    async def add(self, place: Sequence[str], style: str, *, shown: int, converted: int, run: str = "") -> None:
        """Note what one run counted. Nothing is read first, so of several writers at once none is lost.

        Args:
            run: what was counted, as "2026-11-28": the same again replaces itself; empty: a run of its own.

        Raises:
            InvalidInput: more converted than were shown, or a count is negative.
        """
        if not 0 <= converted <= shown:
            raise InvalidInput(
                f"{converted} of {shown} cannot have converted.", remedy="Give counts from 0 to what was shown."
            )
        key = f"{style}{_OF}{run or secrets.token_hex(8)}"
        await self.store.aput(_home(place), key, {"shown": shown, "converted": converted})

    async def _counted(self, home: tuple[str, ...]) -> list[SearchItem]:
        found: list[SearchItem] = []
        while page := await self.store.asearch(home, limit=PAGE, offset=len(found)):
            found += page
            if len(page) < PAGE:
                break
        # A search finds what begins alike too ("vip" and "vip2").
        return [item for item in found if item.namespace == home]


def _home(place: Sequence[str]) -> tuple[str, ...]:
    # A label may not be empty, and nobody's id is in it.
    return ("copy", *(f"p{label(part)}" for part in place))
