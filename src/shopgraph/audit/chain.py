"""Rows of the log that follow one another, each with the hash of the one before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from shopgraph.audit.records import BEGINNING, AuditHead, hash_of
from shopgraph.audit.schema import TABLE
from shopgraph.connectors.embedded.statements import rows
from shopgraph.errors import InvalidInput

_LAST = select(TABLE.c.position, TABLE.c.hash).order_by(TABLE.c.position.desc()).limit(1)


class Chain:
    """Rows that follow a head, one another's hash in each."""

    def __init__(self, head: AuditHead) -> None:
        self.position = head.records
        self._hash = head.hash
        self.rows: list[tuple[Any, ...]] = []

    @property
    def head(self) -> AuditHead:
        """Where it ends."""
        return AuditHead.model_construct(records=self.position, hash=self._hash)

    def add(self, columns: Sequence[Any]) -> None:
        """Add a record, given without its position and hashes."""
        self.position += 1
        values = (self.position, *columns, self._hash)
        self._hash = hash_of(values)
        if not self._hash:
            raise InvalidInput("A record holds what is no text.", remedy="Ids and names are texts of valid Unicode.")
        self.rows.append((*values, self._hash))


def begin_with(connection: Connection, records: list[list[Any]], statement: str) -> None:
    """Add records, given without their positions and hashes, by an insertion."""
    chain = Chain(head_of(connection))
    for columns in records:
        chain.add(columns)
    connection.exec_driver_sql(statement, chain.rows)


def head_of(connection: Connection) -> AuditHead:
    """Where the log ends; its beginning, when nothing was written yet."""
    last = rows(connection, _LAST, {})
    return AuditHead(records=last[0][0], hash=last[0][1]) if last else BEGINNING
