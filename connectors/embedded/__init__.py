"""The embedded shop: every port over one SQLite file or one PostgreSQL database."""

from shopgraph.connectors.embedded.database import Database
from shopgraph.connectors.embedded.shop import EmbeddedShop, create_shop, open_shop

__all__ = ["Database", "EmbeddedShop", "create_shop", "open_shop"]
