"""What stands in the audit log, and how each record is bound to the one before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import ConfigDict, JsonValue
from pydantic_core import PydanticSerializationError, to_json, to_jsonable_python

from shopgraph.domain import Instant, Value

GENESIS = "0" * 64
"""What stands in place of a previous hash before the first record."""
CHECKPOINT = "checkpoint"
"""The kind of a record that signs the chain up to the record before it."""
FORGOTTEN = "forgotten"
"""The kind of a record that says whose keys were destroyed, or who was forgotten: `subject` in its payload."""
COLUMNS = (
    "position",
    "request_id",
    "conversation_id",
    "node",
    "layer",
    "kind",
    "at",
    "subject",
    "payload",
    "key_id",
    "sealed",
    "previous",
)
"""What a record's hash covers, in this order; `hash` is the one column more."""
STEP_COLUMNS = COLUMNS[:9]
"""Those of an `AuditStep`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditEvent:
    """One step of a request, as it is handed in. A dataclass: some five hundred thousand are made in a day."""

    request_id: str
    conversation_id: str
    node: str
    layer: str
    kind: str
    at: datetime
    """Aware."""
    payload: Mapping[str, object] = field(default_factory=dict)
    """What stands in clear: JSON values and Pydantic values. Personal data is masked before."""
    subject: str = ""
    """Whose personal data `original` is: `customer:{id}` or `conversation:{id}`."""
    original: object = None
    """What is kept encrypted under the subject's key: JSON, or bytes that are JSON. None: nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditStep:
    """What stands in clear of a record, for whoever reads very many. A dataclass: a week of a shop has millions."""

    position: int
    request_id: str
    conversation_id: str
    node: str
    layer: str
    kind: str
    at: datetime
    subject: str
    payload: dict[str, Any]


class AuditRecord(Value):
    """One step as it stands in the log."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    position: int
    """From 1, without gaps."""
    request_id: str
    conversation_id: str
    node: str
    layer: str
    kind: str
    at: Instant
    subject: str
    """A pseudonym of whom it is about; empty for nobody in particular."""
    payload: dict[str, JsonValue]
    key_id: str
    """The key that opens `sealed`; empty when nothing is sealed."""
    sealed: bytes | None
    """The original, compressed and encrypted (AES-256-GCM)."""
    previous: str
    """The hash of the record before."""
    hash: str
    """SHA-256 over the previous hash and everything above."""


class AuditHead(Value):
    """Where a log ends. Kept elsewhere, it proves later that nothing was cut off."""

    records: int
    hash: str


class SignedHead(AuditHead):
    """A head with the shop's signature: Ed25519 over `signed_text`."""

    at: Instant
    key: str
    """Fingerprint of the public key: the first 16 hex digits of its SHA-256."""
    signature: str
    """64 bytes, as hex."""


BEGINNING = AuditHead(records=0, hash=GENESIS)


def signed_text(head: AuditHead, at: datetime) -> bytes:
    """What a signature covers."""
    return f"shopgraph audit head\n{head.records}\n{head.hash}\n{at.isoformat()}\n".encode()


class Finding(StrEnum):
    """What is wrong with a record."""

    CHANGED = "changed"
    """Its content does not give its hash."""
    MISSING = "missing"
    """There is no record at this position."""
    UNLINKED = "unlinked"
    """It does not follow the record before it: one was put in, taken out or moved here."""
    UNREADABLE = "unreadable"
    """The database cannot read it."""
    UNSIGNED = "unsigned"
    """A checkpoint is due here and there is none, or its signature is not the shop's."""


class BadRecord(Value):
    """The first record that is not as it was written."""

    position: int
    finding: Finding
    request_id: str = ""
    """Empty when the record is missing or cannot be read."""


class AuditReport(Value):
    """What `verify` found."""

    intact: bool
    records: int
    """How many were read: all of an intact log, else up to the first bad one."""
    head: AuditHead
    """The end of the part that is as it was written."""
    checkpoints: int = 0
    """Signatures that were checked and are the shop's."""
    first_bad: BadRecord | None = None


def hash_of(values: Sequence[Any]) -> str:
    """SHA-256 over a record's columns, each with its length before it; empty where a column is not of its type.

    The length makes one text of one record: no content can run over into the next column. One formatted string is
    several times faster than a loop, and this runs for every record.
    """
    try:
        position, request, conversation, node, layer, kind, at, subject, payload, key_id, sealed, previous = values
        text = (
            f"{position:d}:{len(request)}:{request:s}{len(conversation)}:{conversation:s}{len(node)}:{node:s}"
            f"{len(layer)}:{layer:s}{len(kind)}:{kind:s}{len(at)}:{at:s}{len(subject)}:{subject:s}"
            f"{len(payload)}:{payload:s}{len(key_id)}:{key_id:s}{len(previous)}:{previous:s}"
        )
        digest = hashlib.sha256(text.encode())
        digest.update(b"-" if sealed is None else b"+" + sealed)
    except (TypeError, ValueError):
        return ""
    return digest.hexdigest()


def json_of(value: object, *, lenient: bool = False) -> bytes:
    """A value as JSON; a number that JSON has no word for is null, and half of a surrogate pair is escaped.

    Args:
        lenient: what is no JSON at all stands as its `str`.

    Raises:
        PydanticSerializationError: the value is no JSON, and `lenient` is off.
    """
    try:
        return to_json(value, inf_nan_mode="null", fallback=str if lenient else None)
    except PydanticSerializationError:
        # Slower, and it knows how to write what UTF-8 cannot; raises again for what is no JSON.
        plain = to_jsonable_python(value, inf_nan_mode="null", fallback=str if lenient else None)
        return json.dumps(plain).encode()
