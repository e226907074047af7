"""The plainest search: products that have every word. A shop with an index of its own brings another `SearchPort`."""

from __future__ import annotations

from sqlalchemy import and_, select

from shopgraph.connectors.embedded.database import Database
from shopgraph.connectors.embedded.schema import PRODUCTS
from shopgraph.connectors.ports import SearchHit


class WordSearch:
    """`SearchPort` by substring over title, category, brand and description; titles first. Knows no spelling."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def search(self, query: str, *, limit: int = 5) -> tuple[SearchHit, ...]:
        """Products that have every word of the query: those with the words in their title first, then by id."""
        words = query.casefold().split()
        if not words:
            return ()
        table = PRODUCTS.table
        text = table.c.title + " " + table.c.category + " " + table.c.brand + " " + table.c.description
        statement = (
            select(table.c.id, table.c.title)
            .where(and_(*(text.icontains(word, autoescape=True) for word in words)))
            .order_by(table.c.id)
        )
        found = await self._database.read(lambda db: db.execute(statement).all())
        hits = [
            SearchHit(product_id=row.id, score=sum(word in row.title.casefold() for word in words) / len(words))
            for row in found
        ]
        return tuple(sorted(hits, key=lambda hit: -hit.score)[:limit])
