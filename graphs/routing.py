"""Which way a message goes: the router's word, tempered by the dialog that is under way."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import assert_never

from shopgraph.connectors.ports import CatalogPort, SearchPort
from shopgraph.graphs.parts import Parts
from shopgraph.graphs.state import Dialog
from shopgraph.graphs.wording import coverage, head, spoken, words
from shopgraph.models.replies import answer_of, beyond_reply, is_fragment
from shopgraph.models.routes import Intent, Route, Tier

Way = str
"""A node's name: `gate`, `agent`, `person`, or a workflow's."""

SURE = 0.6
"""Confidence from which a new intent interrupts a dialog that waits for an answer."""
_NAMED_ALIKE = 5
"""Products found that are looked at for whether a message names them, too."""
_SMALL_TALK = frozenset({Intent.AFFIRM, Intent.DENY, Intent.GREETING, Intent.OUT_OF_SCOPE, Intent.COMPLAINT})
"""What never interrupts a dialog that waits for an answer: "it is broken" may well be one."""
_LEAVES = frozenset({Intent.THANKS, Intent.GREETING, Intent.COMPLAINT, Intent.PERSON})
"""What is no change of mind about something that was proposed or refused."""

_ASKS_FOR_SOMEBODY = re.compile(
    r"\b(?:human|person|people|agent|representative|someone|somebody|colleague|staff|manager|supervisor|operator|speak"
    r"|talk)(?:s|ing)?\b",
    re.I,
)
_SAYS_THANKS = re.compile(
    r"\b(?:thank\w*|thx|ty|cheers|bye|goodbye|appreciate\w*|great|perfect|awesome|lovely|nice|helpful|wonderful"
    r"|that'?s (?:all|it)|that is (?:all|it)|that will be all|(?:no|nothing) (?:else|more)|have a)\b",
    re.I,
)
_SWAPS = frozenset({Intent.EXCHANGE_ITEMS, Intent.CHANGE_ITEMS})
_GIVES_REASON = re.compile(r"(?<!never )\bmind\b|\bwant\b|\bneed\b", re.I)
""""I changed my mind" is no "no" when one was asked why."""
_NUMBER_ALONE = re.compile(r"\W*(?:(?:and|what about|how about|order)\W+)*\d{4,12}\W*$", re.I)
_ORDER_DIGITS = re.compile(r"(?<![\d+.,-])\d{7,8}(?![\d.,-])")
_FOLLOWS_UP = re.compile(r"\s*(and|what about|how about|in)\b", re.I)


@dataclass
class Chosen:
    """A turn's route, and the dialog as it stands after it."""

    route: Route
    dialog: Dialog
    confirmed: bool = False
    settled: bool = False
    """It belongs to what was under way."""
    named: bool = False
    """What the message names can be looked up, whatever it asks."""


def route_turn(parts: Parts, text: str, dialog: Dialog) -> Chosen:
    """Route a message within its dialog.

    A clear yes confirms what was proposed; a clear no drops it. While a slot is asked for, the message is its answer
    unless it surely is about something else. After a proposal or a refusal, a message that only names something goes
    on with the same matter: "the other one", "only the slippers then". It is proposed anew, under a yes of its own.
    """
    route = in_earnest(parts, text)
    proposed = bool(dialog.proposals)
    if proposed:
        reply = answer_of(text, question=" ".join(proposal.summary for proposal in dialog.proposals))
        if reply == "yes":
            return Chosen(_same(route, Intent.AFFIRM, "a clear yes to what was proposed"), dialog, confirmed=True)
        if reply == "no":
            no = _same(route, Intent.DENY, "a clear no to what was proposed")
            return Chosen(no, settled(dialog), settled=True)
        dialog = dialog.model_copy(update={"proposals": ()})
    elif dialog.asking and answer_of(text) == "no" and not (dialog.asking == "reason" and _GIVES_REASON.search(text)):
        no = _same(route, Intent.DENY, "a clear no to what was asked")
        return Chosen(no, settled(dialog), settled=True)
    if dialog.intent in parts.workflows and (_stays if dialog.asking else _amends)(route, dialog, text):
        why = f"answers what {dialog.intent} asked for" if dialog.asking else f"goes on with {dialog.intent}"
        return Chosen(_same(route, dialog.intent, why), dialog, settled=True)
    if route.intent == dialog.intent:
        # Asked anew in full after a refusal: what was refused is no part of it.
        return Chosen(route, dialog if proposed else settled(dialog))
    if route.confidence < SURE and (_NUMBER_ALONE.match(text) or _names_order(route, text)):
        why = "names an order and nothing that is understood"
        route = _same(route, Intent.ORDER_STATUS, why).model_copy(update={"tier": Tier.TOOL})
    if "product_id" in dialog.subject and _FOLLOWS_UP.match(text) and len(text.split()) <= 6:
        route = _same(route, Intent.PRODUCT_QUESTION, "follows up on the product just spoken of")
    return Chosen(route, settled(dialog))


def _names_order(route: Route, text: str) -> bool:
    """Whether a message that is not understood has an order's number in it."""
    return route.intent == Intent.OUT_OF_SCOPE and bool(route.entities.order_ids or _ORDER_DIGITS.search(text))


def settled(dialog: Dialog) -> Dialog:
    """The dialog with nothing under way; who it is with and what it was about stay."""
    if not (dialog.intent or dialog.slots or dialog.asking or dialog.proposals):
        return dialog
    return dialog.model_copy(update={"intent": "", "slots": {}, "asking": "", "proposals": ()})


def _same(route: Route, intent: str, why: str) -> Route:
    return route.model_copy(
        update={"intent": str(intent), "tier": Tier.WORKFLOW, "confidence": 1.0, "why": why, "runner_up": route.intent}
    )


def _stays(route: Route, dialog: Dialog, text: str) -> bool:
    """Whether a message answers what the dialog asked for, rather than beginning something else."""
    if route.intent == Intent.PERSON:
        return False
    if dialog.asking == "identity" and (route.entities.emails or route.entities.postal_codes):
        return True
    if route.intent in _SMALL_TALK or {route.intent, dialog.intent} <= _SWAPS:
        return True
    if route.intent == dialog.intent or route.confidence < SURE:
        return True
    return is_fragment(text) and route.intent != Intent.THANKS


def _amends(route: Route, dialog: Dialog, text: str) -> bool:
    """Whether a message changes what was just proposed or refused."""
    if answer_of(text) != "other" or (route.intent in _LEAVES and route.confidence >= SURE):
        return False
    return {route.intent, dialog.intent} <= _SWAPS or is_fragment(text)


def in_earnest(parts: Parts, text: str) -> Route:
    """The route, unless it is a guess that ends the talk: a yes or no that is not plain, a person not asked for."""
    route = parts.router.route(text)
    plain = answer_of(text) != "other"
    rest = beyond_reply(text)
    if not plain and route.intent in (Intent.AFFIRM, Intent.DENY) and rest not in ("", text.strip()):
        route = parts.router.route(rest)
    if (
        (route.intent in (Intent.AFFIRM, Intent.DENY) and not plain)
        or (route.intent == Intent.PERSON and not _ASKS_FOR_SOMEBODY.search(text))
        or (route.intent == Intent.THANKS and not _SAYS_THANKS.search(text))
    ):
        why = f"unsure, at best {route.intent}: {route.why}"
        update = {"intent": str(Intent.OUT_OF_SCOPE), "tier": Tier.LARGE_MODEL, "confidence": 0.0, "why": why}
        return route.model_copy(update={**update, "runner_up": route.intent})
    return route


def _named(title: str, said: frozenset[str]) -> bool:
    """Half of a title was said, its last word (what the thing is) among it."""
    return coverage(title, said) >= 0.5 and spoken(head(title), said)


async def knows_product(search: SearchPort, catalog: CatalogPort, chosen: Chosen, text: str) -> Chosen:
    """Take a message that no intent fits, but that names one product, for an open question about that product."""
    route = chosen.route
    if route.intent != Intent.OUT_OF_SCOPE and route.confidence >= SURE:
        return chosen
    hits = await search.search(text, limit=_NAMED_ALIKE)
    said = words(text)
    named = [each for each in await catalog.products([hit.product_id for hit in hits]) if _named(each.title, said)]
    if not named or named[0].id != hits[0].product_id:
        return chosen
    # "The lamp" names every lamp: a message that fits some other intent halfway is not about one of them.
    if route.intent != Intent.OUT_OF_SCOPE and len(named) > 1:
        return chosen
    why = f"names {named[0].title}; otherwise {route.intent}"
    open_question = {"intent": str(Intent.PRODUCT_QUESTION), "tier": Tier.SMALL_MODEL, "why": why}
    return replace(chosen, route=route.model_copy(update={**open_question, "runner_up": route.intent}), named=True)


def choose_way(parts: Parts, chosen: Chosen) -> Way:
    """The node that serves this request, by the tier that was chosen for it."""
    route = chosen.route
    if chosen.confirmed:
        return "gate"
    match route.tier:
        case Tier.SMALL_MODEL | Tier.LARGE_MODEL:
            return "agent"
        case Tier.PERSON:
            # Who asks for a person, or complains, is told so in that workflow's words.
            told = route.intent in (Intent.PERSON, Intent.COMPLAINT) and route.intent in parts.workflows
            return parts.workflows[route.intent].name if told else "person"
        case Tier.WORKFLOW | Tier.TOOL:
            return parts.workflows.get(route.intent, parts.workflows[Intent.OUT_OF_SCOPE]).name
        case _:
            assert_never(route.tier)
