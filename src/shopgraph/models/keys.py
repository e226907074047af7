"""Keys of providers: from the environment or from files that it names, and never printed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from typing import Any

from shopgraph.config import secret_from
from shopgraph.errors import ConfigurationError

PLACEHOLDERS = frozenset({"", "none", "local", "empty", "not-needed", "unused"})
"""What may stand for a key where a server wants none."""
_REFERENCE = "os.environ/"
_SECRET = re.compile(r"(?:^|_)(?:key|key_id|token|password|secret|credentials?)$", re.I)
_LOOKS_LIKE_ONE = re.compile(
    r"\b(?:sk|rk|pk|xai|gsk|hf|key|AIza)[-_][\w*-]{6,}|\bAIza[\w-]{10,}|\bBearer\s+[\w.~+/*-]{6,}=*", re.I
)
HIDDEN = "[key]"


def is_secret(name: str) -> bool:
    """Whether a parameter of that name holds a secret: `api_key`, `aws_secret_access_key`, `azure_ad_token`."""
    return bool(_SECRET.search(name)) and not name.endswith("_per_token")


def require_references(params: Mapping[str, Any], place: str) -> None:
    """Check that no secret is written out.

    Raises:
        ConfigurationError: one is; names the parameter and never its value.
    """
    for name, value in params.items():
        if is_secret(name) and not (isinstance(value, str) and _is_fine(value)):
            raise ConfigurationError(
                f"{place}.{name} holds a secret itself.",
                remedy=f"Put it into the environment and write `{name}: os.environ/{name.upper()}`.",
            )


def _is_fine(value: str) -> bool:
    return value.startswith(_REFERENCE) or value.lower() in PLACEHOLDERS


def resolved(params: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The parameters with what the environment holds in place of each `os.environ/NAME`.

    `NAME_FILE` may name a file with the value instead.

    Raises:
        ConfigurationError: a variable is not set, is set twice, or its file cannot be read.
    """
    env = os.environ if environ is None else environ
    return {
        name: _value(value.removeprefix(_REFERENCE), env)
        if isinstance(value, str) and value.startswith(_REFERENCE)
        else value
        for name, value in params.items()
    }


def _value(name: str, env: Mapping[str, str]) -> str:
    if given := secret_from(env, name):
        return given
    raise ConfigurationError(f"{name} is not set.", remedy=f"Set it, or {name}_FILE to a file with the key.")


def secrets_in(params: Mapping[str, Any]) -> tuple[str, ...]:
    """The secrets among resolved parameters."""
    found = (value for name, value in params.items() if is_secret(name) and isinstance(value, str))
    return tuple(value for value in found if value.lower() not in PLACEHOLDERS)


def scrubbed(text: str, secrets: Iterable[str] = ()) -> str:
    """A text without these secrets and without whatever looks like a key."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return _LOOKS_LIKE_ONE.sub(HIDDEN, text)
