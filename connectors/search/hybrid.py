"""Search by words and by meaning at once; by words alone when the vector index cannot be had."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from shopgraph.connectors.ports import CatalogPort, SearchHit
from shopgraph.connectors.search.concepts import Synonyms, shipped_synonyms
from shopgraph.connectors.search.dense import Collections, DenseIndex, Embed, wordllama_embed
from shopgraph.connectors.search.documents import SearchDocument, key_of, read_documents
from shopgraph.connectors.search.generation import DenseGone, Generation
from shopgraph.connectors.search.stores import (
    SqliteStore,
    WordStore,
    alone,
    last_rebuild,
    mark_rebuild,
    write_whole,
)
from shopgraph.connectors.search.understanding import Understood
from shopgraph.connectors.search.words_index import IndexGone, WordIndex

_LOG = logging.getLogger(__name__)
_POINTER = "current.json"


@dataclass(frozen=True, kw_only=True)
class IndexCheck:
    """What a look at the index in the folder found."""

    products: int
    """In the catalog."""
    words: int
    vectors: int
    stale: tuple[str, ...] = ()
    """Products that the index lacks or has too many; any, when texts have changed."""
    unreachable: tuple[str, ...] = ()
    """Products that Chroma does not find by their own vectors."""
    reason: str = ""
    """What is wrong, in a sentence; empty when all is well."""

    @property
    def well(self) -> bool:
        """Whether the index is whole and fits the catalog."""
        return not self.reason


class HybridSearch:
    """`SearchPort` over words (FTS5, or PostgreSQL) and meaning (Chroma), kept in `folder`.

    A generation of the index is made whole, checked, and only then pointed to; the one before it stays until the next,
    for searches that are under way. Another process's rebuild is noticed at the next search, also one that has changed
    no generation. What fails on the dense side is logged once, and the search goes on by words until the next rebuild.
    """

    def __init__(
        self,
        catalog: CatalogPort,
        folder: Path,
        *,
        embedding: Callable[[], Embed] = wordllama_embed,
        model: str = "wordllama",
        words: WordStore | None = None,
        synonyms: Synonyms | None = None,
        language: str = "en",
    ) -> None:
        """`embedding` makes the embedding function when it is first needed; `model` is its name: vectors of another
        one are not reused. Without `words` they are kept in the folder. `language` is the catalog's, of
        `analysis.LANGUAGES`."""
        self._catalog = catalog
        self._language = language
        self._folder = folder
        self._model = model
        self._words = words or SqliteStore(folder)
        self._synonyms = synonyms
        self._collections = Collections(folder)
        self._embedding = embedding
        self._embed: Embed | None = None
        self._generation: Generation | None = None
        self._pointed = ""
        self._rebuilt_at = 0
        self._making = asyncio.Lock()

    @property
    def dense(self) -> bool:
        """Whether searches use the vector index; False before the first one, and after a failure."""
        return self._generation is not None and self._generation.dense is not None

    async def rebuild(self) -> int:
        """Read the catalog anew and make the index fit it; returns how many products are found from now on."""
        async with self._making:
            made = await self._rebuilt(mend=True)
        return made.words.facts.count

    async def search(self, query: str, *, limit: int = 5) -> tuple[SearchHit, ...]:
        """Best first; empty when nothing fits."""
        generation = await self._ready()
        try:
            return await asyncio.to_thread(self._find, generation, query, limit)
        except IndexGone as error:
            _LOG.warning("The index of words in %s is gone; making it again (%s).", self._folder, error)
            async with self._making:
                generation = await self._rebuilt()
            return await asyncio.to_thread(self._find, generation, query, limit)

    async def understand(self, query: str) -> Understood:
        """What a query asks for beside its words."""
        return (await self._ready()).understand(query)

    async def check(self) -> IndexCheck:
        """Compare the index that is pointed to with the catalog, and look for every product by its own vector."""
        documents = await read_documents(self._catalog, self._language)
        return await asyncio.to_thread(self._checked, documents)

    def close(self) -> None:
        """Let go of files and connections."""
        self._generation = None
        self._words.close()

    def _find(self, generation: Generation, query: str, limit: int) -> tuple[SearchHit, ...]:
        try:
            return generation.find(query, limit)
        except DenseGone as error:
            by_words = replace(generation, dense=None)
            if self._generation is generation:
                self._generation = by_words
                _LOG.warning(
                    "The vector index in %s does not answer; searching by words alone (%s).", self._folder, error
                )
            return by_words.find(query, limit)

    async def _ready(self) -> Generation:
        if (current := self._current()) is not None:
            return current
        async with self._making:
            if (current := self._current()) is not None:  # made while this search waited
                return current
            followed = await asyncio.to_thread(self._followed) if self._generation else None
            return followed or await self._rebuilt()

    def _current(self) -> Generation | None:
        """The generation in use, unless another process has rebuilt the index since it was opened."""
        unchanged = self._pointer() == self._pointed and last_rebuild(self._folder) == self._rebuilt_at
        return self._generation if unchanged else None

    def _followed(self) -> Generation | None:
        """The generation that another process has pointed to, if it can be opened."""
        rebuilt_at, pointed = self._noticed(), self._pointer()
        try:
            found = self._opened(pointed)
        except Exception as error:
            _LOG.warning("The new index in %s cannot be opened; making it again (%r).", self._folder, error)
            return None
        if found is not None:
            self._generation, self._pointed, self._rebuilt_at = found, pointed, rebuilt_at
        return found

    def _noticed(self) -> int:
        """The last rebuild. After one that was not known yet Chroma is opened anew: its file may be another one."""
        rebuilt_at = last_rebuild(self._folder)
        if rebuilt_at != self._rebuilt_at:
            self._collections.let_go()
        return rebuilt_at

    def _opened(self, key: str) -> Generation | None:
        words = self._words.open(key) if key else None
        if words is None:
            return None
        dense = self._collections.open(f"products-{key}", self._embedder())
        return None if dense is None else self._whole(key, words, dense)

    async def _rebuilt(self, *, mend: bool = False) -> Generation:
        documents = await read_documents(self._catalog, self._language)
        made, pointed, rebuilt_at = await asyncio.to_thread(self._made, documents, mend)
        self._generation, self._pointed, self._rebuilt_at = made, pointed, rebuilt_at
        return made

    def _made(self, documents: tuple[SearchDocument, ...], mend: bool) -> tuple[Generation, str, int]:
        """The generation, what is pointed to, and the last rebuild; to `mend` is a rebuild that others notice."""
        key = key_of(documents, self._model)
        with alone(self._folder):
            rebuilt_at = self._noticed()
            ids = frozenset(each.id for each in documents)
            words = self._words.open(key)
            if words is None or words.ids() != ids:
                words = self._words.make(key, documents)
            dense = self._vectors(key, documents, mend)
            if dense is not None:
                self._point_to(key)
            if mend:
                mark_rebuild(self._folder)
                rebuilt_at = last_rebuild(self._folder)
            return self._whole(key, words, dense), self._pointer(), rebuilt_at

    def _vectors(self, key: str, documents: tuple[SearchDocument, ...], mend: bool) -> DenseIndex | None:
        try:
            return self._mended(key, documents) if mend else self._dense_of(key, documents)
        except Exception as error:
            _LOG.warning("The vector index in %s cannot be made; searching by words alone (%r).", self._folder, error)
            return None

    def _point_to(self, key: str) -> None:
        before = self._pointer()
        if before != key:
            write_whole(self._folder / _POINTER, json.dumps({"key": key, "before": before}))
            self._keep_only({key, before})

    def _dense_of(self, key: str, documents: tuple[SearchDocument, ...]) -> DenseIndex:
        kept = self._collections.open(f"products-{key}", self._embedder())
        if kept is not None and kept.ids() == frozenset(each.id for each in documents):
            return kept
        texts = {each.id: each.text for each in documents}
        return self._collections.make(f"products-{key}", texts, self._embedder())

    def _mended(self, key: str, documents: tuple[SearchDocument, ...]) -> DenseIndex:
        """The vectors; where Chroma's file is damaged, made from nothing."""
        try:
            return self._dense_of(key, documents)
        except Exception as error:
            if not self._collections.damaged():
                raise
            _LOG.warning("The vector index in %s is damaged; making it from nothing (%r).", self._folder, error)
            self._collections.discard()
            return self._dense_of(key, documents)

    def _keep_only(self, keys: set[str]) -> None:
        self._words.keep_only(keys)
        names = {f"products-{key}" for key in keys}
        self._collections.drop([name for name in self._collections.names() if name not in names])

    def _checked(self, documents: tuple[SearchDocument, ...]) -> IndexCheck:
        pointed, key = self._pointer(), key_of(documents, self._model)
        ids = frozenset(each.id for each in documents)
        words = self._words.open(pointed) if pointed else None
        try:
            dense = self._collections.open(f"products-{pointed}", self._embedder()) if pointed else None
        except Exception as error:
            _LOG.warning("The vector index in %s cannot be read (%r).", self._folder, error)
            dense = None
        held = words.ids() if words else frozenset()
        placed = dense.ids() if dense else frozenset()
        stale = tuple(sorted((ids ^ held) | (ids ^ placed)))
        lost = dense.unreachable() if dense else ()
        return IndexCheck(
            products=len(ids),
            words=len(held),
            vectors=len(placed),
            stale=stale,
            unreachable=lost,
            reason=_reason(pointed, key, words is not None and dense is not None, stale, lost),
        )

    def _whole(self, key: str, words: WordIndex, dense: DenseIndex | None) -> Generation:
        return Generation(
            key=key, words=words, dense=dense, synonyms=self._synonyms or shipped_synonyms(self._language)
        )

    def _embedder(self) -> Embed:
        if self._embed is None:
            self._embed = self._embedding()
        return self._embed

    def _pointer(self) -> str:
        try:
            return str(json.loads((self._folder / _POINTER).read_text(encoding="utf-8"))["key"])
        except (OSError, ValueError, KeyError, TypeError):
            return ""


def _reason(pointed: str, key: str, readable: bool, stale: tuple[str, ...], lost: tuple[str, ...]) -> str:
    if not pointed:
        return "There is no index."
    if not readable:
        return "The index cannot be read: `shopgraph search rebuild` makes it again."
    if lost:
        return f"{len(lost)} products are not found by their own vectors."
    if stale:
        return f"{len(stale)} products are missing or too many."
    return "" if pointed == key else "Products have changed since the index was made."
