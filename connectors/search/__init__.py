"""Finding products by words. Importing this loads no Chroma: that happens when a `HybridSearch` is first used."""

from shopgraph.connectors.search.hybrid import HybridSearch
from shopgraph.connectors.search.lexical import LexicalSearch

__all__ = ["HybridSearch", "LexicalSearch"]
