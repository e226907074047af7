"""Learn the network of `net` by Adam (Kingma and Ba 2015) with dropout and label smoothing, in plain numpy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from shopgraph.models.blend.net import MEAN_WEIGHT, WIDTH, Net
from shopgraph.models.blend.vectors import Floats
from shopgraph.models.blend.vocabulary import Vocabulary

Ints = NDArray[np.int64]
FILTERS = 256
EPOCHS = 10
_BATCH = 64
_RATE = 2e-3
_VECTOR_RATE = 0.3
"""The words' vectors are moved so much slower than the rest."""
_WARM_UP = 100
_DROPPED = 0.5
_WORDS_DROPPED = 0.1
_SMOOTHING = 0.1
_CHUNK = 16
"""Batches among whose messages those of like length come together."""
_DECAYS = (0.9, 0.999)


def train_net(
    messages: Sequence[tuple[str, ...]],
    targets: Ints,
    labels: int,
    vocabulary: Vocabulary,
    *,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> Net:
    """Learn from messages as words of the vocabulary. The same input and seed give the same network on one machine."""
    draw = np.random.default_rng(seed)
    places = [np.array([at for word in words if (at := vocabulary.place_of(word)) is not None]) for words in messages]
    used = [at for at, place in enumerate(places) if len(place)]
    weights = _first(vocabulary.word_vectors, labels, draw)
    adam = _Adam(weights, steps=EPOCHS * -(-len(used) // _BATCH))
    for epoch in range(EPOCHS):
        for batch in _batches(used, places, draw):
            words, there = _padded([places[at] for at in batch])
            there *= draw.random(there.shape) >= _WORDS_DROPPED
            adam.step(_gradients(weights, words, there, targets[batch], draw))
        if progress:
            progress(epoch + 1, EPOCHS)
    rounded = {name: value.astype(np.float16).astype(np.float32) for name, value in weights.items()}
    return Net(
        word_vectors=rounded["vectors"], filters=rounded["filters"], filter_bias=rounded["filter_bias"],
        head=rounded["head"], bias=rounded["bias"],
    )  # fmt: skip


def _first(vectors: Floats, labels: int, draw: np.random.Generator) -> dict[str, Floats]:
    size = vectors.shape[1]

    def drawn(*shape: int, spread: float) -> Floats:
        return (draw.standard_normal(shape) * spread).astype(np.float32)

    return {
        "vectors": vectors.copy(),
        "filters": drawn(WIDTH, size, FILTERS, spread=(2 / WIDTH) ** 0.5),
        "filter_bias": np.zeros(FILTERS, np.float32),
        "head": drawn(FILTERS + size, labels, spread=(FILTERS + size) ** -0.5),
        "bias": np.zeros(labels, np.float32),
    }


def _batches(used: Sequence[int], places: Sequence[Ints], draw: np.random.Generator) -> Iterator[Ints]:
    """Every message once, in a new order; those of like length in one batch."""
    order = draw.permutation(np.array(used))
    for start in range(0, len(order), _BATCH * _CHUNK):
        chunk = sorted(order[start : start + _BATCH * _CHUNK].tolist(), key=lambda at: len(places[at]))
        cut = [np.array(chunk[at : at + _BATCH]) for at in range(0, len(chunk), _BATCH)]
        yield from (cut[at] for at in draw.permutation(len(cut)))


def _padded(messages: Sequence[Ints]) -> tuple[Ints, Floats]:
    """Places of the words, a blank before and after each message, and which of them are there."""
    longest = max(len(one) for one in messages)
    words = np.zeros((len(messages), longest + 2), np.int64)
    there = np.zeros((len(messages), longest + 2), np.float32)
    for row, one in enumerate(messages):
        words[row, 1 : 1 + len(one)] = one
        there[row, 1 : 1 + len(one)] = 1
    return words, there


def _gradients(
    weights: Mapping[str, Floats], words: Ints, there: Floats, targets: Ints, draw: np.random.Generator
) -> dict[str, Floats]:
    """Of the mean cross-entropy with smoothed targets."""
    filters, head = weights["filters"], weights["head"]
    rows, length = words.shape[0], words.shape[1] - 2
    inputs: Floats = weights["vectors"][words] * there[:, :, None]
    sums = sum(inputs[:, at : at + length] @ filters[at] for at in range(WIDTH)) + weights["filter_bias"]
    sums = np.where(there[:, 1:-1, None] > 0, sums, np.float32(-1e9))
    best = sums.argmax(axis=1)[:, None]
    peaks = np.take_along_axis(sums, best, axis=1)[:, 0]
    count: Floats = np.maximum(there.sum(axis=1, keepdims=True), np.float32(1))
    scale = np.float32(MEAN_WEIGHT) / np.sqrt(count)
    features = np.concatenate([np.maximum(peaks, 0), scale * inputs.sum(axis=1)], axis=1)
    kept = (draw.random(features.shape) >= _DROPPED).astype(np.float32) / np.float32(1 - _DROPPED)
    scores = (features * kept) @ head + weights["bias"]
    error = np.exp(scores - scores.max(axis=1, keepdims=True))
    error /= error.sum(axis=1, keepdims=True)
    error[np.arange(rows), targets] -= 1 - _SMOOTHING
    error = ((error - _SMOOTHING / error.shape[1]) / rows).astype(np.float32)
    back = (error @ head.T) * kept
    of_peaks = back[:, :FILTERS] * (peaks > 0)
    of_sums = np.zeros(sums.shape, np.float32)
    np.put_along_axis(of_sums, best, of_peaks[:, None], axis=1)
    flat = of_sums.reshape(-1, FILTERS)
    of_inputs = np.zeros(inputs.shape, np.float32)
    of_inputs += (scale * back[:, FILTERS:])[:, None, :]
    for at in range(WIDTH):
        of_inputs[:, at : at + length] += (flat @ filters[at].T).reshape(rows, length, -1)
    of_inputs *= there[:, :, None]
    found: dict[str, NDArray[np.floating]] = {
        "vectors": _by_word(words.ravel(), of_inputs.reshape(-1, inputs.shape[2]), len(weights["vectors"])),
        "filters": np.stack([inputs[:, at : at + length].reshape(-1, inputs.shape[2]).T @ flat for at in range(WIDTH)]),
        "filter_bias": of_peaks.sum(axis=0),
        "head": (features * kept).T @ error,
        "bias": error.sum(axis=0),
    }
    return {name: value.astype(np.float32, copy=False) for name, value in found.items()}


def _by_word(words: Ints, rows: Floats, count: int) -> Floats:
    """Rows summed by word."""
    order = np.argsort(words, kind="stable")
    found, starts = np.unique(words[order], return_index=True)
    total = np.zeros((count, rows.shape[1]), np.float32)
    total[found] = np.add.reduceat(rows[order], starts, axis=0)
    return total


class _Adam:
    """Moves weights in place; the rate rises at first and then falls to nothing."""

    def __init__(self, weights: dict[str, Floats], *, steps: int) -> None:
        self._weights = weights
        self._steps = steps
        self._step = 0
        self._means = {name: np.zeros_like(value) for name, value in weights.items()}
        self._squares = {name: np.zeros_like(value) for name, value in weights.items()}

    def step(self, gradients: Mapping[str, Floats]) -> None:
        self._step += 1
        first, second = _DECAYS
        rate = _RATE * min(1.0, self._step / _WARM_UP) * (1 - self._step / (self._steps + 1))
        rate *= (1 - second**self._step) ** 0.5 / (1 - first**self._step)
        for name, gradient in gradients.items():
            mean, square = self._means[name], self._squares[name]
            mean += np.float32(1 - first) * (gradient - mean)
            square += np.float32(1 - second) * (gradient * gradient - square)
            own = np.float32(rate * (_VECTOR_RATE if name == "vectors" else 1.0))
            self._weights[name] -= own * mean / (np.sqrt(square) + np.float32(1e-8))
