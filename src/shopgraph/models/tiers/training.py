"""Learn which requests need the stronger of two models, from outcomes of both. Training needs the extra `train`."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopgraph.domain import Value
from shopgraph.errors import ConfigurationError, InvalidInput
from shopgraph.models.blend.vectors import Floats
from shopgraph.models.tiers.curve import CostQuality, cost_quality, threshold_for
from shopgraph.models.tiers.model import EXTREME, Lexicon, TierModel
from shopgraph.models.tiers.requests import ModelRequest, Rarity, grams, shape, tokens

FOLDS = 5
LEAST_ROWS = 20
PENALTIES = (3.0, 10.0, 30.0, 100.0)
WORDS_WEIGHTS = (0.5, 1.0)
"""Weight of the words beside the shape. Which penalty and weight: by the curve on rows kept from training."""

Progress = Callable[[str, int, int], None]


class Outcome(Value):
    """What two models made of one request."""

    request: ModelRequest
    weak: float
    """The weak model's score, higher is better."""
    strong: float


class OperatingPoint(Value):
    """Where the threshold lies on rows kept from training."""

    threshold: float
    strong_share: float
    gap_recovered: float


@dataclass(frozen=True, kw_only=True)
class TrainedTiers:
    """A model, and the curve of models like it on rows kept from them."""

    model: TierModel
    curve: CostQuality
    operating_point: OperatingPoint


@dataclass(frozen=True)
class _Inputs:
    counts: list[Counter[str]]
    shapes: Floats
    weak: NDArray[np.float64]
    strong: NDArray[np.float64]


def train_tiers(
    outcomes: Sequence[Outcome],
    *,
    weak: str,
    strong: str,
    keep: float = 0.8,
    seed: int = 7,
    progress: Progress | None = None,
) -> TrainedTiers:
    """Ridge regression on the gain; the same outcomes and seed give the same model.

    `keep`: the operating point is the one with the fewest calls to the stronger model that recovers this share of the
    gap on rows kept from training.

    Raises:
        InvalidInput: fewer than 20 outcomes, or the strong model is no better than the weak one.
        ConfigurationError: scikit-learn is not installed.
    """
    _learners()
    report = progress or (lambda _what, _done, _of: None)
    if len(outcomes) < LEAST_ROWS:
        raise InvalidInput(f"There are {len(outcomes)} outcomes.", remedy=f"Give at least {LEAST_ROWS}.")
    if sum(one.strong - one.weak for one in outcomes) <= 0:
        raise InvalidInput(
            f"{strong} does no better than {weak} here.", remedy="Ask the weak one always; it is cheaper."
        )
    lexicon = _lexicon([one.request for one in outcomes])
    inputs = _Inputs(
        counts=[grams(tokens(one.request.text)) for one in outcomes],
        shapes=np.stack([shape(one.request, Rarity(lexicon.rarity_of)) for one in outcomes]),
        weak=np.array([one.weak for one in outcomes]),
        strong=np.array([one.strong for one in outcomes]),
    )
    fold_of = np.random.default_rng(seed).permutation(len(outcomes)) % FOLDS
    everything = np.ones(len(outcomes), dtype=bool)
    settings = [(penalty, weight) for weight in WORDS_WEIGHTS for penalty in PENALTIES]
    kept = {setting: np.zeros(len(outcomes), np.float32) for setting in settings}
    for fold in range(FOLDS):
        report("judging rows kept from training", fold, FOLDS + 1)
        for setting, model in zip(settings, _fitted(inputs, fold_of != fold, settings, lexicon), strict=True):
            kept[setting][fold_of == fold] = _gains(model, inputs, fold_of == fold)
    curves = {
        setting: cost_quality(kept[setting].tolist(), inputs.weak.tolist(), inputs.strong.tolist())
        for setting in settings
    }
    best = max(settings, key=lambda setting: (curves[setting].apgr or 0.0, setting[0]))
    report("learning from all rows", FOLDS, FOLDS + 1)
    model = _fitted(inputs, everything, [best], lexicon)[0]
    threshold = threshold_for(kept[best], inputs.weak, inputs.strong, keep)
    asked = kept[best] >= threshold
    gap = inputs.strong - inputs.weak
    report("done", FOLDS + 1, FOLDS + 1)
    return TrainedTiers(
        model=replace(model, weak=weak, strong=strong, threshold=threshold),
        curve=curves[best],
        operating_point=OperatingPoint(
            threshold=round(threshold, 5),
            strong_share=round(float(asked.mean()), 4),
            gap_recovered=round(float(gap[asked].sum() / gap.sum()), 4),
        ),
    )


def _learners() -> tuple[Any, Any]:
    try:
        from scipy import sparse  # type: ignore[import-untyped]
        from sklearn import linear_model  # type: ignore[import-untyped]
    except ImportError as error:
        raise ConfigurationError(
            f"Training a router needs {error.name}, which is not installed.", remedy="pip install 'shopgraph[train]'"
        ) from error
    return linear_model, sparse


def _lexicon(requests: Sequence[ModelRequest]) -> Lexicon:
    """Tokens and pairs that at least two requests have."""
    found: Counter[int] = Counter()
    for request in requests:
        found.update({zlib.crc32(gram.encode()) for gram in grams(tokens(request.text))})
    codes = sorted(code for code, count in found.items() if count > 1)
    rarity = np.log((1 + len(requests)) / (1 + np.array([found[code] for code in codes], dtype=np.float64))) + 1
    return Lexicon(
        codes=np.array(codes, dtype=np.uint32),
        rarity=rarity.astype(np.float16).astype(np.float32),
        rarest=round(float(np.log(1 + len(requests)) + 1), 4),
    )


def _fitted(
    inputs: _Inputs, rows: NDArray[np.bool_], settings: Sequence[tuple[float, float]], lexicon: Lexicon
) -> list[TierModel]:
    linear_model, sparse = _learners()
    at = np.flatnonzero(rows)
    weighed = [lexicon.weigh(inputs.counts[row]) for row in at]
    ends = np.cumsum([0, *(len(places) for places, _ in weighed)])
    words = sparse.csr_matrix(
        (
            np.concatenate([values for _, values in weighed]).astype(np.float64),
            np.concatenate([places for places, _ in weighed]),
            ends,
        ),
        shape=(len(at), len(lexicon.codes)),
    )
    mean, scale = inputs.shapes[at].mean(axis=0), inputs.shapes[at].std(axis=0)
    scale = np.where(scale > 1e-6, scale, np.inf).astype(np.float32)
    root = np.sqrt(np.isfinite(scale).sum())
    shaped = np.clip((inputs.shapes[at] - mean) / scale, -EXTREME, EXTREME).astype(np.float64) / root
    gain = (inputs.strong - inputs.weak)[at]
    models = []
    for penalty, weight in settings:
        learner = linear_model.Ridge(alpha=penalty, fit_intercept=False, solver="sparse_cg", tol=1e-5)
        learner.fit(sparse.hstack([weight * words, sparse.csr_matrix(shaped)]).tocsr(), gain - gain.mean())
        models.append(
            TierModel(
                weak="",
                strong="",
                lexicon=lexicon,
                word_weights=(weight * learner.coef_[: len(lexicon.codes)]).astype(np.float32),
                mean=mean,
                scale=scale,
                shape_weights=(learner.coef_[len(lexicon.codes) :] / root).astype(np.float32),
                bias=float(gain.mean()),
                threshold=0.0,
            )
        )
    return models


def _gains(model: TierModel, inputs: _Inputs, rows: NDArray[np.bool_]) -> Floats:
    at = np.flatnonzero(rows)
    shaped = np.clip((inputs.shapes[at] - model.mean) / model.scale, -EXTREME, EXTREME) @ model.shape_weights
    said = [
        float(values @ model.word_weights[places])
        for places, values in (model.lexicon.weigh(inputs.counts[row]) for row in at)
    ]
    total: Floats = (shaped + np.array(said) + model.bias).astype(np.float32)
    return total
