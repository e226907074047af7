"""Amounts of money in text: found with their currency, read in every way they can be, written in the same manner."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from shopgraph.domain import exponent
from shopgraph.guards.checks.numbers import in_digits

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
    "buck": _DOLLARS,
    "euro": frozenset({"EUR"}),
    "pound": frozenset({"GBP"}),
    "quid": frozenset({"GBP"}),
    "yen": frozenset({"JPY"}),
    "dinar": frozenset({"KWD"}),
} | {code.lower(): frozenset({code}) for code in _CODES.split("|")}
EVERY = frozenset(currency for currencies in _SIGNS.values() for currency in currencies)
"""What an amount without a sign may be in."""

_NUMBER = (
    r"(?:0{0,20}\d{1,3}(?:[.,'’\u00a0\u202f]\d{3}){1,4}(?:[.,]\d{1,3})?|0{0,20}\d{1,12}(?:[.,](?:\d{1,3}|[–—-]{1,2}))?)"
    r"(?![\d])"
)
_AMOUNT = re.compile(
    rf"(?P<before>US\$|[$€£¥￥]|\b(?:{_CODES}|KD)|د\.ك)[ \u00a0\u202f]?"
    rf"(?P<first>\d{{1,3}}(?: \d{{3}}){{1,3}}(?:[.,]\d{{1,3}})?(?!\d)|{_NUMBER})"
    rf"|(?<![\d.,#\w])(?P<second>\d{{1,3}}(?: \d{{3}}){{1,3}}(?:[.,]\d{{1,3}})?|{_NUMBER})[ \u00a0\u202f]?"
    rf"(?P<after>[$€£¥円](?![\d])|(?:{_CODES}|KD)\b|د\.ك"
    r"|(?:US[ -])?(?:[Dd]ollar|[Ee]uro|[Dd]inar|[Bb]uck)s?\b|[Yy]en\b|[Qq]uid\b|[Pp]ounds(?! of| in weight)\b)"
    r"(?:[ ](?:and|und|et)[ ](?P<cents>\d{1,24})[ ](?:[Cc]ents?|[Pp]ence)\b)?"
)
_UNSIGNED = re.compile(
    r"\b(?:costs?|costing|priced at|(?:price|cost) (?:is|of)|prices?:|sells? for|kostet|kosten"
    r"|preis(?: ist| beträgt| von|:)"
    r"|coûte(?:nt)?|prix(?: est)?(?: de|:))\s(?:only |just |now |nur |jetzt |seulement )?"
    rf"(?P<number>{_NUMBER})(?=[.!?,;)]?(?:\s(?!US|[$€£¥%\w])|\s(?:and|each|und|et|apiece|or|but|plus"
    r"|at|right|today|now)\b|$))",
    re.I,
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
    """Each amount with a currency, and each number that is said to be a price, from left to right."""
    digits = in_digits(text)
    found = [_amount(text, item) for item in _AMOUNT.finditer(digits) if not _weighs(digits, item)]
    taken = {amount.number_start for amount in found}
    bare = [
        Amount(
            start=item.start("number"),
            end=item.end("number"),
            number_start=item.start("number"),
            number_end=item.end("number"),
            number=text[item.start("number") : item.end("number")],
            currencies=EVERY,
            values=read_number(item["number"]),
        )
        for item in _UNSIGNED.finditer(digits)
        if item.start("number") not in taken
    ]
    yield from sorted(found + bare, key=lambda amount: amount.start) if bare else found


def _weighs(text: str, found: re.Match[str]) -> bool:
    return found["after"] == "pounds" and "weigh" in text[max(0, found.start() - 30) : found.start()]


def _amount(text: str, found: re.Match[str]) -> Amount:
    group = "first" if found["first"] else "second"
    sign = (found["before"] or found["after"]).lower().removeprefix("us ").removeprefix("us-")
    values = read_number(found[group])
    end = found.end(group)
    if found["cents"]:
        values = tuple(value + Decimal(int(found["cents"])) / 100 for value in values)
        end = found.end()
    return Amount(
        start=found.start(),
        end=found.end(),
        number_start=found.start(group),
        number_end=end,
        number=text[found.start(group) : end],
        currencies=_SIGNS.get(sign) or _SIGNS[sign.removesuffix("s")],
        values=values,
    )


def read_number(written: str) -> tuple[Decimal, ...]:
    """What a number as written can mean; the likelier reading first."""
    written = written.rstrip("–—-.,")
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
    if not any(char.isdigit() for char in like):
        like = ""
    plain = f"{value:.{digits}f}"
    whole, _, fraction = plain.partition(".")
    marks = _GROUPS.findall(like)
    comma = (locale or "en")[:2] in _COMMA_LANGUAGES
    point = "," if comma else "."
    if marks and digits and len(_GROUPS.split(like)[-1]) == digits:
        point = marks[-1]
    usual = " " if (locale or "")[:2] == "fr" else "." if point == "," else ","
    group = next((mark for mark in marks if mark != point), usual)
    if len(whole) > 3 and re.search(r"\d{4}", like) is None:
        whole = f"{int(whole):,}".replace(",", group)
    return whole + (point + fraction if fraction else "")
