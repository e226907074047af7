"""What a customer may buy next, seen by a ranker: one row of numbers per item that comes into question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shopgraph.models.recommend.customs import CUSTOMS
from shopgraph.models.recommend.sparse import Floats, Ints, largest
from shopgraph.models.recommend.statistics import TASTE_HALF, Statistics

_CANDIDATES = 120
"""Items that are taken from each source besides what the customer has bought: popular, partners, neighbours."""
_ALIKE = {"alike": 50, "alike_12": 12, "alike_200": 200}
"""How many customers of like taste are looked at."""
_THE_SAME = 0.999
"""A taste that is this like is taken for the customer's own row."""

PLAIN = (
    "own", "share", "times", "once", "recent_30", "recent_120", "last_baskets", "days_since", "baskets_since",
    "overdue", "overdue_squared", "popular_7", "popular_21", "popular_60", "popular", "own_popular", "trend",
    "own_trend", "again_own", "again_new", "partners", "own_partners", "alike", "own_alike", "own_baskets",
    "own_share", "spent", "spent_share", "unsold_days", "own_unsold_days",
)  # fmt: skip
"""The numbers of which a ranker does well by itself."""
_MORE = (*CUSTOMS, "last_partners", "alike_12", "alike_200")
"""Each twice: for every item, and again for what the customer has bought. `last_partners`: of the last basket."""
FEATURES = (*PLAIN, *_MORE, *(f"own_{name}" for name in _MORE))
"""What a row holds, in this order."""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One of a customer's baskets."""

    days_ago: int
    items: tuple[int, ...]
    """Rows of the statistics."""
    weights: tuple[float, ...] = ()
    """What was spent on each; empty: nobody knows."""


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """Items that may be bought next, and what is known of each."""

    items: Ints
    """Ascending."""
    features: Floats
    """(items, features)."""


@dataclass(frozen=True, kw_only=True)
class _Own:
    """What a customer's visits say about what they bought; all by item, (own items,)."""

    items: Ints
    times: Floats
    recent_30: Floats
    recent_120: Floats
    last_baskets: Floats
    taste: Floats
    first: Floats
    last: Floats
    since: Floats
    spent: Floats
    spent_share: Floats


def candidates(counted: Statistics, visits: Sequence[Visit]) -> Candidates:
    """What a customer with these visits, oldest first (one at least), may buy next."""
    own = _own(visits)
    share = own.recent_120 / own.recent_120.sum()
    partners = counted.pairs.add_up(own.items, share)
    alike = _alike(counted, own)
    sources = (partners, alike["alike"], counted.popularity[21])
    items = np.unique(np.concatenate([own.items, *(largest(source, _CANDIDATES) for source in sources)]))
    columns = {
        **_of_own(own, items, len(visits)),
        **_of_shop(counted, items),
        "partners": np.log(partners[items] + 1e-5),
        "last_partners": np.log(_last_partners(counted, visits[-1])[items] + 1e-5),
        **{name: np.log(share[items] + 1e-4) for name, share in alike.items()},
    }
    mine = columns["own"]
    columns |= {f"own_{name}": mine * columns[name] for name in ("partners", "alike", "trend", "unsold_days", *_MORE)}
    columns["own_popular"] = mine * columns["popular_21"]
    columns |= {"again_own": mine * columns["again"], "again_new": (1 - mine) * columns["again"]}
    return Candidates(items=items, features=np.stack([columns[name] for name in FEATURES], axis=1))


def _own(visits: Sequence[Visit]) -> _Own:
    lengths = [len(visit.items) for visit in visits]
    item = np.concatenate([np.array(visit.items, dtype=np.int64) for visit in visits])
    ago = np.repeat(np.array([visit.days_ago for visit in visits], dtype=np.float64), lengths)
    since = np.repeat(np.arange(len(visits) - 1, -1, -1, dtype=np.float64), lengths)
    spent, part = _spending(visits)
    items, place = np.unique(item, return_inverse=True)

    def total(values: Floats) -> Floats:
        return np.bincount(place, weights=values, minlength=len(items)).astype(np.float64)

    last = np.full(len(items), np.inf)
    np.minimum.at(last, place, ago)
    first = np.zeros(len(items))
    np.maximum.at(first, place, ago)
    baskets = np.full(len(items), np.inf)
    np.minimum.at(baskets, place, since)
    newest = np.zeros(len(items))
    newest[place] = part  # visits are oldest first, so the last one stays
    return _Own(
        items=items,
        times=total(np.ones(len(item))),
        recent_30=total(0.5 ** (ago / 30)),
        recent_120=total(0.5 ** (ago / 120)),
        last_baskets=total(0.8**since),
        taste=total(0.5 ** (ago / TASTE_HALF)),
        first=first,
        last=last,
        since=baskets,
        spent=total(spent),
        spent_share=newest,
    )


def _spending(visits: Sequence[Visit]) -> tuple[Floats, Floats]:
    """Spent on each line, and its part of the basket times the basket's length; zeros where nobody knows."""
    spent, part = [], []
    for visit in visits:
        paid = np.array(visit.weights, dtype=np.float64) if visit.weights else np.zeros(len(visit.items))
        spent.append(paid)
        part.append(paid / max(float(paid.sum()), 1e-9) * len(visit.items))
    return np.concatenate(spent), np.concatenate(part)


def _last_partners(counted: Statistics, visit: Visit) -> Floats:
    """How much a basket's items speak for each item; (items,)."""
    return counted.pairs.add_up(np.array(visit.items, dtype=np.int64), np.full(len(visit.items), 1 / len(visit.items)))


def _alike(counted: Statistics, own: _Own) -> dict[str, Floats]:
    """How often the likest customers buy each item, by the names of `_ALIKE`; (items,)."""
    taste = np.log1p(own.taste) * counted.rare[own.items]
    likeness = counted.tasters.add_up(own.items, taste / max(float(np.linalg.norm(taste)), 1e-9))
    likeness[likeness > _THE_SAME] = 0
    near = largest(likeness, max(_ALIKE.values()))
    return {name: _bought_by(counted, near[:nearest], likeness) for name, nearest in _ALIKE.items()}


def _bought_by(counted: Statistics, people: Ints, likeness: Floats) -> Floats:
    weight = likeness[people]
    return counted.habits.add_up(people, weight) / max(float(weight.sum()), 1e-9)


def _of_own(own: _Own, items: Ints, visits: int) -> dict[str, Floats]:
    at = np.searchsorted(items, own.items)

    def spread(values: Floats) -> Floats:
        column = np.zeros(len(items))
        column[at] = values
        return column

    gap = (own.first - own.last) / np.maximum(own.times - 1, 1)
    overdue = np.where(own.times > 1, np.minimum(own.last / np.maximum(gap, 1), 5), 0)
    return {
        "own": spread(np.ones(len(at))),
        "share": spread(np.log(own.times / visits)),
        "times": spread(np.log1p(own.times)),
        "once": spread((own.times == 1).astype(np.float64)),
        "recent_30": spread(np.log(own.recent_30 + 1e-3)),
        "recent_120": spread(np.log(own.recent_120 + 1e-3)),
        "last_baskets": spread(np.log(own.last_baskets + 1e-3)),
        "days_since": spread(np.log1p(own.last)),
        "baskets_since": spread(np.log1p(own.since)),
        "overdue": spread(overdue),
        "overdue_squared": spread(overdue**2),
        "own_baskets": spread(np.full(len(at), np.log(visits))),
        "own_share": spread(own.times / visits),
        "spent": spread(np.log1p(own.spent)),
        "spent_share": spread(np.log1p(own.spent_share)),
    }


def _of_shop(counted: Statistics, items: Ints) -> dict[str, Floats]:
    popular = {half: np.log(share[items] + 1e-5) for half, share in counted.popularity.items()}
    return {
        **{name: values[items] for name, values in counted.customs.items()},
        "popular_7": popular[7],
        "popular_21": popular[21],
        "popular_60": popular[60],
        "popular": popular[1000],
        "trend": popular[7] - popular[60],
        "again": np.log(counted.again[items]),
        "unsold_days": np.log1p(counted.day - counted.last_sold[items]).astype(np.float64),
    }
