"""Sending delivered goods back."""

from __future__ import annotations

import re

from pydantic import JsonValue

from shopgraph.domain import OrderStatus, PaymentMethodKind, ReturnReason
from shopgraph.graphs.stitching.recipes import OrderChange
from shopgraph.graphs.turns import Step, Turn, ask, propose, say, workflow
from shopgraph.graphs.workflows.picking import (
    named_lines,
    not_on_file,
    original_method,
    pick_method,
    pick_order,
    quantity,
)
from shopgraph.models.routes import Intent
from shopgraph.tools.phrases import join_words
from shopgraph.tools.views import OrderLineView, OrderView, PaymentMethodView, ProfileView

_REASONS = (
    (ReturnReason.DAMAGED, re.compile(r"damag|broken|broke\b|crack|scratch|torn|defect|does ?n.t work|faulty", re.I)),
    (
        ReturnReason.WRONG_SIZE,
        re.compile(r"too (small|big|large|tight|loose|long|short)|(n.t|not) fit|wrong size", re.I),
    ),
    (ReturnReason.WRONG_ITEM, re.compile(r"wrong (item|product|one|thing)|not what i ordered", re.I)),
    (ReturnReason.NOT_AS_DESCRIBED, re.compile(r"not as described|looks different|different (from|than) the", re.I)),
    (ReturnReason.UNWANTED, re.compile(r"changed my mind|don.t (want|like|need)|no longer|not happy", re.I)),
)


_TERMS = re.compile(
    r"\b(return|refund)s? (policy|policies|window|terms|conditions|period)\b|"
    r"\bhow (long|many days)\b.{0,40}\b(return|(send|bring|give).{0,20}back)\b",
    re.I,
)


def _terms(turn: Turn) -> Step | None:
    """The shop's own terms, for whoever asks about them."""
    days = turn.allowances.return_window_days
    if days is None or not _TERMS.search(turn.text):
        return None
    if days == 0:
        return say("Purchases in your region cannot be returned.")
    return say(f"You can return what you bought within {days} days of delivery, unless it was a final sale.")


@workflow(Intent.RETURN_ITEMS, recipe=OrderChange, needs_customer=True, for_anybody=_terms)
async def return_items(turn: Turn) -> Step:
    """Find order, items and where the refund goes, then propose the return."""
    order = await pick_order(turn, "would you like to return something from", [OrderStatus.DELIVERED])
    if isinstance(order, Step):
        return order
    lines = named_lines(turn, order.lines)
    if not lines and order.status is OrderStatus.DELIVERED:
        names = join_words([line.title for line in order.lines if line.current_quantity])
        text = f"Which items of order {order.order_id} would you like to return: {names}? Please name all of them."
        return ask("items", text, order_id=order.order_id).about(order_id=order.order_id)
    profile = await turn.read("get_profile", ProfileView)
    method = refund_method(turn, order, profile)
    missing = not_on_file(turn.text, profile.payment_methods)
    if method is None or missing:
        options = join_words([item.label for item in allowed_methods(order, profile)])
        return ask("method", f"{missing} Where should the refund go: {options}?".strip(), order_id=order.order_id)
    reason = next((reason for reason, pattern in _REASONS if pattern.search(turn.heard)), ReturnReason.NOT_SPECIFIED)
    items = items_of(turn, lines or list(order.lines), reason)
    step = propose("return_items", order_id=order.order_id, items=items, payment_method_id=method.id)
    return step.about(order_id=order.order_id)


def allowed_methods(order: OrderView, profile: ProfileView) -> list[PaymentMethodView]:
    """Where a refund may go: the original method, or a gift card of the customer's own."""
    first = original_method(order, profile)
    cards = [m for m in profile.payment_methods if m.kind is PaymentMethodKind.GIFT_CARD and m != first]
    return ([first] if first else []) + cards


def refund_method(turn: Turn, order: OrderView, profile: ProfileView) -> PaymentMethodView | None:
    """The method that was named (policy judges it), else the original one; None when it must be asked for."""
    named = turn.newest(lambda text: pick_method(text, profile.payment_methods))
    if re.search(r"original (payment )?(method|card|form|account)", turn.heard, re.I):
        named = []
    if len(named) == 1:
        return named[0]
    original = original_method(order, profile)
    if original in named or not named:
        return original
    return None


def items_of(turn: Turn, lines: list[OrderLineView], reason: ReturnReason) -> list[JsonValue]:
    """Lines as the tool takes them: each SKU once, with the quantity that was said, else its whole current one."""
    quantities: dict[str, int] = {}
    for line in lines:
        quantities[line.sku] = quantities.get(line.sku, 0) + quantity(turn, line, alone=len(lines) == 1)
    return [{"sku": sku, "quantity": number, "reason": str(reason)} for sku, number in quantities.items()]
