"""A model's tool calls in somebody else's LangGraph agent or graph: judged, asked about and done, in one place.

`GateMiddleware` and `GatedToolNode` are two doors to it.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Collection, Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

from langchain_core.messages import ToolCall as ModelCall
from langchain_core.messages import ToolMessage
from langgraph.types import interrupt
from pydantic import BaseModel, ConfigDict, JsonValue, create_model

from shopgraph.domain import Principal, Value
from shopgraph.errors import ConfigurationError
from shopgraph.guards.decisions import Decision, Effect
from shopgraph.tools.gate import Gate
from shopgraph.tools.judging import may_approve
from shopgraph.tools.langchain import ContextOf, gated_call, given_context, message_of
from shopgraph.tools.spec import GateOutcome, Outcome, Proposal, ToolCall, ToolContext

T = TypeVar("T")

ApproverOf = Callable[[Any], Principal]
"""Who resumes an interrupted run, taken from a graph's own runtime context: the host's word."""


class Question(Value):
    """What somebody has to say yes to before a call is made; the value of an interrupt is a list of these."""

    awaits: Literal["confirmation", "approval"]
    """The customer's yes, or that of a person of the staff."""
    summary: str
    digest: str
    """Of exactly this call by exactly this caller: a yes is for it and nothing else."""
    tool: str
    arguments: dict[str, JsonValue]
    tool_call_id: str
    """The model's."""


class Approval(BaseModel):
    """A person's answer to one question."""

    approve: bool
    note: str = ""
    """When it is a no: why, or what to do instead."""
    summary: str = ""
    """What the person was shown, where that is passed back: the answer is for nothing else."""


@dataclass(frozen=True, kw_only=True)
class Settled:
    """A call about which nothing is left to ask."""

    call: ToolCall
    context: ToolContext
    tool_call_id: str
    said_no: GateOutcome | None = None
    """How it ended, when the answer was no."""


class GatedCalls:
    """Puts a model's calls through a gate; what the gate does not know is refused unless it is named as free."""

    def __init__(
        self,
        gate: Gate,
        *,
        context_of: ContextOf | None = None,
        free: Collection[str] = (),
        asks: bool = False,
        approver_of: ApproverOf | None = None,
    ) -> None:
        """Say how calls are made.

        Args:
            context_of: makes a tool context of the graph's runtime context; without it that must be a `ToolContext`.
            free: names of tools that are let through without being judged.
            asks: stop with an `interrupt` for a yes that is missing, instead of telling the model to ask for it.
            approver_of: who resumes; without it nobody's approval is asked for.

        Raises:
            ConfigurationError: a free tool is behind the gate.
        """
        both = sorted(set(free) & gate.tools.keys())
        if both:
            raise ConfigurationError(f"{both[0]!r} is behind the gate and cannot be free.", remedy="Name it once.")
        self._gate = gate
        self._context_of = context_of or given_context
        self._free = frozenset(free)
        self._asks = asks
        self._approver_of = approver_of

    def is_free(self, call: ModelCall) -> bool:
        """Whether a call is let through without being judged."""
        return call["name"] in self._free

    async def settle(self, calls: Sequence[ModelCall], runtime_context: Any) -> list[Settled]:
        """Judge calls and ask, all at once, whoever has to be asked. Nothing is done, so it may stop and start anew."""
        context = self._context_of(runtime_context)
        settled = [
            Settled(call=gated_call(context, call), context=context, tool_call_id=call["id"] or "") for call in calls
        ]
        asked = set[tuple[str, str]]()
        while self._asks:
            questions = [await self._question(entry) for entry in settled]
            new: dict[str, Question] = {}
            for q in questions:
                if q is not None and (q.tool_call_id, q.awaits) not in asked:
                    # One yes is for one call: an equal one of the same message is asked about after it.
                    new.setdefault(q.digest, q)
            if not new:
                break
            asked |= {(q.tool_call_id, q.awaits) for q in new.values()}
            # On resuming, everything above runs again and this returns the answers.
            given = interrupt([q.model_dump(mode="json") for q in new.values()], response_schema=_answers_to(new))
            settled = [
                self._answered(entry, q, getattr(given.answers, q.digest), runtime_context)
                if q and new.get(q.digest) is q
                else entry
                for entry, q in zip(settled, questions, strict=True)
            ]
        return settled

    async def answer(self, settled: Settled) -> ToolMessage:
        """Make the call, and tell the model and the application how it ended."""
        outcome = settled.said_no
        if outcome is None and settled.call.tool not in self._gate.tools:
            outcome = _refused(settled.call, _not_behind_the_gate(settled.call.tool))
        if outcome is None:
            outcome = await self._gate.call(settled.context, settled.call)
        return message_of(outcome, settled.tool_call_id)

    async def one(self, call: ModelCall, runtime_context: Any) -> ToolMessage:
        """Settle and make a single call."""
        (settled,) = await self.settle([call], runtime_context)
        return await self.answer(settled)

    async def _question(self, entry: Settled) -> Question | None:
        if entry.said_no is not None or entry.call.tool not in self._gate.tools:
            return None
        outcome = await self._gate.judge(entry.context, entry.call)
        if outcome.outcome is Outcome.NEEDS_CONFIRMATION and outcome.proposal is not None:
            return _question("confirmation", outcome.proposal, entry)
        if outcome.outcome is Outcome.NEEDS_APPROVAL and outcome.proposal is not None and self._approver_of:
            return _question("approval", outcome.proposal, entry)
        return None

    def _answered(self, entry: Settled, question: Question, answer: Approval, runtime_context: Any) -> Settled:
        who, rule = "The customer", "declined-by-customer"
        # The answer is for this call, and for no equal one of the same request.
        shown = {**entry.context.shown, question.digest: answer.summary or question.summary}
        bound = replace(entry.context, request_id=entry.call.call_id, shown=shown)
        context = replace(bound, request_confirmed=question.digest)
        if question.awaits == "approval":
            approver = self._approver_of(runtime_context) if self._approver_of else Principal.guest()
            if not may_approve(approver):
                return entry  # it still waits for somebody who may
            who, rule = f"{approver.id} of the staff", "declined-by-staff"
            context = replace(bound, approvals={**entry.context.approvals, question.digest: approver.id})
        if answer.approve:
            return replace(entry, context=context)
        return replace(
            entry, said_no=said_no(entry.call, question.summary, who=who, rule=rule, note=answer.note.strip())
        )


def from_sync(work: Coroutine[Any, Any, T]) -> T:
    """Run something async to its end from sync code, on a loop of its own: in another thread where this one has one."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(contextvars.copy_context().run, asyncio.run, work).result()


def _question(awaits: Literal["confirmation", "approval"], proposal: Proposal, entry: Settled) -> Question:
    return Question(
        awaits=awaits,
        summary=proposal.summary,
        digest=proposal.digest,
        tool=proposal.tool,
        arguments=proposal.arguments,
        tool_call_id=entry.tool_call_id,
    )


def _answers_to(digests: Iterable[str]) -> type[Any]:
    """`{"answers": {DIGEST: {"approve": true}}}` with an answer to each of the questions and to nothing else."""
    fields: dict[str, Any] = dict.fromkeys(digests, (Approval, ...))
    answers = create_model("AnswersByDigest", __config__=ConfigDict(extra="forbid"), **fields)
    return create_model("Answers", __config__=ConfigDict(extra="forbid"), answers=(answers, ...))


def _not_behind_the_gate(tool: str) -> Decision:
    return Decision(
        rule="not-behind-the-gate",
        effect=Effect.DENY,
        reason=f"{tool} is none of the tools that may be used here.",
        remedy="Whoever runs the agent can put it behind the gate with gated(), or name it in free.",
        action=tool,
    )


def said_no(call: ToolCall, summary: str, *, who: str, rule: str, note: str = "") -> GateOutcome:
    """The end of a call that somebody was asked about and said no to."""
    reason = f"{who} said no to this: {summary}. {note}".strip()
    return _refused(call, Decision(rule=rule, effect=Effect.DENY, reason=reason, action=call.tool))


def _refused(call: ToolCall, decision: Decision) -> GateOutcome:
    return GateOutcome(tool=call.tool, call_id=call.call_id, outcome=Outcome.REFUSED, decisions=(decision,))
