"""The books of the other side: what a payment gateway and a warehouse have on record, and what a request does to it.

It honours an idempotency key exactly when one is sent, and protects nobody: it refunds twice, and more than was paid,
when it is asked to. What our side did wrong stands here. Our own fake, written for fault injection.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

from shopgraph.evals.faults.news import Event, messages

TABLES = """
CREATE TABLE payments (
    id TEXT PRIMARY KEY, reference TEXT, customer TEXT, orders TEXT, amount INT, captured INT, currency TEXT,
    status TEXT);
CREATE TABLE refunds (
    id INTEGER PRIMARY KEY, reference TEXT, orders TEXT, payment TEXT, amount INT, currency TEXT, status TEXT);
CREATE TABLE levels (sku TEXT, location TEXT, on_hand INT, missing INT, PRIMARY KEY (sku, location));
CREATE TABLE reservations (id INTEGER PRIMARY KEY, sku TEXT, location TEXT, cart TEXT, quantity INT, expires_at TEXT);
CREATE TABLE allocations (
    id INTEGER PRIMARY KEY, sku TEXT, location TEXT, orders TEXT, line TEXT, quantity INT);
CREATE TABLE answers (key TEXT PRIMARY KEY, answer TEXT);
CREATE TABLE events (id INTEGER PRIMARY KEY, type TEXT, object TEXT, payment TEXT, sent INT);
CREATE INDEX payments_of ON payments (customer);
CREATE INDEX refunds_of ON refunds (payment);
CREATE INDEX promises_of ON allocations (orders);
CREATE INDEX promises_on ON allocations (sku, location);
CREATE INDEX events_of ON events (payment);
"""

Body = dict[str, Any]


class Refusal(Exception):
    """What the other side refuses for certain."""


def prepare(path: Path) -> None:
    """Make the books, empty."""
    with closing(sqlite3.connect(path)) as db:
        db.executescript("PRAGMA journal_mode=WAL;" + TABLES)


class Books:
    """The records, and what each request does to them. One request at a time."""

    def __init__(self, path: Path, secret: str = "") -> None:
        self._secret = secret
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA synchronous=OFF")  # it is never killed, and has to be quick
        self._turn = threading.Lock()
        self._operations = {
            "payments.pay": self._pay,
            "payments.capture": self._capture,
            "payments.void": self._void,
            "payments.refund": self._refund,
            "payments.payment": lambda body: self._one("payments", body["id"]),
            "payments.found": lambda body: self._one("refunds", body["id"].removeprefix("back-")),
            "payments.payments": lambda _: self._all("SELECT * FROM payments"),
            "payments.refunds": lambda _: self._all("SELECT * FROM refunds"),
            "payments.news": self._news,
            "stock.levels": self._levels,
            "stock.allocations": self._allocations,
            "stock.allocate": self._allocate,
            "stock.reservations": self._reservations,
            "stock.reserve": self._reserve,
            "stock.unreserve": self._unreserve,
            "stock.fetch": self._fetch,
            "stock.release": self._release,
            "stock.consume": self._consume,
            "stock.restock": self._restock,
        }

    def act(self, operation: str, body: Body, key: str) -> Any:
        """Do it in one transaction, or give the answer that the key got before."""
        with self._turn:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                answer = self._once(operation, body, key)
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
            return answer

    def _once(self, operation: str, body: Body, key: str) -> Any:
        if key and (known := self._all("SELECT answer FROM answers WHERE key = ?", key)):
            return json.loads(known[0]["answer"])
        answer = self._operations[operation](body)
        if key:
            self._db.execute("INSERT INTO answers VALUES (?, ?)", (key, json.dumps(answer)))
        return answer

    def _pay(self, body: Body) -> Any:
        count = self._all("SELECT count(*) AS n FROM payments")[0]["n"]
        taken = bool(body["captured"])
        row = {"id": f"pay-{count}", "status": "succeeded" if taken else "requires_capture", **body}
        self._db.execute(
            "INSERT INTO payments VALUES (:id, :reference, :customer, :orders, :amount, :captured, :currency, :status)",
            row,
        )
        self._tell("payment_intent.succeeded" if taken else "payment_intent.amount_capturable_updated", row["id"])
        return row

    def _capture(self, body: Body) -> Any:
        self._check_held(body["id"])
        self._db.execute("UPDATE payments SET captured = :amount, status = 'succeeded' WHERE id = :id", body)
        self._tell("payment_intent.succeeded", body["id"])
        return self._one("payments", body["id"])

    def _void(self, body: Body) -> Any:
        self._check_held(body["id"])
        self._db.execute("UPDATE payments SET status = 'canceled' WHERE id = :id", body)
        self._tell("payment_intent.canceled", body["id"])
        return self._one("payments", body["id"])

    def _check_held(self, payment: str) -> None:
        found = self._one("payments", payment)
        if found is None or found["status"] != "requires_capture":
            raise Refusal(f"Nothing is held of {payment}.")

    def _refund(self, body: Body) -> Any:
        """The bank has not confirmed it yet: a message will say so."""
        row = self._db.execute(
            "INSERT INTO refunds (reference, orders, payment, amount, currency, status) "
            "VALUES (:reference, :orders, :payment, :amount, :currency, 'pending')",
            body,
        )
        self._tell("refund.created", body["payment"], f"back-{row.lastrowid}")
        return self._one("refunds", row.lastrowid)

    def _news(self, body: Body) -> Any:
        """Every message about one customer's money, or all those that nobody has heard yet."""
        self._confirm()
        customer = body["customer"]
        where = "p.customer = ?" if customer else "e.sent = 0"
        found = self._all(
            f"SELECT e.* FROM events e JOIN payments p ON p.id = e.payment WHERE {where} ORDER BY e.id",  # noqa: S608
            *([customer] if customer else []),
        )
        self._db.executemany("UPDATE events SET sent = 1 WHERE id = ?", [(row["id"],) for row in found])
        events = [Event(id=row["id"], type=row["type"], object=row["object"], payment=row["payment"]) for row in found]
        return messages(events, secret=self._secret, at=body["at"])

    def _confirm(self) -> None:
        for row in self._all("SELECT id, payment FROM refunds WHERE status = 'pending'"):
            self._db.execute("UPDATE refunds SET status = 'succeeded' WHERE id = ?", (row["id"],))
            self._tell("refund.updated", row["payment"], f"back-{row['id']}")

    def _tell(self, kind: str, payment: str, refund: str = "") -> None:
        self._db.execute(
            "INSERT INTO events (type, object, payment, sent) VALUES (?, ?, ?, 0)", (kind, refund or payment, payment)
        )

    def _levels(self, body: Body) -> Any:
        held = "SELECT coalesce(sum(quantity), 0) FROM {} h WHERE h.sku = l.sku AND h.location = l.location"
        marks = ", ".join("?" * len(body["skus"]))
        return self._all(
            f"SELECT l.*, ({held.format('allocations')}) AS allocated, ({held.format('reservations')}) AS reserved "  # noqa: S608
            f"FROM levels l WHERE sku IN ({marks}) ORDER BY sku, location",
            *body["skus"],
        )

    def _check_free(self, body: Body) -> None:
        levels = [level for level in self._levels({"skus": [body["sku"]]}) if level["location"] == body["location"]]
        free = sum(level["on_hand"] - level["allocated"] - level["reserved"] for level in levels)
        if free < body["quantity"]:
            raise Refusal(f"{body['quantity']} of {body['sku']} cannot be promised.")

    def _allocations(self, body: Body) -> Any:
        return self._all("SELECT * FROM allocations WHERE orders = ? ORDER BY sku, location", body["orders"])

    def _allocate(self, body: Body) -> Any:
        self._check_free(body)
        row = self._db.execute(
            "INSERT INTO allocations (sku, location, orders, line, quantity) "
            "VALUES (:sku, :location, :orders, :line, :quantity)",
            body,
        )
        return {**body, "id": row.lastrowid}

    def _reservations(self, body: Body) -> Any:
        return self._all("SELECT * FROM reservations WHERE cart = ? ORDER BY id", body["cart"])

    def _reserve(self, body: Body) -> Any:
        self._check_free(body)
        row = self._db.execute(
            "INSERT INTO reservations (sku, location, cart, quantity, expires_at) "
            "VALUES (:sku, :location, :cart, :quantity, :expires_at)",
            body,
        )
        return {**body, "id": row.lastrowid}

    def _unreserve(self, body: Body) -> Any:
        held = self._reservations(body)
        self._db.execute("DELETE FROM reservations WHERE cart = ?", (body["cart"],))
        return held

    def _fetch(self, body: Body) -> Any:
        """Promise to an order line what was held for its cart, when it is where the books say."""
        held = self._one("reservations", body["id"])
        if held is None:
            raise Refusal(f"Nothing is held under {body['id']}.")
        if self._all("SELECT 1 FROM levels WHERE missing AND sku = ? AND location = ?", held["sku"], held["location"]):
            raise Refusal(f"{held['sku']} is not on its shelf.")
        self._db.execute("DELETE FROM reservations WHERE id = ?", (held["id"],))
        return self._allocate({**held, "orders": body["orders"], "line": body["line"]})

    def _release(self, body: Body) -> Any:
        held = self._allocations(body)
        self._db.execute("DELETE FROM allocations WHERE orders = ?", (body["orders"],))
        return held

    def _consume(self, body: Body) -> Any:
        held = self._release(body)
        self._db.executemany(
            "UPDATE levels SET on_hand = on_hand - :quantity WHERE (sku, location) = (:sku, :location)", held
        )
        return held

    def _restock(self, body: Body) -> Any:
        self._db.execute(
            "UPDATE levels SET on_hand = on_hand + :quantity WHERE (sku, location) = (:sku, :location)", body
        )
        return self._levels({"skus": [body["sku"]]})[0]

    def _one(self, table: str, own: object) -> Body | None:
        found = self._all(f"SELECT * FROM {table} WHERE id = ?", own)  # noqa: S608
        return found[0] if found else None

    def _all(self, statement: str, *values: Any) -> list[Body]:
        return [dict(row) for row in self._db.execute(statement, values)]
