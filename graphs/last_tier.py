"""When no model answers: what the shop can still do, what it knows, what it cannot do, and a person for the rest."""

from __future__ import annotations

import re

from pydantic import ValidationError

from shopgraph.domain.days import last_day
from shopgraph.errors import ModelFault
from shopgraph.graphs.node import Desk
from shopgraph.graphs.routing import settled
from shopgraph.graphs.state import Evidence, State
from shopgraph.models.faults import kind
from shopgraph.models.routes import Intent, Tier
from shopgraph.models.speech.known import Known, KnownOrder, KnownPromotion
from shopgraph.models.speech.language import language_of
from shopgraph.models.speech.speaker import MOST_ORDERS, Speaker

_ABOUT_ORDERS = re.compile(
    r"\border|deliver|parcel|package|shipp|track|bestell|liefer|paket|sendung|command|colis|livr|exp[ée]di", re.I
)
_ABOUT_PROMOTIONS = re.compile(r"discount|promo|sale\b|offer|code|rabatt|angebot|aktion|remise|solde|offre", re.I)


class NoAnswer(Exception):
    """No model gave a usable answer; `str` of it says why, without any text of the conversation."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def why_not(error: Exception) -> str:
    """Why a model did not answer, in a word: a provider's message may hold what it was sent."""
    return str(kind(error)) if isinstance(error, ModelFault) else type(error).__name__


def without_model(state: State, desk: Desk, so_far: State, why: str) -> State:
    """Go on without a model.

    What was read for this request is told; else the intent's workflow serves; else what the context holds about the
    question is told; else a person takes over.
    """
    route, speaker = state["route"], speaker_of(state)
    known = _read(so_far["evidence"])
    workflow = desk.parts.workflows.get(route.intent)
    if not known and workflow is not None and route.intent != Intent.OUT_OF_SCOPE:
        return {**so_far, **_by(state, Tier.WORKFLOW, why), "way": workflow.name}
    known = known or _in_context(state)
    if known:
        draft, dialog = speaker.tell(known), settled(state["dialog"])
        return {**so_far, **_by(state, Tier.TOOL, why), "draft": draft, "dialog": dialog}
    handoff = f"no model answered ({why})"
    return {**so_far, **_by(state, Tier.PERSON, why), "draft": speaker.say("handover"), "handoff": handoff}


def speaker_of(state: State) -> Speaker:
    """Who speaks in this request: the language of the message, else the region's."""
    request = state["request"]
    return Speaker(language_of(request.text, request.locale), request.locale)


def _by(state: State, tier: Tier, why: str) -> State:
    route = state["route"]
    told = f"{route.why}; no model answered ({why})"
    return {"route": route.model_copy(update={"tier": tier, "why": told})}


def _read(evidence: list[Evidence]) -> Known:
    known = Known()
    for item in evidence:
        known += Known.of_result(item.result)
    return known


def _in_context(state: State) -> Known:
    """What was stitched together and answers what was asked for."""
    context, request = state["context"], state["request"]
    named = set(state["route"].entities.order_ids)
    orders = [order for order in context.orders if order.id in named]
    if not orders and not named and _ABOUT_ORDERS.search(request.text):
        orders = list(context.orders[:MOST_ORDERS])
    promotions = context.promotions if _ABOUT_PROMOTIONS.search(request.text) else ()
    try:
        return Known(
            orders=tuple(KnownOrder.model_validate(order, from_attributes=True) for order in orders),
            promotions=tuple(
                KnownPromotion(
                    name=each.name,
                    percent=each.percent,
                    ends_on=last_day(each.ends_at, request.timezone),
                    needs_code=each.id in context.coded,
                )
                for each in promotions
            ),
        )
    except ValidationError:
        return Known()  # a record of another form: it is not spoken about
