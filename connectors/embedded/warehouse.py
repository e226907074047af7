"""Parcels out and parcels back, over the embedded database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import Connection

from shopgraph.connectors.embedded.database import Database
from shopgraph.connectors.embedded.idempotency import once
from shopgraph.connectors.embedded.mapping import changed
from shopgraph.connectors.embedded.order_rows import line_of, locked_order, save_order
from shopgraph.connectors.embedded.rows import add, equal, existing, get, new_id, replace
from shopgraph.connectors.embedded.schema import (
    EXCHANGES,
    FULFILLMENT_EVENTS,
    FULFILLMENTS,
    PAYMENT_METHODS,
    REFUNDS,
    RETURNS,
    VARIANTS,
)
from shopgraph.domain import (
    Exchange,
    ExchangeItem,
    ExchangeStatus,
    Fulfillment,
    FulfillmentEvent,
    Money,
    Order,
    OrderStatus,
    Return,
    ReturnItem,
    ReturnRequest,
    ReturnStatus,
)
from shopgraph.domain.transitions import EXCHANGE, RETURN
from shopgraph.errors import Conflict, InvalidInput, NotFound

_RETURN = TypeAdapter(Return)
_EXCHANGE = TypeAdapter(Exchange)


class EmbeddedWarehouse:
    """`WarehousePort` over the embedded database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def fulfillments(self, order_id: str) -> tuple[Fulfillment, ...]:
        """An order's parcels, by id."""
        return await self._database.look(lambda db: equal(db, FULFILLMENTS, order_id=order_id))

    async def events(self, fulfillment_id: str) -> tuple[FulfillmentEvent, ...]:
        """Oldest first."""
        return await self._database.look(
            lambda db: equal(db, FULFILLMENT_EVENTS, fulfillment_id=fulfillment_id, order_by=("at",))
        )

    async def returns(self, order_id: str) -> tuple[Return, ...]:
        """An order's returns, oldest first."""
        return await self._database.look(lambda db: _returns(db, order_id))

    async def find_return(self, return_id: str) -> Return | None:
        """The return of that id."""
        return await self._database.look(lambda db: get(db, RETURNS, return_id))

    async def exchanges(self, order_id: str) -> tuple[Exchange, ...]:
        """An order's exchanges, oldest first."""
        return await self._database.look(lambda db: _exchanges(db, order_id))

    async def request_return(
        self, request: ReturnRequest, *, refund: Money, at: datetime, idempotency_key: str
    ) -> Return:
        """Accept a return of delivered units: nothing is refunded until goods are received."""

        def act(db: Connection) -> Return:
            order = _delivered_order(db, request.order_id, request.customer_id)
            existing(db, PAYMENT_METHODS, request.payment_method_id)
            if refund.amount < 0:
                raise InvalidInput(f"A refund of {refund} is a charge.")
            _check_units(db, order, [(item.line_id, item.sku, item.quantity) for item in request.items])
            accepted = Return(
                id=new_id("ret", idempotency_key),
                order_id=order.id,
                customer_id=order.customer_id,
                status=ReturnStatus.REQUESTED,
                items=request.items,
                payment_method_id=request.payment_method_id,
                refund=refund,
                requested_at=at,
            )
            return add(db, RETURNS, accepted)

        body = {"request": request, "refund": refund}
        return await once(self._database, "warehouse.request_return", idempotency_key, body, _RETURN, act)

    async def receive_return(
        self, *, return_id: str, items: Sequence[ReturnItem], at: datetime, idempotency_key: str
    ) -> Return:
        """The goods are here: status `received`; the order lines' current quantities fall. Restocks nothing."""

        def act(db: Connection) -> Return:
            found = existing(db, RETURNS, return_id)
            RETURN.check(found.status, ReturnStatus.RECEIVED)
            _check_announced(found, items)
            order = locked_order(db, found.order_id)
            for item in items:
                line_of(order, item.line_id, item.sku)
            came = _units(items)
            lines = tuple(changed(line, current_quantity=line.current_quantity - came[line.id]) for line in order.lines)
            save_order(db, changed(order, lines=lines))
            received = changed(found, status=ReturnStatus.RECEIVED, items=tuple(items), received_at=at)
            return replace(db, RETURNS, received)

        body = {"return": return_id, "items": list(items)}
        return await once(self._database, "warehouse.receive_return", idempotency_key, body, _RETURN, act)

    async def settle_return(self, *, return_id: str, refund_id: str, at: datetime, idempotency_key: str) -> Return:
        """The money is on its way: status `refunded`."""

        def act(db: Connection) -> Return:
            found = existing(db, RETURNS, return_id)
            RETURN.check(found.status, ReturnStatus.REFUNDED)
            if existing(db, REFUNDS, refund_id).order_id != found.order_id:
                raise NotFound(f"Order {found.order_id} has no refund {refund_id}.", refund_id=refund_id)
            settled = changed(found, status=ReturnStatus.REFUNDED, refund_id=refund_id, refunded_at=at)
            return replace(db, RETURNS, settled)

        body = {"return": return_id, "refund": refund_id}
        return await once(self._database, "warehouse.settle_return", idempotency_key, body, _RETURN, act)

    async def request_exchange(
        self,
        *,
        order_id: str,
        customer_id: str,
        items: Sequence[ExchangeItem],
        payment_method_id: str,
        difference: Money,
        at: datetime,
        idempotency_key: str,
    ) -> Exchange:
        """Accept an exchange of delivered units within their products."""

        def act(db: Connection) -> Exchange:
            order = _delivered_order(db, order_id, customer_id)
            existing(db, PAYMENT_METHODS, payment_method_id)
            _check_units(db, order, [(item.line_id, item.from_sku, item.quantity) for item in items])
            for item in items:
                if (
                    existing(db, VARIANTS, item.to_sku).product_id
                    != line_of(order, item.line_id, item.from_sku).product_id
                ):
                    raise Conflict(f"{item.to_sku} is another product than {item.from_sku}.")
            accepted = Exchange(
                id=new_id("exc", idempotency_key),
                order_id=order_id,
                customer_id=customer_id,
                status=ExchangeStatus.REQUESTED,
                items=tuple(items),
                payment_method_id=payment_method_id,
                difference=difference,
                requested_at=at,
            )
            return add(db, EXCHANGES, accepted)

        body = {
            "order": order_id,
            "customer": customer_id,
            "items": list(items),
            "payment_method": payment_method_id,
            "difference": difference,
        }
        return await once(self._database, "warehouse.request_exchange", idempotency_key, body, _EXCHANGE, act)

    async def find_exchange(self, exchange_id: str) -> Exchange | None:
        """The exchange of that id."""
        return await self._database.look(lambda db: get(db, EXCHANGES, exchange_id))

    async def receive_exchange(self, *, exchange_id: str, at: datetime, idempotency_key: str) -> Exchange:
        """The old goods are here: status `received`."""

        def act(db: Connection) -> Exchange:
            found = existing(db, EXCHANGES, exchange_id)
            EXCHANGE.check(found.status, ExchangeStatus.RECEIVED)
            return replace(db, EXCHANGES, changed(found, status=ExchangeStatus.RECEIVED))

        body = {"exchange": exchange_id}
        return await once(self._database, "warehouse.receive_exchange", idempotency_key, body, _EXCHANGE, act)

    async def complete_exchange(
        self, *, exchange_id: str, parcels: Sequence[Fulfillment], at: datetime, idempotency_key: str
    ) -> Exchange:
        """The new goods have left: status `completed`; the order gets their parcels, each with its first event."""

        def act(db: Connection) -> Exchange:
            found = existing(db, EXCHANGES, exchange_id)
            EXCHANGE.check(found.status, ExchangeStatus.COMPLETED)
            for parcel in parcels:
                if parcel.order_id != found.order_id:
                    raise InvalidInput(f"Parcel {parcel.id} is of order {parcel.order_id}, not {found.order_id}.")
                add(db, FULFILLMENTS, parcel)
                event = FulfillmentEvent(id=f"{parcel.id}-0", fulfillment_id=parcel.id, status=parcel.status, at=at)
                add(db, FULFILLMENT_EVENTS, event)
            return replace(db, EXCHANGES, changed(found, status=ExchangeStatus.COMPLETED, completed_at=at))

        body = {"exchange": exchange_id, "parcels": [parcel.id for parcel in parcels]}
        return await once(self._database, "warehouse.complete_exchange", idempotency_key, body, _EXCHANGE, act)


def _returns(db: Connection, order_id: str) -> tuple[Return, ...]:
    return equal(db, RETURNS, order_id=order_id, order_by=("requested_at",))


def _exchanges(db: Connection, order_id: str) -> tuple[Exchange, ...]:
    return equal(db, EXCHANGES, order_id=order_id, order_by=("requested_at",))


def _delivered_order(db: Connection, order_id: str, customer_id: str) -> Order:
    order = locked_order(db, order_id)
    if order.customer_id != customer_id:
        raise NotFound(f"Customer {customer_id} has no order {order_id}.", order_id=order_id)
    if order.status is not OrderStatus.DELIVERED:
        raise Conflict(
            f"Order {order_id} is {order.status}.",
            remedy="Goods come back once they were delivered.",
            order_id=order_id,
            status=str(order.status),
        )
    return order


def _check_units(db: Connection, order: Order, wanted: Iterable[tuple[str, str, int]]) -> None:
    """Let units pass that the customer has and that are in no open return or exchange."""
    # An exchange, however far it got, leaves the order's quantities alone: its units are spoken for.
    coming = _units(
        item for back in _returns(db, order.id) if back.status is ReturnStatus.REQUESTED for item in back.items
    ) + _units(
        item for swap in _exchanges(db, order.id) if swap.status is not ExchangeStatus.CANCELED for item in swap.items
    )
    asked: Counter[str] = Counter()
    for line_id, sku, quantity in wanted:
        line = line_of(order, line_id, sku)
        asked[line_id] += quantity
        free = line.current_quantity - coming[line_id]
        if asked[line_id] > free:
            raise Conflict(
                f"{asked[line_id]} of line {line_id} cannot come back: {free} of order {order.id} can.",
                line_id=line_id,
                requested=asked[line_id],
                returnable=free,
            )
    if not asked:
        raise InvalidInput("No items named.", remedy="Name at least one line.")


def _check_announced(found: Return, items: Sequence[ReturnItem]) -> None:
    announced, came = _units(found.items), _units(items)
    if not came:
        raise InvalidInput("Nothing came back.", remedy="Name at least one line.")
    for line_id, quantity in came.items():
        if quantity > announced[line_id]:
            raise Conflict(
                f"{quantity} of line {line_id} came back, {announced[line_id]} were announced.",
                line_id=line_id,
                received=quantity,
                announced=announced[line_id],
            )


def _units(items: Iterable[ReturnItem | ExchangeItem]) -> Counter[str]:
    """Units by line."""
    units: Counter[str] = Counter()
    for item in items:
        units[item.line_id] += item.quantity
    return units
