"""One whole generation of the index, and how it answers a query. It never changes: a rebuild makes another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shopgraph.connectors.ports import SearchHit
from shopgraph.connectors.search.concepts import Concept, Synonyms, concepts_of
from shopgraph.connectors.search.dense import DenseIndex
from shopgraph.connectors.search.query_words import query_words
from shopgraph.connectors.search.ranking import Ranking
from shopgraph.connectors.search.understanding import Understood, understand
from shopgraph.connectors.search.words_index import Phrase, WordIndex, WordQuery, WordRow

CANDIDATES = 200
"""Documents that are scored for a query, of those that hold its words."""
_ENOUGH = 20
"""With so many documents that hold every word (or twice the limit), those with only some are not looked at."""
SAME_UP_TO = _ENOUGH // 2
"""Searches for so many or fewer score the same documents: what is found for less is the first of what is for more."""
_NEIGHBORS = 30
"""Documents that are scored for a query, of those near in meaning."""
_LEAST_LIKE = 0.14
"""A neighbor less like the query than this is no find: every query has a nearest product.
Fits the default embedding."""


class DenseGone(Exception):
    """The vector side failed while answering; the words still can."""


@dataclass(frozen=True, kw_only=True)
class Generation:
    """Words and vectors of the same documents."""

    key: str
    words: WordIndex
    dense: DenseIndex | None
    synonyms: Synonyms

    def understand(self, query: str) -> Understood:
        """What the query asks for, in this catalog."""
        return understand(query, self.words.facts)

    def find(self, query: str, limit: int) -> tuple[SearchHit, ...]:
        """Best first, ties by id; at most `limit`, and fewer when fewer fit. See `SAME_UP_TO`.

        Raises:
            DenseGone: the vectors cannot be asked.
            IndexGone: the words cannot be read.
        """
        asked = self.understand(query)
        if limit < 1 or not asked.text:
            return ()
        typed = query_words(asked.text, self.words.facts, self._together)
        concepts = concepts_of(typed, self.words.facts, self.synonyms)
        rows = self._holding(concepts, asked, max(_ENOUGH, 2 * limit))
        likeness = self._near(" ".join(each.said for each in typed) or asked.text, rows)
        missing = [key for key in likeness if key not in rows]
        if missing:
            rows |= {row.id: row for row in self.words.rows(missing)}
        scores = Ranking(concepts, asked, self.words.facts).scores(list(rows.values()), likeness, _LEAST_LIKE)
        best = sorted(scores, key=lambda product_id: (-round(scores[product_id], 6), product_id))[:limit]
        return tuple(SearchHit(product_id=product_id, score=round(scores[product_id], 6)) for product_id in best)

    def _together(self, phrases: Sequence[Phrase], most: int) -> int:
        return len(self.words.matching(WordQuery(wanted=tuple((each,) for each in phrases), limit=most)))

    def _holding(self, concepts: tuple[Concept, ...], asked: Understood, enough: int) -> dict[str, WordRow]:
        """Documents with every word first; those with any, when these are few."""
        wanted = tuple(
            tuple(alternative.phrase for alternative in each.alternatives) for each in concepts if each.alternatives
        )
        if not wanted:
            return {}
        rows: dict[str, WordRow] = {}
        for every in (True, False):
            if every or (len(wanted) > 1 and len(rows) < enough):
                query = WordQuery(wanted=wanted, unwanted=asked.unwanted, every=every, limit=max(CANDIDATES, enough))
                rows |= {row.id: row for row in self.words.matching(query)}
        return rows

    def _near(self, text: str, rows: Mapping[str, WordRow]) -> dict[str, float]:
        if self.dense is None:
            return {}
        try:
            vector = self.dense.vector(text)
            near = [each.id for each in self.dense.nearest(vector, _NEIGHBORS)]
            return self.dense.likeness(vector, {**dict.fromkeys(near), **dict.fromkeys(rows)})
        except Exception as error:
            raise DenseGone(repr(error)) from error
