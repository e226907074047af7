"""A query's words, each with what stands for it in this catalog: itself, compounds, synonyms, nearest spellings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import yaml

from shopgraph.connectors.search.analysis import LANGUAGES, quantity_forms, stem, stop_words, words
from shopgraph.connectors.search.documents import CatalogFacts
from shopgraph.connectors.search.query_words import LONGEST, QueryWord, compound
from shopgraph.connectors.search.words_index import Phrase
from shopgraph.errors import ConfigurationError
from shopgraph.yaml_text import read_yaml

COMPOUND, SYNONYM = 0.5, 0.3
"""How much an alternative counts beside the very word typed (docs/search.md says how these were found)."""
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
    kind: bool = False
    """The word says what is looked for."""


class Synonyms:
    """Groups of phrases that mean the same."""

    def __init__(self, groups: Sequence[Sequence[str]], language: str = "en") -> None:
        self._by_phrase: dict[Phrase, dict[Phrase, None]] = {}
        for group in groups:
            phrases = [tuple(words(text, language)) for text in group]
            for phrase in phrases:
                others = self._by_phrase.setdefault(phrase, {})
                others.update({other: None for other in phrases if other and other != phrase})
        self._longest = max((len(phrase) for phrase in self._by_phrase), default=0)

    @classmethod
    def default(
        cls, more: Path | None = None, *, groups: Sequence[Sequence[str]] = (), language: str = "en"
    ) -> Synonyms:
        """Those that ship (they are English), a shop's own file of groups where there is one, and any others.

        Raises:
            ConfigurationError: the file is no list of groups.
        """
        shipped = (files("shopgraph.connectors.search") / "synonyms.yaml").read_text(encoding="utf-8")
        groups = [*(_groups(shipped, "synonyms.yaml") if language == "en" else []), *groups]
        if more is not None and more.is_file():
            groups = [*groups, *_groups(more.read_text(encoding="utf-8"), str(more))]
        return cls(groups, language)

    def of(self, typed: Sequence[str]) -> list[tuple[range, Phrase]]:
        """Where a phrase of the query stands, and another that means the same."""
        found = []
        for length in range(1, min(self._longest, len(typed)) + 1):
            for at in range(len(typed) - length + 1):
                others = self._by_phrase.get(tuple(typed[at : at + length]), {})
                found += [(range(at, at + length), other) for other in others]
        return found


def concepts_of(typed: Sequence[QueryWord], facts: CatalogFacts, synonyms: Synonyms) -> tuple[Concept, ...]:
    """Each distinct word of a query with its alternatives, the word itself first."""
    options: list[dict[Phrase, float]] = [_itself(each, facts) for each in typed]
    for at, (one, other) in enumerate(pairwise(typed)):
        if joined := compound(one.said, other.said, facts):
            for place in (at, at + 1):
                options[place].setdefault((joined,), COMPOUND)
    for places, phrase in synonyms.of([each.word for each in typed]):
        if all(word in facts.holders for word in phrase):
            for place in places:
                options[place].setdefault(phrase, SYNONYM)
    merged: dict[str, dict[Phrase, float]] = {}
    for each, some in zip(typed, options, strict=True):
        spelt = {(near,): weight for near, weight in each.spellings.items()}
        merged.setdefault(each.word, {}).update(spelt | some)
    return tuple(
        Concept(
            word=word,
            alternatives=tuple(Alternative(phrase=each, weight=some[each]) for each in some),
            kind=any(each.kind for each in typed if each.word == word),
        )
        for word, some in merged.items()
    )


def _itself(typed: QueryWord, facts: CatalogFacts) -> dict[Phrase, float]:
    word = typed.word
    found: dict[Phrase, float] = {(word,): 1.0} if word in facts.holders else {}
    for form in quantity_forms(word):
        if form in facts.holders:
            found[(form,)] = 1.0
    if typed.halves:
        found[typed.halves] = 1.0
    elif word.isalpha() and len(word) <= LONGEST:
        unsaid = stop_words(facts.language)
        least = 2 if word in facts.apart else _PARTS
        for at in range(least, len(word) - least + 1):
            halves = [stem(half, facts.language) for half in (word[:at], word[at:]) if half not in unsaid]
            if len(halves) == 2 and all(facts.holders.get(half, (0, 0))[0] > 1 for half in halves):
                found[tuple(halves)] = COMPOUND
    return found


@lru_cache(maxsize=len(LANGUAGES))
def shipped_synonyms(language: str = "en") -> Synonyms:
    """Those that ship with shopgraph for catalogs in that language."""
    return Synonyms.default(language=language)


def _groups(text: str, where: str) -> list[list[str]]:
    try:
        content = read_yaml(text) or []
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{where} cannot be read: {error}", remedy="A YAML list of lists of words.") from None
    if not isinstance(content, list) or not all(isinstance(group, list) for group in content):
        raise ConfigurationError(f"{where} is no list of groups.", remedy="One group a line: - [sofa, couch]")
    return [[str(each) for each in group] for group in content]
