"""What the actions share: giving money back, and writing down what was done."""

from __future__ import annotations

from collections.abc import Sequence

from shopgraph.domain import ActionRecord, ActionStatus, Order, Refund, RefundReason
from shopgraph.tools.amounts import PaymentPart, next_sequence
from shopgraph.tools.spec import ToolContext


async def give_back(
    context: ToolContext,
    order: Order,
    parts: Sequence[PaymentPart],
    *,
    reason: RefundReason,
    payment_method_id: str | None = None,
) -> tuple[Refund, ...]:
    """Refund each part of a payment to its own method, or all of them to the one that is named."""
    payments = context.services.connectors.payments
    first = await next_place(context, order.id)
    return tuple(
        [
            await payments.refund(
                order_id=order.id,
                payment_intent_id=part.payment_intent_id,
                payment_method_id=payment_method_id or part.payment_method_id,
                amount=part.amount,
                reason=reason,
                at=context.services.clock.now(),
                idempotency_key=f"refund:{order.id}:{sequence}",
            )
            for sequence, part in enumerate(parts, first)
        ]
    )


async def next_place(context: ToolContext, order_id: str) -> int:
    """The place of the next payment or refund in the order's payment history: it makes the idempotency key."""
    payments = context.services.connectors.payments
    return next_sequence(await payments.intents(order_id), await payments.refunds(order_id))


async def book(
    context: ToolContext,
    tool: str,
    *,
    summary: str,
    customer_id: str | None,
    order_id: str | None = None,
    note: str = "",
) -> None:
    """Record an action, and tell the CRM with `note` (the shop's own words, none that a customer typed)."""
    connectors, now = context.services.connectors, context.services.clock.now()
    principal = context.principal
    await connectors.records.add_action(
        ActionRecord(
            id=f"action:{context.call_id}",
            type=tool,
            order_id=order_id,
            customer_id=customer_id,
            conversation_id=context.conversation_id or None,
            started_by=f"{principal.kind}:{principal.id}".rstrip(":"),
            status=ActionStatus.DONE,
            summary=summary,
            at=now,
        )
    )
    if note and customer_id:
        await connectors.crm.add_note(
            customer_id=customer_id,
            author="system",
            body=note,
            order_id=order_id,
            at=now,
            idempotency_key=f"note:{context.call_id}",
        )
