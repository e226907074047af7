"""Who answers a campaign: a logistic model over what a household bought and answered before the campaign began."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from shopgraph.errors import InvalidInput
from shopgraph.models.learning import scipy_part
from shopgraph.models.persuasion.features import Floats
from shopgraph.models.persuasion.invitations import Households, Invitation, Trip
from shopgraph.models.persuasion.tastes import Tastes, learn_tastes

_DECAY = 2_000.0
"""Of the weights, squared (L2)."""
_TASTE_PART = 2.2
"""Spread that a taste has on average, beside 1 of all else: each says little, so the same decay would silence them."""
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


def describe(asked: Invitation, known: Households, first_day: int) -> dict[str, float]:
    """A household before a campaign, by name."""
    trips, outcomes, day = known.before(asked), known.outcomes(asked), known.seen_from(asked)
    found = {
        **_shopping(trips, day, first_day),
        **_rhythm(trips, day),
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
    tastes: Tastes

    def score(self, asked: Invitation, known: Households, *, first_day: int) -> float:
        """Higher is likelier; before the campaign's start nothing later is looked at."""
        told = describe(asked, known, first_day)
        tastes = self.tastes.of(known.before(asked), known.seen_from(asked))
        values = np.concatenate([[told[name] for name in self.names], tastes])
        return float(((values - self.center) / self.spread) @ self.weights + self.bias)


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
    tastes = learn_tastes(invitations, known)
    values = np.array(
        [
            [*(said[name] for name in names), *tastes.of(known.before(each), known.seen_from(each))]
            for each, said in zip(invitations, told, strict=True)
        ]
    )
    center, spread = values.mean(axis=0), _spread(values, len(names))
    weights, bias = _logistic((values - center) / spread, answers)
    return ResponseScorer(names=names, center=center, spread=spread, weights=weights, bias=bias, tastes=tastes)


def _spread(values: Floats, told: int) -> Floats:
    """What each column is divided by: its own spread where it was `told`, one for all tastes."""
    found: Floats = values.std(axis=0)
    if len(found) > told:
        # Tastes keep their proportions, so that the decay silences the faint ones first.
        found[told:] = np.sqrt((found[told:] ** 2).mean()) / _TASTE_PART
    return np.where(found > 1e-9, found, 1.0)


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
