"""Payments and refunds, and the ledger of money and stock."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from shopgraph.domain import (
    Balance,
    Difference,
    Money,
    PaymentIntent,
    PaymentMethod,
    Refund,
    RefundReason,
    RefundShare,
    Transfer,
)


@dataclass(frozen=True, kw_only=True)
class PaymentHistory:
    """Payments and refunds of a shop over some time."""

    intents: tuple[PaymentIntent, ...]
    refunds: tuple[Refund, ...]


@runtime_checkable
class PaymentsPort(Protocol):
    """Payments and refunds, as the shop's records and the gateway behind them have them."""

    async def methods(self, customer_id: str) -> tuple[PaymentMethod, ...]: ...
    async def method(self, payment_method_id: str) -> PaymentMethod | None: ...
    async def intents(self, order_id: str) -> tuple[PaymentIntent, ...]:
        """By sequence."""
        ...

    async def intent(self, payment_intent_id: str) -> PaymentIntent | None: ...
    async def refunds(self, order_id: str) -> tuple[Refund, ...]:
        """By sequence."""
        ...

    async def find_refund(self, refund_id: str) -> Refund | None: ...
    async def history(self, *, since: datetime) -> PaymentHistory:
        """Every payment and refund begun at that instant or later, oldest first: what a reconciliation compares."""
        ...

    async def authorize(
        self, *, order_id: str, payment_method_id: str, amount: Money, at: datetime, idempotency_key: str
    ) -> PaymentIntent:
        """Hold money without taking it: `requires_capture`; a gift card's balance falls at once.

        Raises:
            Conflict: the gift card does not cover it.
            PaymentDeclined: the customer's bank says no.
        """
        ...

    async def capture(
        self, *, payment_intent_id: str, amount: Money | None = None, at: datetime, idempotency_key: str
    ) -> PaymentIntent:
        """Take what is held, or a part of it, once: what is left of it goes back to the customer.

        Raises:
            Conflict: it is more than is held.
            IllegalTransition: nothing is held.
        """
        ...

    async def void(self, *, payment_intent_id: str, at: datetime, idempotency_key: str) -> PaymentIntent:
        """Let go of what is held: `canceled`; a gift card's balance rises again.

        Raises:
            IllegalTransition: nothing is held.
        """
        ...

    async def charge(
        self, *, order_id: str, payment_method_id: str, amount: Money, at: datetime, idempotency_key: str
    ) -> PaymentIntent:
        """Take money at once (authorize and capture); a gift card's balance falls.

        Raises:
            Conflict: the gift card does not cover it.
            PaymentDeclined: the customer's bank says no.
        """
        ...

    async def credit_gift_card(
        self, *, customer_id: str, amount: Money, at: datetime, idempotency_key: str
    ) -> PaymentMethod:
        """Give money of the shop's own: onto the customer's gift card in that currency, or a new one.

        It is no refund: nothing of what was paid for an order goes back by it. Of several cards it is the first by id.
        """
        ...

    async def refund(
        self,
        *,
        order_id: str,
        payment_intent_id: str | None,
        payment_method_id: str,
        amount: Money,
        reason: RefundReason,
        shares: Sequence[RefundShare] = (),
        at: datetime,
        idempotency_key: str,
    ) -> Refund:
        """Give money back: `succeeded` at once on a gift card (its balance rises), else what the gateway says.

        Where no payment is named, an adapter that has to choose takes the latest one of that method that holds enough.
        `shares` say on which of the order's lines it falls and add up to the amount; without them it falls on all that
        is left, in proportion (`shopgraph.domain.shares`).

        Raises:
            Conflict: the refunds of the order, or of one of its lines, would exceed what was captured for it.
            InvalidInput: the shares do not add up to the amount.
        """
        ...


@runtime_checkable
class LedgerPort(Protocol):
    """Every movement of money and stock, written in the transaction of the change that it explains, never changed."""

    async def transfers(
        self,
        *,
        order_id: str | None = None,
        action_id: str | None = None,
        account: str | None = None,
        limit: int = 500,
    ) -> tuple[Transfer, ...]:
        """Oldest first; of an order, an action or an account."""
        ...

    async def balance(self, account: str, unit: str) -> int:
        """What is on an account: minor units of a currency, or units of a variant."""
        ...

    async def balances(self, accounts: Collection[str] | None = None) -> tuple[Balance, ...]:
        """What is on every account, or on these, by account and unit; without those on which nothing is."""
        ...

    async def differences(self) -> tuple[Difference, ...]:
        """Where the ledger's balances and the records of payments, cards and stock disagree: nowhere."""
        ...
