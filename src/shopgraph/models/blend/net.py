"""A small network that reads a message's words in their order: a sixth opinion beside the linear scorers.

One layer of convolutions over the words' vectors, three words wide, the largest of each filter over the message (Kim
2014, https://aclanthology.org/D14-1181), beside the mean of the vectors. What a filter makes of a word does not depend
on the message, so that it is reckoned once per word; a message is then gathered, added and maximized.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from shopgraph.kept import Kept
from shopgraph.models.blend.vectors import Floats
from shopgraph.models.blend.vocabulary import Vocabulary

WIDTH = 3
"""Words that a filter sees."""
MEAN_WEIGHT = 2.0
NET_WEIGHT = 0.1
"""Of the network's log-probabilities beside the linear scorers' margins."""
_CACHED = 20_000


@dataclass(frozen=True)
class Net:
    """Its weights. A word that training has not seen has its plain vector."""

    word_vectors: Floats
    """Words of the vocabulary by 256, as training has moved them."""
    filters: Floats
    """3 by 256 by filters."""
    filter_bias: Floats
    head: Floats
    """Filters and then 256, by labels."""
    bias: Floats
    _flat: Floats = field(init=False, repr=False, compare=False)
    """256 by what the filters make of a word as the last, the middle and the first of three."""
    _cache: Kept[str, tuple[Floats, Floats]] = field(init=False, repr=False, compare=False, default_factory=Kept)

    def __post_init__(self) -> None:
        """Lay the filters out for one product a word."""
        flat = np.ascontiguousarray(self.filters[::-1].transpose(1, 0, 2).reshape(self.filters.shape[1], -1))
        object.__setattr__(self, "_flat", flat)

    def logits(self, words: Sequence[str], vocabulary: Vocabulary) -> Floats:
        """One per label, before the softmax; zeros for no word."""
        if not words:
            return np.zeros(len(self.bias), np.float32)
        known = [self._word(word, vocabulary) for word in words]
        count = len(known)
        # Row i + 1 of the sum is what the filters make of word i and its two neighbours.
        sums = np.zeros((count + 2, self.filters.shape[2]), np.float32)
        for place, (_, parts) in enumerate(known):
            sums[place : place + WIDTH] += parts
        strongest = np.maximum(sums[1:-1].max(axis=0) + self.filter_bias, 0)
        total = np.sum([vector for vector, _ in known], axis=0) * np.float32(MEAN_WEIGHT / math.sqrt(count))
        result: Floats = np.concatenate([strongest, total]) @ self.head + self.bias
        return result

    def _word(self, word: str, vocabulary: Vocabulary) -> tuple[Floats, Floats]:
        """A word's vector, and what the filters make of it as the last, the middle and the first of three."""
        kept = self._cache.get(word)
        if kept is None:
            if len(self._cache) >= _CACHED:
                self._cache.clear()
            at = vocabulary.place_of(word)
            vector = vocabulary.vector_of(word) if at is None else self.word_vectors[at]
            kept = self._cache[word] = (vector, (vector @ self._flat).reshape(WIDTH, -1))
        return kept
