"""A region's calendar file, as it is written. docs/calendars.md describes every key."""

from __future__ import annotations

import re
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any, Self, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, NaiveDatetime, Tag, model_validator

from shopgraph.domain import Value
from shopgraph.guards.calendars.terms import (
    ApprovalRules,
    Percent,
    Price,
    PromotionRules,
    ReturnRules,
    ShippingMethod,
    ShippingMethods,
    TaxRules,
)

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
PeriodT = TypeVar("PeriodT", bound="Period")
DayT = TypeVar("DayT", bound=date)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        close = get_close_matches(name, available_timezones(), n=1)
        raise ValueError(f"{name!r} is no time zone; {close[0] if close else 'Europe/Berlin'} is one") from None
    return name


def _written(value: Any) -> Any:
    """A number, quoted or not, would be read as seconds since 1970."""
    if not isinstance(value, str) or not _DAY.match(value):
        raise ValueError("a day is written as 2026-11-27, a time of it as 2026-11-27T09:00")
    return value


def _sensible(day: DayT) -> DayT:
    """Python's calendar ends: at its edges a local time is no instant any more."""
    if not 1900 <= day.year <= 9000:
        raise ValueError("a year from 1900 to 9000 is meant")
    return day


Day = Annotated[date, BeforeValidator(_written), AfterValidator(_sensible)]
"""A local date; it begins when the region's clocks show midnight."""
LocalTime = Annotated[NaiveDatetime, BeforeValidator(_written), AfterValidator(_sensible)]
"""A local date and time, or a date for its midnight."""
Name = Annotated[str, Field(min_length=1)]


class Period(Value):
    """Days of a region's own calendar. The first period of a section has no `from`, the last one no `until`."""

    starts_on: Day | None = Field(default=None, alias="from")
    ends_on: Day | None = Field(default=None, alias="until")
    """The first day on which it is not in force any more."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.starts_on and self.ends_on and self.ends_on <= self.starts_on:
            raise ValueError(f"it ends ({self.ends_on}) before it begins ({self.starts_on})")
        return self


class TaxPeriod(TaxRules, Period):
    """How a region taxes for a while."""


class ShippingPeriod(Period):
    """The ways of shipping for a while."""

    methods: ShippingMethods


class ReturnPeriod(ReturnRules, Period):
    """The terms of returns for a while."""


class PlannedPromotion(Value):
    """A promotion as a calendar declares it: its times are what the region's own clocks show."""

    id: Name
    name: Name
    percent: Percent
    categories: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    code: Annotated[str, Field(pattern=r"^\S{1,40}$")] | None = None
    """What is typed to get it; None: it needs no code."""
    stacking: bool = False
    cap: Price | None = None
    budget: Price | None = None
    starts: LocalTime = Field(alias="from")
    ends: LocalTime = Field(alias="until")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.ends <= self.starts:
            raise ValueError(f"it ends ({self.ends}) before it begins ({self.starts})")
        return self


class PromotionSection(PromotionRules):
    """The bounds of any price cut, and the promotions that this calendar declares."""

    planned: tuple[PlannedPromotion, ...] = ()


def _listed(section: Any) -> Any:
    """A section that is in force always is a list of one period without days."""
    return section if isinstance(section, list) else [section]


Periods = Annotated[tuple[PeriodT, ...], BeforeValidator(_listed), Field(min_length=1)]


def _is_dated(section: Any) -> str:
    """Ways of shipping are a list already; periods are told from them by their keys."""
    first = section[0] if isinstance(section, list) and section else {}
    return "dated" if isinstance(first, dict) and {"methods", "from", "until"} & first.keys() else "always"


Shipping = Annotated[
    Annotated[ShippingMethods, Tag("always")] | Annotated[tuple[ShippingPeriod, ...], Tag("dated")],
    Discriminator(_is_dated),
]


class CalendarFile(Value):
    """calendars/<region>.yaml."""

    region_id: str
    timezone: Annotated[str, AfterValidator(_zone)]
    tax: Periods[TaxPeriod]
    shipping: Shipping
    returns: Periods[ReturnPeriod]
    promotions: PromotionSection
    approval: ApprovalRules = ApprovalRules()

    @property
    def shipping_periods(self) -> tuple[ShippingPeriod, ...]:
        """The ways of shipping as periods, one without days where they are in force always."""
        dated = [part for part in self.shipping if isinstance(part, ShippingPeriod)]
        methods = [part for part in self.shipping if isinstance(part, ShippingMethod)]
        return tuple(dated) or (ShippingPeriod(methods=tuple(methods)),)
