"""The figure of the facts in place of a wrong one, in the manner in which that was written."""

from __future__ import annotations

import re

from shopgraph.guards.checks.attribute_book import AttributeBook, Figure
from shopgraph.guards.checks.base import Finding, replace
from shopgraph.guards.checks.measures import Measure
from shopgraph.guards.checks.numbers import write_count
from shopgraph.guards.checks.ratings import STARS
from shopgraph.guards.checks.text import Sentence
from shopgraph.guards.checks.units import THINGS, UNITS

_KINDS_OF_THINGS = frozenset(THINGS.values())


def put_right(claim: Measure, right: Figure, sentence: Sentence, book: AttributeBook) -> Finding:
    """The fact's figure in place of the claim's."""
    start = sentence.start
    measure = right.measure
    like = sentence.text[claim.number_start : claim.number_end]
    counted = not claim.unit or claim.kind in _KINDS_OF_THINGS or claim.kind.startswith(("share", "number"))
    reason = f"The fact is {right.text.strip()}."
    same_unit = (
        not measure.unit
        or measure.unit == claim.unit
        or (UNITS.get(claim.unit) is not None and measure.factor == claim.factor)
    )
    if counted or same_unit:
        number = right.number
        if claim.kind == STARS and measure.factor != claim.factor:  # rated on another scale
            number = f"{(measure.values[0][0] * measure.factor / claim.factor).normalize():f}"
        whole = len(measure.values) == 1 and measure.values[0][0] == int(measure.values[0][0])
        if whole and not like[:1].isdigit():
            number = write_count(int(measure.values[0][0]), like=like)
        elif len(measure.values) == 1:
            number = _in_the_style(number, like, book.facts.locale)
        elif measure.sides and re.search(r"\d\s?[x×]\s?\d", number) and " x " in like:
            number = re.sub(r"\s?[x×]\s?", " x ", number)
        return replace(start + claim.number_start, start + claim.number_end, number, reason)
    whole_text = right.text.strip()
    if not re.search(r"[^\W\d]|[%\"°]", whole_text):  # the unit stands in the attribute's name
        unit = _UNIT_WORDS.get(measure.unit, measure.unit)
        whole_text = f"{_in_the_style(right.number, like, book.facts.locale)} {unit}"
    return replace(start + claim.start, start + claim.end, whole_text, reason)


_GROUPED = re.compile(r"\d{1,3}(?:([.,'’ \u00a0\u202f])\d{3})+")

_UNIT_WORDS = {
    "in": "inches",
    "sqft": "sq ft",
    "c": "°C",
    "f": "°F",
    "w": "W",
    "v": "V",
    "wh": "Wh",
    "mah": "mAh",
    "ah": "Ah",
    "hz": "Hz",
    "khz": "kHz",
    "mhz": "MHz",
    "ghz": "GHz",
    "gb": "GB",
    "tb": "TB",
    "mb": "MB",
    "nm": "Nm",
    "db": "dB",
    "anos": "años",
}


def _in_the_style(number: str, like: str, locale: str | None) -> str:
    """The number with the draft's marks."""
    if number.isdecimal() and len(number) > 4 and (mark := _GROUPED.fullmatch(like)):
        return f"{int(number):,}".replace(",", mark[1])
    comma = ("," in like and "." not in like) or (locale or "en")[:2] in ("de", "fr", "es", "it", "nl")
    if comma and "." in number and len(number.rpartition(".")[2]) != 3:
        return number if "." in like else number.replace(".", ",")
    if not comma and "," in number and len(number.rpartition(",")[2]) != 3:
        return number.replace(",", ".")
    return number
