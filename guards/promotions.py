"""The promotions of a shop: those of its marketing system and those that its regions' calendars declare, as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from shopgraph.connectors.ports import Connectors, MarketingPort
from shopgraph.domain import Campaign, Discount, DiscountCode, Money, Promotion
from shopgraph.guards.calendars import Calendars


def with_calendars(connectors: Connectors, calendars: Calendars) -> Connectors:
    """The same connectors, whose marketing knows the calendars' promotions too."""
    return replace(connectors, marketing=PlannedMarketing(connectors.marketing, calendars))


async def budget_left(marketing: MarketingPort, promotion: Promotion) -> bool:
    """Whether the discounts given on a promotion leave something of its budget.

    What was given in another currency than the budget's does not count against it.
    """
    if promotion.budget is None:
        return True
    given = {total.currency: total for total in await marketing.given(promotion.id)}
    return given.get(promotion.budget.currency, Money.zero(promotion.budget.currency)) < promotion.budget


class PlannedMarketing:
    """`MarketingPort` over another one, with the calendars' promotions and codes among its own.

    A promotion whose budget is used up does not run any more. Where both know an id or a code the calendars' counts;
    a shop in which they do is not opened.
    """

    def __init__(self, system: MarketingPort, calendars: Calendars) -> None:
        self._system = system
        self._promotions = {promotion.id: promotion for promotion in calendars.promotions}
        self._codes = {code.code.casefold(): code for code in calendars.codes}

    async def promotions(self, *, region_id: str, at: datetime) -> tuple[Promotion, ...]:
        """Those that run there and then and have budget left, by id."""
        running = {each.id: each for each in await self._system.promotions(region_id=region_id, at=at)}
        running |= {key: each for key, each in self._promotions.items() if each.runs(at, region_id)}
        return tuple([running[key] for key in sorted(running) if await budget_left(self._system, running[key])])

    async def without_code(self, *, region_id: str, at: datetime) -> tuple[Promotion, ...]:
        """Those of them that need no code, by id."""
        coded = {code.promotion_id for code in self._codes.values()}
        free = {each.id for each in await self._system.without_code(region_id=region_id, at=at)}
        free |= self._promotions.keys() - coded
        return tuple([each for each in await self.promotions(region_id=region_id, at=at) if each.id in free])

    async def promotion(self, promotion_id: str) -> Promotion | None:
        """The promotion of that id, whether it runs or not."""
        return self._promotions.get(promotion_id) or await self._system.promotion(promotion_id)

    async def code(self, code: str) -> DiscountCode | None:
        """Case-insensitive."""
        return self._codes.get(code.strip().casefold()) or await self._system.code(code)

    async def campaigns(self, *, region_id: str, at: datetime) -> tuple[Campaign, ...]:
        """Those of the marketing system that run there and then."""
        return await self._system.campaigns(region_id=region_id, at=at)

    async def discounts_of(self, customer_id: str, *, since: datetime | None = None) -> tuple[Discount, ...]:
        """Price cuts this customer got, newest first."""
        return await self._system.discounts_of(customer_id, since=since)

    async def given(self, promotion_id: str) -> tuple[Money, ...]:
        """What the discounts on a promotion add up to."""
        return await self._system.given(promotion_id)

    async def granted_codes(self, customer_id: str, *, at: datetime) -> tuple[DiscountCode, ...]:
        """Codes granted to this customer that have not expired."""
        return await self._system.granted_codes(customer_id, at=at)

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
        """Let the marketing system make a code of this customer's own."""
        return await self._system.grant_code(
            customer_id=customer_id,
            region_id=region_id,
            sku=sku,
            percent=percent,
            at=at,
            valid_for=valid_for,
            idempotency_key=idempotency_key,
        )

    async def apply_discounts(
        self, discounts: Sequence[Discount], *, budgets: Mapping[str, Money], idempotency_key: str
    ) -> tuple[Discount, ...]:
        """Let the marketing system write down an order's price cuts, those on a calendar's promotions too."""
        return await self._system.apply_discounts(discounts, budgets=budgets, idempotency_key=idempotency_key)

    async def withdraw_discounts(self, *, order_id: str, idempotency_key: str) -> tuple[Discount, ...]:
        """Let the marketing system take them back."""
        return await self._system.withdraw_discounts(order_id=order_id, idempotency_key=idempotency_key)
