"""A person's yes to what policy leaves to a person: asked for once for all that waits, answered one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from langgraph.types import interrupt
from pydantic import BaseModel, JsonValue

from shopgraph.connectors.ports import RecordsPort
from shopgraph.errors import Conflict, InvalidInput
from shopgraph.graphs.node import Desk, node
from shopgraph.graphs.state import State
from shopgraph.guards.decisions import Decision, Effect
from shopgraph.telemetry.layers import Layer
from shopgraph.tools.calls import Approval as Approval
from shopgraph.tools.judging import may_approve as may_approve
from shopgraph.tools.spec import GateOutcome, Outcome, Proposal

APPROVED = "approve"
"""What a person's answers are remembered as, so that they are given once."""


class Approvals(BaseModel):
    """What a person of the staff answers when the gate asks for approval: each proposal that waits, by its digest."""

    answers: dict[str, Approval]


def awaiting(outcomes: Iterable[GateOutcome]) -> tuple[Proposal, ...]:
    """The proposals that wait for a person, each once."""
    waiting = [item.proposal for item in outcomes if item.outcome is Outcome.NEEDS_APPROVAL and item.proposal]
    return tuple({proposal.digest: proposal for proposal in waiting}.values())


def check_answers(waiting: Iterable[Proposal], answers: Mapping[str, Approval]) -> None:
    """Each proposal that waits has its answer, and nothing else has one.

    Raises:
        Conflict: an answer is to something that does not wait (any more).
        InvalidInput: a proposal is left without an answer.
    """
    open_ = {proposal.digest: proposal.summary for proposal in waiting}
    if other := sorted(answers.keys() - open_.keys()):
        raise Conflict(
            f"{other[0][:12]} does not wait for approval here.",
            remedy="It was answered before, or is of another conversation.",
            digest=other[0],
        )
    if missing := [summary for digest, summary in open_.items() if digest not in answers]:
        raise InvalidInput(f"There is no answer to: {missing[0]}.", remedy="Answer each proposal with a yes or a no.")


async def erase_answers(records: RecordsPort, conversation_id: str) -> None:
    """Let go of every word beside a yes or a no in a conversation; who of the staff gave which, and when, stays."""
    for given in await records.requests(APPROVED, conversation_id=conversation_id):
        body: Any = given.result
        answers: JsonValue = {digest: {"approve": answer["approve"]} for digest, answer in body["answers"].items()}
        await records.erase_request(given.call_id, {**body, "answers": answers})


@node(Layer.POLICY, fails="closed")
async def approval(state: State, desk: Desk) -> State:
    """Wait for a person; nothing comes before it here, so that it may stop and begin again."""
    waiting = awaiting(state["outcomes"])
    given: Approvals = interrupt([item.model_dump(mode="json") for item in waiting], response_schema=Approvals)
    desk.tape.note("approval", given, desk.context.approver)
    approvals, declined = dict(state["approvals"]), dict(state["declined"])
    for proposal in waiting:
        answer = given.answers.get(proposal.digest, Approval(approve=False))
        # Who decides is the host's word, never a part of the answer.
        if answer.approve and may_approve(desk.context.approver):
            approvals[proposal.digest] = desk.context.approver.id
        else:
            approvals.pop(proposal.digest, None)
            declined[proposal.digest] = _declined(proposal, desk, answer)
    return {"approvals": approvals, "declined": declined}


def _declined(proposal: Proposal, desk: Desk, answer: Approval) -> Decision:
    approver = desk.context.approver
    who = f"{approver.id} of the staff" if may_approve(approver) else "Nobody who may"
    verb = "declined" if may_approve(approver) else "approved"
    note = f": {answer.note.strip().rstrip('.')}" if answer.note.strip() else ""
    return Decision(
        rule="declined-by-staff",
        effect=Effect.DENY,
        reason=f"{who} {verb} this ({proposal.summary}){note}.",
        action=proposal.tool,
        policy_version=desk.shop.policy.version,
    )
