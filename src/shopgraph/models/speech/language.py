"""Which language to answer in, of those that there are phrases in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from shopgraph.domain.function_words import SHARED

_COMMON: Mapping[str, frozenset[str]] = {language: SHARED[language] - {"no"} for language in ("en", "de", "fr", "es")}
"""Words that are in many messages to a shop, by language; what is a word of several of them says nothing."""
_WORD = re.compile(r"[^\W\d_]+")


@cache
def languages() -> tuple[str, ...]:
    """The languages that there are phrases in."""
    folder = files("shopgraph.models.speech") / "phrases"
    return tuple(sorted(item.name.removesuffix(".yaml") for item in folder.iterdir() if item.name.endswith(".yaml")))


def language_of(text: str, locale: str = "en") -> str:
    """The language of a message where it shows plainly, else the locale's; English where there are no phrases in it."""
    own = locale[:2] if locale[:2] in languages() else "en"
    words = _WORD.findall(text.lower())
    score = {name: sum([word in common for word in words]) for name, common in _COMMON.items()}
    best = max(score, key=lambda name: (score[name], name == own))
    plain = score[best] > score[own] and (score[best] >= 2 or not score[own])
    return best if plain else own


def locale_of(language: str, locale: str) -> str:
    """The Babel locale in which numbers and dates are written: the region's own where its language is spoken."""
    if locale[:2] == language:
        return locale
    return {"en": "en_GB", "de": "de_DE", "fr": "fr_FR", "es": "es_ES"}.get(language, language)
