"""What a check is, how one is run, and how "nothing changed" is seen."""

# ruff: noqa: S101  (the checks are tests)
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import pytest

from shopgraph.connectors.conformance.seed import AT, CARTS, CUSTOMERS, ORDERS, REGIONS, SKUS, seed
from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.ports import Connectors
from shopgraph.errors import ShopgraphError

Factory = Callable[[Dataset], AbstractAsyncContextManager[Connectors]]
"""Opens an adapter over a fresh system that holds the dataset; closes it at the end."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One rule of one port."""

    port: str
    name: str
    body: Callable[[Connectors], Awaitable[None]]

    def __str__(self) -> str:
        return f"{self.port}-{self.name}"

    def run(self, factory: Factory) -> None:
        """Check an adapter in an event loop of its own; raises AssertionError, or what the adapter raised."""

        async def checked() -> None:
            async with factory(seed()) as connectors:
                await self.body(connectors)

        asyncio.run(checked())


CHECKS: list[Check] = []
"""Every rule, in the order of the ports."""


def check(port: str, name: str | None = None) -> Callable[[Callable[[Connectors], Awaitable[None]]], None]:
    """Register a rule of a port under its function's name."""

    def register(body: Callable[[Connectors], Awaitable[None]]) -> None:
        CHECKS.append(Check(port=port, name=name or getattr(body, "__name__", port).strip("_"), body=body))

    return register


def conformance_tests(factory: Factory, *, ports: Collection[str] | None = None) -> Callable[[Check], None]:
    """A parametrized test of an adapter: all rules, or those of some ports (`transaction` counts as one)."""
    chosen = [each for each in CHECKS if ports is None or each.port in ports]

    @pytest.mark.parametrize("check", chosen, ids=str)
    def conforms(check: Check) -> None:
        check.run(factory)

    return conforms


@asynccontextmanager
async def refuses(shop: Connectors, error: type[ShopgraphError]) -> AsyncIterator[None]:
    """The block must raise this error, and afterwards every record must read as before."""
    before = await state(shop)
    with pytest.raises(error):
        yield
    assert await state(shop) == before, "a refused call changed a record"


async def state(shop: Connectors) -> dict[str, object]:
    """Every seeded record that a call may change, as the ports tell it."""
    seen: dict[str, object] = {"levels": await shop.inventory.levels(SKUS)}
    for order_id in ORDERS:
        seen[order_id] = (
            await shop.orders.order(order_id),
            await shop.payments.intents(order_id),
            await shop.payments.refunds(order_id),
            await shop.inventory.allocations(order_id),
            await shop.warehouse.returns(order_id),
            await shop.warehouse.exchanges(order_id),
        )
    for customer_id in CUSTOMERS:
        seen[customer_id] = (
            await shop.crm.customer(customer_id),
            await shop.crm.notes(customer_id, limit=1000),
            await shop.payments.methods(customer_id),
            await shop.marketing.discounts_of(customer_id),
            await shop.sessions.cart(customer_id),
            await shop.marketing.granted_codes(customer_id, at=AT),
            await shop.orders.orders_of(customer_id),
        )
    seen["code"] = await shop.marketing.code("Spring12")
    for cart_id in CARTS:
        seen[cart_id] = await shop.inventory.reservations(cart_id)
    for region_id in REGIONS:
        seen[region_id] = await shop.marketing.promotions(region_id=region_id, at=AT)
    seen["actions"] = await shop.records.actions(limit=1000)
    seen["handoffs"] = await shop.records.handoffs(limit=1000)
    return seen
