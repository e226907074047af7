"""A learned recommender: what completes a basket, what a customer buys next, what is bought alike."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from shopgraph.models.recommend.completing import Completer
from shopgraph.models.recommend.habits import candidates
from shopgraph.models.recommend.ranking import Ranker, visits_of
from shopgraph.models.recommend.rows import Basket
from shopgraph.models.recommend.sparse import Floats, Ints, SparseRows, largest
from shopgraph.models.recommend.statistics import Statistics


class Scored(NamedTuple):
    """An item, and how well it fits; comparable within one answer."""

    item: str
    score: float


@dataclass(frozen=True)
class RecommenderModel:
    """Ranks items. It names no reason: a reason is counted in the orders as they are when it is said."""

    statistics: Statistics
    completer: Completer
    ranker: Ranker

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Item to its row."""
        return self.statistics.places

    def complete(self, basket: Sequence[str], *, limit: int, among: Collection[str] | None = None) -> list[Scored]:
        """What fits a basket best, without what is in it; nothing for a basket of unknown items.

        Args:
            basket: items in the order in which they were added.
            among: only these come into question, and of these what fits: what only sells well is not named.
        """
        known = self._rows(basket)
        if not len(known):
            return []
        scores = self.completer.scores(known)
        scores[known] = 0.0
        if among is not None:
            scores[scores <= self.completer.popular()] = 0.0
        return self._best(self._only(scores, among), limit)

    def next_basket(
        self, history: Sequence[Basket], *, day: int, limit: int, among: Collection[str] | None = None
    ) -> list[Scored]:
        """What a customer with these baskets (oldest first) is likeliest to buy next, things bought before included.

        Without a basket of known items: what sells best now.
        """
        visits = visits_of(history, self.places, day=day)
        if not visits:
            return self._best(self._only(self.statistics.popularity[21].copy(), among), limit)
        found = candidates(self.statistics, visits)
        scores = np.zeros(len(self.statistics.items))
        ranked = self.ranker.scores(found)
        scores[found.items] = 1 + ranked - ranked.min()  # above all that did not come into question
        return self._best(self._only(scores, among), limit)

    def similar(self, item: str, *, limit: int, among: Collection[str] | None = None) -> list[Scored]:
        """What is bought with the same things as `item`: cosine of partners; nothing for an unknown item."""
        row = self.places.get(item)
        if row is None:
            return []
        pairs, transposed = self.statistics.pairs, self._partners_of
        own = slice(pairs.starts[row], pairs.starts[row + 1])
        dot = transposed.add_up(pairs.columns[own].astype(np.int64), pairs.values[own].astype(np.float64))
        scores = dot / (self._lengths * max(float(self._lengths[row]), 1e-9))
        scores[row] = 0.0
        return self._best(self._only(scores, among), limit)

    @cached_property
    def _partners_of(self) -> SparseRows:
        return self.statistics.pairs.transposed()

    @cached_property
    def _lengths(self) -> Floats:
        pairs = self.statistics.pairs
        rows = np.repeat(np.arange(pairs.height), np.diff(pairs.starts))
        squares = np.bincount(rows, weights=pairs.values.astype(np.float64) ** 2, minlength=pairs.height)
        return np.sqrt(squares) + 1e-9

    def _rows(self, items: Iterable[str]) -> Ints:
        return np.array([self.places[item] for item in dict.fromkeys(items) if item in self.places], dtype=np.int64)

    def _only(self, scores: Floats, among: Collection[str] | None) -> Floats:
        if among is None:
            return scores
        kept = np.zeros(len(scores))
        rows = self._rows(among)
        kept[rows] = scores[rows]
        return kept

    def _best(self, scores: Floats, limit: int) -> list[Scored]:
        found = largest(scores, limit)
        return [Scored(self.statistics.items[at], float(scores[at])) for at in found if scores[at] > 0]
