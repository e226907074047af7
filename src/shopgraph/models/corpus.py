"""The utterances that the default router learns from: written for this project, set into everyday frames."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from shopgraph.models.routes import Intent
from shopgraph.yaml_text import read_yaml

FRAMES_PER_PHRASE = {"to": 9, "about": 7, "say": 3}
"""In how many frames each phrase is set: the classifier learns from that to look past the frame."""
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Example:
    """One text and its intent. Texts made from one phrase share its `source`, so that a split keeps them together."""

    text: str
    intent: str
    source: str


def default_examples() -> list[Example]:
    """Every utterance of the package in its frames; the same list each time."""
    made: list[Example] = []
    for intent in Intent:
        entry = _read(intent.value)
        for kind in ("to", "about", "say"):
            frames = ["{}"] if entry.get("say_only") else _read("frames")[kind]
            for phrase in entry.get(kind, ()):
                made += _framed(phrase, intent.value, frames, FRAMES_PER_PHRASE[kind])
    return made


def own_examples(intent: str, sentences: Sequence[str]) -> list[Example]:
    """An engineer's sentences for an intent, in the same frames."""
    return [example for text in sentences for example in _framed(text, intent, _read("frames")["say"], 8)]


def corpus_digest() -> str:
    """SHA-256 of the utterance files, to tell whether the shipped weights were made from them."""
    folder = files("shopgraph.models") / "utterances"
    digest = hashlib.sha256()
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".yaml"):
            digest.update(entry.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


@cache
def _read(name: str) -> dict[str, Any]:
    text = (files("shopgraph.models") / "utterances" / f"{name}.yaml").read_text(encoding="utf-8")
    content: dict[str, Any] = read_yaml(text)
    return content


def _framed(phrase: str, intent: str, frames: Sequence[str], count: int) -> list[Example]:
    """The phrase bare, then in frames drawn for it; one copy of two is misspelt, as a thumb does it."""
    draw = random.Random(f"{intent}:{phrase}")  # noqa: S311 - a reproducible draw, no secret
    chosen = ["{}", *draw.sample(list(frames), min(count, len(frames)))]
    texts = [_filled(frame.replace("{}", phrase), draw) for frame in dict.fromkeys(chosen)]
    texts += [_misspelt(text, draw) for text in texts[::2]]
    return [Example(text, intent, f"{intent}:{phrase}") for text in dict.fromkeys(texts)]


def _filled(text: str, draw: random.Random) -> str:
    slots: dict[str, list[str]] = _read("frames")["slots"]
    return _SLOT.sub(lambda match: draw.choice(slots[match[1]]), text)


def _misspelt(text: str, draw: random.Random) -> str:
    """Two neighbouring letters swapped, or one lost or doubled, in one longer word."""
    words = text.split(" ")
    long = [at for at, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    if not long:
        return text
    at = draw.choice(long)
    word = words[at]
    cut = draw.randrange(1, len(word) - 1)
    words[at] = draw.choice(
        (
            word[:cut] + word[cut + 1] + word[cut] + word[cut + 2 :],
            word[:cut] + word[cut + 1 :],
            word[:cut] + word[cut] + word[cut:],
        )
    )
    return " ".join(words)
