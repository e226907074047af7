"""Conversations over the compiled graph: ask, go on, approve. What a frontend calls."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from typing import Any, cast

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.graph import Graph
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.types import Command
from pydantic import JsonValue

from shopgraph.domain import Channel, Conversation, Principal, PrincipalKind
from shopgraph.errors import ConfigurationError, Conflict, NotFound, Refused
from shopgraph.graphs.answer import (
    Answer,
    ContextView,
    DecisionView,
    LayerView,
    PendingCall,
    PendingView,
    RouteView,
    VerdictView,
)
from shopgraph.graphs.approval import Approval, Approvals, awaiting, check_answers, may_approve
from shopgraph.graphs.claims import claim
from shopgraph.graphs.context import RunContext, ShopServices
from shopgraph.graphs.feedback import Feedback, Score, give_feedback
from shopgraph.graphs.inbound import may_go_on
from shopgraph.graphs.observing import watched
from shopgraph.graphs.orchestrator import RECURSION_LIMIT, compile_orchestrator, layer_of, make_parts
from shopgraph.graphs.parts import Parts
from shopgraph.graphs.state import Dialog, State, layers_taken
from shopgraph.graphs.stitching.source import ContextSource
from shopgraph.graphs.turns import Workflow
from shopgraph.guards.chain import GuardChain
from shopgraph.guards.screen import clean_message
from shopgraph.models.router import IntentRouter
from shopgraph.telemetry.layers import Layer
from shopgraph.tools.spec import Proposal

WAITING = "A colleague has to approve this first. I will go on as soon as that is done."


class Orchestrator:
    """A shop's conversations: what a frontend, a notebook or an evaluation calls.

    It shows its picture where a notebook displays it. `graph` is the compiled LangGraph graph, to be used as any other.
    """

    def __init__(self, shop: ShopServices, parts: Parts, checkpointer: BaseCheckpointSaver[Any] | None = None) -> None:
        self.shop = shop
        self.parts = parts
        self.graph = compile_orchestrator(parts, checkpointer or shop.checkpointer)
        self._being_answered: set[str] = set()
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
        if conversation_id is not None:
            values, waiting = await self._kept(config)
            if not may_go_on(who, values.get("dialog") or Dialog()):
                raise _no_conversation(conversation_id)
            if waiting:
                return _waiting(values)
        turn: dict[str, Any] = {
            "messages": [HumanMessage(text)],
            "channel": str(channel),
            "region_id": region_id or "",
            "request_id": request_id or f"req_{secrets.token_hex(8)}",
        }
        return await self._run(turn, config, who)

    async def _kept(self, config: RunnableConfig) -> tuple[State, bool]:
        """The conversation's state, and whether it waits for somebody's approval.

        Where no step was left unfinished, the checkpoint says it all; LangGraph's own view of it costs a millisecond.
        """
        saver = self.graph.checkpointer
        saved = await saver.aget_tuple(config) if isinstance(saver, BaseCheckpointSaver) else None
        if saved is not None and not saved.pending_writes:
            return cast(State, saved.checkpoint["channel_values"]), False
        snapshot = await self.graph.aget_state(config)
        return cast(State, snapshot.values), bool(snapshot.interrupts)

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
            dialog = (await self._kept(_config(conversation_id)))[0].get("dialog") or Dialog()
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
        if not (await claim(self.shop.connectors.records, key, "approve", body, at=self.shop.clock.now())).same:
            raise _answered_before(conversation_id)

    async def _run(
        self, given: Any, config: RunnableConfig, who: Principal, *, approver: Principal | None = None
    ) -> Answer:
        context = RunContext(shop=self.shop, principal=who, approver=approver or Principal.guest())
        with watched(self.shop, who, config["configurable"]["thread_id"], texts=self.texts_in_traces) as request:
            output: Any = await self.graph.ainvoke(given, config, context=context, durability="exit", version="v2")
            state = cast(State, dict(output.value))
            request.ended(state)
        return _waiting(state) if output.interrupts else answer_of_state(state)

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


def _waiting(state: State) -> Answer:
    answer = answer_of_state({**state, "draft": WAITING})
    return answer.model_copy(update={"pending": _pending(awaiting(state["outcomes"]), awaits="staff")})


def _pending(proposals: Sequence[Proposal], *, awaits: str) -> PendingView | None:
    if not proposals:
        return None
    calls = tuple(PendingCall(tool=item.tool, summary=item.summary, digest=item.digest) for item in proposals)
    summary = "; ".join(item.summary for item in proposals)
    return PendingView(tool=proposals[0].tool, summary=summary, awaits=awaits, calls=calls)


def answer_of_state(state: State) -> Answer:
    """The answer's public object, from a finished request's state."""
    request, routes = state["request"], _routes(state)
    return Answer(
        answer=state["draft"],
        route=routes[0],
        routes=routes,
        context=tuple(
            ContextView(source=item.source, status=item.status, fresh_at=item.fresh_at, ms=item.ms)
            for item in state["context"].sources
        ),
        decisions=tuple(DecisionView(rule=d.rule, effect=d.effect, reason=d.reason) for d in state["decisions"]),
        verdicts=tuple(
            VerdictView(guard=v.guard, verdict=v.verdict, before=v.before, after=v.after) for v in state["verdicts"]
        ),
        actions=tuple(state["actions"]),
        pending=_pending(state["dialog"].proposals, awaits="customer"),
        saving=state.get("saving"),
        layers=layers_of(state),
        conversation_id=request.conversation_id,
        request_id=request.id,
    )


def _routes(state: State) -> tuple[RouteView, ...]:
    """One for each matter; the newest as it stands by now, since a model that fails changes who serves."""
    views = []
    for route, decision in zip_longest([*state["routes"][:-1], state["route"]], state["tiers"]):
        reasons = decision.reasons if decision is not None else ()
        tier = str(route.tier)
        views.append(
            RouteView(intent=route.intent, tier=tier, confidence=route.confidence, why=route.why, reasons=reasons)
        )
    return tuple(views)


_NOT_CALLED = {str(layer): (0.0, 0, 0.0) for layer in Layer}


def layers_of(state: State) -> dict[str, LayerView]:
    """Time and calls by layer, summed over the request's steps; shares are of the seven, the engine stands apart."""
    totals = _NOT_CALLED | layers_taken(state["trail"])
    whole = sum(ms for name, (ms, _, _) in totals.items() if name != Layer.ENGINE) or 1.0
    calls = state.get("model_calls") or []
    tokens = sum(call.input_tokens + call.output_tokens for call in calls)
    cost = sum(call.cost_nanousd for call in calls)
    return {
        name: LayerView(
            ms=round(ms, 3),
            share=None if name == Layer.ENGINE else round(ms / whole, 4),
            calls=count,
            cpu_ms=round(cpu, 3),
            tokens=tokens if name == Layer.ENGINE else 0,
            cost_nanousd=cost if name == Layer.ENGINE else 0,
        )
        for name, (ms, count, cpu) in totals.items()
    }
