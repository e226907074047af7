"""Cancel a pending order, or change where it goes and how it is paid."""

from __future__ import annotations

from shopgraph.domain import CancelReason, Order, OrderStatus, PaymentIntent, RefundReason, Value
from shopgraph.domain.transitions import ORDER
from shopgraph.errors import Conflict
from shopgraph.tools.actions.ledger import book, next_place
from shopgraph.tools.actions.money import (
    PlannedCharge,
    PlannedRefund,
    charge_step,
    plan_refunds,
    refund_steps,
    refunds_of,
)
from shopgraph.tools.amounts import total_held
from shopgraph.tools.arguments import TypedAddress
from shopgraph.tools.durable.admission import perform
from shopgraph.tools.durable.steps import Step, Work, action
from shopgraph.tools.lookups import own_method, own_order
from shopgraph.tools.phrases import one_line
from shopgraph.tools.plans import covers, held_for
from shopgraph.tools.showing import Showing
from shopgraph.tools.spec import Accepted, ToolContext
from shopgraph.tools.summaries import refunds_text
from shopgraph.tools.views import CanceledOrder, ChangedAddress, ChangedPayment


class CancelPlan(Value):
    """A cancellation as it was worked out and judged."""

    order_id: str
    reason: CancelReason
    refunds: tuple[PlannedRefund, ...]


async def cancel_order(context: ToolContext, order_id: str, reason: CancelReason) -> CanceledOrder | Accepted:
    """Cancel a pending order: its stock is free again, and what is still held of each payment goes back to its method.

    Raises:
        IllegalTransition: the order is not pending.
    """
    order = await own_order(context, order_id)
    ORDER.check(order.status, OrderStatus.CANCELED)
    held = [part for part in await held_for(context, order.id) if not part.amount.is_zero]
    first = await next_place(context, order.id)
    refunds = plan_refunds(order.id, held, first=first, reason=RefundReason.ORDER_CANCELED)
    plan = CancelPlan(order_id=order.id, reason=reason, refunds=refunds)
    return await perform(context, CANCEL, plan, order_id=order.id, customer_id=order.customer_id)


def _cancel_steps(plan: CancelPlan) -> list[Step]:
    async def cancel(work: Work) -> Order:
        services = work.context.services
        return await services.connectors.orders.cancel(
            order_id=plan.order_id,
            reason=plan.reason,
            at=services.clock.now(),
            idempotency_key=f"cancel:{plan.order_id}",
        )

    async def release(work: Work) -> None:
        inventory = work.context.services.connectors.inventory
        await inventory.release(order_id=plan.order_id, idempotency_key=f"release:{plan.order_id}")

    return [
        Step(name="cancel", ports=frozenset({"orders"}), do=cancel),
        Step(name="release", ports=frozenset({"inventory"}), do=release),
        *refund_steps(plan.refunds),
    ]


async def _tell_canceled(work: Work, plan: CancelPlan) -> CanceledOrder:
    order = work.result("cancel", Order)
    refunds = refunds_of(work, plan.refunds)
    showing = await Showing.for_order(work.context, order)
    money = f"Refund: {refunds_text(showing, refunds)}." if refunds else "Nothing was paid for it."
    summary = f"Order {order.id} is canceled. {money}"
    note = f"Order canceled by request ({plan.reason.replace('_', ' ')})."
    await book(
        work.context, "cancel_order", summary=summary, customer_id=order.customer_id, order_id=order.id, note=note
    )
    return CanceledOrder(
        summary=summary,
        order_id=order.id,
        status=order.status,
        refunds=tuple(showing.refund(refund) for refund in refunds),
    )


CANCEL = action("cancel_order", plan=CancelPlan, steps=_cancel_steps, tell=_tell_canceled)


async def change_order_address(context: ToolContext, order_id: str, address: TypedAddress) -> ChangedAddress:
    """Replace a pending order's shipping address."""
    connectors = context.services.connectors
    async with connectors.transaction():
        order = await own_order(context, order_id)
        changed = await connectors.orders.change_address(
            order_id=order.id, address=address.address, idempotency_key=f"address:{order.id}:{context.call_id}"
        )
        summary = f"Order {order.id} goes to {one_line(changed.shipping_address)}."
        await book(
            context,
            "change_order_address",
            summary=summary,
            customer_id=order.customer_id,
            order_id=order.id,
            note="Shipping address changed by request.",
        )
    return ChangedAddress(summary=summary, order_id=order.id, address=changed.shipping_address)


class PaymentPlan(Value):
    """A change of payment as it was worked out and judged."""

    order_id: str
    charge: PlannedCharge
    refunds: tuple[PlannedRefund, ...]


async def change_payment_method(
    context: ToolContext, order_id: str, payment_method_id: str
) -> ChangedPayment | Accepted:
    """Charge what the order cost to another method of the customer, then give back what was held by the earlier one.

    Raises:
        Conflict: nothing is held for the order, the method is not the customer's, or it does not cover the amount.
    """
    order = await own_order(context, order_id)
    held = [part for part in await held_for(context, order.id) if not part.amount.is_zero]
    total = total_held(held, order.currency)
    method = await own_method(context, order.customer_id, payment_method_id)
    if method is None or total.is_zero or not await covers(context, method, total):
        raise Conflict(f"{total} for order {order.id} cannot be moved to this payment method.")
    first = await next_place(context, order.id)
    plan = PaymentPlan(
        order_id=order.id,
        charge=PlannedCharge(order_id=order.id, sequence=first, payment_method_id=method.id, amount=total),
        refunds=plan_refunds(order.id, held, first=first + 1, reason=RefundReason.PAYMENT_METHOD_CHANGED),
    )
    return await perform(context, CHANGE_PAYMENT, plan, order_id=order.id, customer_id=order.customer_id)


def _payment_steps(plan: PaymentPlan) -> list[Step]:
    return [charge_step(plan.charge), *refund_steps(plan.refunds)]


async def _tell_paid(work: Work, plan: PaymentPlan) -> ChangedPayment:
    order = await own_order(work.context, plan.order_id)
    refunds = refunds_of(work, plan.refunds)
    showing = await Showing.for_order(work.context, order)
    paid = f"{showing.label(plan.charge.payment_method_id)} ({showing.text(plan.charge.amount)})"
    summary = f"Order {order.id} is now paid with your {paid}. Refund: {refunds_text(showing, refunds)}."
    await book(
        work.context,
        "change_payment_method",
        summary=summary,
        customer_id=order.customer_id,
        order_id=order.id,
        note="Payment method changed by request.",
    )
    return ChangedPayment(
        summary=summary,
        order_id=order.id,
        payment=showing.payment(work.result(plan.charge.step, PaymentIntent)),
        refunds=tuple(showing.refund(refund) for refund in refunds),
    )


CHANGE_PAYMENT = action("change_payment_method", plan=PaymentPlan, steps=_payment_steps, tell=_tell_paid)
