"""Reading a whole log: each record against its hash and its neighbor, each signature against the shop's public key."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from shopgraph.audit.records import (
    BEGINNING,
    CHECKPOINT,
    COLUMNS,
    AuditHead,
    AuditReport,
    BadRecord,
    Finding,
    SignedHead,
    hash_of,
)
from shopgraph.audit.secrets import PublicKey

CHECKPOINT_EVERY = 1_000
"""Records from one signature to the next, at least."""
CHECKPOINT_DUE = 5_000
"""Records without a signature that are one too many: a group and what it began with always fit in."""
_PAGE = 2_000
_RECENT = 1_000
"""Records that are looked back on for one that was put in."""
_COLUMNS = f"SELECT {', '.join((*COLUMNS, 'hash'))} FROM audit_records"  # noqa: S608
_SELECT = f"{_COLUMNS} ORDER BY position"
_POSITION, _REQUEST, _KIND, _PAYLOAD = (COLUMNS.index(name) for name in ("position", "request_id", "kind", "payload"))
_PREVIOUS, _HASH = COLUMNS.index("previous"), len(COLUMNS)

Columns = Sequence[Any]
"""A record as the driver gives it, in the order of `COLUMNS` and `hash`."""


def verified(connection: Connection, *, kept: AuditHead | None, key: PublicKey | None) -> AuditReport:
    """Walk the chain to its end or to the first bad record.

    Args:
        kept: a head from elsewhere: the chain must reach it, and hold its hash there.
        key: checks the signed checkpoints; None leaves them out.
    """
    walk = _Walk(kept, key)
    with _rows(connection) as rows:
        try:
            for row in rows:
                if bad := walk.step(row):
                    return walk.report(bad)
        except _damage(connection):
            return walk.report(_unreadable(connection, walk))
    if kept is not None and kept.records > walk.head.records:
        return walk.report(BadRecord(position=walk.head.records + 1, finding=Finding.MISSING))
    return walk.report(None)


def _unreadable(connection: Connection, walk: _Walk) -> BadRecord:
    """Which record cannot be read. The driver reads one ahead, and loses a good one with the bad one after it."""
    damage: tuple[type[BaseException], ...] = (DatabaseError, *_damage(connection))
    while True:
        place = walk.head.records + 1
        unreadable = BadRecord(position=place, finding=Finding.UNREADABLE)
        try:
            row = connection.exec_driver_sql(f"{_COLUMNS} WHERE position = {place}").first()
        except damage:
            return unreadable
        if row is None:
            return unreadable
        if bad := walk.step(row):
            return bad


class _Walk:
    def __init__(self, kept: AuditHead | None, key: PublicKey | None) -> None:
        self.head = BEGINNING
        self._kept = kept
        self._key = key
        self._checkpoints = 0
        self._signed_at = 0
        self._recent: deque[str] = deque([BEGINNING.hash], maxlen=_RECENT)
        """The last hashes, the head's last."""

    def step(self, row: Columns) -> BadRecord | None:
        """What is wrong with the next record; None when nothing is."""
        position = row[_POSITION]
        if type(position) is not int:
            return BadRecord(position=self.head.records + 1, finding=Finding.CHANGED)
        if position > self.head.records + 1:
            return BadRecord(position=self.head.records + 1, finding=Finding.MISSING)
        finding = self._finding(position, row)
        if finding is Finding.CHANGED and (since := self._put_in(position, row)):
            return BadRecord(position=since, finding=Finding.UNLINKED)
        if finding is not None:
            return BadRecord(position=position, finding=finding, request_id=str(row[_REQUEST]))
        self.head = AuditHead.model_construct(records=position, hash=row[_HASH])
        self._recent.append(row[_HASH])
        return None

    def report(self, bad: BadRecord | None) -> AuditReport:
        return AuditReport(
            intact=bad is None,
            records=self.head.records,
            head=self.head,
            checkpoints=self._checkpoints,
            first_bad=bad,
        )

    def _finding(self, position: int, row: Columns) -> Finding | None:
        if hash_of(row[:_HASH]) != row[_HASH]:
            return Finding.CHANGED
        forked = self._kept is not None and position == self._kept.records and row[_HASH] != self._kept.hash
        if position != self.head.records + 1 or row[_PREVIOUS] != self.head.hash or forked:
            return Finding.UNLINKED
        if self._key is None:
            return None
        if row[_KIND] == CHECKPOINT:
            if not self._signed(self._key, row[_PAYLOAD]):
                return Finding.UNSIGNED
            self._checkpoints += 1
            self._signed_at = position
        return Finding.UNSIGNED if position - self._signed_at > CHECKPOINT_DUE else None

    def _put_in(self, position: int, row: Columns) -> int:
        """Where a record was put in, if this one is whole at an earlier place that another one has; else 0.

        Whoever puts in a record that follows the one before can make it right in itself; those after it are moved on,
        and are what they say they are only where they were.
        """
        for moved in range(1, len(self._recent)):
            there, before = self._recent[-moved], self._recent[-moved - 1]
            if row[_PREVIOUS] == before and row[_HASH] != there:
                if hash_of((position - moved, *row[1:_HASH])) == row[_HASH]:
                    return position - moved
                return 0
        return 0

    def _signed(self, key: PublicKey, payload: str) -> bool:
        try:
            head = SignedHead.model_validate(json.loads(payload))
        except (ValueError, ValidationError):
            return False
        return (head.records, head.hash) == (self.head.records, self.head.hash) and key.signed(head)


@contextmanager
def _rows(connection: Connection) -> Iterator[Iterator[Columns]]:
    """The records in order, straight from the driver: each column with the type that it has."""
    driver: Any = connection.connection.driver_connection
    with ExitStack() as open_ones:
        if connection.dialect.name == "postgresql":
            # A named cursor is the server's own and lives in a transaction: the client holds a page, not the whole log.
            open_ones.enter_context(driver.transaction())
            cursor = driver.cursor(name="audit_verify")
            cursor.itersize = _PAGE
        else:
            cursor = driver.cursor()
        open_ones.callback(cursor.close)
        cursor.execute(_SELECT)
        yield iter(cursor)


def _damage(connection: Connection) -> tuple[type[BaseException], ...]:
    """What the driver raises for a row that it cannot read. A server that went away is no damage."""
    if connection.dialect.name == "sqlite":
        import sqlite3

        return (sqlite3.DatabaseError, UnicodeDecodeError)
    return (UnicodeDecodeError,)
