"""What a request got from outside itself: look-ups, context, the gate's answers, models' replies, people's approvals.

With it the request can be run again (`graphs.replay`): everything between these is a function of them. A tape lives as
long as the run, in no checkpoint; what is on it goes, sealed, into the audit log.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage

from shopgraph.audit.records import json_of
from shopgraph.connectors.ports import Connectors
from shopgraph.domain import Customer, Principal
from shopgraph.errors import ShopgraphError
from shopgraph.guards.decisions import Decision
from shopgraph.tools.gate import Gate
from shopgraph.tools.judging import Judged
from shopgraph.tools.spec import GateOutcome, ToolCall, ToolContext, ToolSpec

if TYPE_CHECKING:
    from shopgraph.graphs.context import ShopServices
    from shopgraph.graphs.memory import BrandMemory, CustomerMemory, Recalled, Statement
    from shopgraph.graphs.state import Stitched
    from shopgraph.models.recommend.model import RecommenderModel, Scored
    from shopgraph.models.recommend.rows import Basket

SAID = "memory.said"
"""Under what statements of brand memory are on the tape: those that may be stated."""
SEEN = "memory.seen"
"""Under what of the asker's memory is on the tape: which products they were shown, and when."""
COMPLETE, NEXT_BASKET = "recommender.complete", "recommender.next_basket"
"""Under what a learned recommender's order is on the tape: items and scores, best first."""
NO_ARGUMENTS: list[object] = [[], {}]
VERSION = 1
"""Of the tape's form."""
CONTEXT_PARTS: Mapping[str, tuple[str, ...]] = {
    "customer": ("customer", "discounts"),
    "orders": ("orders",),
    "session": ("session", "cart"),
    "inventory": ("stock",),
    "marketing": ("promotions", "coded", "campaigns"),
    "catalog": ("passages",),
    "memory": ("shown", "promises", "owed", "statements"),
    "policy": ("policy",),
}
"""Which fields of the stitched context each of the default sources fills; an own source has `extra[name]`."""


_EMPTY: Mapping[type, bytes] = {type(None): b"null", tuple: b"[]", dict: b"{}"}


class Tape:
    """Entries in the order in which they came. Appending is all that happens while a request runs."""

    __slots__ = ("_begin", "_contexts", "_entries", "drafted", "judged", "parameters", "parts", "who")

    def __init__(self) -> None:
        self._begin: dict[str, object] = {}
        self._entries: list[list[object]] = []
        self._contexts: list[bytes] = []
        self.parts: dict[str, bytes] = {}
        """Each context source's part of the context as JSON, to tell versions by."""
        self.parameters: dict[str, object] = {}
        """What the model was called with."""
        self.who: Customer | None = None
        """Who asks, with all that is known of them: so that it is masked. The context holds what the intent needs."""
        self.judged: dict[str, Judged] = {}
        """What the gate let through or not, by call, until the call is made."""
        self.drafted = ""
        """The answer before the guards."""

    def begin(self, state: Mapping[str, Any], principal: Principal, at: datetime) -> None:
        """What the request starts from: the words so far, the dialog, who is asking."""
        self._begin = {
            "messages": [_said(message) for message in state.get("messages", ())],
            "dialog": state.get("dialog"),
            "channel": state.get("channel") or "",
            "region_id": state.get("region_id") or "",
            "principal": principal,
            "at": at,
        }

    def note(self, kind: str, *values: object) -> None:
        """Add an entry; what is in it must not change any more."""
        self._entries.append([kind, *values])

    def context(self, context: Stitched) -> None:
        """Keep a stitched context; a message that asks for several things has one for each."""
        values: Mapping[str, object] = context.__dict__
        # Most fields are empty, and what that is as JSON is known.
        fields = {
            name: json_of(value, lenient=True) if value else _EMPTY.get(type(value)) or json_of(value)
            for name, value in values.items()
        }
        whole = b",".join([b'"%b":%b' % (name.encode(), part) for name, part in fields.items()])
        self._contexts.append(b"{" + whole + b"}")
        for source, names in CONTEXT_PARTS.items():
            for name in names:
                if values[name]:
                    self.parts[source] = b"".join([fields[name] for name in names])
                    break
        for source, data in context.extra.items():
            self.parts[source] = json_of(data, lenient=True)

    def content(self, **more: object) -> bytes:
        """Everything since it was last cleared, as one JSON object."""
        whole = {"version": VERSION, "begin": self._begin, "entries": self._entries, **more}
        head = json_of(whole, lenient=True)
        return head[:-1] + b',"contexts":[' + b",".join(self._contexts) + b"]}"

    def clear(self) -> None:
        """Begin anew: what was on it is on the record."""
        self._begin, self._entries, self._contexts, self.parts = {}, [], [], {}


def _said(message: AnyMessage) -> dict[str, str]:
    role = "human" if isinstance(message, HumanMessage) else "ai" if isinstance(message, AIMessage) else message.type
    return {"role": role, "text": str(message.text)}


class TapedShop:
    """A shop as the nodes see it: every answer of its systems goes on the tape."""

    __slots__ = ("_shop", "_tape")

    def __init__(self, shop: ShopServices, tape: Tape) -> None:
        self._shop = shop
        self._tape = tape

    @property
    def connectors(self) -> Connectors:
        """The shop's, taped."""
        return cast(Connectors, _TapedConnectors(self._shop.connectors, self._tape))

    @property
    def gate(self) -> Gate:
        """The shop's, taped. Tools get the shop's own connectors: of them the tape keeps the outcome."""
        return cast(Gate, TapedGate(self._shop.gate, self._tape))

    @property
    def memory(self) -> BrandMemory:
        """The shop's; what it is asked about products is taped."""
        return cast("BrandMemory", _TapedMemory(self._shop.memory, self._tape))

    @property
    def recommender(self) -> RecommenderModel | None:
        """The shop's, taped."""
        model = self._shop.recommender
        return None if model is None else cast("RecommenderModel", _TapedRecommender(model, self._tape))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._shop, name)


class _TapedRecommender:
    """What fits which basket is public; of a customer's own baskets only the outcome is kept."""

    __slots__ = ("_model", "_tape")

    def __init__(self, model: RecommenderModel, tape: Tape) -> None:
        self._model = model
        self._tape = tape

    def complete(self, basket: Sequence[str], *, limit: int, among: Collection[str]) -> list[Scored]:
        """As `RecommenderModel.complete`."""
        best = self._model.complete(basket, limit=limit, among=among)
        self._tape.note("read", COMPLETE, [[*basket], sorted(among)], best)
        return best

    def next_basket(self, history: Sequence[Basket], *, day: int, limit: int, among: Collection[str]) -> list[Scored]:
        """As `RecommenderModel.next_basket`."""
        best = self._model.next_basket(history, day=day, limit=limit, among=among)
        self._tape.note("read", NEXT_BASKET, [sorted(among)], best)
        return best


class _TapedMemory:
    __slots__ = ("_memory", "_tape")

    def __init__(self, memory: BrandMemory, tape: Tape) -> None:
        self._memory = memory
        self._tape = tape

    async def said(self, product_ids: Collection[str], **options: Any) -> Recalled[Statement]:
        """As `BrandMemory.said`."""
        asked = [[*product_ids], {name: value for name, value in options.items() if value is not None}]
        try:
            said = await self._memory.said(product_ids, **options)
        except Exception as error:
            self._tape.note("failed", SAID, asked, [type(error).__name__, str(error)])
            raise
        self._tape.note("read", SAID, asked, said.fresh)
        return said

    def of(self, customer_id: str) -> Any:
        """As `BrandMemory.of`."""
        return _TapedCustomer(self._memory.of(customer_id), self._tape)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._memory, name)


class _TapedCustomer:
    __slots__ = ("_mine", "_tape")

    def __init__(self, mine: CustomerMemory, tape: Tape) -> None:
        self._mine = mine
        self._tape = tape

    async def seen(self, **options: Any) -> Mapping[str, datetime]:
        """As `CustomerMemory.seen`. One customer asks; since when depends on the clock, which runs on."""
        seen = await self._mine.seen(**options)
        self._tape.note("read", SEEN, NO_ARGUMENTS, seen)
        return seen

    def __getattr__(self, name: str) -> Any:
        return getattr(self._mine, name)


class _TapedConnectors:
    __slots__ = ("_real", "_tape")

    def __init__(self, real: Connectors, tape: Tape) -> None:
        self._real = real
        self._tape = tape

    def __getattr__(self, name: str) -> Any:
        part = getattr(self._real, name)
        return part if callable(part) or isinstance(part, frozenset) else _TapedPort(name, part, self._tape)


class _TapedPort:
    __slots__ = ("_name", "_port", "_tape")

    def __init__(self, name: str, port: object, tape: Tape) -> None:
        self._name = name
        self._port = port
        self._tape = tape

    def __getattr__(self, method: str) -> Any:
        real: Callable[..., Awaitable[object]] = getattr(self._port, method)
        key, tape = f"{self._name}.{method}", self._tape

        async def call(*args: object, **options: object) -> object:
            try:
                result = await real(*args, **options)
            except Exception as error:
                code = error.code if isinstance(error, ShopgraphError) else type(error).__name__
                tape.note("failed", key, [args, options], [code, str(error)])
                raise
            tape.note("read", key, [args, options], result)
            return result

        return call


class TapedGate:
    """The gate as nodes use it."""

    __slots__ = ("_gate", "_tape")

    def __init__(self, gate: Gate, tape: Tape) -> None:
        self._gate = gate
        self._tape = tape

    @property
    def tools(self) -> Mapping[str, ToolSpec]:
        """By name."""
        return self._gate.tools

    async def judge(self, context: ToolContext, call: ToolCall) -> GateOutcome:
        """As `Gate.judge`."""
        judged = await self._gate.judged(context, call)
        self._tape.judged[call.call_id] = judged
        self._tape.note("gate", "judge", call, judged.outcome)
        return judged.outcome

    async def call(self, context: ToolContext, call: ToolCall) -> GateOutcome:
        """As `Gate.call`."""
        outcome = await self._gate.call(context, call, self._tape.judged.pop(call.call_id, None))
        self._tape.note("gate", "call", call, outcome)
        return outcome

    def identify_first(self, tool: str, policy_version: str = "") -> Decision:
        """As `Gate.identify_first`."""
        return self._gate.identify_first(tool, policy_version)
