"""What is counted in baskets up to a day: pairs, popularity, who buys again, who buys alike. Learning only: scipy."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from shopgraph.errors import InvalidInput
from shopgraph.models.learning import scipy_part
from shopgraph.models.recommend.customs import customs
from shopgraph.models.recommend.lines import Lines
from shopgraph.models.recommend.sparse import Floats, Ints, SparseRows

HALF_LIVES = (7, 21, 60, 1000)
"""Days in which a sale's part in an item's popularity halves."""
NEIGHBOURS_KEPT = 300
"""Partners of an item that are kept, the likeliest."""
_PRIOR = 5.0
"""Sales added to each item's, so that one shared basket proves little."""
_FROM, _TO = 0.7, 0.3
"""Powers of the sales of the item in the cart and of its partner: between a conditional share and a cosine."""
_LONG = 0.25
"""Power of a basket's length by which its pairs count less."""
_REACH, _NEAR, _BACK, _ENTRY_HALF = 40, 20.0, 0.5, 120.0
"""Lines apart at most, lines in which a pair's weight falls to 1/e, weight of the reverse order, half-life in days."""
TASTE_HALF = 60.0


@dataclass(frozen=True, kw_only=True)
class Statistics:
    """Counts of all baskets before a day. It holds no customer's id; a row of `habits` is somebody."""

    items: tuple[str, ...]
    day: int
    """The day on which it is looked at."""
    pairs: SparseRows
    """Items by items: how much a row's item speaks for a column's, in no order."""
    entry: SparseRows | None
    """The same by the order in which lines were entered; None where order says nothing."""
    baskets: SparseRows
    """Baskets by items, 1 where bought."""
    sold: Floats
    """Baskets that hold an item."""
    popularity: Mapping[int, Floats]
    """By half-life: an item's share of the sales."""
    last_sold: Ints
    """Day on which an item was last bought."""
    again: Floats
    """Of an item's sales, the share to somebody who had bought it before, with a prior."""
    rare: Floats
    """How rare an item is among customers, as a logarithm."""
    tasters: SparseRows
    """Items by customers: how much of a customer's taste an item is, recent and rare ones most; of length one each."""
    habits: SparseRows
    """Customers by items: in what share of their baskets."""
    customs: Mapping[str, Floats]
    """By name of `CUSTOMS`: how known customers buy an item."""

    @property
    def places(self) -> dict[str, int]:
        """Item to its row."""
        return {item: at for at, item in enumerate(self.items)}


def count(lines: Lines, *, day: int, min_count: int, ordered: bool, people: bool = True) -> Statistics:
    """Count baskets bought before `day`.

    Args:
        min_count: items in fewer baskets are left out.
        ordered: whether the order of a basket's items says something.
        people: whether to count by customer as well.

    Raises:
        InvalidInput: no item is in enough baskets.
    """
    before = lines.before(day).at_least(min_count)
    if not before.items:
        raise InvalidInput(f"No item is in {min_count} baskets or more.", remedy="Give more baskets.")
    bought = _matrix(before)
    first, last = _first_and_last(before)
    by_customer = before.known() if people else before.before(0)  # of none
    return Statistics(
        items=before.items,
        day=day,
        pairs=SparseRows.of(_pairs(bought, day - before.day, before.sums())),
        entry=SparseRows.of(_entry_pairs(before, day)) if ordered else None,
        baskets=SparseRows.of(bought),
        sold=before.sums(),
        popularity={half: _popularity(bought, day - before.day, half) for half in HALF_LIVES},
        last_sold=last,
        **_people(by_customer, day),
        customs=customs(by_customer, first, day=day),
    )


def _first_and_last(lines: Lines) -> tuple[Ints, Ints]:
    """Days on which each item was first and last bought; every item in one basket at least."""
    first, last = np.zeros(len(lines.items), dtype=np.int64), np.zeros(len(lines.items), dtype=np.int64)
    days = lines.each(lines.day)
    first[lines.item[::-1]] = days[::-1]  # of several the last one set stays, here the oldest
    last[lines.item] = days
    return first, last


def _matrix(lines: Lines) -> Any:
    cells = (np.ones(len(lines.item)), lines.item, lines.starts)
    matrix = scipy_part("sparse").csr_matrix(cells, shape=(len(lines.day), len(lines.items)))
    matrix.sort_indices()
    return matrix


def _popularity(bought: Any, age: Ints, half: float) -> Floats:
    weighed = np.asarray(bought.T @ (0.5 ** (age / half))).ravel()
    share: Floats = weighed / max(float(weighed.sum()), 1e-12)
    return share


def _pairs(bought: Any, age: Ints, sold: Floats) -> Any:
    sparse = scipy_part("sparse")
    length = np.maximum(np.asarray(bought.sum(axis=1)).ravel(), 2) - 1
    weight = length**-_LONG * (0.5 + 0.5 * 0.5 ** (age / 200))
    weighed = sparse.diags(weight).astype(np.float64) @ bought
    together = (weighed.T @ weighed).tocsr()
    together.setdiag(0)
    together.eliminate_zeros()
    scaled = sparse.diags((sold + _PRIOR) ** -_FROM) @ together @ sparse.diags((sold + _PRIOR) ** -_TO)
    return _keep_largest(scaled.tocsr())


def _entry_pairs(lines: Lines, day: int) -> Any:
    sparse, width = scipy_part("sparse"), len(lines.items)
    weights = (0.5 ** ((day - lines.day) / _ENTRY_HALF)).tolist()
    sources, targets, values = [], [], []
    for line, weight in zip(np.split(lines.item, lines.starts[1:-1]), weights, strict=True):
        for apart in range(1, min(_REACH, len(line) - 1) + 1):
            near = np.full(len(line) - apart, weight * math.exp(-(apart - 1) / _NEAR))
            sources += [line[:-apart], line[apart:]]
            targets += [line[apart:], line[:-apart]]
            values += [near, near * _BACK]
    if not sources:
        return sparse.csr_matrix((width, width))
    cells = (np.concatenate(values), (np.concatenate(sources), np.concatenate(targets)))
    seen = sparse.coo_matrix(cells, shape=(width, width)).tocsr()
    went, came = (np.asarray(seen.sum(axis=axis)).ravel() + _PRIOR for axis in (1, 0))
    return _keep_largest((sparse.diags(went**-0.5) @ seen @ sparse.diags(came**-0.5)).tocsr())


def _keep_largest(matrix: Any) -> Any:
    """Of each row the largest `NEIGHBOURS_KEPT`."""
    for row in range(matrix.shape[0]):
        cells = matrix.data[matrix.indptr[row] : matrix.indptr[row + 1]]
        if len(cells) > NEIGHBOURS_KEPT:
            edge = np.partition(cells, len(cells) - NEIGHBOURS_KEPT)[len(cells) - NEIGHBOURS_KEPT]
            cells[cells < edge] = 0
    matrix.eliminate_zeros()
    return matrix


def _people(lines: Lines, day: int) -> dict[str, Any]:
    """What is counted by customer: the fields of `Statistics` from `again` to `habits`."""
    sparse = scipy_part("sparse")
    trips = np.maximum(np.bincount(lines.who), 1)
    shape = (len(trips), len(lines.items))
    rows, columns = lines.each(lines.who), lines.item
    fresh = 0.5 ** ((day - lines.each(lines.day)) / TASTE_HALF)
    times = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)
    recent = sparse.csr_matrix((fresh, (rows, columns)), shape=shape)
    buyers, sales = (np.asarray(each.sum(axis=0)).ravel() for each in (times > 0, times))
    recent.data = np.log1p(recent.data)
    rare = np.maximum(np.log(max(len(trips), 1) / (buyers + 1.0)), 0.0)
    tasted = recent @ sparse.diags(rare)
    norm = np.sqrt(np.asarray(tasted.power(2).sum(axis=1)).ravel()) + 1e-9
    return {
        "again": (sales - buyers + 1) / (sales + _PRIOR),
        "rare": rare,
        "tasters": SparseRows.of((sparse.diags(1 / norm) @ tasted).T),
        "habits": SparseRows.of(sparse.diags(1 / trips) @ times),
    }
