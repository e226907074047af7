"""What a query asks for beside its words: a price, a color, a size, a brand, and what it does not want.

Rules, no model: microseconds, the same answer every time, and each rule is a line that can be read. A price needs a
word such as "under" or "between", or a currency; "under 27 inch" is no price. A thing is unwanted after "without",
"no", "not" and their like.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from shopgraph.connectors.search.analysis import STOP_WORDS, UNIT_NAMES, surface, words
from shopgraph.connectors.search.documents import CatalogFacts

_DOLLARS = ("USD", "AUD", "CAD", "HKD", "MXN", "NZD", "SGD")
_CURRENCIES: dict[str, tuple[str, ...]] = {
    "$": _DOLLARS, "dollar": _DOLLARS, "dollars": _DOLLARS, "bucks": _DOLLARS, "usd": ("USD",), "cad": ("CAD",),
    "aud": ("AUD",), "€": ("EUR",), "eur": ("EUR",), "euro": ("EUR",), "euros": ("EUR",), "£": ("GBP",),
    "gbp": ("GBP",), "pounds": ("GBP",), "quid": ("GBP",), "chf": ("CHF",), "¥": ("JPY", "CNY"), "yen": ("JPY",),
    "jpy": ("JPY",),
}  # fmt: skip
"""How a currency is written, to those it may be: a dollar is the shopper's own."""
_MARKS = "|".join(sorted((re.escape(mark) for mark in _CURRENCIES), key=len, reverse=True))
_NUMBER = r"(?>\d+(?:[.,]\d{3})*(?:[.,]\d{1,2})?)"
"""Taken whole: a shorter one is never tried, so that a text of digits takes no longer than any other."""


def _amount(end: str) -> str:
    """A number, with a currency before or after it or with none."""
    return (
        rf"(?:(?P<{end}_before>{_MARKS})\s?)?(?P<{end}_number>{_NUMBER})(?![\d.,]*\d)(?P<{end}_thousands>k(?!\w))?"
        rf"(?:\s?(?P<{end}_after>{_MARKS})(?!\w))?"
    )


_LOW, _HIGH = _amount("low"), _amount("high")
_BETWEEN = re.compile(
    rf"(?:\b(?:between|from|zwischen|von|entre)\s+)?(?<![\w.,]){_LOW}\s*(?:-|–|\b(?:to|and|bis|und|et|à|y|a)\b)\s*{_HIGH}"
)
_AT_MOST = re.compile(
    r"(?:\b(?:under|below|beneath|(?:less|cheaper|lower)\s+than|(?:no|not)\s+(?:more|over)(?:\s+than)?|up\s+to|at\s+most|"
    r"max(?:imum)?(?:\s+of)?|within|unter|bis(?:\s+zu)?|höchstens|maximal|weniger\s+als|nicht\s+mehr\s+als|"
    r"moins\s+de|pas\s+plus\s+de|au\s+(?:plus|maximum)|jusqu['’]à|menos\s+de|no\s+m[aá]s\s+de|hasta|(?:como\s+)?m[aá]ximo)"
    rf"\s+|<=?\s*){_HIGH}"
)
_AT_LEAST = re.compile(
    r"(?:\b(?:over|above|(?:more|dearer|higher)\s+than|at\s+least|min(?:imum)?(?:\s+of)?|starting\s+(?:at|from)|from|über|ab|mindestens|mehr\s+als|plus\s+de|à\s+partir\s+de|más\s+de|desde)\s+|"
    rf">=?\s*){_LOW}"
)
_AT_MOST_AFTER = re.compile(
    rf"(?<![\w.,]){_HIGH}\s*(?:\b(?:(?:or|and)\s+(?:less|under|below|cheaper|lower)|max(?:imum)?|tops|at\s+(?:the\s+)?most|"
    r"oder\s+(?:weniger|darunter|billiger|günstiger)|maximal|höchstens|ou\s+moins|au\s+(?:plus|maximum)|"
    r"o\s+menos|(?:como\s+)?m[aá]ximo)\b)"
)
_AT_LEAST_AFTER = re.compile(
    rf"(?<![\w.,]){_LOW}(?:\+(?!\w)|\s*\b(?:(?:or|and)\s+(?:more|up(?!\s+to)|over|above|higher)|min(?:imum)?|"
    r"at\s+(?:the\s+)?least|(?:oder|und)\s+mehr|mindestens|(?:ou|et)\s+plus|au\s+(?:moins|minimum)|[oy]\s+m[aá]s|"
    r"(?:como\s+)?m[ií]nimo)\b)"
)
_AROUND = re.compile(
    r"(?:\b(?:around|about|approx(?:imately)?|roughly|circa|etwa|ungefähr|rund|environ|autour\s+de|alrededor\s+de|"
    rf"aproximadamente|unos)\s+|~\s*){_LOW}"
)
_CURRENCY_ONLY = (_AT_MOST_AFTER, _AT_LEAST_AFTER, _AROUND)
"""Without a currency these are no prices: "iphone 11 max", "ages 3 and up", "about 40"."""
_NEAR = Decimal("0.2")
"""The part of an amount by which a price may differ that is to be around it."""
CUES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "en": ("without", "no", "not", "except", "excluding", "minus", "nor"),
        "de": ("ohne", "kein", "keine", "keinen", "keiner", "keinem"),
        "fr": ("sans",),
        "es": ("sin",),
    }
)
"""By language, words after which a thing is unwanted."""
_PASSED_OVER = frozenset(
    ("a", "an", "the", "any", "for", "of", "in", "with", "made", "from", "it", "be", "is", "de", "la", "el")
)
_ORS = ("or", "nor", "oder", "noch", "ou", "ni", "o")
_NO_THING = frozenset(
    ("too", "very", "so", "only", "just", "sure", "more", "less", "matter", "idea", "problem", "longer")
)
_MATERIALS = (
    "leather|suede|wool|cotton|linen|silk|polyester|nylon|cashmere|fur|down|latex|rubber|plastic|metal|steel|wood|glass|"
    "leder|wildleder|woll|baumwoll|leinen|seiden|pelz|daunen|gummi|plastik|metall|holz|"
    "cuir|daim|laine|coton|soie|plastique|cuero|piel|lana|algodon|algodón|seda|plastico|plástico"
)
"""Said of what a thing is not made of; of others ("hands-free", "non-stick") that way of speaking is a name."""
_NOT_MADE_OF = re.compile(
    rf"(?<![\w-])(?:non[- ](?:en\s+)?(?P<non>{_MATERIALS})(?![\w-])|"
    rf"(?P<free>{_MATERIALS})(?:-free|-?frei(?:e[mnrs]?)?)(?!\w))",
    re.IGNORECASE,
)
_UNWANTED = re.compile(r"(?:^|(?<=\s))-(?=[^\W\d_])")
_FOLLOWING = re.compile(r"[ -]*([^\W\d_]+|\"|''|”|″)")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[,;.!?]")


@dataclass(frozen=True, kw_only=True)
class PriceRange:
    """Whole amounts of a currency, both ends included; None for no end."""

    at_least: Decimal | None = None
    at_most: Decimal | None = None
    currencies: tuple[str, ...] = ()
    """The amount is one of these; empty: in the shopper's own."""

    def __bool__(self) -> bool:
        return self.at_least is not None or self.at_most is not None


ANY_PRICE = PriceRange()


@dataclass(frozen=True, kw_only=True)
class Understood:
    """A query, read."""

    text: str
    """What is left to be looked for in words and meaning."""
    price: PriceRange = ANY_PRICE
    unwanted: tuple[str, ...] = ()
    """Words as an index holds them: no product found has one of these."""
    brands: tuple[str, ...] = ()
    """By name, as the catalog has them."""
    colors: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()


def understand(query: str, facts: CatalogFacts | None = None, languages: Iterable[str] = ()) -> Understood:
    """Read a query; brands, colors and sizes are those that the catalog has.

    Args:
        languages: in which things may be unwanted, of `CUES`; none: English and the catalog's. Without a catalog the
            first is that of the words.
    """
    language = facts.language if facts else next(iter(languages), "en")
    cues = [cue for each in languages or ("en", language) for cue in CUES[each]]
    price, left = price_range(query)
    unwanted, left = _unwanted(left, facts, cues, language)
    found = words(left, language)
    colors = tuple(word for word in dict.fromkeys(found) if facts and word in facts.colors)
    return Understood(
        text=left,
        price=price,
        unwanted=unwanted,
        brands=_brands(found, facts) if facts else (),
        colors=colors,
        sizes=_sizes(left, facts) if facts else (),
    )


def price_range(query: str) -> tuple[PriceRange, str]:
    """The price that a query asks for, and the query without it."""
    lowered = query.casefold()
    if len(lowered) != len(query):  # a letter that has no lower case of its own length: positions would be wrong
        query = lowered
    for match, price in _prices(_BETWEEN, lowered):
        return price, _without(query, [match.span()])
    said, cut, taken = ANY_PRICE, list[tuple[int, int]](), bytearray(len(lowered))
    for pattern in (_AT_MOST, _AT_LEAST, *_CURRENCY_ONLY):
        for match, price in _prices(pattern, lowered):
            start, stop = match.span()
            if not any(taken[start:stop]):  # "more than $60" of "no more than $60" says nothing of its own
                said = _both(said, price)
            taken[start:stop] = bytes((1,)) * (stop - start)
            cut.append((start, stop))
    return said, _without(query, cut)


def _prices(pattern: re.Pattern[str], lowered: str) -> Iterator[tuple[re.Match[str], PriceRange]]:
    for match in pattern.finditer(lowered):
        price = _read(match)
        if price is not None and _is_price(match, lowered):
            yield match, price


def _without(text: str, cut: Iterable[tuple[int, int]]) -> str:
    """The text without these places, which may overlap; a blank stands for each."""
    left, at = list[str](), 0
    for start, stop in sorted(cut):
        left.append(text[at:start])
        at = max(at, stop)
    return _clean(" ".join((*left, text[at:])))


def _read(match: re.Match[str]) -> PriceRange | None:
    found = match.groupdict()
    marks = [found.get(name) for name in ("low_before", "low_after", "high_before", "high_after")]
    currencies: tuple[str, ...] = next((_CURRENCIES[mark] for mark in marks if mark), ())
    low, high = (_end(found, end) for end in ("low", "high"))
    if low is not None and match.re is _AROUND:
        low, high = low * (1 - _NEAR), low * (1 + _NEAR)
    if low is not None and high is not None and low > high:
        return None
    return PriceRange(at_least=low, at_most=high, currencies=currencies)


def _end(found: Mapping[str, str | None], end: str) -> Decimal | None:
    number = found.get(f"{end}_number")
    return _decimal(number) * (1000 if found.get(f"{end}_thousands") else 1) if number else None


def _is_price(match: re.Match[str], query: str) -> bool:
    """With a currency it is one. Without, it is unless a unit or a thing follows, and a bare range never is."""
    if any(match.groupdict().get(f"{end}_{side}") for end in ("low", "high") for side in ("before", "after")):
        return True
    if match.re in _CURRENCY_ONLY or any(match.groupdict().get(f"{end}_thousands") for end in ("low", "high")):
        return False  # "up to 4k" is a resolution
    if match.re is _BETWEEN and not match[0].startswith(("between", "from", "zwischen", "von", "entre")):
        return False
    following = _FOLLOWING.match(query, match.end())
    return following is None or (following[1] in STOP_WORDS and following[1] not in UNIT_NAMES)


def _both(one: PriceRange, other: PriceRange) -> PriceRange:
    return PriceRange(
        at_least=one.at_least if one.at_least is not None else other.at_least,
        at_most=one.at_most if one.at_most is not None else other.at_most,
        currencies=one.currencies or other.currencies,
    )


def _decimal(number: str) -> Decimal:
    """`1,299.00`, `1.299,00`, `1299`, `49,99`: a mark before exactly three digits at the end is no point."""
    last = max(number.rfind("."), number.rfind(","))
    if last < 0 or (len(number) - last - 1 == 3):
        return Decimal(re.sub(r"[.,]", "", number))
    return Decimal(re.sub(r"[.,]", "", number[:last]) + "." + number[last + 1 :])


def _unwanted(
    query: str, facts: CatalogFacts | None, cues: Sequence[str], language: str
) -> tuple[tuple[str, ...], str]:
    spread = _NOT_MADE_OF.sub(lambda said: f"{cues[0]} {said['non'] or said['free']}", _UNWANTED.sub("without ", query))
    tokens = [(match[0], match.start(), match.end()) for match in _WORD.finditer(spread)]
    found: dict[str, None] = {}
    cut: list[tuple[int, int]] = []
    at = 0
    while at < len(tokens):
        cue = tokens[at][0].casefold()
        end, things = _things(tokens, at + 1) if cue in cues else (at, [])
        stems = [word for thing in things for word in words(thing, language) if not word.isdigit()]
        # "no" stands in names, too: "no frost" is one where a title of the catalog has it.
        named = facts is not None and cue in ("no", "not") and any(word in facts.denied for word in stems)
        if stems and not named:
            found.update(dict.fromkeys(stems))
            cut.append((tokens[at][1], tokens[end - 1][2]))
            at = end
        else:
            at += 1
    left = _without(spread, cut)
    return tuple(found), _clean(re.sub(r"\bbut$", "", left)) if cut else _clean(query)


def _things(tokens: list[tuple[str, int, int]], at: int) -> tuple[int, list[str]]:
    """The words after a cue that it rules out, and where they end: one, and each further one after "or" or "nor"."""
    things: list[str] = []
    while at < len(tokens):
        word = tokens[at][0].casefold()
        if word in _PASSED_OVER:
            at += 1
            continue
        if word in _NO_THING or not word[0].isalpha():
            return at, things
        things.append(word)
        at += 1
        if at + 1 < len(tokens) and tokens[at][0].casefold() in _ORS:
            at += 1
            continue
        return at, things
    return at, things


def _brands(found: list[str], facts: CatalogFacts) -> tuple[str, ...]:
    """Brands of one to three words, the longest first."""
    named: dict[str, None] = {}
    taken: set[int] = set()
    for length in (3, 2, 1):
        for at in range(len(found) - length + 1):
            places = set(range(at, at + length))
            name = facts.brands.get(" ".join(found[at : at + length]))
            if name is not None and not places & taken:
                named[name] = None
                taken |= places
    return tuple(named)


def _sizes(query: str, facts: CatalogFacts) -> tuple[str, ...]:
    """`size m`, `in xl`, and a bare letter size at the end; only sizes that the catalog has."""
    typed = surface(query, facts.language)
    found: dict[str, None] = {}
    for at, word in enumerate(typed):
        said = at > 0 and typed[at - 1] in ("size", "sizes", "in")
        letters = word in ("xxs", "xs", "s", "m", "l", "xl", "xxl", "xxxl") and (at == len(typed) - 1 or len(word) > 1)
        if (said or letters) and word in facts.sizes:
            found[word] = None
    return tuple(found)


def _clean(text: str) -> str:
    return " ".join(text.split())
