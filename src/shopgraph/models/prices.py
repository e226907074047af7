"""LiteLLM's price list, read without loading LiteLLM: a request that asks no model does not pay for its import."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_LIST = "model_prices_and_context_window_backup.json"
_FREE = {"input_cost_per_token": 0, "output_cost_per_token": 0}

Costs = Mapping[str, Mapping[str, Any]]

logger = logging.getLogger(__name__)


@cache
def listed() -> Costs:
    """What LiteLLM ships of models' prices, by model; empty where the file is not as expected. 40 ms the first time."""
    spec = find_spec("litellm")
    try:
        content = json.loads((Path(str(spec.origin)).parent / _LIST).read_bytes()) if spec and spec.origin else {}
    except (OSError, ValueError) as error:
        logger.warning("LiteLLM's price list cannot be read (%s): what models cost is not known", type(error).__name__)
        return {}
    return content if isinstance(content, dict) else {}


def price_entry(costs: Costs, model: str) -> Mapping[str, Any]:
    """What a price list says of `provider/model`; our own models cost nothing."""
    if model.startswith("shopgraph/"):
        return _FREE
    return costs.get(model) or costs.get(model.partition("/")[2]) or {}
