"""A learned set of intents: how sure it is, whether a message is in scope at all, and what it was led by."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopgraph.models.blend.net import NET_WEIGHT, Net
from shopgraph.models.blend.vectors import Floats
from shopgraph.models.blend.vocabulary import MEANING_WEIGHT, Encoded, Vocabulary, grams_of

SCOPE_FEATURES = ("margin", "gap", "energy", "confidence", "nearest", "second_nearest", "strange", "length", "outside")
"""What tells a message in scope from another, in this order; docs/routing.md says what each is."""
_SIGNS = frozenset("?!£$€% ")
_LEAST = 1e-6
"""A probability is kept so far from 0 and from 1."""


@dataclass(frozen=True)
class Examples:
    """Messages that were learned from, in the order of their intents."""

    texts: tuple[str, ...]
    bounds: NDArray[np.int64]
    """Where each intent's examples begin; one entry more than intents."""
    meanings: Floats
    """Examples by 256."""
    outside: tuple[str, ...] = ()
    """Messages out of scope that were learned from."""


@dataclass(frozen=True)
class Scope:
    """A logistic regression over `SCOPE_FEATURES`."""

    mean: Floats
    scale: Floats
    weights: Floats
    bias: float
    threshold: float
    """Below this score a message is out of scope: at least 95 % of the held-out messages in scope lie above."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What a message asks for, by a learned set of intents."""

    intent: str
    """The best one, in scope or not."""
    confidence: float
    """How likely it is the right one, given that the message is in scope; 0 to 1."""
    runner_up: str
    in_scope: float
    """0 to 1; higher is likelier in scope. An order, not a probability for a traffic other than the training's."""
    nearest: tuple[str, ...]
    """The examples of that intent that mean most like it, nearest first."""


@dataclass(frozen=True)
class Blend:
    """Weights over a vocabulary's views: one linear scorer per intent, and one for out of scope if it was shown any."""

    vocabulary: Vocabulary
    labels: tuple[str, ...]
    """Sorted."""
    weights: NDArray[np.int8]
    """Rows of the sparse views by scorers; a last scorer beyond the labels is that of out of scope. In eight bits: what
    is read of them for a message is far apart in memory."""
    weight_scale: Floats
    """Per scorer, what a weight of one stands for."""
    meaning_weights: Floats
    """256 by scorers."""
    bias: Floats
    temperature: float
    slope: float
    """With `shift`, straightens the log-odds of the best probability, so that it is as often right as it says."""
    shift: float
    scope: Scope
    examples: Examples
    sure: tuple[float, ...]
    """Per intent the confidence from which on held-out messages were right often enough; 1 or less."""
    net: Net | None = None
    """A second opinion on the intent; None where there were too few messages to learn one from."""

    def judge(self, text: str, *, nearest: int = 2) -> Judgement:
        """Intent, confidence and scope of one message."""
        return self.judge_encoded(self.vocabulary.encode(text), nearest=nearest)

    def judge_encoded(self, encoded: Encoded, *, nearest: int = 2) -> Judgement:
        """As `judge`, of a message already encoded by this vocabulary."""
        scores = self.scores(encoded)
        within = self.votes(encoded, scores)
        first = int(within.argmax())
        likely = self.probabilities(within)
        like = self.likeness(encoded, first)
        runner_up = int(np.where(np.arange(len(within)) == first, -np.inf, within).argmax()) if len(within) > 1 else 0
        shown = np.argsort(-like, kind="stable")[:nearest] + self.examples.bounds[first]
        return Judgement(
            intent=self.labels[first],
            confidence=self.confidence(float(likely[first])),
            runner_up=self.labels[runner_up] if runner_up != first else "",
            in_scope=self.scope_score(self.scope_features(encoded, scores, like)),
            nearest=tuple(self.examples.texts[at] for at in shown),
        )

    def scores(self, encoded: Encoded) -> Floats:
        """One margin per scorer, before the temperature."""
        sparse = (encoded.values @ self.weights[encoded.indices].astype(np.float32)) * self.weight_scale
        dense = (MEANING_WEIGHT * encoded.meaning) @ self.meaning_weights
        total: Floats = (sparse + dense + self.bias).astype(np.float32)
        return total

    def votes(self, encoded: Encoded, scores: Floats) -> Floats:
        """One value per intent: the linear scorers' margins, and what the network adds to them."""
        within = scores[: len(self.labels)]
        if self.net is None:
            return within
        logits = self.net.logits(encoded.words, self.vocabulary)
        peak = float(logits.max())
        likely = logits - (peak + math.log(float(np.exp(logits - peak).sum())))
        total: Floats = (within + np.float32(NET_WEIGHT) * likely).astype(np.float32)
        return total

    def probabilities(self, within: Floats) -> Floats:
        """One probability per intent, from their votes."""
        powers = np.exp((within - within.max()) / self.temperature)
        result: Floats = (powers / powers.sum()).astype(np.float32)
        return result

    def confidence(self, best: float) -> float:
        """How often the best intent is right whose probability is this."""
        within = min(max(best, _LEAST), 1 - _LEAST)
        return 1 / (1 + math.exp(-(self.slope * math.log(within / (1 - within)) + self.shift)))

    def scope_features(self, encoded: Encoded, scores: Floats, like: Floats) -> Floats:
        """The values of `SCOPE_FEATURES`; `like` are cosines to the best intent's examples."""
        within = scores[: len(self.labels)]
        second, first = np.sort(within)[-2:].tolist()
        cooled = within / self.temperature
        peak = float(cooled.max())
        closest = np.sort(like)[-3:].tolist()
        return np.array(
            [
                first,
                first - second,
                peak + float(np.log(np.exp(cooled - peak).sum())),
                float(self.probabilities(within).max()),
                closest[-1] if closest else 0.0,
                sum(closest) / len(closest) if closest else 0.0,
                encoded.strange,
                float(np.log1p(len(encoded.words))),
                float(scores[-1]) - first if len(scores) > len(self.labels) else 0.0,
            ],
            dtype=np.float32,
        )

    def scope_score(self, features: Floats) -> float:
        """0 to 1 from the scope features."""
        scaled = (features - self.scope.mean) / self.scope.scale
        return float(1 / (1 + np.exp(-(float(scaled @ self.scope.weights) + self.scope.bias))))

    def likeness(self, encoded: Encoded, label: int) -> Floats:
        """Cosine to each example of an intent."""
        start, end = self.examples.bounds[label : label + 2]
        like: Floats = self.examples.meanings[start:end] @ encoded.meaning
        return like

    def reasons(self, encoded: Encoded, intent: str, limit: int = 3) -> tuple[str, ...]:
        """The words, pairs and triples in a row that spoke most for an intent against the others, strongest first."""
        rows = self.vocabulary.rows_of({gram for gram in grams_of(encoded.words) if not _SIGNS.issuperset(gram)})
        if not rows:
            return ()
        grams, at = list(rows), np.fromiter(rows.values(), dtype=np.int64, count=len(rows))
        weights = self.weights[at].astype(np.float32) * self.weight_scale
        own = weights[:, self.labels.index(intent)] - weights.mean(axis=1)
        value_of = dict(zip(encoded.indices.tolist(), encoded.values.tolist(), strict=True))
        pulls = {gram: value_of[row] * pull for (gram, row), pull in zip(rows.items(), own.tolist(), strict=True)}
        chosen: list[str] = []
        for gram in sorted(grams, key=lambda gram: (-pulls[gram], gram)):
            if pulls[gram] <= 0 or len(chosen) == limit:
                break
            if not any(gram in other for other in chosen):
                chosen.append(gram)
        return tuple(chosen)
