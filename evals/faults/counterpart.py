"""The other side: a payment gateway and a warehouse in a process of their own, with books of their own.

It honours an idempotency key exactly when one is sent, and protects nobody: it refunds twice, and more than was paid,
when it is asked to. What our side did wrong stands in its books. Our own fake, written for fault injection.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import threading
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from shopgraph.evals.faults.kinds import SLOW_SECONDS, STALL_SECONDS, Fault

TABLES = """
CREATE TABLE payments (id TEXT PRIMARY KEY, reference TEXT, orders TEXT, amount INT, captured INT, currency TEXT);
CREATE TABLE refunds (id INTEGER PRIMARY KEY, reference TEXT, orders TEXT, payment TEXT, amount INT, currency TEXT);
CREATE TABLE levels (sku TEXT, location TEXT, on_hand INT, PRIMARY KEY (sku, location));
CREATE TABLE allocations (
    id INTEGER PRIMARY KEY, sku TEXT, location TEXT, orders TEXT, line TEXT, quantity INT);
CREATE TABLE answers (key TEXT PRIMARY KEY, answer TEXT);
"""

Body = dict[str, Any]


class Refusal(Exception):
    """What the other side refuses for certain."""


class Books:
    """Its records, and what each request does to them. One request at a time."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA synchronous=OFF")  # it is never killed, and has to be quick
        self._turn = threading.Lock()
        self._operations = {
            "payments.pay": self._pay,
            "payments.refund": self._refund,
            "payments.payment": self._payment,
            "stock.levels": self._levels,
            "stock.allocations": self._allocations,
            "stock.allocate": self._allocate,
            "stock.release": self._release,
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
        row = {"id": f"pay-{count}", **body}
        self._db.execute("INSERT INTO payments VALUES (:id, :reference, :orders, :amount, :captured, :currency)", row)
        return row

    def _refund(self, body: Body) -> Any:
        row = self._db.execute(
            "INSERT INTO refunds (reference, orders, payment, amount, currency) "
            "VALUES (:reference, :orders, :payment, :amount, :currency)",
            body,
        )
        return {"id": f"back-{row.lastrowid}", **body}

    def _payment(self, body: Body) -> Any:
        found = self._all("SELECT * FROM payments WHERE id = ?", body["id"])
        return found[0] if found else None

    def _levels(self, body: Body) -> Any:
        promised = (
            "coalesce((SELECT sum(quantity) FROM allocations a WHERE a.sku = l.sku AND a.location = l.location), 0)"
        )
        marks = ", ".join("?" * len(body["skus"]))
        statement = f"SELECT l.*, CAST({promised} AS INT) AS allocated FROM levels l WHERE sku IN ({marks})"  # noqa: S608
        return self._all(f"{statement} ORDER BY sku, location", *body["skus"])

    def _allocations(self, body: Body) -> Any:
        return self._all("SELECT * FROM allocations WHERE orders = ? ORDER BY sku, location", body["orders"])

    def _allocate(self, body: Body) -> Any:
        levels = [level for level in self._levels({"skus": [body["sku"]]}) if level["location"] == body["location"]]
        if not levels or levels[0]["on_hand"] - levels[0]["allocated"] < body["quantity"]:
            raise Refusal(f"{body['quantity']} of {body['sku']} cannot be promised.")
        row = self._db.execute(
            "INSERT INTO allocations (sku, location, orders, line, quantity) "
            "VALUES (:sku, :location, :orders, :line, :quantity)",
            body,
        )
        return {"id": row.lastrowid, **body}

    def _release(self, body: Body) -> Any:
        held = self._allocations(body)
        self._db.execute("DELETE FROM allocations WHERE orders = ?", (body["orders"],))
        return held

    def _restock(self, body: Body) -> Any:
        self._db.execute(
            "UPDATE levels SET on_hand = on_hand + :quantity WHERE (sku, location) = (:sku, :location)", body
        )
        return self._levels({"skus": [body["sku"]]})[0]

    def _all(self, statement: str, *values: Any) -> list[Body]:
        return [dict(row) for row in self._db.execute(statement, values)]


class _Desk(BaseHTTPRequestHandler):
    """One request: what is asked, under which key, and what shall go wrong."""

    protocol_version = "HTTP/1.1"
    books: Books

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        fault = self.headers.get("Fault", "")
        if fault == Fault.SLOW:
            time.sleep(SLOW_SECONDS)
        status, answer = self._act(body)
        if fault == Fault.DUPLICATE:
            status, answer = self._act(body)
        if fault == Fault.CRASH:
            os.kill(int(self.headers["Caller"]), signal.SIGKILL)
        if fault == Fault.TIMEOUT:
            time.sleep(STALL_SECONDS)
        if fault == Fault.ERROR:
            status, answer = 500, "It went wrong after it was done."
        self._reply(status, answer)

    def _act(self, body: Body) -> tuple[int, Any]:
        try:
            return 200, self.books.act(self.path.strip("/"), body, self.headers.get("Idempotency-Key", ""))
        except Refusal as refusal:
            return 409, str(refusal)

    def _reply(self, status: int, answer: Any) -> None:
        data = json.dumps(answer).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(data)
        except OSError:
            pass  # The caller has gone, which is often the point.

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


def prepare(path: Path) -> None:
    """Make its books, empty."""
    with closing(sqlite3.connect(path)) as db:
        db.executescript("PRAGMA journal_mode=WAL;" + TABLES)


def serve(path: Path, started: Connection) -> None:
    """Serve until the process is ended; tells its port when it listens."""
    handler = type("Desk", (_Desk,), {"books": Books(path)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    started.send(server.server_address[1])
    server.serve_forever()
