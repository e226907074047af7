"""A learned set of intents as a folder: weights in safetensors, names and thresholds in JSON, a card, the examples.

The same model gives the same bytes. Nothing in it is executed when it is read.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue
from safetensors import SafetensorError
from safetensors.numpy import load, save

from shopgraph.errors import ConfigurationError
from shopgraph.models.blend.model import Blend, Examples, Scope
from shopgraph.models.blend.net import Net
from shopgraph.models.blend.training import OUTSIDE, HeldOut, LabeledText, Trained
from shopgraph.models.blend.vocabulary import Coded, Vocabulary
from shopgraph.models.folders import write_folder

WEIGHTS, LABELS, EXAMPLES, REPORT, CARD = (
    "weights.safetensors", "labels.json", "examples.json", "report.json", "card.md",
)  # fmt: skip
FORMAT = 2
"""Raised when the features or the layout change: an older folder is then refused, not misread."""
_CONFUSIONS = 20
_NET = ("word_vectors", "filters", "filter_bias", "head", "bias")
_REMEDY = "Train it again: shopgraph train router --data FILE --out DIR."


def save_blend(trained: Trained, out: Path, *, rows: Sequence[LabeledText], sources: Sequence[str], date: str) -> None:
    """Write the folder, and make it first where it is not there. `date` is for the card only.

    Raises:
        InvalidInput: the folder cannot be written.
    """
    report = training_report(trained.held_out)
    contents = {
        WEIGHTS: save(_tensors(trained.blend)),
        LABELS: _json(_labels(trained.blend)),
        EXAMPLES: _json({"texts": list(trained.blend.examples.texts), OUTSIDE: list(trained.blend.examples.outside)}),
        REPORT: _json(report),
        CARD: _card(rows, sources, date, report, net=trained.blend.net is not None).encode(),
    }
    write_folder(out, contents)


def load_blend(folder: Path) -> Blend:
    """The model in a folder.

    Raises:
        ConfigurationError: a file is not there, damaged, or of another version; names it.
    """
    at = folder
    try:
        at = folder / LABELS
        meta = json.loads(at.read_bytes())
        if meta["format"] != FORMAT:
            raise ConfigurationError(
                f"The router in {folder} has format {meta['format']}; this version reads {FORMAT}.", remedy=_REMEDY
            )
        at = folder / EXAMPLES
        texts = json.loads(at.read_bytes())
        at = folder / WEIGHTS
        tensors = load(at.read_bytes())
        return _blend(meta, tensors, texts)
    except (OSError, KeyError, TypeError, ValueError, SafetensorError) as error:
        raise ConfigurationError(f"{at} cannot be read ({type(error).__name__}: {error}).", remedy=_REMEDY) from error


def training_report(held_out: Sequence[HeldOut]) -> dict[str, JsonValue]:
    """Per intent precision, recall and count, and what is taken for what, on messages kept from training."""
    asked = Counter(one.intent for one in held_out)
    said = Counter(one.said for one in held_out if one.intent != OUTSIDE)
    right = Counter(one.intent for one in held_out if one.said == one.intent)
    confused = Counter((one.intent, one.said) for one in held_out if OUTSIDE != one.intent != one.said)
    within = sum(count for intent, count in asked.items() if intent != OUTSIDE)
    return {
        "accuracy": round(sum(right.values()) / max(within, 1), 4),
        "n": within,
        "n_out_of_scope": asked[OUTSIDE],
        "intents": {
            intent: {
                "n": count,
                "recall": round(right[intent] / count, 4),
                "precision": round(right[intent] / said[intent], 4) if said[intent] else None,
            }
            for intent, count in sorted(asked.items())
            if intent != OUTSIDE
        },
        "confusions": [
            {"intent": intent, "said": other, "n": count}
            for (intent, other), count in sorted(confused.items(), key=lambda item: (-item[1], item[0]))[:_CONFUSIONS]
        ],
    }


def rows_digest(rows: Sequence[LabeledText]) -> str:
    """SHA-256 of the rows in their order."""
    return hashlib.sha256(json.dumps([[row.text, row.intent] for row in rows]).encode()).hexdigest()


def _tensors(blend: Blend) -> dict[str, NDArray[np.generic]]:
    vocabulary = blend.vocabulary
    return {
        "weights": blend.weights,
        "weight_scale": blend.weight_scale,
        "meaning_weights": blend.meaning_weights.astype(np.float16),
        "bias": blend.bias,
        "word_vectors": vocabulary.word_vectors.astype(np.float16),
        "center": vocabulary.center.astype(np.float16),
        "word_rarity": vocabulary.word_rarity.astype(np.float16),
        **{name: coded.codes for name, coded in _coded(vocabulary).items()},
        **{f"{name}_rarity": coded.rarity.astype(np.float16) for name, coded in _coded(vocabulary).items()},
        "example_meanings": blend.examples.meanings.astype(np.float16),
        "example_bounds": blend.examples.bounds.astype(np.int64),
        **({} if blend.net is None else {f"net_{name}": getattr(blend.net, name).astype(np.float16) for name in _NET}),
    }


def _coded(vocabulary: Vocabulary) -> dict[str, Coded]:
    return {"grams": vocabulary.grams, "pairs": vocabulary.pairs, "letters": vocabulary.letters}


def _labels(blend: Blend) -> dict[str, JsonValue]:
    scope = blend.scope
    return {
        "format": FORMAT,
        "labels": list(blend.labels),
        "sure": dict(zip(blend.labels, blend.sure, strict=True)),
        "temperature": blend.temperature,
        "slope": blend.slope,
        "shift": blend.shift,
        "scope": {
            "threshold": scope.threshold,
            "bias": scope.bias,
            "mean": [round(float(value), 6) for value in scope.mean],
            "scale": [round(float(value), 6) for value in scope.scale],
            "weights": [round(float(value), 6) for value in scope.weights],
        },
        "strangest": blend.vocabulary.strangest,
        "words": list(blend.vocabulary.words),
    }


def _blend(
    meta: Mapping[str, JsonValue], tensors: Mapping[str, NDArray[np.generic]], texts: Mapping[str, Sequence[str]]
) -> Blend:
    def wide(name: str) -> NDArray[np.float32]:
        return tensors[name].astype(np.float32)

    def coded(name: str) -> Coded:
        return Coded(tensors[name].astype(np.uint32), wide(f"{name}_rarity"))

    scope = meta["scope"]
    labels = meta["labels"]
    sure = meta["sure"]
    words = meta["words"]
    if not (
        isinstance(scope, dict) and isinstance(labels, list) and isinstance(sure, dict) and isinstance(words, list)
    ):
        raise ValueError("labels or words have another form")
    mean, scale, weights = (np.array(scope[name], dtype=np.float32) for name in ("mean", "scale", "weights"))
    return Blend(
        vocabulary=Vocabulary(
            words=tuple(str(word) for word in words),
            word_vectors=wide("word_vectors"),
            center=wide("center"),
            word_rarity=wide("word_rarity"),
            strangest=float(str(meta["strangest"])),
            grams=coded("grams"),
            pairs=coded("pairs"),
            letters=coded("letters"),
        ),
        labels=tuple(str(label) for label in labels),
        weights=tensors["weights"].astype(np.int8),
        weight_scale=wide("weight_scale"),
        meaning_weights=wide("meaning_weights"),
        bias=wide("bias"),
        temperature=float(str(meta["temperature"])),
        slope=float(str(meta["slope"])),
        shift=float(str(meta["shift"])),
        scope=Scope(mean, scale, weights, float(str(scope["bias"])), float(str(scope["threshold"]))),
        examples=Examples(
            tuple(texts["texts"]),
            tensors["example_bounds"].astype(np.int64),
            wide("example_meanings"),
            tuple(texts[OUTSIDE]),
        ),
        sure=tuple(float(str(sure[str(label)])) for label in labels),
        net=Net(**{name: wide(f"net_{name}") for name in _NET}) if "net_bias" in tensors else None,
    )


def _json(value: JsonValue) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _card(
    rows: Sequence[LabeledText], sources: Sequence[str], date: str, report: Mapping[str, JsonValue], *, net: bool
) -> str:
    outside = sum(row.intent == OUTSIDE for row in rows)
    intents = len({row.intent for row in rows} - {OUTSIDE})
    beside = ", and a small convolutional network beside it" if net else ""
    return f"""# An intent router

- Made by `shopgraph train router` on {date}.
- Data: {", ".join(sources)}; {len(rows):,} rows, {intents} intents, {outside:,} rows out of scope,
  SHA-256 {rows_digest(rows)}.
- On rows kept from training (three folds): accuracy {report["accuracy"]} of {report["n"]:,}; intent by intent in
  {REPORT}. Each fold's model had not been shown a fifth of the intents; with all of them to choose from it is harder.
- What it is: five views of a message (words, pairs, letters, neighbours in meaning, meaning) under one linear
  support vector machine per intent{beside}; word vectors of wordllama (MIT). {LABELS} holds names and thresholds.
- {EXAMPLES} holds the training's texts as they were: whoever may read this folder may read them.
- Not for: languages that the rows are not in; deciding what a customer is entitled to.
"""
