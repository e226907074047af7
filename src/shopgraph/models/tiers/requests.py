"""A request to a model as numbers: how long, how many figures, how many clauses, how well the tools fit it."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from pydantic import JsonValue

from shopgraph.domain import Value
from shopgraph.kept import kept
from shopgraph.models.blend.vectors import DIMENSIONS, Floats, word_vectors

READ = 20_000
"""Characters of a request that are read: what it asks stands at its beginning or its end."""
_TOKEN = re.compile(r"[^\W\d_]{1,32}|\d{1,12}(?:[.,]\d{1,12})*|[^\w\s]")
_NUMBER = re.compile(r"\d{1,12}(?:[.,]\d{1,12})*")
_OPTION = re.compile(r"^[A-J][.)] (.{0,400})$", re.M)
_CAMEL = re.compile(r"[._]|(?<=[a-z])(?=[A-Z])")
_LONG_WORD = 4
_COUNTED: dict[str, re.Pattern[str]] = {
    "sentences": re.compile(r"[.!?](?:\s|$)"),
    "commas": re.compile(r","),
    "ands": re.compile(r"\band\b", re.I),
    "questions": re.compile(r"\?"),
    "names": re.compile(r"\b[A-Z][a-z]+"),
    "blanks": re.compile(r"_{2,}"),
    "negations": re.compile(r"\b(?:not|except|least|false|never|incorrect)\b", re.I),
    "symbols": re.compile(r"[=+*/^<>\\{}()\[\]]"),
    "shares": re.compile(r"%|\b(?:percent|half|third|quarter|fraction)", re.I),
    "rates": re.compile(r"\b(?:each|per|every|times|twice|double|triple)\b", re.I),
    "spelled_numbers": re.compile(
        r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|thousand|dozen)\b",
        re.I,
    ),
    "comparisons": re.compile(r"\b(?:more|less|fewer|than|older|younger|longer)\b", re.I),
    "money": re.compile(r"[$€£]"),
    "time": re.compile(r"\b(?:second|minute|hour|day|week|month|year)s?\b", re.I),
    "order": re.compile(r"\b(?:if|then|when|after|before|first|remaining|left|rest|total|altogether)\b", re.I),
    "statements": re.compile(r"\b(?:statement|following|true|which of)\b", re.I),
}
_SHAPE = (
    "characters", "words", "numbers", "largest_number", "sum_of_numbers", "different_numbers", "any_fraction",
    "word_length", "variety", "stem", "options", "option_length", "option_spread",
)  # fmt: skip
_TOOLS = (
    "tools", "tool_characters", "parameters", "required", "enums", "nested", "tool_fit", "tool_fit_mean",
    "tool_fit_second", "tools_fit", "shared_words", "shared_words_mean", "numbers_per_required", "joints",
)  # fmt: skip
FEATURES = (*_SHAPE, *_COUNTED, *_TOOLS)
"""Names of what `shape` counts, in its order. Counts are ln(1 + n)."""


class ModelRequest(Value):
    """What is known before a model is chosen."""

    text: str
    tools: tuple[dict[str, JsonValue], ...] = ()
    """The tools' declarations: name, description, parameters as a JSON schema."""


@dataclass(frozen=True)
class Rarity:
    """How rare a word is, for its weight in a mean."""

    of: Callable[[str], float]


def tokens(text: str) -> list[str]:
    """Lower case words, numbers and signs."""
    return _TOKEN.findall(_cut(text).lower())


def grams(words: Sequence[str]) -> Counter[str]:
    """Single tokens and pairs, counted."""
    return Counter([*words, *(f"{one} {other}" for one, other in pairwise(words))])


def shape(request: ModelRequest, rarity: Rarity) -> Floats:
    """The values of `FEATURES`; (43,)."""
    text = _cut(request.text)
    words = tokens(text)
    return np.array(
        [
            *_text_shape(text, words),
            *(math.log1p(len(pattern.findall(text))) for pattern in _COUNTED.values()),
            *_tool_shape(text, words, request.tools, rarity),
        ],
        dtype=np.float32,
    )


def _cut(text: str) -> str:
    return text if len(text) <= READ else text[: READ // 2] + text[-READ // 2 :]


def _text_shape(text: str, words: Sequence[str]) -> list[float]:
    plain = [word for word in words if word[0].isalpha()]
    numbers = [_number(said) for said in _NUMBER.findall(text)]
    options = [len(option) for option in _OPTION.findall(text)]
    stem = _OPTION.split(text, maxsplit=1)[0]
    return [
        math.log1p(len(text)),
        math.log1p(len(plain)),
        math.log1p(len(numbers)),
        math.log1p(max(numbers, default=0.0)),
        math.log1p(sum(numbers)),
        math.log1p(len(set(numbers))),
        float(any(number != int(number) for number in numbers)),
        sum(map(len, plain)) / max(len(plain), 1),
        len(set(plain)) / max(len(plain), 1),
        math.log1p(len(stem)),
        math.log1p(len(options)),
        math.log1p(float(np.mean(options))) if options else 0.0,
        math.log1p(float(np.std(options))) if options else 0.0,
    ]


def _number(said: str) -> float:
    plain = said.replace(",", "")
    return float(plain) if plain.count(".") <= 1 else float(plain.replace(".", ""))


def _tool_shape(text: str, words: Sequence[str], tools: Sequence[dict[str, JsonValue]], rarity: Rarity) -> list[float]:
    if not tools:
        return [0.0] * len(_TOOLS)
    asked = _mean(words, rarity)
    long = {word for word in words if word[0].isalpha() and len(word) >= _LONG_WORD}
    told = [tokens(_CAMEL.sub(" ", f"{tool.get('name', '')}") + f" {tool.get('description', '')}") for tool in tools]
    fits = sorted((float(asked @ _mean(some, rarity)) for some in told), reverse=True)
    shared = [
        len(long.intersection(some)) / max(len({word for word in some if len(word) >= _LONG_WORD}), 1) for some in told
    ]
    written = json.dumps(tools)
    parameters = [_parameters(tool) for tool in tools]
    required = sum(len(one[1]) for one in parameters) / len(tools)
    return [
        math.log1p(len(tools)),
        math.log1p(len(written)),
        sum(len(one[0]) for one in parameters) / len(tools),
        required,
        math.log1p(written.count('"enum"')),
        math.log1p(written.count('"array"') + written.count('"dict"') + written.count('"object"')),
        fits[0],
        sum(fits) / len(fits),
        fits[1] if len(fits) > 1 else 0.0,
        float(asked @ _mean(tokens(written), rarity)),
        max(shared),
        sum(shared) / len(shared),
        len(_NUMBER.findall(text)) / max(required, 1.0),
        math.log1p(sum(word in {"and", "also", "then", "both", ","} for word in words)),
    ]


def _parameters(tool: dict[str, JsonValue]) -> tuple[list[str], list[str]]:
    """Names of all parameters, and of those required."""
    schema = tool.get("parameters")
    if not isinstance(schema, dict):
        return [], []
    properties, required = schema.get("properties"), schema.get("required")
    return (
        list(properties) if isinstance(properties, dict) else [],
        [str(name) for name in required] if isinstance(required, list) else [],
    )


def _mean(words: Sequence[str], rarity: Rarity) -> Floats:
    """The mean of the words' vectors, rare words first; (256,), of length one."""
    plain = [word for word in words if word[0].isalpha()]
    if not plain:
        return np.zeros(DIMENSIONS, np.float32)
    weights = np.array([rarity.of(word) for word in plain], dtype=np.float32)
    mean: Floats = weights @ np.stack([_vector(word) for word in plain])
    return mean / max(float(np.linalg.norm(mean)), 1e-9)


@kept
@lru_cache(maxsize=20_000)
def _vector(word: str) -> Floats:
    return word_vectors()(word)
