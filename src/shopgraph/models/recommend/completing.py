"""What completes a basket: partners of what is in it, and what baskets like it held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from shopgraph.models.recommend.sparse import Floats, Ints, SparseRows, largest
from shopgraph.models.recommend.statistics import Statistics

_ALIKE = 500
"""Baskets that are looked at, the likest."""
_LENGTH_POWER, _LIKENESS_POWER, _POPULAR_POWER = 0.3, 2.0, 0.3
_PRIOR = 5.0


@dataclass(frozen=True, kw_only=True)
class Completer:
    """Scores every item for a basket."""

    statistics: Statistics
    alike_weight: float
    """How much baskets of like content count beside pairs; 0: not at all."""
    _holders: list[SparseRows] = field(default_factory=list, init=False, repr=False, compare=False)

    def scores(self, basket: Ints) -> Floats:
        """(items,): higher fits better; comparable within one basket only. `basket` in the order of adding."""
        counted = self.statistics
        if counted.entry is not None:
            # What was put in last says most about what comes next.
            pairs = counted.entry.add_up(basket, 1.0 / np.arange(len(basket), 0, -1))
        else:
            pairs = counted.pairs.add_up(basket, np.ones(len(basket)))
        scores = _to_one(pairs)
        if self.alike_weight:
            scores = scores + self.alike_weight * _to_one(self._alike(basket))
        return scores + self.popular()

    def popular(self) -> Floats:
        """What selling well adds to every item, whatever is in the basket: it only decides between equals."""
        popular: Floats = 1e-6 * self.statistics.popularity[21]
        return popular

    def _alike(self, basket: Ints) -> Floats:
        """What the baskets held that share most, rare items first, with this one (k nearest sessions)."""
        counted = self.statistics
        if not self._holders:
            self._holders.append(self._index())
        likeness = self._holders[0].add_up(basket, np.ones(len(basket)))
        near = largest(likeness, _ALIKE)
        near = near[likeness[near] > 0]
        held = counted.baskets.add_up(near, likeness[near] ** _LIKENESS_POWER)
        return held * (counted.sold + _PRIOR) ** -_POPULAR_POWER

    def _index(self) -> SparseRows:
        """Items by baskets: what an item adds to a basket's likeness, by its rarity and the basket's length."""
        counted = self.statistics
        rare = np.log(counted.baskets.height / (counted.sold + 1))
        index = counted.baskets.transposed()
        per_basket = np.bincount(
            np.repeat(np.arange(counted.baskets.height), np.diff(counted.baskets.starts)),
            weights=rare[counted.baskets.columns] ** 2,
            minlength=counted.baskets.height,
        )
        length = np.maximum(per_basket, 1e-9) ** -_LENGTH_POWER
        weights = np.repeat(rare**2, np.diff(index.starts)) * length[index.columns]
        return SparseRows(
            starts=index.starts, columns=index.columns, values=weights.astype(np.float32), width=index.width
        )


def _to_one(scores: Floats) -> Floats:
    top = float(scores.max(initial=0.0))
    return scores / top if top > 0 else scores


def recall_of(completer: Completer, queries: Sequence[tuple[Ints, int]], count: int) -> float:
    """The share of queries whose target is among the best `count`, what is in the basket aside; 0 for none."""
    hits = 0
    for basket, target in queries:
        scores = completer.scores(basket)
        scores[basket] = -np.inf
        hits += target in largest(scores, count)
    return hits / len(queries) if queries else 0.0
