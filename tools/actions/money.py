"""Steps that move money, each with the key that makes it happen once."""

from __future__ import annotations

from collections.abc import Sequence

from shopgraph.domain import Money, PaymentIntent, Refund, RefundReason, Value
from shopgraph.tools.amounts import PaymentPart
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
    payment_method_id: str | None = None,
) -> tuple[PlannedRefund, ...]:
    """Each part of a payment back to its own method, or all of them to the one that is named; `first` is the place."""
    return tuple(
        PlannedRefund(
            order_id=order_id,
            sequence=sequence,
            payment_intent_id=part.payment_intent_id,
            payment_method_id=payment_method_id or part.payment_method_id,
            amount=part.amount,
            reason=reason,
        )
        for sequence, part in enumerate(parts, first)
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
