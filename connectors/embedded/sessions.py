"""What shoppers are doing right now, over the embedded database."""

from __future__ import annotations

from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import Connection, bindparam, select

from shopgraph.connectors.embedded.database import Database
from shopgraph.connectors.embedded.idempotency import once
from shopgraph.connectors.embedded.mapping import changed, to_micros
from shopgraph.connectors.embedded.rows import equal, every, existing, replace
from shopgraph.connectors.embedded.schema import CARTS, SESSION_EVENTS, code_key
from shopgraph.domain import Cart, SessionEvent
from shopgraph.errors import Conflict

_CART = TypeAdapter(Cart)
_EVENT = SESSION_EVENTS.table.c
_SINCE = (
    select(SESSION_EVENTS.table)
    .where(_EVENT.customer_id == bindparam("customer"), _EVENT.at >= bindparam("since"))
    .order_by(_EVENT.at.desc(), *SESSION_EVENTS.key)
    .limit(bindparam("limit"))
)


class EmbeddedSessions:
    """`SessionsPort` over the embedded database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def recent(self, customer_id: str, *, since: datetime, limit: int = 20) -> tuple[SessionEvent, ...]:
        """Events at or after `since`, newest first."""
        asked = {"customer": customer_id, "since": to_micros(since), "limit": limit}
        return await self._database.look(lambda db: every(db, SESSION_EVENTS, _SINCE, **asked))

    async def cart(self, customer_id: str) -> Cart | None:
        """The open cart; the one touched last where there are several."""
        found = await self._database.look(
            lambda db: equal(db, CARTS, customer_id=customer_id, completed_at=None, order_by=("-updated_at",), limit=1)
        )
        return found[0] if found else None

    async def add_code(self, *, cart_id: str, code: str, at: datetime, idempotency_key: str) -> Cart:
        """Put a discount code on an open cart, once. Judges nothing."""

        def act(db: Connection) -> Cart:
            cart = _open_cart(db, cart_id)
            if code_key(code) in map(code_key, cart.codes):
                return cart
            return replace(db, CARTS, changed(cart, codes=(*cart.codes, code), updated_at=at))

        body = {"cart": cart_id, "code": code}
        return await once(self._database, "sessions.add_code", idempotency_key, body, _CART, act)

    async def close_cart(self, *, cart_id: str, at: datetime, idempotency_key: str) -> Cart:
        """The cart becomes an order, once."""

        def act(db: Connection) -> Cart:
            return replace(db, CARTS, changed(_open_cart(db, cart_id), updated_at=at, completed_at=at))

        return await once(self._database, "sessions.close_cart", idempotency_key, {"cart": cart_id}, _CART, act)

    async def reopen_cart(self, *, cart_id: str, at: datetime, idempotency_key: str) -> Cart:
        """The order came to nothing, and the cart is the customer's again."""

        def act(db: Connection) -> Cart:
            cart = existing(db, CARTS, cart_id)
            return replace(db, CARTS, changed(cart, updated_at=at, completed_at=None)) if cart.completed_at else cart

        return await once(self._database, "sessions.reopen_cart", idempotency_key, {"cart": cart_id}, _CART, act)


def _open_cart(db: Connection, cart_id: str) -> Cart:
    cart = existing(db, CARTS, cart_id)
    if cart.completed_at is not None:
        raise Conflict(f"Cart {cart_id} became an order at {cart.completed_at.isoformat()}.", cart_id=cart_id)
    return cart
