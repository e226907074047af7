"""Where things happen: the workflows' nodes, the gate in front of every change, the act behind it, and the person."""

from __future__ import annotations

from collections.abc import Callable

from langgraph.types import interrupt
from pydantic import BaseModel, JsonValue

from shopgraph.domain import Principal, PrincipalKind
from shopgraph.graphs.answer import ActionView
from shopgraph.graphs.inbound import principal_of
from shopgraph.graphs.node import Desk, Node, booked, engine, node
from shopgraph.graphs.parts import Parts
from shopgraph.graphs.routing import settled
from shopgraph.graphs.state import Dialog, Evidence, State
from shopgraph.graphs.turns import HANDING_OVER, Halt, Step, Turn, Workflow, told
from shopgraph.guards.decisions import Decision
from shopgraph.telemetry.layers import Layer
from shopgraph.tools.spec import GateOutcome, Outcome, Proposal, ToolCall, ToolContext

ACTED = (Outcome.DONE, Outcome.REPLAYED)


class Approval(BaseModel):
    """What a person of the staff answers when the gate asks for approval."""

    approve: bool
    note: str = ""


def may_approve(principal: Principal) -> bool:
    """Whether somebody's approval counts."""
    return principal.kind is PrincipalKind.STAFF and "supervisor" in principal.roles


def tool_context(state: State, desk: Desk) -> ToolContext:
    """On whose behalf tools are called in this request."""
    request, proposal = state["request"], state["dialog"].proposal
    return ToolContext(
        services=desk.shop.services,
        principal=principal_of(state, desk),
        region_id=request.region_id,
        conversation_id=request.conversation_id,
        request_id=request.id,
        channel=request.channel,
        request_confirmed=proposal.digest if state["confirmed"] and proposal else None,
        approvals={state["approval"]: state["approver"]} if state.get("approval") else {},
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
            return _apply(workflow, known, turn, state)
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
            return {**base, "dialog": again, "draft": refusal_text(halt.outcome)}
        return _apply(workflow, step, turn, state)

    body.__name__ = workflow.name
    return node(Layer.ROUTING, fails="closed")(body)


async def _ask_identity(workflow: Workflow, turn: Turn, state: State, desk: Desk) -> State:
    with booked(Layer.POLICY):
        decision = desk.shop.gate.identify_first(workflow.name, desk.shop.policy.version)
    dialog = state["dialog"].model_copy(
        update={"intent": state["route"].intent, "asking": "identity", "slots": _heard(state)}
    )
    return {"draft": ask_who(desk), "dialog": dialog, "decisions": [*state["decisions"], decision]}


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
    done = settled(dialog).model_copy(update={"subject": subject})
    return {**base, "dialog": done, "draft": step.text, "handoff": step.handoff}


async def _report(workflow: Workflow, turn: Turn, state: State, desk: Desk) -> State:
    outcome = state["outcomes"][-1]
    dialog = state["dialog"]
    if outcome.outcome is Outcome.NEEDS_CONFIRMATION and outcome.proposal is not None:
        return {
            "draft": question_of(outcome.proposal),
            "dialog": dialog.model_copy(update={"proposal": outcome.proposal}),
        }
    if outcome.outcome in ACTED:
        return {"draft": await workflow.report(turn, outcome), "dialog": settled(dialog)}
    # What was refused may be said differently; what was said of it before does not count any more.
    slots = {name: value for name, value in dialog.slots.items() if name != "said"}
    return {"draft": refusal_text(outcome), "dialog": dialog.model_copy(update={"slots": slots, "asking": ""})}


def question_of(proposal: Proposal) -> str:
    """How the customer is asked for a yes."""
    return f"{proposal.summary.rstrip('.')}. Shall I go ahead?"


_AGAIN = "Sorry, I could not take that as an answer (a colleague can help, too: just ask for a person)."
"""Before a question that is asked once more."""

_TO_CUSTOMERS = {
    "own-records-only": "I do not find that among your own records. Please check the number.",
    "identify-first": "I can help with that once I know who you are.",
}
"""Refusals whose reason speaks about the customer, said to the customer."""


def refusal_text(outcome: GateOutcome) -> str:
    """What the customer is told when the gate said no: the rule's reason, and what would make it possible."""
    if outcome.outcome is Outcome.FAILED:
        return "I could not do that just now: a system of ours did not answer. Nothing was changed."
    if outcome.outcome is Outcome.INVALID:
        return f"I could not do that: {outcome.error}"
    against = [item for item in outcome.decisions if item.effect != "allow"]
    said = dict.fromkeys(_TO_CUSTOMERS.get(item.rule) or f"{item.reason} {item.remedy}".strip() for item in against)
    return " ".join(said) or "That is not possible."


@node(Layer.POLICY, fails="closed")
async def gate(state: State, desk: Desk) -> State:
    """Judge what is about to be changed. It does nothing else, so that an approval may stop and resume it here."""
    dialog = state["dialog"]
    calls = state["calls"]
    if state["confirmed"] and not calls and dialog.proposal is not None:
        tool = dialog.proposal.tool
        # A yes repeated is the same request: the call id is the proposal's, not the turn's.
        call_id = dialog.proposal.call_id
        calls = [ToolCall(tool=tool, arguments=dialog.proposal.arguments, call_id=call_id)]
    context = tool_context(state, desk)
    outcomes = [await desk.shop.gate.judge(context, call) for call in calls]
    update: State = {"calls": calls, "outcomes": outcomes, "caller": state["caller"] or "confirmed"}
    waiting = [item.proposal for item in outcomes if item.outcome is Outcome.NEEDS_APPROVAL and item.proposal]
    if waiting:
        answer = interrupt([item.model_dump(mode="json") for item in waiting], response_schema=Approval)
        # Who decides is the host's word, never a part of the answer.
        if Approval.model_validate(answer).approve and may_approve(desk.context.approver):
            update["approval"], update["approver"] = waiting[0].digest, desk.context.approver.id
    return {**update, "decisions": _with_decisions(state["decisions"], outcomes)}


def _with_decisions(known: list[Decision], outcomes: list[GateOutcome]) -> list[Decision]:
    return each_once([*known, *(decision for outcome in outcomes for decision in outcome.decisions)])


def each_once(decisions: list[Decision]) -> list[Decision]:
    """Every decision once, in the order in which they were made; one rule may decide about several calls."""
    return list({(item.rule, item.effect, item.reason): item for item in decisions}.values())


@node(Layer.ENGINE, fails="closed")
async def act(state: State, desk: Desk) -> State:
    """Do what the gate let through; the gate judges once more inside the same transaction."""
    context = tool_context(state, desk)
    outcomes = [await desk.shop.gate.call(context, call) for call in state["calls"]]
    actions = list(state["actions"])
    evidence = list(state["evidence"])
    for call, outcome in zip(state["calls"], outcomes, strict=True):
        if outcome.outcome in ACTED and outcome.result is not None:
            evidence.append(Evidence(tool=call.tool, result=outcome.result))
            if desk.shop.gate.tools[call.tool].mutates:
                actions.append(_action(call, outcome))
    decisions = _with_decisions(state["decisions"], outcomes)
    return {"outcomes": outcomes, "actions": actions, "evidence": evidence, "decisions": decisions}


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
    dialog = state["dialog"]
    workflow = desk.parts.workflows.get(dialog.intent)
    outcome = state["outcomes"][-1]
    clean: Dialog = settled(dialog)
    if outcome.outcome not in ACTED:
        return {"draft": refusal_text(outcome), "dialog": clean}
    if workflow is None:
        return {"draft": told(outcome), "dialog": clean}
    turn = turn_of(state, desk)
    return {"draft": await workflow.report(turn, outcome), "dialog": clean, "evidence": turn.evidence}


@node(Layer.ROUTING, fails="closed")
async def person(state: State, desk: Desk) -> State:
    """Hand the conversation to a person, with what it was about."""
    reason = state["handoff"] or state["route"].intent
    summary = str(state["request"].text)[:500]
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
    """Where a workflow or the agent leads: to the gate, to a person, or to the answer."""
    if state.get("failure"):
        return "govern"
    if state["calls"] and not state["outcomes"]:
        return "gate"
    return "person" if state["handoff"] and not any(a.type == "handoff" for a in state["actions"]) else "govern"


def after_gate(state: State) -> str:
    """`act` when everything was let through, else back to who asked."""
    if state.get("failure"):
        return "govern"
    ready = all(item.outcome is Outcome.READY for item in state["outcomes"]) or bool(state["approval"])
    return "act" if ready else state["caller"]


def after_act(state: State) -> str:
    """Back to who asked, to tell how it ended."""
    return "govern" if state.get("failure") else state["caller"]


def everyone(parts: Parts) -> list[str]:
    """Names of the nodes that the gate may lead back to."""
    return [item.name for item in parts.named_workflows()] + ["agent", "confirmed"]
