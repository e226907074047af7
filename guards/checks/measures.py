"""Figures with a unit, a counted thing or a share: found in a text, read, and compared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from shopgraph.guards.checks.amounts import read_number
from shopgraph.guards.checks.units import FRENCH_DATA, SHARES, THINGS, UNITS

_SIGNS = ('"', "″", "°c", "°f", "m²", "cm²")
"""Units that do not end in a letter, or begin with none."""


def _either(words: Sequence[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=lambda word: (-len(word), word)))


_NUMBER = r"\d{1,3}(?:[,.'’ \u00a0\u202f]\d{3}){1,3}(?:[.,]\d{1,3})?(?!\d)|\d{1,20}(?:[.,]\d{1,4})?(?!\d)"
_BETWEEN = r"\s?(?P<sep{0}>-|–|—|to|bis|à|x|×|\*|by|sur|mal)\s?(?:[-–]\s?)?"
_UNIT = _either([unit for unit in UNITS if unit not in _SIGNS])
_FIGURE = re.compile(
    rf"(?<![\w#.,/$€£¥-])(?P<one>{_NUMBER})"
    rf"(?:(?:\s?(?:{_UNIT}))?{_BETWEEN.format(1)}(?P<two>{_NUMBER})"
    rf"(?:(?:\s?(?:{_UNIT}))?{_BETWEEN.format(2)}(?P<three>{_NUMBER}))?)?"
    rf"(?:[\s\u00a0\u202f-]?(?P<unit>(?:{_UNIT})(?![\w²])|{_either(_SIGNS)}|fl\.? ?oz\b|sq\.? ?ft\b|square[- ](?:feet|foot)\b"
    r"|degrees (?:celsius|fahrenheit)|grad\b)"
    r"|\+?[\s\u00a0\u202f-](?:(?!\d)[\w’'-]{1,16}\s){0,2}?"
    rf"(?P<thing>{_either(list(THINGS))})(?![\w])"
    r"|[\s\u00a0\u202f]?(?:%|percent\b|per cent\b|prozent\b|pour ?cent\b)\s(?:d['’]|(?:(?!\d)[\w-]{1,16}\s){0,2}?)"
    rf"(?P<share>{_either(list(SHARES))})(?!\w))?"
)
_PERCENT = re.compile(r"[\s\u00a0\u202f]?(?:%|percent\b|per cent\b|prozent\b|pour ?cent\b)")
_OCTETS = re.compile(rf"[ \u00a0\u202f]?({'|'.join(FRENCH_DATA)})\b")
_SPELLED = {
    **{"fl oz": "floz", "fl. oz": "floz", "fl.oz": "floz", "sq ft": "sqft", "sq. ft": "sqft", "sq.ft": "sqft"},
    **{"square feet": "sqft", "square foot": "sqft", "square-feet": "sqft", "square-foot": "sqft"},
    **{"″": '"', "degrees celsius": "°c", "degrees fahrenheit": "°f", "grad": "°c"},
}
_CAPITALS = frozenset({"G", "M", "H"})
"""5G is no weight, 3M no length and 4H no time."""


class Measure(NamedTuple):
    """A figure and what it is of."""

    start: int
    end: int
    number_start: int
    number_end: int
    values: tuple[tuple[Decimal, ...], ...]
    """Of each of its numbers what it can mean; several numbers are a range, or sides."""
    kind: str
    """A unit's kind, a counted thing, `share of ...`, or empty for a bare number."""
    factor: Decimal = Decimal(1)
    system: str = ""
    unit: str = ""
    sides: bool = False


def measures(low: str, text: str, *, french: bool = False, bare: bool = False) -> Iterator[Measure]:
    """The figures of a text, given in lower case with digits and as written; with `bare` those without a unit too."""
    for found in _FIGURE.finditer(low):
        parts = found.groupdict()
        numbers = [parts[name] for name in ("one", "two", "three") if parts[name]]
        sides = parts["sep1"] in ("x", "×", "*", "by", "sur", "mal")
        kind, factor, system, unit = _kind(low, text, found, french=french)
        if not kind and sides:  # a screen's
            kind = "pixels of a side"
        if not kind and not bare:
            continue
        last = "three" if parts["three"] else "two" if parts["two"] else "one"
        yield Measure(
            start=found.start(),
            end=octets.end() if (octets := unit in FRENCH_DATA and _OCTETS.match(text, found.end())) else found.end(),
            number_start=found.start("one"),
            number_end=found.end(last),
            values=tuple(_values(number) for number in numbers),
            kind=kind,
            factor=factor,
            system=system,
            unit=unit,
            sides=sides,
        )


def _values(number: str) -> tuple[Decimal, ...]:
    return read_number(number.lstrip("0") if number.isdecimal() and number.strip("0") else number)


def _kind(low: str, text: str, found: re.Match[str], *, french: bool) -> tuple[str, Decimal, str, str]:
    if found["thing"]:
        return THINGS[found["thing"]], Decimal(1), "", found["thing"]
    if found["share"]:
        return f"share of {SHARES[found['share']]}", Decimal(1), "", found["share"]
    written = found["unit"]
    if not written:
        octets = _OCTETS.match(text, found.end()) if french else None
        if octets is None:
            return "", Decimal(1), "", ""
        unit = FRENCH_DATA[octets[1]]
        return unit.kind, unit.factor, "", octets[1]
    if text[found.start("unit") : found.end("unit")] in _CAPITALS:
        return "", Decimal(1), "", ""
    if written == "bar" and not (text.startswith("bar", found.start("unit")) and text[found.start("one")].isdecimal()):
        return "", Decimal(1), "", ""  # two bars of chocolate
    if written == '"' and low.count('"', 0, found.start("unit")) % 2:
        return "", Decimal(1), "", ""  # the end of a quotation
    spelled = _SPELLED.get(written, written)
    known = UNITS[spelled]
    return known.kind, known.factor, known.system, spelled
