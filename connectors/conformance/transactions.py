"""Several ports in one transaction: all or nothing, and what is written inside is read inside."""

# ruff: noqa: S101, PT012  (the checks are tests; the exception has to cross the transaction's end)
from __future__ import annotations

import pytest

from shopgraph.connectors.conformance.kit import check, state
from shopgraph.connectors.conformance.mutations import MUTATIONS, NOWHERE
from shopgraph.connectors.conformance.seed import AT
from shopgraph.connectors.ports import Connectors
from shopgraph.domain import ActionRecord, ActionStatus, CancelReason
from shopgraph.errors import NotFound


class _Stop(Exception):
    """Ends a transaction from inside."""


async def _cancel(shop: Connectors, order_id: str = "ada-pending") -> None:
    reason = CancelReason.NO_LONGER_NEEDED
    await shop.orders.cancel(order_id=order_id, reason=reason, at=AT, idempotency_key=f"cancel-{order_id}")


async def _release(shop: Connectors) -> None:
    await shop.inventory.release(order_id="ada-pending", idempotency_key="release")


async def _record(shop: Connectors) -> None:
    await shop.records.add_action(
        ActionRecord(
            id="action",
            type="cancel_order",
            order_id="ada-pending",
            started_by="system:check",
            status=ActionStatus.DONE,
            summary="",
            at=AT,
        )
    )


@check("transaction")
async def keeps_everything(shop: Connectors) -> None:
    before = await state(shop)
    async with shop.transaction():
        await _cancel(shop)
        await _release(shop)
        await _record(shop)
        inside = await state(shop)
    assert inside != before, "what is written inside is read inside"
    assert await state(shop) == inside


@check("transaction")
async def keeps_nothing_when_it_fails(shop: Connectors) -> None:
    before = await state(shop)
    with pytest.raises(_Stop):
        async with shop.transaction():
            await _cancel(shop)
            await _release(shop)
            await _record(shop)
            raise _Stop
    assert await state(shop) == before
    # Nor do the keys remain: the same calls act now.
    await _cancel(shop)
    await _release(shop)
    assert await shop.inventory.allocations("ada-pending") == ()


@check("transaction")
async def takes_back_every_kind_of_call(shop: Connectors) -> None:
    before = await state(shop)
    for mutation in MUTATIONS:
        with pytest.raises(_Stop):
            async with shop.transaction():
                await mutation.right(shop, "key")
                raise _Stop
        assert await state(shop) == before, f"{mutation.port}.{mutation.name} was not taken back"


@check("transaction")
async def joins_an_inner_one_to_the_outer(shop: Connectors) -> None:
    before = await state(shop)
    with pytest.raises(_Stop):
        async with shop.transaction():
            async with shop.transaction():
                await _cancel(shop)
            assert await state(shop) != before
            raise _Stop
    assert await state(shop) == before


@check("transaction")
async def outlives_a_refused_call(shop: Connectors) -> None:
    async with shop.transaction():
        await _release(shop)
        with pytest.raises(NotFound):
            await _cancel(shop, NOWHERE)
        await _record(shop)
    assert await shop.inventory.allocations("ada-pending") == ()
    assert len(await shop.records.actions(order_id="ada-pending")) == 1
