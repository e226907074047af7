"""A shop that answers from a record. It has no database, and nothing can be done in it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, cast, get_type_hints

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import SkipValidation, TypeAdapter

from shopgraph.audit.late import Late
from shopgraph.audit.log import AuditEvent, AuditHead, AuditLog
from shopgraph.audit.records import BEGINNING, json_of
from shopgraph.clock import FixedClock
from shopgraph.connectors.ports import Connectors
from shopgraph.domain import ShopMeta
from shopgraph.errors import ConnectorFault
from shopgraph.graphs.answer import SourceStatus
from shopgraph.graphs.last_tier import NoAnswer
from shopgraph.graphs.memory import BrandMemory
from shopgraph.graphs.replay.recorded import RecordedRequest, call_key
from shopgraph.graphs.replay.remembered import PlayedMemory, played_recommender
from shopgraph.graphs.stitching.parts import Part
from shopgraph.graphs.stitching.recipes import Everything, part_of
from shopgraph.graphs.stitching.shared import SharedReads
from shopgraph.graphs.stitching.source import ContextSource, Query
from shopgraph.graphs.tape import CONTEXT_PARTS
from shopgraph.graphs.taped_models import digest_of, reply_of
from shopgraph.graphs.tiering import PastTiers
from shopgraph.guards.chain import GuardChain
from shopgraph.guards.decisions import Decision
from shopgraph.guards.policy import PolicyBundle
from shopgraph.models.learned import LearnedRouting
from shopgraph.models.scope import ModelCall, current_scope
from shopgraph.tools import rulings
from shopgraph.tools.gate import Gate
from shopgraph.tools.judging import Judged
from shopgraph.tools.rejudging import BeyondRecord, Recorded, rejudged, same_call
from shopgraph.tools.spec import GateOutcome, Services, ToolCall, ToolContext, ToolSpec

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver


_PUBLIC = frozenset({"search", "catalog"})
"""Ports that only read, and nobody's own records."""


class Playing:
    """One request as it is played: what was recorded, what of it is used, and what was wanted beyond it."""

    def __init__(self, request: RecordedRequest, today: Connectors) -> None:
        """`today`: where the catalog is looked up, for what another router wants of it and the record does not have."""
        self.request = request
        self.today = today
        self.beyond: list[str] = []
        """What the request wanted and the record does not have."""
        self.notes: list[str] = []
        """What is other than recorded without being an outcome: a model that was asked something else."""
        self._gate = list(request.gate)
        self._models = list(request.models)
        self._tiers = list(request.tiers)
        self._read: dict[str, int] = {}
        self._contexts = _by_source(request.contexts)

    def missing(self, what: str) -> BeyondRecord:
        """Note what is not on the record."""
        self.beyond.append(what)
        return BeyondRecord(f"The record has no answer to {what}.", wanted=what)

    def has(self, name: str, arguments: Any) -> bool:
        """Whether the record has an answer of a connector."""
        return call_key(name, json.loads(json_of(arguments, lenient=True))) in self.request.reads

    def read(self, name: str, arguments: Any) -> Any:
        """The recorded answer of a connector; asked again, the next one, and the last one ever after."""
        key = call_key(name, json.loads(json_of(arguments, lenient=True)))
        answers = self.request.reads.get(key)
        if not answers:
            raise self.missing(name)
        turn = self._read.get(key, 0)
        self._read[key] = turn + 1
        answer = answers[min(turn, len(answers) - 1)]
        if len(answer) > 1:
            raise ConnectorFault(str(answer[1][1]))
        return answer[0]

    def judged(self, context: ToolContext, kind: str, call: ToolCall, spec: ToolSpec | None) -> GateOutcome:
        """The recorded answer of the gate, judged by the policy of `context`."""
        found = next((each for each in self._gate if same_call(each, kind, call)), None)
        if found is None and spec is not None and not spec.mutates:
            # Of recordings that lack a learned recommender's order: it asked for more than one that goes by counts.
            found = next((each for each in self._gate if same_call(_as_many(each, call), kind, call)), None)
        if found is None:
            raise self.missing(f"{call.tool} of {call.call_id}")
        self._gate.remove(found)
        if spec is None:
            return found.outcome
        try:
            return rejudged(context, spec, found)
        except BeyondRecord as beyond:
            self.beyond.append(beyond.message)
            raise

    def model(self) -> dict[str, Any]:
        """The next model call."""
        if not self._models:
            raise self.missing("a model")
        return self._models.pop(0)

    def tiers(self) -> PastTiers | None:
        """The models' side of the next choice of a tier."""
        return self._tiers.pop(0) if self._tiers else None

    @property
    def models_left(self) -> int:
        """How many model calls are still to be played."""
        return len(self._models)

    def source(self, name: str) -> Part | dict[str, Any] | None:
        """What a context source gave; raises as it failed."""
        if not (waiting := self._contexts.get(name)):
            raise self.missing(f"the context source {name}")
        context, known = waiting.pop(0)
        match SourceStatus(known["status"]):
            case SourceStatus.OK:
                return _part(context, name)
            case SourceStatus.LATE:
                raise TimeoutError
            case SourceStatus.FAILED:
                raise ConnectorFault(known["note"])
            case _:
                return None


def _as_many(recorded: Recorded, call: ToolCall) -> Recorded:
    """The recorded call as if it had asked for so many."""
    if "limit" not in call.arguments or "limit" not in recorded.call.arguments:
        return recorded
    arguments = {**recorded.call.arguments, "limit": call.arguments["limit"]}
    return replace(recorded, call=recorded.call.model_copy(update={"arguments": arguments}))


def _by_source(contexts: Iterable[Mapping[str, Any]]) -> dict[str, list[tuple[Mapping[str, Any], dict[str, Any]]]]:
    """The contexts in which each source was asked, in order, and how it ended there."""
    found: dict[str, list[tuple[Mapping[str, Any], dict[str, Any]]]] = {}
    for context in contexts:
        for item in context["sources"]:
            if item["status"] != SourceStatus.SKIPPED:
                found.setdefault(item["source"], []).append((context, item))
    return found


def _part(context: Mapping[str, Any], name: str) -> Part | dict[str, Any]:
    kind = part_of(Everything, name) if name in CONTEXT_PARTS else None
    if kind is None or name in context["extra"]:
        given: dict[str, Any] = context["extra"][name]
        return given
    # A field that a record does not have came after it.
    return kind.model_validate({field: context[field] for field in CONTEXT_PARTS[name] if field in context})


class PlayedShop:
    """A `ShopServices` for one recorded request under a policy."""

    def __init__(
        self, playing: Playing, *, meta: ShopMeta, policy: PolicyBundle, tools: Mapping[str, ToolSpec]
    ) -> None:
        self.playing = playing
        self.meta = meta
        self.policy = policy
        self.connectors = cast(Connectors, PlayedConnectors(playing))
        self.clock = FixedClock(playing.request.at)
        self.services = Services(connectors=self.connectors, clock=self.clock, policy=policy)
        self.gate = cast(Gate, PlayedGate(playing, tools))
        self.guards: GuardChain = _guards(policy)
        self.audit = cast(AuditLog, NoLog())
        self.chat_model: BaseChatModel | None = None
        self.recommender = played_recommender(playing)
        self.source_deadline_ms = 60_000
        self.routing = LearnedRouting()
        self.shared = SharedReads()
        self.memory = cast(BrandMemory, PlayedMemory(playing))

    @property
    def checkpointer(self) -> BaseCheckpointSaver[Any]:
        """None is wanted: the replayer brings its own."""
        raise NotImplementedError


_chains: dict[str, GuardChain] = {}


def _guards(policy: PolicyBundle) -> GuardChain:
    """One chain for a version of a policy: making it takes longer than running it."""
    return _chains.setdefault(policy.version, GuardChain.for_bundle(policy))


class NoLog:
    """Takes the place of the audit log: a replay leaves no trace in it."""

    async def append(self, events: Sequence[AuditEvent]) -> AuditHead:
        """Forget them."""
        return BEGINNING

    def __init__(self) -> None:
        self.late = Late()

    def expect(self, subject: str, at: datetime) -> None:
        """Nothing is sealed."""

    def pseudonym(self, subject: str) -> str:
        """None is needed."""
        return ""

    def version(self, content: bytes) -> str:
        """None is needed."""
        return ""


class PlayedConnectors:
    """Answers what was answered."""

    def __init__(self, playing: Playing) -> None:
        self.playing = playing

    def __getattr__(self, port: str) -> Any:
        return _PlayedPort(port, self.playing)


class _PlayedPort:
    def __init__(self, port: str, playing: Playing) -> None:
        self._port = port
        self._playing = playing

    def __getattr__(self, method: str) -> Any:
        name, playing = f"{self._port}.{method}", self._playing

        async def call(*args: object, **options: object) -> object:
            if self._port in _PUBLIC and not playing.has(name, [args, options]):
                playing.notes.append(f"{name} is not on the record and was looked up today")
                return await getattr(getattr(playing.today, self._port), method)(*args, **options)
            return _adapter(self._port, method).validate_python(playing.read(name, [args, options]))

        return call


@cache
def _adapter(port: str, method: str) -> TypeAdapter[Any]:
    """What a port's method gives back, as its protocol says."""
    protocol = get_type_hints(Connectors)[port]
    declared = getattr(protocol, method, None)
    given: Any = get_type_hints(declared)["return"] if declared is not None else object
    return TypeAdapter(given)


class PlayedGate:
    """Answers from the record, judged by the policy of whoever asks; nothing is done."""

    def __init__(self, playing: Playing, tools: Mapping[str, ToolSpec]) -> None:
        self._playing = playing
        self.tools = dict(tools)

    async def judge(self, context: ToolContext, call: ToolCall) -> GateOutcome:
        """As it was judged."""
        return (await self.judged(context, call)).outcome

    async def judged(self, context: ToolContext, call: ToolCall) -> Judged:
        """As it was judged."""
        return Judged(outcome=self._playing.judged(context, "judge", call, self.tools.get(call.tool)))

    async def call(self, context: ToolContext, call: ToolCall, judged: Judged | None = None) -> GateOutcome:
        """As it came out."""
        return self._playing.judged(context, "call", call, self.tools.get(call.tool))

    def identify_first(self, tool: str, policy_version: str = "") -> Decision:
        """As the gate's own."""
        return rulings.identify_first(tool, policy_version)


def played_source(real: ContextSource) -> ContextSource:
    """The source under the same name, answering from the record of whichever request asks."""

    async def fetch(query: Query) -> Part | dict[str, Any] | None:
        return cast(PlayedConnectors, query.connectors).playing.source(real.name)

    return ContextSource(name=real.name, fetch=fetch, deadline_ms=60_000, needs_customer=real.needs_customer)


class PlayedChat(BaseChatModel):
    """Says what the models said."""

    playing: SkipValidation[Playing]

    @property
    def _llm_type(self) -> str:
        return "shopgraph-played"

    def tiers_then(self) -> PastTiers | None:
        """What the choice of a tier was made from then."""
        return self.playing.tiers()

    def was_asked_again(self) -> bool:
        """Whether the record has another model's answer."""
        return self.playing.models_left > 0

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        """The same: what is offered does not change what was said."""
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        entry = self.playing.model()
        if entry["digest"] != digest_of(messages):
            self.playing.notes.append("a model was asked something else than on the record")
        if "failed" in entry["reply"]:
            raise NoAnswer(entry["reply"]["failed"])
        scope = current_scope()
        if not scope.calls:
            scope.calls += [ModelCall.model_validate(each) for each in self.playing.request.model_calls]
        return ChatResult(generations=[ChatGeneration(message=reply_of(entry["reply"]))])

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return self._generate(messages, stop)
