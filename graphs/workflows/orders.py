"""Where an order is, where its money is, and canceling it."""

from __future__ import annotations

import re

from shopgraph.domain import CancelReason, OrderStatus, RefundStatus, ReturnStatus
from shopgraph.graphs.phrases import day, day_and_time
from shopgraph.graphs.stitching.recipes import OrderChange, Orders
from shopgraph.graphs.turns import Step, Tells, Turn, ask, propose, say, workflow
from shopgraph.graphs.workflows.picking import pick_order
from shopgraph.models.routes import Intent
from shopgraph.tools.phrases import join_words
from shopgraph.tools.views import OrderView, ParcelView, RefundView, ReturnView

_REASONS = (
    (CancelReason.ORDERED_BY_MISTAKE, re.compile(r"mistake|accident|wrong(ly)?\b|twice|duplicate|by error", re.I)),
    (
        CancelReason.NO_LONGER_NEEDED,
        re.compile(
            r"no longer|not need|don'?t need|changed my mind|don'?t want|not want|don'?t like|unwanted"
            r"|found .*(cheaper|better)",
            re.I,
        ),
    ),
)


@workflow(Intent.ORDER_STATUS, recipe=Orders, needs_customer=True)
async def order_status(turn: Turn) -> Step:
    """Say where an order is."""
    order = await pick_order(turn, "do you mean")
    if isinstance(order, Step):
        return order
    return say(_status_text(order, turn.locale)).about(order_id=order.order_id).telling(Tells.FACTS)


def _status_text(order: OrderView, locale: str) -> str:
    items = join_words([line.title for line in order.lines])
    head = f"Order {order.order_id} ({items})"
    tail = "".join(f" {line}" for line in _after_sale(order))
    if order.status is OrderStatus.CANCELED:
        when = f" on {day(order.canceled_at, locale)}" if order.canceled_at else ""
        return f"{head} was canceled{when}.{tail}"
    if order.status is OrderStatus.DELIVERED:
        when = f" on {day(order.delivered_at, locale)}" if order.delivered_at else ""
        return f"{head} was delivered{when}.{tail}"
    if order.status is OrderStatus.PENDING:
        changed = " Its items were changed." if order.items_changed_at else ""
        return f"{head} is pending: it has not been packed yet.{changed}{tail}"
    if order.status is OrderStatus.PROCESSED:
        return f"{head} is processed and getting ready to ship.{_tracking(order.parcels)}{tail}"
    return f"{head} has shipped.{_tracking(order.parcels)}{tail}{_latest(order.parcels, locale)}"


def _tracking(parcels: tuple[ParcelView, ...]) -> str:
    numbers = [number for parcel in parcels for number in parcel.tracking_numbers]
    if not numbers:
        return ""
    carrier = next((parcel.carrier for parcel in parcels if parcel.carrier), "")
    by = f" with {carrier}" if carrier else ""
    return f" The tracking number{by} is {join_words(numbers)}."


def _latest(parcels: tuple[ParcelView, ...], locale: str) -> str:
    said = ""
    for parcel in parcels:
        if parcel.events and parcel.events[-1].message:
            event = parcel.events[-1]
            said += f" Last seen {day_and_time(event.at, locale)}: {event.message.rstrip('.')}."
        if parcel.estimated_at and parcel.delivered_at is None:
            said += f" It should arrive on {day(parcel.estimated_at, locale)}."
    return said


def _after_sale(order: OrderView) -> list[str]:
    said = [_return_text(item) for item in order.returns if item.status is not ReturnStatus.CANCELED]
    return said + [f"An exchange for it is {item.status}." for item in order.exchanges if item.status != "canceled"]


def _return_text(item: ReturnView) -> str:
    return {
        ReturnStatus.REQUESTED: f"A return is requested; {item.refund.text} follows once the goods are here.",
        ReturnStatus.RECEIVED: "The returned goods have arrived and are being checked.",
        ReturnStatus.REFUNDED: f"The return is complete and {item.refund.text} was refunded.",
        ReturnStatus.REJECTED: "The return was rejected.",
        ReturnStatus.CANCELED: "",
    }[item.status]


@workflow(Intent.REFUND_STATUS, recipe=Orders, needs_customer=True)
async def refund_status(turn: Turn) -> Step:
    """Say what was refunded, where to, and what is still on its way."""
    order = await pick_order(turn, "is the refund for", [OrderStatus.CANCELED, OrderStatus.DELIVERED])
    if isinstance(order, Step):
        return order
    open_returns = [_return_text(item) for item in order.returns if item.status is ReturnStatus.REQUESTED]
    told = [_refund_text(refund, turn.locale) for refund in order.refunds] or ["there is no refund yet."]
    said = " ".join([told[0], *(f"{text[0].upper()}{text[1:]}" for text in (*told[1:], *open_returns))])
    return say(f"For order {order.order_id}, {said}").about(order_id=order.order_id).telling(Tells.REFUNDS)


def _refund_text(refund: RefundView, locale: str) -> str:
    what = f"the refund of {refund.amount.text} to your {refund.method}"
    when = f" on {day(refund.created_at, locale)}" if refund.created_at else ""
    if refund.status is RefundStatus.SUCCEEDED:
        return f"{what} was made{when}."
    if refund.status in (RefundStatus.FAILED, RefundStatus.CANCELED):
        return f"{what} is {refund.status}."
    return f"{what} was started{when}; banks take 5 to 7 business days."


@workflow(Intent.CANCEL_ORDER, recipe=OrderChange, needs_customer=True)
async def cancel_order(turn: Turn) -> Step:
    """Cancel an order that has not shipped, for one of the two reasons the shop knows."""
    order = await pick_order(turn, "would you like to cancel", [OrderStatus.PENDING])
    if isinstance(order, Step):
        return order
    # What cannot be canceled is said at once, not after a question about the reason.
    reason = _reason(turn.heard)
    if reason is None and order.status is OrderStatus.PENDING:
        text = f"Why would you like to cancel order {order.order_id}: no longer needed, or ordered by mistake?"
        if turn.dialog.asking == "reason":
            text = (
                f"I can cancel order {order.order_id} if it is no longer needed or was ordered by mistake, and for no "
                "other reason. Is it one of these two?"
            )
        return ask("reason", text, order_id=order.order_id).about(order_id=order.order_id)
    chosen = reason or CancelReason.NO_LONGER_NEEDED
    return propose("cancel_order", order_id=order.order_id, reason=str(chosen)).about(order_id=order.order_id)


def _reason(text: str) -> CancelReason | None:
    return next((reason for reason, pattern in _REASONS if pattern.search(text)), None)
