"""The deployments of a models file, ready to be called: keys resolved, prices known, LiteLLM's Router over them."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from shopgraph.errors import ConfigurationError, ModelFault
from shopgraph.models.calling import CallPolicy
from shopgraph.models.faults import FaultKind, fault
from shopgraph.models.keys import resolved, secrets_in
from shopgraph.models.prices import price_entry
from shopgraph.models.routes import Tier
from shopgraph.models.spending import Price

logger = logging.getLogger(__name__)

_SETTINGS = {"LITELLM_MODE": "PRODUCTION", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
"""Without them importing LiteLLM reads `.env` files and fetches a price list in the background."""
_MARKS_PROMPTS = (
    "anthropic/",
    "bedrock/anthropic",
    "bedrock/converse/anthropic",
    "vertex_ai/claude",
    "openrouter/anthropic",
)
"""Providers that keep the part of a prompt that a request marks; the others need no mark, or keep nothing."""


@cache
def litellm() -> Any:
    """The library, loaded with our settings unless the user has set their own. Costs seconds of CPU the first time."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    library: Any = import_module("litellm")
    library.suppress_debug_info = True
    # It makes the coroutine of a call in a thread, and drops it when the call is given up in that moment.
    warnings.filterwarnings("ignore", r"coroutine '\w+\.(?:acompletion|async_streaming)' was never", RuntimeWarning)
    if "LITELLM_LOG" not in os.environ:
        # It warns of things that are no concern of a shop, with pieces of requests in it.
        for name in ("LiteLLM", "LiteLLM Router"):
            logging.getLogger(name).setLevel(logging.ERROR)
    if "OPENAI_LOG" not in os.environ:
        # At DEBUG this client logs whole requests, which hold what customers wrote.
        logging.getLogger("openai").setLevel(logging.INFO)
    import_module("shopgraph.models.provider").register(library)
    _warm_up(library)
    return library


def _warm_up(library: Any) -> None:
    """Make calls that reach nobody: LiteLLM imports for half a second more in its first ones, on the caller's loop."""
    question = [{"role": "user", "content": "ok"}]
    tools = [{"type": "function", "function": {"name": "ok", "parameters": {"type": "object", "properties": {}}}}]
    nobody = {"model": "openai/none", "api_key": "none", "mock_response": "ok"}
    library.completion(messages=question, tools=tools, **nobody)
    for _ in library.completion(messages=question, stream=True, **nobody):
        pass


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """One entry of a model list."""

    id: str
    """`name#place`, unless the entry has a `model_info.id`."""
    name: str
    """Its `model_name`."""
    tier: Tier | None
    """None where nobody said."""
    params: Mapping[str, Any]
    """As written: keys are references."""
    info: Mapping[str, Any]

    @property
    def shown(self) -> str:
        """How it is named in messages."""
        return f"{self.id} ({self.params.get('model', '?')})"

    @property
    def marks_prompts(self) -> bool:
        """Whether the stable part of a prompt is to be marked for its provider."""
        marks = self.info.get("marks_prompts")
        return bool(marks) if marks is not None else str(self.params.get("model", "")).startswith(_MARKS_PROMPTS)


def deployments_of(model_list: Sequence[Mapping[str, Any]], tiers: Mapping[str, Tier]) -> tuple[Deployment, ...]:
    """The entries of a LiteLLM `model_list`, each with an id."""
    found = []
    for place, entry in enumerate(model_list):
        info = dict(entry.get("model_info") or {})
        name = str(entry["model_name"])
        found.append(
            Deployment(
                id=str(info.get("id") or f"{name}#{place}"),
                name=name,
                tier=tiers.get(name),
                params=dict(entry["litellm_params"]),
                info=info,
            )
        )
    return tuple(found)


class LoadedRouter:
    """LiteLLM's Router over the deployments that have their keys. Fallbacks, retries and cooldowns are ours."""

    def __init__(self, deployments: Sequence[Deployment], options: Mapping[str, Any]) -> None:
        self.secrets: tuple[str, ...] = ()
        """The keys in use, so that no message shows one."""
        self._faults: dict[str, ModelFault] = {}
        entries = []
        for each in deployments:
            try:
                params = resolved(each.params)
            except ConfigurationError as error:
                logger.error("model %s: %s", each.id, error)
                self._faults[each.id] = fault(FaultKind.NO_KEY, each.shown, detail=error.message.rstrip("."))
                continue
            self.secrets += secrets_in(params)
            entries.append(
                {"model_name": each.name, "litellm_params": params, "model_info": {**each.info, "id": each.id}}
            )
        library = litellm()
        self._router: Any = library.Router(
            model_list=entries, **{"num_retries": 0, "disable_cooldowns": True, **options}
        )
        self._prices = {
            each.id: Price.of(each.params, price_entry(library.model_cost, str(each.params["model"])))
            for each in deployments
        }

    def price(self, deployment: str) -> Price | None:
        """What it costs; None when nobody knows."""
        return self._prices[deployment]

    async def call(self, deployment: str, seconds: float, request: Mapping[str, Any]) -> Any:
        """Ask one deployment; a stream when the request says so.

        Raises:
            ModelFault: it has no key.
            Exception: whatever LiteLLM raises.
        """
        if (missing := self._faults.get(deployment)) is not None:
            raise missing
        return await self._router.acompletion(model=deployment, timeout=seconds, **request)


def order(deployments: Sequence[Deployment], name: str, policy: CallPolicy, turn: int) -> tuple[str, ...]:
    """Ids in the order in which a call of `name` tries them: its own, begun at another one each turn, then fallbacks.

    Without a word in the policy every other model is a fallback, those of the same tier first.
    """
    own = [each.id for each in deployments if each.name == name]
    own = own[turn % len(own) :] + own[: turn % len(own)] if own else []
    tier = next((each.tier for each in deployments if each.name == name), None)
    if name in policy.fallbacks:
        names: Sequence[str] = policy.fallbacks[name]
    else:
        others = [each for each in deployments if each.name != name]
        names = list(dict.fromkeys(each.name for each in sorted(others, key=lambda each: each.tier != tier)))
    return (*own, *(each.id for other in names for each in deployments if each.name == other))
