"""The orchestrator's state: narrow, typed, and able to survive a strict checkpoint."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, TypedDict, cast
from uuid import uuid4

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langgraph.channels import UntrackedValue
from langgraph.graph.message import add_messages
from pydantic import JsonValue

from shopgraph.domain import (
    Campaign,
    Cart,
    Channel,
    Customer,
    Discount,
    Instant,
    Order,
    Promotion,
    SessionEvent,
    Value,
)
from shopgraph.domain.days import local_day
from shopgraph.graphs.answer import ActionView, SourceStatus
from shopgraph.graphs.memory.facts import Promise, Shown, Statement
from shopgraph.graphs.stitching.parts import Origin, Passage, PolicyView, StockView
from shopgraph.graphs.tape import Tape
from shopgraph.guards.allowances import Allowances
from shopgraph.guards.decisions import Decision, Verdict
from shopgraph.guards.facts import Facts
from shopgraph.models.routes import Entities, Route
from shopgraph.models.scope import ModelCall
from shopgraph.models.tiers.decision import TierDecision
from shopgraph.models.tiers.savings import Saving
from shopgraph.tools.spec import GateOutcome, Proposal, ToolCall


class Request(Value):
    """One message and where it came from."""

    id: str
    conversation_id: str
    text: str
    """As screened: normalised, without control characters. Of a message that asks for several things, the part that
    is being served."""
    said: str = ""
    """The whole message, where `text` is a part of it."""
    channel: Channel
    region_id: str
    locale: str
    customer_id: str = ""
    """Whom the host or an enabled look-up has identified; empty for a guest."""
    method: str = ""
    """How: `host`, `email`, `name_postal_code`."""
    at: Instant
    timezone: str = "UTC"
    """The region's, an IANA name."""
    currency: str = ""
    """The region's; empty where it is not known."""

    @property
    def today(self) -> date:
        """The day in the region at that moment."""
        return local_day(self.at, self.timezone)

    @property
    def whole(self) -> str:
        """All of the message."""
        return self.said or self.text


class Matter(Value):
    """One of several things that a message asks for."""

    text: str
    intent: str
    entities: Entities = Entities()
    """What the whole message names: an order said once is meant in each part."""


class Dialog(Value):
    """What a conversation remembers between turns."""

    intent: str = ""
    """The workflow that is under way; empty when none is."""
    slots: dict[str, JsonValue] = {}
    """What was said so far, by slot."""
    asking: str = ""
    """The slot that the last answer asked for."""
    proposals: tuple[Proposal, ...] = ()
    """What awaits the customer's yes, as the last answer showed it; one yes is for all of it."""
    customer_id: str = ""
    """The one customer of this conversation, once identified."""
    method: str = ""
    subject: dict[str, str] = {}
    """What was last talked about: `order_id`, `product_id`, for "it" and "that one"."""
    waiting: tuple[Matter, ...] = ()
    """What else was asked for and comes next, once what is under way is settled."""


class SourceResult(Value):
    """How one context source ended."""

    source: str
    status: SourceStatus
    fresh_at: Instant | None = None
    ms: float = 0.0
    began_ms: float = 0.0
    """After stitching began."""
    deadline_ms: int = 0
    tries: int = 1
    """More than one where it was slow and asked again."""
    cached: bool = False
    note: str = ""


class LeftOut(Value):
    """Facts that a model was not told because of the token limit."""

    source: str
    facts: int


class Stitched(Value):
    """The context of one request: what is known, from where, and how fresh. Fields are those of the sources' parts."""

    recipe: str = ""
    """The name of the recipe that it was made by."""
    sources: tuple[SourceResult, ...] = ()
    origins: dict[str, Origin] = {}
    """Where each field that is known came from; of `extra`, by `extra.NAME`. A field without one is not known."""
    customer: Customer | None = None
    """Without the personal data that the intent does not need."""
    discounts: tuple[Discount, ...] = ()
    """Price cuts this customer got, newest first."""
    orders: tuple[Order, ...] = ()
    """The customer's latest, newest first."""
    session: tuple[SessionEvent, ...] = ()
    cart: Cart | None = None
    stock: tuple[StockView, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    coded: tuple[str, ...] = ()
    """Ids of promotions that only who types a code gets."""
    campaigns: tuple[Campaign, ...] = ()
    passages: tuple[Passage, ...] = ()
    shown: tuple[Shown, ...] = ()
    promises: tuple[Promise, ...] = ()
    owed: tuple[Promise, ...] = ()
    """Promises that still bind while something they were made from has changed."""
    statements: tuple[Statement, ...] = ()
    policy: PolicyView | None = None
    extra: dict[str, JsonValue] = {}
    """What an engineer's own sources gave, by source name."""
    left_out: tuple[LeftOut, ...] = ()
    tokens: int = 0
    """Of the facts block that a model was given; 0 when none was."""
    ms: float = 0.0
    """How long stitching took."""

    def knows(self, name: str) -> bool:
        """Whether a field's source, or the source of that name, answered with something.

        Else it is not known, which is not the same as empty. A name that is both a field's and a source's is the field.
        """
        if name in self.origins or name in type(self).model_fields:
            return name in self.origins
        return any(origin.source == name for origin in self.origins.values())


class Evidence(Value):
    """A tool's result that an answer may rely on."""

    tool: str
    result: dict[str, JsonValue]


class Step(Value):
    """One node's part in a request: per layer wall milliseconds, calls and CPU milliseconds."""

    request_id: str
    node: str
    layer: str
    at: Instant
    layers: dict[str, tuple[float, int, float] | tuple[float, int]]
    """Without CPU time in conversations that an earlier version kept."""
    error: str = ""


def add_said(old: list[AnyMessage], new: list[AnyMessage]) -> list[AnyMessage]:
    """Reducer: `add_messages`; where whole new messages come after what was said, the same with less work."""
    if isinstance(new, list) and all(type(message) in _WHOLE for message in new):
        for message in new:
            message.id = message.id or str(uuid4())
        ids = {message.id for message in new}
        if len(ids) == len(new) and ids.isdisjoint([message.id for message in old]):
            return [*old, *new]
    return cast(list[AnyMessage], add_messages(cast(Any, old), cast(Any, new)))


_WHOLE = frozenset({HumanMessage, AIMessage})
"""Neither pieces of a message nor orders to remove one."""


def add_steps(old: list[Step], new: list[Step]) -> list[Step]:
    """Reducer: append, and begin anew with another request."""
    return [step for step in old if not new or step.request_id == new[-1].request_id] + new


def layers_taken(trail: list[Step]) -> dict[str, tuple[float, int, float]]:
    """Wall milliseconds, calls and CPU milliseconds by layer, of all these steps together."""
    found: dict[str, tuple[float, int, float]] = {}
    for step in trail:
        for name, cell in step.layers.items():
            ms, calls, cpu = found.get(name, (0.0, 0, 0.0))
            found[name] = (ms + cell[0], calls + cell[1], cpu + (cell[2] if len(cell) > 2 else 0.0))
    return found


class TurnInput(TypedDict, total=False):
    """What a caller may hand in. Everything else in the state is the graph's own."""

    messages: Annotated[list[AnyMessage], add_said]
    channel: str
    region_id: str
    request_id: str


class State(TurnInput, total=False):
    """The orchestrator's state. `messages` and `dialog` live as long as the conversation, the rest one request."""

    dialog: Dialog
    request: Request
    route: Route
    """Of the newest matter."""
    routes: list[Route]
    """One for each matter served in this request, in order."""
    tiers: list[TierDecision]
    """Why each went where it went."""
    matters: list[Matter]
    """What the message asks for beside what is being served, still to come."""
    told: list[str]
    """The answers to the matters served before."""
    saving: Saving
    way: str
    """The node that serves this request."""
    context: Stitched
    brief: str
    """The facts block for a model."""
    facts: Facts
    allowances: Allowances
    evidence: list[Evidence]
    calls: list[ToolCall]
    """What waits at the gate."""
    caller: str
    """The node that the gate's outcome goes back to."""
    confirmed: bool
    """The customer just said yes to `dialog.proposals`."""
    approvals: dict[str, str]
    """Who of the staff approved what: by the digest of the proposal."""
    declined: dict[str, Decision]
    """What a person of the staff said no to: by the digest of the proposal."""
    outcomes: list[GateOutcome]
    """What the gate said to each of `calls`, in their order."""
    rounds: int
    """How often the agent has spoken to its model in this request."""
    model_calls: list[ModelCall]
    """What models were asked in this request, and how each call ended; no text."""
    handoff: str
    """Why a person takes over; empty when none does."""
    draft: str
    decisions: list[Decision]
    verdicts: list[Verdict]
    actions: list[ActionView]
    trail: Annotated[list[Step], add_steps]
    audited: int
    """Steps of the trail that are on the record already."""
    tape: Annotated[Tape, UntrackedValue]
    """What the run got from outside itself; in no checkpoint."""
    failure: str
    """The node that failed closed; empty when none did."""
