"""The shop's way to the other side's money: a payment gateway over HTTP."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from typing import Any

from shopgraph.connectors.gateway import Asking, GatewayMethod, GatewayPayment, GatewayRefund
from shopgraph.domain import Money, PaymentIntent, PaymentIntentStatus, Refund, RefundStatus
from shopgraph.errors import ConnectorFault, ConnectorTimeout, ConnectorUnavailable, OutOfStock
from shopgraph.evals.faults.injector import Injector
from shopgraph.evals.faults.kinds import TIMEOUT_SECONDS
from shopgraph.evals.faults.orders import AT

PATIENCE_SECONDS = 10.0
"""How long a look-up waits for its answer: none is slow on purpose."""


class Wire:
    """Requests to the other side, with a point before each, one after it acted, and one after its answer came."""

    def __init__(self, port: int, injector: Injector | None = None, *, keys: bool = True) -> None:
        self._port = port
        self._injector = injector
        self._keys = keys
        """False makes a mutant of our side that sends no idempotency keys."""

    async def ask(self, operation: str, body: dict[str, Any]) -> Any:
        """Look something up."""
        return await asyncio.to_thread(self._send, operation, body, {}, PATIENCE_SECONDS)

    async def act(self, operation: str, body: dict[str, Any], key: str) -> Any:
        """Have something done, once under its key."""
        return await asyncio.to_thread(self._act, operation, body, key)

    def _act(self, operation: str, body: dict[str, Any], key: str) -> Any:
        headers = {"Idempotency-Key": key} if self._keys else {}
        if self._injector is None:
            return self._send(operation, body, headers, PATIENCE_SECONDS)
        self._injector.reach(f"{operation}:before")
        fault = self._injector.on_request(operation)
        if fault is not None:
            headers |= {"Fault": fault.value, "Caller": str(os.getpid())}
        answer = self._send(operation, body, headers, TIMEOUT_SECONDS)
        self._injector.reach(f"{operation}:answered")
        return answer

    def _send(self, operation: str, body: dict[str, Any], headers: dict[str, str], seconds: float) -> Any:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=seconds)
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
            "customer": customer,
            "orders": payment.order_id,
            "amount": payment.amount.amount,
            "captured": payment.amount.amount if capture else 0,
            "currency": payment.amount.currency,
        }
        return _payment(await self._wire.act("payments.pay", body, asking.key))

    async def capture(self, external_id: str, amount: Money, *, asking: Asking) -> GatewayPayment:
        """Take what is held."""
        body = {"id": external_id, "amount": amount.amount}
        return _payment(await self._wire.act("payments.capture", body, asking.key))

    async def void(self, external_id: str, *, asking: Asking) -> GatewayPayment:
        """Let go of what is held."""
        return _payment(await self._wire.act("payments.void", {"id": external_id}, asking.key))

    async def refund(self, refund: Refund, *, payment: str, asking: Asking) -> GatewayRefund:
        """Give that much of the payment back; that it has arrived is told later."""
        body = {
            "reference": refund.id,
            "orders": refund.order_id,
            "payment": payment,
            "amount": refund.amount.amount,
            "currency": refund.amount.currency,
        }
        return _refund(await self._wire.act("payments.refund", body, asking.key))

    async def payment(self, external_id: str) -> GatewayPayment | None:
        """The payment as it is now."""
        found = await self._wire.ask("payments.payment", {"id": external_id})
        return _payment(found) if found else None

    async def find_refund(self, external_id: str) -> GatewayRefund | None:
        """The refund as it is now."""
        found = await self._wire.ask("payments.found", {"id": external_id})
        return _refund(found) if found else None

    async def methods(self, customer: str) -> tuple[GatewayMethod, ...]:
        """Cards are bound beforehand."""
        return ()

    async def refunds_of(self, external_id: str) -> AsyncIterator[GatewayRefund]:
        """Those of one payment."""
        async for refund in self.refunds_since(AT):
            if refund.payment_external_id == external_id:
                yield refund

    async def payments_since(self, at: datetime) -> AsyncIterator[GatewayPayment]:
        """All of them: it keeps no times."""
        for row in await self._wire.ask("payments.payments", {}):
            yield _payment(row)

    async def refunds_since(self, at: datetime) -> AsyncIterator[GatewayRefund]:
        """All of them: it keeps no times."""
        for row in await self._wire.ask("payments.refunds", {}):
            yield _refund(row)


def _payment(row: dict[str, Any]) -> GatewayPayment:
    return GatewayPayment(
        external_id=row["id"],
        id=row["reference"],
        amount=Money(amount=row["amount"], currency=row["currency"]),
        captured=Money(amount=row["captured"], currency=row["currency"]),
        status=PaymentIntentStatus(row["status"]),
        created_at=AT,
    )


def _refund(row: dict[str, Any]) -> GatewayRefund:
    return GatewayRefund(
        external_id=f"back-{row['id']}",
        id=row["reference"],
        payment_external_id=row["payment"],
        amount=Money(amount=row["amount"], currency=row["currency"]),
        status=RefundStatus(row["status"]),
        created_at=AT,
    )
