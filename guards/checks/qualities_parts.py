"""Materials of parts of a product: a lining, a sole, a strap, a handle."""

from __future__ import annotations

import re
from collections.abc import Sequence

from shopgraph.guards.checks.base import Finding, replace
from shopgraph.guards.checks.denials import DENIED_AHEAD
from shopgraph.guards.checks.qualities_words import MATERIALS
from shopgraph.guards.checks.text import Sentence, whole_words
from shopgraph.guards.facts import ProductFact

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_PART_OF = (
    (
        re.compile(
            r"\b(?:lined with|lining (?:is|of)(?: made of)?|gefüttert mit|futter (?:ist )?aus|doublée? (?:de|en)"
            r"|forrad[oa] (?:de|en))"
            r" (?:\w+ )?(?P<material>[^\W\d_]+)"
        ),
        ("lining", "futter", "doublure", "forro"),
    ),
    (
        re.compile(
            r"\b(?:soles? (?:is|are|of|made of)|sohle (?:ist )?aus|semelles? (?:est |sont )?en"
            r"|suela de) (?:\w+ )?(?P<material>[^\W\d_]+)"
        ),
        ("sole", "sohle", "semelle", "suela"),
    ),
    (
        re.compile(
            r"\b(?:(?:strap|band|bracelet) (?:is|of|made of|in)|armband (?:ist )?aus|bracelet (?:est )?en"
            r"|correa (?:es )?de)"
            r" (?:\w+ )?(?P<material>[^\W\d_]+)"
        ),
        ("strap", "band", "bracelet", "armband", "correa"),
    ),
    (
        re.compile(
            r"\b(?:handle (?:is|of|made of)|griff (?:ist )?aus|poignée en|mango de) (?:\w+ )?(?P<material>[^\W\d_]+)"
        ),
        ("handle", "griff", "poignée", "mango"),
    ),
)
"""Parts of a product whose material an attribute of their own may tell."""
PART_SIGNS = whole_words(
    "lined lining gefüttert futter doublé doublée doublure forrado forrada sole soles sohle semelle suela strap "
    "band bracelet "
    "armband correa handle griff poignée mango"
)
"""One of these stands in whatever tells of a part."""


def find_wrong_part(sentence: Sentence, low: str, products: Sequence[ProductFact]) -> Finding | None:
    """The material of a lining, a sole, a strap or a handle, where an attribute of that name tells it."""
    for pattern, names in _PART_OF:
        found = pattern.search(low)
        if found is None or found["material"] not in MATERIALS or DENIED_AHEAD.search(low, 0, found.start()):
            continue
        told = [
            value
            for product in products
            for key, value in product.attributes.items()
            if any(name in key.lower() for name in names)
        ]
        held = [word for word in _WORD.findall(" ".join(told).lower()) if word in MATERIALS]
        if len(held) == 1 and MATERIALS[held[0]] != MATERIALS[found["material"]]:
            start, end = found.span("material")
            return replace(sentence.start + start, sentence.start + end, held[0], f"It is of {told[0]}.")
    return None
