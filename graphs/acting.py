"""Where things happen: the workflows' nodes, the gate in front of every change, the act behind it, and the person."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from pydantic import JsonValue

from shopgraph.graphs.answer import ActionView
from shopgraph.graphs.inbound import principal_of
from shopgraph.graphs.matters import is_open
from shopgraph.graphs.node import Desk, Node, booked, engine, node
from shopgraph.graphs.parts import Parts
from shopgraph.graphs.recording import put_on_record
from shopgraph.graphs.routing import settled
from shopgraph.graphs.speaking import in_their_language, speaker_for
from shopgraph.graphs.state import Evidence, State
from shopgraph.graphs.turns import HANDING_OVER, Halt, Step, Turn, Workflow, told
from shopgraph.guards.decisions import Decision
from shopgraph.telemetry.layers import Layer
from shopgraph.tools.spec import GateOutcome, Outcome, Proposal, ToolCall, ToolContext

ACTED = (Outcome.DONE, Outcome.REPLAYED)
UNDER_WAY = "That is under way. It takes longer than usual and goes on by itself; nothing has to be done again."
"""What the customer hears of an action that has been accepted and is not at its end."""


def tool_context(state: State, desk: Desk, call: ToolCall | None = None) -> ToolContext:
    """On whose behalf tools are called in this request; for `call`, with the yes that was said to it."""
    request = state["request"]
    asked = state["dialog"].proposals if state["confirmed"] and call else ()
    judged = [item.proposal for item in state["outcomes"] if item.proposal]
    return ToolContext(
        services=desk.shop.services,
        principal=principal_of(state, desk),
        region_id=request.region_id,
        conversation_id=request.conversation_id,
        request_id=request.id,
        channel=request.channel,
        agent="chat",
        request_confirmed=next((item.digest for item in asked if call and item.call_id == call.call_id), None),
        approvals=state["approvals"],
        shown={item.digest: item.summary for item in (*judged, *asked)},
    )


def turn_of(state: State, desk: Desk) -> Turn:
    """The turn as a workflow sees it."""
    return Turn(
        shop=desk.shop,
        tools=tool_context(state, desk),
        request=state["request"],
        route=state["route"],
        dialog=state["dialog"],
        context=state["context"],
        allowances=state["allowances"],
        evidence=list(state["evidence"]),
    )


def ask_who(desk: Desk) -> str:
    """How a guest is asked who is there: by what this shop's policy accepts."""
    methods = desk.shop.policy.identification
    if "email" in methods and "name_postal_code" in methods:
        return (
            "I can help with that once I know who you are. "
            "Please tell me the email address of your account, or your full name and postal code."
        )
    if "email" in methods:
        return "I can help with that once I know who you are. Please tell me the email address of your account."
    return "I can help with that once I know who you are. Please sign in to your account and ask again."


def workflow_node(workflow: Workflow) -> Callable[[Parts], Node]:
    """The graph's node for one workflow; after a tool of its own has acted, the node reports."""

    async def body(state: State, desk: Desk) -> State:
        turn = turn_of(state, desk)
        if state["outcomes"]:
            return await _report(workflow, turn, state, desk)
        if workflow.for_anybody is not None and (known := workflow.for_anybody(turn)) is not None:
            return _apply(workflow, in_their_language(known, turn), turn, state)
        if workflow.needs_customer and not state["request"].customer_id:
            return await _ask_identity(workflow, turn, state, desk)
        try:
            step = await workflow.run(turn)
        except Halt as halt:
            base: State = {"evidence": turn.evidence, "decisions": each_once([*state["decisions"], *turn.judged])}
            # Another number alone goes on with it; anything else still is about the number that was refused.
            about = next(iter(turn.route.entities.order_ids), turn.slot("order_id"))
            kept = {"intent": turn.route.intent, "slots": {"order_id": about} if about else {}}
            again = settled(state["dialog"]).model_copy(update=kept)
            return {**base, "dialog": again, "draft": _refused(halt.outcome, turn)}
        return _apply(workflow, in_their_language(step, turn), turn, state)

    body.__name__ = workflow.name
    return node(Layer.ROUTING, fails="closed")(body)


def _refused(outcome: GateOutcome, turn: Turn) -> str:
    """As `refusal_text`; that a record is not theirs is said in the customer's language."""
    against = {item.rule for item in outcome.decisions if item.effect != "allow"}
    speaker = speaker_for(turn.text, turn.locale) if against == {"own-records-only"} else None
    return speaker.say("not_yours") if speaker else refusal_text(outcome)


async def _ask_identity(workflow: Workflow, turn: Turn, state: State, desk: Desk) -> State:
    with booked(Layer.POLICY):
        decision = desk.shop.gate.identify_first(workflow.name, desk.shop.policy.version)
    dialog = state["dialog"].model_copy(
        update={"intent": state["route"].intent, "asking": "identity", "slots": _heard(state)}
    )
    speaker = speaker_for(turn.text, turn.locale)
    # Where look-ups identify, what is asked for is the bundle's to say.
    text = speaker.say("identify") if speaker and not desk.shop.policy.identification else ask_who(desk)
    return {"draft": text, "dialog": dialog, "decisions": [*state["decisions"], decision]}


def _heard(state: State) -> dict[str, JsonValue]:
    """What a guest already said, kept for the turn in which they are identified."""
    orders = state["route"].entities.order_ids
    said = f"{state['dialog'].slots.get('said', '')}\n{state['request'].text}".strip()
    heard: dict[str, JsonValue] = {**state["dialog"].slots, "said": said[-2_000:]}
    return {**heard, "order_id": orders[0]} if orders else heard


def _apply(workflow: Workflow, step: Step, turn: Turn, state: State) -> State:
    dialog = state["dialog"]
    # What was said is kept for an answer, and for a change of mind: "only the mugs then".
    slots: dict[str, JsonValue] = {**dialog.slots, **step.slots, "said": turn.heard[-2_000:]}
    subject = {**dialog.subject, **step.subject}
    decisions = each_once([*state["decisions"], *turn.judged, *step.decisions])
    base: State = {"evidence": turn.evidence, "decisions": decisions}
    if step.tool:
        call = ToolCall(tool=step.tool, arguments=step.arguments, call_id=f"{turn.request.id}:{step.tool}")
        under_way = dialog.model_copy(
            update={"slots": slots, "subject": subject, "intent": turn.route.intent, "asking": ""}
        )
        return {**base, "dialog": under_way, "calls": [call], "caller": workflow.name}
    if step.asking:
        asking = {"slots": slots, "subject": subject, "intent": turn.route.intent, "asking": step.asking}
        # Nobody is asked the same again as if they had said nothing.
        slots["asked"] = step.text
        text = f"{_AGAIN} {step.text}" if dialog.asking and dialog.slots.get("asked") == step.text else step.text
        return {**base, "dialog": dialog.model_copy(update=asking), "draft": text}
    done = settled(dialog)
    done = done if done.subject == subject else done.model_copy(update={"subject": subject})
    return {**base, "dialog": done, "draft": step.text, "handoff": step.handoff}


async def _report(workflow: Workflow, turn: Turn, state: State, desk: Desk) -> State:
    outcomes, dialog = state["outcomes"], state["dialog"]
    draft = await tell(outcomes, lambda outcome: workflow.report(turn, outcome))
    if unconfirmed := proposed(outcomes):
        return {"draft": draft, "dialog": dialog.model_copy(update={"proposals": unconfirmed})}
    if all(outcome.outcome in (*ACTED, Outcome.ACCEPTED) for outcome in outcomes):
        return {"draft": draft, "dialog": settled(dialog)}
    # What was refused may be said differently; what was said of it before does not count any more.
    slots = {name: value for name, value in dialog.slots.items() if name != "said"}
    return {"draft": draft, "dialog": dialog.model_copy(update={"slots": slots, "asking": ""})}


def proposed(outcomes: Sequence[GateOutcome]) -> tuple[Proposal, ...]:
    """What awaits the customer's yes."""
    return tuple(item.proposal for item in outcomes if item.outcome is Outcome.NEEDS_CONFIRMATION and item.proposal)


async def tell(outcomes: Sequence[GateOutcome], report: Callable[[GateOutcome], Awaitable[str]]) -> str:
    """What the customer hears of the gate's outcomes: what was done, what was refused, what wants a yes."""
    said = [
        await report(outcome) if outcome.outcome in ACTED else refusal_text(outcome)
        for outcome in outcomes
        if outcome.outcome is not Outcome.NEEDS_CONFIRMATION
    ]
    unconfirmed = proposed(outcomes)
    return " ".join([*dict.fromkeys(said), question_of(unconfirmed)] if unconfirmed else dict.fromkeys(said))


def question_of(proposals: Sequence[Proposal]) -> str:
    """How the customer is asked for a yes; one for all that is shown."""
    shown = [f"{proposal.summary.rstrip('.')}." for proposal in proposals]
    if len(shown) == 1:
        return f"{shown[0]} Shall I go ahead?"
    numbered = " ".join(f"({number}) {text}" for number, text in enumerate(shown, start=1))
    return f"{numbered} Shall I go ahead with {'both' if len(shown) == 2 else 'all of it'}?"


_AGAIN = "Sorry, I could not take that as an answer (a colleague can help, too: just ask for a person)."
"""Before a question that is asked once more."""

_CHANGED = "This is not as it was when I asked you."
"""Before a question that is asked anew, because the records have changed under the customer's yes."""

_TO_CUSTOMERS = {
    "own-records-only": "I do not find that among your own records. Please check the number.",
    "identify-first": "I can help with that once I know who you are.",
}
"""Refusals whose reason speaks about the customer, said to the customer."""


def refusal_text(outcome: GateOutcome) -> str:
    """What the customer is told when nothing was done (yet): the rule's reason, and what would make it possible."""
    if outcome.outcome is Outcome.ACCEPTED:
        return UNDER_WAY
    if outcome.outcome is Outcome.FAILED:
        return "I could not do that just now: a system of ours did not answer. Nothing was changed."
    if outcome.outcome is Outcome.INVALID:
        return f"I could not do that: {outcome.error}"
    against = [item for item in outcome.decisions if item.effect != "allow"]
    said = dict.fromkeys(_TO_CUSTOMERS.get(item.rule) or f"{item.reason} {item.remedy}".strip() for item in against)
    return " ".join(said) or "That is not possible."


@node(Layer.POLICY, fails="closed")
async def gate(state: State, desk: Desk) -> State:
    """Judge what is about to be changed, and do nothing."""
    calls = state["calls"]
    if state["confirmed"] and not calls:
        # A yes repeated is the same request: the call id is the proposal's, not the turn's.
        calls = [ToolCall(tool=p.tool, arguments=p.arguments, call_id=p.call_id) for p in state["dialog"].proposals]
    outcomes = [
        _as_answered(await desk.shop.gate.judge(tool_context(state, desk, call), call), state) for call in calls
    ]
    decisions = _with_decisions(state["decisions"], outcomes)
    return {"calls": calls, "outcomes": outcomes, "caller": state["caller"] or "confirmed", "decisions": decisions}


def _as_answered(outcome: GateOutcome, state: State) -> GateOutcome:
    """The gate's outcome in the light of what the staff answered: a no stands."""
    if outcome.outcome is not Outcome.NEEDS_APPROVAL or outcome.proposal is None:
        return outcome
    no = state["declined"].get(outcome.proposal.digest)
    return outcome if no is None else outcome.model_copy(update={"outcome": Outcome.REFUSED, "decisions": (no,)})


def _with_decisions(known: list[Decision], outcomes: list[GateOutcome]) -> list[Decision]:
    return each_once([*known, *(decision for outcome in outcomes for decision in outcome.decisions)])


def each_once(decisions: list[Decision]) -> list[Decision]:
    """Every decision once, in the order in which they were made; one rule may decide about several calls."""
    return list({(item.rule, item.effect, item.reason): item for item in decisions}.values())


@node(Layer.ENGINE, fails="closed")
async def act(state: State, desk: Desk) -> State:
    """Do what the gate let through and nothing else; it judges once more inside the same transaction.

    What is about to be done, and why it may be, is on the record first: nothing is done that cannot be accounted for.
    """
    audited = await put_on_record(state, desk)
    outcomes = [
        await desk.shop.gate.call(tool_context(state, desk, call), call) if judged.outcome is Outcome.READY else judged
        for call, judged in zip(state["calls"], state["outcomes"], strict=True)
    ]
    actions = list(state["actions"])
    evidence = list(state["evidence"])
    for call, outcome in zip(state["calls"], outcomes, strict=True):
        if outcome.outcome in ACTED and outcome.result is not None:
            evidence.append(Evidence(tool=call.tool, result=outcome.result))
        if outcome.outcome in (*ACTED, Outcome.ACCEPTED) and desk.shop.gate.tools[call.tool].mutates:
            actions.append(_action(call, outcome))
    decisions = _with_decisions(state["decisions"], outcomes)
    return {**audited, "outcomes": outcomes, "actions": actions, "evidence": evidence, "decisions": decisions}


def _action(call: ToolCall, outcome: GateOutcome) -> ActionView:
    order_id = call.arguments.get("order_id")
    return ActionView(
        type=call.tool,
        order_id=order_id if isinstance(order_id, str) else None,
        status=str(outcome.outcome),
        summary=told(outcome),
        result=outcome.result or {},
    )


@node(Layer.ROUTING, fails="closed")
async def confirmed(state: State, desk: Desk) -> State:
    """Tell the customer how it ended after their yes, in the words of the workflow that had proposed it."""
    dialog, outcomes = state["dialog"], state["outcomes"]
    workflow = desk.parts.workflows.get(dialog.intent)
    turn = turn_of(state, desk)

    async def report(outcome: GateOutcome) -> str:
        return told(outcome) if workflow is None else await workflow.report(turn, outcome)

    draft = await tell(outcomes, report)
    if unconfirmed := proposed(outcomes):
        again = dialog.model_copy(update={"proposals": unconfirmed})
        return {"draft": f"{_CHANGED} {draft}", "dialog": again, "evidence": turn.evidence}
    return {"draft": draft, "dialog": settled(dialog), "evidence": turn.evidence}


@node(Layer.ROUTING, fails="closed")
async def person(state: State, desk: Desk) -> State:
    """Hand the conversation to a person, with what it was about."""
    reason = state["handoff"] or state["route"].intent
    summary = state["request"].whole[:500]
    call = ToolCall(
        tool="handoff", arguments={"reason": reason, "summary": summary}, call_id=f"{state['request'].id}:handoff"
    )
    with engine():
        outcome = await desk.shop.gate.call(tool_context(state, desk), call)
    done = outcome.outcome in ACTED
    draft = state["draft"] or (HANDING_OVER if done else "")
    return {
        "draft": draft or refusal_text(outcome),
        "dialog": settled(state["dialog"]),
        "handoff": reason,
        "actions": [*state["actions"], _action(call, outcome)] if done else list(state["actions"]),
        "decisions": _with_decisions(state["decisions"], [outcome]),
    }


def after_service(state: State) -> str:
    """Where a workflow or the agent leads: to the gate, to a person, to what else was asked for, or to the answer."""
    if state.get("failure"):
        return "govern"
    if state["calls"] and not state["outcomes"]:
        return "gate"
    if state["handoff"]:
        return "govern" if any(a.type == "handoff" for a in state["actions"]) else "person"
    return after_matter(state)


def after_matter(state: State) -> str:
    """To the next thing that was asked for, unless the last answer waits for the customer; else to the answer."""
    if state.get("failure") or not state["matters"] or is_open(state["dialog"]):
        return "govern"
    return "route"


def after_agent(state: State) -> str:
    """As after a workflow; to the workflow that serves in its place when no model answered."""
    return after_service(state) if state.get("failure") or state["way"] == "agent" else state["way"]


def after_gate(state: State) -> str:
    """To a person where one has to approve, to `act` with what was let through, else back to who asked."""
    if state.get("failure"):
        return "govern"
    found = {item.outcome for item in state["outcomes"]}
    if Outcome.NEEDS_APPROVAL in found:
        return "waiting"
    return "act" if Outcome.READY in found else state["caller"]


def after_waiting(state: State) -> str:
    """To the person who has to approve."""
    return "govern" if state.get("failure") else "approval"


def after_approval(state: State) -> str:
    """Back to the gate, which judges anew with the answers."""
    return "govern" if state.get("failure") else "gate"


def after_act(state: State) -> str:
    """Back to who asked, to tell how it ended."""
    return "govern" if state.get("failure") else state["caller"]
