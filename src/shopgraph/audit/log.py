"""The audit log: append-only records, each bound to the one before it by a hash, and signed from time to time.

A record that is changed, dropped, moved or put in between is found by `verify`, which names the first bad one. A tail
that was cut off leaves a shorter log that is whole in itself: it is found against a head kept elsewhere. Somebody who
writes a whole chain anew has no key to sign it with.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from pydantic import JsonValue
from pydantic_core import PydanticSerializationError
from sqlalchemy import ColumnElement, Connection, Row, select

from shopgraph import kept
from shopgraph.audit.chain import Chain, begin_with, head_of
from shopgraph.audit.keys import AuditKeys
from shopgraph.audit.late import ENDED, Late
from shopgraph.audit.reading import steps_between
from shopgraph.audit.records import (
    CHECKPOINT,
    COLUMNS,
    FORGOTTEN,
    AuditEvent,
    AuditHead,
    AuditRecord,
    AuditReport,
    AuditStep,
    BadRecord,
    Finding,
    SignedHead,
    json_of,
)
from shopgraph.audit.schema import HOLD_CHAIN, TABLE, insertion, prepare
from shopgraph.audit.secrets import PublicKey
from shopgraph.audit.verify import CHECKPOINT_EVERY, verified
from shopgraph.audit.writer import Entry, GroupWriter
from shopgraph.connectors.embedded.database import Database
from shopgraph.connectors.embedded.statements import each
from shopgraph.errors import ConfigurationError, ConnectorUnavailable, InvalidInput

__all__ = [
    "AuditEvent",
    "AuditHead",
    "AuditKeys",
    "AuditLog",
    "AuditRecord",
    "AuditReport",
    "AuditStep",
    "BadRecord",
    "Finding",
    "SignedHead",
    "open_audit",
]

logger = logging.getLogger(__name__)
_PAGE = 1_000


class AuditLog:
    """Appends and reads. There is no way to change or remove a record."""

    def __init__(self, database: Database, keys: AuditKeys | None = None) -> None:
        """Without `keys` nothing is signed, and an event with an original is refused."""
        self._database = database
        self._keys = keys
        self._insert = insertion(database.engine.dialect.name)
        self._writer = GroupWriter(self._write)
        self._early = ThreadPoolExecutor(max_workers=1, thread_name_prefix="shopgraph-keys")
        self.late = Late()
        """Times of requests that go on the record with the next one of this process, or when the log is closed."""

    def expect(self, subject: str, at: datetime) -> None:
        """Have the key of `customer:{id}` or `conversation:{id}` made meanwhile, where it is not at hand.

        The first record about somebody would wait for it, and for the disk that it is written to. What goes wrong here
        is told when the record is written.
        """
        if self._keys is None:
            return
        keys, needed = self._keys, (self.pseudonym(subject), at.astimezone(UTC))
        if not keys.at_hand(*needed):
            with suppress(RuntimeError):  # the log is closed
                self._early.submit(lambda: keys.ring.prepare([needed]))

    async def append(self, events: Sequence[AuditEvent]) -> AuditHead:
        """Write events in order, together: they are on disk when this returns, or none of them is.

        What is handed in meanwhile by others goes to disk with the same fsync or with the next one.

        Raises:
            InvalidInput: an event holds what is no JSON, or an original without keys to seal it.
            ConnectorFault: the database failed; nothing was written.
        """
        return await self._writer.append(events) if events else await self.head()

    async def events(self, request_id: str) -> tuple[AuditRecord, ...]:
        """The records of one request, oldest first."""
        return await self._read(TABLE.c.request_id == request_id)

    async def of_conversation(self, conversation_id: str) -> tuple[AuditRecord, ...]:
        """The records of one conversation, oldest first."""
        return await self._read(TABLE.c.conversation_id == conversation_id)

    async def of_node(self, node: str) -> tuple[AuditRecord, ...]:
        """What one node recorded in all requests, oldest first. It reads the whole log."""
        return await self._read(TABLE.c.node == node)

    def records(self) -> Iterator[AuditRecord]:
        """Every record, oldest first, a page at a time."""
        last = 0
        while page := self._page(last):
            yield from page
            last = page[-1].position

    def steps(
        self, since: datetime, until: datetime, nodes: Collection[str] = (), *, after: int = 0
    ) -> Iterator[AuditStep]:
        """What stands in clear of the records from `since` until before `until`, oldest first, a page at a time.

        Args:
            nodes: only these nodes' records; empty for all.
            after: only records behind this position.
        """
        return steps_between(self._database, since, until, nodes, after)

    def original(self, record: AuditRecord) -> JsonValue:
        """What a record sealed; None when it sealed nothing.

        Raises:
            Erased: its key was destroyed.
            InvalidInput: it was changed.
            ConfigurationError: this log was opened without keys.
        """
        if record.sealed is None:
            return None
        if self._keys is None:
            raise ConfigurationError("This log was opened without keys.", remedy="Open it by its shop.")
        opened: JsonValue = json.loads(self._keys.ring.open(record.key_id, record.request_id, record.sealed))
        return opened

    def pseudonym(self, subject: str) -> str:
        """The name under which `customer:{id}` or `conversation:{id}` stands in clear; empty without keys."""
        return self._keys.secrets.pseudonym(subject) if self._keys else ""

    def version(self, content: bytes) -> str:
        """Tells one state of a source's data from another, and nothing of what is in it; empty without keys."""
        return self._keys.secrets.version(content) if self._keys else ""

    @property
    def public_key(self) -> PublicKey | None:
        """What the shop's signatures are verified with; None without keys."""
        return self._keys.secrets.public if self._keys else None

    async def forget(self, subject: str = "", *, before_month: str = "", at: datetime, by: str) -> int:
        """Destroy a subject's keys, or everybody's of the months before one (`2026-06`), and put that on the record.

        What this process keeps is emptied.

        Args:
            subject: `customer:{id}` or `conversation:{id}`.
            by: who ordered it.

        Returns:
            How many keys were destroyed: one for each month in which something was recorded.

        Raises:
            InvalidInput: neither is said, or the month is none.
            ConfigurationError: this log was opened without keys.
        """
        if self._keys is None:
            raise ConfigurationError("This log was opened without keys.", remedy="Open it by its shop.")
        who = self.pseudonym(subject)
        count = await asyncio.to_thread(self._keys.ring.destroy, who, before_month=before_month)
        # What was said before it was known who is there is sealed under the conversation's own key.
        for conversation_id in await self.conversations_of(subject) if who else ():
            count += await asyncio.to_thread(self._keys.ring.destroy, self.pseudonym(f"conversation:{conversation_id}"))
        payload: dict[str, object] = {"keys": count, "subject": who, "before_month": before_month, "by": by}
        await self.append([own_event(FORGOTTEN, at, payload)])
        kept.empty()
        return count

    async def head(self) -> AuditHead:
        """Where the log ends now."""
        return await self._database.read(head_of)

    async def checkpoint(self, at: datetime) -> SignedHead:
        """Sign the log as it stands, put the signature on the record, and give the signed head to keep elsewhere.

        Raises:
            ConfigurationError: this log was opened without keys.
        """
        if self._keys is None:
            raise ConfigurationError("This log was opened without keys.", remedy="Open it by its shop.")
        head = await self.append([own_event(CHECKPOINT, at, {})])
        return self._keys.secrets.sign(head, at)

    async def verify(self, *, head: AuditHead | None = None, key: PublicKey | None = None) -> AuditReport:
        """Check every record against its hash and its neighbor, and the signatures; against a head kept elsewhere too.

        Args:
            head: the chain must reach it. A `SignedHead` must be signed by the key.
            key: checks signatures, in place of the shop's own.

        Raises:
            InvalidInput: the head is not signed by the key.
        """
        known = key or self.public_key
        if isinstance(head, SignedHead) and known is not None and not known.signed(head):
            raise InvalidInput(
                f"The head of {head.records} records is not signed by the key {known.fingerprint}.",
                remedy="Name the head that `shopgraph audit checkpoint` wrote, and the key of the same shop.",
            )
        return await asyncio.to_thread(
            self._database.read_now, lambda connection: verified(connection, kept=head, key=known)
        )

    def close(self) -> None:
        """Write what waits, and close the connections."""
        late = self.late.take()
        self._early.shutdown(wait=True)
        self._writer.close([own_event(ENDED, self.late.at, {ENDED: late})] if late and self.late.at else ())
        self._database.close()
        if self._keys is not None:
            self._keys.close()

    async def conversations_of(self, subject: str) -> tuple[str, ...]:
        """The conversations in which something was recorded about a subject, by id; none without keys."""
        who = self.pseudonym(subject)
        if not who:
            return ()
        asked = select(TABLE.c.conversation_id).where(TABLE.c.subject == who).distinct()
        return tuple(await self._database.read(lambda connection: connection.execute(asked).scalars().all()))

    async def _read(self, which: ColumnElement[bool]) -> tuple[AuditRecord, ...]:
        statement = select(TABLE).where(which).order_by(TABLE.c.position)
        found = await self._database.read(lambda connection: connection.execute(statement).all())
        return tuple(_record(row) for row in found)

    def _page(self, after: int) -> list[AuditRecord]:
        statement = select(TABLE).where(TABLE.c.position > after).order_by(TABLE.c.position).limit(_PAGE)
        return [_record(row) for row in self._database.read_now(lambda connection: connection.execute(statement).all())]

    def _write(self, group: list[Entry]) -> None:
        """One transaction for the group. Where that fails for what one of them holds, each by itself."""
        try:
            self._commit(group)
        except ConnectorUnavailable:
            raise
        except Exception as error:
            if len(group) == 1:
                group[0].error = error
                return
            for entry in group:
                self._write([entry])

    def _commit(self, group: list[Entry]) -> None:
        if self._keys is not None:
            sealing = [event for entry in group for event in entry.events if event.original is not None]
            if sealing:
                named = self._keys.secrets.pseudonym
                self._keys.ring.prepare((named(event.subject), event.at.astimezone(UTC)) for event in sealing)
        written = [(entry, [self._columns(event) for event in entry.events]) for entry in group]
        self._database.write_now(lambda connection: self._chained(connection, written), opening=HOLD_CHAIN)

    def _columns(self, event: AuditEvent) -> list[Any]:
        """A record's columns without its position, previous hash and hash."""
        at = event.at.astimezone(UTC)
        subject = self.pseudonym(event.subject)
        key_id, sealed = "", None
        try:
            payload = json_of(event.payload).decode()
            if event.original is not None:
                if self._keys is None:
                    raise InvalidInput("An original is kept only by a log that has keys.")
                content = event.original if isinstance(event.original, bytes) else json_of(event.original)
                key_id, sealed = self._keys.ring.seal(subject, at, event.request_id, content)
        except PydanticSerializationError as error:
            raise InvalidInput(f"What {event.node} recorded is no JSON: {error}.") from None
        return [
            event.request_id,
            event.conversation_id,
            event.node,
            event.layer,
            event.kind,
            at.isoformat(),
            subject,
            payload,
            key_id,
            sealed,
        ]

    def _chained(self, connection: Connection, written: Iterable[tuple[Entry, list[list[Any]]]]) -> None:
        chain = Chain(head_of(connection))
        begun = chain.position
        for entry, records in written:
            for columns in records:
                if columns[4] == CHECKPOINT:
                    columns[7] = self._signature(chain.head, columns[5])
                chain.add(columns)
            entry.head = chain.head
        if self._keys is not None and chain.position // CHECKPOINT_EVERY > begun // CHECKPOINT_EVERY:
            at = chain.rows[-1][COLUMNS.index("at")]
            chain.add(["", "", "audit", "audit", CHECKPOINT, at, "", self._signature(chain.head, at), "", None])
        each(connection, self._insert, chain.rows)

    def _signature(self, head: AuditHead, at: str) -> str:
        if self._keys is None:
            return "{}"
        return self._keys.secrets.sign(head, datetime.fromisoformat(at)).model_dump_json()


def open_audit(url: str, *, keys: AuditKeys | None = None) -> AuditLog:
    """Open a log, or begin one: a SQLite file of its own, or a table in a PostgreSQL.

    A log of the first format is put aside in the same database, and the new one begins with its last hash.

    Raises:
        DamagedShop: the file is no database.
        ConfigurationError: the URL cannot be used.
    """
    database = Database(url)
    try:
        before = prepare(database)
        log = AuditLog(database, keys)
        if before is not None:
            records, last = before
            entry = own_event("taken_over", datetime.now(UTC), {"format": 1, "records": records, "hash": last})
            columns = [log._columns(entry)]
            database.write_now(lambda connection: begin_with(connection, columns, log._insert))
    except BaseException:
        database.close()
        raise
    return log


def own_event(kind: str, at: datetime, payload: dict[str, object]) -> AuditEvent:
    """A record of the log about itself."""
    return AuditEvent(request_id="", conversation_id="", node="audit", layer="audit", kind=kind, at=at, payload=payload)


def _record(row: Row[Any]) -> AuditRecord:
    sealed = bytes(row.sealed) if row.sealed is not None else None
    values = {**row._mapping, "at": datetime.fromisoformat(row.at), "payload": json.loads(row.payload)}
    return AuditRecord(**{**values, "sealed": sealed})
