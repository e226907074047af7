"""A shop's search: by words in its records, or with an index of vectors that it keeps."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from shopgraph.config import CatalogLanguage, SearchKind
from shopgraph.connectors.embedded.database import parse_url
from shopgraph.connectors.embedded.shop import SearchFactory
from shopgraph.connectors.ports import CatalogPort
from shopgraph.connectors.search import HybridSearch, LexicalSearch
from shopgraph.connectors.search.concepts import Synonyms
from shopgraph.connectors.search.dense import Embed
from shopgraph.errors import ConfigurationError

INDEX = "index"
"""The folder of the kept index, in the shop's own."""


def search_of(options: dict[str, Any], folder: Path | None, url: str) -> SearchFactory:
    """Takes `search`, `embedding` and `catalog_language` out of the options."""
    kind, embedding = options.pop("search", SearchKind.LEXICAL), options.pop("embedding", "wordllama")
    language = str(CatalogLanguage(options.pop("catalog_language", "en")))
    if kind is SearchKind.LEXICAL:
        return partial(LexicalSearch, language=language, folder=folder / INDEX if folder else None)
    if folder is None:
        raise ConfigurationError(
            "Hybrid search keeps an index in the shop's folder, and this shop has none.",
            remedy='Open the shop by its folder, or set search = "lexical".',
        )
    return lambda catalog: hybrid_search(catalog, folder, url=url, embedding=embedding, language=language)


def hybrid_search(
    catalog: CatalogPort, folder: Path, *, url: str = "", embedding: str = "wordllama", language: str = "en"
) -> HybridSearch:
    """The search whose index a shop keeps: vectors in its folder, words there too, or in its PostgreSQL.

    Args:
        url: of the shop's records.
        embedding: `wordllama`, or a model as LiteLLM names it.
        language: of the catalog's texts.
    """
    words = None
    parsed = parse_url(url) if url else None
    if parsed is not None and parsed.get_backend_name() == "postgresql":
        from shopgraph.connectors.search.words_postgres import PostgresStore

        words = PostgresStore(parsed.render_as_string(hide_password=False))
    synonyms = Synonyms.default(folder / "synonyms.yaml", language=language)
    made = partial(HybridSearch, catalog, folder / INDEX, words=words, synonyms=synonyms, language=language)
    if embedding == "wordllama":
        return made()

    def other() -> Embed:
        from shopgraph.models.embedding import litellm_embedding

        return litellm_embedding(embedding)

    return made(embedding=other, model=embedding)
