"""Search by words, in process: an index in memory, made on the first search."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from shopgraph.connectors.ports import CatalogPort, SearchHit
from shopgraph.connectors.search.concepts import Synonyms, shipped_synonyms
from shopgraph.connectors.search.documents import SearchDocument, key_of, read_documents
from shopgraph.connectors.search.generation import SAME_UP_TO, Generation
from shopgraph.connectors.search.stores import last_rebuild
from shopgraph.connectors.search.understanding import Understood
from shopgraph.connectors.search.words_sqlite import SqliteWords
from shopgraph.kept import kept

_LOG = logging.getLogger(__name__)
_FEW = 2_000
"""A search among so many documents takes less than handing it to a thread and waiting for the answer is worth."""
_FOUND = 500
"""So many queries are kept with what was found, until the index is made anew."""
_AGAIN_S = 30.0
"""Seconds after which an index that could not be made anew is tried again."""


class LexicalSearch:
    """`SearchPort` over a catalog's words. Keeps its own index: `rebuild` after the catalog has changed.

    A rebuild of the index in `folder` by another process is noticed at the next search, which waits for the new index;
    others go on in the old one meanwhile, and all do where the new one cannot be made.
    """

    def __init__(
        self,
        catalog: CatalogPort,
        *,
        synonyms: Synonyms | None = None,
        language: str = "en",
        folder: Path | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Without `synonyms` those that ship are used; `language` is the catalog's, of `analysis.LANGUAGES`; `folder`
        is where the shop's kept index is or would be; `now` gives monotonic seconds."""
        self._catalog = catalog
        self._language = language
        self._synonyms = synonyms
        self._generation: Generation | None = None
        self._find: Callable[[str, int], tuple[SearchHit, ...]]
        self._folder = folder
        self._now = now
        self._rebuilt_at = 0
        self._failed: tuple[int, float] | None = None
        self._making = asyncio.Lock()
        self._remaking: asyncio.Task[None] | None = None

    async def rebuild(self) -> int:
        """Read the catalog anew; returns how many products are found from now on."""
        async with self._making:
            return (await self._rebuilt()).words.facts.count

    async def search(self, query: str, *, limit: int = 5) -> tuple[SearchHit, ...]:
        """Best first; empty when no word of the query (nor one spelled nearly so) is in the catalog."""
        if limit < 1:
            return ()
        generation, wanted = await self._ready(), max(limit, SAME_UP_TO)
        if generation.words.facts.count <= _FEW:
            return self._find(query, wanted)[:limit]
        return (await asyncio.to_thread(self._find, query, wanted))[:limit]

    async def understand(self, query: str) -> Understood:
        """What a query asks for beside its words."""
        return (await self._ready()).understand(query)

    async def _ready(self) -> Generation:
        if self._generation is None:
            async with self._making:
                if self._generation is None:
                    return await self._rebuilt()
        elif not self._under_way() and self._due():
            # A search that gives up waiting does not break it off: the next one would begin it again.
            self._remaking = asyncio.create_task(self._remade())
            await asyncio.shield(self._remaking)
        return self._generation

    def _under_way(self) -> bool:
        return self._making.locked() or (self._remaking is not None and not self._remaking.done())

    def _due(self) -> bool:
        """Whether another process has rebuilt since, and making the index anew after that has not just failed."""
        rebuilt_at = self._last_rebuild()
        if rebuilt_at == self._rebuilt_at:
            return False
        return self._failed is None or self._failed[0] != rebuilt_at or self._now() >= self._failed[1] + _AGAIN_S

    async def _remade(self) -> None:
        async with self._making:
            if not self._due():  # a rebuild of this process came between
                return
            rebuilt_at = self._last_rebuild()
            try:
                await self._rebuilt()
            except Exception as error:
                self._failed = rebuilt_at, self._now()
                _LOG.warning("The index of words cannot be made anew; searching in the one before (%r).", error)

    def _last_rebuild(self) -> int:
        return last_rebuild(self._folder) if self._folder else 0

    async def _rebuilt(self) -> Generation:
        rebuilt_at = self._last_rebuild()  # a rebuild while the catalog is read is noticed at the next search
        documents = await read_documents(self._catalog, self._language)
        generation = await asyncio.to_thread(self._made, documents)
        # A request searches for the same words as it is routed, as its context is put together, and as it is answered.
        self._find = kept(lru_cache(maxsize=_FOUND)(generation.find))
        self._generation, self._rebuilt_at = generation, rebuilt_at
        return generation

    def _made(self, documents: tuple[SearchDocument, ...]) -> Generation:
        return Generation(
            key=key_of(documents, ""),
            words=SqliteWords.in_memory(documents),
            dense=None,
            synonyms=self._synonyms or shipped_synonyms(self._language),
        )
