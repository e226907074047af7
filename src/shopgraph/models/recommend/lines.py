"""Baskets as arrays, so that what is counted in them is counted for all items at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from shopgraph.models.recommend.rows import Basket
from shopgraph.models.recommend.sparse import Floats, Ints


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Lines of baskets, oldest basket first, in each basket in the order of entry."""

    items: tuple[str, ...]
    """Ascending."""
    item: Ints
    """(lines,): a place in `items`."""
    starts: Ints
    """(baskets + 1,): where each basket begins in `item`; one of which no item is counted has no line."""
    day: Ints
    """(baskets,): the day it was bought on."""
    who: Ints
    """(baskets,): the customer, numbered in the order of first baskets; -1: nobody knows."""

    @property
    def lengths(self) -> Ints:
        """(baskets,): lines of each."""
        lengths: Ints = np.diff(self.starts)
        return lengths

    def each(self, of_baskets: Ints) -> Ints:
        """(lines,): of each line, what is given by basket."""
        values: Ints = np.repeat(of_baskets, self.lengths)
        return values

    def sums(self, values: Floats | None = None) -> Floats:
        """(items,): of each item, the sum of its lines' values; without values, how many lines it has."""
        found: Floats = np.bincount(self.item, weights=values, minlength=len(self.items)).astype(np.float64)
        return found

    def before(self, day: int) -> Lines:
        """Of the baskets before a day."""
        baskets = int(np.searchsorted(self.day, day))
        starts = self.starts[: baskets + 1]
        return replace(
            self, item=self.item[: starts[-1]], starts=starts, day=self.day[:baskets], who=self.who[:baskets]
        )

    def at_least(self, baskets: int) -> Lines:
        """Of the items in so many baskets or more; every basket stays, be it empty."""
        kept = self.sums() >= baskets
        places = np.cumsum(kept) - 1
        lines = kept[self.item]
        starts = np.concatenate([[0], np.cumsum(lines)])[self.starts]
        items = tuple(self.items[at] for at in np.flatnonzero(kept).tolist())
        return replace(self, items=items, item=places[self.item[lines]], starts=starts)

    def known(self) -> Lines:
        """Of the baskets whose customer is known."""
        kept = self.who >= 0
        starts = np.concatenate([[0], np.cumsum(self.lengths[kept])])
        lines = np.repeat(kept, self.lengths)
        return replace(self, item=self.item[lines], starts=starts, day=self.day[kept], who=self.who[kept])


def lines_of(baskets: Sequence[Basket]) -> Lines:
    """Baskets, oldest first, as arrays."""
    items = sorted({item for basket in baskets for item in basket.items})
    places = {item: at for at, item in enumerate(items)}
    customers = {
        who: at for at, who in enumerate(dict.fromkeys(basket.customer for basket in baskets if basket.customer))
    }
    return Lines(
        items=tuple(items),
        item=np.array([places[item] for basket in baskets for item in basket.items], dtype=np.int64),
        starts=np.cumsum([0, *(len(basket.items) for basket in baskets)]),
        day=np.array([basket.day for basket in baskets], dtype=np.int64),
        who=np.array([customers.get(basket.customer, -1) for basket in baskets], dtype=np.int64),
    )
