"""A linear classifier over hashed n-grams: softmax regression by averaged stochastic gradient, in plain numpy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from shopgraph.models.corpus import Example
from shopgraph.models.entities import find_entities
from shopgraph.models.features import BUCKETS, Features, extract, word_bucket, word_code, word_ngrams

Floats = NDArray[np.float32]
_EPOCHS = 5
_RATE = 10.0
_BIAS_RATE = 0.1


@dataclass(frozen=True)
class Classifier:
    """Weights, and what is needed to read them."""

    labels: tuple[str, ...]
    weights: Floats
    """Buckets by labels."""
    bias: Floats
    rarity: Floats
    """Inverse document frequency of each bucket in training."""
    known: frozenset[int]
    """Codes of the words seen in training."""
    temperature: float = 1.0
    """Divides the scores, so that the confidence is as often right as it says."""

    def probabilities(self, features: Features) -> Floats:
        """One probability per label."""
        scores = (self._weighted(features) @ self.weights[features.indices] + self.bias) / self.temperature
        return _softmax(scores)

    def known_share(self, words: Sequence[str]) -> float:
        """The part of the words that training has seen; 1.0 for no words."""
        return sum([word_code(word) in self.known for word in words]) / len(words) if words else 1.0

    def reasons(self, features: Features, label: str, limit: int = 3) -> tuple[str, ...]:
        """The word n-grams that spoke most for a label against the others, strongest first."""
        column = self.labels.index(label)
        grams = sorted(set(word_ngrams(features.words)))
        at = np.array([word_bucket(gram) for gram in grams], dtype=np.int64)
        rows = self.weights[at]
        pulls = (rows[:, column] - rows.mean(axis=1)) * self.rarity[at]
        chosen: list[str] = []
        for place in np.argsort(-pulls, kind="stable"):
            shown = grams[place].replace("^ ", "").replace(" $", "")
            if pulls[place] <= 0 or len(chosen) == limit:
                break
            if not any(shown in other for other in chosen):
                chosen.append(shown)
        return tuple(chosen)

    def _weighted(self, features: Features) -> Floats:
        values = features.values * self.rarity[features.indices]
        norm = float(np.sqrt(values @ values))
        return values / norm if norm else values


def read(text: str) -> Features:
    """A raw text's features."""
    return extract(find_entities(text).text)


def train(
    examples: Sequence[Example], *, seed: int = 7, progress: Callable[[int, int], None] | None = None
) -> Classifier:
    """Learn from examples. The same examples and seed give the same weights."""
    labels = tuple(dict.fromkeys(example.intent for example in examples))
    features = [read(example.text) for example in examples]
    frequency = np.zeros(BUCKETS, dtype=np.float32)
    for item in features:
        frequency[item.indices] += 1
    blank = Classifier(
        labels=labels,
        weights=np.zeros((BUCKETS, len(labels)), np.float32),
        bias=np.zeros(len(labels), np.float32),
        rarity=(np.log((1 + len(features)) / (1 + frequency)) + 1).astype(np.float32),
        known=_codes(features),
    )
    return _descend(blank, features, _targets(labels, examples), seed, progress)


def extend(base: Classifier, examples: Sequence[Example], rehearsal: Sequence[Example], *, seed: int = 7) -> Classifier:
    """Learn a further label without forgetting: its examples among some that the base was trained on."""
    labels = tuple(dict.fromkeys((*base.labels, *(example.intent for example in examples))))
    added = len(labels) - len(base.labels)
    mixed = [*rehearsal, *examples]
    features = [read(example.text) for example in mixed]
    wider = replace(
        base,
        labels=labels,
        weights=np.pad(base.weights, ((0, 0), (0, added))),
        bias=np.pad(base.bias, (0, added)),
        known=base.known | _codes(features),
    )
    return _descend(wider, features, _targets(labels, mixed), seed, None)


def fit_temperature(classifier: Classifier, held_out: Sequence[Example]) -> float:
    """The temperature under which held-out examples are likeliest."""
    flat = replace(classifier, temperature=1.0)
    targets = _targets(classifier.labels, held_out)
    scores = np.log(np.stack([flat.probabilities(read(example.text)) for example in held_out]) + 1e-12)

    def surprise(temperature: float) -> float:
        cooled = scores / temperature
        cooled -= cooled.max(axis=1, keepdims=True)
        chosen = cooled[np.arange(len(targets)), targets]
        return float((np.log(np.exp(cooled).sum(axis=1)) - chosen).mean())

    return min((round(0.5 + 0.05 * step, 2) for step in range(60)), key=surprise)


def _codes(features: Sequence[Features]) -> frozenset[int]:
    return frozenset(word_code(word) for item in features for word in item.words)


def _targets(labels: tuple[str, ...], examples: Sequence[Example]) -> NDArray[np.int64]:
    return np.array([labels.index(example.intent) for example in examples])


def _descend(
    start: Classifier,
    features: Sequence[Features],
    targets: NDArray[np.int64],
    seed: int,
    progress: Callable[[int, int], None] | None,
) -> Classifier:
    """Averaged SGD over shuffled examples; each class weighs as the square root of its size says."""
    count, classes = len(features), len(start.labels)
    sizes = np.bincount(targets, minlength=classes)
    importance = np.sqrt(count / classes / np.maximum(sizes, 1)).astype(np.float32)
    inputs = [start._weighted(item) for item in features]
    weights, bias = start.weights.copy(), start.bias.copy()
    total, total_bias = np.zeros_like(weights), np.zeros_like(bias)
    order = np.random.default_rng(seed)
    steps = count * _EPOCHS
    step = 0
    for epoch in range(_EPOCHS):
        for at in order.permutation(count):
            indices, values, target = features[at].indices, inputs[at], targets[at]
            error = _softmax(values @ weights[indices] + bias)
            error[target] -= 1
            rate = _RATE * (1 - step / steps) * importance[target]
            change = rate * values[:, None] * error[None, :]
            weights[indices] -= change
            # What a step changes counts in the average as long as it lasts: no sum over all buckets per step.
            total[indices] -= change * (steps - step)
            bias -= rate * _BIAS_RATE * error
            total_bias -= rate * _BIAS_RATE * error * (steps - step)
            step += 1
        if progress:
            progress(epoch + 1, _EPOCHS)
    total /= steps
    total_bias /= steps
    return replace(start, weights=start.weights + total, bias=start.bias + total_bias)


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max())
    result: Floats = powers / powers.sum()
    return result
