"""An answer that is checked while it is still being written: sentence by sentence, nothing unchecked leaves."""

from __future__ import annotations

import time
from collections.abc import AsyncIterable, AsyncIterator
from typing import TYPE_CHECKING

from shopgraph.guards.checks.text import sentences

if TYPE_CHECKING:
    from shopgraph.guards.chain import GuardChain, GuardResult
    from shopgraph.guards.facts import Facts

LONGEST = 16_000
"""Characters of an answer that are read; what stands behind them is never said, so the memory is bounded."""


class GuardStream:
    """Checked pieces of an answer, in order; where all is right they are, joined, the whole text.

    A sentence is held back until the one behind it has begun. Then all up to its end is checked as one text, so that
    "it" is still what a sentence before named, and only what is new leaves. What has left is never changed or taken
    back: where the check of a later sentence blocks, or would change what was said, nothing more is said.
    """

    def __init__(self, chain: GuardChain, chunks: AsyncIterable[str], facts: Facts) -> None:
        self._chain, self._chunks, self._facts = chain, chunks, facts
        self._sent = ""
        self.result: GuardResult | None = None
        """What the chain last said of all that was read; `blocked` when the answer ended early because of it."""
        self.seconds_to_first: float | None = None
        """From the first chunk to the first checked piece."""

    async def __aiter__(self) -> AsyncIterator[str]:
        text, ready, begun = "", 0, time.perf_counter()
        async for chunk in self._chunks:
            text = (text + chunk)[:LONGEST]
            found = sentences(text[ready:])
            if len(found) > 1:
                ready += found[-1].start  # the last one may still grow
                fresh = self._fresh(text[:ready], more=True)
                if fresh:
                    self.seconds_to_first = self.seconds_to_first or time.perf_counter() - begun
                    yield fresh
                if fresh is None:
                    return
            if len(text) == LONGEST:
                break
        fresh = self._fresh(text, more=False)
        if fresh:
            self.seconds_to_first = self.seconds_to_first or time.perf_counter() - begun
            yield fresh

    def _fresh(self, text: str, *, more: bool) -> str | None:
        """What may leave now, without blanks at its end while more follows; None when nothing may any more."""
        self.result = self._chain.run(text, self._facts, more=more)
        if self.result.blocked:
            return "" if more and not self._sent and self.result.emptied else None
        said = self.result.text.rstrip() if more else self.result.text
        if not said.startswith(self._sent):
            return None
        fresh = said[len(self._sent) :]
        self._sent = said
        return fresh
