"""Puts everything up: the shop, the other side, workers; and makes orders as they are needed."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from shopgraph.clock import RunningClock
from shopgraph.connectors.embedded import EmbeddedShop, create_shop, gateway_calls
from shopgraph.connectors.gateway import ExternalKind
from shopgraph.evals.faults import books, counterpart
from shopgraph.evals.faults.calls import ON_HAND, PRICE, Case
from shopgraph.evals.faults.harness import PROCESSES, Harness
from shopgraph.evals.faults.orders import LOCATION, dataset, meta, world
from shopgraph.evals.faults.planned import Planned
from shopgraph.evals.faults.remote import RemoteGateway
from shopgraph.evals.faults.worker import Setup

_LOADED_ONCE = ["__main__", "shopgraph.evals.faults.warm"]


@dataclass
class Stage:
    """The shop's records, the other side's books, and the workers."""

    setup: Setup
    records: EmbeddedShop
    books: Path
    harness: Harness
    made: int = 0

    def make(self, kind: str) -> Case:
        """A new order for a call of that kind, known to both sides."""
        case = Case(number=self.made, kind_name=kind)
        self.made += 1
        self.records.load(dataset(case))
        self.records.database.write_now(lambda db: _introduce(db, case))
        write_books(self.books, case)
        return case


@contextmanager
def staged(folder: Path, *, url: str, engine: str, workers: int, keys: bool = True) -> Iterator[Stage]:
    """A new shop on `url`, whose actions go by `engine`, between its workers and the other side."""
    PROCESSES.set_forkserver_preload(_LOADED_ONCE)
    path = folder / "books.db"
    books.prepare(path)
    secret = f"whsec_{secrets.token_hex(16)}"
    heard, say = PROCESSES.Pipe(duplex=False)
    other_side = PROCESSES.Process(target=counterpart.serve, args=(path, secret, say), daemon=True)
    other_side.start()
    try:
        setup = Setup(
            folder=folder,
            url=url,
            engine=engine,
            port=heard.recv(),
            secret=secret,
            planned=Planned(folder / "planned"),
            keys=keys,
        )
        with create_shop(url, meta(RunningClock().now())) as records:
            records.load(world())
            harness = Harness(setup, records, workers)
            try:
                yield Stage(setup=setup, records=records, books=path, harness=harness)
            finally:
                harness.close()
    finally:
        other_side.kill()
        other_side.join()


def _introduce(db: Connection, case: Case) -> None:
    """Tell the records by which names the other side knows the customer, the cards and the payments."""
    known = [(ExternalKind.CUSTOMER, case.customer_id)]
    known += [(ExternalKind.PAYMENT_METHOD, case.method(which)) for which in (0, 1)]
    known += [(ExternalKind.PAYMENT, own) for own, _ in case.payments()]
    for kind, own in known:
        gateway_calls.bind(db, RemoteGateway.name, kind, own, own)


def write_books(path: Path, case: Case) -> None:
    """Write an order's payments and stock into the other side's books."""
    with closing(sqlite3.connect(path, timeout=30)) as db, db:
        db.executemany(
            "INSERT INTO payments VALUES (?, ?, ?, ?, ?, ?, 'USD', 'succeeded')",
            [(own, own, case.customer_id, case.order_id, amount, amount) for own, amount in case.payments()],
        )
        db.executemany(
            "INSERT INTO levels VALUES (?, ?, ?, ?)",
            [(case.sku(variant), LOCATION.id, ON_HAND, variant == case.kind.missing) for variant in PRICE],
        )
        db.executemany(
            "INSERT INTO allocations (sku, location, orders, line, quantity) VALUES (?, ?, ?, '0', ?)",
            [(case.sku(variant), LOCATION.id, case.order_id, units) for variant, units in case.kind.promised.items()],
        )
