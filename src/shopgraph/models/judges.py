"""The model that reads a sample of answers afterwards, by the name that the setting `judge` has."""

from __future__ import annotations

from pathlib import Path

from shopgraph.errors import ConfigurationError
from shopgraph.models.chat import LiteLLMChat
from shopgraph.models.registry import load_models


def judge_of(name: str, models: str = "") -> LiteLLMChat:
    """The judge: a model of the models file where that has one of the name, else a model as LiteLLM names it.

    Nothing is loaded or called before its first use.

    Raises:
        ConfigurationError: no judge is named, or the models file is wrong.
    """
    if not name:
        raise ConfigurationError(
            "No judge is named.", remedy='Set `judge`, such as judge = "openai/gpt-4o-mini", or a name of `models`.'
        )
    registry = load_models(Path(models) if models else None)
    if name in registry.names:
        return registry.chat().model_copy(update={"model": name, "shared": registry.pool})
    return LiteLLMChat(model=name, model_list=[{"model_name": name, "litellm_params": {"model": name}}])
