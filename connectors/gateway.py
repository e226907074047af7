"""What a payment gateway is to the shop's own payment records, which begin every call before the gateway is asked.

The records (`shopgraph.connectors.embedded.payments`) check, write down that a call was begun, ask the gateway, and
write down what it said. So a gateway is only a translator: it knows no order and keeps nothing. It is asked outside any
transaction, because none can take back what it did.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar, runtime_checkable

from shopgraph.domain import Instant, Money, PaymentIntent, PaymentIntentStatus, Quantity, Refund, RefundStatus, Value
from shopgraph.domain.transitions import PAYMENT, REFUND, StateMachine

S = TypeVar("S", bound=StrEnum)

UNDER_WAY = frozenset(
    {PaymentIntentStatus.PROCESSING, PaymentIntentStatus.REQUIRES_CAPTURE, PaymentIntentStatus.SUCCEEDED}
)
"""States in which a gateway has money of a payment, or is about to."""


class GatewayCall(Value):
    """A call to a gateway that was begun. While it is open nobody knows whether the gateway acted."""

    key: str
    """The idempotency key of the port's call."""
    gateway: str
    operation: str
    """`payments.charge` and the like."""
    subject_id: str
    """The payment or refund of ours that it is about."""
    attempt: Quantity = 0
    """How often the gateway refused this key before: a gateway that repeats a refusal is asked under a new key."""
    open: bool = True
    begun_at: Instant


class ExternalKind(StrEnum):
    """What has an id of its own in another system."""

    CUSTOMER = "customer"
    PAYMENT_METHOD = "payment_method"
    PAYMENT = "payment"
    REFUND = "refund"


class ExternalId(Value):
    """Which of another system's records is which of ours."""

    system: str
    kind: ExternalKind
    id: str
    external_id: str


class GatewayPayment(Value):
    """A payment as the gateway has it."""

    external_id: str
    id: str = ""
    """Ours, as it was told to the gateway; empty for a payment that was not made by a shop's records."""
    amount: Money
    captured: Money
    status: PaymentIntentStatus
    created_at: Instant


class GatewayRefund(Value):
    """A refund as the gateway has it."""

    external_id: str
    id: str = ""
    """Ours, as it was told to the gateway; empty for a refund that was not made by a shop's records."""
    payment_external_id: str
    amount: Money
    status: RefundStatus
    created_at: Instant


class GatewayMethod(Value):
    """A card that a customer has saved at the gateway."""

    external_id: str
    brand: str
    last_four: str


class GatewayNews(Value):
    """What a message of the gateway's was about, as it is now: the message itself may be late or out of order."""

    payments: tuple[GatewayPayment, ...] = ()
    refunds: tuple[GatewayRefund, ...] = ()


class NewsKept(Value):
    """Which of our records the news were about, and what was none of ours."""

    ours: tuple[str, ...]
    strangers: tuple[str, ...]
    """The gateway's ids: made by hand at the gateway, or by another shop on the same account."""


class NewsStore(Protocol):
    """Keeps a gateway's news, each message once."""

    async def news_kept(self, message_id: str) -> NewsKept | None:
        """What came of a message; None for one that was not kept yet."""
        ...

    async def keep_news(self, message_id: str, news: GatewayNews) -> NewsKept:
        """Keep what was seen, in one transaction with the message's id."""
        ...


class Asking(Value):
    """How a gateway is asked."""

    key: str
    """The idempotency key for this call, already told apart by attempt; a gateway makes its own form of it."""
    again: bool
    """Whether an earlier call may have acted unseen: look for its trace before acting, for keys expire."""


@runtime_checkable
class PaymentGateway(Protocol):
    """Moves money. What it refuses for certain is a `Conflict` or its like; a `ConnectorFault` leaves the call open."""

    @property
    def name(self) -> str:
        """Its name in records and messages: `stripe`."""
        ...

    async def pay(
        self, payment: PaymentIntent, *, customer: str, method: str, capture: bool, asking: Asking
    ) -> GatewayPayment:
        """Take the payment's amount, or hold it; customer and method are the gateway's ids.

        Raises:
            PaymentDeclined: the bank says no, or wants the customer there.
        """
        ...

    async def capture(self, external_id: str, amount: Money, *, asking: Asking) -> GatewayPayment:
        """Take what is held, once; the rest is let go."""
        ...

    async def void(self, external_id: str, *, asking: Asking) -> GatewayPayment:
        """Let go of what is held."""
        ...

    async def refund(self, refund: Refund, *, payment: str, asking: Asking) -> GatewayRefund:
        """Give money back to the method that paid; payment is the gateway's id.

        Raises:
            Conflict: more than is left of the payment.
        """
        ...

    async def payment(self, external_id: str) -> GatewayPayment | None:
        """The payment as it is now."""
        ...

    async def find_refund(self, external_id: str) -> GatewayRefund | None:
        """The refund as it is now."""
        ...

    async def methods(self, customer: str) -> tuple[GatewayMethod, ...]:
        """The cards that a customer has saved there."""
        ...

    def refunds_of(self, external_id: str) -> AsyncIterator[GatewayRefund]:
        """Every refund of a payment, newest first."""
        ...

    def payments_since(self, at: datetime) -> AsyncIterator[GatewayPayment]:
        """Every payment begun at that instant or later, newest first, whoever made it."""
        ...

    def refunds_since(self, at: datetime) -> AsyncIterator[GatewayRefund]:
        """Every refund begun at that instant or later, newest first, whoever made it."""
        ...


def later_payment(known: PaymentIntent, seen: GatewayPayment) -> PaymentIntent:
    """The payment after it was seen at the gateway: what was seen, unless we know of a later state already."""
    if not _leads(PAYMENT, known.status, seen.status):
        return known
    return known.model_copy(update={"status": seen.status, "captured": seen.captured})


def later_refund(known: Refund, seen: GatewayRefund) -> Refund:
    """The refund after it was seen at the gateway: what was seen, unless we know of a later state already."""
    if not _leads(REFUND, known.status, seen.status):
        return known
    return known.model_copy(update={"status": seen.status})


def _leads(machine: StateMachine[S], start: S, target: S) -> bool:
    """Whether legal moves lead from one state to another, or it is the same; messages in between may be lost."""
    reached = {start}
    while more := {state for known in reached for state in machine.next(known)} - reached:
        reached |= more
    return target in reached
