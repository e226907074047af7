"""Ratios of two prices: "twice as much as", "half the price of", "dreimal so teuer wie"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from shopgraph.guards.checks.base import Finding
from shopgraph.guards.checks.book import Book
from shopgraph.guards.checks.partial import take_claim_out
from shopgraph.guards.checks.subjects import subjects
from shopgraph.guards.checks.text import Sentence, about, sentences, whole_words
from shopgraph.guards.checks.topics import exact

_MANY = {
    "half": Decimal("0.5"),
    "twice": Decimal(2),
    "double": Decimal(2),
    "triple": Decimal(3),
    "halb": Decimal("0.5"),
    "doppelt": Decimal(2),
    "moitié": Decimal("0.5"),
    "doble": Decimal(2),
    "mitad": Decimal("0.5"),
}
_TOPIC = exact(
    whole_words(
        "half twice double triple times halb halbe halben doppelt doppelte zweimal dreimal viermal fünfmal fois moitié "
        "doble mitad veces"
    )
)
_RATIO = re.compile(
    r"\b(?:(?P<word>half|twice|double|triple|halb|doppelt|doble|moitié|mitad)"
    r"|0*(?P<n>\d{1,2}(?:[.,]\d)?) ?(?:times|mal|fois|veces)|(?P<mal>zwei|drei|vier|fünf)mal)\b"
    r"(?=[^.;]{0,24}?\b(?:price|much|expensive|cost|so teuer|so viel|preis|plus cher|cher|prix|precio|caro|cara|más)\b)"
)
_MAL = {"zwei": 2, "drei": 3, "vier": 4, "fünf": 5}
_ABOUT = re.compile(
    r"\b(?:about|around|almost|nearly|roughly|approximately|more than|over|less than|under|etwa|rund|fast|knapp"
    r"|ungefähr|über|mehr als"
    r"|environ|près de|presque|plus de|casi|unas?|aproximadamente|más de)\s(?:the )?$"
)


def find_wrong_ratios(text: str, ours: Book) -> Iterator[Finding]:
    """Ratios of the prices of two named products that are not so."""
    if not about(text) & _TOPIC:
        return
    spoken = subjects(text, ours.known)
    for place, sentence in enumerate(sentences(text)):
        if sentence.topics & _TOPIC and not sentence.asks and not sentence.denies:
            keys = list(dict.fromkeys([mention.key for mention in spoken.of(place).products]))
            if len(keys) == 2:
                yield from _judge(sentence, keys, ours)


def _judge(sentence: Sentence, keys: list[str], ours: Book) -> Iterator[Finding]:
    found = _RATIO.search(sentence.digits)
    prices = [ours.current(ours.variants(key, sentence.low)) for key in keys]
    if found is None or any(len(each) != 1 for each in prices):
        return
    many = _many(found)
    one, other = next(iter(prices[0])), next(iter(prices[1]))
    tolerance = Decimal("0.15") if _ABOUT.search(sentence.low, 0, found.start()) else Decimal("0.05")
    if other and abs(one / other - many) > many * tolerance:
        reason = f"{keys[0]} costs {one}, {keys[1]} {other}."
        yield take_claim_out(sentence, found.start(), found.end(), [found.span()], (), reason)


def _many(found: re.Match[str]) -> Decimal:
    if found["word"]:
        return _MANY[found["word"]]
    return Decimal(found["n"].replace(",", ".")) if found["n"] else Decimal(_MAL[found["mal"]])
