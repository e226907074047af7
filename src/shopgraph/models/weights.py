"""A trained classifier as one small file: weights in eight bits, no pickle, the same bytes for the same weights."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from shopgraph.errors import ConfigurationError
from shopgraph.models.classifier import Classifier
from shopgraph.models.features import BUCKETS

FORMAT = 1
"""Raised when the features or the layout change: an older file is then refused, not misread."""
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def dump(classifier: Classifier, *, digest: str) -> bytes:
    """The file's bytes; `digest` names the utterances it was trained from. Stored, not packed: zlibs differ."""
    scale = np.maximum(np.abs(classifier.weights).max(axis=0), 1e-9) / 127
    meta = {
        "format": FORMAT,
        "buckets": BUCKETS,
        "labels": list(classifier.labels),
        "temperature": classifier.temperature,
        "digest": digest,
    }
    arrays: dict[str, NDArray[Any]] = {
        "weights": np.round(classifier.weights / scale).astype(np.int8),
        "scale": scale.astype(np.float32),
        "bias": np.round(classifier.bias, 3).astype(np.float32),
        "rarity": np.round(classifier.rarity, 2).astype(np.float16),
        "known": np.array(sorted(classifier.known), dtype=np.uint32),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo("meta.json", _ZIP_DATE), json.dumps(meta, sort_keys=True))
        for name, array in arrays.items():
            content = io.BytesIO()
            npy.write_array(content, array, version=(1, 0), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _ZIP_DATE), content.getvalue())
    return buffer.getvalue()


def load(path: Path) -> tuple[Classifier, str]:
    """A classifier, and the digest of the utterances it was trained from.

    Raises:
        ConfigurationError: the file is not there, damaged, or of another version.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            meta = json.loads(archive.read("meta.json"))
            arrays = {name: _array(archive, name) for name in ("weights", "scale", "bias", "rarity", "known")}
        if (meta["format"], meta["buckets"]) != (FORMAT, BUCKETS):
            raise ConfigurationError(
                f"The router weights in {path} have format {meta['format']}; this version reads {FORMAT}.",
                remedy="Train them again: python -m shopgraph.models.train_default.",
            )
        classifier = Classifier(
            labels=tuple(meta["labels"]),
            weights=arrays["weights"].astype(np.float32) * arrays["scale"],
            bias=arrays["bias"],
            rarity=arrays["rarity"].astype(np.float32),
            known=frozenset(arrays["known"].tolist()),
            temperature=float(meta["temperature"]),
        )
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ConfigurationError(
            f"The router weights in {path} cannot be read ({type(error).__name__}: {error}).",
            remedy="Install shopgraph again, or make them: python -m shopgraph.models.train_default.",
        ) from error
    return classifier, str(meta["digest"])


def _array(archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    content = io.BytesIO(archive.read(f"{name}.npy"))
    array: NDArray[Any] = npy.read_array(content, allow_pickle=False)
    return array
