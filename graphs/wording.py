"""Words of a message, as far as deterministic code needs them."""

from __future__ import annotations

import re

WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")
_STOP = frozenset(
    """a an and the my your i it is in on of for to with that this from one please want would like return exchange
    cancel order item items back size color colour change swap""".split()  # noqa: SIM905 - one list of words
)


def words(text: str) -> frozenset[str]:
    """The words of a text, lower case, simple plurals folded, without those that say nothing."""
    found = {word.lower() for word in WORD.findall(text)}
    return frozenset(fold(word) for word in found if word not in _STOP)


def fold(word: str) -> str:
    """A word without a plural's s."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def coverage(title: str, said: frozenset[str]) -> float:
    """The share of a title's words that were said; 0 for a title without words."""
    wanted = words(title)
    return len(wanted & said) / len(wanted) if wanted else 0.0
