"""What is cheaper than what: comparatives of two named products, and superlatives of all that the facts hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from shopgraph.guards.checks.base import Finding, replace
from shopgraph.guards.checks.book import Book
from shopgraph.guards.checks.names import Mention
from shopgraph.guards.checks.partial import take_claim_out
from shopgraph.guards.checks.subjects import Manner, subjects
from shopgraph.guards.checks.text import Cue, Sentence, about, sentences

_COMPARED = Cue(
    "cheaper expensive dearer pricier günstiger teurer billiger preiswerter chère chère cher barato barata "
    "caro cara less more plus moins más menos",
    r"\b(?:(?P<low>less expensive|cheaper|costs? less|günstiger|billiger|preiswerter|moins ch[eè]re?s?"
    r"|coûte moins(?: cher)?"
    r"|más barat[oa]s?|cuesta menos)"
    r"|(?P<high>more expensive|dearer|pricier|costs? more|teurer|plus ch[eè]re?s?|coûte plus(?: cher)?|más car[oa]s?"
    r"|cuesta más))(?=\s(?:than|als|que)\b)",
)
_MOST = Cue(
    "cheapest affordable expensive priciest dearest lowest highest priced günstigste billigste preiswerteste "
    "teuerste cher "
    "chère barato barata caro cara économique",
    r"\b(?:(?P<low>(?:cheapest|least expensive|lowest[- ]priced|most affordable)|(?:günstigste|billigste"
    r"|preiswerteste)[nrsm]?"
    r"|(?:la|le|les) (?:[^\W\d]{3,12} )?(?:la |le |les )?(?:moins ch[eè]re?s?|plus économiques?)"
    r"|(?:el|la|los|las) (?:[^\W\d]{3,12} )?más (?:barat[oa]s?|económic[oa]s?))"
    r"|(?P<high>(?:most expensive|priciest|dearest|highest[- ]priced)|teuerste[nrsm]?"
    r"|(?:la|le|les) (?:[^\W\d]{3,12} )?(?:la |le |les )?plus ch[eè]re?s?|(?:el|la|los"
    r"|las) (?:[^\W\d]{3,12} )?más car[oa]s?))"
    r"(?P<behind>\s(?:product|item|article|one|thing|option|piece|produkt|artikel|stück|produit|modèle|producto|artículo"
    r"|opción)\w*)?",
)
_SWAPPED = {
    "cheaper": "more expensive",
    "less expensive": "more expensive",
    "more expensive": "cheaper",
    "dearer": "cheaper",
    "pricier": "cheaper",
    "günstiger": "teurer",
    "billiger": "teurer",
    "preiswerter": "teurer",
    "teurer": "günstiger",
    "moins cher": "plus cher",
    "moins chère": "plus chère",
    "plus cher": "moins cher",
    "plus chère": "moins chère",
    "más barato": "más caro",
    "más barata": "más cara",
    "más caro": "más barato",
    "más cara": "más barata",
    "costs less": "costs more",
    "costs more": "costs less",
    "cuesta menos": "cuesta más",
    "cuesta más": "cuesta menos",
    "cheapest": "most expensive",
    "most expensive": "cheapest",
    "priciest": "cheapest",
    "günstigste": "teuerste",
    "teuerste": "günstigste",
}
_SAME = re.compile(
    r"\b(?:two|three|both|these|those|beiden?|diese\w*|deux|ces|dos|estos|estas|under|unter|with|mit|lamps?)\b"
)
"""Behind a superlative: it is of some things only."""


def find_wrong_comparisons(text: str, ours: Book) -> Iterator[Finding]:
    """Comparisons of prices that the facts do not bear."""
    if not about(text) & (_COMPARED.topic | _MOST.topic) or len(ours.facts.products) < 2:
        return
    spoken = subjects(text, ours.known)
    for place, sentence in enumerate(sentences(text)):
        if not sentence.topics & (_COMPARED.topic | _MOST.topic) or sentence.asks or sentence.denies:
            continue
        found, most = _COMPARED.search(sentence), _MOST.search(sentence)
        if found is None and most is None:
            continue
        meant = spoken.of(place)
        if found is not None:
            yield from _compared(sentence, found, meant.products, ours)
        elif most is not None and meant.manner in (Manner.NAMED, Manner.CARRIED):
            yield from _most(sentence, most, meant.products, ours)


def _compared(sentence: Sentence, found: re.Match[str], names: Sequence[Mention], ours: Book) -> Iterator[Finding]:
    """ "The mug is cheaper than the bowl": of the names before and behind."""
    start = sentence.start + found.start()
    before = [name for name in names if name.end <= start]
    behind = [name for name in names if name.start >= sentence.start + found.end()]
    if len(before) != 1 or len(behind) != 1:
        return
    one, other = _price(before[0], ours), _price(behind[0], ours)
    if one is None or other is None or (one < other if found["low"] else one > other):
        return
    yield from _put(sentence, found, swap=one != other)


def _most(sentence: Sentence, found: re.Match[str], names: Sequence[Mention], ours: Book) -> Iterator[Finding]:
    """ "The mug is our cheapest product": of everything that has a price."""
    rest = sentence.low[found.end() :]
    if (
        len({name.key for name in names}) != 1
        or _SAME.search(rest)
        or (not found["behind"] and re.match(r"\s[^\W\d]{3,}", rest))
    ):
        return
    price = _price(names[0], ours)
    prices = [product.price for product in ours.facts.products if product.price is not None]
    if price is None or len(prices) < 2:
        return
    least, dearest = min(prices), max(prices)
    if price == (least if found["low"] else dearest):
        return
    yield from _put(sentence, found, swap=price == (dearest if found["low"] else least))


def _price(name: Mention, ours: Book) -> Decimal | None:
    prices = ours.current(ours.variants(name.key, ""))
    return next(iter(prices)) if len(prices) == 1 else None


def _put(sentence: Sentence, found: re.Match[str], *, swap: bool) -> Iterator[Finding]:
    group = "low" if found["low"] else "high"
    said = found[group]
    opposite = _SWAPPED.get(said)
    start, end = found.span(group)
    if swap and opposite:
        yield replace(sentence.start + start, sentence.start + end, opposite, "The prices tell the opposite.")
    else:
        yield take_claim_out(sentence, start, end, [(start, end)], (), "The prices do not bear this comparison.")
