"""From a message to what may be said about it: screen, route, stitch, prepare, decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from langchain_core.messages import AnyMessage, HumanMessage

from shopgraph.domain import Channel, Discount, Principal, PrincipalKind, Region
from shopgraph.errors import InvalidInput, NotFound
from shopgraph.graphs.answer import SourceStatus
from shopgraph.graphs.brief import write_brief
from shopgraph.graphs.identity import identify
from shopgraph.graphs.matters import matters_of, with_entities
from shopgraph.graphs.node import Desk, booked, node
from shopgraph.graphs.notes import subject_of
from shopgraph.graphs.routing import Chosen, choose_way, knows_product, route_turn, settled
from shopgraph.graphs.state import Dialog, Matter, Request, State, Stitched
from shopgraph.graphs.stitching.preparing import prepare_context
from shopgraph.graphs.stitching.recipes import Nothing, Recipe, for_a_model
from shopgraph.graphs.stitching.source import Query
from shopgraph.graphs.stitching.stitch import gather
from shopgraph.graphs.tiering import choose_tier
from shopgraph.guards.allowances import allow
from shopgraph.guards.decisions import Effect, Verdict, VerdictKind
from shopgraph.guards.safety import Care, care_for
from shopgraph.guards.screen import FENCE, mask_personal, screen_message
from shopgraph.models.entities import find_entities
from shopgraph.models.routes import Intent, Route, Tier
from shopgraph.models.tiers.decision import TierDecision
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
    "routes": [],
    "tiers": [],
    "matters": [],
    "told": [],
    "handoff": "",
    "draft": "",
    "decisions": [],
    "verdicts": [],
    "actions": [],
    "failure": "",
    "audited": 0,
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
    at = desk.shop.clock.now()
    desk.tape.begin(state, desk.context.principal, at)
    screened = screen_message(last_words(state.get("messages", [])))
    dialog = state.get("dialog") or Dialog()
    principal = desk.context.principal
    customer_id, method = principal.customer_id or dialog.customer_id, principal.method
    if not may_go_on(principal, dialog):
        raise NotFound("There is no such conversation for this customer.", remedy="Start a new one.")
    if not principal.customer_id:
        method = dialog.method
    customer = await desk.shop.connectors.crm.customer(customer_id) if customer_id else None
    desk.tape.who = customer
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
        at=at,
        timezone=region.timezone,
        currency=region.currency,
    )
    desk.untaped.audit.expect(subject_of(request), at)
    if (dialog.customer_id, dialog.method) != (request.customer_id, request.method):
        dialog = dialog.model_copy(update={"customer_id": request.customer_id, "method": request.method})
    verdicts = list(screened.verdicts)
    return cast(State, {**BLANK, "request": request, "dialog": dialog, "verdicts": verdicts})


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
        "dialog": settled(state["dialog"]).model_copy(update={"waiting": ()}),
        "confirmed": False,
        "verdicts": [*state["verdicts"], found],
    }


def _unrouted(state: State, desk: Desk) -> State:
    """What later nodes find when a message could not be routed."""
    if state["routes"]:
        return {}  # what was asked for before it has been
    why = "the message could not be routed"
    return {"route": Route(intent=str(Intent.OUT_OF_SCOPE), tier=Tier.PERSON, confidence=0, why=why)}


@node(Layer.ROUTING, fails="closed", fallback=_unrouted)
async def route(state: State, desk: Desk) -> State:
    """Find intent, entities and tier; carry on an unfinished dialog; take a plain yes or no for what it is."""
    with booked(Layer.GOVERNANCE):
        care = care_for(state["request"].text)
    if care is not None:
        return _with_care(state, care)
    begun = await (_next_matter(state, desk) if state["routes"] else _first_matter(state, desk))
    request, chosen = begun.request, begun.chosen
    decisions = list(state["decisions"])
    if desk.context.principal.kind == "guest":
        with booked(Layer.POLICY):
            # Who they are may stand in another part of the message than what they ask.
            whole = request.model_copy(update={"text": request.whole})
            named = find_entities(request.whole).entities if request.said else chosen.route.entities
            found = await identify(desk.shop, whole, named)
        decisions += found.decisions
        if found.customer is not None:
            desk.tape.who = found.customer
            who = {"customer_id": found.customer.id, "method": found.method}
            request = request.model_copy(update={**who, "region_id": found.customer.region_id})
            chosen.dialog = chosen.dialog.model_copy(update=who)
    # Of this matter alone: that another one was refused is no reason against it.
    judged = decisions[len(state["decisions"]) :]
    refused = next((item for item in judged if item.effect is Effect.DENY), None)
    decision = await choose_tier(desk, request, chosen, intents=1 + len(begun.matters))
    if chosen.route.tier is not decision.tier:
        chosen.route = chosen.route.model_copy(update={"tier": decision.tier})
    _on_span(desk, chosen.route, decision)
    return {
        **begun.update,
        "request": request,
        "route": chosen.route,
        "routes": [*state["routes"], chosen.route],
        "tiers": [*state["tiers"], decision],
        "matters": list(begun.matters),
        "way": "govern" if refused else choose_way(desk.parts, chosen),
        "draft": f"{refused.reason} {refused.remedy}" if refused else "",
        "dialog": chosen.dialog,
        "confirmed": chosen.confirmed,
        "decisions": decisions,
    }


@dataclass(frozen=True, kw_only=True)
class _Begun:
    """One matter of a request, as it begins to be served."""

    request: Request
    chosen: Chosen
    matters: tuple[Matter, ...]
    """Those after it."""
    update: State


async def _first_matter(state: State, desk: Desk) -> _Begun:
    """The message, or the first of what it asks for; what waited from before comes after it."""
    request, dialog = state["request"], state["dialog"]
    chosen = await _chosen(desk, request, dialog)
    matters = matters_of(desk.parts, chosen, request.text)
    if matters:
        first, *rest = matters
        request = request.model_copy(update={"text": first.text, "said": request.text})
        chosen = with_entities(await _chosen(desk, request, dialog), first)
        matters = tuple(rest)
    return _Begun(request=request, chosen=chosen, matters=(*matters, *dialog.waiting), update={})


async def _next_matter(state: State, desk: Desk) -> _Begun:
    """The next thing that was asked for. Of the one before are left its answer, its evidence and what was done."""
    matter, *rest = state["matters"]
    request = state["request"]
    request = request.model_copy(update={"text": matter.text, "said": request.whole})
    dialog = state["dialog"].model_copy(update={"waiting": tuple(rest)})
    chosen = with_entities(await _chosen(desk, request, dialog), matter)
    told = [*state["told"], state["draft"]]
    update: State = {"told": told, "calls": [], "outcomes": [], "caller": "", "confirmed": False}
    return _Begun(request=request, chosen=chosen, matters=tuple(rest), update=update)


async def _chosen(desk: Desk, request: Request, dialog: Dialog) -> Chosen:
    chosen = route_turn(desk.parts, request.text, dialog)
    connectors = desk.shop.connectors
    if not chosen.confirmed and chosen.route.confidence < 1:
        return await knows_product(connectors.search, connectors.catalog, chosen, request.text)
    return chosen


def _on_span(desk: Desk, route: Route, decision: TierDecision) -> None:
    """What a trace says of a routing: no text of the customer's."""
    desk.span.set("intent", route.intent)
    desk.span.set("confidence", route.confidence)
    desk.span.set("tier", str(decision.tier))
    desk.span.set("tier_reasons", decision.why)


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
        # The sources' own look-ups stay off the tape: it keeps what they came to.
        connectors=desk.untaped.connectors,
        policy=desk.shop.policy,
        region_id=request.region_id,
        locale=request.locale,
        at=request.at,
        request=request,
        route=state["route"],
        memory=lambda: desk.untaped.memory,
        shared=desk.shop.shared,
        subject=state["dialog"].subject.get("product_id", ""),
        customer=desk.tape.who,
        with_products=with_model,
    )
    context = await gather(
        desk.parts.sources,
        recipe_for(state, desk),
        query,
        deadline_ms=desk.shop.source_deadline_ms,
        with_model=with_model,
    )
    desk.tape.context(context)
    return {"context": _joined(state["context"], context) if state["told"] else context}


def _joined(before: Stitched, now: Stitched) -> Stitched:
    """What is known by now: the answers to earlier matters of the message stand on what was fetched for them."""
    kept = {name: getattr(before, name) for name in Stitched.model_fields if not getattr(now, name)}
    known = {source.source: source for source in before.sources}
    sources = tuple(
        known.get(source.source, source) if source.status is SourceStatus.SKIPPED else source for source in now.sources
    )
    return now.model_copy(update={**kept, "sources": sources, "origins": {**before.origins, **now.origins}})


@node(Layer.DATA_PREP, fails="closed")
async def prepare(state: State, desk: Desk) -> State:
    """Clean and merge what was fetched, fence instructions in it, and write the facts that a model would be given."""
    request = state["request"]
    prepared = prepare_context(state["context"], currency=request.currency, message=request.text)
    context, verdicts = prepared.context, [*state["verdicts"], *prepared.verdicts]
    if state["way"] != "agent":
        if prepared.left_out:
            context = context.model_copy(update={"left_out": (*context.left_out, *prepared.left_out)})
        return {"context": context, "brief": "", "verdicts": verdicts}
    brief = write_brief(request, context, recipe_for(state, desk), prepared.left_out)
    told = {"left_out": brief.left_out, "tokens": brief.tokens, "passages": brief.passages}
    context = context.model_copy(update=told)
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
