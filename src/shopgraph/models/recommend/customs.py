"""How an item is bought by known customers: lately, in short baskets, for the first time, again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

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


@dataclass(frozen=True, kw_only=True)
class _Lines:
    """Lines of baskets, oldest first; all (lines,)."""

    item: Ints
    ago: Floats
    """Days ago."""
    length: Floats
    """Items of the basket."""
    first: np.ndarray
    """Whether the customer had not bought it before."""
    after: Floats
    """The customer's later visits, each the less the longer it is ago."""


def customs(bought: Sequence[tuple[str, int, list[int]]], first_sold: Ints, *, day: int) -> dict[str, Floats]:
    """`CUSTOMS` by item, as seen on `day`; each (items,).

    Args:
        bought: customer, day and rows of the items, each once, of every basket of a known customer, oldest first.
        first_sold: (items,): the day on which each was first sold to anybody.
    """
    lines, width = _lines([basket for basket in bought if basket[2]], day), len(first_sold)

    def total(half: float, part: Floats) -> Floats:
        weights = 0.5 ** (lines.ago / half) * part
        return np.bincount(lines.item, weights=weights, minlength=width).astype(np.float64)

    def share(half: float, part: Floats) -> Floats:
        sold = total(half, part)
        found: Floats = np.log(sold / max(float(sold.sum()), 1e-9) + _LEAST)
        return found

    all_, first = np.ones(len(lines.item)), lines.first.astype(np.float64)
    again = total(_AGAIN_HALF, 1 - first)
    chances = np.bincount(lines.item, weights=lines.after * first, minlength=width)
    usual = max(float(again.sum()), 1.0) / max(float(chances.sum()), 1.0)
    return {
        **{f"known_{half}": share(half, all_) for half in (7, 21, 60)},
        **{f"short_{half}": share(half, lines.length**-_LENGTH) for half in (21, 60)},
        **{f"first_{half}": share(half, first) for half in (21, 60)},
        "again_45": np.log((again + _PRIOR * usual) / (chances + _PRIOR)),
        "again_late": np.log((again + 1) / (total(60, first) + again + _PRIOR)),
        "sold_days": np.log1p(day - first_sold).astype(np.float64),
    }


def _lines(bought: Sequence[tuple[str, int, list[int]]], day: int) -> _Lines:
    lengths = np.array([len(line) for _, _, line in bought], dtype=np.int64)
    names = {customer: at for at, customer in enumerate(dict.fromkeys(customer for customer, _, _ in bought))}
    who = np.repeat(np.array([names[customer] for customer, _, _ in bought], dtype=np.int64), lengths)
    item = np.array([at for _, _, line in bought for at in line], dtype=np.int64)
    first = np.zeros(len(item), dtype=np.bool_)
    first[np.unique(who * (int(item.max(initial=0)) + 1) + item, return_index=True)[1]] = True
    days = np.array([day - on for _, on, _ in bought], dtype=np.float64)
    after = np.zeros(len(bought))
    later = dict.fromkeys(names, 0.0)
    for at in range(len(bought) - 1, -1, -1):
        customer = bought[at][0]
        after[at] = later[customer]
        later[customer] += 0.5 ** (days[at] / _AGAIN_HALF)
    return _Lines(
        item=item,
        ago=np.repeat(days, lengths),
        length=np.repeat(lengths.astype(np.float64), lengths),
        first=first,
        after=np.repeat(after, lengths),
    )
