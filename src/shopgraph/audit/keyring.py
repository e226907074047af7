"""One key per customer and month, wrapped by the master key and kept apart from the log.

Destroying a customer's keys makes all that is sealed under them unreadable for good, in every copy of the log;
destroying the keys of a month ends the keeping of that month. The records stay, and their chain still verifies.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
import time
import zlib
from collections.abc import Iterable, Sequence, Set
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Column, Connection, LargeBinary, MetaData, String, Table, bindparam, delete, insert, select

from shopgraph.audit.schema import hold_chain, on_driver
from shopgraph.audit.secrets import Secrets
from shopgraph.connectors.embedded.database import Database
from shopgraph.connectors.embedded.rows import claim
from shopgraph.connectors.embedded.statements import rows
from shopgraph.errors import ConfigurationError, Erased, InvalidInput

_KEYS = Table(
    "audit_keys",
    MetaData(),
    Column("key_id", String(64), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)
_OF_IDS = select(_KEYS.c.key_id, _KEYS.c.wrapped).where(_KEYS.c.key_id.in_(bindparam("ids", expanding=True)))
_MASTER_ID = "master"
"""The row that tells whether the master key is the one that this ring was begun with."""
_NONCE = 12
_PAGE = 500
_TRUST_SECONDS = 60.0
"""How long a key is used without a look at the ring: a destroyed one is gone from other processes after that."""
_CACHED = 20_000


class Keyring:
    """Seals and opens. Used by several threads."""

    def __init__(self, url: str, secrets: Secrets) -> None:
        """Open or begin the ring in a database of its own.

        Raises:
            ConfigurationError: it was begun with another master key.
        """
        self._secrets = secrets
        self._database = Database(url)
        self._lock = threading.Lock()
        """Of what is known; held for no look at the database."""
        self._making = threading.Lock()
        self._known: dict[str, AESGCM] = {}
        self._known_until = time.monotonic() + _TRUST_SECONDS
        try:
            on_driver(self._database, "PRAGMA journal_mode=WAL")
            self._database.write_now(self._begin)
        except BaseException:
            self._database.close()
            raise

    def prepare(self, needed: Iterable[tuple[str, datetime]]) -> None:
        """Have the keys of these pseudonyms at those times: on disk, in one transaction, before they are used."""
        asked = {key_id_of(*each) for each in needed}
        if not self._missing(asked):
            return
        with self._making:
            missing = self._missing(asked)
            if not missing:  # somebody else has made them meanwhile
                return
            found = self._database.read_now(lambda connection: _found(connection, missing))
            absent = [key_id for key_id in missing if key_id not in found]
            if absent:
                found |= self._database.put_now(lambda connection: self._made(connection, absent))
            unwrapped = {key_id: self._unwrapped(key_id, wrapped) for key_id, wrapped in found.items()}
            with self._lock:
                self._known |= unwrapped

    def knows(self, subject: str, at: datetime) -> bool:
        """Whether the key of a pseudonym at that time is at hand."""
        return not self._missing({key_id_of(subject, at)})

    def _missing(self, key_ids: Set[str]) -> list[str]:
        with self._lock:
            if time.monotonic() > self._known_until or len(self._known) > _CACHED:
                self._known = {}
                self._known_until = time.monotonic() + _TRUST_SECONDS
            return sorted(key_ids - self._known.keys())

    def seal(self, subject: str, at: datetime, bound_to: str, content: bytes) -> tuple[str, bytes]:
        """The key's id, and the content compressed and encrypted for the pseudonym; `prepare` comes before.

        `bound_to` is authenticated with it: what is sealed for one request opens for no other.
        """
        key_id = key_id_of(subject, at)
        nonce = os.urandom(_NONCE)
        while (key := self._known.get(key_id)) is None:  # let go of since it was prepared
            self.prepare([(subject, at)])
        return key_id, nonce + key.encrypt(nonce, zlib.compress(content, 1), bound_to.encode())

    def open(self, key_id: str, bound_to: str, sealed: bytes) -> bytes:
        """The content that was sealed.

        Raises:
            Erased: the key was destroyed.
            InvalidInput: it is not what was sealed for this request.
        """
        found = self._database.read_now(lambda connection: _found(connection, [key_id]))
        if key_id not in found:
            raise Erased(f"The key {key_id} was destroyed: what it sealed cannot be read any more.", key=key_id)
        try:
            content = self._unwrapped(key_id, found[key_id]).decrypt(
                sealed[:_NONCE], sealed[_NONCE:], bound_to.encode()
            )
        except InvalidTag:
            raise InvalidInput(f"What {key_id} sealed for {bound_to} was changed.", key=key_id) from None
        return zlib.decompress(content)

    def destroy(self, subject: str = "", *, before_month: str = "") -> int:
        """Destroy a pseudonym's keys, or everybody's of the months before one (`2026-06`); how many there were.

        Raises:
            InvalidInput: neither is said, or the month is none.
        """
        if bool(subject) == bool(before_month):
            raise InvalidInput("Say whose keys, or of which time.", remedy="One of the two.")
        if before_month and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", before_month):
            raise InvalidInput(f"{before_month!r} is no month.", remedy="Write it like 2026-06.")
        with self._making:
            with self._lock:
                self._known = {}
            count = self._database.write_now(lambda connection: _destroyed(connection, subject, before_month))
        # What was deleted stands in the write-ahead file until that is emptied.
        on_driver(self._database, "PRAGMA wal_checkpoint(TRUNCATE)")
        return count

    def close(self) -> None:
        """Close the connections."""
        self._database.close()

    def _begin(self, connection: Connection) -> None:
        hold_chain(connection)  # of workers that start at once, one makes the table
        _KEYS.metadata.create_all(connection, checkfirst=True)
        mark = hashlib.sha256(b"shopgraph keyring\n" + self._secrets.master).digest()
        known = connection.execute(select(_KEYS.c.wrapped).where(_KEYS.c.key_id == _MASTER_ID)).scalar()
        if known is None:
            connection.execute(insert(_KEYS).values(key_id=_MASTER_ID, wrapped=mark))
        elif bytes(known) != mark:
            raise ConfigurationError(
                f"The customers' keys in {self._database.name} were wrapped by another master key.",
                remedy=f"Bring that one to {self._secrets.folder}, or name its folder in `audit_keys`.",
            )

    def _made(self, connection: Connection, key_ids: Sequence[str]) -> dict[str, bytes]:
        """New keys; where another process was first, its keys.

        `key_ids` come in one order for everybody: of two processes that make the same ones, one waits for the other.
        """
        new = {key_id: self._wrapped(key_id) for key_id in key_ids}
        taken = [
            key_id
            for key_id, wrapped in new.items()
            if not claim(connection, _KEYS, {"key_id": key_id, "wrapped": wrapped})
        ]
        return new | _found(connection, taken)

    def _wrapped(self, key_id: str) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(self._secrets.master).encrypt(nonce, os.urandom(32), key_id.encode())

    def _unwrapped(self, key_id: str, wrapped: bytes) -> AESGCM:
        try:
            key = AESGCM(self._secrets.master).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], key_id.encode())
        except InvalidTag:
            raise ConfigurationError(f"The key {key_id} in {self._database.name} was changed.") from None
        return AESGCM(key)


def key_id_of(subject: str, at: datetime) -> str:
    """The key of a pseudonym in the month of that instant."""
    return f"{subject}/{at:%Y-%m}"


def _found(connection: Connection, key_ids: Sequence[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for start in range(0, len(key_ids), _PAGE):
        asked = {"ids": list(key_ids[start : start + _PAGE])}
        found |= {key_id: bytes(wrapped) for key_id, wrapped in rows(connection, _OF_IDS, asked)}
    return found


def _destroyed(connection: Connection, subject: str, before_month: str) -> int:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")  # overwritten, not only forgotten
    there = connection.execute(select(_KEYS.c.key_id).where(_KEYS.c.key_id.like("sub%/%"))).scalars()
    gone = [
        key_id
        for key_id in there
        if (subject and key_id.startswith(f"{subject}/")) or (before_month and key_id.rpartition("/")[2] < before_month)
    ]
    for start in range(0, len(gone), _PAGE):
        connection.execute(delete(_KEYS).where(_KEYS.c.key_id.in_(gone[start : start + _PAGE])))
    return len(gone)
