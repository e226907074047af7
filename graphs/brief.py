"""The facts block that a model is given: what is known, cut to a budget, without what it must not see."""

from __future__ import annotations

from collections.abc import Iterator

from shopgraph.graphs.state import Request, Stitched
from shopgraph.guards.screen import screen_line
from shopgraph.tools.phrases import format_money

BUDGET_CHARACTERS = 4_000
"""About a thousand tokens of English; lines that do not fit are left out, the least important last."""


def write_brief(request: Request, context: Stitched) -> str:
    """Write what is known, a line a fact, most important first, fenced as data; an instruction in it is taken out."""
    lines: list[str] = []
    size = 0
    for fact in _lines(request, context):
        line = screen_line(fact, "the facts")
        size += len(line) + 1
        if size > BUDGET_CHARACTERS:
            lines.append("(more is known; use the tools)")
            break
        lines.append(line)
    return "<facts>\n" + "\n".join(lines) + "\n</facts>"


def _lines(request: Request, context: Stitched) -> Iterator[str]:
    yield f"Now: {request.at.isoformat()}. Region: {request.region_id}. Channel: {request.channel}."
    customer = context.customer
    yield f"Customer: {customer.given_name}." if customer else "Customer: not identified."
    missing = [item.source for item in context.sources if item.status in ("late", "failed")]
    if missing:
        yield f"Not known right now (do not guess): {', '.join(missing)}."
    for order in context.orders:
        items = ", ".join(line.title for line in order.lines)
        yield f"Order {order.id}: {order.status}, {format_money(order.total, request.locale)}, {items}."
    for stock in context.stock:
        yield f"Stock of {stock.sku}: {stock.available}."
    for promotion in context.promotions:
        categories = ", ".join(promotion.categories) or "everything"
        yield f"Promotion {promotion.name}: {promotion.percent} % off {categories} until {promotion.ends_at.date()}."
    for campaign in context.campaigns:
        yield f"Campaign {campaign.name}: {campaign.headline}"
    for event in context.session:
        yield f"Just now the shopper {event.kind} {event.subject}."
    for name, value in context.extra.items():
        yield f"{name}: {value}"
