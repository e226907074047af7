"""What is known of the invited: campaigns that were sent, trips, profiles, and what of it counts before a campaign."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from shopgraph.models.recommend.rows import Basket
from shopgraph.models.rows import read_each

_FRESH = 7
"""Days without any trip before a campaign begins that a record may have and still be read at the start."""


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

    def read(row: Mapping[str, Any]) -> Invitation:
        return Invitation(
            campaign=str(row["campaign"]),
            kind=str(row["type"]),
            start=date.fromisoformat(row["start"]).toordinal(),
            end=date.fromisoformat(row["end"]).toordinal(),
            household=str(row["household"]),
            redemptions=int(row["redemptions"]) if told else None,
        )

    remedy = "Give rows {campaign, type, start, end, household, redemptions}."
    return read_each(rows, read, what="no invitation", remedy=remedy)


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
    for trip in read_each(rows, _trip, what="no household basket", remedy="Give rows {h, d, p, v, s}."):
        found[trip.basket.customer].append(trip)
    return dict(found)


def _trip(row: Mapping[str, Any]) -> Trip:
    items = tuple(dict.fromkeys(str(item) for item in row["p"]))
    basket = Basket(customer=str(row["h"]), day=date.fromisoformat(row["d"]).toordinal(), items=items)
    return Trip(basket=basket, paid=float(row["v"]), store=str(row["s"]))


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

    def seen_from(self, asked: Invitation) -> int:
        """The day that trips are looked back from: the start, or the end of a record that ended long before it.

        Else a record a month old would say of everybody that nobody came of late.
        """
        return asked.start if asked.start - self._end <= _FRESH else self._end

    def outcomes(self, asked: Invitation) -> list[Invitation]:
        """How campaigns went that had ended when this one began."""
        return [each for each in self.answered.get(asked.household, ()) if each.end < asked.start]

    def first_day(self) -> int:
        """When the record of trips begins."""
        return min((trip.basket.day for trips in self.trips.values() for trip in trips), default=0)

    @cached_property
    def _end(self) -> int:
        """The day after the last trip."""
        return max((trip.basket.day + 1 for trips in self.trips.values() for trip in trips), default=0)
