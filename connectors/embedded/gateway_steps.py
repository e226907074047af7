"""The way of a call through a payment gateway: begun in the records, asked outside of them, kept in the records.

A call that is cut off anywhere stays open under its key. Asked again under the same key it goes on where it was: the
gateway is told to look for the trace of the earlier call first.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Connection

from shopgraph.connectors.acting import caused_by
from shopgraph.connectors.embedded import gateway_calls as calls
from shopgraph.connectors.embedded.database import Database
from shopgraph.connectors.embedded.idempotency import answer_again, answer_to, free, once
from shopgraph.connectors.gateway import Asking, GatewayCall, PaymentGateway
from shopgraph.errors import ConfigurationError, Conflict, ConnectorTimeout, UserError

V = TypeVar("V")
S = TypeVar("S")


Asks = Callable[[str], None]
"""Called with the id of the payment or refund of ours that a gateway is to be asked about."""


@dataclass(frozen=True, kw_only=True)
class GatewayStep(Generic[V, S]):
    """One mutating call of the port: its key and its stages. `V` is ours, `S` what the gateway says."""

    operation: str
    key: str
    body: Mapping[str, object]
    answer: TypeAdapter[V]
    at: datetime
    begin: Callable[[Connection, Asks], V]
    """Checks and writes; says when the gateway is to be asked."""
    ask: Callable[[PaymentGateway, V, Asking], Awaitable[S]]
    keep: Callable[[Connection, V, S], V]
    undo: Callable[[Connection, V], None]
    """Takes back what `begin` wrote, when the gateway refused."""


async def take(database: Database, gateway: PaymentGateway | None, step: GatewayStep[V, S]) -> V:
    """Take a step, or give the answer that it got before.

    Raises:
        ConfigurationError: the gateway is to be asked inside a transaction, which could not take it back.
    """
    begun_now = False
    inside = database.in_transaction
    name = gateway.name if gateway else ""

    def begin(db: Connection) -> V:
        def asks(subject_id: str) -> None:
            nonlocal begun_now
            if inside:
                raise ConfigurationError(
                    f"{name} was to be asked inside a transaction of the records.",
                    remedy="Ask before or after it: a gateway takes nothing back when a transaction does.",
                )
            begun_now = True
            calls.begin(
                db,
                GatewayCall(
                    key=step.key, gateway=name, operation=step.operation, subject_id=subject_id, begun_at=step.at
                ),
            )

        return step.begin(db, asks)

    begun = await once(database, step.operation, step.key, step.body, step.answer, begin)
    if gateway is None:
        return begun
    call, stored = await database.read(lambda db: (calls.open_call(db, step.key), answer_to(db, step.key, step.answer)))
    if stored is None:
        raise Conflict(f"The call under {step.key!r} was refused a moment ago.", remedy="Ask again.")
    if call is None:
        return stored
    try:
        seen = await step.ask(gateway, begun, Asking(key=f"{step.key}/{call.attempt}", again=not begun_now))
    except (Conflict, UserError) as refusal:
        if isinstance(refusal, ConfigurationError):
            raise  # A wrong key today says nothing of what an earlier call did.
        await database.write(lambda db: _refused(db, call, step, begun))
        raise
    return await database.write(lambda db: _kept(db, call, step, begun, seen))


def _kept(db: Connection, call: GatewayCall, step: GatewayStep[V, S], begun: V, seen: S) -> V:
    if calls.still_open(db, call):
        calls.end(db, call)
        with caused_by(step.key):
            return answer_again(db, step.key, step.answer, step.keep(db, begun, seen))
    stored = answer_to(db, step.key, step.answer)
    if stored is None:
        raise ConnectorTimeout(f"{call.gateway} answered one caller of {call.key!r} with yes and another with no.")
    return stored


def _refused(db: Connection, call: GatewayCall, step: GatewayStep[V, S], begun: V) -> None:
    if calls.still_open(db, call):
        calls.end_refused(db, call)
        with caused_by(step.key):
            step.undo(db, begun)
        free(db, step.key)
