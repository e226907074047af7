"""Finding products by words and meaning. Importing this loads no Chroma: that happens when a `HybridSearch` is used."""

from shopgraph.connectors.search.hybrid import HybridSearch, IndexCheck
from shopgraph.connectors.search.lexical import LexicalSearch
from shopgraph.connectors.search.understanding import PriceRange, Understood, understand

__all__ = ["HybridSearch", "IndexCheck", "LexicalSearch", "PriceRange", "Understood", "understand"]
