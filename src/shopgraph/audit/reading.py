"""Reading what stands in clear of a time: for reports, quality and drift, which read very many records."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection, Select, and_, select

from shopgraph.audit.records import STEP_COLUMNS, AuditStep
from shopgraph.audit.schema import TABLE
from shopgraph.connectors.embedded.database import Database

_PAGE = 2_000


def steps_between(
    database: Database, since: datetime, until: datetime, nodes: Collection[str], after: int = 0
) -> Iterator[AuditStep]:
    """The records from `since` until before `until`, behind a position, oldest first; with `nodes` only theirs."""
    # Compared as text, in an order that no locale changes. A second more on either side: whole seconds have no digits
    # after the point.
    at = TABLE.c.at if database.is_sqlite else TABLE.c.at.collate("C")
    second = timedelta(seconds=1)
    span = at.between((since - second).astimezone(UTC).isoformat(), (until + second).astimezone(UTC).isoformat())
    wanted = and_(span, TABLE.c.node.in_([*nodes])) if nodes else span
    columns = [TABLE.c[name] for name in STEP_COLUMNS]
    last = after
    while rows := database.read_now(_page(select(*columns).where(wanted, TABLE.c.position > last))):
        for position, request_id, conversation_id, node, layer, kind, text, subject, payload in rows:
            if since <= (found := datetime.fromisoformat(text)) < until:
                yield AuditStep(
                    position=position,
                    request_id=request_id,
                    conversation_id=conversation_id,
                    node=node,
                    layer=layer,
                    kind=kind,
                    at=found,
                    subject=subject,
                    payload=_read(payload),
                )
        last = rows[-1][0]


def _read(payload: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = from_json(payload)  # twice as fast
    except ValueError:
        found = json.loads(payload)  # knows half of a surrogate pair, which the log may hold
    return found


def _page(asked: Select[Any]) -> Callable[[Connection], Sequence[Any]]:
    ordered = asked.order_by(TABLE.c.position).limit(_PAGE)
    return lambda connection: connection.execute(ordered).all()
