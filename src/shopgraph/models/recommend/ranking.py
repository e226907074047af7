"""What a customer buys next: a linear ranker over `habits.FEATURES`, learned from how it went before."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shopgraph.models.learning import scipy_part
from shopgraph.models.recommend.habits import FEATURES, PLAIN, Candidates, Visit, candidates
from shopgraph.models.recommend.rows import Basket
from shopgraph.models.recommend.sparse import Floats, Ints
from shopgraph.models.recommend.statistics import Statistics

_DECAY = 5e-4
"""Of the weights, squared (L2)."""
_FITS = ((len(PLAIN), 60), (len(FEATURES), 80))
"""Features, the first so many, and steps of each ranker of which the sum is taken."""


@dataclass(frozen=True, kw_only=True)
class Ranker:
    """Weights of `FEATURES`, on the scale of the features as they are."""

    weights: Floats

    def scores(self, found: Candidates) -> Floats:
        """(candidates,): higher is likelier; comparable for one customer only."""
        scores: Floats = found.features @ self.weights
        return scores


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """What somebody might have bought next, and what they did."""

    found: Candidates
    bought: Floats
    """(candidates,): 1 where it was bought."""


def visits_of(baskets: Sequence[Basket], places: Mapping[str, int], *, day: int) -> list[Visit]:
    """A customer's baskets before `day` as visits, oldest first; items that are not counted are left out."""
    visits = []
    for basket in baskets:
        kept = [at for at, item in enumerate(basket.items) if item in places]
        if kept and basket.day < day:
            weights = tuple(basket.weights[at] for at in kept) if basket.weights else ()
            items = tuple(places[basket.items[at]] for at in kept)
            visits.append(Visit(days_ago=day - basket.day, items=items, weights=weights))
    return visits


def by_customer(baskets: Sequence[Basket]) -> dict[str, list[Basket]]:
    """Baskets of customers that are known, in their order."""
    found: dict[str, list[Basket]] = {}
    for basket in baskets:
        if basket.customer:
            found.setdefault(basket.customer, []).append(basket)
    return found


def lessons(counted: Statistics, baskets: Sequence[Basket], *, days: int, most: int, seed: int) -> list[Lesson]:
    """Each customer's first basket within `days` after the statistics' day, of `most` customers at most."""
    places = counted.places
    people = by_customer([basket for basket in baskets if basket.day < counted.day + days])
    told = []
    for customer in _some(people, counted.day, most, seed):
        visits = visits_of(people[customer], places, day=counted.day)
        if not visits:
            continue
        following = next(basket for basket in people[customer] if basket.day >= counted.day)
        target = np.array([places[item] for item in following.items if item in places], dtype=np.int64)
        found = candidates(counted, visits)
        told.append(Lesson(found=found, bought=np.isin(found.items, target).astype(np.float64)))
    return [lesson for lesson in told if lesson.bought.any()]


def _some(people: Mapping[str, Sequence[Basket]], day: int, most: int, seed: int) -> list[str]:
    known = sorted(who for who, bought in people.items() if bought[0].day < day <= bought[-1].day)
    return known if len(known) <= most else sorted(random.Random(seed).sample(known, most))  # noqa: S311 - a sample


def learn(told: Sequence[Lesson]) -> Ranker:
    """The weights under which what was bought is likeliest, each customer counting alike (listwise softmax; Cao 2007).

    Two rankers, one over `PLAIN` and one over all features, added: it errs less than the second alone.

    Raises:
        MissingDependency: scipy is not installed.
    """
    if not told:
        return Ranker(weights=_first_guess())
    features = np.concatenate([lesson.found.features for lesson in told])
    spread = features.std(axis=0)
    spread = np.where(spread > 1e-9, spread, np.inf)
    wanted = np.concatenate([lesson.bought / lesson.bought.sum() for lesson in told])
    starts = np.concatenate([[0], np.cumsum([len(lesson.bought) for lesson in told])])
    # A softmax over one customer's items does not change when all of them are moved: no centering is needed.
    scaled = ((features - features.mean(axis=0)) / spread).astype(np.float32)
    weights = np.zeros(len(FEATURES))
    for width, steps in _FITS:
        weights[:width] += _minimum(_loss(np.ascontiguousarray(scaled[:, :width]), wanted, starts), width, steps)
    return Ranker(weights=weights / spread)


def _first_guess() -> Floats:
    """Without a lesson: what was bought often first, then what is popular."""
    guess = {"own_share": 1.0, "own": 1.0, "popular_21": 0.05}
    return np.array([guess.get(name, 0.0) for name in FEATURES])


def _loss(features: np.ndarray, wanted: Floats, starts: Ints) -> Callable[[Floats], tuple[float, Floats]]:
    whose = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    people = len(starts) - 1

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = (features @ weights.astype(np.float32)).astype(np.float64)
        scores -= np.maximum.reduceat(scores, starts[:-1])[whose]
        powers = np.exp(scores)
        totals = np.add.reduceat(powers, starts[:-1])
        value = -float((wanted * (scores - np.log(totals)[whose])).sum()) / people + _DECAY * float(weights @ weights)
        gradient = features.T @ (powers / totals[whose] - wanted).astype(np.float32)
        return value, gradient.astype(np.float64) / people + 2 * _DECAY * weights

    return loss


def _minimum(loss: Callable[[Floats], tuple[float, Floats]], size: int, steps: int) -> Floats:
    found = scipy_part("optimize").minimize(
        loss, np.zeros(size), jac=True, method="L-BFGS-B", options={"maxiter": steps}
    )
    weights: Floats = found.x
    return weights
