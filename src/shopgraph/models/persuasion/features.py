"""A headline as numbers: its words, its letters, what it means, how it is built. The same code for learning and use.

Words (one, and two in a row) and letters (2 to 5 within a word) are hashed, so no vocabulary is kept.
"""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from shopgraph.errors import ConfigurationError
from shopgraph.models.blend.vectors import DIMENSIONS, word_vectors

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
BUCKETS = 1 << 18
"""Per view, of two: words, letters."""
_WORD = re.compile(r"[\w']+|[?!.:,\"]")
_PLAIN = re.compile(r"[\w']+")
_LETTERS = (2, 3, 4, 5)
FORM_WEIGHT = 0.2
"""How much the form counts beside words and meaning."""
_CACHED = 20_000

_PERSONS = (
    frozenset({"you", "your", "you're", "you'll"}),
    frozenset({"i", "my", "me"}),
    frozenset({"we", "our", "us"}),
    frozenset({"he", "his", "him"}),
    frozenset({"she", "her"}),
    frozenset({"they", "their", "them"}),
    frozenset({"this", "these", "here", "here's"}),
    frozenset({"how", "why", "what", "when", "who"}),
    frozenset({"not", "no", "never", "don't", "can't", "isn't"}),
)
_OPENINGS = frozenset({"how", "why", "what", "when", "if", "watch", "the", "a"})
FORM = 23
"""How many numbers describe a text's form."""


def hashed(text: str) -> tuple[Counter[int], Counter[int]]:
    """Buckets of the words and of the letters, each as often as it occurs."""
    words = [word.lower() for word in _WORD.findall(text)]
    grams = [*words, *(f"{one} {two}" for one, two in pairwise(words))]
    letters = [
        f" {word} "[at : at + size] for word in words for size in _LETTERS for at in range(max(len(word) + 3 - size, 1))
    ]
    return Counter(map(_bucket, grams)), Counter(map(_bucket, letters))


def _bucket(text: str) -> int:
    return zlib.crc32(text.encode()) % BUCKETS


def weighed(counts: Counter[int], rarity: Floats) -> tuple[Ints, Floats]:
    """Buckets and their weights by count and rarity; of length one."""
    at = np.fromiter(counts, dtype=np.int64, count=len(counts))
    weights = (1 + np.log(np.fromiter(counts.values(), dtype=np.float64, count=len(counts)))) * rarity[at]
    return at, weights / max(float(np.linalg.norm(weights)), 1e-9)


def meaning(text: str) -> Floats:
    """The sum of the words' vectors; (256,). Zeros where wordllama is not installed."""
    total = np.zeros(DIMENSIONS)
    for word in _PLAIN.findall(text.lower()):
        total += _vector(word)
    return total


@lru_cache(maxsize=_CACHED)
def _vector(word: str) -> Floats:
    try:
        return word_vectors()(word).astype(np.float64)
    except ConfigurationError:
        return np.zeros(DIMENSIONS)


def form(text: str) -> Floats:
    """Lengths, punctuation, persons, openings; (FORM,), not scaled."""
    words = _PLAIN.findall(text)
    lower = [word.lower() for word in words]
    said = set(lower)
    values: Sequence[float] = (
        math.log1p(len(text)),
        math.log1p(len(words)),
        len(text) / 100,
        (len(text) / 100) ** 2,
        sum(map(len, words)) / max(len(words), 1),
        "?" in text,
        "!" in text,
        "..." in text or "…" in text,
        any(quote in text for quote in '"“'),
        ":" in text,
        text.count(","),
        any(letter.isdigit() for letter in text),
        sum(word.isupper() and len(word) > 1 for word in words),
        *(bool(said & person) for person in _PERSONS),
        bool(lower and lower[0] in _OPENINGS),
    )
    return np.array(values, dtype=np.float64)
