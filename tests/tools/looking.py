"""What tests look up in a shop after a call."""

from __future__ import annotations

from shopgraph.connectors.embedded import EmbeddedShop


async def balance(shop: EmbeddedShop, method_id: str) -> int:
    method = await shop.connectors.payments.method(method_id)
    assert method is not None
    assert method.balance is not None
    return method.balance.amount


async def stock(shop: EmbeddedShop, sku: str) -> dict[str, tuple[int, int]]:
    return {
        level.location_id: (level.on_hand, level.allocated) for level in await shop.connectors.inventory.levels((sku,))
    }


async def refunds(shop: EmbeddedShop, order_id: str) -> list[tuple[str, int]]:
    return [
        (entry.payment_method_id, entry.amount.amount) for entry in await shop.connectors.payments.refunds(order_id)
    ]
