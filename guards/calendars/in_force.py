"""A bundle's calendars, read and checked: which terms are in force where and when."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import chain
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from shopgraph.domain import DiscountCode, Promotion, Region, Value
from shopgraph.errors import ConfigurationError
from shopgraph.guards.calendars.checks import problems
from shopgraph.guards.calendars.files import CalendarFile, Period, PlannedPromotion
from shopgraph.guards.calendars.terms import PromotionRules, RegionCalendar, ReturnRules, TaxRules
from shopgraph.guards.calendars.times import first_instant
from shopgraph.guards.documents import Document, all_of, first_of, open_document

PeriodT = TypeVar("PeriodT", bound=Period)
ValueT = TypeVar("ValueT", bound=Value)


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """One region's calendar."""

    path: Path
    turns: tuple[datetime, ...]
    """The instants at which terms change, in order."""
    terms: tuple[RegionCalendar, ...]
    """Those before the first turn, then those from each turn on."""
    promotions: tuple[Promotion, ...]
    codes: tuple[DiscountCode, ...]
    """What is typed to get those promotions that need a code."""

    def at(self, instant: datetime) -> RegionCalendar:
        """The terms in force at that instant."""
        return self.terms[bisect_right(self.turns, instant)]

    @property
    def timezone(self) -> str:
        """IANA name of the zone whose clocks it goes by."""
        return self.terms[0].timezone

    @property
    def currency(self) -> str:
        """ISO 4217 code of all its amounts."""
        return self.terms[0].currency


class Calendars:
    """All regions' calendars of a bundle."""

    def __init__(self, folder: Path, calendars: Mapping[str, Calendar]) -> None:
        self._folder = folder
        self._calendars = dict(calendars)

    @property
    def regions(self) -> tuple[str, ...]:
        """Ids of the regions that have one."""
        return tuple(self._calendars)

    @property
    def currencies(self) -> frozenset[str]:
        """ISO 4217 codes of all regions."""
        return frozenset(calendar.currency for calendar in self._calendars.values())

    @property
    def promotions(self) -> tuple[Promotion, ...]:
        """All that are declared, whether they run or not."""
        return tuple(chain.from_iterable(calendar.promotions for calendar in self._calendars.values()))

    @property
    def codes(self) -> tuple[DiscountCode, ...]:
        """What is typed to get those of them that need a code."""
        return tuple(chain.from_iterable(calendar.codes for calendar in self._calendars.values()))

    def of(self, region_id: str) -> Calendar:
        """That region's calendar.

        Raises:
            ConfigurationError: there is none.
        """
        found = self._calendars.get(region_id)
        if found is None:
            file = self._folder / f"{region_id}.yaml"
            raise ConfigurationError(
                f"There is no calendar for region {region_id!r}.",
                remedy=f"Write {file}.",
                region=region_id,
                file=str(file),
            )
        return found

    def require(self, regions: Iterable[Region]) -> None:
        """Check that every region of a shop has a calendar that goes by its clocks and its money.

        Raises:
            ConfigurationError: one has none, or one of another time zone or currency.
        """
        for region in regions:
            calendar = self.of(region.id)
            for what, here, there in (
                ("timezone", calendar.timezone, region.timezone),
                ("currency", calendar.currency, region.currency),
            ):
                if here != there:
                    raise ConfigurationError(
                        f"{calendar.path} has the {what} {here}, and the shop's region {region.id!r} has {there}.",
                        remedy=f"Write the calendar in {there}.",
                        region=region.id,
                        file=str(calendar.path),
                    )

    def refuse_taken(self, names: Collection[str]) -> None:
        """Check that no promotion declared here has an id or a code that another system has given away.

        Raises:
            ConfigurationError: one has.
        """
        taken = {name.casefold() for name in names}
        for calendar in self._calendars.values():
            for name in (*(each.id for each in calendar.promotions), *(each.code for each in calendar.codes)):
                if name.casefold() in taken:
                    raise ConfigurationError(
                        f"{calendar.path} declares {name!r}, which the shop's marketing system has already.",
                        remedy="Give it another name there.",
                        file=str(calendar.path),
                        name=name,
                    )


def read_calendars(folder: Path) -> Calendars:
    """Read the calendar files of a folder, one per region, and check each and all of them together.

    Raises:
        ConfigurationError: there is none, or something in one is wrong, with file and line.
    """
    documents: list[Document[CalendarFile]] = []
    found: list[ConfigurationError] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            documents.append(open_document(path, CalendarFile))
        except ConfigurationError as fault:
            found += all_of(fault)
    if not documents and not found:
        raise ConfigurationError(f"{folder} holds no calendar.", remedy="Write one YAML file per region.")
    found += [*chain.from_iterable(problems(document) for document in documents), *_doubled(documents)]
    if found:
        raise first_of(found)
    return Calendars(folder, {document.value.region_id: _calendar(document) for document in documents})


def _doubled(documents: Sequence[Document[CalendarFile]]) -> Iterator[ConfigurationError]:
    """Ids and codes of promotions are one of a kind in all regions together."""
    seen: dict[tuple[str, str], str] = {}
    for document in documents:
        for i, planned in enumerate(document.value.promotions.planned):
            for key, name in (("id", planned.id), ("code", (planned.code or "").casefold())):
                place = ("promotions", "planned", i, key)
                if name and (key, name) in seen:
                    yield document.wrong(f"the {key} {name} is taken: {seen[key, name]}", *place)
                seen.setdefault((key, name), f"{document.path}, line {document.line(*place)}")


def _calendar(document: Document[CalendarFile]) -> Calendar:
    file, zone = document.value, ZoneInfo(document.value.timezone)
    tax, returns = _by_start(file.tax, zone), _by_start(file.returns, zone)
    shipping = _by_start(file.shipping_periods, zone)
    turns = sorted({*tax, *shipping, *returns} - {_EVER})
    bounds = _plain(PromotionRules, file.promotions)
    terms = [
        RegionCalendar(
            region_id=file.region_id,
            timezone=file.timezone,
            tax=_plain(TaxRules, _in_force(tax, at)),
            shipping=_in_force(shipping, at).methods,
            returns=_plain(ReturnRules, _in_force(returns, at)),
            promotions=bounds,
            approval=file.approval,
        )
        for at in (_EVER, *turns)
    ]
    planned = file.promotions.planned
    return Calendar(
        path=document.path,
        turns=tuple(turns),
        terms=tuple(terms),
        promotions=tuple(_promotion(each, file.region_id, zone) for each in planned),
        codes=tuple(DiscountCode(code=each.code, promotion_id=each.id) for each in planned if each.code),
    )


_EVER = datetime.min.replace(tzinfo=UTC)


def _by_start(periods: Sequence[PeriodT], zone: ZoneInfo) -> dict[datetime, PeriodT]:
    """Periods by the instant from which each is in force."""
    return {_midnight(part.starts_on, zone) if part.starts_on else _EVER: part for part in periods}


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return first_instant(datetime.combine(day, time()), zone)


def _in_force(periods: Mapping[datetime, PeriodT], at: datetime) -> PeriodT:
    return periods[max(start for start in periods if start <= at)]


def _plain(kind: type[ValueT], rules: ValueT) -> ValueT:
    """The rules without what only their file needs."""
    return kind(**{name: getattr(rules, name) for name in kind.model_fields})


def _promotion(planned: PlannedPromotion, region_id: str, zone: ZoneInfo) -> Promotion:
    return Promotion(
        id=planned.id,
        name=planned.name,
        region_ids=(region_id,),
        categories=planned.categories,
        percent=planned.percent,
        audience=planned.audience,
        stackable=planned.stacking,
        starts_at=first_instant(planned.starts, zone),
        ends_at=first_instant(planned.ends, zone),
        cap=planned.cap,
        budget=planned.budget,
    )
