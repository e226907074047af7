"""What a message asks about a product: aspects (care, material, fit), qualities, things it must not have, and words.

Rules, no model. Price, unwanted things and the words that are left are read as search reads them (`understand`); the
aspects' words stand in `aspects.yaml`, those of qualities, materials and colors with the guards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from shopgraph.connectors.search.analysis import STOP_WORDS, folded, stem, surface, words
from shopgraph.connectors.search.understanding import CUES, understand
from shopgraph.domain.function_words import SHARED
from shopgraph.guards.checks.qualities_words import MATERIALS, QUALITIES
from shopgraph.yaml_text import read_yaml

_FREE_OF = re.compile(
    r"\b(?!(?:feel|for|is|are|get|tax|shipping|delivery)\b)([^\W\d_]{3,})(?:[- ]free|-?frei(?:e[mnrs]?)?)\b"
)
"""Said of what a thing has not: "mulesing-free", "mulesingfrei"."""
_MANY_MEANINGS = frozenset(
    ("down", "ash", "clear", "iron", "duvet", "lino", "carbon", "gold", "toile", "fonte", "piel")
)
"""Materials that are other words, too: alone they do not show that a text is about what a thing is made of."""
_HEAD = re.compile(r"[^\W\d_]{3}")
_FOLDED_MATERIALS = frozenset(folded(word) for word in MATERIALS)
_MATERIAL_SIGNS = tuple(sorted(word for word in _FOLDED_MATERIALS - _MANY_MEANINGS if len(word) > 3))
_WORD = re.compile(r"[^\W\d_]{4,}")
_BY_NAME, _IN_PASSING = 1.25, 0.5
_MOST_WORDS = 12
"""Words of a message that are looked for: a longer one is no question about a thing."""
MATERIAL = "material"


@dataclass(frozen=True, kw_only=True)
class Aspect:
    """Something that can be asked about any product."""

    asked: re.Pattern[str]
    said: re.Pattern[str]
    named: re.Pattern[str]
    """Names of attributes that hold it."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A message, read."""

    aspects: frozenset[str] = frozenset()
    qualities: frozenset[str] = frozenset()
    """By the names that the guards' words have for them."""
    text: str = ""
    """The words that are left, as typed: what is looked for in texts."""
    unwanted: tuple[str, ...] = ()
    """What it must not have, in words as an index holds them: texts that speak of it answer the question."""

    def __bool__(self) -> bool:
        return bool(self.aspects or self.qualities or self.text or self.unwanted)

    def spoken_of(self, text: str, low: str, name: str) -> float:
        """How many of the aspects and qualities a text speaks of; an attribute named for one counts a little more.

        Args:
            text: folded.
            low: the same in lower case, with its accents.
            name: of the attribute, folded; empty for other texts.
        """
        found = sum(_speaks(aspect, text, name) for aspect in self.aspects)
        return found + sum(_quality(each).search(low) is not None for each in self.qualities)


def read_question(message: str, known: Iterable[str] = (), language: str = "en") -> Asked:
    """What a message asks for, beside what it names.

    Args:
        known: what says nothing new of the products in question: their titles and brands, words of their variants.
        language: of the catalog's texts. The message may be in any of the four.
    """
    low = message.casefold()
    text = _FREE_OF.sub(r"without \1", folded(message))
    said = understand(text, languages=dict.fromkeys((language, *CUES)))
    left, aspects, qualities = said.text, set[str](), set[str]()
    for name in _qualities_near(low):
        if _quality(name).search(low):
            qualities.add(name)
            left = _quality(name, fold=True).sub(" ", left)
    for name, aspect in _aspects().items():
        if aspect.asked.search(left):
            aspects.add(name)
    for name in aspects:
        left = _aspects()[name].asked.sub(" ", left)
    own = {word for each in known for word in words(each, language)}
    kept = [
        word for word in surface(left) if not _says_nothing(word) and own.isdisjoint(words(word, language) or [word])
    ]
    unwanted = tuple([word for word in said.unwanted if word not in own])
    asked = {*words(" ".join(kept), language), *unwanted}
    if asked and asked <= _material_stems(language):
        aspects.add(MATERIAL)
    return Asked(
        aspects=frozenset(aspects),
        qualities=frozenset(qualities),
        text=" ".join(kept[:_MOST_WORDS]),
        unwanted=unwanted,
    )


def in_words(text: str, language: str = "en") -> list[str]:
    """A passage's words as search compares them; "mulesing-free" is two."""
    return words(_FREE_OF.sub(r"\1 free", folded(text)), language)


@cache
def _material_stems(language: str) -> frozenset[str]:
    return frozenset(stem(word, language) for word in _FOLDED_MATERIALS)


def _says_nothing(word: str) -> bool:
    return len(word) < 2 or word in _function_words() or _fillers().fullmatch(word) is not None


def _speaks(aspect: str, text: str, name: str) -> float:
    found = _aspects()[aspect]
    if name and found.named.fullmatch(name):
        return _BY_NAME
    if found.said.search(text):
        return 1.0
    named = aspect == MATERIAL and any(word.endswith(_MATERIAL_SIGNS) for word in _WORD.findall(text))
    return _IN_PASSING if named else 0.0


@cache
def _function_words() -> frozenset[str]:
    listed = {folded(word) for name in ("en", "de", "fr", "es") for word in SHARED[name]}
    return frozenset(part for word in listed for part in (word, *word.split("'"))) | STOP_WORDS


@cache
def _read() -> Mapping[str, Mapping[str, list[str]]]:
    text = (files("shopgraph.graphs.stitching") / "aspects.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, Mapping[str, list[str]]] = read_yaml(text)
    return MappingProxyType(loaded)


@cache
def _aspects() -> Mapping[str, Aspect]:
    return MappingProxyType(
        {
            name: Aspect(**{kind: _pattern(phrases) for kind, phrases in kinds.items()})
            for name, kinds in _read().items()
            if name != "filler"
        }
    )


@cache
def _fillers() -> re.Pattern[str]:
    return _pattern([word for line in _read()["filler"] for word in line])


def _pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    """Any of the phrases, as whole words."""
    written = "|".join(
        re.sub(r"(?<=\w)\*|\*(?=\w)", r"\\w*", phrase.replace(" * ", r"\s(?:\S+\s){0,3}")).replace(" ", r"\s")
        for phrase in phrases
    )
    return re.compile(rf"(?<!\w)(?:{written})(?!\w)")


@cache
def _quality(name: str, fold: bool = False) -> re.Pattern[str]:
    words = folded(QUALITIES[name]) if fold else QUALITIES[name]
    return re.compile(rf"(?<![\w-])(?:{words})(?![\w-])")


@cache
def _quality_heads() -> Mapping[str, tuple[str, ...]]:
    """Three letters that stand in words of a quality, to its name: what has none of them needs no search."""
    found: dict[str, list[str]] = {}
    for name, pattern in QUALITIES.items():
        for alternative in pattern.split("|"):
            for head in _HEAD.findall(alternative)[:1]:
                found.setdefault(head, []).append(name)
    return MappingProxyType({head: tuple(dict.fromkeys(names)) for head, names in found.items()})


def _qualities_near(low: str) -> Iterable[str]:
    heads = _quality_heads()
    found = (heads.get(word[:3], ()) for word in re.findall(r"[^\W\d_]{3,}", low))
    return dict.fromkeys([name for names in found for name in names])
