"""Promotions, codes and campaigns, from the embedded database."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import TypeAdapter
from pydantic_core import to_json
from sqlalchemy import Connection, Select, bindparam, delete, func, or_, select, update

from shopgraph.connectors.embedded.database import Database
from shopgraph.connectors.embedded.idempotency import once
from shopgraph.connectors.embedded.mapping import Mapped, to_micros
from shopgraph.connectors.embedded.rows import add, equal, every, get, hold, new_id, one, require
from shopgraph.connectors.embedded.schema import (
    CAMPAIGNS,
    CODES,
    CUSTOMERS,
    DISCOUNTS,
    ORDERS,
    PROMOTIONS,
    REGIONS,
    VARIANTS,
    code_key,
)
from shopgraph.connectors.embedded.statements import rows
from shopgraph.domain import Campaign, Discount, DiscountCode, Money, Promotion
from shopgraph.errors import Conflict

Kind = TypeVar("Kind", Promotion, Campaign)

_CODE = TypeAdapter(DiscountCode)
_DISCOUNTS = TypeAdapter(tuple[Discount, ...])
_CONSONANTS = "BCDFGHJKLMNPQRSTVWXZ"
"""Without vowels no word comes about by chance."""


def _running(mapped: Mapped[Promotion] | Mapped[Campaign]) -> Select[Any]:
    run = mapped.table.c.starts_at <= bindparam("at"), mapped.table.c.ends_at > bindparam("at")
    return select(mapped.table).where(*run).order_by(*mapped.key)


_CAMPAIGNS = _running(CAMPAIGNS)
_EVERYBODYS = _running(PROMOTIONS).where(PROMOTIONS.table.c.customer_id.is_(None))
_UNCODED = _EVERYBODYS.where(PROMOTIONS.table.c.id.not_in(select(CODES.table.c.promotion_id)))
_DISCOUNT = DISCOUNTS.table.c
_DISCOUNTS_SINCE = (
    select(DISCOUNTS.table)
    .where(_DISCOUNT.customer_id == bindparam("customer"), _DISCOUNT.applied_at >= bindparam("since"))
    .order_by(_DISCOUNT.applied_at.desc(), *DISCOUNTS.key)
)


class EmbeddedMarketing:
    """`MarketingPort` over the embedded database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def promotions(self, *, region_id: str, at: datetime) -> tuple[Promotion, ...]:
        """Those that run there and then, by id; what was granted to one customer is left out."""
        running = await self._database.look(lambda db: _there(db, PROMOTIONS, _EVERYBODYS, region_id, at))
        return tuple(promotion for promotion in running if region_id in promotion.region_ids)

    async def without_code(self, *, region_id: str, at: datetime) -> tuple[Promotion, ...]:
        """Those of them that need no code."""
        running = await self._database.look(lambda db: _there(db, PROMOTIONS, _UNCODED, region_id, at))
        return tuple(promotion for promotion in running if region_id in promotion.region_ids)

    async def promotion(self, promotion_id: str) -> Promotion | None:
        """The promotion of that id, whether it runs or not."""
        return await self._database.look(lambda db: get(db, PROMOTIONS, promotion_id))

    async def code(self, code: str) -> DiscountCode | None:
        """Case-insensitive."""
        key = code_key(code)
        return await self._database.look(lambda db: one(db, CODES, CODES.table.c.code_key == key))

    async def campaigns(self, *, region_id: str, at: datetime) -> tuple[Campaign, ...]:
        """Those that run there and then, by id."""
        running = await self._database.look(lambda db: _there(db, CAMPAIGNS, _CAMPAIGNS, region_id, at))
        return tuple(campaign for campaign in running if region_id in campaign.region_ids)

    async def discounts_of(self, customer_id: str, *, since: datetime | None = None) -> tuple[Discount, ...]:
        """Price cuts this customer got (at or after `since`), newest first."""
        asked = {"customer": customer_id, "since": 0 if since is None else to_micros(since)}
        return await self._database.look(lambda db: every(db, DISCOUNTS, _DISCOUNTS_SINCE, **asked))

    async def given(self, promotion_id: str) -> tuple[Money, ...]:
        """What the price cuts on a promotion add up to, one sum per currency, by currency."""
        return await self._database.look(lambda db: _given(db, promotion_id))

    async def granted_codes(self, customer_id: str, *, at: datetime) -> tuple[DiscountCode, ...]:
        """Codes granted to this customer that have not expired, newest first."""
        return await self._database.look(lambda db: _granted(db, customer_id, at))

    async def grant_code(
        self,
        *,
        customer_id: str,
        region_id: str,
        sku: str,
        percent: Decimal,
        at: datetime,
        valid_for: timedelta,
        idempotency_key: str,
    ) -> DiscountCode:
        """Make a code of this customer's own and the promotion that holds its terms."""

        def act(db: Connection) -> DiscountCode:
            require(db, CUSTOMERS, customer_id)
            require(db, REGIONS, region_id)
            require(db, VARIANTS, sku)
            _refuse_second(db, customer_id, at)
            promotion = Promotion(
                id=new_id("promo", idempotency_key),
                name=f"{percent.normalize():f} % for one customer",
                region_ids=(region_id,),
                percent=percent,
                starts_at=at,
                ends_at=at + valid_for,
                customer_id=customer_id,
                sku=sku,
            )
            add(db, PROMOTIONS, promotion)
            code = DiscountCode(code=_code_of(idempotency_key), promotion_id=promotion.id, usage_limit=1)
            return add(db, CODES, code)

        body = {
            "customer": customer_id,
            "region": region_id,
            "sku": sku,
            "percent": percent,
            "seconds": valid_for.total_seconds(),
        }
        return await once(self._database, "marketing.grant_code", idempotency_key, body, _CODE, act)

    async def apply_discounts(
        self, discounts: Sequence[Discount], *, budgets: Mapping[str, Money], idempotency_key: str
    ) -> tuple[Discount, ...]:
        """Write down the price cuts of an order and count their codes as used."""

        def act(db: Connection) -> tuple[Discount, ...]:
            for discount in discounts:
                require(db, ORDERS, discount.order_id)
                add(db, DISCOUNTS, discount)
                if discount.code is not None:
                    _count_use(db, discount.code)
            for promotion_id, budget in sorted(budgets.items()):
                _refuse_beyond(db, promotion_id, budget)
            return tuple(discounts)

        body = {"discounts": list(discounts)}
        return await once(self._database, "marketing.apply_discounts", idempotency_key, body, _DISCOUNTS, act)

    async def withdraw_discounts(self, *, order_id: str, idempotency_key: str) -> tuple[Discount, ...]:
        """Take back the price cuts of an order, and the uses of their codes."""

        def act(db: Connection) -> tuple[Discount, ...]:
            require(db, ORDERS, order_id)
            taken_back = equal(db, DISCOUNTS, order_id=order_id)
            db.execute(delete(DISCOUNTS.table).where(DISCOUNTS.table.c.order_id == order_id))
            row = CODES.table.c
            for this in [code_key(discount.code) for discount in taken_back if discount.code is not None]:
                db.execute(update(CODES.table).where(row.code_key == this, row.used > 0).values(used=row.used - 1))
            return taken_back

        body = {"order": order_id}
        return await once(self._database, "marketing.withdraw_discounts", idempotency_key, body, _DISCOUNTS, act)


def _count_use(db: Connection, code: str) -> None:
    """Count one use of a code, if it is one of the system's."""
    this, row = code_key(code), CODES.table.c
    free = or_(row.usage_limit.is_(None), row.used < row.usage_limit)
    counted = db.execute(update(CODES.table).where(row.code_key == this, free).values(used=row.used + 1))
    if not counted.rowcount and one(db, CODES, row.code_key == this) is not None:
        raise Conflict(f"The code {code} is used up.", code=code)


def _refuse_beyond(db: Connection, promotion_id: str, budget: Money) -> None:
    """Refuse when more was given on a promotion than its budget; whoever asks at the same time waits."""
    hold(db, f"budget:{promotion_id}")
    if any(total > budget for total in _given(db, promotion_id) if total.currency == budget.currency):
        raise Conflict(f"The budget of {promotion_id} is {budget}, and it is given away.", promotion_id=promotion_id)


def _given(db: Connection, promotion_id: str) -> tuple[Money, ...]:
    cut = DISCOUNTS.table.c
    statement = (
        select(func.sum(cut.amount_minor), cut.amount_currency)
        .where(cut.promotion_id == promotion_id)
        .group_by(cut.amount_currency)
        .order_by(cut.amount_currency)
    )
    return tuple(Money(amount=int(amount), currency=currency) for amount, currency in db.execute(statement))


def _granted(db: Connection, customer_id: str, at: datetime) -> tuple[DiscountCode, ...]:
    promotions = PROMOTIONS.table.c
    where = (promotions.customer_id == customer_id, promotions.ends_at > to_micros(at))
    statement = (
        select(CODES.table)
        .join(PROMOTIONS.table, promotions.id == CODES.table.c.promotion_id)
        .where(*where)
        .order_by(promotions.starts_at.desc(), CODES.table.c.code)
    )
    return tuple([CODES.value(row) for row in db.execute(statement)])


def _refuse_second(db: Connection, customer_id: str, at: datetime) -> None:
    """One open code per customer; the customer is locked, so that of two grants at once one waits for the other."""
    for code in _granted(db, customer_id, at):
        if not code.is_used_up:
            raise Conflict(f"Customer {customer_id} has a code of their own already.", customer_id=customer_id)


def _code_of(idempotency_key: str) -> str:
    """What the customer types: capitals and two digits, as codes are spotted in a message."""
    digest = hashlib.sha256(f"code:{idempotency_key}".encode()).digest()
    capitals = "".join(_CONSONANTS[byte % len(_CONSONANTS)] for byte in digest[:8])
    return f"{capitals}{digest[8] % 90 + 10}"


def _there(
    db: Connection, mapped: Mapped[Kind], statement: Select[Any], region_id: str, at: datetime
) -> tuple[Kind, ...]:
    """What runs at that instant and may name the region; others are not even read into values."""
    named = to_json(region_id).decode()
    found = rows(db, statement, {"at": to_micros(at)})
    return tuple([mapped.value(row) for row in found if named in mapped.cell(row, "region_ids")])
