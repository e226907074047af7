"""The shop's way to the other side's shelves: an inventory over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from shopgraph.domain import Allocation, Location, Reservation, StockLevel
from shopgraph.evals.faults.orders import LOCATION
from shopgraph.evals.faults.remote import Wire


class RemoteInventory:
    """`InventoryPort` at the other side."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def locations(self, region_id: str) -> tuple[Location, ...]:
        """Its one place."""
        return (LOCATION,)

    async def levels(self, skus: Sequence[str], *, region_id: str | None = None) -> tuple[StockLevel, ...]:
        """Levels of these variants."""
        return tuple([_level(row) for row in await self._wire.ask("stock.levels", {"skus": list(skus)})])

    async def allocations(self, order_id: str) -> tuple[Allocation, ...]:
        """What is promised to an order."""
        return tuple([_allocation(row) for row in await self._wire.ask("stock.allocations", {"orders": order_id})])

    async def reservations(self, cart_id: str) -> tuple[Reservation, ...]:
        """What is held for a cart."""
        return tuple([_reservation(row) for row in await self._wire.ask("stock.reservations", {"cart": cart_id})])

    async def reserve(
        self, *, sku: str, location_id: str, cart_id: str, quantity: int, expires_at: datetime, idempotency_key: str
    ) -> Reservation:
        """Hold units for a cart."""
        body = {
            "sku": sku,
            "location": location_id,
            "cart": cart_id,
            "quantity": quantity,
            "expires_at": expires_at.isoformat(),
        }
        return _reservation(await self._wire.act("stock.reserve", body, idempotency_key))

    async def allocate_reserved(
        self, *, reservation_id: str, order_id: str, line_id: str, idempotency_key: str
    ) -> Allocation:
        """Promise to an order line what was held for its cart."""
        body = {"id": int(reservation_id), "orders": order_id, "line": line_id}
        return _allocation(await self._wire.act("stock.fetch", body, idempotency_key))

    async def unreserve(self, *, cart_id: str, idempotency_key: str) -> tuple[Reservation, ...]:
        """Let go of everything that is held for a cart."""
        released = await self._wire.act("stock.unreserve", {"cart": cart_id}, idempotency_key)
        return tuple([_reservation(row) for row in released])

    async def release_expired(self, *, at: datetime) -> tuple[Reservation, ...]:
        """No run lasts so long."""
        return ()

    async def allocate(
        self, *, sku: str, location_id: str, order_id: str, line_id: str, quantity: int, idempotency_key: str
    ) -> Allocation:
        """Promise units to an order line."""
        body = {"sku": sku, "location": location_id, "orders": order_id, "line": line_id, "quantity": quantity}
        return _allocation(await self._wire.act("stock.allocate", body, idempotency_key))

    async def release(self, *, order_id: str, idempotency_key: str) -> tuple[Allocation, ...]:
        """Take back every promise to an order."""
        released = await self._wire.act("stock.release", {"orders": order_id}, idempotency_key)
        return tuple([_allocation(row) for row in released])

    async def consume(self, *, order_id: str, idempotency_key: str) -> tuple[Allocation, ...]:
        """What is promised to an order leaves."""
        gone = await self._wire.act("stock.consume", {"orders": order_id}, idempotency_key)
        return tuple([_allocation(row) for row in gone])

    async def restock(self, *, sku: str, location_id: str, quantity: int, idempotency_key: str) -> StockLevel:
        """Units arrive."""
        body = {"sku": sku, "location": location_id, "quantity": quantity}
        return _level(await self._wire.act("stock.restock", body, idempotency_key))


def _level(row: dict[str, Any]) -> StockLevel:
    return StockLevel(
        sku=row["sku"],
        location_id=row["location"],
        on_hand=row["on_hand"],
        allocated=row["allocated"],
        reserved=row["reserved"],
    )


def _reservation(row: dict[str, Any]) -> Reservation:
    return Reservation(
        id=str(row["id"]),
        sku=row["sku"],
        location_id=row["location"],
        cart_id=row["cart"],
        quantity=row["quantity"],
        expires_at=datetime.fromisoformat(row["expires_at"]),
    )


def _allocation(row: dict[str, Any]) -> Allocation:
    return Allocation(
        id=str(row["id"]),
        sku=row["sku"],
        location_id=row["location"],
        order_id=row["orders"],
        line_id=row["line"],
        quantity=row["quantity"],
    )
