"""Amounts of money in text: found with their currency, read in every way they can be, written in the same manner."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from shopgraph.domain import exponent

_DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"})
_CODES = "USD|EUR|GBP|JPY|KWD|CAD|AUD|NZD|CHF|CNY|SEK|NOK|DKK|PLN|INR|BHD|OMR"
_SIGNS: dict[str, frozenset[str]] = {
    "$": _DOLLARS,
    "us$": frozenset({"USD"}),
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP"}),
    "¥": frozenset({"JPY", "CNY"}),
    "￥": frozenset({"JPY", "CNY"}),
    "円": frozenset({"JPY"}),
    "kd": frozenset({"KWD"}),
    "د.ك": frozenset({"KWD"}),
    "dollar": _DOLLARS,
    "euro": frozenset({"EUR"}),
    "yen": frozenset({"JPY"}),
    "dinar": frozenset({"KWD"}),
} | {code.lower(): frozenset({code}) for code in _CODES.split("|")}

_NUMBER = r"(?:\d{1,3}(?:[.,'’\u00a0\u202f]\d{3}){1,4}(?:[.,]\d{1,3})?|\d{1,12}(?:[.,]\d{1,3})?)(?![\d])"
_AMOUNT = re.compile(
    rf"(?P<before>US\$|[$€£¥￥]|\b(?:{_CODES}|KD)|د\.ك)[ \u00a0\u202f]?(?P<first>{_NUMBER})"
    rf"|(?<![\d.,#\w])(?P<second>\d{{1,3}}(?: \d{{3}}){{1,3}}(?:[.,]\d{{1,3}})?|{_NUMBER})[ \u00a0\u202f]?"
    rf"(?P<after>[$€£¥円](?![\d])|(?:{_CODES}|KD)\b|د\.ك|(?:[Dd]ollar|[Ee]uro|[Dd]inar)s?\b|[Yy]en\b)"
)
_GROUPS = re.compile(r"[.,'’ \u00a0\u202f]")
_COMMA_LANGUAGES = frozenset({"de", "fr", "es", "it", "nl", "pt", "pl", "sv", "da", "nb", "fi", "cs"})


@dataclass(frozen=True, kw_only=True)
class Amount:
    """An amount as it is written."""

    start: int
    end: int
    number_start: int
    number_end: int
    number: str
    currencies: frozenset[str]
    """Those that the sign can stand for."""
    values: tuple[Decimal, ...]
    """What the digits can mean: 1.500 is fifteen hundred euros, or one and a half dinars."""


def find_amounts(text: str) -> Iterator[Amount]:
    """Each amount with a currency, from left to right."""
    for found in _AMOUNT.finditer(text):
        group = "first" if found["first"] else "second"
        sign = (found["before"] or found["after"]).lower()
        currencies = _SIGNS.get(sign) or _SIGNS[sign.removesuffix("s")]
        yield Amount(
            start=found.start(),
            end=found.end(),
            number_start=found.start(group),
            number_end=found.end(group),
            number=found[group],
            currencies=currencies,
            values=read_number(found[group]),
        )


def read_number(written: str) -> tuple[Decimal, ...]:
    """What a number as written can mean; the likelier reading first."""
    marks = _GROUPS.findall(written)
    parts = _GROUPS.split(written)
    whole = Decimal("".join(parts))
    if not marks:
        return (whole,)
    as_fraction = Decimal("".join(parts[:-1]) + "." + parts[-1])
    if len(parts[-1]) != 3 or marks[-1] not in ".,":
        return (as_fraction,) if marks[-1] in ".," else (whole,)
    if len(set(marks)) > 1:
        return (as_fraction,)
    return (whole,) if len(marks) > 1 else (whole, as_fraction)


def write_number(value: Decimal, *, like: str, currency: str | None, locale: str | None) -> str:
    """The value with the separators of `like`, or of the locale where `like` shows none."""
    digits = exponent(currency) if currency else 2
    plain = f"{value:.{digits}f}"
    whole, _, fraction = plain.partition(".")
    marks = _GROUPS.findall(like)
    comma = (locale or "en")[:2] in _COMMA_LANGUAGES
    point = "," if comma else "."
    if marks and digits and len(_GROUPS.split(like)[-1]) == digits:
        point = marks[-1]
    group = next((mark for mark in marks if mark != point), "." if point == "," else ",")
    if len(whole) > 3 and re.search(r"\d{4}", like) is None:
        whole = f"{int(whole):,}".replace(",", group)
    return whole + (point + fraction if fraction else "")
