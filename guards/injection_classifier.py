"""A linear classifier that tells instructions to an assistant from other text: plain numpy, linear in the text.

What it sees: words and pairs of words, hashed; and pairs of word classes near each other (`injection_words`), by which
an attack is known whose words it has not met. What it is trained on is the caller's; the shipped one's is our own.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import chain, compress, pairwise
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from shopgraph.errors import ConfigurationError
from shopgraph.guards.injection import Read, find_in_skeleton, read_as, skeleton
from shopgraph.guards.injection_words import WORD_CLASSES
from shopgraph.kept import Kept, kept

WEIGHTS = Path(__file__).with_name("injection_weights.npy")
THRESHOLD = -0.4
"""A text with a higher score instructs. Chosen on families held out of training: docs/guards.md."""
SURE = 2.5
"""Above this score of the shipped classifier, a text that the shop's own systems bring in is fenced."""
RULE_SCORE = 4.0
"""What a rule's finding counts for."""
_BUCKETS = 1 << 17
_MASK = _BUCKETS - 1
_PRIME = 7919
"""Makes one bucket of two; small, so that products stay within one digit of Python's integers."""
_READ = 4096
"""Characters that are read at once; a longer text is read piece by piece, and the worst piece counts."""
_NEAR = 8
"""Words between two classes that count as a pair, at most."""
_SIGN = 0.2
"""What a word class, a pair of them or the text's shape weighs, and what a word's parts do."""
_PART = 0.75
_PARTED = 4
"""Letters of the shortest word that has parts."""
_RUN = 4
_REMEMBERED = 50_000
"""Words whose parts' scores are kept, at most."""
_EPOCHS = 12
_RATE = 0.3
_DECAY = 1e-5
_TOKEN = re.compile(
    r"[\u3040-\u30ff\u4e00-\u9fff]|```|<\||\[/?(?=inst|system)|[^\W_]{1,32}|#{3,}|-{5,}|={5,}|[:;\"“'?!{}\\<>]"
)

_START = re.compile(r"(?:^|[.!?:\n]\s{0,4}|-\s)([^\W_]{1,32})(?:[^\w\n]{1,3}([^\W_]{1,32}))?")
"""The first two words of a sentence: an order begins with its verb."""
_SHOUT = re.compile(r"\b[A-ZÄÖÜ]{2,20}(?:[ ,'’-]{1,3}[A-ZÄÖÜ]{2,20}){2}")
_SENTENCES = re.compile(r"[.!?]\s{1,4}\S")

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
        return self.score_read(read_as(text))

    def score_read(self, read: Iterable[Read]) -> float:
        """As `score`, of a text that is read already."""
        score = -math.inf
        for piece in _pieces(read):
            score = max(score, self._score(piece))
            if find_in_skeleton(piece.plain, retrieved=False):
                score = max(score, RULE_SCORE)
        return score

    def instructs(self, text: str) -> bool:
        """Whether the text tries to instruct the assistant."""
        return self.score(text) > THRESHOLD

    def save(self, path: Path) -> None:
        """Write the weights, the bias last, in half precision."""
        np.save(path, np.append(self.weights, self.bias).astype(np.float16), allow_pickle=False)

    @cached_property
    def _weight(self) -> Callable[[int], float]:
        """One bucket's weight. A list's look-up: numpy's takes longer to begin than a short text to read."""
        return cast(list[float], self.weights.tolist()).__getitem__

    @cached_property
    def _part_scores(self) -> _PartScores:
        return _PartScores(self._weight)

    def _score(self, piece: Read) -> float:
        seen, weight = _see(piece), self._weight
        exact = sum(map(weight, seen.exact)) * seen.share
        parts = sum(map(self._part_scores.__getitem__, seen.words)) * seen.part_share
        return exact + sum(map(weight, seen.signs)) * _SIGN + parts + self.bias


def _pieces(read: Iterable[Read]) -> Iterator[Read]:
    for each in read:
        if len(each.text) <= _READ:
            yield each
        else:
            parts = [each.text[at : at + _READ] for at in range(0, len(each.text), _READ)]
            yield from [Read(part, skeleton(part)) for part in parts]


class _PartScores(Kept[str, float]):
    """What each word's parts add, kept for words met so far: most words of a text are."""

    def __init__(self, weight: Callable[[int], float]) -> None:
        super().__init__()
        self._weight = weight

    def __missing__(self, word: str) -> float:
        if len(self) >= _REMEMBERED:
            self.clear()
        parts = _parts(word)
        self[word] = score = sum(map(self._weight, parts)) / math.sqrt(len(parts)) if parts else 0.0
        return score


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


class _Seen(NamedTuple):
    """The buckets of a text's features, and its words."""

    exact: set[int]
    """Words, pairs of words, and how sentences begin."""
    signs: set[int]
    """Word classes near each other, and the text's shape."""
    words: dict[str, None]

    @property
    def share(self) -> float:
        """What one of the exact features weighs: together they have a fixed length, however long the text is."""
        return 1 / math.sqrt(max(len(self.exact), 8))

    @property
    def part_share(self) -> float:
        """What one word's parts weigh."""
        return _PART / math.sqrt(max(len(self.words), 8))


def _see(read: Read) -> _Seen:
    text, plain = read
    tokens = _TOKEN.findall(plain)
    codes = [*map(_code, tokens)]
    exact = {*codes}
    exact.update([(first * _PRIME + second) & _MASK for first, second in pairwise(codes)])
    for first, second in _START.findall(plain):
        opening = _code("^ " + first)
        exact.add(opening)
        exact.add((opening * _PRIME + _code(second)) & _MASK)
    return _Seen(exact, {*_class_buckets(tokens), *_shape(text)}, dict.fromkeys(tokens))


def features(text: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Distinct buckets and their values: what the text adds to a score, for each weight."""
    seen = _see(Read(text, skeleton(text)))
    parts = [*map(_parts, seen.words)]
    at, end = len(seen.exact), len(seen.exact) + len(seen.signs)
    indices = np.fromiter((*seen.exact, *seen.signs, *chain.from_iterable(parts)), np.int64)
    values = np.full(len(indices), _SIGN)
    values[:at] = seen.share
    values[end:] = [seen.part_share / math.sqrt(len(each)) for each in parts for _ in each]
    # Each bucket once: a step in the descent would else be lost where two features share one.
    distinct, places = np.unique(indices, return_inverse=True)
    return distinct, np.bincount(places, values).astype(np.float64)


def _shape(text: str) -> Iterator[int]:
    """What the text looks like: shouting, a question, several sentences or lines, long, without a capital."""
    shapes = (
        _SHOUT.search(text) is not None,
        "?" in text,
        text.rstrip().endswith("?"),
        text.count("\n") + text.count("\\n") > 2,
        _SENTENCES.search(text) is not None,
        len(text) > 300,
        len(text) > 1000,
        text[:1].islower(),
    )
    return compress(_SHAPES, shapes)


def _class_buckets(tokens: Sequence[str]) -> Iterator[int]:
    """Each class that occurs, and each pair of classes in order, near each other."""
    near: list[tuple[int, int]] = []
    classed = [(place, _CLASS_CODES[token]) for place, token in enumerate(tokens) if token in _CLASS_CODES]
    for place, found in classed:
        near = [(at, code) for at, code in near if place - at <= _NEAR]
        for code in found:
            yield code
            for at, earlier in near:
                if at != place:
                    yield (earlier * _PRIME + code) & _MASK
        near += [(place, code) for code in found]


@kept
@lru_cache(maxsize=65_536)
def _code(token: str) -> int:
    """The token's bucket."""
    return zlib.crc32(token.encode()) & _MASK


_SHAPES = tuple(_code(f"shape {number}") for number in range(8))
_CLASS_CODES = {word: tuple(_code(f"class {name}") for name in names) for word, names in WORD_CLASSES.items()}


@kept
@lru_cache(maxsize=32_768)
def _parts(word: str) -> tuple[int, ...]:
    """The word's runs of four letters, by which its other forms are known; a short word has none."""
    framed = f"<{word}>" if len(word) >= _PARTED else ""
    return tuple(_code("part " + framed[at : at + _RUN]) for at in range(len(framed) - _RUN + 1))


def train(texts: Iterable[LabeledText], *, seed: int = 7) -> InjectionClassifier:
    """Learn from texts: logistic regression by Adagrad. The same texts and seed give the same weights."""
    rows = [(features(item.text[:_READ]), 1.0 if item.instructs else -1.0) for item in texts]
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
