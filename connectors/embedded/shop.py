"""Making and opening a shop's database."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, create_engine, insert, select

from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.embedded import bulk, migrate
from shopgraph.connectors.embedded.action_runs import EmbeddedRuns
from shopgraph.connectors.embedded.catalog import EmbeddedCatalog
from shopgraph.connectors.embedded.crm import EmbeddedCrm
from shopgraph.connectors.embedded.database import Database, parse_url
from shopgraph.connectors.embedded.faults import place_of, translated
from shopgraph.connectors.embedded.inventory import EmbeddedInventory
from shopgraph.connectors.embedded.ledger import EmbeddedLedger
from shopgraph.connectors.embedded.marketing import EmbeddedMarketing
from shopgraph.connectors.embedded.orders import EmbeddedOrders
from shopgraph.connectors.embedded.payments import EmbeddedPayments
from shopgraph.connectors.embedded.records import EmbeddedRecords
from shopgraph.connectors.embedded.rows import many
from shopgraph.connectors.embedded.schema import CODES, PROMOTIONS, REGIONS, SHOP, code_key
from shopgraph.connectors.embedded.search import WordSearch
from shopgraph.connectors.embedded.sessions import EmbeddedSessions
from shopgraph.connectors.embedded.warehouse import EmbeddedWarehouse
from shopgraph.connectors.gateway import PaymentGateway
from shopgraph.connectors.ports import CatalogPort, Connectors, SearchPort
from shopgraph.domain import Region, ShopMeta
from shopgraph.errors import ConfigurationError, DamagedShop

SearchFactory = Callable[[CatalogPort], SearchPort]
"""Makes the search over a shop's catalog."""
GatewayFactory = Callable[[ShopMeta], PaymentGateway]
"""Makes the way to a shop's payment gateway."""


class EmbeddedShop:
    """One shop in one database. Close it when done; it is a context manager."""

    def __init__(
        self,
        database: Database,
        meta: ShopMeta,
        search: SearchFactory | None = None,
        gateway: GatewayFactory | None = None,
    ) -> None:
        self.database = database
        self.meta = meta
        self.payments = EmbeddedPayments(database, gateway(meta) if gateway else None)
        """The payments port, with what is beyond it: linking customers to a gateway, unsettled calls, news."""
        outside = frozenset({"payments"} if gateway else ())
        self.connectors = _connect(database, search, self.payments, outside)

    def load(self, dataset: Dataset) -> None:
        """Add a dataset in one transaction (`Dataset` says what it may hold)."""
        self.database.write_now(lambda connection: bulk.load(connection, dataset))

    def dump(self) -> Dataset:
        """Every business record: what was loaded and what happened since, each table in the order of its key."""
        return self.database.read_now(bulk.dump)

    def regions(self) -> tuple[Region, ...]:
        """The markets that it sells in."""
        return self.database.read_now(lambda connection: many(connection, REGIONS))

    def taken(self, *, promotion_ids: Collection[str], codes: Collection[str]) -> tuple[str, ...]:
        """Which of these ids and codes its own promotions have."""
        keys = {code_key(code) for code in codes}

        def look(connection: Connection) -> tuple[str, ...]:
            found = many(connection, PROMOTIONS, PROMOTIONS.table.c.id.in_(promotion_ids))
            typed = many(connection, CODES, CODES.table.c.code_key.in_(keys))
            return (*(each.id for each in found), *(each.code for each in typed))

        return self.database.read_now(look)

    def close(self) -> None:
        """Close every connection."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def create_shop(url: str, meta: ShopMeta, search: SearchFactory | None = None) -> EmbeddedShop:
    """Make an empty shop in an empty database (a SQLite file is made, with its folders).

    Without `search`, products are found by plain words.

    Raises:
        ConfigurationError: there is something already, or the URL is none.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
    database = Database(url)

    def make(connection: Connection) -> None:
        if not migrate.is_empty(connection):
            raise ConfigurationError(f"{database.name} is not empty.", remedy="A shop is made in a new database.")
        migrate.upgrade(connection)
        connection.execute(insert(SHOP.table).values(SHOP.cells(meta)))

    try:
        database.write_now(make)
        if database.is_sqlite:
            with translated(parsed):
                _keep_a_write_ahead_log(database)
    except BaseException:
        database.close()
        raise
    return EmbeddedShop(database, meta, search)


def open_shop(url: str, search: SearchFactory | None = None, gateway: GatewayFactory | None = None) -> EmbeddedShop:
    """Open a shop; one made by an older version is migrated first.

    Without `search`, products are found by plain words; without `gateway`, the records play the payment gateway.

    Raises:
        DamagedShop: there is none, or it cannot be read.
        ShopTooNew: a newer shopgraph wrote it.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        _check_file(Path(str(parsed.database)))
    database = Database(url)
    try:
        version = database.read_now(lambda connection: migrate.version_of(connection, database.name))
        if version != migrate.head():
            database.write_now(migrate.upgrade)
        meta = database.read_now(lambda connection: _meta(connection, database.name))
    except BaseException:
        database.close()
        raise
    return EmbeddedShop(database, meta, search, gateway)


def _connect(
    database: Database, search: SearchFactory | None, payments: EmbeddedPayments, outside: frozenset[str]
) -> Connectors:
    catalog = EmbeddedCatalog(database)
    return Connectors(
        catalog=catalog,
        inventory=EmbeddedInventory(database),
        orders=EmbeddedOrders(database),
        warehouse=EmbeddedWarehouse(database),
        crm=EmbeddedCrm(database),
        payments=payments,
        marketing=EmbeddedMarketing(database),
        sessions=EmbeddedSessions(database),
        records=EmbeddedRecords(database),
        runs=EmbeddedRuns(database),
        ledger=EmbeddedLedger(database, payments.check_ledger),
        search=WordSearch(database) if search is None else search(catalog),
        unit_of_work=database,
        outside=outside,
    )


def _meta(connection: Connection, place: str) -> ShopMeta:
    rows = connection.execute(select(SHOP.table)).all()
    if len(rows) != 1:
        raise DamagedShop(f"{place} holds {len(rows)} shops.", remedy="Restore it from a backup.")
    return SHOP.value(rows[0])


def _check_file(path: Path) -> None:
    """Look at the file over a read-only connection, so that one which is no shop stays as it is."""
    if not path.is_file():
        raise DamagedShop(f"There is no shop at {path}.", remedy="Make one with `shopgraph shop init`.")
    url = parse_url(f"sqlite:///{path}")
    probe = create_engine(f"sqlite:///file:{path}?mode=ro&uri=true")
    try:
        with translated(url), probe.connect() as connection:
            migrate.version_of(connection, place_of(url))
    finally:
        probe.dispose()


def _keep_a_write_ahead_log(database: Database) -> None:
    raw = database.engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.close()
    finally:
        raw.close()
