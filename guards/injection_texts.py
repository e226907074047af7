"""Texts of our own making to learn from: what shoppers and colleagues write, and what attackers do."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from shopgraph.guards.injection_classifier import LabeledText
from shopgraph.models.corpus import default_examples

_FILLED = 6
"""How often each template is filled, at most."""
_UTTERANCES = 2000
"""Shoppers' utterances of the router's corpus that are drawn."""
_SLOT = re.compile(r"\{(\w+)\}")


def benign_texts() -> Iterator[LabeledText]:
    """Texts that instruct nobody behind anybody's back; the same ones each time."""
    yield from _filled("benign", instructs=False)
    drawn = random.Random(5).sample(default_examples(), _UTTERANCES)  # noqa: S311 - a reproducible draw, no secret
    for example in drawn:
        yield LabeledText(text=example.text, instructs=False)


def malicious_texts() -> Iterator[LabeledText]:
    """Texts that do; the same ones each time."""
    return _filled("malicious", instructs=True)


@cache
def _templates() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("injection_texts.yaml").read_text("utf-8"))
    return content


def _filled(kind: str, *, instructs: bool) -> Iterator[LabeledText]:
    slots = _templates()["slots"]
    for templates in _templates()[kind].values():
        for template in templates:
            draw = random.Random(template)  # noqa: S311 - a reproducible draw, no secret
            for text in dict.fromkeys(_draw_slots(template, slots, draw) for _ in range(_FILLED)):
                yield LabeledText(text=text, instructs=instructs)


def _draw_slots(template: str, slots: dict[str, list[str]], draw: random.Random) -> str:
    return _SLOT.sub(lambda slot: draw.choice(slots[slot[1]]), template)
