"""Whether a text says only what its source says: figures, names, denials and opposites, in one pass over each.

It finds what contradicts or goes beyond a source in what can be compared word by word. A paraphrase is no finding; a
wrong statement made of the source's own words is not found.
"""

from __future__ import annotations

import re
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from shopgraph.domain import Value
from shopgraph.guards.grounding_words import OPPOSITES, TURNING
from shopgraph.kept import kept


class Kind(StrEnum):
    """What is wrong with a word."""

    FIGURE = "figure"
    NAME = "name"
    TURNED = "turned"
    OPPOSITE = "opposite"


class Unsupported(Value):
    """A word that the source does not bear."""

    kind: Kind
    text: str
    start: int
    reason: str


_WORD = re.compile(r"\d[\d,]*(?:\.\d+)?|[^\W\d_]+(?:['’-][^\W\d_]+){0,4}")
_SCALES = MappingProxyType({"thousand": 10**3, "k": 10**3, "million": 10**6, "m": 10**6, "billion": 10**9, "bn": 10**9})
_WRITTEN = (
    "zero",
    "one first once",
    "two second twice double",
    "three third triple",
    "four fourth",
    "five fifth",
    "six sixth",
    "seven seventh",
    "eight eighth",
    "nine ninth",
    "ten tenth",
    "eleven",
    "twelve",
)
_NUMBERS = MappingProxyType(
    {word: Decimal(value) for value, words in enumerate(_WRITTEN) for word in words.split()}
    | {
        "fifteen": Decimal(15),
        "twenty": Decimal(20),
        "thirty": Decimal(30),
        "fifty": Decimal(50),
        "hundred": Decimal(100),
    }
)
_LOOSE = frozenset({"one", "first", "once", "second", "double", "hundred"})
"""Words that are more than numbers."""
_SUFFIXES = (
    *("ations", "ation", "ingly", "edly", "ments", "ment", "ings", "ing"),
    *("ies", "ied", "ed", "es", "ly", "s", "e", "y"),
)


class _Source:
    """What a source has: words, stems and numbers."""

    def __init__(self, text: str) -> None:
        tokens = _WORD.findall(text)
        lowered = {token.lower() for token in set(tokens)}
        self.words = {word.replace("’", "'") for word in lowered}
        self.words |= {part for word in self.words if "-" in word for part in word.split("-")}
        self.stems = {_stem(word) for word in self.words}
        self.numbers = _numbers(tokens) | {_NUMBERS[word] for word in lowered & _NUMBERS.keys()}


@kept
@lru_cache(maxsize=64)
def _read(source: str) -> _Source:
    return _Source(source)


def unsupported(text: str, source: str) -> list[Unsupported]:
    """What the text says and the source does not bear, from left to right."""
    known = _read(source)
    found: list[Unsupported] = []
    tokens = list(_WORD.finditer(text))
    for place, token in enumerate(tokens):
        word = token[0]
        before = text[: token.start()].rstrip()
        if before[-1:] == "-" and token.start() == len(before):
            continue  # the number of a name: COVID-19
        kind = _judge(word, known, scale=_scale(tokens, place), begins=not before or before[-1] in '.!?:\n"“')
        if kind:
            what = "says the opposite of" if kind is Kind.OPPOSITE else "has no"
            reason = f"The source {what} {word!r}."
            found.append(Unsupported(kind=kind, text=word, start=token.start(), reason=reason))
    return found


def is_grounded(text: str, source: str) -> bool:
    """Whether the source bears all of it, as far as `unsupported` can tell."""
    return not unsupported(text, source)


def _judge(word: str, known: _Source, *, scale: int, begins: bool) -> Kind | None:
    if word[0].isdecimal():
        return None if _is_known_number(word, scale, known) else Kind.FIGURE
    plain = word.lower().replace("’", "'")
    if plain in _NUMBERS and plain not in _LOOSE:
        return None if _NUMBERS[plain] in known.numbers or plain in known.words else Kind.FIGURE
    if plain in known.words or _stem(plain) in known.stems:
        return None
    if plain in TURNING:
        return Kind.TURNED
    if any(other in known.words or _stem(other) in known.stems for other in OPPOSITES.get(plain, ())):
        return Kind.OPPOSITE
    return Kind.NAME if not begins and _is_name(word) and not _parts(plain) & known.words else None


def _is_name(word: str) -> bool:
    """Capitalised, and no abbreviation, which may stand for words of the source."""
    return word[0].isupper() and len(word) > 1 and (len(word) > 4 or word[1:].islower())


def _parts(word: str) -> set[str]:
    return {part for part in re.split(r"['-]", word) if len(part) > 1}


def _scale(tokens: list[re.Match[str]], place: int) -> int:
    following = tokens[place + 1][0].lower() if place + 1 < len(tokens) else ""
    return _SCALES.get(following, 1)


def _numbers(tokens: list[str]) -> set[Decimal]:
    """Every number in digits, as written and at its scale."""
    found: set[Decimal] = set()
    for place in [place for place, token in enumerate(tokens) if token[0].isdecimal()]:
        value = Decimal(tokens[place].replace(",", "").rstrip("."))
        following = tokens[place + 1].lower() if place + 1 < len(tokens) else ""
        found |= {value, value * _SCALES.get(following, 1)}
    return found


def _is_known_number(word: str, scale: int, known: _Source) -> bool:
    """Whether the source has it, or one that rounds to it."""
    value = Decimal(word.replace(",", "").rstrip("."))
    if value in known.numbers or value * scale in known.numbers:
        return True
    exponent = value.as_tuple().exponent
    unit = (Decimal(10) ** (exponent if isinstance(exponent, int) else 0)) * scale
    return any(abs(value * scale - other) <= unit / 2 for other in known.numbers if scale > 1 or exponent)


@kept
@lru_cache(maxsize=16_384)
def _stem(word: str) -> str:
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            return word[: -len(suffix)]
    return word
