"""A message as numbers: hashed word and character n-grams, entities masked. The same for training and routing."""

from __future__ import annotations

import re
import unicodedata
import zlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from shopgraph.kept import kept

BUCKETS = 1 << 14
"""Size of the hashed feature space; two features in one bucket are told apart no more."""
MAX_WORDS = 64
"""What a message asks stands at its beginning or its end: a longer one is read from both."""
CHARACTER_WEIGHT = 0.7
"""Weight of the character n-grams (which forgive misspelling) beside the words'."""

_WORD = re.compile(r"[^\W_]{1,32}")
_APOSTROPHES = str.maketrans("", "", "'’`´")


@dataclass(frozen=True)
class Features:
    """One message's features, before weighting by rarity."""

    words: tuple[str, ...]
    indices: NDArray[np.int64]
    """Distinct buckets, ascending; those of words first made unique, then those of characters."""
    values: NDArray[np.float32]


def words_of(masked: str) -> tuple[str, ...]:
    """Lower case words without apostrophes and accents: `Don’t` is `dont`."""
    plain = masked.lower().translate(_APOSTROPHES)
    if not plain.isascii():
        normal = unicodedata.normalize("NFKD", plain)
        plain = "".join([character for character in normal if not unicodedata.combining(character)])
    words = _WORD.findall(plain)
    if len(words) > MAX_WORDS:
        words = words[: MAX_WORDS // 2] + words[-MAX_WORDS // 2 :]
    return tuple(words)


def word_ngrams(words: tuple[str, ...]) -> list[str]:
    """Single words, pairs and triples; the first and last word are marked as such."""
    fenced = ("^", *words, "$")
    grams = list(words)
    grams += [f"{fenced[at]} {fenced[at + 1]}" for at in range(len(fenced) - 1)]
    grams += [f"{fenced[at]} {fenced[at + 1]} {fenced[at + 2]}" for at in range(len(fenced) - 2)]
    return grams


def bucket(feature: str) -> int:
    """Where a feature is counted. CRC32 is the same on every machine."""
    return zlib.crc32(feature.encode()) % BUCKETS


def word_code(word: str) -> int:
    """A whole word's own number, to tell whether training has seen it."""
    return zlib.crc32(word.encode())


@kept
@lru_cache(maxsize=32_768)
def _character_buckets(word: str) -> tuple[int, ...]:
    fenced = f"<{word}>"
    return tuple(
        bucket(f"c:{fenced[at : at + size]}") for size in (3, 4, 5) for at in range(max(0, len(fenced) - size + 1))
    )


@kept
@lru_cache(maxsize=65_536)
def word_bucket(gram: str) -> int:
    """Where a word n-gram is counted."""
    return bucket(f"w:{gram}")


def extract(masked: str) -> Features:
    """Features of a message whose entities are masked (`entities.find_entities`)."""
    words = words_of(masked)
    of_words = {word_bucket(gram) for gram in word_ngrams(words)}
    of_characters = {index for word in words for index in _character_buckets(word)} - of_words
    indices = np.fromiter((*sorted(of_words), *sorted(of_characters)), dtype=np.int64)
    values = np.full(len(indices), CHARACTER_WEIGHT, dtype=np.float32)
    values[: len(of_words)] = 1.0
    return Features(words, indices, values)
