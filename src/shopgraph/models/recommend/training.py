"""Learning a recommender from baskets: counting, then weights that did best on the latest of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from shopgraph.errors import InvalidInput
from shopgraph.models.recommend.completing import Completer, recall_of
from shopgraph.models.recommend.lines import Lines, lines_of
from shopgraph.models.recommend.model import RecommenderModel
from shopgraph.models.recommend.ranking import Lesson, Ranker, learn, lessons
from shopgraph.models.recommend.rows import Basket
from shopgraph.models.recommend.sparse import Ints
from shopgraph.models.recommend.statistics import Statistics, count

Progress = Callable[[str, int, int], None]
"""Told what is being done, and the step of how many."""

_BACK = (1, 2, 3)
"""How many windows before the end the ranker's lessons begin."""
_PEOPLE = 700
"""Customers of a lesson at most."""
_ALIKE_WEIGHTS = (0.0, 0.5, 2.0)
_HELD_OUT = 0.06
"""Share of the baskets, the latest, on which the completer's weight is chosen."""
_QUERIES = 600


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to learn."""

    min_count: int = 2
    """Items in fewer baskets are left out."""
    ordered: bool = False
    """Whether the order of a basket's items says something."""
    window_days: int = 30
    """How far ahead the next basket is looked for when the ranker learns."""
    completing: bool = True
    ranking: bool = True
    seed: int = 7


@dataclass(frozen=True, kw_only=True)
class TrainedRecommender:
    """A model, and what was measured on the latest baskets while its weights were chosen."""

    model: RecommenderModel
    recipe: Recipe
    baskets: int
    customers: int
    alike_recall: dict[float, float]
    """Recall@20 on held-out completions by the weight of like baskets."""
    lessons: int


def train_recommender(
    baskets: Sequence[Basket], recipe: Recipe | None = None, *, progress: Progress = lambda what, done, of: None
) -> TrainedRecommender:
    """Learn from baskets; the same baskets and recipe give the same model.

    Raises:
        InvalidInput: there are too few baskets.
        MissingDependency: scipy is not installed.
    """
    how = recipe or Recipe()
    if len(baskets) < 2:
        raise InvalidInput("There are fewer than two baskets.", remedy="Give more.")
    ordered = sorted(baskets, key=lambda basket: basket.day)
    lines, end = lines_of(ordered), ordered[-1].day + 1
    steps = 2 + len(_BACK)
    told: list[Lesson] = []
    if how.ranking:
        for step, back in enumerate(_BACK):
            progress("how it went before", step, steps)
            told += _lessons(ordered, lines, how, end - back * how.window_days, back)
    progress("like baskets", steps - 2, steps)
    chosen = _choose(ordered, lines, how) if how.completing else {0.0: 0.0}
    progress("counting", steps - 1, steps)
    counted = count(lines, day=end, min_count=how.min_count, ordered=how.ordered, people=how.ranking)
    weight = max(chosen, key=lambda each: (chosen[each], -each))
    model = RecommenderModel(
        statistics=counted,
        completer=Completer(statistics=counted, alike_weight=weight),
        ranker=learn(told) if how.ranking else Ranker(weights=learn(()).weights),
    )
    progress("done", steps, steps)
    return TrainedRecommender(
        model=model,
        recipe=how,
        baskets=len(ordered),
        customers=len({basket.customer for basket in ordered if basket.customer}),
        alike_recall={each: round(score, 4) for each, score in chosen.items()},
        lessons=len(told),
    )


def _lessons(baskets: Sequence[Basket], lines: Lines, how: Recipe, day: int, back: int) -> list[Lesson]:
    try:
        counted = count(lines, day=day, min_count=how.min_count, ordered=False)
    except InvalidInput:
        return []  # too little was sold until then
    return lessons(counted, baskets, days=how.window_days, most=_PEOPLE, seed=how.seed + back)


def _choose(baskets: Sequence[Basket], lines: Lines, how: Recipe) -> dict[float, float]:
    """Recall@20 of the latest baskets by the weight of like baskets."""
    day = baskets[int(len(baskets) * (1 - _HELD_OUT))].day
    try:
        counted = count(lines, day=day, min_count=how.min_count, ordered=how.ordered, people=False)
    except InvalidInput:
        return {0.0: 0.0}
    queries = completions(counted, [b for b in baskets if b.day >= day], ordered=how.ordered, seed=how.seed)
    some = random.Random(how.seed).sample(queries, min(len(queries), _QUERIES))  # noqa: S311 - a sample
    return {
        weight: recall_of(Completer(statistics=counted, alike_weight=weight), some, 20) for weight in _ALIKE_WEIGHTS
    }


def completions(
    counted: Statistics, baskets: Sequence[Basket], *, ordered: bool, seed: int, most: int | None = None
) -> list[tuple[Ints, int]]:
    """Baskets with at least two known items: all of them but the last, and the last.

    Args:
        ordered: the order of first appearance is kept; else it is shuffled.
        most: no more than so many, the first.
    """
    places, chance = counted.places, random.Random(seed)  # noqa: S311 - a protocol's shuffle
    found: list[tuple[Ints, int]] = []
    for basket in baskets:
        known = [places[item] for item in basket.items if item in places]
        if len(known) < 2:
            continue
        if not ordered:
            chance.shuffle(known)
        found.append((np.array(known[:-1], dtype=np.int64), known[-1]))
        if most is not None and len(found) == most:
            break
    return found
