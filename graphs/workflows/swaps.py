"""Another variant of the same product: of delivered goods (exchange) or of a pending order (change)."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import JsonValue

from shopgraph.domain import OrderStatus
from shopgraph.graphs.stitching.recipes import OrderChange
from shopgraph.graphs.turns import Step, Turn, ask, propose, workflow
from shopgraph.graphs.workflows.picking import (
    named_lines,
    not_on_file,
    original_method,
    pick_method,
    pick_order,
    pick_variants,
    quantity,
)
from shopgraph.models.replies import answer_of
from shopgraph.models.routes import Intent
from shopgraph.tools.phrases import join_words
from shopgraph.tools.views import OrderLineView, OrderView, PaymentMethodView, ProductView, ProfileView, VariantView


@dataclass(frozen=True, kw_only=True)
class _Swap:
    """One line and what it shall become."""

    line: OrderLineView
    target: VariantView


@workflow(Intent.EXCHANGE_ITEMS, recipe=OrderChange, needs_customer=True)
async def exchange_items(turn: Turn) -> Step:
    """Propose an exchange of delivered goods; a pending order's items are changed instead."""
    return await _swap(turn, [OrderStatus.DELIVERED, OrderStatus.PENDING], "exchange")


@workflow(Intent.CHANGE_ITEMS, recipe=OrderChange, needs_customer=True)
async def change_items(turn: Turn) -> Step:
    """Propose other variants for a pending order; delivered goods are exchanged instead."""
    return await _swap(turn, [OrderStatus.PENDING, OrderStatus.DELIVERED], "change")


async def _swap(turn: Turn, statuses: list[OrderStatus], verb: str) -> Step:
    order = await pick_order(turn, f"would you like to {verb} something in", statuses[:1])
    if isinstance(order, Step):
        return order
    lines = named_lines(turn, order.lines)
    if not lines:
        names = join_words([line.title for line in order.lines if line.current_quantity])
        text = f"Which items of order {order.order_id} would you like to {verb}: {names}? Please name all of them."
        return ask("items", text, order_id=order.order_id).about(order_id=order.order_id)
    swaps: list[_Swap] = []
    for line in lines:
        found = await _target(turn, line, order.order_id, verb)
        if isinstance(found, Step):
            return found
        swaps.append(_Swap(line=line, target=found))
    profile = await turn.read("get_profile", ProfileView)
    method = _method(turn, order, profile)
    missing = not_on_file(turn.text, profile.payment_methods)
    if method is None or missing:
        options = join_words([item.label for item in profile.payment_methods])
        text = f"{missing} Which payment method shall I use for the price difference: {options}?".strip()
        return ask("method", text, order_id=order.order_id)
    tool = "exchange_items" if order.status is OrderStatus.DELIVERED else "change_items"
    items: list[JsonValue] = [
        {"sku": swap.line.sku, "to_sku": swap.target.sku, "quantity": quantity(turn, swap.line, alone=len(swaps) == 1)}
        for swap in swaps
    ]
    return propose(tool, order_id=order.order_id, items=items, payment_method_id=method.id).about(
        order_id=order.order_id
    )


async def _target(turn: Turn, line: OrderLineView, order_id: str, verb: str) -> VariantView | Step:
    product = await turn.read("get_product", ProductView, product_id=line.product_id)
    others = [item for item in product.variants if item.sku != line.sku]
    named = [item for item in others if item.sku.lower() in turn.heard.lower()]
    found = named or turn.newest(lambda text: pick_variants(text, others, line.options))
    buyable = [item for item in found if _buyable(item)]
    if len(buyable) == 1:
        return buyable[0]
    if len(found) == 1:
        return found[0]  # out of stock: the gate says so, with the rule
    offered = buyable or [item for item in others if _buyable(item)]
    have = ", ".join(f"{name} {value}" for name, value in line.options.items())
    if not offered:
        text = f"There is no other variant of {line.title} in stock that I could {verb} yours ({have}) for."
        return Step(text=text).about(order_id=order_id)
    if len(offered) == 1:
        if turn.dialog.asking == "target" and answer_of(turn.text) == "yes":
            return offered[0]
        text = f"Yours is {line.title} ({have}). Only {_option_text(offered[0])} is in stock. Would you like that one?"
        return ask("target", text, order_id=order_id).about(order_id=order_id)
    shown = join_words([_option_text(item) for item in offered[:6]])
    text = f"Yours is {line.title} ({have}), and I can {verb} it for another variant of it. In stock are {shown}."
    return ask("target", f"{text} Which one would you like?", order_id=order_id).about(order_id=order_id)


def _buyable(item: VariantView) -> bool:
    if item.price is None:
        return False
    return item.available_quantity > 0 if item.available_quantity is not None else item.availability == "in_stock"


def _option_text(item: VariantView) -> str:
    price = f" for {item.price.text}" if item.price else ""
    return f"{' '.join(item.options.values())}{price}"


def _method(turn: Turn, order: OrderView, profile: ProfileView) -> PaymentMethodView | None:
    named = turn.newest(lambda text: pick_method(text, profile.payment_methods))
    if len(named) == 1:
        return named[0]
    return None if named else original_method(order, profile)
