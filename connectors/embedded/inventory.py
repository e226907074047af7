"""Stock by place. Every change is one conditional update, so two callers never share the last unit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    Update,
    bindparam,
    delete,
    func,
    select,
    update,
)

from shopgraph.connectors.embedded.database import Database
from shopgraph.connectors.embedded.idempotency import once
from shopgraph.connectors.embedded.ledger import (
    level_name,
    move_promised,
    move_units,
    open_level,
    promised_account,
)
from shopgraph.connectors.embedded.mapping import to_micros
from shopgraph.connectors.embedded.rows import add, equal, every, existing, keyed, many, new_id, one, require
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
from shopgraph.connectors.embedded.statements import changes, rows
from shopgraph.connectors.units import Standing, by_sku, fullest, standing_of
from shopgraph.domain import Allocation, Location, Reservation, StockLevel
from shopgraph.domain.ledger import ARRIVED, free_account, shipped_account
from shopgraph.errors import Conflict, InvalidInput, OutOfStock

_RESERVATION = TypeAdapter(Reservation)
_RESERVATIONS = TypeAdapter(tuple[Reservation, ...])
_ALLOCATION = TypeAdapter(Allocation)
_ALLOCATIONS = TypeAdapter(tuple[Allocation, ...])
_LEVEL = TypeAdapter(StockLevel)
_AT_A_LEVEL = STOCK_LEVELS.table.c
_THERE = (
    _AT_A_LEVEL.sku.in_(bindparam("skus", expanding=True)),
    _AT_A_LEVEL.location_id.in_(select(LOCATIONS.table.c.id).where(LOCATIONS.table.c.region_id == bindparam("region"))),
)
_LEVELS_THERE = select(STOCK_LEVELS.table).where(*_THERE).order_by(*STOCK_LEVELS.key)

_FREE = _AT_A_LEVEL.on_hand - _AT_A_LEVEL.reserved - _AT_A_LEVEL.allocated
"""`StockLevel.available`."""
_UNITS_THERE = select(_AT_A_LEVEL.sku, func.sum(_FREE)).where(*_THERE).group_by(_AT_A_LEVEL.sku)

_STANDING_THERE = (
    select(_AT_A_LEVEL.sku, _FREE, _AT_A_LEVEL.location_id, _AT_A_LEVEL.incoming, _AT_A_LEVEL.restock_on)
    .where(*_THERE)
    .order_by(_AT_A_LEVEL.sku)
)
_ONE_LEVEL = keyed(STOCK_LEVELS, bindparam("at_sku"), bindparam("at_location"))
_UNITS: BindParameter[int] = bindparam("units", type_=BigInteger())
_CHANGE = update(STOCK_LEVELS.table).where(_ONE_LEVEL)
_ALLOCATE = _CHANGE.where(_FREE >= _UNITS).values(allocated=_AT_A_LEVEL.allocated + _UNITS)
_RESERVE = _CHANGE.where(_FREE >= _UNITS).values(reserved=_AT_A_LEVEL.reserved + _UNITS)
_DEALLOCATE = _CHANGE.values(allocated=_AT_A_LEVEL.allocated - _UNITS)
_SHIP = _CHANGE.values(allocated=_AT_A_LEVEL.allocated - _UNITS, on_hand=_AT_A_LEVEL.on_hand - _UNITS)
_UNRESERVE = _CHANGE.values(reserved=_AT_A_LEVEL.reserved - _UNITS)
_RESTOCK = _CHANGE.values(on_hand=_AT_A_LEVEL.on_hand + _UNITS)
_NO_LONGER_PROMISED = delete(ALLOCATIONS.table).where(ALLOCATIONS.table.c.order_id == bindparam("order"))


class EmbeddedInventory:
    """`InventoryPort` over the embedded database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def locations(self, region_id: str) -> tuple[Location, ...]:
        """A region's locations, by id."""
        return await self._database.look(lambda db: equal(db, LOCATIONS, region_id=region_id))

    async def levels(self, skus: Sequence[str], *, region_id: str | None = None) -> tuple[StockLevel, ...]:
        """Levels of these variants, by SKU then location; of one region when it is given."""
        if not skus:
            return ()
        if region_id is None:
            return await self._database.look(lambda db: equal(db, STOCK_LEVELS, sku=skus))
        asked = {"skus": list(skus), "region": region_id}
        return await self._database.look(lambda db: every(db, STOCK_LEVELS, _LEVELS_THERE, **asked))

    async def units(self, skus: Sequence[str], *, region_id: str) -> dict[str, int]:
        """As `SumsUnits`: a chain's hundreds of levels are added up where they lie."""
        if not skus:
            return {}
        asked = {"skus": list(skus), "region": region_id}
        found = await self._database.look(lambda db: rows(db, _UNITS_THERE, asked))
        return {sku: int(units) for sku, units in found}

    async def standings(self, skus: Sequence[str], *, region_id: str, most: int) -> dict[str, Standing]:
        """As `TellsStandings`: no record is made of a level that is only added up."""
        if not skus:
            return {}
        asked = {"skus": list(skus), "region": region_id}
        return await self._database.read(lambda db: _standings(db, asked, most))

    async def allocations(self, order_id: str) -> tuple[Allocation, ...]:
        """What is promised to an order, by SKU then location."""
        return await self._database.look(lambda db: _promised(db, order_id))

    async def reserve(
        self, *, sku: str, location_id: str, cart_id: str, quantity: int, expires_at: datetime, idempotency_key: str
    ) -> Reservation:
        """Hold units for a cart."""

        def act(db: Connection) -> Reservation:
            require(db, CARTS, cart_id)
            reservation = Reservation(
                id=new_id("rsv", idempotency_key),
                sku=sku,
                location_id=location_id,
                cart_id=cart_id,
                quantity=quantity,
                expires_at=expires_at,
            )
            _promise(db, reservation)
            return add(db, RESERVATIONS, reservation)

        body = {"sku": sku, "location": location_id, "cart": cart_id, "quantity": quantity, "expires_at": expires_at}
        return await once(self._database, "inventory.reserve", idempotency_key, body, _RESERVATION, act)

    async def allocate(
        self, *, sku: str, location_id: str, order_id: str, line_id: str, quantity: int, idempotency_key: str
    ) -> Allocation:
        """Promise units to an order line."""

        def act(db: Connection) -> Allocation:
            require(db, ORDER_LINES, order_id, line_id)
            allocation = Allocation(
                id=new_id("alc", idempotency_key),
                sku=sku,
                location_id=location_id,
                order_id=order_id,
                line_id=line_id,
                quantity=quantity,
            )
            _promise(db, allocation)
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

    async def reservations(self, cart_id: str) -> tuple[Reservation, ...]:
        """What is held for a cart, by id."""
        return await self._database.look(lambda db: equal(db, RESERVATIONS, cart_id=cart_id))

    async def allocate_reserved(
        self, *, reservation_id: str, order_id: str, line_id: str, idempotency_key: str
    ) -> Allocation:
        """Promise to an order line what was held for its cart; the hold ends."""

        def act(db: Connection) -> Allocation:
            require(db, ORDER_LINES, order_id, line_id)
            ended = _let_go(db, keyed(RESERVATIONS, reservation_id))
            if not ended:
                raise OutOfStock(f"Nothing is held under {reservation_id} any more.", reservation_id=reservation_id)
            (held,) = ended
            allocation = Allocation(
                id=new_id("alc", idempotency_key),
                sku=held.sku,
                location_id=held.location_id,
                order_id=order_id,
                line_id=line_id,
                quantity=held.quantity,
            )
            _promise(db, allocation)
            return add(db, ALLOCATIONS, allocation)

        body = {"reservation": reservation_id, "order": order_id, "line": line_id}
        return await once(self._database, "inventory.allocate_reserved", idempotency_key, body, _ALLOCATION, act)

    async def unreserve(self, *, cart_id: str, idempotency_key: str) -> tuple[Reservation, ...]:
        """Let go of everything that is held for a cart."""

        def act(db: Connection) -> tuple[Reservation, ...]:
            require(db, CARTS, cart_id)
            return _let_go(db, RESERVATIONS.table.c.cart_id == cart_id)

        body = {"cart": cart_id}
        return await once(self._database, "inventory.unreserve", idempotency_key, body, _RESERVATIONS, act)

    async def release_expired(self, *, at: datetime) -> tuple[Reservation, ...]:
        """Let go of what was held until `at` or earlier."""
        expired = RESERVATIONS.table.c.expires_at <= to_micros(at)
        if await self._database.look(lambda db: one(db, RESERVATIONS, expired)) is None:
            return ()
        return await self._database.write(lambda db: _let_go(db, expired))


def _standings(db: Connection, asked: dict[str, Any], most: int) -> dict[str, Standing]:
    shelves = by_sku(rows(db, _STANDING_THERE, asked))
    best = {sku: fullest(held) for sku, held in shelves.items()}
    named = sorted({place for held in best.values() for _, place, _, _ in held[:most]})
    places = {place.id: place for place in equal(db, LOCATIONS, id=named)} if named else {}
    return {sku: standing_of(held, best[sku], places, most) for sku, held in shelves.items()}


def _promised(db: Connection, order_id: str) -> tuple[Allocation, ...]:
    return equal(db, ALLOCATIONS, order_id=order_id, order_by=("sku", "location_id"))


def _promise(db: Connection, promise: Reservation | Allocation) -> None:
    """Raise `reserved` or `allocated` if so many units are free."""
    _check_quantity(promise.quantity)
    sku, location_id = promise.sku, promise.location_id
    open_level(db, sku, location_id)
    if not _changed(db, _ALLOCATE if isinstance(promise, Allocation) else _RESERVE, sku, location_id, promise.quantity):
        level = existing(db, STOCK_LEVELS, sku, location_id)
        raise OutOfStock(
            f"{promise.quantity} of {sku} asked for at {location_id}, {level.available} available.",
            sku=sku,
            location_id=location_id,
            requested=promise.quantity,
            available=level.available,
        )
    move_promised(db, promise, free_account(location_id), promised_account(promise))


def _take_back(db: Connection, order_id: str, *, ship: bool) -> tuple[Allocation, ...]:
    require(db, ORDERS, order_id)
    promised = _promised(db, order_id)
    for allocation in promised:
        sku, location_id = allocation.sku, allocation.location_id
        open_level(db, sku, location_id)
        _changed(db, _SHIP if ship else _DEALLOCATE, sku, location_id, allocation.quantity)
        target = shipped_account(order_id) if ship else free_account(allocation.location_id)
        move_promised(db, allocation, promised_account(allocation), target)
    changes(db, _NO_LONGER_PROMISED, {"order": order_id})
    return promised


def _let_go(db: Connection, which: ColumnElement[bool]) -> tuple[Reservation, ...]:
    """End these holds; of two that end one, the second finds it gone."""
    ended = []
    for held in many(db, RESERVATIONS, which):
        if db.execute(delete(RESERVATIONS.table).where(keyed(RESERVATIONS, held.id))).rowcount:
            open_level(db, held.sku, held.location_id)
            _changed(db, _UNRESERVE, held.sku, held.location_id, held.quantity)
            move_promised(db, held, promised_account(held), free_account(held.location_id))
            ended.append(held)
    return tuple(ended)


def _restock(db: Connection, sku: str, location_id: str, quantity: int) -> StockLevel:
    _check_quantity(quantity)
    open_level(db, sku, location_id)
    move_units(db, ARRIVED, free_account(location_id), sku, quantity, subject=level_name(sku, location_id))
    if _changed(db, _RESTOCK, sku, location_id, quantity):
        return existing(db, STOCK_LEVELS, sku, location_id)
    if not existing(db, VARIANTS, sku).tracks_stock:
        raise Conflict(f"{sku} has no stock levels: its offer says whether it can be bought.", sku=sku)
    require(db, LOCATIONS, location_id)
    return add(db, STOCK_LEVELS, StockLevel(sku=sku, location_id=location_id, on_hand=quantity))


def _changed(db: Connection, change: Update, sku: str, location_id: str, units: int) -> int:
    """How many levels it changed: one, or none."""
    return changes(db, change, {"at_sku": sku, "at_location": location_id, "units": units})


def _check_quantity(quantity: int) -> None:
    if quantity < 1:
        raise InvalidInput(f"{quantity} is no number of units.", remedy="Give one or more.")
