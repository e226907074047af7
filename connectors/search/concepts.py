"""A query's words, each with what stands for it in this catalog: itself, compounds, synonyms, nearest spellings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import yaml

from shopgraph.connectors.search.analysis import STOP_WORDS, quantity_forms, surface, words
from shopgraph.connectors.search.documents import CatalogFacts
from shopgraph.connectors.search.words_index import Phrase
from shopgraph.errors import ConfigurationError

COMPOUND, SYNONYM, MISSPELT = 0.5, 0.3, 0.8
"""How much an alternative counts beside the very word typed (docs/search.md says how these were found)."""
_SPELLINGS = 4
_PARTS = 3
"""Letters that each half of a compound has at least."""


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """Words that stand for a typed one."""

    phrase: Phrase
    weight: float


@dataclass(frozen=True, kw_only=True)
class Concept:
    """One word of a query. `alternatives` is empty when nothing in the catalog is like it."""

    word: str
    alternatives: tuple[Alternative, ...]


class Synonyms:
    """Groups of phrases that mean the same."""

    def __init__(self, groups: Sequence[Sequence[str]]) -> None:
        self._by_phrase: dict[Phrase, dict[Phrase, None]] = {}
        for group in groups:
            phrases = [tuple(words(text)) for text in group]
            for phrase in phrases:
                others = self._by_phrase.setdefault(phrase, {})
                others.update({other: None for other in phrases if other and other != phrase})
        self._longest = max((len(phrase) for phrase in self._by_phrase), default=0)

    @classmethod
    def default(cls, more: Path | None = None) -> Synonyms:
        """Those that ship, and a shop's own file of groups where there is one.

        Raises:
            ConfigurationError: the file is no list of groups.
        """
        shipped = (files("shopgraph.connectors.search") / "synonyms.yaml").read_text(encoding="utf-8")
        groups = _groups(shipped, "synonyms.yaml")
        if more is not None and more.is_file():
            groups = [*groups, *_groups(more.read_text(encoding="utf-8"), str(more))]
        return cls(groups)

    def of(self, typed: Sequence[str]) -> list[tuple[range, Phrase]]:
        """Where a phrase of the query stands, and another that means the same."""
        found = []
        for length in range(1, min(self._longest, len(typed)) + 1):
            for at in range(len(typed) - length + 1):
                others = self._by_phrase.get(tuple(typed[at : at + length]), {})
                found += [(range(at, at + length), other) for other in others]
        return found


def concepts_of(text: str, facts: CatalogFacts, synonyms: Synonyms) -> tuple[Concept, ...]:
    """Each distinct word of the text with its alternatives, the word itself first."""
    typed, joined = _typed(text, facts)
    options: list[dict[Phrase, float]] = [_itself(word, facts) for word in typed]
    for at, word in joined.items():
        for place in (at, at + 1):
            options[place].setdefault((word,), COMPOUND)
    for places, phrase in synonyms.of(typed):
        if all(word in facts.holders for word in phrase):
            for place in places:
                options[place].setdefault(phrase, SYNONYM)
    for word, some in zip(typed, options, strict=True):
        if not some:
            some.update({(near,): weight for near, weight in _spelt_like(word, facts).items()})
    merged: dict[str, dict[Phrase, float]] = {}
    for word, some in zip(typed, options, strict=True):
        merged.setdefault(word, {}).update(some)
    return tuple(
        Concept(word=word, alternatives=tuple(Alternative(phrase=each, weight=some[each]) for each in some))
        for word, some in merged.items()
    )


def _typed(text: str, facts: CatalogFacts) -> tuple[list[str], dict[int, str]]:
    """The words of the text; and the compounds that two neighbors make, by where the first stands.

    A quantity (`27inch`) is one word where the catalog has it in any unit, else its number.
    """
    typed: list[str] = []
    plain: list[str] = []
    for word in surface(text):
        if word in STOP_WORDS:
            continue
        (first, *rest) = words(word) or [word]
        if rest and any(form in facts.holders for form in (rest[0], *quantity_forms(rest[0]))):
            first = rest[0]
        typed.append(first)
        plain.append(word)
    joined = {}
    for at in range(len(typed) - 1):
        compound = (words(plain[at] + plain[at + 1]) or [""])[0]
        if facts.holders.get(compound, (0, 0))[1] and compound not in (typed[at], typed[at + 1]):
            joined[at] = compound
    return typed, joined


def _itself(word: str, facts: CatalogFacts) -> dict[Phrase, float]:
    found: dict[Phrase, float] = {(word,): 1.0} if word in facts.holders else {}
    for form in quantity_forms(word):
        if form in facts.holders:
            found[(form,)] = 1.0
    if len(word) >= 2 * _PARTS and word.isalpha():
        for at in range(_PARTS, len(word) - _PARTS + 1):
            halves = words(f"{word[:at]} {word[at:]}")
            if len(halves) == 2 and all(facts.holders.get(half, (0, 0))[0] > 1 for half in halves):
                found[tuple(halves)] = COMPOUND
    return found


def _spelt_like(word: str, facts: CatalogFacts) -> Mapping[str, float]:
    """The catalog's words that differ by one edit (from three letters on) or two (from six), the nearest only.

    An edit is a letter more, less, changed, or swapped with its neighbor (optimal string alignment). The first letter
    is taken to be right. Words with digits are numbers and models: they are not corrected.
    """
    if len(word) < 3 or any(character.isdigit() for character in word):
        return {}
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    allowed = 1 if len(word) < 6 else 2
    near = extract(word, facts.by_letter.get(word[0], ()), scorer=OSA.distance, score_cutoff=allowed, limit=None)
    if not near:
        return {}
    least = min(distance for _, distance, _ in near)
    closest = [found for found, distance, _ in near if distance == least]
    closest.sort(key=lambda found: (-facts.holders[found][1], found))
    return {found: MISSPELT * (1 - least / (len(word) + 1)) for found in closest[:_SPELLINGS]}


@lru_cache(maxsize=1)
def shipped_synonyms() -> Synonyms:
    """Those that ship with shopgraph."""
    return Synonyms.default()


def _groups(text: str, where: str) -> list[list[str]]:
    try:
        content = yaml.safe_load(text) or []
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{where} cannot be read: {error}", remedy="A YAML list of lists of words.") from None
    if not isinstance(content, list) or not all(isinstance(group, list) for group in content):
        raise ConfigurationError(f"{where} is no list of groups.", remedy="One group a line: - [sofa, couch]")
    return [[str(each) for each in group] for group in content]
