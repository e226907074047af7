"""Figures with a unit, a counted thing or a share: found in a text, read, and compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from shopgraph.guards.checks.amounts import read_number
from shopgraph.guards.checks.ratings import STARS, rating_at
from shopgraph.guards.checks.units import FRENCH_DATA, SHARES, THINGS, UNITS

_NUMBER = r"\d{1,3}(?:[,.'’ \u00a0\u202f]\d{3}){1,3}(?:[.,]\d{1,3})?(?!\d)|\d{1,20}(?:[.,]\d{1,4})?(?!\d)"
_BETWEEN = (
    r"(?:\s?(?:[cmk]?m|k?g|ft|in|w|l|ml|[gt]b)|\s?[\"″])?\s?"
    r"(?P<sep{0}>-|–|—|x|×|\*|(?:to|bis|à|by|sur|mal|a)(?=\s))\s?(?:[-–]\s?)?(?P<{1}>{2})"
)
_FIGURE = re.compile(
    rf"(?<![\w#.,/$€£¥-])(?P<one>{_NUMBER})"
    rf"(?:{_BETWEEN.format(1, 'two', _NUMBER)}(?:{_BETWEEN.format(2, 'three', _NUMBER)})?)?"
)
"""A number, a range or sides; what it is of is read behind it."""
_WORDS = re.compile(
    r"(?P<plus>\+?)(?P<gap>[\s\u00a0\u202f-]?)(?:(?P<sign>[\"″%]|°[cf]\b)"
    r"|(?P<first>[^\W\d_]+\.?(?:/min\b)?)(?P<square>²|2\b)?"
    r"(?:[\s\u00a0\u202f’'-](?P<second>[^\W\d_]+)(?:[\s\u00a0\u202f’'-](?P<third>[^\W\d_]+))?)?)"
)
_OF_SHARE = re.compile(
    r"[\s\u00a0\u202f]+(?:d['’])?([^\W\d_]+)(?:[\s-](?:d['’])?([^\W\d_]+))?(?:[\s-](?:d['’])?([^\W\d_]+))?"
)
_PAIRS = {
    ("fl", "oz"): "floz",
    ("sq", "ft"): "sqft",
    ("square", "feet"): "sqft",
    ("square", "foot"): "sqft",
    ("degrees", "celsius"): "°c",
    ("degrees", "fahrenheit"): "°f",
    ("degree", "celsius"): "°c",
    ("square", "meters"): "m²",
    ("square", "metres"): "m²",
    ("mètres", "carrés"): "m²",
    ("metros", "cuadrados"): "m²",
}
_OCTETS = re.compile(rf"[ \u00a0\u202f]?({'|'.join(FRENCH_DATA)})\b")
_CAPITALS = frozenset({"G", "M", "H"})
"""5G is no weight, 3M no length and 4H no time."""
_MONEY = frozenset({"cent", "cents", "pence", "centime", "centimes", "céntimo", "céntimos", "euro", "euros", "dollars"})
_POUNDS = frozenset({"pound", "pounds"})
_WEIGHS = re.compile(r"weigh|heav|light|load|capacity|lift|hold")
_PRESSED = re.compile(r"press|pomp|pump|presi|bomba")
_SIDES = frozenset({"x", "×", "*", "by", "sur", "mal"})
_PERCENTS = frozenset({"%", "percent", "prozent", "pourcent", "pourcents"})


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


class _Kind(NamedTuple):
    """What stands behind a number."""

    kind: str
    end: int
    factor: Decimal = Decimal(1)
    system: str = ""
    unit: str = ""


def measures(
    low: str, text: str, *, french: bool = False, bare: bool = False, pounds: bool = False, rated: bool = False
) -> Iterator[Measure]:
    """The figures of a text, given in lower case with digits and as written.

    With `bare` those without a unit too; with `pounds` a pound is a weight, whatever stands around it; with `rated` the
    text is known to tell how something is rated.
    """
    past = 0
    for found in _FIGURE.finditer(low):
        start = found.start("one")
        if start < past:
            continue
        rating = rating_at(low, start, text, rated=rated)
        if rating is not None and rating.sure:
            past = rating.end
            yield Measure(start, past, start, rating.number_end, (rating.values,), STARS, rating.factor)
            continue
        last = "three" if found["three"] else "two" if found["two"] else "one"
        end = found.end(last)
        sides = found["sep1"] in _SIDES
        of = _kind(low, text, start, end, french=french)
        if of.unit in _POUNDS and not (pounds or _WEIGHS.search(low)):
            of = _Kind("", end)  # of money
        if not of.kind and sides and rating is None:  # a screen's
            of = _Kind("pixels of a side", end)
        if not of.kind and not bare:
            continue
        yield Measure(
            start=start,
            end=of.end,
            number_start=start,
            number_end=end,
            values=tuple([_values(found[name]) for name in ("one", "two", "three") if found[name]]),
            kind=of.kind,
            factor=of.factor,
            system=of.system,
            unit=of.unit,
            sides=sides,
        )


def _values(number: str) -> tuple[Decimal, ...]:
    return read_number(number.lstrip("0") if number.isdecimal() and number.strip("0") else number)


def _kind(low: str, text: str, start: int, end: int, *, french: bool) -> _Kind:
    """What the number that ends there is of, by the word, sign or words behind it."""
    if french and (octets := _OCTETS.match(text, end)):
        unit = FRENCH_DATA[octets[1]]
        return _Kind(unit.kind, octets.end(), unit.factor, "", octets[1])
    behind = _WORDS.match(low, end)
    if behind is None:
        return _Kind("", end)
    sign, first, second = behind["sign"], behind["first"], behind["second"]
    if sign in _PERCENTS or first in _PERCENTS or (first in ("per", "pour", "por") and second in ("cent", "ciento")):
        return _share(
            low,
            end,
            behind.end("sign") if sign else behind.end("second" if first in ("per", "pour", "por") else "first"),
        )
    if sign:
        return _unit('"' if sign == "″" else sign, low, text, start, behind.start("sign"), behind.end("sign"), end)
    first = first.rstrip(".")
    if behind["square"] and first in ("m", "cm"):
        return _unit(f"{first}²", low, text, start, behind.start("first"), behind.end("square"), end)
    if (first, second) in _PAIRS:
        return _unit(_PAIRS[first, second], low, text, start, behind.start("first"), behind.end("second"), end)
    if first in UNITS and not behind["square"]:
        return _unit(first, low, text, start, behind.start("first"), behind.start("first") + len(first), end)
    if behind["gap"]:
        for name in ("first", "second", "third"):
            word = behind[name]
            if word in _MONEY:
                break
            if word and word.rstrip(".") in THINGS:
                return _Kind(THINGS[word.rstrip(".")], behind.end(name), unit=word)
    return _Kind("", end)


def _share(low: str, end: int, percent: int) -> _Kind:
    """A percentage of something: "80 % wool"."""
    of = _OF_SHARE.match(low, percent)
    for place in (1, 2, 3) if of else ():
        if of and of[place] in SHARES:
            return _Kind(f"share of {SHARES[of[place]]}", of.end(place), unit=of[place])
    return _Kind("", end)


def _unit(unit: str, low: str, text: str, start: int, begin: int, stop: int, end: int) -> _Kind:
    if text[begin:stop] in _CAPITALS:
        return _Kind("", end)
    if unit == "bar" and not (text.startswith("bar", begin) and text[start].isdecimal()):
        return _Kind("", end)  # two bars of chocolate
    if unit in ("bars", "bares") and not _PRESSED.search(low):
        return _Kind("", end)
    if unit == '"' and low.count('"', 0, begin) % 2:
        return _Kind("", end)  # the end of a quotation
    known = UNITS[unit]
    return _Kind(known.kind, stop, known.factor, known.system, unit)
