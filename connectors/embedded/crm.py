"""Who the customers are, from the embedded database."""

from __future__ import annotations

from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import Connection

from shopgraph.connectors.embedded.database import Database
from shopgraph.connectors.embedded.idempotency import once
from shopgraph.connectors.embedded.mapping import changed
from shopgraph.connectors.embedded.rows import add, equal, existing, get, new_id, replace, require
from shopgraph.connectors.embedded.schema import CUSTOMERS, NOTES, ORDERS, email_key, name_key
from shopgraph.domain import Address, Customer, CustomerNote
from shopgraph.errors import NotFound

_CUSTOMER = TypeAdapter(Customer)
_NOTE = TypeAdapter(CustomerNote)


class EmbeddedCrm:
    """`CrmPort` over the embedded database. A look-up that fits two customers finds nobody."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def customer(self, customer_id: str) -> Customer | None:
        """The customer of that id."""
        return await self._database.look(lambda db: get(db, CUSTOMERS, customer_id))

    async def find_by_email(self, email: str) -> Customer | None:
        """Case-insensitive, exact otherwise."""
        key = email_key(email)
        found = await self._database.look(lambda db: equal(db, CUSTOMERS, email_key=key))
        return found[0] if len(found) == 1 else None

    async def find_by_name_and_postal_code(
        self, given_name: str, family_name: str, postal_code: str
    ) -> Customer | None:
        """Names case-insensitive, postal code of the profile's address exact."""
        key = name_key(given_name, family_name)
        namesakes = await self._database.look(lambda db: equal(db, CUSTOMERS, name_key=key))
        found = [customer for customer in namesakes if customer.address.postal_code == postal_code]
        return found[0] if len(found) == 1 else None

    async def notes(self, customer_id: str, *, limit: int = 10) -> tuple[CustomerNote, ...]:
        """Newest first."""
        return await self._database.look(
            lambda db: equal(db, NOTES, customer_id=customer_id, order_by=("-created_at",), limit=limit)
        )

    async def change_address(self, *, customer_id: str, address: Address, idempotency_key: str) -> Customer:
        """Replace the profile's address."""

        def act(db: Connection) -> Customer:
            return replace(db, CUSTOMERS, changed(existing(db, CUSTOMERS, customer_id), address=address))

        body = {"customer": customer_id, "address": address}
        return await once(self._database, "crm.change_address", idempotency_key, body, _CUSTOMER, act)

    async def add_note(
        self, *, customer_id: str, author: str, body: str, order_id: str | None, at: datetime, idempotency_key: str
    ) -> CustomerNote:
        """Write a note about a customer, or about one of the customer's orders."""

        def act(db: Connection) -> CustomerNote:
            require(db, CUSTOMERS, customer_id)
            if order_id is not None and ORDERS.cell(require(db, ORDERS, order_id), "customer_id") != customer_id:
                raise NotFound(f"Customer {customer_id} has no order {order_id}.", order_id=order_id)
            note = CustomerNote(
                id=new_id("note", idempotency_key),
                customer_id=customer_id,
                author=author,
                body=body,
                order_id=order_id,
                created_at=at,
            )
            return add(db, NOTES, note)

        call = {"customer": customer_id, "author": author, "body": body, "order": order_id}
        return await once(self._database, "crm.add_note", idempotency_key, call, _NOTE, act)
