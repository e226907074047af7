"""Which models there are: `models.yaml` in LiteLLM's own `model_list` form, plus a tier for each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shopgraph.errors import ConfigurationError
from shopgraph.models.chat import LiteLLMChat
from shopgraph.models.routes import Tier

EXAMPLE = """\
model_list:
  - model_name: small
    tier: small_model
    litellm_params:
      model: openai/gpt-4o-mini
      api_key: os.environ/OPENAI_API_KEY
"""
"""What to write when there is no file."""
_MODEL_TIERS = (Tier.SMALL_MODEL, Tier.LARGE_MODEL)


class ModelEntry(BaseModel):
    """One deployment, as LiteLLM's Router takes it. What else LiteLLM knows stands beside it unread."""

    model_config = ConfigDict(frozen=True, extra="allow", protected_namespaces=())

    model_name: Annotated[str, Field(min_length=1)]
    """The name that callers use; several deployments may share one."""
    litellm_params: dict[str, Any]
    """`model`, `api_base`, `api_key` and the like. A key is written as `os.environ/NAME`, never itself."""
    tier: Tier = Tier.LARGE_MODEL

    def deployment(self) -> dict[str, Any]:
        """The entry without what only this project knows."""
        return self.model_dump(exclude={"tier"})


class ModelRegistry:
    """The models of one configuration; empty when nothing is configured."""

    def __init__(self, entries: tuple[ModelEntry, ...] = (), *, place: str = "") -> None:
        """`place` names the file that the entries were read from."""
        self.entries = entries
        self.place = place

    def __bool__(self) -> bool:
        return bool(self.entries)

    @property
    def names(self) -> tuple[str, ...]:
        """Model names, each once, in the order of the file."""
        return tuple(dict.fromkeys(entry.model_name for entry in self.entries))

    @property
    def remedy(self) -> str:
        """What to write so that there is a model."""
        return f"Write a models.yaml such as:\n{EXAMPLE}"

    def name_for(self, tier: Tier) -> str | None:
        """The model of a tier; of the other tier when it has none; None without any."""
        wanted = [entry.model_name for entry in self.entries if entry.tier == tier]
        others = [entry.model_name for entry in self.entries]
        return next(iter((*wanted, *others)), None)

    def chat(self, tier: Tier = Tier.LARGE_MODEL) -> LiteLLMChat:
        """A chat model for a tier. Nothing is loaded or called before its first use.

        Raises:
            ConfigurationError: no model is configured.
        """
        name = self.name_for(tier)
        if name is None:
            raise ConfigurationError("No model is configured.", remedy=self.remedy)
        return LiteLLMChat(model=name, model_list=[entry.deployment() for entry in self.entries])


def load_models(path: Path | None) -> ModelRegistry:
    """Read a models.yaml; None, or a file that is not there, means no provider.

    Raises:
        ConfigurationError: the file is not YAML, or an entry is not as it must be; it says where.
    """
    if path is None or not path.exists():
        return ModelRegistry(place=str(path or ""))
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}.", remedy=f"It looks like:\n{EXAMPLE}") from error
    listed = content.get("model_list") if isinstance(content, dict) else None
    if not isinstance(listed, list):
        raise ConfigurationError(f"{path} has no list `model_list`.", remedy=f"It looks like:\n{EXAMPLE}")
    return ModelRegistry(tuple(_entry(path, at, item) for at, item in enumerate(listed)), place=str(path))


def _entry(path: Path, at: int, item: object) -> ModelEntry:
    place = f"{path}: model_list[{at}]"
    try:
        entry = ModelEntry.model_validate(item)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(
            f"{place}{'.' if where else ''}{where}: {first['msg']}.", remedy=f"It looks like:\n{EXAMPLE}"
        ) from None
    model = entry.litellm_params.get("model")
    if not isinstance(model, str) or "/" not in model:
        raise ConfigurationError(
            f"{place}.litellm_params.model is {model!r}.", remedy="Write provider/model, such as openai/gpt-4o-mini."
        )
    if entry.tier not in _MODEL_TIERS:
        raise ConfigurationError(f"{place}.tier is {entry.tier.value}.", remedy="Write small_model or large_model.")
    return entry
