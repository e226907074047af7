"""Cues: patterns that decide a message's intent beside what the router has learned."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shopgraph.errors import ConfigurationError
from shopgraph.models.routes import Intent
from shopgraph.yaml_text import read_yaml

_FIELDS = frozenset({"intent", "why", "pattern", "over"})


@dataclass(frozen=True)
class Cue:
    """A pattern that decides, whatever else a message says; with `over`, only where the model says one of these."""

    intent: str
    why: str
    pattern: re.Pattern[str]
    over: frozenset[str] = frozenset()

    def outranks(self, intent: str) -> bool:
        """Whether it decides where the model says this intent: its own, or one that it is `over`."""
        return intent == self.intent or intent in self.over


def read_cues(text: str) -> tuple[Cue, ...]:
    """The cues of a YAML list.

    Raises:
        ConfigurationError: an entry names an intent that there is not, or is no cue; says which.
    """
    return tuple(_cue(f"Cue {number}", entry) for number, entry in enumerate(read_yaml(text), start=1))


def _cue(name: str, entry: Mapping[str, Any]) -> Cue:
    if not {"intent", "why", "pattern"} <= set(entry) <= _FIELDS:
        raise ConfigurationError(
            f"{name} has the fields {', '.join(entry)}.", remedy="Write intent, why, pattern and, if need be, over."
        )
    over = entry.get("over")
    if "over" in entry and not (isinstance(over, list) and over):
        raise ConfigurationError(f"{name} is over {over!r}.", remedy="Write a list of intents, or leave `over` out.")
    intents = [str(intent) for intent in (entry["intent"], *(over or ()))]
    if unknown := sorted(set(intents) - set(Intent)):
        raise ConfigurationError(
            f"{name} names the intent {unknown[0]!r}, which there is not.", remedy=f"Name one of {', '.join(Intent)}."
        )
    try:
        pattern = re.compile(entry["pattern"])
    except re.error as error:
        raise ConfigurationError(f"The pattern of {name} is none: {error}.", remedy="Correct it.") from error
    return Cue(intents[0], entry["why"], pattern, frozenset(intents[1:]))
