"""Which passages of the catalog speak to a message: sentences, lines of attributes, sentences of reviews.

Each sentence is a small document, and its product a small catalog: the message's words are read as search reads a query
(compounds, synonyms, spellings, units), and weighed by how few of the passages have them. What speaks of an aspect that
is asked for ("How do I wash it?") does so whatever its words. Nothing is inferred: a passage is found or it is not.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from shopgraph.connectors.search.analysis import folded
from shopgraph.connectors.search.concepts import COMPOUND, Alternative, Concept, Synonyms, concepts_of
from shopgraph.connectors.search.documents import CatalogFacts
from shopgraph.connectors.search.query_words import QueryWord, query_words
from shopgraph.connectors.search.words_index import Phrase, spaced
from shopgraph.graphs.stitching.asking import Asked, in_words
from shopgraph.graphs.stitching.parts import Passage
from shopgraph.guards.checks.qualities_words import COLOURS, MATERIALS
from shopgraph.guards.checks.text import sentences
from shopgraph.guards.screen import FENCE
from shopgraph.kept import kept
from shopgraph.models.speech.language import language_of

BETWEEN = "; "
"""Between two attributes of one passage."""
_ENOUGH = 400
"""Characters by which the language of a text shows."""
_BULLETS = "•·–*- "
_TRUST = {"attributes": 1.0, "description": 1.0, "review": 0.7}
"""What a passage counts by who wrote it."""
_PART_OF_A_WORD = 4
"""Letters of a word that is found within a compound ("wool" in "lambswool")."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One sentence or line of a passage."""

    passage: Passage
    place: int
    """Of the passage among all."""
    line: int
    """Within the passage."""
    text: str
    words: str
    """As `spaced` writes them."""
    folded: str
    low: str


@dataclass(frozen=True, kw_only=True)
class Fit:
    """How well a piece speaks to a message."""

    piece: Piece
    score: float
    answers: bool
    """It speaks of just what is asked; else only of something in the message."""


def language_of_texts(passages: Iterable[Passage]) -> str:
    """What the shop's own texts are written in, where it shows; else English."""
    return language_of(" ".join(each.text[:_ENOUGH] for each in passages if each.kind == "description"))


def cut(passages: Iterable[Passage], language: str) -> list[Piece]:
    """The passages in sentences; attributes in lines."""
    found: list[Piece] = []
    for place, passage in enumerate(passages):
        # What a shopper wrote is kept in no cache: it may be a person's.
        read = _read if passage.kind != "review" else _read.__wrapped__
        for line, text in enumerate(lines_of(passage)):
            spoken, plain, low = read(text, language)
            found.append(Piece(passage=passage, place=place, line=line, text=text, words=spoken, folded=plain, low=low))
    return found


def lines_of(passage: Passage) -> tuple[str, ...]:
    """Its sentences, or its attributes."""
    if passage.kind == "attributes":
        return tuple(passage.text.split(BETWEEN))
    return (_sentences if passage.kind != "review" else _cut)(passage.text)


def fits(asked: Asked, pieces: Sequence[Piece], language: str) -> list[Fit]:
    """The pieces that speak to a message, best first; of equals the first."""
    if not asked or not pieces:
        return []
    facts = _facts(pieces, language)
    concepts, certain = _concepts(asked, pieces, facts)
    known = [each for each in concepts if each.alternatives]
    rarities = [_rarity(each, facts) for each in known]
    rarest = max(range(len(known)), key=lambda at: rarities[at], default=-1)
    found = []
    for piece in pieces:
        if piece.text == FENCE:
            continue
        spoken = asked.spoken_of(piece.folded, piece.low, _name(piece))
        held = [_held(each, piece.words) for each in known]
        share = sum(a * b for a, b in zip(held, rarities, strict=True)) / sum(rarities) if known else 0.0
        if spoken or share:
            whole = certain and bool(known) and held[rarest] > 0 and share > 0.5
            answers = spoken > 0 if asked.aspects or asked.qualities else whole
            score = (2 * spoken + share) * _TRUST.get(piece.passage.kind, 1.0)
            found.append(Fit(piece=piece, score=round(score, 6), answers=answers))
    return sorted(found, key=lambda each: -each.score)


def _cut(text: str) -> tuple[str, ...]:
    texts = (each.text.lstrip(_BULLETS) for each in sentences(text))
    return tuple([each for each in texts if any(map(str.isalnum, each))])


_sentences = kept(lru_cache(maxsize=1_000)(_cut))


@kept
@lru_cache(maxsize=10_000)
def _read(text: str, language: str) -> tuple[str, str, str]:
    return spaced(in_words(text, language)), folded(text), text.casefold()


def _name(piece: Piece) -> str:
    """Of the attribute."""
    if piece.passage.kind != "attributes":
        return ""
    return piece.folded.partition(":")[0].strip()


def _facts(pieces: Sequence[Piece], language: str) -> CatalogFacts:
    """What reading a query needs to know of the pieces."""
    held = Counter(word for piece in pieces for word in set(piece.words.split()))
    return CatalogFacts(
        count=len(pieces),
        short=1.0,
        whole=1.0,
        holders={word: (count, count) for word, count in held.items()},
        brands={},
        colors=frozenset(),
        sizes=frozenset(),
        denied=frozenset(),
        forms={},
        apart={},
        language=language,
    )


def _concepts(asked: Asked, pieces: Sequence[Piece], facts: CatalogFacts) -> tuple[list[Concept], bool]:
    """What is looked for: the words of the message, and what a thing must not have; and whether all of it is there, as
    it was written."""

    def together(phrases: Sequence[Phrase], most: int) -> int:
        wanted = [spaced(phrase) for phrase in phrases]
        return min(most, sum(all(each in piece.words for each in wanted) for piece in pieces))

    typed = list(query_words(asked.text, facts, together)) if asked.text else []
    typed += [QueryWord(word=word, said=word, spellings={}) for word in asked.unwanted]
    found = [_within(each, facts) for each in concepts_of(typed, facts, _synonyms(facts.language))]
    return found, all(each.alternatives for each in found) and not any(each.spellings for each in typed)


def _within(concept: Concept, facts: CatalogFacts) -> Concept:
    """The concept; with the compounds that it is a part of, where nothing else stands for it."""
    if concept.alternatives or len(concept.word) < _PART_OF_A_WORD:
        return concept
    same = [
        phrase[0] for _, phrase in _synonyms(facts.language).of([concept.word]) if len(phrase[0]) >= _PART_OF_A_WORD
    ]
    ends = (concept.word, *same)
    within = [word for word in facts.holders if word.endswith(ends) or word.startswith(ends)]
    return replace(concept, alternatives=tuple([Alternative(phrase=(word,), weight=COMPOUND) for word in within]))


def _held(concept: Concept, text: str) -> float:
    """From 0 to 1; what only stands for the word counts a little less (as in search's ranking)."""
    held = [0.7 + 0.3 * each.weight for each in concept.alternatives if spaced(each.phrase) in text]
    return max(held, default=0.0)


def _rarity(concept: Concept, facts: CatalogFacts) -> float:
    """The idf of its most frequent reading, as the ranking of search has it."""
    held = max(facts.holders.get(each.phrase[0], (0, 0))[1] for each in concept.alternatives)
    return math.log(1 + (facts.count - held + 0.5) / (held + 0.5))


@cache
def _synonyms(language: str) -> Synonyms:
    """Those of search, and what materials and colors are called in four languages."""
    groups: dict[str, list[str]] = {}
    for listed in (MATERIALS, COLOURS):
        for word, first in listed.items():
            groups.setdefault(first, []).append(word)
    return Synonyms.default(groups=list(groups.values()), language=language)
