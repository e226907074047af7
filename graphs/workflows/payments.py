"""Paying for a pending order in another way."""

from __future__ import annotations

from shopgraph.domain import OrderStatus
from shopgraph.graphs.stitching.recipes import OrderChange
from shopgraph.graphs.turns import Step, Turn, ask, propose, say, workflow
from shopgraph.graphs.workflows.picking import original_method, pick_method, pick_order
from shopgraph.models.routes import Intent
from shopgraph.tools.phrases import join_words
from shopgraph.tools.views import ProfileView


@workflow(Intent.CHANGE_PAYMENT, recipe=OrderChange, needs_customer=True)
async def change_payment(turn: Turn) -> Step:
    """Propose another saved payment method for a pending order."""
    order = await pick_order(turn, "would you like to pay differently", [OrderStatus.PENDING])
    if isinstance(order, Step):
        return order
    profile = await turn.read("get_profile", ProfileView)
    current = original_method(order, profile)
    others = [method for method in profile.payment_methods if method != current]
    if not others:
        return say("There is no other payment method on your account. Please add one there first.")
    named = turn.newest(lambda text: pick_method(text, others))
    if not named and current and pick_method(turn.text, [current]):
        named = [current]  # the same one again: the gate names the rule
    if not named and len(others) == 1:
        named = others  # another one was asked for, and this is it
    if len(named) != 1:
        options = join_words([method.label for method in named or others])
        text = f"Which payment method shall I use for order {order.order_id}: {options}?"
        return ask("method", text, order_id=order.order_id).about(order_id=order.order_id)
    step = propose("change_payment_method", order_id=order.order_id, payment_method_id=named[0].id)
    return step.about(order_id=order.order_id)
