"""The audit log's table in SQLite and PostgreSQL, and how one of an earlier format is taken over."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Connection, Integer, LargeBinary, MetaData, String, Table, Text, inspect

from shopgraph.audit.records import COLUMNS
from shopgraph.connectors.embedded.connections import patiently
from shopgraph.connectors.embedded.database import Database
from shopgraph.connectors.embedded.faults import translated

TABLE = Table(
    "audit_records",
    MetaData(),
    # INTEGER in SQLite makes it the row's own number: one copy of it, and no index behind which a changed one hides.
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("request_id", String(128), nullable=False, index=True),
    Column("conversation_id", String(128), nullable=False, index=True),
    Column("node", String(128), nullable=False),
    Column("layer", String(32), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("at", String(40), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("payload", Text, nullable=False),
    Column("key_id", String(64), nullable=False),
    Column("sealed", LargeBinary),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
_LOCK = 0x5B0A0D17
"""PostgreSQL's advisory lock of whoever appends; the number means nothing."""
FIRST_FORMAT = "audit_records_1"
"""What a table of the first format is called once it has been taken over."""


HOLD_CHAIN = f"SELECT pg_advisory_xact_lock({_LOCK})"
"""Lets nobody else append until this transaction ends: no two records follow the same one. Readers go on.

For PostgreSQL; SQLite's write transactions exclude each other by themselves.
"""


def hold_chain(connection: Connection) -> None:
    """`HOLD_CHAIN` in a transaction that has begun."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(HOLD_CHAIN)


def prepare(database: Database) -> tuple[int, str] | None:
    """Make the table where there is none. Records and last hash of a log of the first format that was put aside."""
    on_driver(database, "PRAGMA journal_mode=WAL")  # readers do not wait for the writer; kept in the file
    return database.write_now(_prepare)


def on_driver(database: Database, statement: str) -> None:
    """Run a pragma outside any transaction, which SQLAlchemy would begin; nothing in PostgreSQL."""
    if database.is_sqlite:
        with translated(database.url), database.engine.connect() as connection:
            patiently(lambda: connection.connection.cursor().execute(statement).fetchall())


def insertion(dialect: str) -> str:
    """The statement that writes one record, as the driver takes it."""
    mark = "?" if dialect == "sqlite" else "%s"
    names = (*COLUMNS, "hash")
    return f"INSERT INTO audit_records ({', '.join(names)}) VALUES ({', '.join([mark] * len(names))})"  # noqa: S608


def _prepare(connection: Connection) -> tuple[int, str] | None:
    hold_chain(connection)
    known = inspect(connection)
    if not known.has_table(TABLE.name):
        TABLE.metadata.create_all(connection)
        return None
    if "sealed" in {column["name"] for column in known.get_columns(TABLE.name)}:
        return None
    last = connection.exec_driver_sql("SELECT position, hash FROM audit_records ORDER BY position DESC LIMIT 1").first()
    for index in known.get_indexes(TABLE.name):
        connection.exec_driver_sql(f"DROP INDEX {index['name']}")
    connection.exec_driver_sql(f"ALTER TABLE audit_records RENAME TO {FIRST_FORMAT}")
    if connection.dialect.name == "postgresql":
        # Its primary key keeps the name that the new table's will want.
        constraint = known.get_pk_constraint(TABLE.name)["name"]
        connection.exec_driver_sql(f"ALTER TABLE {FIRST_FORMAT} RENAME CONSTRAINT {constraint} TO {FIRST_FORMAT}_pkey")
    TABLE.metadata.create_all(connection)
    return (last[0], last[1]) if last else None
