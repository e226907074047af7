"""Texts of our own making to learn from: what shoppers and colleagues write, and what attackers do.

Real texts rarely come alone: an attack stands behind a question or within a mail, and a mail holds several harmless
requests. So part of the texts is put together from others, harmless ones with harmless ones alike.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from shopgraph.guards.injection_classifier import LabeledText
from shopgraph.models.corpus import default_examples
from shopgraph.yaml_text import read_yaml

_FILES = ("injection_texts.yaml", "injection_benign.yaml", "injection_attacks.yaml")
_FILLED = 4
"""How often each template is filled, at most."""
_UTTERANCES = 2000
"""Shoppers' utterances of the router's corpus that are drawn."""
_CARRIERS = (
    *("questions", "documents", "requests", "orders", "service", "stories", "reviews", "descriptions"),
    *("mail", "prose", "shop", "marketing", "letters"),
)
"""Groups of benign texts within which an attack may stand."""
_EMBEDDED = 0.6
"""The share of the texts that are given once more, beside others."""
_CHAINS = {True: 300, False: 150}
"""How many texts are put together of several of their kind."""
_BETWEEN = (" ", ". ", "? ", "\n", "\n\n", " - ")
_SLOT = re.compile(r"\{(\w+)\}")

Groups = Mapping[str, Sequence[str]]


def benign_texts() -> Iterator[LabeledText]:
    """Texts that instruct nobody behind anybody's back; the same ones each time."""
    groups, carriers = _groups("benign"), _carriers()
    texts = [*_filled(groups), *_embedded(carriers, carriers), *_chains(carriers, _CHAINS[False])]
    texts += [example.text for example in _draw("utterances").sample(default_examples(), _UTTERANCES)]
    return (LabeledText(text=text, instructs=False) for text in texts)


def malicious_texts() -> Iterator[LabeledText]:
    """Texts that do; the same ones each time."""
    alone = [*_filled(_groups("malicious"))]
    texts = [*alone, *_embedded(alone, _carriers()), *_chains(alone, _CHAINS[True])]
    return (LabeledText(text=text, instructs=True) for text in texts)


def _draw(seed: str) -> random.Random:
    return random.Random(seed)  # noqa: S311 - a reproducible draw, no secret


@cache
def _contents() -> tuple[dict[str, Any], ...]:
    return tuple(read_yaml(Path(__file__).with_name(name).read_text("utf-8")) for name in _FILES)


def _groups(kind: str) -> Groups:
    """Templates by group."""
    mixed, benign, attacks = _contents()
    return {**mixed[kind], **(benign if kind == "benign" else {k: v for k, v in attacks.items() if k != "slots"})}


@cache
def _slots() -> Mapping[str, Sequence[str]]:
    mixed, _, attacks = _contents()
    return {**mixed["slots"], **attacks["slots"]}


@cache
def _carriers() -> tuple[str, ...]:
    groups = _groups("benign")
    return tuple(_filled({name: groups[name] for name in _CARRIERS}))


def _filled(groups: Groups) -> Iterator[str]:
    for templates in groups.values():
        for template in templates:
            draw = _draw(template)
            yield from dict.fromkeys(_fill(template, draw) for _ in range(_FILLED))


def _fill(template: str, draw: random.Random) -> str:
    """The template with its slots filled; what fills a slot may have slots of its own."""
    slots = _slots()
    return _SLOT.sub(
        lambda slot: _fill(draw.choice(slots[slot[1]]), draw) if slot[1] in slots else slot[0],
        template,
    )


def _embedded(texts: Sequence[str], carriers: Sequence[str]) -> Iterator[str]:
    """Part of the texts, each behind or before one or two others."""
    draw = _draw("embedded")
    for text in texts:
        if draw.random() < _EMBEDDED:
            others = " ".join(draw.sample(carriers, draw.choice((1, 1, 2))))
            parts = (others, text) if draw.random() < 0.8 else (text, others)
            yield draw.choice(_BETWEEN).join(parts)


def _chains(texts: Sequence[str], count: int) -> Iterator[str]:
    draw = _draw("chains")
    for _ in range(count):
        yield draw.choice((" ", "\n", ". ")).join(draw.sample(texts, draw.choice((2, 2, 3, 4))))
