"""Learned copy scorers as folders: weights in safetensors, names in JSON, a card. The same model, the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from shopgraph.errors import ConfigurationError
from shopgraph.models.blend.vectors import DIMENSIONS
from shopgraph.models.folders import write_folder
from shopgraph.models.persuasion.features import BUCKETS, FORM, Floats
from shopgraph.models.persuasion.headlines import HeadlineScorer
from shopgraph.models.persuasion.responses import ResponseScorer
from shopgraph.models.persuasion.tastes import Tastes

WEIGHTS, LABELS, CARD = "weights.safetensors", "labels.json", "card.md"
FORMATS = {"headline": 1, "response": 2}
"""By kind; raised when its features or layout change: an older folder is then refused, not misread."""
_REMEDY = "Train it again: shopgraph train copy --task headline --data FILE --out DIR."
_HEADLINE = (
    "words", "letters", "meaning", "form", "word_rarity", "letter_rarity", "form_center", "form_spread",
)  # fmt: skip
_RESPONSE = ("center", "spread", "weights")
_TASTES = ("rarity", "directions")


def save_headlines(scorer: HeadlineScorer, out: Path, *, sources: Sequence[str], date: str, tests: int) -> None:
    """Write a headline scorer's folder. `date` is for the card only.

    Raises:
        InvalidInput: the folder cannot be written.
    """
    card = (
        f"# Which text is clicked\n\nLearned on {date} from {', '.join(sources)}: {tests:,} tests.\n\n"
        "A linear scorer over hashed words and letters, word vectors of wordllama (MIT) and the form of a text: the\n"
        "mean of a ridge regression of differences in log odds and of a logistic one of who won decided pairs. Only\n"
        "differences between texts mean something. Measure it on other tests:\n"
        "`shopgraph eval copy --task headline`.\n"
    )
    tensors = {name: getattr(scorer, name) for name in _HEADLINE}
    _write(tensors, {"kind": "headline", "buckets": BUCKETS, "form": FORM}, card, out)


def save_responses(scorer: ResponseScorer, out: Path, *, sources: Sequence[str], date: str, rows: int) -> None:
    """Write a response scorer's folder. `date` is for the card only.

    Raises:
        InvalidInput: the folder cannot be written.
    """
    card = (
        f"# Who answers a campaign\n\nLearned on {date} from {', '.join(sources)}: {rows:,} invitations.\n\n"
        "A logistic model over what a household bought, answered and is like before a campaign begins. It holds no\n"
        "household. It looks at age, income and family where they are given: whether they may decide who is invited\n"
        "is for the retailer's own rules. Measure it on later campaigns: `shopgraph eval copy --task response`.\n"
    )
    labels = {"kind": "response", "names": list(scorer.names), "bias": scorer.bias, "items": list(scorer.tastes.items)}
    tensors = {name: getattr(scorer, name) for name in _RESPONSE}
    tensors |= {name: getattr(scorer.tastes, name) for name in _TASTES}
    _write(tensors, labels, card, out)


def load_headlines(folder: Path) -> HeadlineScorer:
    """The headline scorer in a folder.

    Raises:
        ConfigurationError: a file is not there, damaged, of another kind or version; names it.
    """
    labels, tensors = _read(folder, "headline", _HEADLINE)
    shape = (labels.get("buckets"), labels.get("form"), len(tensors["meaning"]))
    if shape != (BUCKETS, FORM, DIMENSIONS):
        raise ConfigurationError(f"The scorer in {folder} is of another version.", remedy=_REMEDY)
    return HeadlineScorer(**tensors)


def load_responses(folder: Path) -> ResponseScorer:
    """The response scorer in a folder.

    Raises:
        ConfigurationError: a file is not there, damaged, of another kind or version; names it.
    """
    labels, tensors = _read(folder, "response", (*_RESPONSE, *_TASTES))
    tastes = Tastes(items=tuple(labels["items"]), **{name: tensors.pop(name) for name in _TASTES})
    return ResponseScorer(names=tuple(labels["names"]), bias=float(labels["bias"]), tastes=tastes, **tensors)


def _write(tensors: Mapping[str, Floats], labels: Mapping[str, Any], card: str, out: Path) -> None:
    weights = {name: np.ascontiguousarray(values.astype(np.float32)) for name, values in tensors.items()}
    described = json.dumps({"format": FORMATS[labels["kind"]], **labels}) + "\n"
    write_folder(out, {WEIGHTS: save(weights), LABELS: described.encode(), CARD: card.encode()})


def _read(folder: Path, kind: str, fields: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    at = folder / LABELS
    try:
        labels = json.loads(at.read_bytes())
        if (labels["format"], labels["kind"]) != (FORMATS[kind], kind):
            raise ConfigurationError(f"{folder} holds no {kind} scorer of this version.", remedy=_REMEDY)
        at = folder / WEIGHTS
        tensors = load(at.read_bytes())
        return labels, {name: tensors[name].astype(np.float64) for name in fields}
    except (OSError, KeyError, TypeError, ValueError, SafetensorError) as error:
        raise ConfigurationError(f"{at} cannot be read ({type(error).__name__}: {error}).", remedy=_REMEDY) from error
