"""What leaves: the guard chain on the draft, then the record."""

from __future__ import annotations

import logging
from typing import Any

from langchain_core.messages import AIMessage, RemoveMessage

from shopgraph.audit.records import json_of
from shopgraph.graphs.evidence import facts_of
from shopgraph.graphs.matters import later
from shopgraph.graphs.node import APOLOGY, Desk, node
from shopgraph.graphs.notes import outcome_of
from shopgraph.graphs.recording import put_on_record
from shopgraph.graphs.remember import remember
from shopgraph.graphs.state import Dialog, State, Stitched
from shopgraph.graphs.tiering import saving_of
from shopgraph.guards.decisions import Verdict, VerdictKind
from shopgraph.guards.facts import BrandFact, Facts
from shopgraph.guards.screen import FENCE
from shopgraph.models.speech.language import language_of
from shopgraph.telemetry.layers import Layer

logger = logging.getLogger(__name__)

BLOCKED = "I cannot answer that safely. I am happy to pass it to a colleague: just ask for a person."
_FENCE = FENCE.encode()
KEPT_MESSAGES = 20
"""How many messages a conversation keeps in its checkpoint; the audit log has them all."""


@node(Layer.GOVERNANCE, fails="closed", always=True)
async def govern(state: State, desk: Desk) -> State:
    """Check the draft against the facts of this request, correct what is wrong, and block what must not be said."""
    if state.get("failure"):
        failed = Verdict(
            guard=state["failure"], verdict=VerdictKind.ERROR, after=APOLOGY, reason="a step failed closed"
        )
        verdicts = [*state["verdicts"], failed]
        if not state["told"]:
            return {"draft": APOLOGY, "verdicts": verdicts, "messages": [AIMessage(APOLOGY)]}
        # What was done before the step that failed is said all the same.
        state = {**state, "draft": APOLOGY, "matters": [], "verdicts": verdicts}
    facts = facts_of(state)
    chain = desk.parts.guards or desk.shop.guards
    draft, dialog = _all_told(state)
    desk.tape.drafted = draft
    result = chain.run(draft, _in_the_language_of_the_message(state, chain.complete(facts)))
    text = BLOCKED if result.blocked or not result.text.strip() else result.text
    found = [item for item in result.verdicts if item.verdict != VerdictKind.PASS]
    verdicts = [*state["verdicts"], *_fenced(state), *found]
    facts = facts.model_copy(update={"passages": (), "told": ()})  # long, and of no use to a later request
    return {"draft": text, "dialog": dialog, "facts": facts, "verdicts": verdicts, "messages": [AIMessage(text)]}


def _all_told(state: State) -> tuple[str, Dialog]:
    """The answers to all that was asked for, and what waits: it is named once, and comes when the rest is settled."""
    said, dialog = [*state["told"], state["draft"]], state["dialog"]
    waiting = () if state["handoff"] else tuple(state["matters"])  # a person reads all of the message
    if new := [matter for matter in waiting if matter not in dialog.waiting]:
        said.insert(-1, later(new))  # a question to the customer stands last
    answer = " ".join(filter(None, said))
    return answer, dialog if dialog.waiting == waiting else dialog.model_copy(update={"waiting": waiting})


def _in_the_language_of_the_message(state: State, facts: Facts) -> Facts:
    """Whoever writes in another language than the profile's may be answered in it."""
    brand = facts.brand or BrandFact()
    spoken = language_of(state["request"].text, state["request"].locale)
    if spoken == (facts.locale or "")[:2].lower() or spoken in brand.languages:
        return facts
    return facts.model_copy(update={"brand": brand.model_copy(update={"languages": (*brand.languages, spoken)})})


def _fenced(state: State) -> list[Verdict]:
    """What the tools took out of shoppers' texts because it looked like an instruction."""
    found = []
    for item in state["evidence"]:
        if _FENCE in json_of(item.result):
            before, why = f"a text in the result of {item.tool}", "it held an instruction; data is never obeyed"
            found.append(Verdict(guard="injection", verdict=VerdictKind.FIX, before=before, after=FENCE, reason=why))
    return found


@node(Layer.MONITORING, fails="closed", always=True)
async def record(state: State, desk: Desk) -> State:
    """Write every step to the audit log before the answer leaves, and keep the conversation's memory short."""
    found = saving_of(state, desk)
    desk.span.set("tier", str(found.served_by))
    desk.span.set("spent_nanousd", found.spent_nanousd)
    desk.span.set("saved_nanousd", found.saved_nanousd)
    state = {**state, "saving": found}
    try:
        audited = await put_on_record(state, desk, drafted=desk.tape.drafted, outcome=outcome_of(state))
    except Exception:
        # An answer that is not on the record does not leave, not as a message of the conversation either.
        logger.exception("the audit log could not be written")
        error = Verdict(guard="audit", verdict=VerdictKind.ERROR, after=APOLOGY, reason="the audit log failed")
        unsaid = AIMessage(APOLOGY, id=state["messages"][-1].id)
        return {"failure": "record", "draft": APOLOGY, "messages": [unsaid], "verdicts": [*state["verdicts"], error]}
    await remember(state, desk.shop)
    context = state["context"]
    slim = Stitched(recipe=context.recipe, sources=context.sources, left_out=context.left_out, tokens=context.tokens)
    old = state["messages"][:-KEPT_MESSAGES]
    forget: list[Any] = [RemoveMessage(id=message.id) for message in old if message.id]
    return {**audited, "context": slim, "brief": "", "evidence": [], "messages": forget, "saving": found}
