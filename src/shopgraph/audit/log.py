"""The audit log: append-only records, each bound to the one before it by a hash.

A record that is changed, dropped, moved or put in between is found by `verify`, which names the first bad one. A tail
that was cut off leaves a shorter log that is whole in itself: it is found against a head kept elsewhere.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from pydantic import JsonValue
from sqlalchemy import BigInteger, Column, Connection, MetaData, Row, String, Table, Text, func, insert, select

from shopgraph.connectors.embedded.database import Database, translated
from shopgraph.domain import Instant, Value

GENESIS = "0" * 64
"""What stands in place of a previous hash before the first record."""
_PAGE = 2_000

_TABLE = Table(
    "audit_records",
    MetaData(),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("request_id", String(128), nullable=False, index=True),
    Column("conversation_id", String(128), nullable=False, index=True),
    Column("node", String(128), nullable=False),
    Column("layer", String(32), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("at", String(32), nullable=False),
    Column("payload", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)


class AuditEvent(Value):
    """One step of a request, as it is handed in. Personal data is masked before."""

    request_id: str
    conversation_id: str
    node: str
    layer: str
    kind: str
    at: Instant
    payload: dict[str, JsonValue] = {}


class AuditRecord(AuditEvent):
    """One step as it stands in the log."""

    position: int
    """From 1, without gaps."""
    previous: str
    """The hash of the record before."""
    hash: str
    """SHA-256 over the previous hash and everything above."""


class AuditHead(Value):
    """Where a log ends. Kept elsewhere, it proves later that nothing was cut off."""

    records: int
    hash: str


_BEGINNING = AuditHead(records=0, hash=GENESIS)


class Finding(StrEnum):
    """What is wrong with a record."""

    CHANGED = "changed"
    """Its content does not give its hash."""
    MISSING = "missing"
    """There is no record at this position."""
    UNLINKED = "unlinked"
    """It does not follow the record before it: one was put in, taken out or moved here."""


class BadRecord(Value):
    """The first record that is not as it was written."""

    position: int
    finding: Finding
    request_id: str = ""
    """Empty when the record is missing."""


class AuditReport(Value):
    """What `verify` found."""

    intact: bool
    records: int
    """How many stand in the log."""
    head: AuditHead
    """The end of the part that is as it was written."""
    first_bad: BadRecord | None = None


Mask = Callable[[dict[str, JsonValue]], dict[str, JsonValue]]


class AuditLog:
    """Appends and reads. There is no way to change or remove a record."""

    def __init__(self, database: Database, *, mask: Mask | None = None) -> None:
        """`mask` takes what must not be kept out of a payload before it is written and hashed."""
        self._database = database
        self._mask = mask

    async def append(self, events: Sequence[AuditEvent]) -> AuditHead:
        """Write events in order, in one transaction: they are on disk when this returns, or none of them is."""
        return await self._database.write(lambda connection: self._append(connection, events))

    async def events(self, request_id: str) -> tuple[AuditRecord, ...]:
        """The records of one request, oldest first."""
        statement = select(_TABLE).where(_TABLE.c.request_id == request_id).order_by(_TABLE.c.position)
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return tuple(_record(row) for row in rows)

    async def of_node(self, node: str) -> tuple[AuditRecord, ...]:
        """What one node recorded in all requests, oldest first."""
        statement = select(_TABLE).where(_TABLE.c.node == node).order_by(_TABLE.c.position)
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return tuple(_record(row) for row in rows)

    async def head(self) -> AuditHead:
        """Where the log ends now."""
        return await self._database.read(_head)

    async def verify(self, *, head: AuditHead | None = None) -> AuditReport:
        """Check every record against its hash and its neighbor; against a head kept elsewhere too, when given."""
        read = self._database.read_now
        return await asyncio.to_thread(read, lambda connection: _verified(connection, head))

    def close(self) -> None:
        """Close the connections."""
        self._database.close()

    def _append(self, connection: Connection, events: Sequence[AuditEvent]) -> AuditHead:
        if connection.dialect.name == "postgresql":
            # One writer at a time, so that no two records follow the same one; readers go on.
            connection.exec_driver_sql("LOCK TABLE audit_records IN EXCLUSIVE MODE")
        head = _head(connection)
        rows: list[dict[str, Any]] = []
        for event in events:
            masked = self._mask(event.payload) if self._mask else event.payload
            row = _columns(event, masked, position=head.records + 1, previous=head.hash)
            head = AuditHead(records=head.records + 1, hash=_hash(row))
            rows.append({**row, "hash": head.hash})
        if rows:
            connection.execute(insert(_TABLE), rows)
        return head


def open_audit(url: str, *, mask: Mask | None = None) -> AuditLog:
    """Open a log, or begin one: a SQLite file of its own, or a table in a PostgreSQL.

    Raises:
        DamagedShop: the file is no database.
        ConfigurationError: the URL cannot be used.
    """
    database = Database(url)
    try:
        if database.is_sqlite:
            _prepare_sqlite(database)
        database.write_now(lambda connection: _TABLE.metadata.create_all(connection, checkfirst=True))
    except BaseException:
        database.close()
        raise
    return AuditLog(database, mask=mask)


def canonical(value: JsonValue) -> str:
    """JSON with sorted keys and no spaces: one text for one value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _prepare_sqlite(database: Database) -> None:
    """Readers do not wait for the writer; kept in the file from then on."""
    with translated(database.url), database.engine.connect() as connection:
        # On the driver's cursor: the mode cannot be set inside a transaction, which SQLAlchemy would begin.
        connection.connection.cursor().execute("PRAGMA journal_mode=WAL")


def _columns(event: AuditEvent, payload: dict[str, JsonValue], *, position: int, previous: str) -> dict[str, Any]:
    return {
        "position": position,
        "request_id": event.request_id,
        "conversation_id": event.conversation_id,
        "node": event.node,
        "layer": event.layer,
        "kind": event.kind,
        "at": event.at.astimezone(UTC).isoformat(),
        "payload": canonical(payload),
        "previous": previous,
    }


def _hash(columns: Mapping[str, Any]) -> str:
    """Over every column but the hash itself."""
    content = canonical({name: value for name, value in columns.items() if name != "hash"})
    return hashlib.sha256(content.encode()).hexdigest()


def _head(connection: Connection) -> AuditHead:
    statement = select(_TABLE.c.position, _TABLE.c.hash).order_by(_TABLE.c.position.desc()).limit(1)
    last = connection.execute(statement).first()
    return AuditHead(records=last.position, hash=last.hash) if last else _BEGINNING


def _record(row: Row[Any]) -> AuditRecord:
    return AuditRecord(**{**row._mapping, "at": datetime.fromisoformat(row.at), "payload": json.loads(row.payload)})


def _verified(connection: Connection, kept: AuditHead | None) -> AuditReport:
    """Walk the chain to its end or to the first bad record."""
    records: int = connection.execute(select(func.count()).select_from(_TABLE)).scalar_one()
    head = _BEGINNING
    rows = connection.execute(select(_TABLE).order_by(_TABLE.c.position).execution_options(yield_per=_PAGE))
    for row in rows.mappings():
        if bad := _judged(row, head, kept):
            return AuditReport(intact=False, records=records, head=head, first_bad=bad)
        head = AuditHead(records=head.records + 1, hash=row["hash"])
    if kept is not None and kept.records > head.records:
        bad = BadRecord(position=head.records + 1, finding=Finding.MISSING)
        return AuditReport(intact=False, records=records, head=head, first_bad=bad)
    return AuditReport(intact=True, records=records, head=head)


def _judged(row: Mapping[Any, Any], head: AuditHead, kept: AuditHead | None) -> BadRecord | None:
    """What is wrong with the record after `head`; None when nothing is."""
    position = row["position"]
    if position > head.records + 1:
        return BadRecord(position=head.records + 1, finding=Finding.MISSING)
    if _hash(row) != row["hash"]:
        return BadRecord(position=position, finding=Finding.CHANGED, request_id=str(row["request_id"]))
    forked = kept is not None and position == kept.records and row["hash"] != kept.hash
    if position != head.records + 1 or row["previous"] != head.hash or forked:
        return BadRecord(position=position, finding=Finding.UNLINKED, request_id=row["request_id"])
    return None
