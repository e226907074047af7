"""Promotions, codes and campaigns, from the embedded database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_

from shopgraph.connectors.embedded.database import Database
from shopgraph.connectors.embedded.mapping import Mapped, to_micros
from shopgraph.connectors.embedded.rows import keyed, many, one
from shopgraph.connectors.embedded.schema import CAMPAIGNS, CODES, DISCOUNTS, PROMOTIONS, code_key
from shopgraph.domain import Campaign, Discount, DiscountCode, Promotion


class EmbeddedMarketing:
    """`MarketingPort` over the embedded database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def promotions(self, *, region_id: str, at: datetime) -> tuple[Promotion, ...]:
        """Those that run there and then, by id."""
        running = await self._database.read(lambda db: many(db, PROMOTIONS, _running(PROMOTIONS, at)))
        return tuple(promotion for promotion in running if region_id in promotion.region_ids)

    async def promotion(self, promotion_id: str) -> Promotion | None:
        """The promotion of that id, whether it runs or not."""
        return await self._database.read(lambda db: one(db, PROMOTIONS, keyed(PROMOTIONS, promotion_id)))

    async def code(self, code: str) -> DiscountCode | None:
        """Case-insensitive."""
        key = code_key(code)
        return await self._database.read(lambda db: one(db, CODES, CODES.table.c.code_key == key))

    async def campaigns(self, *, region_id: str, at: datetime) -> tuple[Campaign, ...]:
        """Those that run there and then, by id."""
        running = await self._database.read(lambda db: many(db, CAMPAIGNS, _running(CAMPAIGNS, at)))
        return tuple(campaign for campaign in running if region_id in campaign.region_ids)

    async def discounts_of(self, customer_id: str, *, since: datetime | None = None) -> tuple[Discount, ...]:
        """Price cuts this customer got (at or after `since`), newest first."""
        table = DISCOUNTS.table
        where = [table.c.customer_id == customer_id]
        if since is not None:
            where.append(table.c.applied_at >= to_micros(since))
        return await self._database.read(lambda db: many(db, DISCOUNTS, *where, order_by=(table.c.applied_at.desc(),)))


def _running(mapped: Mapped[Promotion] | Mapped[Campaign], at: datetime) -> ColumnElement[bool]:
    instant = to_micros(at)
    return and_(mapped.table.c.starts_at <= instant, mapped.table.c.ends_at > instant)
