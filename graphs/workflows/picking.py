"""Finding what a message means among what there is: an order, its lines, a variant, a payment method."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from shopgraph.domain import OrderStatus, PaymentMethodKind
from shopgraph.graphs.turns import Step, Turn, ask, say
from shopgraph.graphs.wording import WORD, coverage, fold, head, quantity_of, spoken, words
from shopgraph.tools.phrases import join_words
from shopgraph.tools.views import (
    OrderLineView,
    OrderList,
    OrderSummary,
    OrderView,
    PaymentMethodView,
    ProfileView,
    VariantView,
)

_MOST_ORDERS = 50
_ALL = frozenset({"all", "everything", "both", "whole", "entire", "complete"})
_SIZES = {"small": "s", "medium": "m", "large": "l", "xsmall": "xs", "xlarge": "xl"}
"""Sizes as people say them."""


async def pick_order(turn: Turn, doing: str, statuses: Iterable[OrderStatus] = ()) -> OrderView | Step:
    """The order that is meant: named now, named before, the only one that fits, or asked for.

    Args:
        doing: completes "Which order ...", such as "would you like to cancel".
        statuses: those that fit, when there is nothing better to go by; empty for any.

    Raises:
        Halt: the named order is not the customer's, or there is none.
    """
    named = next(iter(turn.route.entities.order_ids), "")
    if named and not named.isdigit():
        return await turn.read("get_order", OrderView, order_id=named)
    listed = (await turn.read("list_orders", OrderList, limit=_MOST_ORDERS)).orders
    if known := _by_digits(f"{named} {turn.text}", listed) or named or turn.slot("order_id"):
        return await turn.read("get_order", OrderView, order_id=known)
    if not listed:
        return say("I do not see any orders on your account.").spoken("orders.none")
    fitting = [order for order in listed if not statuses or order.status in set(statuses)]
    chosen = _by_words(turn, fitting) or (fitting if len(fitting) == 1 else [])
    before = turn.dialog.subject.get("order_id", "")
    if not chosen and before and (_points_back(turn.text) or any(order.order_id == before for order in fitting)):
        return await turn.read("get_order", OrderView, order_id=before)
    if len(listed) == 1:
        chosen = list(listed)  # none fits; the gate says why, which helps more than a choice of one
    if len(chosen) == 1:
        return await turn.read("get_order", OrderView, order_id=chosen[0].order_id)
    shown = chosen or fitting or list(listed)
    plain = ", ".join(f"{order.order_id} ({', '.join(order.items[:3])})" for order in shown[:5])
    return ask("order_id", f"Which order {doing}? I see {_listing(shown[:5])}.").spoken("ask.order", orders=plain)


def _by_digits(text: str, orders: Sequence[OrderSummary]) -> str:
    """The customer's own order whose digits were said without its letter; empty when there is none."""
    said = set(re.findall(r"(?<!\d)\d{4,12}(?!\d)", text))
    return next((order.order_id for order in orders if re.sub(r"\D", "", order.order_id) in said), "")


def _points_back(text: str) -> bool:
    return bool(re.search(r"\b(it|that|this|the order)\b", text, re.I))


def _by_words(turn: Turn, orders: Sequence[OrderSummary]) -> list[OrderSummary]:
    said = words(turn.text)
    scored = [(max((coverage(item, said) for item in order.items), default=0.0), order) for order in orders]
    best = max((score for score, _ in scored), default=0.0)
    return [order for score, order in scored if score == best] if best >= 0.5 else []


def _listing(orders: Sequence[OrderSummary]) -> str:
    return join_words([f"{order.order_id} ({order.status}: {join_words(list(order.items)[:3])})" for order in orders])


_ADDS = re.compile(r"^\W*(?:and|plus)\b|\b(?:also|as well|in addition)\b|\btoo\b(?!\s+\w)", re.I)


def named_lines(turn: Turn, lines: Sequence[OrderLineView]) -> list[OrderLineView]:
    """The lines that were named last; with "the shelf, too" those that were named before as well."""
    if _ADDS.search(turn.text) and pick_lines(turn.text, lines):
        return pick_lines(turn.heard, lines) or pick_lines(turn.text, lines)
    return turn.newest(lambda text: pick_lines(text, lines))


def pick_lines(text: str, lines: Sequence[OrderLineView], *, only: bool = True) -> list[OrderLineView]:
    """The lines that a text names: by SKU, by title and options, or all of them; the only one when there is one.

    Returns an empty list when the text names none, or not clearly.
    """
    left = [line for line in lines if line.current_quantity > 0]
    by_sku = [line for line in left if re.search(rf"\b{re.escape(line.sku)}\b", text, re.I)]
    if by_sku:
        return by_sku
    if only and len(left) == 1:
        return left
    said = words(text)
    if said & _ALL:
        return left
    score = {line.title: coverage(line.title, said) for line in left}
    named = {title for title in score if score[title] >= 0.5 or spoken(head(title), said)}
    # Of several dresses it is the one of which most was said; as much of two is not clear.
    kinds = {head(title) for title in named}
    best = {kind: max(score[title] for title in named if head(title) == kind) for kind in kinds}
    clear = {title for title in named if score[title] == best[head(title)]}
    if len(clear) > len(kinds):
        return []
    # A word in passing ("the coffee mugs") names no other thing, unless it is what that thing is.
    most = max(best.values(), default=0.0)
    meant = {title for title in clear if score[title] >= most - 0.34 or spoken(head(title), said)}
    return _by_options([line for line in left if line.title in meant], said)


def quantity(turn: Turn, line: OrderLineView, *, alone: bool) -> int:
    """How many of a line are meant: as said now or before, else all of it."""
    whole = max(line.current_quantity, 1)

    def read(text: str) -> int | None:
        return quantity_of(text, line.title, alone=alone) or (whole if words(text) & _ALL else None)

    return turn.newest(read) or whole


def _by_options(lines: list[OrderLineView], said: frozenset[str]) -> list[OrderLineView]:
    """Where two lines share a title, their options must tell them apart."""
    titles = [line.title for line in lines]
    return [line for line in lines if titles.count(line.title) == 1 or words(" ".join(line.options.values())) & said]


def pick_variants(text: str, variants: Sequence[VariantView], current: dict[str, str]) -> list[VariantView]:
    """The variants that a text may mean, nearest to what the customer has now.

    What is said of an option counts; an option that is not spoken of stays as it is. Empty when the text names none.
    """
    # "Too small" says what is wrong with the one they have.
    text = re.sub(r"\btoo (small|large|big)\b", " ", text, flags=re.I)
    plain = re.sub(r"\b(?:extra|x)[ -](large|small)\b", lambda match: _SIZES[f"x{match[1].lower()}"], text, flags=re.I)
    said = {word.lower() for word in WORD.findall(plain)}
    said |= {fold(word) for word in said} | {_SIZES[word] for word in said if word in _SIZES}
    asked: dict[str, set[str]] = {}
    for variant in variants:
        for name, value in variant.options.items():
            tokens = {word.lower() for word in WORD.findall(value)}
            if tokens and tokens <= said:
                asked.setdefault(name, set()).add(value)
    if not asked:
        return []
    for name, values in asked.items():
        if len(values) > 1:
            values.discard(current.get(name, ""))
    fitting = [item for item in variants if all(item.options.get(name) in values for name, values in asked.items())]
    changed = [item for item in fitting if item.options != current]
    same_rest = [
        item
        for item in changed
        if all(value == current.get(name, value) for name, value in item.options.items() if name not in asked)
    ]
    return same_rest or changed


def original_method(order: OrderView, profile: ProfileView) -> PaymentMethodView | None:
    """The method that paid for the order, if it is still on file."""
    paid = order.payments[-1].payment_method_id if order.payments else ""
    return next((method for method in profile.payment_methods if method.id == paid), None)


def pick_method(text: str, methods: Sequence[PaymentMethodView]) -> list[PaymentMethodView]:
    """The payment methods that a text names: by id, by kind, by brand, by the last four digits."""
    lower = text.lower()
    by_id = [method for method in methods if method.id.lower() in lower]
    if by_id:
        return by_id
    digits = set(re.findall(r"\b\d{4}\b", text))
    by_digits = [method for method in methods if digits & set(re.findall(r"\d{4}", method.label))]
    if by_digits:
        return by_digits
    return [method for method in methods if _kind_named(method, lower)]


def not_on_file(text: str, methods: Sequence[PaymentMethodView]) -> str:
    """What to say when a text names a payment method that the customer does not have; empty otherwise."""
    for kind, said, name in _KINDS:
        if re.search(said, text, re.I) and not any(method.kind is kind for method in methods):
            return f"There is no {name} on your account."
    known = " ".join(f"{method.id} {method.label}" for method in methods).lower()
    named = [found[1] or found[2] for found in _ONE_METHOD.finditer(text.lower())]
    return "There is no such payment method on your account." if any(word not in known for word in named) else ""


_ONE_METHOD = re.compile(r"\bend(?:s|ing) (?:in|with) (\d{4})\b|\b((?:pm|card|paypal|gift|credit)\w*_\w+)\b")
"""A card by its last digits, or a payment method by an id."""
_KINDS = (
    (PaymentMethodKind.GIFT_CARD, r"\bgift ?card\b", "gift card"),
    (PaymentMethodKind.PAYPAL, r"\bpay ?pal\b", "PayPal account"),
)


def _kind_named(method: PaymentMethodView, lower: str) -> bool:
    if method.kind is PaymentMethodKind.GIFT_CARD:
        return "gift" in lower
    if method.kind is PaymentMethodKind.PAYPAL:
        return "paypal" in lower or "pay pal" in lower
    brand = method.label.split()[0].lower()
    return brand in lower or bool(re.search(r"(?<!gift )(?<!store )\bcard\b", lower))
