"""The ledger: every movement of money and stock is in it, named by what brought it about, and nothing else is."""

# ruff: noqa: S101  (the checks are tests)
from __future__ import annotations

import asyncio

from shopgraph.connectors.conformance.kit import check, refuses
from shopgraph.connectors.conformance.seed import AT, usd
from shopgraph.connectors.ports import Connectors
from shopgraph.domain import Refund, RefundReason, RefundShare
from shopgraph.domain.ledger import order_account
from shopgraph.errors import Conflict, InvalidInput, NotFound

_CAPTURED = 13500
"""Cents taken for the order that is refunded here."""


async def _refund(shop: Connectors, amount: int, key: str, reason: RefundReason = RefundReason.DUPLICATE) -> Refund:
    return await shop.payments.refund(
        order_id="ada-delivered",
        payment_intent_id="paid-ada-delivered",
        payment_method_id="ada-card",
        amount=usd(amount),
        reason=reason,
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


async def _refund_lines(shop: Connectors, key: str, **lines: int) -> Refund:
    return await shop.payments.refund(
        order_id="ada-delivered",
        payment_intent_id="paid-ada-delivered",
        payment_method_id="ada-card",
        amount=usd(sum(lines.values())),
        reason=RefundReason.DAMAGED,
        shares=[RefundShare(line_id=line.removeprefix("line_"), amount=usd(cents)) for line, cents in lines.items()],
        at=AT,
        idempotency_key=key,
    )


@check("ledger")
async def gives_back_no_line_beyond_what_was_paid_for_it(shop: Connectors) -> None:
    order = await shop.orders.order("ada-delivered")
    assert order is not None
    first, second = (line.subtotal.amount for line in order.lines)
    before = await shop.ledger.transfers()
    async with refuses(shop, Conflict):
        await _refund_lines(shop, "one cent too many", line_1=second + 1)
    async with refuses(shop, NotFound):
        await _refund_lines(shop, "no such line", line_9=1)
    async with refuses(shop, InvalidInput):
        await _refund_lines(shop, "nothing of a line", line_0=0, line_1=1)
    assert await shop.ledger.transfers() == before
    named = await _refund_lines(shop, "the second line", line_1=second)
    assert [(each.line_id, each.amount) for each in named.shares] == [("1", usd(second))]
    async with refuses(shop, Conflict):
        await _refund_lines(shop, "once more", line_0=1, line_1=1)
    whole = await _refund(shop, _CAPTURED - second, "the rest, and nobody says for what")
    assert {each.line_id: each.amount for each in whole.shares} == {"0": usd(first), "": order.shipping}
    assert await shop.ledger.differences() == ()


@check("ledger")
async def shares_a_refund_out_in_proportion(shop: Connectors) -> None:
    refund = await _refund(shop, 1001, "for nothing in particular", RefundReason.DAMAGED)
    order = await shop.orders.order("ada-delivered")
    assert order is not None
    paid = [*(line.subtotal for line in order.lines), order.shipping]
    shares = usd(1001).split([each.amount for each in paid])
    assert [each.amount for each in refund.shares] == list(shares), "the largest remainder gets the odd cent"
    async with refuses(shop, Conflict):
        await _refund_lines(shop, "the line has given some already", line_0=paid[0].amount - shares[0].amount + 1)
    await _refund_lines(shop, "all that is left of it", line_0=paid[0].amount - shares[0].amount)


@check("ledger")
async def adds_up_to_nothing(shop: Connectors) -> None:
    await _refund(shop, 700, "money")
    await shop.inventory.restock(sku="shirt-m", location_id="depot-north", quantity=2, idempotency_key="stock")
    total: dict[str, int] = {}
    for each in await shop.ledger.balances():
        total[each.unit] = total.get(each.unit, 0) + each.amount
    assert total == {"USD": 0, "shirt-m": 0}
    assert await shop.ledger.differences() == ()
