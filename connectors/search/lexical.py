"""Search over the catalog, in process: words with light stemming and typo tolerance, best fields first."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shopgraph.connectors.ports import CatalogPort, SearchHit
from shopgraph.domain import Product

TITLE, ATTRIBUTES, DESCRIPTION = 4.0, 2.0, 1.0
"""How much a word counts by where it stands."""
_SATURATION = 1.2
_LENGTH = 0.6
"""BM25's two constants: how fast repetition stops helping, how much long texts are held back."""
_NEAR = 0.5
"""How alike two words' trigrams must be (Dice) to be taken for a misspelling of one another."""
_LEAST_MATCHED = 0.34
"""A product must hold this part of the query's words, so that one chance word is no find."""
_SPELLINGS = 4
_STOP_WORDS = frozenset(
    (
        "a", "an", "and", "any", "are", "at", "be", "by", "can", "do", "does", "find", "for", "from", "get", "got",
        "has", "have", "how", "i", "if", "in", "is", "it", "like", "looking", "me", "my", "need", "of", "on", "or",
        "our", "please", "show", "some", "that", "the", "their", "them", "there", "these", "this", "to", "want",
        "what", "which", "with", "would", "you", "your",
    )
)  # fmt: skip
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class _Index:
    """Who holds which word, and how heavily."""

    postings: Mapping[str, Mapping[str, float]]
    """Stem to product id to weighted count."""
    lengths: Mapping[str, float]
    average: float
    by_trigram: Mapping[str, frozenset[str]]


class LexicalSearch:
    """`SearchPort` over a catalog's words. Keeps its own index: `rebuild` after the catalog has changed."""

    def __init__(self, catalog: CatalogPort) -> None:
        self._catalog = catalog
        self._index: _Index | None = None

    async def rebuild(self) -> int:
        """Read the catalog anew; returns how many products are found from now on."""
        products = await self._catalog.all_products()
        self._index = _indexed(products)
        return len(products)

    async def search(self, query: str, *, limit: int = 5) -> tuple[SearchHit, ...]:
        """Best first; empty when no word of the query (nor one spelled nearly so) is in the catalog."""
        if self._index is None:
            await self.rebuild()
        if self._index is None or limit < 1:
            return ()
        scores = _scores(self._index, stems(query))
        best = sorted(scores, key=lambda product_id: (-scores[product_id], product_id))[:limit]
        return tuple(SearchHit(product_id=product_id, score=round(scores[product_id], 6)) for product_id in best)


def stems(text: str) -> list[str]:
    """The text's words in lower case, without accents, endings and words that every query has."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("'", "").replace("’", ""))
    words = _WORD.findall("".join(character for character in plain if not unicodedata.combining(character)))
    return [_stem(word) for word in words if word not in _STOP_WORDS]


def product_text(product: Product) -> str:
    """One product in words, best first."""
    attributes = " ".join(f"{name} {value}" for name, value in sorted(product.attributes.items()))
    return f"{product.title} {product.category} {product.brand} {attributes} {product.description}".strip()


def _stem(word: str) -> str:
    """A plural's ending falls away; short words and numbers stay."""
    if len(word) < 4 or word.isdigit():
        return word
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x")):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word[: -len(ending)] + instead
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _indexed(products: Iterable[Product]) -> _Index:
    postings: dict[str, dict[str, float]] = defaultdict(dict)
    lengths: dict[str, float] = {}
    for product in products:
        fields = (
            (TITLE, product.title),
            (ATTRIBUTES, " ".join((product.category, product.brand, *product.attributes.values()))),
            (DESCRIPTION, product.description),
        )
        counts: dict[str, float] = defaultdict(float)
        for weight, text in fields:
            for stem in stems(text):
                counts[stem] += weight
        for stem, count in counts.items():
            postings[stem][product.id] = count
        lengths[product.id] = sum(counts.values())
    by_trigram: dict[str, set[str]] = defaultdict(set)
    for stem in postings:
        for trigram in _trigrams(stem):
            by_trigram[trigram].add(stem)
    return _Index(
        postings=postings,
        lengths=lengths,
        average=sum(lengths.values()) / len(lengths) if lengths else 1.0,
        by_trigram={trigram: frozenset(words) for trigram, words in by_trigram.items()},
    )


def _scores(index: _Index, query: list[str]) -> dict[str, float]:
    """BM25 over the weighted fields, times the part of the query's words that a product holds."""
    scores: dict[str, float] = defaultdict(float)
    matched: Counter[str] = Counter()
    distinct = list(dict.fromkeys(query))
    for word in distinct:
        spellings = _spellings(index, word)
        for stem, likeness in spellings.items():
            for product_id, gain in _gains(index, stem):
                scores[product_id] += likeness * gain
        matched.update({holder for stem in spellings for holder in index.postings[stem]})
    shares = {product_id: count / len(distinct) for product_id, count in matched.items()}
    return {product_id: scores[product_id] * share for product_id, share in shares.items() if share >= _LEAST_MATCHED}


def _gains(index: _Index, stem: str) -> Iterable[tuple[str, float]]:
    holders = index.postings[stem]
    rarity = math.log(1 + (len(index.lengths) - len(holders) + 0.5) / (len(holders) + 0.5))
    for product_id, count in holders.items():
        held_back = _SATURATION * (1 - _LENGTH + _LENGTH * index.lengths[product_id] / index.average)
        yield product_id, rarity * count * (_SATURATION + 1) / (count + held_back)


def _spellings(index: _Index, word: str) -> dict[str, float]:
    """The catalog's words that this one stands for, and how surely: itself, or those spelled most like it."""
    if word in index.postings:
        return {word: 1.0}
    own = _trigrams(word)
    shared = Counter(near for trigram in own for near in index.by_trigram.get(trigram, ()))
    likeness = {near: 2 * count / (len(own) + len(_trigrams(near))) for near, count in shared.items()}
    close = sorted((near for near in likeness if likeness[near] >= _NEAR), key=lambda near: (-likeness[near], near))
    return {near: 0.8 * likeness[near] for near in close[:_SPELLINGS]}


def _trigrams(word: str) -> frozenset[str]:
    fenced = f"  {word} "
    return frozenset(fenced[at : at + 3] for at in range(len(fenced) - 2))
