"""The shop's way to the other side: a payment gateway and an inventory over HTTP."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from typing import Any

from shopgraph.connectors.gateway import Asking, GatewayMethod, GatewayPayment, GatewayRefund
from shopgraph.domain import (
    Allocation,
    Location,
    Money,
    PaymentIntent,
    PaymentIntentStatus,
    Refund,
    RefundStatus,
    Reservation,
    StockLevel,
)
from shopgraph.errors import ConnectorFault, ConnectorTimeout, ConnectorUnavailable, OutOfStock
from shopgraph.evals.faults.injector import Injector
from shopgraph.evals.faults.kinds import TIMEOUT_SECONDS
from shopgraph.evals.faults.orders import AT, LOCATION


class Wire:
    """Requests to the other side, with a point before each, one after it acted, and one after its answer came."""

    def __init__(self, port: int, injector: Injector, *, keys: bool = True) -> None:
        self._port = port
        self._injector = injector
        self._keys = keys
        """False makes a mutant of our side that sends no idempotency keys."""

    async def ask(self, operation: str, body: dict[str, Any]) -> Any:
        """Look something up."""
        return await asyncio.to_thread(self._send, operation, body, {})

    async def act(self, operation: str, body: dict[str, Any], key: str) -> Any:
        """Have something done, once under its key."""
        return await asyncio.to_thread(self._act, operation, body, key)

    def _act(self, operation: str, body: dict[str, Any], key: str) -> Any:
        self._injector.reach(f"{operation}:before")
        headers = {"Idempotency-Key": key} if self._keys else {}
        if fault := self._injector.on_request(operation):
            headers |= {"Fault": fault.value, "Caller": str(os.getpid())}
        answer = self._send(operation, body, headers)
        self._injector.reach(f"{operation}:answered")
        return answer

    def _send(self, operation: str, body: dict[str, Any], headers: dict[str, str]) -> Any:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request("POST", f"/{operation}", json.dumps(body), headers)
            reply = connection.getresponse()
            answer = json.loads(reply.read())
        except ConnectionRefusedError as fault:
            raise ConnectorUnavailable(f"{operation}: the other side cannot be reached.") from fault
        except (OSError, HTTPException, ValueError) as fault:
            raise ConnectorTimeout(f"{operation}: no answer came in time.") from fault
        finally:
            connection.close()
        if reply.status == 409:
            raise OutOfStock(f"{operation}: {answer}")
        if reply.status != 200:
            raise ConnectorFault(f"{operation}: {answer}")
        return answer


class RemoteGateway:
    """`PaymentGateway` at the other side. Its keys do not expire, so no trace of an earlier call is looked for."""

    name = "counterpart"

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def pay(
        self, payment: PaymentIntent, *, customer: str, method: str, capture: bool, asking: Asking
    ) -> GatewayPayment:
        """Take the amount, or hold it."""
        body = {
            "reference": payment.id,
            "orders": payment.order_id,
            "amount": payment.amount.amount,
            "captured": payment.amount.amount if capture else 0,
            "currency": payment.amount.currency,
        }
        return _payment(await self._wire.act("payments.pay", body, asking.key))

    async def capture(self, external_id: str, amount: Money, *, asking: Asking) -> GatewayPayment:
        """It takes every payment at once."""
        raise ConnectorUnavailable("The other side holds nothing.")

    async def void(self, external_id: str, *, asking: Asking) -> GatewayPayment:
        """It takes every payment at once."""
        raise ConnectorUnavailable("The other side holds nothing.")

    async def refund(self, refund: Refund, *, payment: str, asking: Asking) -> GatewayRefund:
        """Give that much of the payment back."""
        body = {
            "reference": refund.id,
            "orders": refund.order_id,
            "payment": payment,
            "amount": refund.amount.amount,
            "currency": refund.amount.currency,
        }
        made = await self._wire.act("payments.refund", body, asking.key)
        return GatewayRefund(
            external_id=made["id"],
            id=made["reference"],
            payment_external_id=made["payment"],
            amount=Money(amount=made["amount"], currency=made["currency"]),
            status=RefundStatus.SUCCEEDED,
            created_at=AT,
        )

    async def payment(self, external_id: str) -> GatewayPayment | None:
        """The payment as it is now."""
        found = await self._wire.ask("payments.payment", {"id": external_id})
        return _payment(found) if found else None

    async def find_refund(self, external_id: str) -> GatewayRefund | None:
        """Nobody asks."""
        return None

    async def methods(self, customer: str) -> tuple[GatewayMethod, ...]:
        """Cards are bound beforehand."""
        return ()

    async def refunds_of(self, external_id: str) -> AsyncIterator[GatewayRefund]:
        """Nobody asks."""
        for none in tuple[GatewayRefund, ...]():
            yield none

    async def payments_since(self, at: datetime) -> AsyncIterator[GatewayPayment]:
        """Nobody asks."""
        for none in tuple[GatewayPayment, ...]():
            yield none

    async def refunds_since(self, at: datetime) -> AsyncIterator[GatewayRefund]:
        """Nobody asks."""
        for none in tuple[GatewayRefund, ...]():
            yield none


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

    async def reserve(
        self, *, sku: str, location_id: str, cart_id: str, quantity: int, expires_at: datetime, idempotency_key: str
    ) -> Reservation:
        """It keeps no carts."""
        raise ConnectorUnavailable("The other side reserves nothing.")

    async def reservations(self, cart_id: str) -> tuple[Reservation, ...]:
        """It keeps no carts."""
        return ()

    async def allocate_reserved(
        self, *, reservation_id: str, order_id: str, line_id: str, idempotency_key: str
    ) -> Allocation:
        """It keeps no carts."""
        raise ConnectorUnavailable("The other side reserves nothing.")

    async def unreserve(self, *, cart_id: str, idempotency_key: str) -> tuple[Reservation, ...]:
        """It keeps no carts."""
        return ()

    async def release_expired(self, *, at: datetime) -> tuple[Reservation, ...]:
        """It keeps no carts."""
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
        """It ships nothing."""
        raise ConnectorUnavailable("The other side ships nothing.")

    async def restock(self, *, sku: str, location_id: str, quantity: int, idempotency_key: str) -> StockLevel:
        """Units arrive."""
        body = {"sku": sku, "location": location_id, "quantity": quantity}
        return _level(await self._wire.act("stock.restock", body, idempotency_key))


def _payment(row: dict[str, Any]) -> GatewayPayment:
    return GatewayPayment(
        external_id=row["id"],
        id=row["reference"],
        amount=Money(amount=row["amount"], currency=row["currency"]),
        captured=Money(amount=row["captured"], currency=row["currency"]),
        status=PaymentIntentStatus.SUCCEEDED,
        created_at=AT,
    )


def _level(row: dict[str, Any]) -> StockLevel:
    return StockLevel(sku=row["sku"], location_id=row["location"], on_hand=row["on_hand"], allocated=row["allocated"])


def _allocation(row: dict[str, Any]) -> Allocation:
    return Allocation(
        id=str(row["id"]),
        sku=row["sku"],
        location_id=row["location"],
        order_id=row["orders"],
        line_id=row["line"],
        quantity=row["quantity"],
    )
