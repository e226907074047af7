"""A learned judge of requests as a folder: weights in safetensors, names and threshold in JSON, the curve, a card."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from shopgraph.errors import ConfigurationError
from shopgraph.models.folders import write_folder
from shopgraph.models.tiers.model import Lexicon, TierModel
from shopgraph.models.tiers.requests import FEATURES
from shopgraph.models.tiers.training import TrainedTiers

WEIGHTS, META, CARD = "weights.safetensors", "tiers.json", "card.md"
FORMAT = 1
"""Raised when the features or the layout change: an older folder is then refused, not misread."""
_REMEDY = "Train it again: shopgraph train tiers --data FILE --out DIR."


def save_tiers(trained: TrainedTiers, out: Path, *, sources: str, rows: int, date: str) -> None:
    """Write the folder, and make it first where it is not there. The same model gives the same bytes.

    Raises:
        InvalidInput: the folder cannot be written.
    """
    model, curve, point = trained.model, trained.curve, trained.operating_point
    meta = {
        "format": FORMAT,
        "weak": model.weak,
        "strong": model.strong,
        "features": list(FEATURES),
        "bias": model.bias,
        "rarest": model.lexicon.rarest,
        "threshold": model.threshold,
        "operating_point": point.model_dump(mode="json"),
        "curve": curve.model_dump(mode="json"),
    }
    card = f"""# A judge of requests: {model.weak} or {model.strong}

- Made by `shopgraph train tiers` on {date} from {sources}: {rows:,} outcomes of both models.
- On rows kept from training (five folds): APGR {curve.apgr}, half the gap for {curve.cpt50} of the calls, 80 % for
  {curve.cpt80}. The whole curve is in {META}.
- Chosen: {model.strong} for {point.strong_share:.1%} of the requests, which recovers {point.gap_recovered:.1%} of the
  gap.
- What it is: ridge regression on the gain, over words, pairs of words and counts; nothing of the texts is kept but
  their words' codes.
- Not for: other models than these two, other kinds of request than these.
"""
    tensors: dict[str, NDArray[np.generic]] = {
        "codes": model.lexicon.codes,
        "rarity": model.lexicon.rarity.astype(np.float16),
        "word_weights": model.word_weights,
        "mean": model.mean.astype(np.float32),
        "scale": model.scale.astype(np.float32),
        "shape_weights": model.shape_weights,
    }
    described = json.dumps(meta, indent=1) + "\n"
    write_folder(out, {WEIGHTS: save(tensors), META: described.encode(), CARD: card.encode()})


def load_tiers(folder: Path) -> TierModel:
    """The model in a folder.

    Raises:
        ConfigurationError: a file is not there, damaged, or of another version; names it.
    """
    at = folder / META
    try:
        meta = json.loads(at.read_bytes())
        if meta["format"] != FORMAT or tuple(meta["features"]) != FEATURES:
            raise ConfigurationError(f"{at} is of another version.", remedy=_REMEDY)
        at = folder / WEIGHTS
        tensors = load(at.read_bytes())
        return TierModel(
            weak=str(meta["weak"]),
            strong=str(meta["strong"]),
            lexicon=Lexicon(tensors["codes"], tensors["rarity"].astype(np.float32), float(meta["rarest"])),
            word_weights=tensors["word_weights"],
            mean=tensors["mean"],
            scale=tensors["scale"],
            shape_weights=tensors["shape_weights"],
            bias=float(meta["bias"]),
            threshold=float(meta["threshold"]),
        )
    except (OSError, KeyError, TypeError, ValueError, SafetensorError) as error:
        raise ConfigurationError(f"{at} cannot be read ({type(error).__name__}: {error}).", remedy=_REMEDY) from error
