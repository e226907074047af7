"""`Replayer`: recorded requests run again, perhaps under another policy or by another router, and what differs.

Nothing is done: tools answer from the record, what would go beyond it is said to. Nothing is written to any log.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command
from pydantic import JsonValue

from shopgraph.audit.records import json_of
from shopgraph.domain import Principal, Value
from shopgraph.graphs.approval import Approvals
from shopgraph.graphs.checkpoints import strict_serde
from shopgraph.graphs.context import RunContext, ShopServices
from shopgraph.graphs.notes import outcome_of
from shopgraph.graphs.orchestrator import RECURSION_LIMIT, compile_orchestrator
from shopgraph.graphs.parts import Parts
from shopgraph.graphs.replay.played import PlayedChat, PlayedShop, Playing, played_source
from shopgraph.graphs.replay.recorded import RecordedRequest, recorded
from shopgraph.graphs.state import Dialog, State
from shopgraph.guards.policy import PolicyBundle
from shopgraph.models.router import IntentRouter
from shopgraph.tools.rejudging import BeyondRecord

if TYPE_CHECKING:
    from shopgraph.graphs.orchestrator import Orchestration


class _Quiet(logging.Filter):
    """What goes beyond a record is a finding of the replay, no failure of a node."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is logged."""
        return not (record.exc_info and isinstance(record.exc_info[1], BeyondRecord))


logging.getLogger("shopgraph.graphs.node").addFilter(_Quiet())

_UNCOMPARED = frozenset({"policy_version", "ms", "call_id"})
"""Fields that say when or by which version, not what."""
COMPARED = ("route", "way", "allowances", "handoff", "draft", "decisions", "verdicts", "actions", "dialog", "failure")


class Difference(Value):
    """One thing that is otherwise."""

    what: str
    """`answer`, `beyond the record`, or a name of `COMPARED`."""
    recorded: JsonValue
    replayed: JsonValue


class Replayed(Value):
    """One request, run again."""

    request_id: str
    differences: tuple[Difference, ...]
    beyond: tuple[str, ...] = ()
    """What it wanted that is not on the record: from there on what it came to is not known."""
    notes: tuple[str, ...] = ()
    """What was otherwise on the way: a model was asked something else than on the record."""

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


class Replayer:
    """Replays requests of one shop. The graph is compiled once; requests share nothing."""

    def __init__(
        self,
        shop: ShopServices,
        parts: Parts,
        *,
        policy: PolicyBundle | None = None,
        router: IntentRouter | None = None,
    ) -> None:
        """Replay with the parts of an orchestrator.

        Args:
            policy: in place of the shop's.
            router: in place of the parts'.
        """
        self._shop = shop
        self._policy = policy or shop.policy
        sources = {name: played_source(source) for name, source in parts.sources.items()}
        self._parts = replace(parts, shop=None, sources=sources, router=router or parts.router, model=None)
        self._graph: Orchestration = compile_orchestrator(self._parts, InMemorySaver(serde=strict_serde()))
        self._tools = shop.gate.tools

    async def replay(self, request_id: str) -> Replayed:
        """Run a request again and compare.

        Raises:
            NotFound: it is not on the record.
            Erased: it cannot be replayed, the key of its customer was destroyed.
        """
        return await self.run(await recorded(self._shop.audit, request_id))

    async def run(self, request: RecordedRequest) -> Replayed:
        """The same for a request that was read already."""
        playing = Playing(request, self._shop.connectors)
        state = await self._played(request, playing)
        found: list[Difference] = []
        if request.outcome is None:
            playing.notes.append("it was cut off before it was answered: there is nothing to compare with")
        else:
            found = _differences(request.outcome, json.loads(json_of(outcome_of(state), lenient=True)))
        if playing.beyond:
            found.append(Difference(what="beyond the record", recorded=None, replayed=[*playing.beyond]))
        return Replayed(
            request_id=request.id,
            differences=tuple(found),
            beyond=tuple(playing.beyond),
            notes=tuple(playing.notes),
        )

    async def _played(self, request: RecordedRequest, playing: Playing) -> State:
        shop = PlayedShop(playing, meta=self._shop.meta, policy=self._policy, tools=self._tools)
        if request.models:
            shop.chat_model = PlayedChat(playing=playing)
        elif self._parts.model is not None or self._shop.chat_model is not None:
            # There was a model, though it was not asked: a request that goes to it now goes beyond the record.
            shop.chat_model = PlayedChat(playing=playing)
        config: RunnableConfig = {
            "configurable": {"thread_id": request.conversation_id},
            "recursion_limit": RECURSION_LIMIT,
        }
        principal = Principal.model_validate(request.begin["principal"])
        context = RunContext(shop=shop, principal=principal)
        given = _input(request)
        await self._graph.checkpointer.adelete_thread(request.conversation_id)  # type: ignore[union-attr]
        if request.begin["dialog"] is not None:
            remembered = {"dialog": Dialog.model_validate(request.begin["dialog"])}
            await self._graph.aupdate_state(config, remembered, as_node="record")
        output: Any = await self._graph.ainvoke(given, config, context=context, durability="exit", version="v2")
        for answers, approver in request.approvals:
            if not output.interrupts:
                break
            context = RunContext(shop=shop, principal=principal, approver=Principal.model_validate(approver))
            resume = {output.interrupts[0].id: Approvals.model_validate(answers).model_dump()}
            output = await self._graph.ainvoke(
                Command(resume=resume), config, context=context, durability="exit", version="v2"
            )
        await self._graph.checkpointer.adelete_thread(request.conversation_id)  # type: ignore[union-attr]
        return cast(State, dict(output.value))


def _input(request: RecordedRequest) -> Any:
    messages: list[AnyMessage] = [
        HumanMessage(said["text"]) if said["role"] == "human" else AIMessage(said["text"])
        for said in request.begin["messages"]
    ]
    return {
        "messages": messages,
        "channel": request.begin["channel"],
        "region_id": request.begin["region_id"],
        "request_id": request.id,
    }


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    found = []
    for name in COMPARED:
        old, new = _plain(before.get(name)), _plain(after.get(name))
        if old != new:
            old, new = _apart(old, new)
            found.append(Difference(what="answer" if name == "draft" else name, recorded=old, replayed=new))
    return found


def _apart(old: Any, new: Any) -> tuple[Any, Any]:
    """Two values that differ, without the fields in which they do not."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return old, new
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    pairs = {name: _apart(old.get(name), new.get(name)) for name in names}
    return {name: pair[0] for name, pair in pairs.items()}, {name: pair[1] for name, pair in pairs.items()}


def _plain(value: Any) -> Any:
    """A value without what says when, or by which version."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items() if name not in _UNCOMPARED}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value
