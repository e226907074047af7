"""The index of words: what any full-text engine must do for search, and the rows that it gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from shopgraph.connectors.search.documents import CatalogFacts

Phrase = tuple[str, ...]
"""Words that stand one after the other; mostly one."""


def spaced(words: Sequence[str]) -> str:
    """Words with a blank before and after each: a text written so holds a phrase exactly where it has its writing."""
    return f" {'  '.join(words)} " if words else ""


class IndexGone(Exception):
    """An index that was open cannot be read any more."""


class WordRow(NamedTuple):
    """A document as the index of words keeps it; a tuple, because a search reads hundreds."""

    id: str
    title: str
    body: str
    rest: str
    marks: str
    """Words as `spaced` writes them, each; empty for none."""


@dataclass(frozen=True, kw_only=True)
class WordQuery:
    """What a document must hold, and what it must not."""

    wanted: tuple[tuple[Phrase, ...], ...]
    """For each thing asked for, the phrases that stand for it."""
    unwanted: tuple[str, ...] = ()
    every: bool = True
    """Hold all that is wanted; False: any of it."""
    limit: int = 200


class WordIndex(Protocol):
    """One generation of an index of words. It is never changed; a new one is made beside it."""

    facts: CatalogFacts

    def matching(self, query: WordQuery) -> list[WordRow]:
        """The documents that fit, those that fit best first as far as the engine can say.

        Raises:
            IndexGone: it cannot be read any more.
        """
        ...

    def rows(self, ids: Sequence[str]) -> list[WordRow]:
        """The documents of these ids that there are, in no order.

        Raises:
            IndexGone: it cannot be read any more.
        """
        ...

    def ids(self) -> frozenset[str]:
        """All of them."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...
