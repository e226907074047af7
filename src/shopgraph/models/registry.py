"""Which models there are: `models.yaml` in LiteLLM's own `model_list` form, with a tier for each."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shopgraph.domain import Value
from shopgraph.errors import ConfigurationError
from shopgraph.models.calling import BudgetPolicy, CachePolicy, CallPolicy
from shopgraph.models.chat import LiteLLMChat
from shopgraph.models.deployments import Deployment, deployments_of
from shopgraph.models.keys import require_references
from shopgraph.models.pool import ModelPool
from shopgraph.models.routes import Tier
from shopgraph.models.tiers.decision import TierPolicy
from shopgraph.yaml_text import read_yaml

EXAMPLE = """\
model_list:
  - model_name: small
    tier: small_model
    litellm_params:
      model: openai/gpt-4o-mini
      api_key: os.environ/OPENAI_API_KEY
"""
"""What to write when there is no file."""
LEDGER = "model-spending.db"
"""Where a day's spending is kept, beside the models file, unless it says otherwise."""
_MODEL_TIERS = (Tier.SMALL_MODEL, Tier.LARGE_MODEL)
_OURS = {
    "num_retries": "calls.retries",
    "timeout": "calls.timeout_s",
    "stream_timeout": "calls.timeout_s",
    "fallbacks": "calls.fallbacks",
    "context_window_fallbacks": "calls.fallbacks",
    "cooldown_time": "calls.cooldown_s",
    "allowed_fails": "calls.cooldown_s",
    "provider_budget_config": "budget",
    "cache_responses": "cache",
}
"""Settings of LiteLLM's Router that are ours, and where they are written."""

Read = TypeVar("Read", bound=BaseModel)


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


class ModelsFile(Value):
    """A models file, checked."""

    entries: tuple[ModelEntry, ...] = ()
    calls: CallPolicy = CallPolicy()
    budget: BudgetPolicy = BudgetPolicy()
    cache: CachePolicy = CachePolicy()
    tiers: TierPolicy = TierPolicy()
    router_settings: dict[str, Any] = {}
    """Further arguments of LiteLLM's Router."""


class ModelRegistry:
    """The models of one configuration; empty when nothing is configured."""

    def __init__(self, file: ModelsFile | None = None, *, place: str = "") -> None:
        """`place` names the file that it was read from."""
        self.file = file or ModelsFile()
        self.entries = self.file.entries
        self.place = place
        self._pool: ModelPool | None = None

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

    @property
    def deployments(self) -> tuple[Deployment, ...]:
        """Every entry, with an id."""
        tiers = {entry.model_name: entry.tier for entry in reversed(self.entries)}
        return deployments_of([entry.deployment() for entry in self.entries], tiers)

    def name_for(self, tier: Tier) -> str | None:
        """The model of a tier; of the other tier when it has none; None without any."""
        wanted = [entry.model_name for entry in self.entries if entry.tier == tier]
        others = [entry.model_name for entry in self.entries]
        return next(iter((*wanted, *others)), None)

    @property
    def pool(self) -> ModelPool:
        """One pool for every chat model of this configuration, so that they know of each other's faults and spending.

        Raises:
            ConfigurationError: there is a budget per day, and its ledger cannot be written.
        """
        if self._pool is None:
            self._pool = ModelPool(
                self.deployments,
                calls=self.file.calls,
                budget=self.file.budget,
                cache=self.file.cache,
                ledger=self._ledger(),
                router_options=self.file.router_settings,
            )
        return self._pool

    def _ledger(self) -> Any:
        if self.file.budget.per_day is None:
            return None
        from shopgraph.models.spending import DatabaseLedger

        return DatabaseLedger(self.file.budget.ledger or str(Path(self.place).with_name(LEDGER)))

    def chat(self, tier: Tier = Tier.LARGE_MODEL) -> LiteLLMChat:
        """A chat model for a tier. Nothing is loaded or called before its first use.

        Raises:
            ConfigurationError: no model is configured.
        """
        name = self.name_for(tier)
        if name is None:
            missing = f"No model is configured: {self.place} is not there." if self.place else "No model is configured."
            raise ConfigurationError(missing, remedy=self.remedy)
        tiers = {each: found for each in _MODEL_TIERS if (found := self.name_for(each)) is not None}
        return LiteLLMChat(
            model=name,
            model_list=[entry.deployment() for entry in self.entries],
            policy=self.file.calls,
            tiers=tiers,
            tier_policy=self.file.tiers,
            shared=self.pool,
        )


def load_models(path: Path | None) -> ModelRegistry:
    """Read a models.yaml; None, or a file that is not there, means no provider.

    Raises:
        ConfigurationError: the file is not YAML, or an entry is not as it must be; it says where.
    """
    if path is None or not path.exists():
        return ModelRegistry(place=str(path or ""))
    try:
        content = read_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}.", remedy=f"It looks like:\n{EXAMPLE}") from error
    listed = content.get("model_list") if isinstance(content, dict) else None
    if not isinstance(listed, list):
        raise ConfigurationError(f"{path} has no list `model_list`.", remedy=f"It looks like:\n{EXAMPLE}")
    return ModelRegistry(_checked(path, content, listed), place=str(path))


def _checked(path: Path, content: Mapping[str, Any], listed: list[Any]) -> ModelsFile:
    known = {"model_list", "calls", "budget", "cache", "tiers", "router_settings"}
    for key in content:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1)
            remedy = f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(sorted(known))}."
            raise ConfigurationError(f"{path}: there is no {key!r} in a models file.", remedy=remedy)
    entries = tuple(_entry(path, at, item) for at, item in enumerate(listed))
    calls = _section(path, content, "calls", CallPolicy)
    _require_names(path, calls, {entry.model_name for entry in entries})
    settings = content.get("router_settings") or {}
    for key in settings:
        if key in _OURS:
            raise ConfigurationError(
                f"{path}: router_settings.{key} is not LiteLLM's to decide here.", remedy=f"Write `{_OURS[key]}`."
            )
    return ModelsFile(
        entries=entries,
        calls=calls,
        budget=_section(path, content, "budget", BudgetPolicy),
        cache=_section(path, content, "cache", CachePolicy),
        tiers=_section(path, content, "tiers", TierPolicy),
        router_settings=dict(settings),
    )


def _section(path: Path, content: Mapping[str, Any], name: str, kind: type[Read]) -> Read:
    try:
        return kind.model_validate(content.get(name) or {})
    except ValidationError as error:
        where, what, remedy = _first(error, kind)
        raise ConfigurationError(f"{path}: {name}{where}: {what}.", remedy=remedy) from None


def _first(error: ValidationError, kind: type[BaseModel]) -> tuple[str, str, str]:
    """Where the first mistake is, what it is, and what would be right. Never its value: it may be a key."""
    first = error.errors(include_input=False, include_url=False)[0]
    where = "".join(f".{part}" for part in first["loc"])
    fields = ", ".join(kind.model_fields)
    near = difflib.get_close_matches(str(first["loc"][-1]) if first["loc"] else "", kind.model_fields, n=1)
    remedy = f"Did you mean {near[0]!r}?" if near and first["type"] == "extra_forbidden" else f"It takes {fields}."
    return where, first["msg"].removeprefix("Value error, "), remedy


def _require_names(path: Path, calls: CallPolicy, names: set[str]) -> None:
    for model, fallbacks in calls.fallbacks.items():
        for name in (model, *fallbacks):
            if name not in names:
                raise ConfigurationError(
                    f"{path}: calls.fallbacks names {name!r}, which is no model of the list.",
                    remedy=f"There are {', '.join(sorted(names))}.",
                )


def _entry(path: Path, at: int, item: object) -> ModelEntry:
    place = f"{path}: model_list[{at}]"
    try:
        entry = ModelEntry.model_validate(item)
    except ValidationError as error:
        where, what, _ = _first(error, ModelEntry)
        raise ConfigurationError(f"{place}{where}: {what}.", remedy=f"It looks like:\n{EXAMPLE}") from None
    require_references(entry.litellm_params, f"{place}.litellm_params")
    model = entry.litellm_params.get("model")
    if not isinstance(model, str) or "/" not in model:
        raise ConfigurationError(
            f"{place}.litellm_params.model is {model!r}.", remedy="Write provider/model, such as openai/gpt-4o-mini."
        )
    if entry.tier not in _MODEL_TIERS:
        raise ConfigurationError(f"{place}.tier is {entry.tier.value}.", remedy="Write small_model or large_model.")
    return entry
