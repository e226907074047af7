"""Stock by place. Every change is one conditional update, so two callers never share the last unit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, delete, select, update

from shopgraph.connectors.embedded.database import Database
from shopgraph.connectors.embedded.idempotency import once
from shopgraph.connectors.embedded.rows import add, existing, keyed, many, new_id, require
from shopgraph.connectors.embedded.schema import (
    ALLOCATIONS,
    CARTS,
    LOCATIONS,
    ORDER_LINES,
    ORDERS,
    RESERVATIONS,
    STOCK_LEVELS,
    VARIANTS,
)
from shopgraph.domain import Allocation, Location, Reservation, StockLevel
from shopgraph.errors import Conflict, InvalidInput, OutOfStock

_RESERVATION = TypeAdapter(Reservation)
_ALLOCATION = TypeAdapter(Allocation)
_ALLOCATIONS = TypeAdapter(tuple[Allocation, ...])
_LEVEL = TypeAdapter(StockLevel)
_AT_A_LEVEL = STOCK_LEVELS.table.c


class EmbeddedInventory:
    """`InventoryPort` over the embedded database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def locations(self, region_id: str) -> tuple[Location, ...]:
        """A region's locations, by id."""
        return await self._database.read(lambda db: many(db, LOCATIONS, LOCATIONS.table.c.region_id == region_id))

    async def levels(self, skus: Sequence[str], *, region_id: str | None = None) -> tuple[StockLevel, ...]:
        """Levels of these variants, by SKU then location; of one region when it is given."""
        where: list[ColumnElement[bool]] = [_AT_A_LEVEL.sku.in_(skus)]
        if region_id is not None:
            there = select(LOCATIONS.table.c.id).where(LOCATIONS.table.c.region_id == region_id)
            where.append(_AT_A_LEVEL.location_id.in_(there))
        return await self._database.read(lambda db: many(db, STOCK_LEVELS, *where))

    async def allocations(self, order_id: str) -> tuple[Allocation, ...]:
        """What is promised to an order, by SKU then location."""
        return await self._database.read(lambda db: _promised(db, order_id))

    async def reserve(
        self, *, sku: str, location_id: str, cart_id: str, quantity: int, expires_at: datetime, idempotency_key: str
    ) -> Reservation:
        """Hold units for a cart."""

        def act(db: Connection) -> Reservation:
            require(db, CARTS, cart_id)
            _promise(db, sku, location_id, quantity, "reserved")
            reservation = Reservation(
                id=new_id("rsv", idempotency_key),
                sku=sku,
                location_id=location_id,
                cart_id=cart_id,
                quantity=quantity,
                expires_at=expires_at,
            )
            return add(db, RESERVATIONS, reservation)

        body = {"sku": sku, "location": location_id, "cart": cart_id, "quantity": quantity, "expires_at": expires_at}
        return await once(self._database, "inventory.reserve", idempotency_key, body, _RESERVATION, act)

    async def allocate(
        self, *, sku: str, location_id: str, order_id: str, line_id: str, quantity: int, idempotency_key: str
    ) -> Allocation:
        """Promise units to an order line."""

        def act(db: Connection) -> Allocation:
            require(db, ORDER_LINES, order_id, line_id)
            _promise(db, sku, location_id, quantity, "allocated")
            allocation = Allocation(
                id=new_id("alc", idempotency_key),
                sku=sku,
                location_id=location_id,
                order_id=order_id,
                line_id=line_id,
                quantity=quantity,
            )
            return add(db, ALLOCATIONS, allocation)

        body = {"sku": sku, "location": location_id, "order": order_id, "line": line_id, "quantity": quantity}
        return await once(self._database, "inventory.allocate", idempotency_key, body, _ALLOCATION, act)

    async def release(self, *, order_id: str, idempotency_key: str) -> tuple[Allocation, ...]:
        """Take back every promise to an order; returns what was released (none the second time)."""
        return await once(
            self._database,
            "inventory.release",
            idempotency_key,
            {"order": order_id},
            _ALLOCATIONS,
            lambda db: _take_back(db, order_id, ship=False),
        )

    async def consume(self, *, order_id: str, idempotency_key: str) -> tuple[Allocation, ...]:
        """Allocated units leave the building: on hand and allocated fall together."""
        return await once(
            self._database,
            "inventory.consume",
            idempotency_key,
            {"order": order_id},
            _ALLOCATIONS,
            lambda db: _take_back(db, order_id, ship=True),
        )

    async def restock(self, *, sku: str, location_id: str, quantity: int, idempotency_key: str) -> StockLevel:
        """Units arrive at a location (a delivery, a return)."""
        body = {"sku": sku, "location": location_id, "quantity": quantity}
        return await once(
            self._database,
            "inventory.restock",
            idempotency_key,
            body,
            _LEVEL,
            lambda db: _restock(db, sku, location_id, quantity),
        )


def _promised(db: Connection, order_id: str) -> tuple[Allocation, ...]:
    table = ALLOCATIONS.table
    return many(db, ALLOCATIONS, table.c.order_id == order_id, order_by=(table.c.sku, table.c.location_id))


def _promise(db: Connection, sku: str, location_id: str, quantity: int, column: str) -> None:
    """Raise `reserved` or `allocated` if so many units are free."""
    _check_quantity(quantity)
    free = _AT_A_LEVEL.on_hand - _AT_A_LEVEL.reserved - _AT_A_LEVEL.allocated
    promised = db.execute(
        update(STOCK_LEVELS.table)
        .where(keyed(STOCK_LEVELS, sku, location_id), free >= quantity)
        .values({column: _AT_A_LEVEL[column] + quantity})
    )
    if promised.rowcount == 0:
        level = existing(db, STOCK_LEVELS, sku, location_id)
        raise OutOfStock(
            f"{quantity} of {sku} asked for at {location_id}, {level.available} available.",
            sku=sku,
            location_id=location_id,
            requested=quantity,
            available=level.available,
        )


def _take_back(db: Connection, order_id: str, *, ship: bool) -> tuple[Allocation, ...]:
    require(db, ORDERS, order_id)
    promised = _promised(db, order_id)
    for allocation in promised:
        cells = {"allocated": _AT_A_LEVEL.allocated - allocation.quantity}
        if ship:
            cells["on_hand"] = _AT_A_LEVEL.on_hand - allocation.quantity
        key = keyed(STOCK_LEVELS, allocation.sku, allocation.location_id)
        db.execute(update(STOCK_LEVELS.table).where(key).values(cells))
    db.execute(delete(ALLOCATIONS.table).where(ALLOCATIONS.table.c.order_id == order_id))
    return promised


def _restock(db: Connection, sku: str, location_id: str, quantity: int) -> StockLevel:
    _check_quantity(quantity)
    key = keyed(STOCK_LEVELS, sku, location_id)
    if db.execute(update(STOCK_LEVELS.table).where(key).values(on_hand=_AT_A_LEVEL.on_hand + quantity)).rowcount:
        return existing(db, STOCK_LEVELS, sku, location_id)
    if not existing(db, VARIANTS, sku).tracks_stock:
        raise Conflict(f"{sku} has no stock levels: its offer says whether it can be bought.", sku=sku)
    require(db, LOCATIONS, location_id)
    return add(db, STOCK_LEVELS, StockLevel(sku=sku, location_id=location_id, on_hand=quantity))


def _check_quantity(quantity: int) -> None:
    if quantity < 1:
        raise InvalidInput(f"{quantity} is no number of units.", remedy="Give one or more.")
