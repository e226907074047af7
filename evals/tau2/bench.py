"""One imported shop for many cases: it is put back to its first state in between, not imported or opened anew."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from shopgraph.connectors.embedded import create_shop
from shopgraph.connectors.embedded.schema import DATASET, ORDER_LINES
from shopgraph.connectors.tau2 import read_tau2
from shopgraph.domain import Principal
from shopgraph.evals.tau2.desk import Desk
from shopgraph.guards.policy import load_bundle
from shopgraph.shop import clock_of
from shopgraph.tools.spec import Services

_TABLES = tuple(mapped.table.name for mapped in (*DATASET, ORDER_LINES))
"""The business records: everything but what the shop remembers about requests and keys."""


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A database at one moment."""

    copy: sqlite3.Connection
    """In memory."""
    version: int
    """The observed file's own count of commits by others."""

    def close(self) -> None:
        """Let go of the memory."""
        self.copy.close()


class Bench:
    """The shop of a tau2 file under its own policy, in a temporary folder. Close it when done."""

    def __init__(self, source: Path) -> None:
        """Import the shop.

        Raises:
            DamagedShop: the file is none; names the place.
        """
        meta, dataset = read_tau2(source)
        self._folder = Path(tempfile.mkdtemp(prefix="shopgraph-eval-"))
        self.shop = create_shop(f"sqlite:///{self._folder / 'shop.db'}", meta)
        self.shop.load(dataset)
        self.policy = load_bundle(meta.bundle)
        self.services = Services(connectors=self.shop.connectors, clock=clock_of(meta), policy=self.policy)
        self._observer = sqlite3.connect(self._folder / "shop.db")
        self._first = self.snapshot()
        self._conversations = 0

    def desk(self, customer_id: str | None) -> Desk:
        """A new conversation: with a customer whom a look-up of the policy's has identified, or with nobody yet."""
        self._conversations += 1
        method = self.policy.identification[0]
        return Desk(
            services=self.services,
            policy=self.policy,
            region_id=self.shop.meta.default_region_id,
            principal=None if customer_id is None else Principal.customer(customer_id, method=method),
            conversation_id=f"eval-{self._conversations}",
        )

    def reset(self) -> None:
        """Put every record back; nothing is done where nothing was committed since."""
        if self._version() != self._first.version:
            self._first.copy.backup(self._observer)
            self._first = Snapshot(copy=self._first.copy, version=self._version())

    def snapshot(self) -> Snapshot:
        """The whole database as it is now; the caller closes it."""
        copy, version = sqlite3.connect(":memory:"), self._version()
        self._observer.backup(copy)
        return Snapshot(copy=copy, version=version)

    def unchanged_since(self, earlier: Snapshot) -> bool:
        """Whether every business table holds what it held then."""
        if self._version() == earlier.version:
            return True
        with closing(self.snapshot()) as now:
            return all(_rows(now.copy, table) == _rows(earlier.copy, table) for table in _TABLES)

    def close(self) -> None:
        """Close the shop; its folder is gone afterwards."""
        self._first.close()
        self._observer.close()
        self.shop.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _version(self) -> int:
        """SQLite's own number that changes with every commit of another connection."""
        (version,) = self._observer.execute("PRAGMA data_version").fetchone()
        return int(version)


def _rows(database: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    """All rows, in the order of the key, in which SQLite keeps these tables."""
    return database.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608 - names of our own
