"""`shopgraph eval router-cost`: what routing one message costs, beside LiteLLM's complexity router and semantic-router.

All in one process by turns. semantic-router (a package of its own, not a dependency) indexes the same examples with a
local encoder: the word vectors that our learned router uses; where it is not installed its figures are null. The
complexity router answers another question (how hard a prompt is), by rules; it is here for its cost alone.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Annotated, Any
from unittest.mock import MagicMock

import numpy as np
import typer
from pydantic import JsonValue

from shopgraph.evals.report import EvalReport
from shopgraph.models.blend.training import OUTSIDE, LabeledText, train_blend
from shopgraph.models.blend.vectors import word_vectors
from shopgraph.models.blend.vocabulary import words_of
from shopgraph.models.corpus import Example, default_examples
from shopgraph.models.intent_models import LearnedIntents
from shopgraph.models.router import IntentRouter
from shopgraph.models.routes import Intent

BLOCK = 50
"""Messages of one router in a row."""
_LEARNED = 12
"""One of so many of the package's texts is learned from, by the learned router and by semantic-router."""
_ASKED = 17

Ask = Callable[[str], object]


def evaluate(
    n: Annotated[int, typer.Option(min=BLOCK, help="Messages that each router is asked.")] = 500,
) -> EvalReport:
    """Measure CPU microseconds a message: the shipped router, a learned one, LiteLLM's and semantic-router."""
    examples = [each for each in default_examples() if each.intent != Intent.OUT_OF_SCOPE][::_LEARNED]
    texts = [each.text for each in default_examples()[5::_ASKED]][:n]
    shipped = IntentRouter.default()
    rows = [LabeledText(text=each.text, intent=each.intent) for each in examples]
    learned = IntentRouter(LearnedIntents(train_blend(rows).blend))
    asks: dict[str, Ask | None] = {
        "shipped": shipped.route,
        "learned": learned.route,
        "litellm_complexity": _complexity(),
        "semantic_router": _semantic(examples),
    }
    micros = _measured({name: ask for name, ask in asks.items() if ask}, texts)
    return EvalReport(name="router-cost", figures={"n": len(texts), **_figures(asks, micros)})


def _figures(asks: dict[str, Ask | None], micros: dict[str, list[float]]) -> dict[str, JsonValue]:
    median = {name: round(statistics.median(taken), 1) for name, taken in micros.items()}
    others = [name for name in asks if name not in ("shipped", "learned")]
    return {
        **{f"{name}_us_median": median.get(name) for name in asks},
        **{f"{name}_us_p99": _p99(micros[name]) if name in micros else None for name in asks},
        "ratio_of_shipped": {
            name: round(median["shipped"] / median[name], 3) if name in median else None for name in others
        },
        "ratio_of_learned": {
            name: round(median["learned"] / median[name], 3) if name in median else None for name in others
        },
    }


def _p99(taken: Sequence[float]) -> float:
    return round(statistics.quantiles(taken, n=100)[98], 1)


def _measured(asks: dict[str, Ask], texts: Sequence[str]) -> dict[str, list[float]]:
    """CPU microseconds message by message, in blocks by turns; a first block of each is not counted."""
    for ask in asks.values():
        for text in texts[:BLOCK]:
            ask(text)
    micros: dict[str, list[float]] = {name: [] for name in asks}
    for start in range(0, len(texts), BLOCK):
        for name, ask in asks.items():
            for text in texts[start : start + BLOCK]:
                began = time.process_time_ns()
                ask(text)
                micros[name].append((time.process_time_ns() - began) / 1000)
    return micros


def _complexity() -> Ask:
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # else it asks the network for prices
    module: Any = import_module("litellm.router_strategy.complexity_router.complexity_router")
    # The rules ask nothing of the router that they belong to.
    router = module.ComplexityRouter(model_name="cost", ctx=MagicMock())
    ask: Ask = router.classify
    return ask


def _semantic(examples: Sequence[Example]) -> Ask | None:
    if find_spec("semantic_router") is None:
        return None
    package: Any = import_module("semantic_router")
    encoders: Any = import_module("semantic_router.encoders")
    routers: Any = import_module("semantic_router.routers")

    def encode(_self: object, docs: list[str]) -> list[list[float]]:
        return [_embedded(text) for text in docs]

    encoder = type("LocalWords", (encoders.DenseEncoder,), {"__call__": encode, "__module__": __name__})
    texts_of: dict[str, list[str]] = {}
    for each in examples:
        if each.intent != OUTSIDE:
            texts_of.setdefault(each.intent, []).append(each.text)
    routes = [package.Route(name=intent, utterances=texts) for intent, texts in texts_of.items()]
    router: Ask = routers.IndexedRouter(encoder=encoder(name="local-words"), routes=routes)
    return router


def _embedded(text: str) -> list[float]:
    vectors = [word_vectors()(word) for word in words_of(text)] or [np.zeros(256, np.float32)]
    mean = np.mean(vectors, axis=0)
    embedded: list[float] = (mean / max(float(np.linalg.norm(mean)), 1e-9)).tolist()
    return embedded
