"""How well a document fits: BM25 over title and description, and over everything, each times the part of the query that
the document holds, plus its likeness in meaning.

    score = ((short + whole) * held + MEANING * cosine) * fit

`short` and `whole` are BM25 (Robertson and Walker 1994, k1 1.2 and b 0.75, idf as in Lucene) over two texts of the same
document. `held` is the share of the query's idf that the document holds anywhere: a document with every word passes one
that has a rare word often. `fit` is for what the product is, its color, size and brand. docs/search.md has the figures
by which this form and its numbers were chosen.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from shopgraph.connectors.search.concepts import Alternative, Concept
from shopgraph.connectors.search.documents import CatalogFacts
from shopgraph.connectors.search.understanding import Understood
from shopgraph.connectors.search.words_index import Phrase, WordRow, spaced

Column = NDArray[np.float64]
Flags = NDArray[np.bool_]

MEANING = 15.0
_SATURATION, _LENGTH = 1.2, 0.75
_LEAST_HELD = 0.34
"""A document must hold this part of the query's words, so that one chance word is no find."""
_OTHERWISE = 0.6
"""What is left of a score when a document says another color or size than the one asked for."""
_OWN_BRAND = 1.1
"""A brand's own product, beside one that only names the brand."""

_IS_IT = 1.2
"""A product that is what the query asks for, beside one that is like it, made for it or has it."""


class _Texts:
    """One text of each document."""

    def __init__(self, texts: Sequence[str], average: float) -> None:
        self._texts = texts
        lengths = np.array([text.count(" ") / 2 for text in texts], dtype=float)
        self._held_back = _SATURATION * (1 - _LENGTH + _LENGTH * lengths / average)

    def nothing(self) -> Column:
        """A zero for each."""
        return np.zeros(len(self._texts))

    def count(self, phrase: Phrase) -> Column:
        """How often each has the phrase. Words stand between blanks of their own, so that neighbors share none."""
        written = spaced(phrase)
        return np.array([text.count(written) for text in self._texts], dtype=float)

    def count_among(self, phrase: Phrase, holders: Column) -> Column:
        """The same, of those alone that are known to hold it."""
        written, found = spaced(phrase), self.nothing()
        for place in np.flatnonzero(holders).tolist():
            found[place] = self._texts[place].count(written)
        return found

    def saturated(self, counts: Column) -> Column:
        """BM25's part of the count: repetition helps less and less, in long texts less still."""
        return counts * (_SATURATION + 1) / (counts + self._held_back)


class Ranking:
    """Scores documents for one query."""

    def __init__(self, concepts: Sequence[Concept], asked: Understood, facts: CatalogFacts) -> None:
        self._concepts = concepts
        self._asked = asked
        self._facts = facts
        self._brands = [
            f"brand_{words.replace(' ', '_')}" for words, name in facts.brands.items() if name in asked.brands
        ]

    def scores(self, rows: Sequence[WordRow], likeness: Mapping[str, float], least_like: float) -> dict[str, float]:
        """Those that fit at all: by enough of the words, or by a likeness of at least `least_like`."""
        if not rows:
            return {}
        short = _Texts([f"{row.title}|{row.body}" for row in rows], self._facts.short)
        whole = _Texts([f"{row.title}|{row.body}|{row.rest}" for row in rows], self._facts.whole)
        marks = [row.marks for row in rows]
        likes = np.array([likeness.get(row.id, 0.0) for row in rows])
        total, held, matched, worth = (np.zeros(len(rows)), np.zeros(len(rows)), np.zeros(len(rows)), 0.0)
        for concept in self._concepts:
            gain, share = self._of_concept(concept, short, whole)
            rarity = self._idf(self._held_by((concept.word,), 1) or 1)
            total, held, matched, worth = total + gain, held + rarity * share, matched + (share > 0), worth + rarity
        fits = likes >= least_like
        if self._concepts:
            fits |= matched / len(self._concepts) >= _LEAST_HELD
        fits &= ~self._excluded(whole, marks)
        final = (total * (held / worth if worth else 0.0) + MEANING * likes) * self._fit_of_marks(marks, whole)
        return {row.id: float(score) for row, score, fit in zip(rows, final, fits, strict=True) if fit}

    def _of_concept(self, concept: Concept, short: _Texts, whole: _Texts) -> tuple[Column, Column]:
        """What the concept adds to each document's score, and how fully each holds it (0 to 1)."""
        of_short, of_whole, held = short.nothing(), whole.nothing(), whole.nothing()
        for alternative in concept.alternatives:
            anywhere = whole.count(alternative.phrase)
            if not anywhere.any():
                continue
            in_short = short.count_among(alternative.phrase, anywhere)  # the longer text holds the shorter one
            weight = alternative.weight
            added = self._rarity(alternative, concept, 0) * short.saturated(in_short) * weight
            np.maximum(of_short, added, out=of_short)
            added = self._rarity(alternative, concept, 1) * whole.saturated(anywhere) * weight
            np.maximum(of_whole, added, out=of_whole)
            np.maximum(held, (anywhere > 0) * (0.7 + 0.3 * weight), out=held)
        return of_short + of_whole, held

    def _excluded(self, whole: _Texts, marks: Sequence[str]) -> Flags:
        excluded = np.zeros(len(marks), dtype=bool)
        for word in self._asked.unwanted:
            excluded |= (whole.count((word,)) > 0) | np.array([spaced((f"color_{word}",)) in each for each in marks])
        return excluded

    def _fit_of_marks(self, marks: Sequence[str], whole: _Texts) -> Column:
        fit = np.ones(len(marks))
        for kind, asked in (("color_", self._asked.colors), ("size_", self._asked.sizes)):
            if not asked:
                continue
            said = np.array([f" {kind}" in each for each in marks])
            fits = np.array([any(spaced((kind + one,)) in each for one in asked) for each in marks])
            for (
                one
            ) in asked:  # a mixed color is said in words, too ("midnight blue"): only what is said nowhere is another
                fits |= whole.count((one,)) > 0
            fit[said & ~fits] *= _OTHERWISE
        if kinds := self._kinds():
            fit[np.array([any(spaced((kind,)) in each for kind in kinds) for each in marks])] *= _IS_IT
        for brand in self._brands:
            fit[np.array([spaced((brand,)) in each for each in marks])] *= _OWN_BRAND
        return fit

    def _kinds(self) -> list[str]:
        """Marks of products that are what is asked for. Who names a brand last looks for anything of it."""
        named = {f"brand_{concept.word}" for concept in self._concepts if concept.kind} & set(self._brands)
        return [
            f"is_{alternative.phrase[0]}"
            for concept in self._concepts
            if concept.kind and not named
            for alternative in concept.alternatives
            if len(alternative.phrase) == 1
        ]

    def _rarity(self, alternative: Alternative, concept: Concept, kind: int) -> float:
        """The idf of the alternative's rarest word; never more than the typed word's own, where that is known."""
        rarity = max(self._idf(self._held_by((word,), kind)) for word in alternative.phrase)
        own = self._held_by((concept.word,), kind)
        return min(rarity, self._idf(own)) if own else rarity

    def _held_by(self, phrase: Phrase, kind: int) -> int:
        return self._facts.holders.get(phrase[0], (0, 0))[kind]

    def _idf(self, holders: int) -> float:
        return math.log(1 + (self._facts.count - holders + 0.5) / (holders + 0.5))
