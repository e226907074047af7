"""Whether what is learned does better than counting: asked about the latest baskets, having learned from the rest."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from shopgraph.errors import InvalidInput
from shopgraph.models.recommend.model import COMPLETION, NEXT_BASKET, RecommenderModel
from shopgraph.models.recommend.questions import (
    Question,
    completion_questions,
    most_often,
    next_basket_questions,
    recall,
)
from shopgraph.models.recommend.rows import Basket
from shopgraph.models.recommend.sparse import Floats, largest
from shopgraph.models.recommend.training import Progress, Recipe, train_recommender

_HELD_OUT = 0.15
"""Share of the baskets, the latest, that are asked about."""
_QUESTIONS = 500
"""Of each task at most."""
_DEPTH = 10
_TELLING = 30
"""Fewer questions decide nothing."""
_ANCHORS = 8
"""As many things as the counted order of the tool `recommend_products` starts from."""

_Sayer = Callable[[Sequence[Basket]], Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Recall@10 on baskets that were held out: of the model, and of counting."""

    task: str
    """`completion` or `next-basket`."""
    asked: int
    model: float
    counts: float
    """The better of what is bought most and of what was bought together most, as the tool counts."""

    @property
    def better(self) -> bool:
        """Whether there is reason to use the model."""
        return self.asked >= _TELLING and self.model > self.counts

    def __str__(self) -> str:
        if not self.asked:
            return f"{self.task}: nothing could be asked, too few later baskets."
        told = f"{self.task}, recall@10 of {self.asked} later baskets: {self.model:.3f}; by counts {self.counts:.3f}"
        few = f" Fewer than {_TELLING} baskets decide nothing." if self.asked < _TELLING else ""
        return f"{told}: {'better' if self.model > self.counts else 'NOT better'} than counts.{few}"


def measure_recommender(
    baskets: Sequence[Basket], recipe: Recipe | None = None, *, progress: Progress = lambda what, done, of: None
) -> tuple[Measured, Measured]:
    """Completing and the next basket, measured on the latest baskets by a model of the earlier ones.

    It learns once more, from less: what is then learned from all of them may be a little better.

    Raises:
        MissingDependency: scipy is not installed.
    """
    how, ordered = recipe or Recipe(), sorted(baskets, key=lambda basket: basket.day)
    day = ordered[int(len(ordered) * (1 - _HELD_OUT))].day if ordered else 0
    before, after = [b for b in ordered if b.day < day], [b for b in ordered if b.day >= day]
    try:
        model = train_recommender(before, how, progress=progress).model
    except InvalidInput:
        return _nothing(COMPLETION), _nothing(NEXT_BASKET)
    counted = _Counted(model)
    completing = completion_questions(model.statistics, after, ordered=how.ordered, seed=how.seed)
    following = next_basket_questions(before, after)
    return (
        _measured(
            COMPLETION,
            _some(completing, how.seed),
            lambda given: [each.item for each in model.complete(given[0].items, limit=_DEPTH)],
            lambda given: counted.most(without=given[0].items),
            lambda given: counted.together(given[0].items, own=()),
        ),
        _measured(
            NEXT_BASKET,
            _some(following, how.seed),
            lambda given: [each.item for each in model.next_basket(given, day=day, limit=_DEPTH)],
            lambda given: _first(most_often(given), counted.most()),
            lambda given: counted.together(often := most_often(given), own=often),
        ),
    )


def _nothing(task: str) -> Measured:
    return Measured(task=task, asked=0, model=0.0, counts=0.0)


def _measured(
    task: str,
    asked: Sequence[Question],
    model: _Sayer,
    *counting: _Sayer,
) -> Measured:
    if not asked:
        return _nothing(task)

    def reached(answer: _Sayer) -> float:
        hits = [recall(answer(each.given), each.right, _DEPTH) for each in asked]
        return round(sum(hits) / len(hits), 4)

    return Measured(task=task, asked=len(asked), model=reached(model), counts=max(map(reached, counting)))


class _Counted:
    """What counting alone says, of the same baskets and items."""

    def __init__(self, model: RecommenderModel) -> None:
        self._counted = model.statistics
        self._holders = model.statistics.baskets.transposed()
        by_sales = largest(model.statistics.sold.astype(np.float64), len(model.statistics.items))
        self._popular = [model.statistics.items[at] for at in by_sales]

    def most(self, *, without: Iterable[str] = ()) -> list[str]:
        """What most baskets held."""
        left_out = {*without}
        return list(islice((item for item in self._popular if item not in left_out), _DEPTH))

    def together(self, anchors: Sequence[str], *, own: Sequence[str]) -> list[str]:
        """What is in most baskets with one of the anchors, then what is one's own, then what most baskets held."""
        counted = self._counted
        rows = [counted.places[item] for item in anchors[:_ANCHORS] if item in counted.places]
        most: Floats = np.zeros(len(counted.items))
        for row in rows:
            held = self._holders.columns[self._holders.starts[row] : self._holders.starts[row + 1]].astype(np.int64)
            most = np.maximum(most, counted.baskets.add_up(held, np.ones(len(held))))
        most[rows] = 0.0
        beside = [counted.items[at] for at in largest(most, _DEPTH) if most[at] > 0]
        return _first(beside, own, self.most(without=() if own else anchors))


def _first(*lists: Iterable[str]) -> list[str]:
    """The items of one after the other, each once."""
    return list(islice(dict.fromkeys(item for each in lists for item in each), _DEPTH))


def _some(found: list[Question], seed: int) -> list[Question]:
    return found if len(found) <= _QUESTIONS else random.Random(seed).sample(found, _QUESTIONS)  # noqa: S311 - a sample
