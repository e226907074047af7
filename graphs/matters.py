"""A message that asks for several things: each is served in its turn; what has to wait is named, and comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shopgraph.graphs.parts import Parts
from shopgraph.graphs.routing import SURE, Chosen, in_earnest
from shopgraph.graphs.state import Dialog, Matter
from shopgraph.models.routes import Intent

MOST = 4
"""Things that one message may ask for; who asks for more is served as one who asks for one."""
_NO_MATTER = frozenset(
    (Intent.COMPLAINT, Intent.OUT_OF_SCOPE, Intent.GREETING, Intent.THANKS, Intent.AFFIRM, Intent.DENY)
)
"""Beside another thing these give its reason or its manners: "return it, it is broken, thanks"."""
_MONEY_BACK = frozenset((Intent.CANCEL_ORDER, Intent.RETURN_ITEMS))
_SWAPS = (
    frozenset((Intent.EXCHANGE_ITEMS, Intent.CHANGE_ITEMS)),
    frozenset((Intent.EXCHANGE_ITEMS, Intent.RETURN_ITEMS)),
    frozenset((Intent.ORDER_STATUS, Intent.DELIVERY_QUESTION)),
)
"""Two words for one wish: "return it and send me a larger one"."""
_NAMES = {
    Intent.ORDER_STATUS: "where your order is",
    Intent.CANCEL_ORDER: "canceling an order",
    Intent.RETURN_ITEMS: "a return",
    Intent.EXCHANGE_ITEMS: "an exchange",
    Intent.CHANGE_ITEMS: "changing an order",
    Intent.REFUND_STATUS: "your refund",
    Intent.CHANGE_ADDRESS: "an address",
    Intent.CHANGE_PAYMENT: "how you pay",
    Intent.PRODUCT_QUESTION: "a product",
    Intent.DELIVERY_QUESTION: "delivery",
    Intent.PROMOTION_QUESTION: "discounts",
    Intent.RECOMMENDATION: "something that suits you",
    Intent.PERSON: "a colleague",
}


def matters_of(parts: Parts, chosen: Chosen, text: str) -> tuple[Matter, ...]:
    """What a message asks for beside one another, in order, each surely and each served by a workflow; else nothing.

    A wish for a person comes last: whoever takes over reads all of it.
    """
    if chosen.confirmed or chosen.settled:
        return ()
    found: list[Matter] = []
    for part in parts.router.split(text):
        route = part.route
        known = {matter.intent for matter in found}
        sure = route.confidence >= SURE and route.intent in parts.workflows
        sure = sure and in_earnest(parts, part.text).intent == route.intent
        if sure and route.intent not in _NO_MATTER and not _is_part_of(route.intent, known):
            found.append(Matter(text=part.text, intent=route.intent, entities=route.entities))
    whole = chosen.route
    if whole.confidence >= SURE and whole.intent not in {matter.intent for matter in found}:
        return ()  # the parts miss what all of it says
    found.sort(key=lambda matter: matter.intent == Intent.PERSON)
    return tuple(found) if 2 <= len(found) <= MOST else ()


def with_entities(chosen: Chosen, matter: Matter) -> Chosen:
    """The route of a part, with what the whole message names where the part names nothing."""
    own = chosen.route.entities
    shared = {
        "order_ids": own.order_ids or matter.entities.order_ids,
        "emails": own.emails or matter.entities.emails,
    }
    route = chosen.route.model_copy(update={"entities": own.model_copy(update=shared)})
    return replace(chosen, route=route)


def is_open(dialog: Dialog) -> bool:
    """Whether the last answer waits for the customer: what else was asked for comes after it."""
    return bool(dialog.asking or dialog.proposals)


def later(matters: Sequence[Matter]) -> str:
    """What the customer hears of what has to wait."""
    named = [_NAMES.get(Intent(matter.intent), "") if matter.intent in set(Intent) else "" for matter in matters]
    if not all(named):
        return "I will come to the rest of your message right after that."
    said = f"{', '.join(named[:-1])} and {named[-1]}" if len(named) > 1 else named[0]
    return f"You also asked about {said}: I will come to that next."


def _is_part_of(intent: str, known: set[str]) -> bool:
    """Whether it is asked for already, by another name."""
    if intent == Intent.REFUND_STATUS and known & _MONEY_BACK:
        return True
    return intent in known or any({intent, other} <= swap for swap in _SWAPS for other in known)
