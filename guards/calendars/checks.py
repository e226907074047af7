"""What a calendar file's keys do not say by themselves: periods without gap and overlap, one currency, no clash."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

from shopgraph.domain import Money, Value
from shopgraph.errors import ConfigurationError
from shopgraph.guards.calendars.files import CalendarFile, Period, PlannedPromotion
from shopgraph.guards.calendars.times import first_instant
from shopgraph.guards.documents import Document

Place = tuple[int | str, ...]


def problems(document: Document[CalendarFile]) -> Iterator[ConfigurationError]:
    """Everything that is wrong with a calendar file of which each key by itself is right."""
    file = document.value
    if file.region_id != document.path.stem:
        remedy = f"name the file {file.region_id}.yaml"
        yield document.wrong(f"it is the calendar of region {file.region_id!r}: {remedy}", "region_id")
    yield from _gaps_and_overlaps(document, "tax", file.tax)
    yield from _gaps_and_overlaps(document, "shipping", file.shipping_periods)
    yield from _gaps_and_overlaps(document, "returns", file.returns)
    yield from _foreign_amounts(document)
    yield from _unfit_promotions(document)
    yield from _clashes(document)


def _gaps_and_overlaps(
    document: Document[CalendarFile], section: str, periods: Sequence[Period]
) -> Iterator[ConfigurationError]:
    ordered = sorted(range(len(periods)), key=lambda i: periods[i].starts_on or date.min)
    first, last = ordered[0], ordered[-1]
    if (starts := periods[first].starts_on) is not None:
        what = f"{section} has a gap: nothing is in force before {starts}; leave out from in the first period"
        yield document.wrong(what, section, first, "from")
    for one, two in pairwise(ordered):
        ends, starts = periods[one].ends_on, periods[two].starts_on
        lines = f"the periods of lines {document.line(section, one)} and {document.line(section, two)}"
        if ends is None or starts is None or starts < ends:
            how = f"until {ends}" if ends else "without an until"
            what = f"{section} has an overlap: {lines} are both in force, the first {how}, the second from {starts}"
            yield document.wrong(what, section, two, "from")
        elif ends < starts:
            what = f"{section} has a gap: nothing is in force from {ends} until {starts}, between {lines}"
            yield document.wrong(what, section, two, "from")
    if (ends := periods[last].ends_on) is not None:
        what = f"{section} has a gap: nothing is in force from {ends} on; leave out until in the last period"
        yield document.wrong(what, section, last, "until")


def _foreign_amounts(document: Document[CalendarFile]) -> Iterator[ConfigurationError]:
    amounts = [(place, part) for place, part in _parts(document.value, ()) if isinstance(part, Money)]
    fee = next(amount for place, amount in amounts if "restocking_fee" in place)
    for place, amount in amounts:
        if amount.currency != fee.currency:
            what = f"a region has one currency, and its restocking fee is in {fee.currency}: {amount}"
            yield document.wrong(what, *place)


def _parts(value: object, place: Place) -> Iterator[tuple[Place, object]]:
    """A value and everything in it, each with its place in the file."""
    yield place, value
    if isinstance(value, tuple):
        for i, part in enumerate(value):
            yield from _parts(part, (*place, i))
    elif isinstance(value, Value) and not isinstance(value, Money):
        for name, field in type(value).model_fields.items():
            yield from _parts(getattr(value, name), (*place, field.alias or name))


def _unfit_promotions(document: Document[CalendarFile]) -> Iterator[ConfigurationError]:
    section, zone = document.value.promotions, ZoneInfo(document.value.timezone)
    for i, planned in enumerate(section.planned):
        if planned.percent > section.max_percent:
            what = f"{planned.id} takes {planned.percent} percent off, and max_percent is {section.max_percent}"
            yield document.wrong(what, "promotions", "planned", i, "percent")
        begins, ends = _span(planned, zone)
        if begins >= ends:
            what = f"{planned.id} never runs: the region's clocks skip from {planned.starts} to {planned.ends}"
            yield document.wrong(what, "promotions", "planned", i, "until")


def _clashes(document: Document[CalendarFile]) -> Iterator[ConfigurationError]:
    """Two promotions that do not stack may not meet: nobody could say which of them applies."""
    zone = ZoneInfo(document.value.timezone)
    for (i, one), (j, two) in combinations(enumerate(document.value.promotions.planned), 2):
        if one.stacking or two.stacking or not _meet(one.categories, two.categories):
            continue
        if _meet(one.audience, two.audience) and _overlap(one, two, zone):
            lines = [document.line("promotions", "planned", place) for place in (i, j)]
            what = (
                f"the promotions {one.id} (line {lines[0]}) and {two.id} (line {lines[1]}) overlap: the same goods, the"
                " same customers, the same time, and they do not stack"
            )
            yield document.wrong(what, "promotions", "planned", j)


def _meet(some: Sequence[str], others: Sequence[str]) -> bool:
    """Whether two lists of names have one in common; an empty one stands for all."""
    return not some or not others or not set(some).isdisjoint(others)


def _overlap(one: PlannedPromotion, two: PlannedPromotion, zone: ZoneInfo) -> bool:
    (begins, ends), (others_begin, others_end) = _span(one, zone), _span(two, zone)
    return begins < others_end and others_begin < ends


def _span(planned: PlannedPromotion, zone: ZoneInfo) -> tuple[datetime, datetime]:
    return first_instant(planned.starts, zone), first_instant(planned.ends, zone)
