"""What leaves: the guard chain on the draft, then the record."""

from __future__ import annotations

import json
import logging
from typing import Any

from langchain_core.messages import AIMessage, RemoveMessage
from pydantic import JsonValue

from shopgraph.audit.log import AuditEvent
from shopgraph.graphs.evidence import facts_of
from shopgraph.graphs.node import APOLOGY, Desk, booked, node
from shopgraph.graphs.remember import remember
from shopgraph.graphs.state import State, Stitched
from shopgraph.guards.decisions import Verdict, VerdictKind
from shopgraph.guards.facts import BrandFact, Facts
from shopgraph.guards.screen import FENCE, mask_personal
from shopgraph.models.speech.language import language_of
from shopgraph.telemetry.layers import Layer

logger = logging.getLogger(__name__)

BLOCKED = "I cannot answer that safely. I am happy to pass it to a colleague: just ask for a person."
KEPT_MESSAGES = 20
"""How many messages a conversation keeps in its checkpoint; the audit log has them all."""


@node(Layer.GOVERNANCE, fails="closed", always=True)
async def govern(state: State, desk: Desk) -> State:
    """Check the draft against the facts of this request, correct what is wrong, and block what must not be said."""
    if state.get("failure"):
        failed = Verdict(
            guard=state["failure"], verdict=VerdictKind.ERROR, after=APOLOGY, reason="a step failed closed"
        )
        return {"draft": APOLOGY, "verdicts": [*state["verdicts"], failed], "messages": [AIMessage(APOLOGY)]}
    facts = facts_of(state)
    chain = desk.parts.guards or desk.shop.guards
    result = chain.run(state["draft"], _in_the_language_of_the_message(state, chain.complete(facts)))
    text = BLOCKED if result.blocked or not result.text.strip() else result.text
    found = [item for item in result.verdicts if item.verdict != VerdictKind.PASS]
    verdicts = [*state["verdicts"], *_fenced(state), *found]
    return {"draft": text, "facts": facts, "verdicts": verdicts, "messages": [AIMessage(text)]}


def _in_the_language_of_the_message(state: State, facts: Facts) -> Facts:
    """Whoever writes in another language than the profile's may be answered in it."""
    brand = facts.brand or BrandFact()
    spoken = language_of(state["request"].text, state["request"].locale)
    return facts.model_copy(update={"brand": brand.model_copy(update={"languages": (*brand.languages, spoken)})})


def _fenced(state: State) -> list[Verdict]:
    """What the tools took out of shoppers' texts because it looked like an instruction."""
    found = []
    for item in state["evidence"]:
        if FENCE in json.dumps(item.result, ensure_ascii=False):
            before, why = f"a text in the result of {item.tool}", "it held an instruction; data is never obeyed"
            found.append(Verdict(guard="injection", verdict=VerdictKind.FIX, before=before, after=FENCE, reason=why))
    return found


@node(Layer.MONITORING, fails="closed", always=True)
async def record(state: State, desk: Desk) -> State:
    """Write every step to the audit log before the answer leaves, and keep the conversation's memory short."""
    try:
        with booked(Layer.AUDIT):
            await desk.shop.audit.append(_events(state))
    except Exception:
        # An answer that is not on the record does not leave, not as a message of the conversation either.
        logger.exception("the audit log could not be written")
        error = Verdict(guard="audit", verdict=VerdictKind.ERROR, after=APOLOGY, reason="the audit log failed")
        unsaid = AIMessage(APOLOGY, id=state["messages"][-1].id)
        return {"failure": "record", "draft": APOLOGY, "messages": [unsaid], "verdicts": [*state["verdicts"], error]}
    noted = await remember(state, desk.shop)
    context = state["context"]
    slim = Stitched(recipe=context.recipe, sources=context.sources, left_out=context.left_out, tokens=context.tokens)
    old = state["messages"][:-KEPT_MESSAGES]
    forget: list[Any] = [RemoveMessage(id=message.id) for message in old if message.id]
    dialog = state["dialog"].model_copy(update={"noted": noted})
    return {"context": slim, "brief": "", "evidence": [], "messages": forget, "dialog": dialog}


def _events(state: State) -> list[AuditEvent]:
    request = state["request"]
    notes = _notes(state)
    events = []
    for step in state["trail"]:
        layers: JsonValue = {name: list(cell) for name, cell in step.layers.items()}
        payload: dict[str, JsonValue] = {"layers": layers, **notes.get(step.node, {})}
        if step.error:
            payload["error"] = mask_personal(step.error)
        events.append(
            AuditEvent(
                request_id=request.id,
                conversation_id=request.conversation_id,
                node=step.node,
                layer=step.layer,
                kind="error" if step.error else "step",
                at=step.at,
                payload=payload,
            )
        )
    return events


def _notes(state: State) -> dict[str, dict[str, JsonValue]]:
    """What each step contributed, with personal data masked."""
    request = state["request"]
    return {
        "screen": {
            "text": mask_personal(request.text),
            "channel": str(request.channel),
            "region": request.region_id,
            "customer": request.customer_id,
        },
        "route": state["route"].model_dump(mode="json") if "route" in state else {},
        "stitch": {
            "recipe": state["context"].recipe,
            "sources": [item.model_dump(mode="json") for item in state["context"].sources],
        },
        "prepare": {
            "tokens": state["context"].tokens,
            "left_out": [item.model_dump(mode="json") for item in state["context"].left_out],
        },
        "gate": {
            "outcomes": [f"{item.tool}: {item.outcome}" for item in state["outcomes"]],
            # What policy was asked, so that another version of it can be asked the same.
            "questions": [item.question.model_dump(mode="json") for item in state["outcomes"] if item.question],
        },
        "agent": {"models": [item.model_dump(mode="json") for item in state["model_calls"]]},
        "act": {"actions": [item.model_dump(mode="json", exclude={"result"}) for item in state["actions"]]},
        "govern": {
            "answer": mask_personal(state["draft"]),
            "decisions": [item.model_dump(mode="json") for item in state["decisions"]],
            "verdicts": [
                item.model_copy(
                    update={"before": mask_personal(item.before), "after": mask_personal(item.after)}
                ).model_dump(mode="json")
                for item in state["verdicts"]
            ],
        },
    }
