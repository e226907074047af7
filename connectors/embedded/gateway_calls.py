"""Calls to a payment gateway that were begun, and which of its records is which of ours."""

from __future__ import annotations

from sqlalchemy import Connection, UniqueConstraint, select

from shopgraph.connectors.embedded.mapping import Mapped, changed
from shopgraph.connectors.embedded.rows import add, add_unless_there, equal, every, existing, get, one, replace
from shopgraph.connectors.embedded.schema import METADATA
from shopgraph.connectors.gateway import ExternalId, ExternalKind, GatewayCall
from shopgraph.errors import Conflict

GATEWAY_CALLS = Mapped(GatewayCall, "gateway_calls", METADATA, key=("key",), indexes=[("open", "begun_at")])
EXTERNAL_IDS = Mapped(
    ExternalId,
    "external_ids",
    METADATA,
    key=("system", "kind", "id"),
    constraints=[UniqueConstraint("system", "kind", "external_id")],
)


def begin(db: Connection, call: GatewayCall) -> GatewayCall:
    """Write down that the gateway will be asked, as the next attempt of its key."""
    earlier = get(db, GATEWAY_CALLS, call.key)
    if earlier is None:
        return add(db, GATEWAY_CALLS, call)
    return replace(db, GATEWAY_CALLS, changed(call, attempt=earlier.attempt))


def open_call(db: Connection, key: str) -> GatewayCall | None:
    """The call under that key, while it is open."""
    call = get(db, GATEWAY_CALLS, key)
    return call if call is not None and call.open else None


def still_open(db: Connection, call: GatewayCall) -> bool:
    """Whether nobody else has ended this attempt."""
    return existing(db, GATEWAY_CALLS, call.key) == call


def end(db: Connection, call: GatewayCall) -> None:
    """The gateway did it."""
    replace(db, GATEWAY_CALLS, changed(call, open=False))


def end_refused(db: Connection, call: GatewayCall) -> None:
    """The gateway refused: the next attempt is another one."""
    replace(db, GATEWAY_CALLS, changed(call, open=False, attempt=call.attempt + 1))


_OPEN = (
    select(GATEWAY_CALLS.table)
    .where(GATEWAY_CALLS.table.c.open.is_(True))
    .order_by(GATEWAY_CALLS.table.c.begun_at, *GATEWAY_CALLS.key)
)


def open_calls(db: Connection) -> tuple[GatewayCall, ...]:
    """Every open call, longest open first."""
    return every(db, GATEWAY_CALLS, _OPEN)


def bind(db: Connection, system: str, kind: ExternalKind, own: str, external: str) -> None:
    """Remember that a record of ours is that one of theirs.

    Raises:
        Conflict: one of the two is bound to another already.
    """
    value = ExternalId(system=system, kind=kind, id=own, external_id=external)
    if add_unless_there(db, EXTERNAL_IDS, value):
        return
    if external_id(db, system, kind, own) != external:
        raise Conflict(f"{kind} {own} or {system}'s {external} is bound to another record.", id=own, external=external)


def external_id(db: Connection, system: str, kind: ExternalKind, own: str) -> str | None:
    """Their id of a record of ours."""
    found = get(db, EXTERNAL_IDS, system, kind.value, own)
    return None if found is None else found.external_id


def own_id(db: Connection, system: str, kind: ExternalKind, external: str) -> str | None:
    """Our id of a record of theirs."""
    table = EXTERNAL_IDS.table
    found = one(db, EXTERNAL_IDS, table.c.system == system, table.c.kind == kind.value, table.c.external_id == external)
    return None if found is None else found.id


def own_ids(db: Connection, system: str, kind: ExternalKind) -> dict[str, str]:
    """Our ids by theirs, of every record of that kind."""
    found = equal(db, EXTERNAL_IDS, system=system, kind=kind.value)
    return {each.external_id: each.id for each in found}
