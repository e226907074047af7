"""How well a document fits: BM25 over title and description, and over everything, each times the part of the query that
the document holds, plus its likeness in meaning.

    score = (short + whole) * held + MEANING * cosine

`short` and `whole` are BM25 (Robertson and Walker 1994, k1 1.2 and b 0.75, idf as in Lucene) over two texts of the same
document. `held` is the share of the query's idf that the document holds anywhere: a document with every word passes one
that has a rare word often. docs/search.md has the figures by which this form and its one number were chosen.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shopgraph.connectors.search.concepts import Alternative, Concept
from shopgraph.connectors.search.documents import CatalogFacts
from shopgraph.connectors.search.understanding import Understood
from shopgraph.connectors.search.words_index import Phrase, WordRow

MEANING = 12.0
_SATURATION, _LENGTH = 1.2, 0.75
_LEAST_HELD = 0.34
"""A document must hold this part of the query's words, so that one chance word is no find."""
_OTHERWISE = 0.6
"""What is left of a score when a document says another color or size than the one asked for."""
_OWN_BRAND = 1.1
"""A brand's own product, beside one that only names the brand."""


@dataclass(frozen=True)
class _Text:
    """Words of one text of a document, in fields that no phrase crosses."""

    fields: tuple[list[str], ...]
    length: int

    def count(self, phrase: Phrase) -> int:
        if len(phrase) == 1:
            return sum(part.count(phrase[0]) for part in self.fields)
        return sum(
            1
            for part in self.fields
            if phrase[0] in part
            for at in range(len(part) - len(phrase) + 1)
            if tuple(part[at : at + len(phrase)]) == phrase
        )


class Ranking:
    """Scores documents for one query."""

    def __init__(self, concepts: Sequence[Concept], asked: Understood, facts: CatalogFacts) -> None:
        self._concepts = concepts
        self._asked = asked
        self._facts = facts
        self._worth = [self._idf(self._held_by((each.word,), 1) or 1) for each in concepts]
        self._brands = frozenset(
            f"brand_{words.replace(' ', '_')}" for words, name in facts.brands.items() if name in asked.brands
        )

    def scores(self, rows: Iterable[WordRow], likeness: Mapping[str, float], least_like: float) -> dict[str, float]:
        """Those that fit at all: by enough of the words, or by a likeness of at least `least_like`."""
        found = {}
        for row in rows:
            if (score := self._score(row, likeness.get(row.id, 0.0), least_like)) is not None:
                found[row.id] = score
        return found

    def _score(self, row: WordRow, likeness: float, least_like: float) -> float | None:
        title, body, rest = row.title.split(), row.body.split(), row.rest.split()
        short = _Text((title, body), len(title) + len(body))
        whole = _Text((title, body, rest), short.length + len(rest))
        marks = frozenset(row.marks.split())
        if self._excluded(whole, marks):
            return None
        scores, held, matched = [0.0, 0.0], 0.0, 0
        for concept, worth in zip(self._concepts, self._worth, strict=True):
            best, share = [0.0, 0.0], 0.0
            for alternative in concept.alternatives:
                gain = self._gain(alternative, concept, short, 0), self._gain(alternative, concept, whole, 1)
                best = [max(pair) for pair in zip(best, gain, strict=True)]
                if gain[1]:
                    share = max(share, 0.7 + 0.3 * alternative.weight)
            scores = [sum(pair) for pair in zip(scores, best, strict=True)]
            held += worth * share
            matched += share > 0
        if not self._fits(matched, likeness, least_like):
            return None
        part = held / sum(self._worth) if self._worth else 0.0
        return (sum(scores) * part + MEANING * likeness) * self._fit_of_marks(marks, whole)

    def _fits(self, matched: int, likeness: float, least_like: float) -> bool:
        enough = bool(self._concepts) and matched / len(self._concepts) >= _LEAST_HELD
        return enough or likeness >= least_like

    def _excluded(self, whole: _Text, marks: frozenset[str]) -> bool:
        return any(whole.count((word,)) or f"color_{word}" in marks for word in self._asked.unwanted)

    def _fit_of_marks(self, marks: frozenset[str], whole: _Text) -> float:
        fit = 1.0
        for kind, asked in (("color_", self._asked.colors), ("size_", self._asked.sizes)):
            said = any(mark.startswith(kind) for mark in marks)
            # A mixed color is said in words of the text, too ("midnight blue"): only what is said nowhere is another.
            if asked and said and not any(kind + each in marks or whole.count((each,)) for each in asked):
                fit *= _OTHERWISE
        return fit * _OWN_BRAND if self._brands & marks else fit

    def _gain(self, alternative: Alternative, concept: Concept, text: _Text, kind: int) -> float:
        count = text.count(alternative.phrase)
        if not count:
            return 0.0
        rarity = max(self._idf(self._held_by((word,), kind)) for word in alternative.phrase)
        if alternative.phrase != (concept.word,) and (own := self._held_by((concept.word,), kind)):
            rarity = min(rarity, self._idf(own))
        average = (self._facts.short, self._facts.whole)[kind]
        held_back = _SATURATION * (1 - _LENGTH + _LENGTH * text.length / average)
        return alternative.weight * rarity * count * (_SATURATION + 1) / (count + held_back)

    def _held_by(self, phrase: Phrase, kind: int) -> int:
        return self._facts.holders.get(phrase[0], (0, 0))[kind]

    def _idf(self, holders: int) -> float:
        return math.log(1 + (self._facts.count - holders + 0.5) / (holders + 0.5))
