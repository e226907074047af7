"""A learned recommender as a folder: numbers in safetensors, items in JSON, a card. The same model, the same bytes.

Nothing in it is executed when it is read. It holds no customer's id, but a row per basket and per customer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from shopgraph.errors import ConfigurationError
from shopgraph.models.folders import write_folder
from shopgraph.models.recommend.completing import Completer
from shopgraph.models.recommend.customs import CUSTOMS
from shopgraph.models.recommend.habits import FEATURES
from shopgraph.models.recommend.model import RecommenderModel
from shopgraph.models.recommend.ranking import Ranker
from shopgraph.models.recommend.sparse import SparseRows
from shopgraph.models.recommend.statistics import HALF_LIVES, Statistics
from shopgraph.models.recommend.training import TrainedRecommender

WEIGHTS, LABELS, CARD = "weights.safetensors", "items.json", "card.md"
FORMAT = 2
"""Raised when the features or the layout change: an older folder is then refused, not misread."""
_ROWS = ("pairs", "baskets", "tasters", "habits")
_REMEDY = "Train it again: shopgraph train recommender --data FILE --out DIR."


def save_recommender(
    trained: TrainedRecommender, out: Path, *, sources: Sequence[str], date: str, scores: Sequence[str] = ()
) -> None:
    """Write the folder, and make it first where it is not there. `date` is for the card only.

    Raises:
        InvalidInput: the folder cannot be written.
    """
    model = trained.model
    labels = {
        "format": FORMAT,
        "features": list(FEATURES),
        "day": model.statistics.day,
        "alike_weight": model.completer.alike_weight,
        "ordered": model.statistics.entry is not None,
        "items": list(model.statistics.items),
    }
    contents = {
        WEIGHTS: save(_tensors(model)),
        LABELS: (json.dumps(labels, ensure_ascii=False) + "\n").encode(),
        CARD: _card(trained, sources, date, scores).encode(),
    }
    write_folder(out, contents)


def load_recommender(folder: Path) -> RecommenderModel:
    """The model in a folder.

    Raises:
        ConfigurationError: a file is not there, damaged, or of another version; names it.
    """
    at = folder / LABELS
    try:
        labels = json.loads(at.read_bytes())
        if (labels["format"], labels["features"]) != (FORMAT, list(FEATURES)):
            raise ConfigurationError(f"The recommender in {folder} is of another version.", remedy=_REMEDY)
        at = folder / WEIGHTS
        counted = _statistics(labels, load(at.read_bytes()))
        ranker = Ranker(weights=counted.pop("ranker"))
        statistics = Statistics(**counted)
        if len(statistics.sold) != len(statistics.items):
            raise ValueError(f"{len(statistics.sold)} rows for {len(statistics.items)} items")
        completer = Completer(statistics=statistics, alike_weight=float(labels["alike_weight"]))
    except (OSError, KeyError, TypeError, ValueError, SafetensorError) as error:
        raise ConfigurationError(f"{at} cannot be read ({type(error).__name__}: {error}).", remedy=_REMEDY) from error
    return RecommenderModel(statistics, completer, ranker)


def _tensors(model: RecommenderModel) -> dict[str, Any]:
    counted = model.statistics
    tensors: dict[str, Any] = {
        "ranker": model.ranker.weights,
        "sold": counted.sold,
        "again": counted.again,
        "rare": counted.rare,
        "last_sold": counted.last_sold,
    }
    tensors |= {f"popularity.{half}": share for half, share in counted.popularity.items()}
    tensors |= {f"customs.{name}": values for name, values in counted.customs.items()}
    for name in _ROWS:
        tensors |= getattr(counted, name).tensors(name)
    if counted.entry is not None:
        tensors |= counted.entry.tensors("entry")
    return {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}


def _statistics(labels: dict[str, Any], tensors: dict[str, Any]) -> dict[str, Any]:
    return {
        "items": tuple(labels["items"]),
        "day": int(labels["day"]),
        "popularity": {half: tensors[f"popularity.{half}"] for half in HALF_LIVES},
        "customs": {name: tensors[f"customs.{name}"] for name in CUSTOMS},
        "entry": SparseRows.from_tensors("entry", tensors) if labels["ordered"] else None,
        **{name: tensors[name] for name in ("ranker", "sold", "again", "rare", "last_sold")},
        **{name: SparseRows.from_tensors(name, tensors) for name in _ROWS},
    }


def _card(trained: TrainedRecommender, sources: Sequence[str], date: str, scores: Sequence[str]) -> str:
    recipe, counted = trained.recipe, trained.model.statistics
    recalls = ", ".join(f"{weight}: {score:.3f}" for weight, score in trained.alike_recall.items())
    kept = [f"- {line}" for line in scores] or [
        "- none was measured; `shopgraph eval recommend` measures on later baskets"
    ]
    return "\n".join(
        [
            "# Recommender",
            "",
            f"Learned on {date} from {', '.join(sources)}: {trained.baskets:,} baskets of {trained.customers:,} known",
            f"customers; {len(counted.items):,} items that were in {recipe.min_count} baskets or more.",
            "",
            "What it is: counts of what was bought together, baskets to be compared with, and a linear ranker over",
            f"{len(FEATURES)} features, learned from {trained.lessons:,} next baskets. Seed {recipe.seed}.",
            "",
            f"Recall@20 of the latest baskets' last item, by the weight of like baskets: {recalls}.",
            "",
            "Held out, learned from the earlier baskets and asked about the latest:",
            "",
            *kept,
            "",
            "What it holds of people: no id and no name, but a row per basket and per customer (what was bought).",
            "Train it anew after a customer was forgotten. It ranks; reasons are counted in the orders as they are.",
            "",
        ]
    )
