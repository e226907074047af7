"""Settings, from `shopgraph.toml` and the environment; the environment wins."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from shopgraph.errors import ConfigurationError

PREFIX = "SHOPGRAPH_"
CONFIG_FILE = "shopgraph.toml"
RESERVED = frozenset(
    {"SHOPGRAPH_CONFIG", "SHOPGRAPH_DATA", "SHOPGRAPH_AUDIT_MASTER_KEY", "SHOPGRAPH_AUDIT_SIGNING_KEY"}
)
"""Variables with the prefix that are no settings: which file to read, where the tests find data by others, secrets."""


class LogLevel(StrEnum):
    """How much is logged to stderr."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class SearchKind(StrEnum):
    """How products are found."""

    LEXICAL = "lexical"
    """By words, in process."""
    HYBRID = "hybrid"
    """By words and by meaning, with an index that is kept in the shop's folder and made on the first search."""


class CatalogLanguage(StrEnum):
    """What a catalog's texts are written in."""

    ENGLISH = "en"
    GERMAN = "de"
    FRENCH = "fr"
    SPANISH = "es"


class GatewayKind(StrEnum):
    """Who moves the money of cards."""

    RECORDS = "records"
    """Nobody: the shop's own payment records play a gateway."""
    STRIPE = "stripe"
    """Stripe, with the secrets in `STRIPE_API_KEY` and `STRIPE_WEBHOOK_SECRET`, or in the files that they name."""


class Settings(BaseSettings):
    """What an installation decides for itself. Business rules are no settings: they stand in the policy bundle."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid")

    shop: str = ""
    """A shop folder, a database URL or a tau2 JSON file; empty for a throw-away demo shop."""
    models: str = ""
    """A models file (LiteLLM `model_list` with tiers); empty to answer by workflows and templates alone."""
    router: str = ""
    """A folder that `shopgraph train router` made; empty for `router` in the shop's folder, else the one that ships."""
    tiers: str = ""
    """A folder that `shopgraph train tiers` made: which requests need the large model; empty for `tiers` in the shop's
    folder, else rules alone."""
    cassette: str = ""
    """A file from which model calls are replayed instead of made, for tests; empty to make them."""
    cassette_record: bool = False
    """Make the calls and write them to that file anew."""
    search: SearchKind = SearchKind.LEXICAL
    """How products are found; `hybrid` needs a shop with a folder."""
    catalog_language: CatalogLanguage = CatalogLanguage.ENGLISH
    """What the catalog's texts are written in: search takes its endings off."""
    embedding: Annotated[str, Field(min_length=1)] = "wordllama"
    """What turns texts into vectors for `hybrid`: `wordllama`, whose weights are installed, or LiteLLM's name of a
    model (`openai/text-embedding-3-small`), whose key is in the environment."""
    gateway: GatewayKind = GatewayKind.RECORDS
    """Who moves the money of cards in a shop that is opened by its folder or URL."""
    engine: str = ""
    """URL of the database in which actions on systems outside are carried on; empty for one beside the records."""
    audit_keys: str = ""
    """The folder of the audit log's secrets; empty for `keys` in the shop's own (docs/audit.md)."""
    gateway_at_once: Annotated[int, Field(ge=1)] | None = None
    """Actions under way at the gateway in all processes together; None for no limit."""
    gateway_at_once_here: Annotated[int, Field(ge=1)] | None = None
    """The same in one process."""
    gateway_starts_per_second: Annotated[int, Field(ge=1)] | None = None
    """Actions at the gateway that begin within any second, in all processes together; None for no limit."""
    log_level: LogLevel = LogLevel.WARNING
    langfuse: bool = False
    """Send traces to Langfuse; its own variables (`LANGFUSE_PUBLIC_KEY` and the rest) say where and as whom."""
    otlp: str = ""
    """URL of a server that takes OTLP over HTTP: metrics go to it, and traces unless Langfuse has them."""
    trace_share: Annotated[float, Field(ge=0, le=1)] = 1.0
    """Of the traces that tell nothing in particular, how many are kept; refusals, corrections, actions always are."""
    judge: str = ""
    """The model that `shopgraph judge` asks about a sample of answers, masked: a name of the models file, or LiteLLM's
    name of a model (`openai/gpt-4o-mini`), whose key is in the environment; empty for none."""
    judge_share: Annotated[float, Field(gt=0, le=1)] = 0.02
    """Of the answers, how many `shopgraph judge` samples."""
    source_deadline_ms: Annotated[int, Field(ge=1, le=60_000)] = 500
    """How long one context source may take before it counts as late, in milliseconds."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take values only from `load_settings`, which knows where each came from."""
        return (init_settings,)


@dataclass(frozen=True, kw_only=True)
class LoadedSettings:
    """Settings, and where each came from."""

    settings: Settings
    origins: Mapping[str, str]
    """Setting to `default`, the file's path, or the variable's name."""
    file: Path | None
    unknown_variables: tuple[str, ...]
    """Variables with the prefix that are no settings: probably misspelled, never an error (others may use them)."""


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The effective settings.

    Raises:
        ConfigurationError: the file cannot be read, or a key or value is wrong; names file and key.
    """
    return explain_settings(environ).settings


def explain_settings(environ: Mapping[str, str] | None = None) -> LoadedSettings:
    """The effective settings, each with its origin.

    Raises:
        ConfigurationError: as for `load_settings`.
    """
    env = os.environ if environ is None else environ
    path = _config_path(env)
    text = _read(path) if path else ""
    values: dict[str, Any] = _parse(path, text) if path else {}
    origins = dict.fromkeys(Settings.model_fields, "default") | dict.fromkeys(values, str(path))
    for key in Settings.model_fields:
        variable = PREFIX + key.upper()
        if variable in env:
            values[key] = env[variable]
            origins[key] = variable
    known = {PREFIX + key.upper() for key in Settings.model_fields} | RESERVED
    return LoadedSettings(
        settings=_validated(values, origins, text),
        origins=origins,
        file=path,
        unknown_variables=tuple(sorted(name for name in env if name.startswith(PREFIX) and name not in known)),
    )


def secret_from(env: Mapping[str, str], name: str) -> str:
    """What the variable holds, or the file that `NAME_FILE` names; empty where neither is set. It is never printed.

    Raises:
        ConfigurationError: both are set, or the file cannot be read.
    """
    given, file = env.get(name, ""), env.get(f"{name}_FILE", "")
    if given and file:
        raise ConfigurationError(f"{name} and {name}_FILE are both set.", remedy="Set one of them.")
    if not file:
        return given
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{name}_FILE names {file}, which cannot be read: {type(error).__name__}.",
            remedy="Point it to a file that holds the secret and nothing else.",
        ) from None


def shown(value: object) -> str:
    """A setting as it may be printed: the password in a URL is masked."""
    return re.sub(r"(?<=://)([^/@\s:]*):[^/\s]*@", r"\1:***@", str(value))


def _config_path(env: Mapping[str, str]) -> Path | None:
    named = env.get("SHOPGRAPH_CONFIG")
    if not named:
        here = Path(CONFIG_FILE)
        return here if here.exists() else None
    path = Path(named)
    if not path.exists():
        raise ConfigurationError(
            f"SHOPGRAPH_CONFIG names {path}, which is not there.", remedy="Point it to a file, or unset it."
        )
    return path


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}.", remedy="Write it as UTF-8 TOML.") from None


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is no TOML: {error}.", remedy='A line reads: shop = "my-shop".') from None
    for key in values:
        if key not in Settings.model_fields:
            raise ConfigurationError(
                f"{_place(str(path), text, key)}: there is no setting {key!r}.", remedy=_closest(key), key=key
            )
    return values


def _closest(key: str) -> str:
    near = difflib.get_close_matches(key, Settings.model_fields, n=1)
    return f"Did you mean {near[0]!r}?" if near else f"The settings are {', '.join(sorted(Settings.model_fields))}."


def _place(origin: str, text: str, key: str) -> str:
    pattern = re.compile(rf"""^\s*\[*\s*["']?{re.escape(key)}["']?\s*[=.\]]""", re.MULTILINE)
    found = pattern.search(text)
    return f"{origin}, line {text.count(chr(10), 0, found.end()) + 1}" if found else origin


def _validated(values: dict[str, Any], origins: Mapping[str, str], text: str) -> Settings:
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = str(first["loc"][0])
        place = _place(origins[key], text, key) if not origins[key].startswith(PREFIX) else origins[key]
        raise ConfigurationError(
            f"{place}: {key} cannot be {shown(values[key])!r}.", remedy=f"{first['msg']}.", key=key
        ) from None
