"""From a message to what may be said about it: screen, route, stitch, prepare, decide."""

from __future__ import annotations

from typing import cast

from langchain_core.messages import AnyMessage, HumanMessage

from shopgraph.domain import Channel, Discount, Principal, PrincipalKind, Region
from shopgraph.errors import InvalidInput, NotFound
from shopgraph.graphs.brief import write_brief
from shopgraph.graphs.identity import identify
from shopgraph.graphs.node import Desk, booked, node
from shopgraph.graphs.routing import choose_way, knows_product, route_turn, settled
from shopgraph.graphs.state import Dialog, Request, State, Stitched
from shopgraph.graphs.stitching.preparing import prepare_context
from shopgraph.graphs.stitching.recipes import Nothing, Recipe, for_a_model
from shopgraph.graphs.stitching.source import Query
from shopgraph.graphs.stitching.stitch import gather
from shopgraph.guards.allowances import allow
from shopgraph.guards.decisions import Effect, Verdict, VerdictKind
from shopgraph.guards.safety import Care, care_for
from shopgraph.guards.screen import FENCE, mask_personal, screen_message
from shopgraph.models.routes import Intent, Route, Tier
from shopgraph.telemetry.layers import Layer

BLANK: State = {
    "context": Stitched(),
    "brief": "",
    "evidence": [],
    "calls": [],
    "caller": "",
    "confirmed": False,
    "approvals": {},
    "declined": {},
    "outcomes": [],
    "rounds": 0,
    "model_calls": [],
    "handoff": "",
    "draft": "",
    "decisions": [],
    "verdicts": [],
    "actions": [],
    "failure": "",
}
"""What every request starts from; `messages` and `dialog` stay."""
_EXCERPT = 300
"""Characters of a message about harm that its verdict keeps."""


def principal_of(state: State, desk: Desk) -> Principal:
    """Who is asking: the host's word first, else whom an enabled look-up has identified in this conversation."""
    if desk.context.principal.kind != "guest":
        return desk.context.principal
    request = state["request"]
    if request.customer_id:
        return Principal.customer(request.customer_id, method=request.method)
    return Principal.guest()


def may_go_on(principal: Principal, dialog: Dialog) -> bool:
    """Whether a conversation is this principal's to go on with.

    One customer's is no other's. What a host vouched for once, a guest does not inherit; only a look-up made in the
    conversation stays with it.
    """
    if principal.customer_id:
        return dialog.customer_id in ("", principal.customer_id)
    return principal.kind is not PrincipalKind.GUEST or not dialog.customer_id or dialog.method != "host"


def last_words(messages: list[AnyMessage]) -> str:
    """The text of the newest message, which must be a person's.

    Raises:
        InvalidInput: there is none.
    """
    if not messages or not isinstance(messages[-1], HumanMessage):
        raise InvalidInput("There is no message to answer.", remedy="End `messages` with a HumanMessage.")
    return str(messages[-1].text)


async def _region(state: State, desk: Desk, customer_region: str) -> Region:
    asked = state.get("region_id") or customer_region or desk.shop.meta.default_region_id
    region = await desk.shop.connectors.catalog.region(asked)
    if region is None:
        known = ", ".join(item.id for item in await desk.shop.connectors.catalog.regions())
        raise InvalidInput(f"The shop has no region {asked!r}.", remedy=f"It sells in {known}.", region=asked)
    return region


def _channel(name: str) -> Channel:
    try:
        return Channel(name)
    except ValueError:
        raise InvalidInput(f"{name!r} is no channel.", remedy=f"Use one of {', '.join(Channel)}.") from None


def _unread(state: State, desk: Desk) -> State:
    """What later nodes find when the message could not even be read: a request of nobody's."""
    request = Request(
        id=state.get("request_id") or desk.new_request_id(),
        conversation_id=desk.conversation_id,
        text="",
        channel=Channel.WEB,
        region_id=desk.shop.meta.default_region_id,
        locale="en_US",
        at=desk.shop.clock.now(),
    )
    route = Route(intent=str(Intent.OUT_OF_SCOPE), tier=Tier.PERSON, confidence=0, why="the message could not be read")
    return {**BLANK, "request": request, "dialog": state.get("dialog") or Dialog(), "route": route}


@node(Layer.GOVERNANCE, fails="closed", always=True, fallback=_unread)
async def screen(state: State, desk: Desk) -> State:
    """Normalise the message, look for instructions hidden in it, and settle who is asking, from where.

    It always runs: a request that failed must not silence the conversation's next one.
    """
    screened = screen_message(last_words(state.get("messages", [])))
    dialog = state.get("dialog") or Dialog()
    principal = desk.context.principal
    customer_id, method = principal.customer_id or dialog.customer_id, principal.method
    if not may_go_on(principal, dialog):
        raise NotFound("There is no such conversation for this customer.", remedy="Start a new one.")
    if not principal.customer_id:
        method = dialog.method
    customer = await desk.shop.connectors.crm.customer(customer_id) if customer_id else None
    region = await _region(state, desk, customer.region_id if customer else "")
    request = Request(
        id=state.get("request_id") or desk.new_request_id(),
        conversation_id=desk.conversation_id,
        text=screened.text,
        channel=_channel(state.get("channel") or Channel.WEB),
        region_id=region.id,
        locale=region.locale,
        customer_id=customer.id if customer else "",
        method=method if customer else "",
        at=desk.shop.clock.now(),
        timezone=region.timezone,
        currency=region.currency,
    )
    bound = dialog.model_copy(update={"customer_id": request.customer_id, "method": request.method})
    verdicts = list(screened.verdicts)
    return cast(State, {**BLANK, "request": request, "dialog": bound, "verdicts": verdicts})


def _with_care(state: State, care: Care) -> State:
    """Answer a message about harm with care, and with nothing else; what was under way or awaited a yes is dropped."""
    why = f"the message is about {care.harm.replace('_', ' ')}"
    before = mask_personal(state["request"].text)[:_EXCERPT]
    found = Verdict(guard="safety", verdict=VerdictKind.BLOCK, before=before, after=care.text, reason=why)
    intent = str(Intent.PERSON if care.person else Intent.OUT_OF_SCOPE)
    tier = Tier.PERSON if care.person else Tier.WORKFLOW
    return {
        "route": Route(intent=intent, tier=tier, confidence=1.0, why=why),
        "way": "person" if care.person else "govern",
        "draft": care.text,
        "handoff": str(care.harm) if care.person else "",
        "dialog": settled(state["dialog"]),
        "confirmed": False,
        "verdicts": [*state["verdicts"], found],
    }


@node(Layer.ROUTING, fails="closed")
async def route(state: State, desk: Desk) -> State:
    """Find intent, entities and tier; carry on an unfinished dialog; take a plain yes or no for what it is."""
    request, dialog = state["request"], state["dialog"]
    with booked(Layer.GOVERNANCE):
        care = care_for(request.text)
    if care is not None:
        return _with_care(state, care)
    chosen = route_turn(desk.parts, request.text, dialog)
    connectors = desk.shop.connectors
    if not chosen.confirmed and chosen.route.confidence < 1:
        chosen.route = await knows_product(connectors.search, connectors.catalog, chosen.route, request.text)
    decisions = list(state["decisions"])
    if desk.context.principal.kind == "guest":
        with booked(Layer.POLICY):
            found = await identify(desk.shop, request, chosen.route.entities)
        decisions += found.decisions
        if found.customer is not None:
            who = {"customer_id": found.customer.id, "method": found.method}
            request = request.model_copy(update={**who, "region_id": found.customer.region_id})
            chosen.dialog = chosen.dialog.model_copy(update=who)
    refused = next((item for item in decisions if item.effect is Effect.DENY), None)
    return {
        "request": request,
        "route": chosen.route,
        "way": "govern" if refused else choose_way(desk.parts, desk.shop, chosen),
        "draft": f"{refused.reason} {refused.remedy}" if refused else "",
        "dialog": chosen.dialog,
        "confirmed": chosen.confirmed,
        "decisions": decisions,
    }


def recipe_for(state: State, desk: Desk) -> type[Recipe]:
    """What this request needs to know: the recipe of its intent, and where a model answers all else after it."""
    serving = desk.parts.workflows.get(state["route"].intent)
    recipe = serving.recipe if serving is not None else Nothing
    return for_a_model(recipe, tuple(desk.parts.sources)) if state["way"] == "agent" else recipe


@node(Layer.CONTEXT_STITCHING, fails="open")
async def stitch(state: State, desk: Desk) -> State:
    """Fetch what the intent's recipe names, all sources at once, each under its deadline."""
    request, with_model = state["request"], state["way"] == "agent"
    query = Query(
        connectors=desk.shop.connectors,
        policy=desk.shop.policy,
        region_id=request.region_id,
        locale=request.locale,
        at=request.at,
        request=request,
        route=state["route"],
        memory=lambda: desk.shop.memory,
        shared=desk.shop.shared,
        subject=state["dialog"].subject.get("product_id", ""),
        with_products=with_model,
    )
    context = await gather(
        desk.parts.sources,
        recipe_for(state, desk),
        query,
        deadline_ms=desk.shop.source_deadline_ms,
        with_model=with_model,
    )
    return {"context": context}


@node(Layer.DATA_PREP, fails="closed")
async def prepare(state: State, desk: Desk) -> State:
    """Clean and merge what was fetched, fence instructions in it, and write the facts that a model would be given."""
    request = state["request"]
    prepared = prepare_context(state["context"], currency=request.currency)
    context, verdicts = prepared.context, [*state["verdicts"], *prepared.verdicts]
    if state["way"] != "agent":
        return {"context": context, "brief": "", "verdicts": verdicts}
    brief = write_brief(request, context, recipe_for(state, desk))
    context = context.model_copy(update={"left_out": brief.left_out, "tokens": brief.tokens})
    if FENCE in brief.text:
        why = "it held an instruction; data is never obeyed"
        verdicts.append(
            Verdict(guard="injection", verdict=VerdictKind.FIX, before="a line of the facts", after=FENCE, reason=why)
        )
    return {"context": context, "brief": brief.text, "verdicts": verdicts}


@node(Layer.POLICY, fails="closed")
async def decide(state: State, desk: Desk) -> State:
    """Compute what may be offered before anyone speaks: discounts, return window, tax, delivery."""
    request, context = state["request"], state["context"]
    allowances = allow(
        desk.shop.policy,
        region_id=request.region_id,
        customer=context.customer,
        discounts=await _discounts(state, desk),
        promotions=context.promotions,
        at=request.at,
    )
    return {"allowances": allowances}


async def _discounts(state: State, desk: Desk) -> tuple[Discount, ...]:
    """The price cuts of before, as stitched; read here where they are not known: not known is not none."""
    request, context = state["request"], state["context"]
    if context.knows("discounts") or not request.customer_id:
        return context.discounts
    return await desk.shop.connectors.marketing.discounts_of(request.customer_id)
