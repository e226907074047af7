"""A message as numbers, five views of it side by side. The same code for training and for routing.

- words: single ones, and two or three in a row (TF-IDF);
- pairs: two words of one message, whatever stands between them (TF-IDF);
- letters: 2 to 5 of them within a word (TF-IDF), which forgive misspelling;
- neighbours: each word stands for the training's words of like meaning as well (cosine of their vectors above 0.4);
- meaning: the mean of the words' vectors, rare words first.

Each view has length one before it is weighed.
"""

from __future__ import annotations

import math
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from shopgraph.errors import ConfigurationError
from shopgraph.kept import Kept
from shopgraph.models.blend.vectors import DIMENSIONS, Floats, word_vectors
from shopgraph.models.entities import find_entities

Indices = NDArray[np.int64]
MAX_WORDS = 64
"""What a message asks stands at its beginning or its end: a longer one is read from both."""
LIKE = 0.4
"""Cosine from which on two words are neighbours."""
NEIGHBOURS = 40
"""Neighbours of one word at most, nearest first."""
REACH = 16
"""Words that a pair is apart at most."""
MEANING_WEIGHT = 1.25
_LIKE_POWER = 1.5
_LETTERS = (2, 3, 4, 5)
_CACHED = 50_000
PLACEHOLDERS = frozenset(
    f"x{kind}" for kind in ("email", "order", "percent", "amount", "postal", "sku", "code", "quantity", "num")
)
"""What stands for an entity in a masked text."""
_TOKEN = re.compile(r"[^\W_]{1,32}(?:'[^\W_]{1,8})?|[?!£$€%]")


@dataclass(frozen=True)
class Encoded:
    """One message's views."""

    words: tuple[str, ...]
    indices: Indices
    """Rows of the sparse views, distinct."""
    values: Floats
    meaning: Floats
    """(256,), of length one; zeros for no word."""
    strange: float
    """Share of the words that training has not seen, by rarity; 0 to 1."""


@dataclass(frozen=True)
class Coded:
    """Features known by their codes, and how rare each is."""

    codes: NDArray[np.uint32]
    """Ascending."""
    rarity: Floats
    _places: dict[int, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the codes."""
        object.__setattr__(self, "_places", {code: at for at, code in enumerate(self.codes.tolist())})

    def __len__(self) -> int:
        """How many there are."""
        return len(self.codes)

    def place(self, code: int) -> int | None:
        """Where a feature stands; None for one that training has not kept."""
        return self._places.get(code)

    def weigh(self, codes: Iterable[int]) -> tuple[Indices, Floats]:
        """Places and weights of the known ones, each named as often as it occurs; of length one."""
        found = Counter(at for code in codes if (at := self._places.get(code)) is not None)
        places = np.fromiter(found, dtype=np.int64, count=len(found))
        return places, self.weighed(places, np.fromiter(found.values(), dtype=np.float32, count=len(found)))

    def weighed(self, places: Indices, counts: Floats) -> Floats:
        """Weights by count and rarity, of length one."""
        return _length_one(((1 + np.log(counts)) * self.rarity[places]).astype(np.float32))


@dataclass(frozen=True)
class _Word:
    """What one word adds, looked up once."""

    letters: Indices
    near: Indices
    likeness: Floats
    """Of the near ones, times this word's rarity."""
    vector: Floats
    rarity: float
    known: bool


@dataclass(frozen=True)
class Vocabulary:
    """The features that training has kept, and how rare each is."""

    words: tuple[str, ...]
    """Every word of the training, sorted: the neighbours' view has a row for each."""
    word_vectors: Floats
    """Words by 256, centered and of length one."""
    center: Floats
    """Mean of the words' raw vectors."""
    word_rarity: Floats
    strangest: float
    """Rarity of a word that training has not seen."""
    grams: Coded
    """Single words, and two or three in a row."""
    pairs: Coded
    letters: Coded
    _known: dict[str, int] = field(init=False, repr=False, compare=False)
    _cache: Kept[str, _Word] = field(init=False, repr=False, compare=False, default_factory=Kept)

    def __post_init__(self) -> None:
        """Index what is looked up for each message."""
        object.__setattr__(self, "_known", {word: at for at, word in enumerate(self.words)})

    @property
    def size(self) -> int:
        """Rows of the sparse views together, in this order: words, pairs, letters, neighbours."""
        return len(self.grams) + len(self.pairs) + len(self.letters) + len(self.words)

    def encode(self, text: str) -> Encoded:
        """The views of one message."""
        # An entity's placeholder says nothing to who has never seen one; it is not strange either.
        words = tuple(word for word in words_of(text) if word in self._known or word not in PLACEHOLDERS)
        parts = [self._word(word) for word in words]
        views = (
            self.grams.weigh(gram_code(gram) for gram in grams_of(words)),
            self.pairs.weigh(pair_codes(words)),
            self._letter_view(parts),
            _near_view(parts),
        )
        starts = np.cumsum([0, len(self.grams), len(self.pairs), len(self.letters)])
        return Encoded(
            words=words,
            indices=np.concatenate([rows + start for (rows, _), start in zip(views, starts, strict=True)]),
            values=np.concatenate([values for _, values in views]),
            meaning=_meaning(parts),
            strange=_strange(parts),
        )

    def place_of(self, word: str) -> int | None:
        """Where a word of the training stands in `words`; None for another."""
        return self._known.get(word)

    def vector_of(self, word: str) -> Floats:
        """(256,), centered and of length one; zeros for a word that is unknown where wordllama is not installed."""
        return self._word(word).vector

    def _unknown_vector(self, word: str) -> Floats:
        try:
            vector = word_vectors()(word) - self.center
        except ConfigurationError:
            # A message is routed by what is known of it rather than not at all.
            return np.zeros(DIMENSIONS, np.float32)
        return vector / max(float(np.linalg.norm(vector)), 1e-9)

    def rows_of(self, grams: Iterable[str]) -> dict[str, int]:
        """Where those of the word n-grams stand that training has kept."""
        found = {gram: self.grams.place(gram_code(gram)) for gram in grams}
        return {gram: row for gram, row in found.items() if row is not None}

    def _letter_view(self, parts: Sequence[_Word]) -> tuple[Indices, Floats]:
        if not parts:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        counts = np.bincount(np.concatenate([part.letters for part in parts]), minlength=1)
        rows = np.flatnonzero(counts)
        return rows, self.letters.weighed(rows, counts[rows].astype(np.float32))

    def _word(self, word: str) -> _Word:
        kept = self._cache.get(word)
        if kept is None:
            if len(self._cache) >= _CACHED:
                self._cache.clear()
            kept = self._cache[word] = self._looked_up(word)
        return kept

    def _looked_up(self, word: str) -> _Word:
        at = self._known.get(word)
        if at is not None:
            vector = self.word_vectors[at]
        else:
            vector = self._unknown_vector(word)
        rarity = self.strangest if at is None else float(self.word_rarity[at])
        likeness = self.word_vectors @ vector
        near = np.flatnonzero(likeness > LIKE)
        if len(near) > NEIGHBOURS:
            near = np.sort(near[np.argsort(-likeness[near], kind="stable")[:NEIGHBOURS]])
        letters = [self.letters.place(code) for code in letter_codes(word)]
        return _Word(
            letters=np.array([row for row in letters if row is not None], dtype=np.int64),
            near=near,
            likeness=(rarity * likeness[near] ** _LIKE_POWER).astype(np.float32),
            vector=vector.astype(np.float32),
            rarity=rarity,
            known=at is not None,
        )


def words_of(text: str) -> tuple[str, ...]:
    """Lower case words, currency signs, `?` and `!`; entities and numbers are one word each (`xorder`, `xnum`)."""
    plain = unicodedata.normalize("NFKC", find_entities(text).text.replace("’", "'").lower())
    words = _TOKEN.findall(plain)
    if len(words) > MAX_WORDS:
        words = words[: MAX_WORDS // 2] + words[-MAX_WORDS // 2 :]
    return tuple(words)


def grams_of(words: Sequence[str]) -> Iterator[str]:
    """Single words, pairs and triples."""
    for size in (1, 2, 3):
        for at in range(len(words) - size + 1):
            yield " ".join(words[at : at + size])


def gram_code(gram: str) -> int:
    """A word n-gram's number. CRC32 is the same on every machine."""
    return zlib.crc32(gram.encode())


def letter_codes(word: str) -> list[int]:
    """The numbers of a word's letter n-grams; its ends count as letters."""
    fenced = f" {word} "
    return [
        zlib.crc32(fenced[at : at + size].encode())
        for size in _LETTERS
        for at in range(max(1, len(fenced) - size + 1))
        if size <= len(fenced)
    ]


def pair_codes(words: Sequence[str]) -> set[int]:
    """The numbers of all pairs of different words, in either order, at most `REACH` words apart."""
    return {
        zlib.crc32(f"{one} {other}".encode() if one < other else f"{other} {one}".encode())
        for at, one in enumerate(words)
        for other in words[at + 1 : at + 1 + REACH]
        if one != other
    }


def learn_vocabulary(texts: Sequence[str]) -> Vocabulary:
    """What a set of texts is made of. A triple, a pair or letters that one text alone has are not kept."""
    split = [words_of(text) for text in texts]
    words = Counter(word for text in split for word in set(text))
    of_word = {word: frozenset(letter_codes(word)) for word in words}
    grams: Counter[int] = Counter()
    triples: set[int] = set()
    pairs: Counter[int] = Counter()
    letters: Counter[int] = Counter()
    for text in split:
        named = {gram_code(gram): gram for gram in grams_of(text)}
        grams.update(named.keys())
        triples.update(code for code, gram in named.items() if gram.count(" ") == 2)
        pairs.update(pair_codes(text))
        letters.update({code for word in set(text) for code in of_word[word]})
    known = tuple(sorted(words))
    raw = np.stack([word_vectors()(word) for word in known]) if known else np.zeros((0, DIMENSIONS), np.float32)
    center = raw.mean(axis=0) if known else np.zeros(DIMENSIONS, np.float32)
    centered = raw - center
    centered /= np.maximum(np.linalg.norm(centered, axis=1, keepdims=True), 1e-9)

    def rarity(counts: Sequence[int]) -> Floats:
        return _rounded(np.array([math.log((1 + len(texts)) / (1 + count)) + 1 for count in counts], dtype=np.float32))

    def coded(counts: Counter[int], once: Container[int] = ()) -> Coded:
        kept = sorted(code for code, count in counts.items() if count > 1 or code in once)
        return Coded(np.array(kept, dtype=np.uint32), rarity([counts[code] for code in kept]))

    return Vocabulary(
        words=known,
        word_vectors=_rounded(centered),
        center=_rounded(center),
        word_rarity=rarity([words[word] for word in known]),
        strangest=round(math.log(1 + len(texts)) + 1, 4),
        grams=coded(grams, once=grams.keys() - triples),
        pairs=coded(pairs),
        letters=coded(letters),
    )


def _near_view(parts: Sequence[_Word]) -> tuple[Indices, Floats]:
    if not parts:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    weights = np.concatenate([part.likeness for part in parts])
    sums = np.bincount(np.concatenate([part.near for part in parts]), weights=weights, minlength=1)
    rows = np.flatnonzero(sums)
    return rows, _length_one(sums[rows].astype(np.float32))


def _meaning(parts: Sequence[_Word]) -> Floats:
    if not parts:
        return np.zeros(DIMENSIONS, np.float32)
    rarities = np.array([part.rarity for part in parts], dtype=np.float32)
    return _length_one(rarities @ np.stack([part.vector for part in parts]))


def _strange(parts: Sequence[_Word]) -> float:
    total = sum(part.rarity for part in parts)
    return sum(part.rarity for part in parts if not part.known) / total if total else 1.0


def _length_one(values: Floats) -> Floats:
    norm = math.sqrt(float(values @ values))
    return values / np.float32(norm) if norm else values


def _rounded(values: Floats) -> Floats:
    """As a file keeps them: in sixteen bits."""
    kept: Floats = values.astype(np.float16).astype(np.float32)
    return kept
