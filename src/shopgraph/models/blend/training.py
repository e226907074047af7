"""Learn a set of intents from rows of text and intent. Training needs the extra `train`; what it makes does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopgraph.errors import ConfigurationError, InvalidInput
from shopgraph.models.blend.model import SCOPE_FEATURES, Blend, Examples, Scope
from shopgraph.models.blend.net import Net
from shopgraph.models.blend.net_training import train_net
from shopgraph.models.blend.vectors import DIMENSIONS, Floats
from shopgraph.models.blend.vocabulary import MEANING_WEIGHT, Encoded, Vocabulary, learn_vocabulary
from shopgraph.models.corpus import own_examples

OUTSIDE = "oos"
"""The intent of a row that is out of scope."""
FOLDS = 3
DROPPED = 5
"""One intent of so many is left out of a fold's training: its messages stand for what nobody has thought of."""
KEPT_IN_SCOPE = 0.95
RIGHT_ENOUGH = 0.95
"""Share of the held-out messages above an intent's threshold that were right."""
LEAST_ROWS = 3
NET_FROM_ROWS = 2_000
"""From so many rows in scope on a network learns beside the linear scorers; of fewer it learns little."""
_STAND_IN = 100
"""So many rows out of scope weigh as much as the intents left out of a fold."""
_COST = 0.5
_TOLERANCE = 1e-3

Progress = Callable[[str, int, int], None]
"""What is being done, steps done, steps in all."""


@dataclass(frozen=True, kw_only=True)
class LabeledText:
    """One row to learn from; the intent `oos` means: none of them."""

    text: str
    intent: str


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """What a fold's model said of a message that it had not seen."""

    text: str
    intent: str
    """The right one, or `oos` (also where the fold's model was not shown this intent)."""
    said: str
    confidence: float
    in_scope: float


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A model, and what models trained like it said of messages kept from them."""

    blend: Blend
    held_out: tuple[HeldOut, ...]


@dataclass(frozen=True)
class _Scored:
    right: int
    """Index of the right label; -1: none."""
    labels: tuple[str, ...]
    text: str
    intent: str
    scores: Floats
    """Of the linear scorers."""
    votes: Floats
    """The same with the network's opinion, per label."""
    encoded: Encoded
    like: Floats


def train_blend(rows: Sequence[LabeledText], *, seed: int = 7, progress: Progress | None = None) -> Trained:
    """Learn from rows; the same rows and seed give the same model. CPU seconds: 5 to 10 per 1,000 rows of 64 intents.

    Three models, each trained on two thirds of the rows less one intent of five, judge what was kept from them; from
    that come the temperature, the scorer of scope and the thresholds. The model itself then learns from all rows.

    Raises:
        InvalidInput: fewer than two intents, or an intent with fewer than three rows.
        ConfigurationError: scikit-learn is not installed.
    """
    kept = _checked(rows)
    report = progress or (lambda _what, _done, _of: None)
    order = np.random.default_rng(seed).permutation(len(kept))
    fold_of = _folds(kept, order)
    judged: list[_Scored] = []
    for fold in range(FOLDS):
        report("judging rows kept from training", fold, FOLDS + 1)
        judged += _judged(kept, fold_of, fold, seed)
    report("learning from all rows", FOLDS, FOLDS + 1)
    temperature = _temperature(judged)
    raw = replace(_fit(kept, seed), temperature=temperature)
    slope, shift = _straightened(judged, raw)
    raw = replace(raw, slope=slope, shift=shift)
    scope, in_scope = _scope(judged, raw)
    held_out = tuple(
        HeldOut(
            text=one.text,
            intent=one.intent if one.right >= 0 else OUTSIDE,
            said=one.labels[int(one.votes.argmax())],
            confidence=raw.confidence(_best(raw, one)),
            in_scope=float(score),
        )
        for one, score in zip(judged, in_scope, strict=True)
    )
    report("done", FOLDS + 1, FOLDS + 1)
    return Trained(blend=replace(raw, scope=scope, sure=_sure(raw.labels, held_out)), held_out=held_out)


def extend_blend(blend: Blend, intent: str, sentences: Sequence[str], *, seed: int = 7) -> Blend:
    """Learn all again with a further intent's sentences (or more of one it knows). Takes seconds.

    Temperature and scope stay; the new intent's threshold is the median of the others'.

    Raises:
        ConfigurationError: scikit-learn is not installed.
    """
    known = blend.examples
    rows = [
        LabeledText(text=text, intent=label)
        for at, label in enumerate(blend.labels)
        for text in known.texts[known.bounds[at] : known.bounds[at + 1]]
    ]
    rows += [LabeledText(text=text, intent=OUTSIDE) for text in known.outside]
    # In everyday frames and misspelt as well: so few sentences alone are too easily taken for something strange.
    rows += [LabeledText(text=example.text, intent=intent) for example in own_examples(intent, sentences)]
    sure = dict(zip(blend.labels, blend.sure, strict=True))
    usual = float(np.median(blend.sure))
    wider = _fit(_checked(rows), seed)
    return replace(
        wider,
        temperature=blend.temperature,
        slope=blend.slope,
        shift=blend.shift,
        scope=blend.scope,
        sure=tuple(sure.get(label, usual) for label in wider.labels),
    )


def _checked(rows: Sequence[LabeledText]) -> list[LabeledText]:
    kept = list(dict.fromkeys(row for row in rows if row.text.strip()))
    counts: dict[str, int] = {}
    for row in kept:
        counts[row.intent] = counts.get(row.intent, 0) + 1
    within = {intent: count for intent, count in counts.items() if intent != OUTSIDE}
    if len(within) < 2:
        raise InvalidInput(
            f"The rows name {len(within)} intents besides {OUTSIDE!r}.", remedy="Give rows of at least two."
        )
    if few := sorted(intent for intent, count in within.items() if count < LEAST_ROWS):
        raise InvalidInput(
            f"Fewer than {LEAST_ROWS} different texts: {', '.join(few[:5])}.",
            remedy="Give more texts, or leave it out.",
        )
    return kept


def _folds(rows: Sequence[LabeledText], order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each intent's rows are dealt to the folds by turns, in a shuffled order."""
    fold_of = np.zeros(len(rows), dtype=np.int64)
    dealt: dict[str, int] = {}
    for at in order:
        intent = rows[at].intent
        dealt[intent] = dealt.get(intent, -1) + 1
        fold_of[at] = dealt[intent] % FOLDS
    return fold_of


def _judged(rows: Sequence[LabeledText], fold_of: NDArray[np.int64], fold: int, seed: int) -> list[_Scored]:
    intents = sorted({row.intent for row in rows} - {OUTSIDE})
    dropped = set(intents[fold::DROPPED]) if len(intents) >= 2 * DROPPED else set()
    learned = [row for row, own in zip(rows, fold_of, strict=True) if own != fold and row.intent not in dropped]
    blend = _fit(learned, seed)
    kept = [row for row, own in zip(rows, fold_of, strict=True) if own == fold]
    scored = []
    for row in kept:
        encoded = blend.vocabulary.encode(row.text)
        scores = blend.scores(encoded)
        votes = blend.votes(encoded, scores)
        first = int(votes.argmax())
        right = blend.labels.index(row.intent) if row.intent in blend.labels else -1
        scored.append(
            _Scored(right, blend.labels, row.text, row.intent, scores, votes, encoded, blend.likeness(encoded, first))
        )
    return scored


def _fit(rows: Sequence[LabeledText], seed: int) -> Blend:
    """Vocabulary and scorers; temperature, scope and thresholds are not known yet."""
    sklearn_svm, scipy_sparse = _learners()
    vocabulary = learn_vocabulary([row.text for row in rows])
    encoded = [vocabulary.encode(row.text) for row in rows]
    blank = np.zeros(len(SCOPE_FEATURES), np.float32)
    labels = tuple(sorted({row.intent for row in rows} - {OUTSIDE}))
    columns = (*labels, OUTSIDE) if any(row.intent == OUTSIDE for row in rows) else labels
    target = np.array([columns.index(row.intent) for row in rows])
    inputs = scipy_sparse.hstack([_matrix(scipy_sparse, vocabulary, encoded), _meanings(encoded)]).tocsr()
    learner = sklearn_svm.LinearSVC(C=_COST, tol=_TOLERANCE, random_state=seed).fit(inputs, target)
    coefficients, bias = learner.coef_.T, learner.intercept_
    if len(columns) == 2:  # one scorer serves two classes
        coefficients, bias = np.hstack([-coefficients, coefficients]), np.array([-bias[0], bias[0]])
    scale = np.maximum(np.abs(coefficients[: vocabulary.size]).max(axis=0), 1e-9).astype(np.float32) / np.float32(127)
    return Blend(
        vocabulary=vocabulary,
        labels=labels,
        weights=np.round(coefficients[: vocabulary.size] / scale).astype(np.int8),
        weight_scale=scale,
        meaning_weights=coefficients[vocabulary.size :].astype(np.float16).astype(np.float32),
        bias=bias.astype(np.float32),
        temperature=1.0,
        slope=1.0,
        shift=0.0,
        scope=Scope(mean=blank, scale=blank, weights=blank, bias=0.0, threshold=0.0),
        examples=_examples(rows, labels, encoded),
        sure=(1.0,) * len(labels),
        net=_net(rows, labels, vocabulary, encoded, seed),
    )


def _net(
    rows: Sequence[LabeledText], labels: tuple[str, ...], vocabulary: Vocabulary, encoded: Sequence[Encoded], seed: int
) -> Net | None:
    """Learned from the rows in scope; None where they are too few."""
    place = {label: at for at, label in enumerate(labels)}
    within = [(one.words, place[row.intent]) for row, one in zip(rows, encoded, strict=True) if row.intent != OUTSIDE]
    if len(within) < NET_FROM_ROWS:
        return None
    targets = np.array([target for _, target in within])
    return train_net([words for words, _ in within], targets, len(labels), vocabulary, seed=seed)


def _learners() -> tuple[Any, Any]:
    try:
        from scipy import sparse  # type: ignore[import-untyped]
        from sklearn import svm  # type: ignore[import-untyped]
    except ImportError as error:
        raise ConfigurationError(
            f"Training a router needs {error.name}, which is not installed.",
            remedy="pip install 'shopgraph[train]'",
        ) from error
    return svm, sparse


def _matrix(sparse: Any, vocabulary: Vocabulary, encoded: Sequence[Encoded]) -> Any:
    ends = np.cumsum([0, *(len(one.indices) for one in encoded)])
    indices = np.concatenate([one.indices for one in encoded])
    values = np.concatenate([one.values for one in encoded]).astype(np.float64)
    matrix = sparse.csr_matrix((values, indices, ends), shape=(len(encoded), vocabulary.size))
    matrix.sort_indices()
    return matrix


def _meanings(encoded: Sequence[Encoded]) -> NDArray[np.float64]:
    return MEANING_WEIGHT * np.stack([one.meaning for one in encoded]).astype(np.float64)


def _examples(rows: Sequence[LabeledText], labels: tuple[str, ...], encoded: Sequence[Encoded]) -> Examples:
    of_label: list[list[int]] = [[] for _ in labels]
    place = {label: at for at, label in enumerate(labels)}
    for at, row in enumerate(rows):
        if row.intent != OUTSIDE:
            of_label[place[row.intent]].append(at)
    chosen = [at for some in of_label for at in some]
    meanings = np.stack([encoded[at].meaning for at in chosen]) if chosen else np.zeros((0, DIMENSIONS), np.float32)
    return Examples(
        texts=tuple(rows[at].text for at in chosen),
        bounds=np.cumsum([0, *(len(some) for some in of_label)]),
        meanings=meanings.astype(np.float16).astype(np.float32),
        outside=tuple(row.text for row in rows if row.intent == OUTSIDE),
    )


def _temperature(judged: Sequence[_Scored]) -> float:
    """The one under which the right intents of the kept rows are likeliest."""
    within = [one for one in judged if one.right >= 0]

    def surprise(temperature: float) -> float:
        total = 0.0
        for one in within:
            cooled = one.votes / temperature
            peak = cooled.max()
            total += float(np.log(np.exp(cooled - peak).sum()) + peak - cooled[one.right])
        return total / max(len(within), 1)

    return min((round(0.05 * 1.08**step, 4) for step in range(48)), key=surprise)


def _straightened(judged: Sequence[_Scored], model: Blend) -> tuple[float, float]:
    """Slope and shift of the log-odds by logistic regression on whether the best was right (Platt 1999)."""
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    within = [one for one in judged if one.right >= 0]
    right = np.array([int(one.votes.argmax()) == one.right for one in within])
    if right.all() or not right.any():
        return 1.0, 0.0
    best = np.array([_best(model, one) for one in within]).clip(1e-6, 1 - 1e-6)
    learner: Any = LogisticRegression(C=100.0).fit(np.log(best / (1 - best))[:, None], right)
    return round(float(learner.coef_[0, 0]), 5), round(float(learner.intercept_[0]), 5)


def _best(model: Blend, one: _Scored) -> float:
    return float(model.probabilities(one.votes).max())


def _scope(judged: Sequence[_Scored], model: Blend) -> tuple[Scope, Floats]:
    """A logistic regression of in scope against out of scope, and its scores."""
    from sklearn.linear_model import LogisticRegression

    features = np.stack(
        [replace(model, labels=one.labels).scope_features(one.encoded, one.scores, one.like) for one in judged]
    )
    within = np.array([one.right >= 0 for one in judged])
    mean, scale = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-6)
    if within.all():
        # Nothing to tell apart: the best margin alone decides.
        weights, bias = np.eye(1, len(SCOPE_FEATURES), dtype=np.float32)[0], 0.0
    else:
        learner: Any = LogisticRegression(max_iter=500)
        learner.fit((features - mean) / scale, within, sample_weight=_importance(judged))
        weights, bias = learner.coef_[0].astype(np.float32), float(learner.intercept_[0])
    scores = 1 / (1 + np.exp(-((features - mean) / scale @ weights + bias)))
    # Where both kinds lie far apart, the quantile alone would refuse what is likelier in scope than not.
    threshold = min(float(np.quantile(scores[within], 1 - KEPT_IN_SCOPE)), 0.5)
    return Scope(mean, scale, weights, round(bias, 5), round(threshold, 5)), scores


def _importance(judged: Sequence[_Scored]) -> NDArray[np.float64]:
    """In scope and out of it weigh alike; rows out of scope replace the left-out intents the more there are."""
    kinds = np.array([0 if one.right >= 0 else 1 if one.intent == OUTSIDE else 2 for one in judged])
    within, outside, left_out = (int((kinds == kind).sum()) for kind in range(3))
    share = outside / (outside + _STAND_IN) if left_out else 1.0
    weights = [
        len(judged) / max(2 * within, 1),
        share * len(judged) / max(2 * outside, 1),
        (1 - share) * len(judged) / max(2 * left_out, 1),
    ]
    importance: NDArray[np.float64] = np.array(weights)[kinds]
    return importance


def _sure(labels: tuple[str, ...], held_out: Sequence[HeldOut]) -> tuple[float, ...]:
    """Per intent the lowest confidence from which on so many were right as `RIGHT_ENOUGH` asks, one in doubt added."""
    lowest: dict[str, float] = {}
    for label in labels:
        said = sorted((one.confidence, one.intent == label) for one in held_out if one.said == label)
        best = 1.0
        right = count = 0
        for confidence, is_right in reversed(said):
            right, count = right + is_right, count + 1
            if (right + 1) / (count + 1) >= RIGHT_ENOUGH:
                best = confidence
        lowest[label] = best
    return tuple(round(lowest[label], 4) for label in labels)
