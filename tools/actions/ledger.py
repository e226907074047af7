"""What the actions share: the place of the next payment, and writing down what was done."""

from __future__ import annotations

from shopgraph.domain import ActionRecord, ActionStatus
from shopgraph.tools.amounts import next_sequence
from shopgraph.tools.spec import ToolContext


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
