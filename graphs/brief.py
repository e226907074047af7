"""The facts block that a model is given: what is known, cut to a budget, without what it must not see."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from shopgraph.graphs.state import Request, Stitched
from shopgraph.guards.screen import screen_line
from shopgraph.tools.phrases import format_money

_SOURCE = "the facts"
BUDGET_CHARACTERS = 4_000
"""About a thousand tokens of English; lines that do not fit are left out, the least important last."""


def write_brief(request: Request, context: Stitched) -> str:
    """Write what is known, a line a fact, most important first, fenced as data; an instruction in it is taken out."""
    lines: list[str] = []
    size = 0
    for fact, everybodys in _lines(request, context):
        line = _known_line(fact) if everybodys else screen_line(fact, _SOURCE)
        size += len(line) + 1
        if size > BUDGET_CHARACTERS:
            lines.append("(more is known; use the tools)")
            break
        lines.append(line)
    return "<facts>\n" + "\n".join(lines) + "\n</facts>"


@lru_cache(maxsize=2_000)
def _known_line(fact: str) -> str:
    """A line that is no customer's, screened once: screening is most of what the block costs."""
    return screen_line(fact, _SOURCE)


def _lines(request: Request, context: Stitched) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it is the same for everybody."""
    yield from ((line, False) for line in _customers(request, context))
    yield from ((line, True) for line in _everybodys(context))
    for event in context.session:
        yield f"Just now the shopper {event.kind} {event.subject}.", False
    for name, value in context.extra.items():
        yield f"{name}: {value}", False


def _customers(request: Request, context: Stitched) -> Iterator[str]:
    yield f"Now: {request.at.isoformat()}. Region: {request.region_id}. Channel: {request.channel}."
    customer = context.customer
    yield f"Customer: {customer.given_name}." if customer else "Customer: not identified."
    missing = [item.source for item in context.sources if item.status in ("late", "failed")]
    if missing:
        yield f"Not known right now (do not guess): {', '.join(missing)}."
    for order in context.orders:
        items = ", ".join(line.title for line in order.lines)
        yield f"Order {order.id}: {order.status}, {format_money(order.total, request.locale)}, {items}."


def _everybodys(context: Stitched) -> Iterator[str]:
    for stock in context.stock:
        yield f"Stock of {stock.sku}: {stock.available}."
    for promotion in context.promotions:
        categories = ", ".join(promotion.categories) or "everything"
        yield f"Promotion {promotion.name}: {promotion.percent} % off {categories} until {promotion.ends_at.date()}."
    for campaign in context.campaigns:
        yield f"Campaign {campaign.name}: {campaign.headline}"
