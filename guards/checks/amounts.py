"""Amounts of money in text: found with their currency, read in every way they can be, written in the same manner."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from shopgraph.domain import exponent
from shopgraph.guards.checks.text import about, lowered, sentences, whole_words, with_digits
from shopgraph.guards.checks.topics import topic
from shopgraph.kept import kept

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
    "kr": frozenset({"SEK", "NOK", "DKK"}),
    "kr.": frozenset({"SEK", "NOK", "DKK"}),
    "fr.": frozenset({"CHF"}),
    "zł": frozenset({"PLN"}),
    "₹": frozenset({"INR"}),
    "franken": frozenset({"CHF"}),
    "franc": frozenset({"CHF"}),
    "pfund": frozenset({"GBP"}),
    "kronor": frozenset({"SEK"}),
    "dólare": _DOLLARS,
    "libra": frozenset({"GBP"}),
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
    r"(?:\d{1,2}(?:,\d\d){1,4},\d{3}(?:\.\d{1,2})?|0{0,20}\d{1,3}(?:[.,'’\u00a0\u202f]\d{3}){1,4}(?:[.,]\d{1,3})?|0{0,20}\d{1,12}(?:[.,](?:\d{1,3}|[–—-]{1,2}))?)"
    r"(?![\d])"
)
_SPACED = r"\d{1,3}(?: \d{3}){1,3}(?:[.,]\d{1,3})?"
_AFTER = (
    rf"[ \u00a0\u202f]?(?P<after>[$€£¥円₹](?![\d])|(?:{_CODES}|KD)\b|kr\b|zł|Fr\.|Franken\b|[Ff]rancs?\b|Pfund\b"
    rf"|kronor\b"
    rf"|dólares?\b|libras?\b|د\.ك"
    r"|(?:US[ -])?(?:[Dd]ollar|[Ee]uro|[Dd]inar|[Bb]uck)s?\b|[Yy]en\b|[Qq]uid\b|[Pp]ounds(?! of| in weight)\b)"
    r"(?:[ ](?:and|und|et)[ ](?P<cents>\d{1,24})[ ](?:[Cc]ents?|[Pp]ence)\b|[ ](?P<coins>0\d{1,24})\b)?"
)
_AMOUNT = re.compile(
    rf"(?P<before>US\$|[$€£¥￥₹]|\b(?:{_CODES}|KD)|\bkr\b\.?|\bFr\.|د\.ك)[ \u00a0\u202f]?(?P<first>{_SPACED}(?!\d)"
    rf"|{_NUMBER})"
    rf"|(?<![\d.,#\w])(?P<second>{_SPACED}|{_NUMBER}){_AFTER}"
)
_SIGN_FIRST = re.compile(rf"(?P<sign>[$€£¥￥])[ \u00a0\u202f]?(?P<number>{_SPACED}(?!\d)|{_NUMBER})")
"""The same where nothing but a sign before a number can make an amount: it begins with a set, which is fast to find."""
_SIGN_BEHIND = re.compile(r"[$€£¥円](?:(?<=\d.)|(?<=\d[ \u00a0\u202f].))")
_WORDS = topic(
    "kr fr zł franken franc francs pfund kronor dólares libras libra dollar buck euro pound quid yen dinar kd "
    + _CODES.lower().replace("|", " ")
)
_PRICED = re.compile(
    r"\b(?:costs?|costing|priced at|(?:price|cost) (?:is|of)|prices?:|sells? for|kostet|kosten"
    r"|preis(?: ist| beträgt| von|:)|coûte(?:nt)?|prix(?: est)?(?: de|:))"
    r"\s(?:only |just |now |nur |jetzt |seulement )?$"
)
_PRICED_TOPIC = topic("cost costs costing priced price prices sell kostet kosten preis coûte prix")
_BARE = re.compile(
    rf"(?P<number>{_NUMBER})(?=[.!?,;)]?(?:\s(?!us|[$€£¥%\w])|\s(?:and|each|und|et|apiece|or|but|plus"
    r"|at|right|today|now)\b|$))"
)
_BEFORE_PRICE = whole_words(
    "cost costs costing at is of price: prices: for only just now kostet kosten ist beträgt von preis: nur jetzt "
    "coûte coûtent est de prix: seulement"
)
_BLANK_DIGIT = re.compile(r"\s\d")
_GROUPS = re.compile(r"[.,'’ \u00a0\u202f]")
_COMMA_LANGUAGES = frozenset({"de", "fr", "es", "it", "nl", "pt", "pl", "sv", "da", "nb", "fi", "cs"})


class Amount(NamedTuple):
    """An amount as it is written; a tuple, because dozens are made."""

    start: int
    end: int
    number_start: int
    number_end: int
    number: str
    currencies: frozenset[str]
    """Those that the sign can stand for."""
    values: tuple[Decimal, ...]
    """What the digits can mean: 1.500 is fifteen hundred euros, or one and a half dinars."""


@kept
@lru_cache(maxsize=8)  # several checks ask for those of the same text
def find_amounts(text: str) -> Sequence[Amount]:
    """Each amount with a currency, and each number that is said to be a price, from left to right."""
    digits = with_digits(text)
    topics = about(text)
    rare = topics & _WORDS or "US$" in text or "د" in text or "₹" in text or _SIGN_BEHIND.search(digits)
    if rare:
        found = [_amount(text, item) for item in _AMOUNT.finditer(digits) if not _weighs(digits, item)]
    else:
        found = [_signed(text, item) for item in _SIGN_FIRST.finditer(digits)]
    if not topics & _PRICED_TOPIC:
        return found
    taken = {amount.number_start for amount in found}
    bare = [amount for place in _after_price_words(digits) if place not in taken for amount in _unsigned(text, place)]
    return sorted(found + bare, key=lambda amount: amount.start) if bare else found


def _after_price_words(digits: str) -> list[int]:
    """Where numbers begin behind a word that can lead up to a price."""
    low = lowered(digits)
    places = [blank.end() - 1 for blank in _BLANK_DIGIT.finditer(low)]
    return [place for place in places if low[low.rfind(" ", 0, place - 1) + 1 : place - 1] in _BEFORE_PRICE]


def _unsigned(text: str, place: int) -> Iterator[Amount]:
    """The number there, when the words before it say what something costs and no currency is named."""
    sentence = next(sentence for sentence in sentences(text) if place < sentence.end)
    begin = place - sentence.start
    item = _BARE.match(sentence.digits, begin)
    if item is not None and _PRICED.search(sentence.digits[max(0, begin - 30) : begin]):
        end = sentence.start + item.end("number")
        yield Amount(place, end, place, end, text[place:end], EVERY, read_number(item["number"]))


def _weighs(text: str, found: re.Match[str]) -> bool:
    return text.startswith("pounds", found.end() - 6) and "weigh" in text[max(0, found.start() - 30) : found.start()]


def _signed(text: str, found: re.Match[str]) -> Amount:
    start, end = found.span("number")
    sign, number = found.groups()
    return Amount(found.start(), end, start, end, text[start:end], _SIGNS[sign], read_number(number))


def _amount(text: str, found: re.Match[str]) -> Amount:
    group, sign = ("first", found["before"]) if found["before"] else ("second", found["after"])
    start, end = found.span(group)
    values = read_number(found[group])
    if found["cents"] or found["coins"]:
        values = tuple([value + Decimal(int(found["cents"] or found["coins"])) / 100 for value in values])
        end = found.end()
    sign = sign.lower()
    currencies = _SIGNS.get(sign) or _SIGNS[sign.removeprefix("us ").removeprefix("us-").removesuffix("s")]
    return Amount(found.start(), found.end(), start, end, text[start:end], currencies, values)


def read_number(written: str) -> tuple[Decimal, ...]:
    """What a number as written can mean; the likelier reading first."""
    whole_part, _, fraction = written.partition(".")
    if whole_part.isdecimal() and (not fraction or (fraction.isdecimal() and len(fraction) != 3)):
        return (Decimal(written),)  # most are written so
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


_OWN_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CAD": "$", "AUD": "$"}
_ANY_SIGN = frozenset("$€£¥￥")


def write_amount(value: Decimal, *, like: str, currency: str | None, locale: str | None) -> str:
    """The value with the currency's own sign, on the side on which `like` has one."""
    number = write_number(value, like=like.strip("".join(_OWN_SIGNS.values()) + " "), currency=currency, locale=locale)
    sign = _OWN_SIGNS.get(currency or "")
    if sign is None or _ANY_SIGN.isdisjoint(like):
        return f"{number} {currency or ''}".strip()
    first = sign in "$£" or (like[0] in _ANY_SIGN and (locale or "en")[:2] not in _COMMA_LANGUAGES)
    return f"{sign}{number}" if first else f"{number} {sign}"


_LAKHS = re.compile(r"\d{1,2}(?:,\d\d){1,4},\d{3}(?!\d)")


def _in_lakhs(whole: str) -> str:
    """Grouped as in India: 1,29,999."""
    head, parts = whole[:-3], [whole[-3:]]
    while head:
        head, last = head[:-2], head[-2:]
        parts.append(last)
    return ",".join(parts[::-1])


def write_number(value: Decimal, *, like: str, currency: str | None, locale: str | None) -> str:
    """The value with the separators of `like`, or of the locale where `like` shows none."""
    digits = exponent(currency) if currency else 2
    if not any(char.isdigit() for char in like):
        like = ""
    elif like.isdecimal() and value == value.to_integral_value():
        digits = 0  # whole amounts are written so
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
        whole = _in_lakhs(whole) if _LAKHS.match(like) else f"{int(whole):,}".replace(",", group)
    return whole + (point + fraction if fraction else "")
