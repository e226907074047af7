"""The shipped classifier as a folder: weights in safetensors, labels and thresholds in JSON, a card.

The same weights give the same bytes. Nothing in it is executed when it is read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from shopgraph.errors import ConfigurationError
from shopgraph.models.classifier import Classifier
from shopgraph.models.features import BUCKETS

WEIGHTS, LABELS, CARD = "weights.safetensors", "labels.json", "card.md"
FORMAT = 2
"""Raised when the features or the layout change: an older folder is then refused, not misread."""


def dump(classifier: Classifier, *, digest: str, thresholds: Mapping[str, float]) -> dict[str, bytes]:
    """The contents of the files by their names; `digest` names the utterances it was trained from."""
    scale = np.maximum(np.abs(classifier.weights).max(axis=0), 1e-9) / 127
    meta = {
        "format": FORMAT,
        "buckets": BUCKETS,
        "labels": list(classifier.labels),
        "temperature": classifier.temperature,
        "thresholds": dict(thresholds),
        "digest": digest,
    }
    tensors = {
        "weights": np.round(classifier.weights / scale).astype(np.int8),
        "scale": scale.astype(np.float32),
        "bias": np.round(classifier.bias, 3).astype(np.float32),
        "rarity": np.round(classifier.rarity, 2).astype(np.float16),
        "known": np.array(sorted(classifier.known), dtype=np.uint32),
    }
    return {WEIGHTS: save_tensors(tensors), LABELS: (json.dumps(meta, indent=1) + "\n").encode()}


def load(folder: Path) -> tuple[Classifier, str]:
    """A classifier, and the digest of the utterances it was trained from.

    Raises:
        ConfigurationError: a file is not there, damaged, or of another version; names it.
    """
    at = folder / LABELS
    try:
        meta = json.loads(at.read_bytes())
        if (meta["format"], meta["buckets"]) != (FORMAT, BUCKETS):
            raise ConfigurationError(
                f"The router weights in {folder} have format {meta['format']}; this version reads {FORMAT}.",
                remedy="Train them again: python -m shopgraph.models.train_default.",
            )
        at = folder / WEIGHTS
        tensors = load_tensors(at.read_bytes())
        classifier = Classifier(
            labels=tuple(meta["labels"]),
            weights=tensors["weights"].astype(np.float32) * tensors["scale"],
            bias=tensors["bias"],
            rarity=tensors["rarity"].astype(np.float32),
            known=frozenset(tensors["known"].tolist()),
            temperature=float(meta["temperature"]),
        )
    except (OSError, KeyError, TypeError, ValueError, SafetensorError) as error:
        raise ConfigurationError(
            f"The router weights in {at} cannot be read ({type(error).__name__}: {error}).",
            remedy="Install shopgraph again, or make them: python -m shopgraph.models.train_default.",
        ) from error
    return classifier, str(meta["digest"])
