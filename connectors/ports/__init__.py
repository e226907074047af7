"""The systems outside, as async protocols: what the rest of shopgraph may ask of them.

An adapter implements the ports that its system serves; `Connectors` bundles one of each. The conformance kit
(`shopgraph.connectors.conformance`) is the second half of this contract: an adapter author runs it with one line.

Rules that hold for every port:

- A look-up of one record returns None when there is none; a list may be empty. Reads never raise NotFound.
- Every mutating call takes an `idempotency_key` made from the business (`refund:{order}:{sequence}`). The same key
  with the same arguments returns the first result and changes nothing; with other arguments it raises
  `IdempotencyConflict`. The instant of asking (`at`) is no part of the comparison: a retry comes later. A refused call
  leaves its key free.
- A call that the records do not allow raises a `Conflict` (`IllegalTransition`, `OutOfStock`) and changes nothing; a
  record that is not there raises `NotFound` on a mutating call.
- A fault of the outside system is a `ConnectorFault`.
- Prices and balances are `Money`, times are aware UTC and come from the caller (`at`), never from the wall clock.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Protocol, cast

from shopgraph.connectors.ports.goods import CatalogPort, InventoryPort, SearchHit, SearchPort
from shopgraph.connectors.ports.keeping import RecordsPort, RunsPort
from shopgraph.connectors.ports.money import LedgerPort, PaymentHistory, PaymentsPort
from shopgraph.connectors.ports.people import CrmPort
from shopgraph.connectors.ports.sales import MarketingPort, OrdersPort, SessionsPort, WarehousePort

__all__ = [
    "CatalogPort",
    "Connectors",
    "CrmPort",
    "InventoryPort",
    "LedgerPort",
    "MarketingPort",
    "OrdersPort",
    "PaymentHistory",
    "PaymentsPort",
    "RecordsPort",
    "RunsPort",
    "SearchHit",
    "SearchPort",
    "SessionsPort",
    "SharesReads",
    "UnitOfWork",
    "WarehousePort",
]


@dataclass(frozen=True, kw_only=True)
class Connectors:
    """One of each port. `transaction()` is honest about its reach: it spans what shares one database, no more."""

    catalog: CatalogPort
    inventory: InventoryPort
    orders: OrdersPort
    warehouse: WarehousePort
    crm: CrmPort
    payments: PaymentsPort
    marketing: MarketingPort
    sessions: SessionsPort
    records: RecordsPort
    runs: RunsPort
    ledger: LedgerPort
    search: SearchPort
    unit_of_work: UnitOfWork
    outside: frozenset[str] = frozenset()
    """Names of the ports whose changes `transaction()` does not reach: systems of their own."""

    def transaction(self) -> AbstractAsyncContextManager[None]:
        """All calls inside commit together or not at all, as far as the adapters share a database."""
        return self.unit_of_work.transaction()

    def moment(self) -> AbstractContextManager[None]:
        """For a few milliseconds of work: what is read twice inside may be read once, unless it is changed inside.

        So an adapter may that shares its reads (`SharesReads`); of another every read is made.
        """
        if hasattr(self.unit_of_work, "moment"):
            return cast(SharesReads, self.unit_of_work).moment()
        return nullcontext()


class SharesReads(Protocol):
    """What a `UnitOfWork` may offer beside its own."""

    def moment(self) -> AbstractContextManager[None]:
        """As `Connectors.moment`."""
        ...


class UnitOfWork(Protocol):
    """Whoever can commit several ports' changes together."""

    def transaction(self) -> AbstractAsyncContextManager[None]:
        """Commits on a clean exit, rolls back on an exception. Not nested: an inner one joins the outer."""
        ...
