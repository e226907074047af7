"""Conversations over the compiled graph: ask, go on, approve. What a frontend calls."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.graph import Graph
from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple
from langgraph.types import Command
from pydantic import JsonValue

from shopgraph.domain import Channel, Conversation, Principal, PrincipalKind
from shopgraph.errors import ConfigurationError, Conflict, NotFound, Refused
from shopgraph.graphs.answer import Answer
from shopgraph.graphs.answering import answer_of_state, waiting_answer
from shopgraph.graphs.approval import APPROVED, Approval, Approvals, check_answers, may_approve
from shopgraph.graphs.claims import claim
from shopgraph.graphs.context import RunContext, ShopServices
from shopgraph.graphs.feedback import Feedback, Score, give_feedback
from shopgraph.graphs.inbound import may_go_on
from shopgraph.graphs.observing import watched
from shopgraph.graphs.orchestrator import RECURSION_LIMIT, compile_flow, layer_of, make_parts, orchestrator_flow
from shopgraph.graphs.parts import Parts
from shopgraph.graphs.state import Dialog, State
from shopgraph.graphs.stitching.source import ContextSource
from shopgraph.graphs.turns import Workflow
from shopgraph.graphs.walk import hand_over, keep, listened_to, walk
from shopgraph.guards.chain import GuardChain
from shopgraph.guards.screen import clean_message
from shopgraph.models.router import IntentRouter
from shopgraph.tools.spec import Proposal


@dataclass(frozen=True, kw_only=True)
class _Thread:
    """A conversation as it was left."""

    values: State
    saved: CheckpointTuple | None = None
    """Its checkpoint, where nothing in it is left to do."""
    waiting: bool = False
    """Whether it waits for somebody's approval."""
    unfinished: bool = False
    """Whether a step was left unfinished."""


class Orchestrator:
    """A shop's conversations: what a frontend, a notebook or an evaluation calls.

    It shows its picture where a notebook displays it. `graph` is the compiled LangGraph graph, to be used as any other.
    """

    def __init__(self, shop: ShopServices, parts: Parts, checkpointer: BaseCheckpointSaver[Any] | None = None) -> None:
        self.shop = shop
        self.parts = parts
        self.flow = orchestrator_flow(parts)
        self.graph = compile_flow(self.flow, checkpointer or shop.checkpointer)
        self._being_answered: set[str] = set()
        self.stepwise = False
        """Whether LangGraph's own loop runs every request, step by step; else only those that need it (`walk`)."""
        self.texts_in_traces = False
        """Whether messages go into traces, masked. Off: no text of a customer leaves the audit log."""

    async def ask(
        self,
        text: str,
        *,
        principal: Principal | None = None,
        conversation_id: str | None = None,
        channel: Channel = Channel.WEB,
        region_id: str | None = None,
        request_id: str | None = None,
    ) -> Answer:
        """Answer one message.

        Args:
            principal: who is asking, as verified by the host; None for a guest.
            conversation_id: goes on with that conversation; None begins one.
            request_id: the caller's own, for its records; None makes one.

        Raises:
            InvalidInput: the message is empty or too long, or the region is unknown.
            NotFound: no such conversation for this principal.
        """
        clean_message(text)  # an unreadable message opens no conversation
        who = principal or Principal.guest()
        known = await self._conversation(who, conversation_id, channel, region_id)
        config = _config(known.id)
        thread = _Thread(values={})
        if conversation_id is not None:
            thread = await self._kept(config)
            if not may_go_on(who, thread.values.get("dialog") or Dialog()):
                raise _no_conversation(conversation_id)
            if thread.waiting:
                return waiting_answer(thread.values)
        turn: dict[str, Any] = {
            "messages": [HumanMessage(text)],
            "channel": str(channel),
            "region_id": region_id or "",
            "request_id": request_id or f"req_{secrets.token_hex(8)}",
        }
        return await self._run(turn, config, who, thread=thread)

    async def _kept(self, config: RunnableConfig) -> _Thread:
        """The conversation as it was left.

        Where no step was left unfinished, the checkpoint says it all; LangGraph's own view of it costs a millisecond.
        """
        saver = self.graph.checkpointer
        saved = await saver.aget_tuple(config) if isinstance(saver, BaseCheckpointSaver) else None
        if saved is not None and not saved.pending_writes:
            return _Thread(values=cast(State, saved.checkpoint["channel_values"]), saved=saved)
        snapshot = await self.graph.aget_state(config)
        return _Thread(
            values=cast(State, snapshot.values), waiting=bool(snapshot.interrupts), unfinished=saved is not None
        )

    def ask_sync(self, text: str, **options: Any) -> Answer:
        """`ask` for code that has no event loop; takes the same options.

        Raises:
            ConfigurationError: an event loop is running here already.
        """
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return asyncio.run(self.ask(text, **options))
        raise ConfigurationError("An event loop is running here.", remedy="Use `await orchestrator.ask(...)`.")

    async def feedback(
        self,
        request_id: str,
        score: Score,
        *,
        comment: str = "",
        principal: Principal | None = None,
        conversation_id: str | None = None,
    ) -> Feedback:
        """Put a customer's word on an answer on the record: once for each request, and of nobody else's.

        Args:
            comment: in their own words: masked in clear, the original sealed under the customer's key.
            principal: who says it, as verified by the host; None for a guest.
            conversation_id: the request's; a guest has to name it.

        Raises:
            NotFound: there is no such request of theirs.
            InvalidInput: the comment cannot be read.
            IdempotencyConflict: they have said something else about this answer before.
            ConnectorFault: the records or the audit log failed; the same can be said again.
        """
        who, dialog = principal or Principal.guest(), None
        if conversation_id is not None:
            await self._conversation(who, conversation_id, Channel.WEB, None)
            dialog = (await self._kept(_config(conversation_id))).values.get("dialog") or Dialog()
            if not may_go_on(who, dialog):
                raise _no_conversation(conversation_id)
        where = conversation_id or ""
        return await give_feedback(
            self.shop, request_id, score, principal=who, comment=comment, conversation_id=where, dialog=dialog
        )

    async def awaiting_approval(self, conversation_id: str) -> tuple[Proposal, ...]:
        """What waits for a person of the staff in a conversation; empty when nothing does."""
        interrupts = (await self.graph.aget_state(_config(conversation_id))).interrupts
        return tuple(Proposal.model_validate(item) for waiting in interrupts for item in waiting.value)

    async def approve(
        self, conversation_id: str, *, staff: Principal, principal: Principal, answers: Mapping[str, Approval]
    ) -> Answer:
        """Answer what waits for approval in a conversation; it goes on at once with what was approved.

        Args:
            staff: who decides; needs the role `supervisor`.
            principal: on whose behalf the conversation goes on: the one whom it is with.
            answers: a yes or a no for each proposal that waits, by its digest.

        Raises:
            Refused: the decider is no supervisor.
            NotFound: there is no such conversation of `principal`.
            Conflict: nothing waits for approval, or something else than was answered, or somebody answered before.
            InvalidInput: a proposal is left without an answer.
        """
        if not may_approve(staff):
            raise Refused("Only a supervisor of the staff may approve.", remedy="Ask one.", principal=staff.id)
        await self._conversation(principal, conversation_id, Channel.WEB, None)
        config = _config(conversation_id)
        snapshot = await self.graph.aget_state(config)
        if not may_go_on(principal, snapshot.values.get("dialog") or Dialog()):
            raise _no_conversation(conversation_id)
        if not snapshot.interrupts:
            raise _answered_before(conversation_id)
        (waiting,) = snapshot.interrupts
        check_answers([Proposal.model_validate(item) for item in waiting.value], answers)
        given = Approvals(answers=dict(answers)).model_dump()
        with self._answering_alone(waiting.id, conversation_id):
            await self._claim(waiting.id, conversation_id, staff, given)
            return await self._run(Command(resume={waiting.id: given}), config, principal, approver=staff)

    @contextmanager
    def _answering_alone(self, interrupt_id: str, conversation_id: str) -> Iterator[None]:
        """Keep out the same answer given twice at the same moment."""
        if interrupt_id in self._being_answered:
            raise _answered_before(conversation_id)
        self._being_answered.add(interrupt_id)
        try:
            yield
        finally:
            self._being_answered.discard(interrupt_id)

    async def _claim(self, interrupt_id: str, conversation_id: str, staff: Principal, given: dict[str, Any]) -> None:
        """Make this the answer, for good: of several who answer at once, one does, on whichever worker.

        The same person may give the same answer again, should the first attempt have died halfway: the calls behind
        it are requests of their own, and none is done twice.
        """
        body: dict[str, JsonValue] = {"staff": staff.id, **given}
        key = f"approval:{conversation_id}:{interrupt_id}"
        records, now = self.shop.connectors.records, self.shop.clock.now()
        if not (await claim(records, key, APPROVED, body, at=now, conversation_id=conversation_id)).same:
            raise _answered_before(conversation_id)

    async def _run(
        self,
        given: Any,
        config: RunnableConfig,
        who: Principal,
        *,
        approver: Principal | None = None,
        thread: _Thread | None = None,
    ) -> Answer:
        context = RunContext(shop=self.shop, principal=who, approver=approver or Principal.guest())
        with watched(self.shop, who, config["configurable"]["thread_id"], texts=self.texts_in_traces) as request:
            if thread is None or self.stepwise or thread.unfinished or listened_to():
                state, waits = await self._by_langgraph(given, config, context)
            else:
                state, waits = await self._walked(given, config, context, thread)
            request.ended(state)
        return waiting_answer(state) if waits else answer_of_state(state)

    async def _by_langgraph(self, given: Any, config: RunnableConfig, context: RunContext) -> tuple[State, bool]:
        output: Any = await self.graph.ainvoke(given, config, context=context, durability="exit", version="v2")
        return cast(State, dict(output.value)), bool(output.interrupts)

    async def _walked(
        self, turn: Mapping[str, Any], config: RunnableConfig, context: RunContext, thread: _Thread
    ) -> tuple[State, bool]:
        saver = self.graph.checkpointer
        walked = await walk(
            self.flow,
            turn,
            context=context,
            kept=thread.values,
            thread_id=config["configurable"]["thread_id"],
            limit=RECURSION_LIMIT,
        )
        if walked.pauses:
            await hand_over(self.flow, walked, self.graph, config)
            return await self._by_langgraph(None, config, context)
        if isinstance(saver, BaseCheckpointSaver):
            await keep(self.flow, walked, saver=saver, config=config, before=thread.saved)
        return cast(State, walked.state), False

    async def _conversation(
        self, who: Principal, conversation_id: str | None, channel: Channel, region_id: str | None
    ) -> Conversation:
        """The conversation, begun or found. One that a guest began may go on once the guest has signed in."""
        records = self.shop.connectors.records
        if conversation_id is not None:
            known = await records.conversation(conversation_id)
            if known is None or (known.owner_kind is not PrincipalKind.GUEST and known.owner_id != who.id):
                raise _no_conversation(conversation_id)
            return known
        begun = Conversation(
            id=f"conv_{secrets.token_hex(8)}",
            owner_kind=who.kind,
            owner_id=who.id,
            channel=channel,
            region_id=region_id or self.shop.meta.default_region_id,
            created_at=self.shop.clock.now(),
        )
        return await records.open_conversation(begun)

    def get_graph(self) -> Graph:
        """The drawable graph."""
        return self.graph.get_graph()

    def __repr__(self) -> str:
        names = ", ".join(item.name for item in self.parts.named_workflows())
        return f"<Orchestrator of {self.shop.meta.name}; workflows: {names}>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """A picture drawn here, without a network; LangGraph's own would call a web service."""
        from shopgraph.graphs.draw import svg_of

        return {"image/svg+xml": svg_of(self.get_graph(), layer_of), "text/plain": repr(self)}


def build_orchestrator(
    shop: ShopServices,
    *,
    workflows: Iterable[Workflow] = (),
    sources: Iterable[ContextSource] = (),
    guards: GuardChain | None = None,
    model: BaseChatModel | None = None,
    router: IntentRouter | None = None,
    checkpointer: BaseCheckpointSaver[Any] | None = None,
) -> Orchestrator:
    """Build a shop's orchestrator.

    Args:
        shop: the shop it serves.
        workflows: own ones, beside the defaults or in place of those with the same intent.
        sources: own context sources, beside the defaults or in place of those with the same name.
        guards: a chain in place of the shop's own.
        model: the agent's chat model, in place of the shop's own.
        router: an intent router in place of the default one.
        checkpointer: where conversations are kept, in place of the shop's own.

    Raises:
        ConfigurationError: the parts do not fit together.
    """
    parts = make_parts(shop, workflows=workflows, sources=sources, guards=guards, model=model, router=router)
    return Orchestrator(shop, parts, checkpointer)


def _no_conversation(conversation_id: str) -> NotFound:
    return NotFound(
        f"There is no conversation {conversation_id} for you.", remedy="Leave the conversation id out to begin one."
    )


def _answered_before(conversation_id: str) -> Conflict:
    return Conflict(
        f"Nothing in conversation {conversation_id} waits for your approval.", remedy="It was answered before."
    )


def _config(conversation_id: str) -> RunnableConfig:
    return {"configurable": {"thread_id": conversation_id}, "recursion_limit": RECURSION_LIMIT}
