"""The facts block that a model is given: what is known, cut to a token limit, without what it must not see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

from shopgraph.domain import SessionEvent
from shopgraph.domain.days import last_day
from shopgraph.graphs.memory.facts import Promise
from shopgraph.graphs.state import LeftOut, Request, Stitched
from shopgraph.graphs.stitching.parts import Passage, StockView
from shopgraph.graphs.stitching.recipes import Everything, Recipe
from shopgraph.graphs.stitching.tokens import count_tokens
from shopgraph.guards.screen import screen_line
from shopgraph.tools.phrases import format_money

_RANK = 0.25
"""How much less the next fact of the same source matters."""
_RESERVED = 60
"""Tokens kept for the frame and for the line that says what was left out."""
_FRAME = 8
"""Tokens of the frame alone."""
_TOLD_PLACES = 3
"""Of those that the context names of a variant, those that have most."""
_EVERYBODYS = frozenset({"inventory", "marketing", "catalog", "policy"})
"""Sources whose facts are the same whoever asks."""


@dataclass(frozen=True, kw_only=True)
class Brief:
    """What a model is told, and what it is not for want of room."""

    text: str
    tokens: int
    left_out: tuple[LeftOut, ...] = ()
    passages: tuple[Passage, ...] = ()
    """Those of the context that are told."""


@dataclass(frozen=True)
class _Line:
    source: str
    text: str
    passage: Passage | None = None


def write_brief(
    request: Request, context: Stitched, recipe: type[Recipe] = Everything, left_out: tuple[LeftOut, ...] = ()
) -> Brief:
    """Write what is known, a line a fact, fenced as data; an instruction in it is taken out.

    What the recipe weighs most survives its token limit, and of one source the first facts. Who is asking, where and
    when, and that something could not be fetched are always told; of the names of what could not be fetched, and of
    what is left out, as many as there is room for. `left_out` counts what is not in the context any more.
    """
    head = [screen_line(text, "the facts") for text in _head(request, context)]
    if missing := [item.source for item in context.sources if item.status in ("late", "failed")]:
        unknown = "Not known right now (do not guess): {}."
        free = recipe.tokens - _RESERVED // 2 - sum([_tokens(text) for text in head])
        head.append(screen_line(_naming(unknown, missing, free) or unknown.format("some of it"), "the facts"))
    lines = [_Line(line.source, _screened(line), line.passage) for line in _lines(request, context)]
    room = recipe.tokens - _RESERVED - sum([_tokens(text) for text in head])
    kept: set[int] = set()
    for place in _by_importance(lines, recipe):
        line = lines[place]
        size = _known_tokens(line.text) if line.source in _EVERYBODYS else _tokens(line.text)
        if size <= room:
            kept.add(place)
            room -= size
    left = Counter({each.source: each.facts for each in left_out})
    left.update(line.source for place, line in enumerate(lines) if place not in kept)
    told = [*head, *[line.text for place, line in enumerate(lines) if place in kept]]
    if left:
        names = [f"{name} {n}" for name, n in left.items()]
        more = _naming("(more is known, ask the tools: {})", names, room + _RESERVED - _FRAME)
        told += [more] if more else []
    text = "<facts>\n" + "\n".join(told) + "\n</facts>"
    not_told = tuple([LeftOut(source=name, facts=n) for name, n in left.items()])
    passages = tuple([line.passage for place, line in enumerate(lines) if place in kept and line.passage])
    return Brief(text=text, tokens=count_tokens(text), left_out=not_told, passages=passages)


def _naming(line: str, names: list[str], room: int) -> str:
    """The line with as many names as there is room for; empty where there is room for none."""
    for kept in range(len(names), 0, -1):
        others = len(names) - kept
        written = line.format(", ".join(names[:kept]) + (f" and {others} more" if others else ""))
        if _tokens(written) <= room:
            return written
    return ""


def _screened(line: _Line) -> str:
    return _known_line(line.text) if line.source in _EVERYBODYS else screen_line(line.text, "the facts")


@lru_cache(maxsize=2_000)
def _known_line(text: str) -> str:
    """A line that is no customer's, screened once: screening is most of what the block costs."""
    return screen_line(text, "the facts")


def _tokens(line: str) -> int:
    return count_tokens(f"{line}\n")


@lru_cache(maxsize=2_000)
def _known_tokens(line: str) -> int:
    """Of a line that is no customer's, counted once."""
    return _tokens(line)


def _by_importance(lines: list[_Line], recipe: type[Recipe]) -> list[int]:
    needs = recipe.needs()
    ranks: dict[str, Iterator[int]] = {}
    scores: list[tuple[float, int]] = []
    for place, line in enumerate(lines):
        rank = next(ranks.setdefault(line.source, count()))
        weight = needs[line.source].weight if line.source in needs else 1
        scores.append((-weight / (1 + _RANK * rank), place))
    return [place for _, place in sorted(scores)]


def _head(request: Request, context: Stitched) -> Iterator[str]:
    where = f"Region: {request.region_id}. Channel: {request.channel}."
    yield f"Now: {request.at.isoformat()}, {request.today} there. {where}"
    customer = context.customer
    yield f"Customer: {customer.given_name}." if customer else "Customer: not identified."


def _lines(request: Request, context: Stitched) -> Iterator[_Line]:
    """Every fact, in the order in which they are told."""
    for text in _of_customer(request, context):
        yield _Line("customer", text)
    for order in context.orders:
        items = ", ".join(line.title for line in order.lines)
        total = format_money(order.total, request.locale)
        yield _Line("orders", f"Order {order.id}: {order.status}, {total}, {items}.")
    for promise in context.promises:
        yield _Line("memory", f"Promised to this customer: {_promise(request, promise)}.")
    for promise in context.owed:
        yield _Line("memory", f"Promised, but no longer certain (a colleague decides): {_promise(request, promise)}.")
    for stock in context.stock:
        yield _Line("inventory", _stock(stock))
    for promotion in context.promotions:
        categories = ", ".join(promotion.categories) or "everything"
        ends_on = last_day(promotion.ends_at, request.timezone)
        code = " with a code" if promotion.id in context.coded else ""
        text = f"Promotion {promotion.name}: {promotion.percent} % off {categories}{code} until {ends_on}."
        yield _Line("marketing", text)
    for campaign in context.campaigns:
        yield _Line("marketing", f"Campaign {campaign.name}: {campaign.headline}")
    for passage in context.passages:
        stars = f" ({passage.rating} of 5)" if passage.rating is not None else ""
        yield _Line("catalog", f"{passage.product}, {passage.kind}{stars}: {passage.text}", passage)
    for statement in context.statements:
        yield _Line("memory", f"The shop says of {statement.product_id}: {statement.text}")
    for shown in context.shown:
        yield _Line("memory", f"Shown before by the {shown.by.replace('_', ' ')}: {shown.product_id}.")
    for event in context.session:
        yield _Line("session", _event(event))
    if context.cart is not None and context.cart.lines:
        things = ", ".join(f"{line.quantity} × {line.sku}" for line in context.cart.lines)
        yield _Line("session", f"In the cart: {things}.")
    yield from _of_policy(request, context)
    for name, value in context.extra.items():
        yield _Line(name, f"{name}: {value}")


def _of_customer(request: Request, context: Stitched) -> Iterator[str]:
    customer = context.customer
    if customer is None:
        return
    if customer.segments:
        yield f"The customer's segments: {', '.join(customer.segments)}."
    for cut in context.discounts:
        what = f"the code {cut.code}" if cut.code else "a price cut"
        yield f"Had {what} on {cut.applied_at.date()}: {format_money(cut.amount, request.locale)} off {cut.order_id}."


def _promise(request: Request, promise: Promise) -> str:
    ends_on = last_day(promise.until, request.timezone)
    return f"{promise.text.rstrip('.')} (by {promise.by.replace('_', ' ')}, until {ends_on})"


def _stock(stock: StockView) -> str:
    name = f"{stock.product} {', '.join(stock.options.values())}".strip() or stock.sku
    parts = [f"Stock of {name} ({stock.sku}): {stock.available}"]
    if stock.band == "few":
        parts.append("few left")
    if stock.places:
        parts.append("at " + ", ".join(f"{place.name} {place.available}" for place in stock.places[:_TOLD_PLACES]))
    if stock.incoming:
        parts.append(f"{stock.incoming} more expected" + (f" from {stock.restock_on}" if stock.restock_on else ""))
    return "; ".join(parts) + "."


def _event(event: SessionEvent) -> str:
    return f"Just now the shopper {event.kind.replace('_', ' ')} {event.subject}."


def _of_policy(request: Request, context: Stitched) -> Iterator[_Line]:
    policy = context.policy
    if policy is None:
        return
    if policy.return_window_days is not None:
        yield _Line("policy", f"Returns: within {policy.return_window_days} days of delivery.")
    for method in policy.shipping[:1]:
        price = format_money(method.price, request.locale)
        yield _Line("policy", f"Delivery ({method.name}): {method.min_days} to {method.max_days} days, {price}.")
    yield _Line("policy", f"{policy.tax.name}: {policy.tax.percent} %.")
