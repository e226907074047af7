"""Steps that move money, each with the key that makes it happen once."""

from __future__ import annotations

from collections.abc import Sequence

from shopgraph.domain import (
    Money,
    PaymentIntent,
    PaymentMethod,
    Refund,
    RefundReason,
    RefundShare,
    Value,
)
from shopgraph.domain.shares import over_parts
from shopgraph.tools.amounts import PaymentPart, destination
from shopgraph.tools.durable.steps import Step, Work

PAYMENTS = frozenset({"payments"})


class PlannedRefund(Value):
    """A refund as it was worked out and judged; its place in the order's payment history is its key."""

    order_id: str
    sequence: int
    payment_intent_id: str | None
    payment_method_id: str
    """Where the money goes."""
    amount: Money
    reason: RefundReason
    shares: tuple[RefundShare, ...] = ()
    """On which lines it falls; empty: on all that is left of the order's money, in proportion."""

    @property
    def step(self) -> str:
        """The name of the step that makes it."""
        return f"refund-{self.sequence}"


class PlannedCharge(Value):
    """A payment as it was worked out and judged."""

    order_id: str
    sequence: int
    payment_method_id: str
    amount: Money

    @property
    def step(self) -> str:
        """The name of the step that makes it."""
        return f"charge-{self.sequence}"


def plan_refunds(
    order_id: str,
    parts: Sequence[PaymentPart],
    *,
    first: int,
    reason: RefundReason,
    to: PaymentMethod | None = None,
    shares: Sequence[RefundShare] = (),
) -> tuple[PlannedRefund, ...]:
    """Each part of a payment back to its own method, or all of them `to` a gift card; `first` is the place.

    No card takes back what was paid by another way, so a card that is named takes what was paid with it and no more.
    """
    fall = over_parts(shares, [part.amount for part in parts]) if shares else [()] * len(parts)
    return tuple(
        PlannedRefund(
            order_id=order_id,
            sequence=sequence,
            payment_intent_id=part.payment_intent_id,
            payment_method_id=destination(part, to),
            amount=part.amount,
            reason=reason,
            shares=on,
        )
        for sequence, (part, on) in enumerate(zip(parts, fall, strict=True), first)
    )


def refund_steps(planned: Sequence[PlannedRefund]) -> list[Step]:
    """Give the money back. It is not taken back again: after the first refund an action goes forward only."""
    return [_refund_step(each) for each in planned]


def _refund_step(planned: PlannedRefund) -> Step:
    async def do(work: Work) -> Refund:
        services = work.context.services
        return await services.connectors.payments.refund(
            order_id=planned.order_id,
            payment_intent_id=planned.payment_intent_id,
            payment_method_id=planned.payment_method_id,
            amount=planned.amount,
            reason=planned.reason,
            shares=planned.shares,
            at=services.clock.now(),
            idempotency_key=f"refund:{planned.order_id}:{planned.sequence}",
        )

    return Step(name=planned.step, ports=PAYMENTS, do=do)


def charge_step(planned: PlannedCharge) -> Step:
    """Take money at once; undone by a refund of it, which takes the next place in the payment history."""

    async def do(work: Work) -> PaymentIntent:
        services = work.context.services
        return await services.connectors.payments.charge(
            order_id=planned.order_id,
            payment_method_id=planned.payment_method_id,
            amount=planned.amount,
            at=services.clock.now(),
            idempotency_key=f"charge:{planned.order_id}:{planned.sequence}",
        )

    async def undo(work: Work) -> None:
        intent = work.result(planned.step, PaymentIntent)
        services = work.context.services
        await services.connectors.payments.refund(
            order_id=planned.order_id,
            payment_intent_id=intent.id,
            payment_method_id=intent.payment_method_id,
            amount=intent.captured,
            reason=RefundReason.DUPLICATE,
            at=services.clock.now(),
            idempotency_key=f"charge:{planned.order_id}:{planned.sequence}:undo",
        )

    return Step(name=planned.step, ports=PAYMENTS, do=do, undo=undo)


def refunds_of(work: Work, planned: Sequence[PlannedRefund]) -> tuple[Refund, ...]:
    """The refunds that were made."""
    return tuple(work.result(each.step, Refund) for each in planned)
