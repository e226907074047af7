"""The agent: a tool-calling loop for what no workflow serves, on any LangChain chat model, behind the same gate."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.messages import ToolCall as ToolCallDict
from langchain_core.runnables import Runnable
from pydantic import JsonValue

from shopgraph.domain import SessionEventKind
from shopgraph.errors import ConfigurationError, ModelFault, UserError
from shopgraph.graphs.acting import ACTED, each_once, proposed, tell, tool_context
from shopgraph.graphs.last_tier import NoAnswer, why_not, without_model
from shopgraph.graphs.node import Desk, engine, node
from shopgraph.graphs.prompt import UNSURE, offered, schemas, system
from shopgraph.graphs.routing import settled
from shopgraph.graphs.state import Evidence, State, Step
from shopgraph.graphs.taped_models import digest_of, parameters_of, plain_reply
from shopgraph.graphs.tiering import may_escalate, model_of
from shopgraph.graphs.turns import told
from shopgraph.graphs.workflows.talk import TALK
from shopgraph.guards.decisions import Decision
from shopgraph.guards.screen import mask_personal, screen_json
from shopgraph.models.chat import deadline_of, for_tier
from shopgraph.models.routes import Tier
from shopgraph.models.scope import CallScope, call_scope, current_scope
from shopgraph.telemetry.layers import Layer
from shopgraph.tools.langchain import text_for_model
from shopgraph.tools.session import Message, against_rules
from shopgraph.tools.spec import GateOutcome, ToolCall

logger = logging.getLogger(__name__)

MOST_S = 600.0
GRACE_S = 0.25
"""A model that keeps its own deadline ends by itself; one that does not is ended so many seconds later."""
MAX_ROUNDS = 6
"""How often one model may speak in one request before a larger one, or a person, takes over."""
NO_END = "the model did not come to an answer"
NOT_SURE = "the model was not sure"
_DOUBTS = re.compile(
    r"\W*(?:sorry,? (?:but )?|unfortunately,? )?i(?:(?:'m| am) (?:really )?not (?:entirely |quite |completely )?"
    r"(?:sure|certain)| (?:do not|don't) (?:actually )?know)\b",
    re.I,
)
"""How models begin that were told to say so in one word and say it in their own."""


@node(Layer.ROUTING, fails="closed")
async def agent(state: State, desk: Desk) -> State:
    """Let the model answer or ask for tools: reads are done here, changes go to the gate.

    When no model answers in time the request goes on without one (`without_model`).
    """
    if state["outcomes"]:
        return await _told(state)
    model = model_of(desk)
    if model is None:
        raise ConfigurationError("The agent has no chat model.", remedy="Name one in models.yaml or pass model=.")
    seconds = time_for_models(deadline_of(model), state["trail"])
    so_far: State = {"evidence": list(state["evidence"]), "decisions": list(state["decisions"])}
    with call_scope(owner=_owner(state, desk), seconds=seconds, private=_private(state)) as calls:
        try:
            update = await _answered(state, desk, model, so_far)
            update |= _served_by(state, calls, update.get("handoff", ""))
        except NoAnswer as error:
            logger.warning("no model answered request %s: %s", state["request"].id, error.why)
            update = without_model(state, desk, so_far, error.why)
    desk.tape.note("model_calls", calls.calls)
    return {**update, "model_calls": calls.calls}


def time_for_models(deadline_s: float | None, trail: Sequence[Step]) -> float | None:
    """Seconds that models have of a request's deadline, which counts from the request's begin; None: as they like.

    What the shop itself has taken so far goes off twice: what is still to do once the models have answered (the guards,
    the record) takes about as long, and on a machine that is short of time both do.
    """
    if deadline_s is None:
        return None
    own_s = sum(cell[0] for step in trail for cell in step.layers.values()) / 1000
    return max(0.0, deadline_s - 2 * own_s)


async def _answered(state: State, desk: Desk, model: BaseChatModel, so_far: State) -> State:
    """What the chosen tier's model says; where the small one does not know, what the large one says; else a person."""
    tier = state["route"].tier
    update = await _loop(state, desk, for_tier(model, tier), so_far)
    if update.get("handoff") not in (NO_END, NOT_SURE):
        return update
    logger.info("%s did not know: %s", tier, update["handoff"])
    if tier != Tier.SMALL_MODEL or not may_escalate(model):
        return update
    return await _loop(state, desk, for_tier(model, Tier.LARGE_MODEL), so_far)


async def _loop(state: State, desk: Desk, model: BaseChatModel, so_far: State) -> State:
    tools = offered(desk.shop.gate)
    bound = model.bind_tools(schemas(desk.shop.gate))
    talk = [system(state["brief"]), *_spoken(state["messages"])]
    for _ in range(MAX_ROUNDS):
        so_far["rounds"] = so_far.get("rounds", 0) + 1
        reply = await _taped(desk, model, bound, talk)
        if reply.invalid_tool_calls:
            talk += _corrected(reply)
            continue
        talk.append(reply)
        wanted = reply.tool_calls
        if not wanted and is_unsure(str(reply.text)):
            return {**so_far, "handoff": NOT_SURE}
        if not wanted:
            return {**so_far, "draft": str(reply.text), "dialog": settled(state["dialog"])}
        if (no := _against_rules(state, desk, str(reply.text), wanted)) is not None:
            so_far["decisions"] = each_once([*so_far["decisions"], no])
            refusal = f"Refused, nothing was done. {no.reason} {no.remedy}"
            talk += [ToolMessage(refusal, tool_call_id=str(call["id"])) for call in wanted]
            continue
        changes = [call for call in wanted if call["name"] in tools and tools[call["name"]].mutates]
        if changes:
            return {**so_far, "calls": [_call(state, call) for call in changes], "caller": "agent"}
        for call in wanted:
            outcome = _screened(await _read(state, desk, call))
            if outcome.outcome in ACTED and outcome.result is not None:
                so_far["evidence"].append(Evidence(tool=outcome.tool, result=outcome.result))
            so_far["decisions"] = each_once([*so_far["decisions"], *outcome.decisions])
            talk.append(ToolMessage(text_for_model(outcome), tool_call_id=str(call["id"])))
    return {**so_far, "handoff": NO_END}


def is_unsure(text: str) -> bool:
    """Whether a model's answer says that it does not know."""
    return text.strip(" .!\n*").upper() == UNSURE or bool(_DOUBTS.match(text))


async def _taped(
    desk: Desk, model: BaseChatModel, bound: Runnable[LanguageModelInput, AIMessage], talk: list[BaseMessage]
) -> AIMessage:
    """`_ask`, with what was asked, how, and what came back on the tape."""
    desk.tape.parameters = parameters_of(model)
    asked = {"digest": digest_of(talk), "parameters": desk.tape.parameters}
    try:
        reply = await _ask(bound, talk)
    except NoAnswer as no:
        desk.tape.note("model", asked, {"failed": no.why})
        raise
    desk.tape.note("model", asked, plain_reply(reply))
    return reply


async def _ask(model: Runnable[LanguageModelInput, AIMessage], talk: list[BaseMessage]) -> AIMessage:
    """One turn of the model.

    Raises:
        NoAnswer: it failed, said nothing, or the request's time for models is over.
        UserError: it is configured wrongly.
    """
    seconds = max(0.0, current_scope().left(MOST_S)) + GRACE_S
    try:
        with engine():
            async with asyncio.timeout(seconds):
                reply = await model.ainvoke(talk)
    except (UserError, NoAnswer):
        raise
    except Exception as error:
        logger.info("a model failed: %s", error if isinstance(error, ModelFault) else type(error).__name__)
        raise NoAnswer(why_not(error)) from None
    if not isinstance(reply, AIMessage) or not (reply.text.strip() or reply.tool_calls or reply.invalid_tool_calls):
        raise NoAnswer("empty")
    return reply


def _corrected(reply: AIMessage) -> list[BaseMessage]:
    """A message with broken calls as the next request holds it, with what is said about it. None is made."""
    broken = {str(call["id"]): f" ({call['error'] or 'no JSON object'})" for call in reply.invalid_tool_calls}
    calls = [*reply.tool_calls]
    calls += [ToolCallDict(name=str(c["name"]), args={}, id=str(c["id"])) for c in reply.invalid_tool_calls]
    said = "Nothing was done: the arguments of a call must be one JSON object. Make the call again."
    results = [ToolMessage(f"{said}{broken.get(str(c['id']), '')}", tool_call_id=str(c["id"])) for c in calls]
    return [AIMessage(reply.text, tool_calls=calls), *results]


def _served_by(state: State, scope: CallScope, handoff: str) -> State:
    """The route with the tier that serves in the end, where that is not the one that was chosen."""
    route = state["route"]
    if handoff:
        return {"route": route.model_copy(update={"tier": Tier.PERSON, "why": f"{route.why}; {handoff}"})}
    answered = next((call for call in reversed(scope.calls) if call.outcome == "ok" and call.tier), None)
    if answered is None or answered.tier == route.tier:
        return {}
    why = f"{route.why}; {answered.deployment} answered"
    return {"route": route.model_copy(update={"tier": Tier(answered.tier), "why": why})}


def _owner(state: State, desk: Desk) -> str:
    """Whose answers these are: an answer kept for one is never given to another."""
    request = state["request"]
    return owner_of(desk.shop.meta.id, request.customer_id or request.conversation_id)


def owner_of(shop_id: str, who: str) -> str:
    """Under what answers are kept for a customer, or for a conversation with nobody in particular."""
    return f"{shop_id}:{who}"


def _private(state: State) -> dict[str, str]:
    """What the messages may hold about the customer, for a recording that must not."""
    context = state["context"]
    searched = [event.subject for event in context.session if event.kind is SessionEventKind.SEARCHED]
    typed = {f"searched_{number}": words for number, words in enumerate(dict.fromkeys(searched))}
    customer = context.customer
    if customer is None:
        return typed
    address = customer.address
    known = {**typed, "given_name": customer.given_name, "family_name": customer.family_name, "email": customer.email}
    known |= {"phone": customer.phone, "street": address.line1, "zip": address.postal_code, "city": address.city}
    return {name: value for name, value in known.items() if value}


def _against_rules(state: State, desk: Desk, text: str, wanted: Sequence[Any]) -> Decision | None:
    """The refusal of a whole message of the model that breaks the bundle's rules for conversations."""
    served = state["route"].intent in desk.parts.workflows and state["route"].intent not in TALK
    message = Message(calls=len(wanted), text=text, request_served_by_tools=served)
    found = (against_rules(desk.shop.policy, str(call["name"]), message) for call in wanted)
    return next((refusal for refusal in found if refusal is not None), None)


async def _read(state: State, desk: Desk, call: Any) -> GateOutcome:
    """Do a read. A change that the model was not offered is only judged: the attempt is on the record."""
    spec = desk.shop.gate.tools.get(call["name"])
    through = desk.shop.gate.judge if spec is not None and spec.mutates else desk.shop.gate.call
    with engine():
        return await through(tool_context(state, desk), _call(state, call))


def _screened(outcome: GateOutcome) -> GateOutcome:
    """The outcome without instructions in what was fetched: names, addresses and other systems' words among it."""
    if outcome.result is None:
        return outcome
    result = {key: screen_json(item, outcome.tool) for key, item in outcome.result.items()}
    return outcome.model_copy(update={"result": result})


def _call(state: State, call: Any) -> ToolCall:
    arguments: dict[str, JsonValue] = dict(call["args"])
    return ToolCall(tool=call["name"], arguments=arguments, call_id=f"{state['request'].id}:{call['id']}")


async def _told(state: State) -> State:
    """What the customer hears once the gate has answered; the model is not asked to tell it."""

    async def report(outcome: GateOutcome) -> str:
        return told(outcome)

    draft, dialog = await tell(state["outcomes"], report), state["dialog"]
    if unconfirmed := proposed(state["outcomes"]):
        return {"draft": draft, "dialog": dialog.model_copy(update={"proposals": unconfirmed, "intent": "agent"})}
    return {"draft": draft, "dialog": settled(dialog)}


def _spoken(messages: list[AnyMessage]) -> list[BaseMessage]:
    """What was said, without personal data: no tool of the model's takes any, and who is asking is known without it."""
    spoken = [message for message in messages if isinstance(message, HumanMessage | AIMessage)]
    return [message.model_copy(update={"content": mask_personal(str(message.text))}) for message in spoken]
