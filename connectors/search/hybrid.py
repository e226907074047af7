"""Search by words and by meaning at once; by words alone when the vector index cannot be had."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

from shopgraph.connectors.ports import CatalogPort, SearchHit
from shopgraph.connectors.search.dense import DenseIndex, Embed, wordllama_embed
from shopgraph.connectors.search.lexical import LexicalSearch, product_text

_LOG = logging.getLogger(__name__)
_RANK_CONSTANT = 60
"""Reciprocal rank fusion: how little the first place is worth more than the second."""
_OVERFETCH = 4
_LEAST_LIKE = 0.2
"""A neighbor less like the query than this is no find: every query has a nearest product."""


class HybridSearch:
    """`SearchPort` that fuses words (`LexicalSearch`) and meaning (Chroma) by reciprocal rank.

    The index stands in `folder`, is made on the first search, and is made again by `rebuild`. Anything that fails on
    the dense side is logged once, and the search goes on by words.
    """

    def __init__(
        self,
        catalog: CatalogPort,
        folder: Path,
        *,
        embedding: Callable[[], Embed] = wordllama_embed,
        model: str = "wordllama",
    ) -> None:
        """`embedding` makes the embedding function when it is first needed; `model` is its name."""
        self._catalog = catalog
        self._folder = folder
        self._embedding = embedding
        self._model = model
        self._lexical = LexicalSearch(catalog)
        self._dense: DenseIndex | None = None
        self._ready = False
        self._making = asyncio.Lock()

    @property
    def dense(self) -> bool:
        """Whether searches use the vector index; False before the first one, and after a failure."""
        return self._dense is not None

    async def rebuild(self) -> int:
        """Read the catalog anew and make both indexes fit it; returns how many products are found from now on."""
        async with self._making:
            return await self._rebuild()

    async def search(self, query: str, *, limit: int = 5) -> tuple[SearchHit, ...]:
        """Best first; empty when nothing fits."""
        if not self._ready:
            async with self._making:
                if not self._ready:
                    await self._rebuild()
        words = await self._lexical.search(query, limit=limit * _OVERFETCH)
        near = await self._neighbors(query, limit * _OVERFETCH)
        return _fused((hit.product_id for hit in words), near)[:limit]

    async def _rebuild(self) -> int:
        count = await self._lexical.rebuild()
        documents = {product.id: product_text(product) for product in await self._catalog.all_products()}
        try:
            self._dense = await asyncio.to_thread(self._made, documents)
        except Exception as error:
            self._without_dense("cannot be made", error)
        self._ready = True
        return count

    def _made(self, documents: dict[str, str]) -> DenseIndex:
        index = DenseIndex(self._folder, self._embedding(), model=self._model)
        index.ensure(documents)
        return index

    async def _neighbors(self, query: str, limit: int) -> list[str]:
        if self._dense is None or not query.strip():
            return []
        try:
            found = await asyncio.to_thread(self._dense.nearest, query, limit)
        except Exception as error:
            self._without_dense("does not answer", error)
            return []
        return [neighbor.id for neighbor in found if neighbor.likeness >= _LEAST_LIKE]

    def _without_dense(self, what: str, error: Exception) -> None:
        self._dense = None
        _LOG.warning("The vector index in %s %s; searching by words alone (%r).", self._folder, what, error)


def _fused(*rankings: Iterable[str]) -> tuple[SearchHit, ...]:
    scores: dict[str, float] = defaultdict(float)
    for ranking in rankings:
        for place, product_id in enumerate(ranking, 1):
            scores[product_id] += 1 / (_RANK_CONSTANT + place)
    best = sorted(scores, key=lambda product_id: (-scores[product_id], product_id))
    return tuple(SearchHit(product_id=product_id, score=round(scores[product_id], 6)) for product_id in best)
