"""A payment gateway for tests: it keeps its books in a file that any process may open, and does as told.

Counterpart kind: our fake. It gives the same key the same answer, as real gateways do, and writes down every movement
of money, so that what happened is counted from its books and never from the shop's.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from shopgraph.connectors.gateway import Asking, GatewayMethod, GatewayPayment, GatewayRefund
from shopgraph.domain import Money, PaymentIntent, PaymentIntentStatus, Refund, RefundStatus
from shopgraph.errors import Conflict, ConnectorTimeout, ConnectorUnavailable, IllegalTransition, PaymentDeclined

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
BOOKS = """
CREATE TABLE IF NOT EXISTS movements (key TEXT PRIMARY KEY, kind TEXT, id TEXT, amount INTEGER);
CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, body TEXT);
CREATE TABLE IF NOT EXISTS payments (id TEXT PRIMARY KEY, body TEXT);
CREATE TABLE IF NOT EXISTS refunds (id TEXT PRIMARY KEY, body TEXT);
CREATE TABLE IF NOT EXISTS moods (operation TEXT PRIMARY KEY, mood TEXT);
"""


class Till:
    """The gateway. The mood of an operation (`pay`, `refund`, `undo`) makes it `down`, `lost`, `declined` or `slow`."""

    name = "till"

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._books() as books:
            books.executescript(BOOKS)

    def mood(self, operation: str, mood: str = "") -> None:
        """From now on, in every process; empty for well."""
        with self._books() as books:
            books.execute("INSERT OR REPLACE INTO moods VALUES (?, ?)", (operation, mood))

    def movements(self) -> list[tuple[str, int]]:
        """Kind and amount of all that was moved, in order."""
        with self._books() as books:
            return books.execute("SELECT kind, amount FROM movements ORDER BY rowid").fetchall()

    async def pay(
        self, payment: PaymentIntent, *, customer: str, method: str, capture: bool, asking: Asking
    ) -> GatewayPayment:
        made = GatewayPayment(
            external_id=f"theirs-{payment.id}",
            id=payment.id,
            amount=payment.amount,
            captured=payment.amount if capture else Money.zero(payment.amount.currency),
            status=PaymentIntentStatus.SUCCEEDED if capture else PaymentIntentStatus.REQUIRES_CAPTURE,
            created_at=AT,
        )
        mood = await self._mood("pay")
        if mood == "declined":
            raise PaymentDeclined("The bank says no.")
        body = self._once(asking.key, "pay", made.external_id, made.amount.amount, made.model_dump_json(), "payments")
        self._lose(mood)
        return GatewayPayment.model_validate_json(body)

    async def refund(self, refund: Refund, *, payment: str, asking: Asking) -> GatewayRefund:
        made = GatewayRefund(
            external_id=f"theirs-{refund.id}",
            id=refund.id,
            payment_external_id=payment,
            amount=refund.amount,
            status=RefundStatus.PENDING,
            created_at=AT,
        )
        mood = await self._mood("undo" if ":undo" in asking.key else "refund")
        if mood == "declined":
            raise Conflict("The bank takes no refund.")
        body = self._once(asking.key, "refund", made.external_id, made.amount.amount, made.model_dump_json(), "refunds")
        self._lose(mood)
        return GatewayRefund.model_validate_json(body)

    async def capture(self, external_id: str, amount: Money, *, asking: Asking) -> GatewayPayment:
        return self._held(external_id, PaymentIntentStatus.SUCCEEDED, amount, asking.key)

    async def void(self, external_id: str, *, asking: Asking) -> GatewayPayment:
        return self._held(external_id, PaymentIntentStatus.CANCELED, None, asking.key)

    async def payment(self, external_id: str) -> GatewayPayment | None:
        body = self._row("payments", external_id)
        return GatewayPayment.model_validate_json(body) if body else None

    async def find_refund(self, external_id: str) -> GatewayRefund | None:
        body = self._row("refunds", external_id)
        return GatewayRefund.model_validate_json(body) if body else None

    async def methods(self, customer: str) -> tuple[GatewayMethod, ...]:
        return ()

    async def refunds_of(self, external_id: str) -> AsyncIterator[GatewayRefund]:
        for body in self._rows("refunds"):
            if (found := GatewayRefund.model_validate_json(body)).payment_external_id == external_id:
                yield found

    async def payments_since(self, at: datetime) -> AsyncIterator[GatewayPayment]:
        for body in self._rows("payments"):
            yield GatewayPayment.model_validate_json(body)

    async def refunds_since(self, at: datetime) -> AsyncIterator[GatewayRefund]:
        for body in self._rows("refunds"):
            yield GatewayRefund.model_validate_json(body)

    async def _mood(self, operation: str) -> str:
        with self._books() as books:
            found = books.execute("SELECT mood FROM moods WHERE operation = ?", (operation,)).fetchone()
        mood = found[0] if found else ""
        if mood == "down":
            raise ConnectorUnavailable("The bank is closed.")
        if mood == "slow":
            await asyncio.sleep(0.3)
        return str(mood)

    def _lose(self, mood: str) -> None:
        if mood == "lost":
            raise ConnectorTimeout("The bank did not answer.")

    def _held(self, external_id: str, status: PaymentIntentStatus, amount: Money | None, key: str) -> GatewayPayment:
        found = GatewayPayment.model_validate_json(self._row("payments", external_id))
        if found.status is not PaymentIntentStatus.REQUIRES_CAPTURE and found.status is not status:
            raise IllegalTransition(f"It is {found.status}.")
        moved = found.model_copy(update={"status": status, "captured": amount or found.captured})
        kind = "capture" if amount else "void"
        body = self._once(key, kind, external_id, amount.amount if amount else 0, moved.model_dump_json(), "payments")
        return GatewayPayment.model_validate_json(body)

    def _once(self, key: str, kind: str, external_id: str, amount: int, body: str, table: str) -> str:
        with self._books() as books:
            books.execute("BEGIN IMMEDIATE")
            known = books.execute("SELECT body FROM answers WHERE key = ?", (key,)).fetchone()
            if known:
                return str(known[0])
            books.execute("INSERT INTO answers VALUES (?, ?)", (key, body))
            books.execute("INSERT INTO movements VALUES (?, ?, ?, ?)", (key, kind, external_id, amount))
            books.execute(f"INSERT OR REPLACE INTO {table} VALUES (?, ?)", (external_id, body))
        return body

    def _row(self, table: str, external_id: str) -> str:
        with self._books() as books:
            found = books.execute(f"SELECT body FROM {table} WHERE id = ?", (external_id,)).fetchone()
        return str(found[0]) if found else ""

    def _rows(self, table: str) -> list[str]:
        with self._books() as books:
            return [body for (body,) in books.execute(f"SELECT body FROM {table} ORDER BY rowid DESC")]

    @contextmanager
    def _books(self) -> Iterator[sqlite3.Connection]:
        books = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        try:
            yield books
            if books.in_transaction:
                books.commit()
        finally:
            books.close()
