"""The words of a whole draft: what none of its sentences can be about is known without reading them."""

from __future__ import annotations

from functools import lru_cache

from shopgraph.guards.checks.text import sentences
from shopgraph.kept import kept


@kept
@lru_cache(maxsize=4)  # several checks of a chain ask for those of the same text
def vocabulary(text: str) -> frozenset[str]:
    """Every word of the text, in lower case."""
    return frozenset().union(*[sentence.words for sentence in sentences(text)])


@kept
@lru_cache(maxsize=4)
def beginnings(text: str) -> frozenset[str]:
    """The first four letters of every word of the text."""
    return frozenset([word[:4] for word in vocabulary(text)])
