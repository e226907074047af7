"""A linear classifier that tells instructions to an assistant from other text: plain numpy, linear in the text.

What it sees: words and pairs of words, hashed; and pairs of word classes near each other (`injection_words`), by which
an attack is known whose words it has not met. What it is trained on is the caller's; the shipped one's is our own.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shopgraph.errors import ConfigurationError
from shopgraph.guards.injection import find_in_skeleton, skeleton
from shopgraph.guards.injection_words import WORD_CLASSES

WEIGHTS = Path(__file__).with_name("injection_weights.npy")
THRESHOLD = 0.3
"""A text with a higher score instructs. Chosen on families held out of training: docs/guards.md."""
SURE = 1.0
"""Above this score of the shipped classifier, a text that the shop's own systems bring in is fenced."""
RULE_SCORE = 4.0
"""What a rule's finding counts for."""
_BUCKETS = 1 << 16
_READ = 4096
"""Characters that are read at once; a longer text is read piece by piece, and the worst piece counts."""
_NEAR = 8
"""Words between two classes that count as a pair, at most."""
_CLASS_WEIGHT = 0.25
_EPOCHS = 12
_RATE = 0.3
_DECAY = 1e-5
_TOKEN = re.compile(r"```|<\||\[/?(?=inst|system)|[^\W_]{1,32}|#{3,}|-{5,}|={5,}|[:;\"“'?!{}\\<>]")

Floats = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class LabeledText:
    """A text to learn from."""

    text: str
    instructs: bool


@dataclass(frozen=True)
class InjectionClassifier:
    """Learned weights of features."""

    weights: Floats
    bias: float

    def score(self, text: str) -> float:
        """How much the text instructs: above `THRESHOLD` it does; a rule's finding raises it."""
        plain = skeleton(text)
        pieces = (plain[at : at + _READ] for at in range(0, max(len(plain), 1), _READ))
        learned = max(self._score(piece) for piece in pieces)
        return max(learned, RULE_SCORE) if find_in_skeleton(plain, retrieved=False) else learned

    def instructs(self, text: str) -> bool:
        """Whether the text tries to instruct the assistant."""
        return self.score(text) > THRESHOLD

    def save(self, path: Path) -> None:
        """Write the weights, the bias last, in half precision."""
        np.save(path, np.append(self.weights, self.bias).astype(np.float16), allow_pickle=False)

    def _score(self, plain: str) -> float:
        indices, values = features(plain)
        return float(self.weights[indices] @ values) + self.bias


@cache
def shipped_classifier() -> InjectionClassifier:
    """The one that comes with the package, trained on texts of our own only (`injection_train`).

    Raises:
        ConfigurationError: its weights are not there, or damaged.
    """
    try:
        stored = np.load(WEIGHTS, allow_pickle=False).astype(np.float32)
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"The weights in {WEIGHTS} cannot be read ({error}).",
            remedy="Install shopgraph again, or make them: python -m shopgraph.guards.injection_train.",
        ) from error
    if stored.shape != (_BUCKETS + 1,):
        raise ConfigurationError(
            f"The weights in {WEIGHTS} are for other features.",
            remedy="Make them again: python -m shopgraph.guards.injection_train.",
        )
    return InjectionClassifier(stored[:-1], float(stored[-1]))


def features(plain: str) -> tuple[NDArray[np.int64], Floats]:
    """Distinct buckets and their values, of a text without accents and in lower case (`skeleton`)."""
    tokens = _TOKEN.findall(plain)
    words = {_bucket(token) for token in tokens}
    words.update(_pair(first, second) for first, second in pairwise(tokens))
    classes = set(_class_buckets(tokens)) - words
    indices = np.fromiter((*sorted(words), *sorted(classes)), dtype=np.int64, count=len(words) + len(classes))
    values = np.full(len(indices), _CLASS_WEIGHT, dtype=np.float32)
    values[: len(words)] = 1 / math.sqrt(max(len(words), 8))
    return indices, values


def _class_buckets(tokens: Sequence[str]) -> Iterator[int]:
    """Each class that occurs, and each pair of classes in order, near each other."""
    near: list[tuple[int, str]] = []
    for place, token in enumerate(tokens):
        found = WORD_CLASSES.get(token)
        if not found:
            continue
        near = [(at, name) for at, name in near if place - at <= _NEAR]
        for name in found:
            yield _bucket(f"class {name}")
            for at, earlier in near:
                if at != place:
                    yield _pair(f"class {earlier}", name)
        near += [(place, name) for name in found]


@lru_cache(maxsize=32_768)
def _bucket(token: str) -> int:
    return zlib.crc32(token.encode()) % _BUCKETS


@lru_cache(maxsize=65_536)
def _pair(first: str, second: str) -> int:
    return zlib.crc32(f"{first} {second}".encode()) % _BUCKETS


def train(texts: Iterable[LabeledText], *, seed: int = 7) -> InjectionClassifier:
    """Learn from texts: logistic regression by Adagrad. The same texts and seed give the same weights."""
    rows = [(features(skeleton(item.text)[:_READ]), 1.0 if item.instructs else -1.0) for item in texts]
    positive = sum(1 for _, label in rows if label > 0)
    share = {1.0: len(rows) / (2 * max(positive, 1)), -1.0: len(rows) / (2 * max(len(rows) - positive, 1))}
    weights = np.zeros(_BUCKETS, dtype=np.float64)
    squares = np.full(_BUCKETS, 1e-2, dtype=np.float64)
    bias, bias_square = 0.0, 1e-2
    draw = np.random.default_rng(seed)
    total, total_bias = np.zeros(_BUCKETS, dtype=np.float64), 0.0
    for epoch in range(_EPOCHS):
        for at in draw.permutation(len(rows)):
            (indices, values), label = rows[at]
            margin = label * (float(weights[indices] @ values) + bias)
            slope = -label * share[label] / (1 + math.exp(min(margin, 30.0)))
            step = slope * values + _DECAY * weights[indices]
            squares[indices] += step * step
            weights[indices] -= _RATE * step / np.sqrt(squares[indices])
            bias_square += slope * slope
            bias -= 0.1 * slope / math.sqrt(bias_square)
        if epoch >= _EPOCHS // 2:
            total += weights
            total_bias += bias
    averaged = _EPOCHS - _EPOCHS // 2
    return InjectionClassifier((total / averaged).astype(np.float32), total_bias / averaged)
