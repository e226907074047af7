"""How an item is bought by known customers: lately, in short baskets, for the first time, again."""

from __future__ import annotations

import numpy as np

from shopgraph.models.recommend.lines import Lines
from shopgraph.models.recommend.sparse import Floats, Ints

CUSTOMS = (
    "known_7",  # share of the sales to known customers, a sale's part halving in so many days
    "known_21",
    "known_60",
    "short_21",  # the same, a basket of n items counting n ** -0.7 each
    "short_60",
    "first_21",  # share of the purchases that were a customer's first of the item
    "first_60",
    "again_45",  # of the visits of customers who had bought it, how many bought it again
    "again_late",  # of the late sales, how many were to somebody who had bought it before
    "sold_days",  # days since it was first sold
)
"""What is counted of each item; all as logarithms."""
_LENGTH = 0.7
_AGAIN_HALF = 45.0
_PRIOR = 5.0
_LEAST = 1e-5


def customs(bought: Lines, first_sold: Ints, *, day: int) -> dict[str, Floats]:
    """`CUSTOMS` by item, as seen on `day`; each (items,).

    Args:
        bought: of known customers.
        first_sold: (items,): the day on which each was first sold to anybody.
    """
    ago = (day - bought.each(bought.day)).astype(np.float64)
    first = _first(bought)

    def total(half: float, part: Floats) -> Floats:
        return bought.sums(0.5 ** (ago / half) * part)

    def share(half: float, part: Floats) -> Floats:
        sold = total(half, part)
        found: Floats = np.log(sold / max(float(sold.sum()), 1e-9) + _LEAST)
        return found

    all_, short = np.ones(len(ago)), np.maximum(bought.each(bought.lengths), 1).astype(np.float64) ** -_LENGTH
    again = total(_AGAIN_HALF, 1 - first)
    chances = bought.sums(_later_visits(bought, day) * first)
    usual = max(float(again.sum()), 1.0) / max(float(chances.sum()), 1.0)
    return {
        **{f"known_{half}": share(half, all_) for half in (7, 21, 60)},
        **{f"short_{half}": share(half, short) for half in (21, 60)},
        **{f"first_{half}": share(half, first) for half in (21, 60)},
        "again_45": np.log((again + _PRIOR * usual) / (chances + _PRIOR)),
        "again_late": np.log((again + 1) / (total(60, first) + again + _PRIOR)),
        "sold_days": np.log1p(day - first_sold).astype(np.float64),
    }


def _first(bought: Lines) -> Floats:
    """(lines,): 1 where the customer had not bought it before."""
    first = np.zeros(len(bought.item))
    first[np.unique(bought.each(bought.who) * len(bought.items) + bought.item, return_index=True)[1]] = 1
    return first


def _later_visits(bought: Lines, day: int) -> Floats:
    """(lines,): the customer's visits after this one that hold something, each the less the longer it is ago."""
    held = bought.lengths > 0
    weights = np.where(held, 0.5 ** ((day - bought.day) / _AGAIN_HALF), 0.0)
    order = np.argsort(bought.who, kind="stable")
    sums = np.cumsum(weights[order])
    ends = np.searchsorted(bought.who[order], bought.who[order], side="right") - 1
    later = np.empty(len(order))
    later[order] = sums[ends] - sums
    found: Floats = np.repeat(later, bought.lengths)
    return found
