"""The ledger: every movement of money and stock is in it, named by what brought it about, and nothing else is."""

# ruff: noqa: S101  (the checks are tests)
from __future__ import annotations

import asyncio

from shopgraph.connectors.conformance.kit import check, refuses
from shopgraph.connectors.conformance.seed import AT, usd
from shopgraph.connectors.ports import Connectors
from shopgraph.domain import Refund, RefundReason
from shopgraph.domain.ledger import order_account
from shopgraph.errors import Conflict

_CAPTURED = 13500
"""Cents taken for the order that is refunded here."""


async def _refund(shop: Connectors, amount: int, key: str) -> Refund:
    return await shop.payments.refund(
        order_id="ada-delivered",
        payment_intent_id="paid-ada-delivered",
        payment_method_id="ada-card",
        amount=usd(amount),
        reason=RefundReason.DUPLICATE,
        at=AT,
        idempotency_key=key,
    )


@check("ledger")
async def tells_what_moved_and_why(shop: Connectors) -> None:
    refund = await _refund(shop, 700, "why")
    (moved,) = [each for each in await shop.ledger.transfers(order_id="ada-delivered") if each.subject == refund.id]
    assert (moved.source, moved.cause, moved.shown) == (order_account("ada-delivered"), "why", "7.00 USD")
    assert await shop.ledger.balance(order_account("ada-delivered"), "USD") == _CAPTURED - 700


@check("ledger")
async def never_gives_back_more_than_was_taken(shop: Connectors) -> None:
    asked = await asyncio.gather(*(_refund(shop, 4000, f"refund-{n}") for n in range(6)), return_exceptions=True)
    assert sum(isinstance(each, Refund) for each in asked) == 3, asked
    assert sum(isinstance(each, Conflict) for each in asked) == 3, asked
    before = await shop.ledger.transfers()
    async with refuses(shop, Conflict):
        await _refund(shop, 1501, "one cent too many")
    assert await shop.ledger.transfers() == before
    assert await shop.ledger.balance(order_account("ada-delivered"), "USD") == 1500


@check("ledger")
async def adds_up_to_nothing(shop: Connectors) -> None:
    await _refund(shop, 700, "money")
    await shop.inventory.restock(sku="shirt-m", location_id="depot-north", quantity=2, idempotency_key="stock")
    total: dict[str, int] = {}
    for each in await shop.ledger.balances():
        total[each.unit] = total.get(each.unit, 0) + each.amount
    assert total == {"USD": 0, "shirt-m": 0}
    assert await shop.ledger.differences() == ()
