"""Which way a message goes: the router's word, tempered by the dialog that is under way."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shopgraph.connectors.ports import CatalogPort, SearchPort
from shopgraph.graphs.context import ShopServices
from shopgraph.graphs.parts import Parts
from shopgraph.graphs.state import Dialog
from shopgraph.graphs.wording import coverage, words
from shopgraph.models.replies import answer_of, is_fragment
from shopgraph.models.routes import Intent, Route, Tier

Way = str
"""A node's name: `gate`, `agent`, `person`, or a workflow's."""

SURE = 0.6
"""Confidence from which a new intent interrupts a dialog that waits for an answer."""
_SMALL_TALK = frozenset({Intent.AFFIRM, Intent.GREETING, Intent.OUT_OF_SCOPE, Intent.COMPLAINT})
"""What never interrupts a dialog that waits for an answer: "it is broken" may well be one."""

_ASKS_FOR_SOMEBODY = re.compile(
    r"human|person|people|agent|representative|someone|somebody|colleague|staff|manager|supervisor|operator|speak|talk",
    re.I,
)
_SWAPS = frozenset({Intent.EXCHANGE_ITEMS, Intent.CHANGE_ITEMS})
_FOLLOWS_UP = re.compile(r"\s*(and|what about|how about|in)\b", re.I)


@dataclass
class Chosen:
    """A turn's route, and the dialog as it stands after it."""

    route: Route
    dialog: Dialog
    confirmed: bool = False


def route_turn(parts: Parts, text: str, dialog: Dialog) -> Chosen:
    """Route a message within its dialog.

    A clear yes confirms what was proposed; a clear no drops it. While a slot is asked for, the message is its answer
    unless it surely is about something else.
    """
    route = parts.router.route(text)
    if dialog.proposal is not None:
        reply = answer_of(text, question=dialog.proposal.summary)
        if reply == "yes":
            return Chosen(
                _same(route, dialog, Intent.AFFIRM, "a clear yes to what was proposed"), dialog, confirmed=True
            )
        if reply == "no":
            return Chosen(_same(route, dialog, Intent.DENY, "a clear no to what was proposed"), settled(dialog))
        dialog = dialog.model_copy(update={"proposal": None})
    elif dialog.asking and answer_of(text) == "no":
        return Chosen(_same(route, dialog, Intent.DENY, "a clear no to what was asked"), settled(dialog))
    if dialog.intent and _stays(route, dialog, text):
        why = f"answers what {dialog.intent} asked for" if dialog.asking else f"goes on with {dialog.intent}"
        return Chosen(_same(route, dialog, dialog.intent, why), dialog)
    if route.intent == dialog.intent:
        return Chosen(route, dialog)
    if "product_id" in dialog.subject and _FOLLOWS_UP.match(text) and len(text.split()) <= 6:
        route = _same(route, dialog, Intent.PRODUCT_QUESTION, "follows up on the product just spoken of")
    return Chosen(route, dialog.model_copy(update={"intent": "", "slots": {}, "asking": ""}))


def settled(dialog: Dialog) -> Dialog:
    """The dialog with nothing under way; who it is with and what it was about stay."""
    return dialog.model_copy(update={"intent": "", "slots": {}, "asking": "", "proposal": None})


def _same(route: Route, dialog: Dialog, intent: str, why: str) -> Route:
    return route.model_copy(
        update={"intent": str(intent), "tier": Tier.WORKFLOW, "confidence": 1.0, "why": why, "runner_up": route.intent}
    )


def _stays(route: Route, dialog: Dialog, text: str) -> bool:
    """Whether a message answers what the dialog asked for, rather than beginning something else."""
    if not dialog.asking:
        return False
    if route.intent == Intent.PERSON:
        return not _ASKS_FOR_SOMEBODY.search(text)
    if dialog.asking == "identity" and (route.entities.emails or route.entities.postal_codes):
        return True
    if route.intent in _SMALL_TALK or {route.intent, dialog.intent} <= _SWAPS:
        return True
    if route.intent == dialog.intent or route.confidence < SURE:
        return True
    return is_fragment(text) and route.intent != Intent.THANKS


def _named(title: str, said: frozenset[str]) -> bool:
    """Half of a title was said, its last word (what the thing is) among it."""
    return coverage(title, said) >= 0.5 and words(title.split()[-1]) <= said


async def knows_product(search: SearchPort, catalog: CatalogPort, route: Route, text: str) -> Route:
    """Take a message that no intent fits, but that names a product, for an open question about that product."""
    if route.intent != Intent.OUT_OF_SCOPE and route.confidence >= SURE:
        return route
    hits = await search.search(text, limit=1)
    product = await catalog.product(hits[0].product_id) if hits else None
    if product is None or not _named(product.title, words(text)):
        return route
    why = f"names {product.title}; otherwise {route.intent}"
    return route.model_copy(
        update={"intent": str(Intent.PRODUCT_QUESTION), "tier": Tier.SMALL_MODEL, "why": why, "runner_up": route.intent}
    )


def choose_way(parts: Parts, shop: ShopServices, chosen: Chosen) -> Way:
    """The node that serves this request."""
    route = chosen.route
    if chosen.confirmed:
        return "gate"
    wants_model = route.tier in (Tier.SMALL_MODEL, Tier.LARGE_MODEL)
    if wants_model and (parts.model is not None or shop.chat_model is not None):
        return "agent"
    if route.intent in parts.workflows:
        return parts.workflows[route.intent].name
    if route.tier is Tier.PERSON:
        return "person"
    return parts.workflows[Intent.OUT_OF_SCOPE].name
