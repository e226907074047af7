"""What households buy, as a few numbers each: singular vectors of the items that they bought lately and ever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from shopgraph.models.learning import scipy_part
from shopgraph.models.persuasion.features import Floats
from shopgraph.models.persuasion.invitations import Households, Invitation, Trip

_TASTES = 60
"""Numbers that describe what somebody buys (singular vectors)."""
_SPANS = (28, 56, 112, 9_999)
"""Days before a campaign in which an item is looked for: whoever has shopped for long has bought every common item
once, so that only the shorter spans tell households apart and mean the same early and late in the record."""
_LEAST = 20
"""Baskets that an item is in at least, to say something of a taste."""
_RARITY = 0.25
"""Power of the logarithm that rare items weigh more by: at 1 they drown what is bought by many."""


@dataclass(frozen=True)
class Tastes:
    """What tells households apart by what they buy."""

    items: tuple[str, ...]
    rarity: Floats
    """(spans, items)."""
    directions: Floats
    """(spans, items, tastes): singular vectors, the strongest first."""

    def of(self, trips: Sequence[Trip], day: int) -> Floats:
        """(tastes,): what was bought on these trips, seen from that day (as `date.toordinal`); zeros for nothing."""
        found: Floats = np.zeros(self.directions.shape[2])
        for rarity, directions, row in zip(self.rarity, self.directions, self.rows(trips, day), strict=True):
            at = np.array(row, dtype=np.int64)
            found += rarity[at] @ directions[at] / max(float(np.linalg.norm(rarity[at])), 1e-9)
        return found

    def rows(self, trips: Sequence[Trip], day: int) -> list[list[int]]:
        """By span, where the items stand that were bought within it."""
        ago: dict[int, int] = {}
        for trip in trips:
            for item in trip.basket.items:
                if (at := self._places.get(item)) is not None:
                    ago[at] = min(ago.get(at, _SPANS[-1]), day - trip.basket.day)
        return [sorted(at for at, since in ago.items() if since <= span) for span in _SPANS]

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {item: at for at, item in enumerate(self.items)}


def learn_tastes(invitations: Sequence[Invitation], known: Households) -> Tastes:
    """Tastes of the invited before their invitations, and of everybody before the last of them: no answer is looked at.

    Raises:
        MissingDependency: scipy is not installed.
    """
    last = max(known.seen_from(each) for each in invitations)
    earlier = [[trip for trip in trips if trip.basket.day < last] for trips in known.trips.values()]
    baskets = Counter(item for trips in earlier for trip in trips for item in trip.basket.items)
    items = tuple(sorted(item for item, times in baskets.items() if times >= _LEAST))
    blank = Tastes(items=items, rarity=np.zeros((0, 0)), directions=np.zeros((0, 0, 0)))
    invited = [blank.rows(known.before(each), known.seen_from(each)) for each in invitations]
    everybody = [blank.rows(trips, last) for trips in earlier]
    spans = range(len(_SPANS))
    rarity = np.array([_rarity([row[span] for row in invited], len(items)) for span in spans])
    directions = _directions([[row[span] for row in (*invited, *everybody)] for span in spans], rarity)
    return Tastes(items=items, rarity=rarity, directions=directions)


def _rarity(rows: Sequence[Sequence[int]], items: int) -> Floats:
    """By item: the fewer hold it, the more it says (inverse document frequency, flattened)."""
    holders = np.bincount(np.array([at for row in rows for at in row], dtype=np.int64), minlength=items)
    found: Floats = np.log((1 + len(rows)) / (1 + holders)) ** _RARITY
    return found


def _directions(spans: Sequence[Sequence[Sequence[int]]], rarity: Floats) -> Floats:
    """Singular vectors of all spans side by side, each household's row of a span scaled to length 1."""
    sparse, items = scipy_part("sparse"), rarity.shape[1]
    count = min(_TASTES, len(spans[0]) - 1, items - 1)
    if count < 1:
        return np.zeros((*rarity.shape, 0))
    blocks = []
    for rows, weights in zip(spans, rarity, strict=True):
        columns = np.array([at for row in rows for at in row], dtype=np.int64)
        starts = np.cumsum([0, *map(len, rows)])
        block = sparse.csr_matrix((weights[columns], columns, starts), shape=(len(rows), items))
        norms = np.sqrt(np.asarray(block.power(2).sum(axis=1)).ravel()) + 1e-9
        blocks.append(sparse.diags(1 / norms) @ block)
    matrix = sparse.hstack(blocks).tocsr()
    found = scipy_part("sparse.linalg").svds(matrix, k=count, random_state=0)[2].T[:, ::-1]
    # A singular vector's sign is arbitrary: fixed by its largest part, so that the same data give the same file.
    signs = np.sign(found[np.abs(found).argmax(axis=0), np.arange(count)])
    return np.ascontiguousarray(found * signs).reshape(*rarity.shape, count)
