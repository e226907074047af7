"""Who answers a campaign: a logistic model over what a household bought and answered before the campaign began."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from shopgraph.errors import InvalidInput
from shopgraph.models.learning import scipy_part
from shopgraph.models.persuasion.features import Floats
from shopgraph.models.recommend.rows import Basket

_DECAY = 2_000.0
"""Of the weights, squared (L2)."""
_TASTES = 60
"""Numbers that describe what somebody buys (singular vectors)."""
_TASTE_PART = 2.2
"""Spread that tastes are given, beside 1 of all else: each says little, so the same decay would silence them."""
_LEAST = 30
"""Baskets that an item is in at least, to say something of a taste."""
_SPANS = (28, 84, 9_999)
_LONG_GAP = 60
"""Days between trips that are taken for somebody with one trip or none."""
_LITTLE = 10.0
"""Paid in four weeks, added to either side of a trend so that a first trip is none."""
_INCOMES = (
    "Under 15K", "15-24K", "25-34K", "35-49K", "50-74K", "75-99K", "100-124K", "125-149K", "150-174K", "175-199K",
    "200-249K", "250K+",
)  # fmt: skip
_AGES = ("19-24", "25-34", "35-44", "45-54", "55-64", "65+")
_KINDS = ("Type A", "Type B", "Type C")


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """A campaign sent to a household."""

    campaign: str
    kind: str
    start: int
    """Day, as `date.toordinal` counts."""
    end: int
    household: str
    redemptions: int | None
    """How many coupons were used; None where that is what is asked."""


def read_invitations(rows: Iterable[Mapping[str, Any]], *, told: bool) -> list[Invitation]:
    """Invitations of rows {campaign, type, start, end, household, redemptions}; without the outcome unless `told`.

    Raises:
        InvalidInput: a row has another form; says which.
    """
    found = []
    for number, row in enumerate(rows, start=1):
        try:
            found.append(
                Invitation(
                    campaign=str(row["campaign"]),
                    kind=str(row["type"]),
                    start=date.fromisoformat(row["start"]).toordinal(),
                    end=date.fromisoformat(row["end"]).toordinal(),
                    household=str(row["household"]),
                    redemptions=int(row["redemptions"]) if told else None,
                )
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidInput(
                f"Row {number} is no invitation ({type(error).__name__}: {error}).",
                remedy="Give rows {campaign, type, start, end, household, redemptions}.",
            ) from None
    return found


@dataclass(frozen=True, kw_only=True)
class Trip:
    """One basket of a household, as far as this needs it."""

    basket: Basket
    paid: float
    """In any unit: only compared."""
    store: str


def read_trips(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Trip]]:
    """Trips by household of rows {h, d, p, v, s}.

    Raises:
        InvalidInput: a row has another form; says which.
    """
    found: dict[str, list[Trip]] = defaultdict(list)
    for number, row in enumerate(rows, start=1):
        try:
            items = tuple(dict.fromkeys(str(item) for item in row["p"]))
            basket = Basket(customer=str(row["h"]), day=date.fromisoformat(row["d"]).toordinal(), items=items)
            found[basket.customer].append(Trip(basket=basket, paid=float(row["v"]), store=str(row["s"])))
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidInput(
                f"Row {number} is no household basket ({type(error).__name__}: {error}).",
                remedy="Give rows {h, d, p, v, s}.",
            ) from None
    return dict(found)


@dataclass(frozen=True, kw_only=True)
class Households:
    """What is known of the households: their trips, what they are like, how they answered before."""

    trips: Mapping[str, Sequence[Trip]]
    profiles: Mapping[str, Mapping[str, Any]]
    answered: Mapping[str, Sequence[Invitation]]

    @classmethod
    def of(
        cls,
        trips: Mapping[str, Sequence[Trip]],
        profiles: Iterable[Mapping[str, Any]],
        answered: Iterable[Invitation],
    ) -> Households:
        """Put together what is known; `answered` with their outcome."""
        past: dict[str, list[Invitation]] = defaultdict(list)
        for each in answered:
            past[each.household].append(each)
        return cls(trips=trips, profiles={str(row["household_id"]): row for row in profiles}, answered=past)

    def before(self, asked: Invitation) -> list[Trip]:
        """Trips before the campaign's start: what came later does not count."""
        return [trip for trip in self.trips.get(asked.household, ()) if trip.basket.day < asked.start]

    def outcomes(self, asked: Invitation) -> list[Invitation]:
        """How campaigns went that had ended when this one began."""
        return [each for each in self.answered.get(asked.household, ()) if each.end < asked.start]

    def first_day(self) -> int:
        """When the record of trips begins."""
        return min((trip.basket.day for trips in self.trips.values() for trip in trips), default=0)


def describe(asked: Invitation, known: Households, first_day: int) -> dict[str, float]:
    """A household before a campaign, by name."""
    trips, outcomes = known.before(asked), known.outcomes(asked)
    found = {
        **_shopping(trips, asked.start, first_day),
        **_rhythm(trips, asked.start),
        **_answers(outcomes, asked),
        **_profile(known, asked),
    }
    for kind in _KINDS:
        sent = float(asked.kind == kind)
        found[kind] = sent
        crossed = ("trips_84", "paid_84", "answered", "items_9999")
        found |= {f"{kind} {name}": found[name] * sent for name in crossed}
    return found


def _shopping(trips: Sequence[Trip], start: int, first_day: int) -> dict[str, float]:
    known_days = max(start - first_day, 7)
    found: dict[str, float] = {}
    for span in _SPANS:
        within = [trip for trip in trips if start - trip.basket.day <= span]
        month = 28 / min(span, known_days)
        found[f"trips_{span}"] = math.log1p(len(within) * month)
        found[f"paid_{span}"] = math.log1p(max(sum(trip.paid for trip in within), 0) * month)
        found[f"items_{span}"] = math.log1p(sum(len(trip.basket.items) for trip in within) * month)
    last = max((trip.basket.day for trip in trips), default=start - 200)
    mean = sum(trip.paid for trip in trips) / len(trips) if trips else 0.0
    return found | {
        "no_trips": float(not trips),
        "days_since": math.log1p(start - last),
        "stores": math.log1p(len({trip.store for trip in trips})),
        "mean_paid": math.log1p(max(mean, 0.0)),
    }


def _rhythm(trips: Sequence[Trip], start: int) -> dict[str, float]:
    """When and how somebody shops: how regularly, how much at once, how much of it again and again."""
    days = sorted({trip.basket.day for trip in trips})
    gaps = np.diff(days) if len(days) > 1 else np.array([_LONG_GAP])
    times = Counter(item for trip in trips for item in trip.basket.items)
    lines, count = max(sum(times.values()), 1), max(len(trips), 1)
    ago = [(start - trip.basket.day, max(trip.paid, 0.0)) for trip in trips]
    late = sum(paid for since, paid in ago if since <= 28)
    before = sum(paid for since, paid in ago if 28 < since <= 84) / 2
    return {
        "days": math.log1p(len(days)),
        "trips_7": math.log1p(sum(since <= 7 for since, _ in ago)),
        "trips_14": math.log1p(sum(since <= 14 for since, _ in ago)),
        "paid_14": math.log1p(sum(paid for since, paid in ago if since <= 14)),
        "things": math.log1p(len(times)),
        "lines": math.log1p(lines / count),
        "line_paid": math.log1p(sum(paid for _, paid in ago) / lines),
        "most_paid": math.log1p(max((paid for _, paid in ago), default=0.0)),
        "one_store": max(Counter(trip.store for trip in trips).values(), default=0) / count,
        "weekends": sum(date.fromordinal(trip.basket.day).weekday() >= 5 for trip in trips) / count,
        "gap": math.log1p(float(np.median(gaps))),
        "gap_spread": math.log1p(float(gaps.std())),
        "trend": math.log((late + _LITTLE) / (before + _LITTLE)),
        "again": sum(each for each in times.values() if each > 1) / lines,
    }


def _answers(outcomes: Sequence[Invitation], asked: Invitation) -> dict[str, float]:
    said_yes = [each for each in outcomes if each.redemptions]
    big = [each for each in outcomes if each.kind == _KINDS[0]]
    big_yes = sum(bool(each.redemptions) for each in big)
    return {
        "sent": math.log1p(len(outcomes)),
        "answered": math.log1p(len(said_yes)),
        "redeemed": math.log1p(sum(each.redemptions or 0 for each in outcomes)),
        "share": (len(said_yes) + 0.1) / (len(outcomes) + 1),
        "big_answered": float(big_yes),
        "big_ignored": float(bool(big) and not big_yes),
        "same_kind": float(sum(each.kind == asked.kind for each in said_yes)),
    }


def _profile(known: Households, asked: Invitation) -> dict[str, float]:
    row = known.profiles.get(asked.household)
    if row is None:
        return dict.fromkeys(("known", "income", "age", "owner", "married", "children", "size"), 0.0)
    income, age, size = row.get("income"), row.get("age"), str(row.get("household_size") or "")
    return {
        "known": 1.0,
        "income": _INCOMES.index(income) / (len(_INCOMES) - 1) if income in _INCOMES else 0.4,
        "age": _AGES.index(age) / (len(_AGES) - 1) if age in _AGES else 0.5,
        "owner": float(row.get("home_ownership") == "Homeowner"),
        "married": float(row.get("marital_status") == "Married"),
        "children": float(str(row.get("kids_count")) not in ("0", "None", "")),
        "size": float(size[0]) if size[:1].isdigit() else 2.0,
    }


@dataclass(frozen=True)
class ResponseScorer:
    """Log odds that a household answers a campaign."""

    names: tuple[str, ...]
    """Of `describe`, in the order of the weights; the tastes follow."""
    center: Floats
    spread: Floats
    weights: Floats
    bias: float
    items: tuple[str, ...]
    rarity: Floats
    """By item."""
    directions: Floats
    """(items, tastes): singular vectors of what households buy."""

    def score(self, asked: Invitation, known: Households, *, first_day: int) -> float:
        """Higher is likelier; before the campaign's start nothing later is looked at."""
        told = describe(asked, known, first_day)
        rows = self._rows(known.before(asked))
        values = np.concatenate([[told[name] for name in self.names], self.tastes(rows)])
        return float(((values - self.center) / self.spread) @ self.weights + self.bias)

    def tastes(self, rows: Sequence[int]) -> Floats:
        """(tastes,): what somebody buys, by the items' rows; zeros for nothing."""
        at = np.array(rows, dtype=np.int64)
        weights = self.rarity[at]
        found: Floats = weights @ self.directions[at] / max(float(np.linalg.norm(weights)), 1e-9)
        return found

    def _rows(self, trips: Sequence[Trip]) -> list[int]:
        places = self._places
        return sorted({places[item] for trip in trips for item in trip.basket.items if item in places})

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {item: at for at, item in enumerate(self.items)}


def train_responses(
    invitations: Sequence[Invitation],
    trips: Mapping[str, Sequence[Trip]],
    profiles: Iterable[Mapping[str, Any]],
) -> ResponseScorer:
    """Learn who answers: logistic regression (L2) on `describe` and on the tastes of households.

    Raises:
        InvalidInput: nobody answered, or everybody did.
        MissingDependency: scipy is not installed.
    """
    answers = np.array([bool(each.redemptions) for each in invitations], dtype=np.float64)
    if not 0 < answers.sum() < len(answers):
        raise InvalidInput("Nobody or everybody answered.", remedy="Give invitations with either outcome.")
    known = Households.of(trips, profiles, invitations)
    first_day = known.first_day()
    told = [describe(each, known, first_day) for each in invitations]
    names = tuple(sorted(told[0]))
    items, rarity, rows = _bought(invitations, known)
    directions = _directions([*rows, *_everybody(known, items, before=max(each.start for each in invitations))], rarity)
    blank = ResponseScorer(
        names=names, center=np.zeros(0), spread=np.zeros(0), weights=np.zeros(0), bias=0.0,
        items=items, rarity=rarity, directions=directions,
    )  # fmt: skip
    values = np.array(
        [[*(each[name] for name in names), *blank.tastes(row)] for each, row in zip(told, rows, strict=True)]
    )
    center, spread = values.mean(axis=0), values.std(axis=0)
    spread = np.where(spread > 1e-9, spread, 1.0)
    spread[len(names) :] /= _TASTE_PART
    weights, bias = _logistic((values - center) / spread, answers)
    return ResponseScorer(
        names=names, center=center, spread=spread, weights=weights, bias=bias,
        items=items, rarity=rarity, directions=directions,
    )  # fmt: skip


def _bought(invitations: Sequence[Invitation], known: Households) -> tuple[tuple[str, ...], Floats, list[list[int]]]:
    """Items that count, how rare each is, and the items of each household before its invitation."""
    baskets = Counter(item for trips in known.trips.values() for trip in trips for item in trip.basket.items)
    items = tuple(sorted(item for item, times in baskets.items() if times >= _LEAST))
    places = {item: at for at, item in enumerate(items)}
    rows = [
        sorted({places[item] for trip in known.before(each) for item in trip.basket.items if item in places})
        for each in invitations
    ]
    holders = np.bincount(np.array([at for row in rows for at in row], dtype=np.int64), minlength=len(items))
    return items, np.log((1 + len(rows)) / (1 + holders)), rows


def _everybody(known: Households, items: Sequence[str], *, before: int) -> list[list[int]]:
    """What each household bought before that day, whether invited or not: tastes need no answer to be seen."""
    places = {item: at for at, item in enumerate(items)}
    bought = (
        {item for trip in trips if trip.basket.day < before for item in trip.basket.items}
        for trips in known.trips.values()
    )
    return [sorted(places[item] for item in each if item in places) for each in bought]


def _directions(rows: Sequence[Sequence[int]], rarity: Floats) -> Floats:
    sparse = scipy_part("sparse")
    count = min(_TASTES, len(rows) - 1, len(rarity) - 1)
    if count < 1:
        return np.zeros((len(rarity), 0))
    columns = np.array([at for row in rows for at in row], dtype=np.int64)
    starts = np.cumsum([0, *map(len, rows)])
    matrix = sparse.csr_matrix((rarity[columns], columns, starts), shape=(len(rows), len(rarity)))
    norms = np.sqrt(np.asarray(matrix.power(2).sum(axis=1)).ravel()) + 1e-9
    found = scipy_part("sparse.linalg").svds(sparse.diags(1 / norms) @ matrix, k=count, random_state=0)[2].T[:, ::-1]
    # A singular vector's sign is arbitrary: fixed by its largest part, so that the same data give the same file.
    signs = np.sign(found[np.abs(found).argmax(axis=0), np.arange(count)])
    return np.ascontiguousarray(found * signs)


def _logistic(values: Floats, answers: Floats) -> tuple[Floats, float]:
    expit = scipy_part("special").expit

    def loss(parameters: Floats) -> tuple[float, Floats]:
        weights, bias = parameters[:-1], parameters[-1]
        scores = values @ weights + bias
        value = float((np.logaddexp(0, scores) - answers * scores).sum()) + 0.5 * _DECAY * float(weights @ weights)
        wrong = expit(scores) - answers
        return value, np.concatenate([values.T @ wrong + _DECAY * weights, [wrong.sum()]])

    start, minimize = np.zeros(values.shape[1] + 1), scipy_part("optimize").minimize
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    return found[:-1], float(found[-1])
