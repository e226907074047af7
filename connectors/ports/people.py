"""Who the customers are."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, runtime_checkable

from shopgraph.domain import Address, Customer, CustomerNote


@runtime_checkable
class CrmPort(Protocol):
    """Who the customers are."""

    async def customer(self, customer_id: str) -> Customer | None: ...
    async def find_by_email(self, email: str) -> Customer | None:
        """Case-insensitive, exact otherwise."""
        ...

    async def find_by_name_and_postal_code(
        self, given_name: str, family_name: str, postal_code: str
    ) -> Customer | None:
        """Names case-insensitive, postal code of the profile's address exact."""
        ...

    async def notes(self, customer_id: str, *, limit: int = 10) -> tuple[CustomerNote, ...]:
        """Newest first."""
        ...

    async def change_address(self, *, customer_id: str, address: Address, idempotency_key: str) -> Customer: ...
    async def add_note(
        self,
        *,
        customer_id: str,
        author: str,
        body: str,
        order_id: str | None,
        at: datetime,
        idempotency_key: str,
    ) -> CustomerNote: ...
