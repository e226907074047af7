"""Said once, for good: of several who say something about the same thing, on whichever worker, the first is heard."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from shopgraph.connectors.ports import RecordsPort
from shopgraph.domain import StoredRequest
from shopgraph.errors import IdempotencyConflict


@dataclass(frozen=True, kw_only=True)
class Claim:
    """How it ended."""

    new: bool
    """Nothing was said before."""
    same: bool
    """What was said stands: it is new, or the same was said before."""
    first: StoredRequest | None = None
    """What was said before; None when nothing was, or it can be read no more."""


async def claim(
    records: RecordsPort,
    key: str,
    tool: str,
    body: dict[str, JsonValue],
    *,
    at: datetime,
    agent: str | None = None,
    customer_id: str | None = None,
    conversation_id: str | None = None,
) -> Claim:
    """Keep `body` under a key, unless something is kept there. The same may be said again."""
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    request = StoredRequest(
        call_id=key,
        tool=tool,
        arguments_digest=digest,
        result=body,
        at=at,
        agent=agent,
        customer_id=customer_id,
        conversation_id=conversation_id,
    )
    try:
        await records.remember_request(request)
    except IdempotencyConflict:
        first = await records.request(key)
        return Claim(new=False, same=first is not None and first.arguments_digest == digest, first=first)
    return Claim(new=True, same=True)
