"""Once or not at all: the key of a mutating call is written in the same transaction as what the call does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python
from sqlalchemy import Connection, bindparam, delete, select, update

from shopgraph.connectors.acting import caused_by
from shopgraph.connectors.embedded.database import Database
from shopgraph.connectors.embedded.rows import claim
from shopgraph.connectors.embedded.schema import IDEMPOTENCY_KEYS
from shopgraph.connectors.embedded.statements import changes, rows
from shopgraph.errors import IdempotencyConflict, InvalidInput

T = TypeVar("T")

_KEY = IDEMPOTENCY_KEYS.c
_FIRST = select(_KEY.operation, _KEY.digest, _KEY.result).where(_KEY.key == bindparam("key_1"))
_ANSWERED = update(IDEMPOTENCY_KEYS).where(_KEY.key == bindparam("key_1")).values(result=bindparam("new_result"))


async def once(
    database: Database,
    operation: str,
    key: str,
    body: Mapping[str, Any],
    answer: TypeAdapter[T],
    act: Callable[[Connection], T],
) -> T:
    """Do `act` in one transaction, or give the answer that the same call got before.

    `body` is what makes two calls the same; the instant of asking is no part of it, for a retry comes later. A call
    that raises leaves no key behind.

    Raises:
        IdempotencyConflict: the key was used for another operation or body.
        InvalidInput: the key is empty.
    """
    if not key:
        raise InvalidInput(f"{operation} needs an idempotency key.", remedy="Make it from the business, not by chance.")

    def work(connection: Connection) -> T:
        return _once(connection, operation, key, _digest(body), answer, act)

    return await database.write(work)


def _once(
    connection: Connection,
    operation: str,
    key: str,
    digest: str,
    answer: TypeAdapter[T],
    act: Callable[[Connection], T],
) -> T:
    table = IDEMPOTENCY_KEYS
    first = None
    while first is None:  # The key may be freed between the claim and the look: its call was refused.
        if claim(connection, table, {"key": key, "operation": operation, "digest": digest}):
            with caused_by(key):
                return answer_again(connection, key, answer, act(connection))
        first = next(iter(rows(connection, _FIRST, {"key_1": key})), None)
    began, asked, result = first
    if (began, asked) != (operation, digest):
        raise IdempotencyConflict(
            f"The key {key!r} was used for another call ({began}).",
            remedy="The same key takes the same arguments.",
            key=key,
            first=began,
            now=operation,
        )
    return answer.validate_json(result)


def answer_to(connection: Connection, key: str, answer: TypeAdapter[T]) -> T | None:
    """What the call under that key was answered; None when the key is free."""
    first = next(iter(rows(connection, _FIRST, {"key_1": key})), None)
    return None if first is None or first[2] is None else answer.validate_json(first[2])


def answer_again(connection: Connection, key: str, answer: TypeAdapter[T], result: T) -> T:
    """Give the call under that key another answer from now on: it was begun before, and now it is done."""
    stored = answer.dump_json(result).decode()
    changes(connection, _ANSWERED, {"key_1": key, "new_result": stored})
    return result


def free(connection: Connection, key: str) -> None:
    """Forget the key: its call was begun and then refused."""
    connection.execute(delete(IDEMPOTENCY_KEYS).where(IDEMPOTENCY_KEYS.c.key == key))


def _digest(body: Mapping[str, Any]) -> str:
    canonical = json.dumps(to_jsonable_python(body), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
