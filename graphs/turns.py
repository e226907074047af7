"""Workflows: what the shop can do without a model. Each is one async function from a turn to a step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import BaseModel, JsonValue

from shopgraph.errors import ConnectorUnavailable
from shopgraph.graphs.context import ShopServices
from shopgraph.graphs.node import engine
from shopgraph.graphs.state import Dialog, Evidence, Request, Stitched
from shopgraph.graphs.stitching.recipes import Nothing, Recipe, recipe_of
from shopgraph.guards.allowances import Allowances
from shopgraph.guards.decisions import Decision
from shopgraph.models.routes import Route
from shopgraph.tools.spec import GateOutcome, Outcome, ToolCall, ToolContext

View = TypeVar("View", bound=BaseModel)
Found = TypeVar("Found")


class Tells(StrEnum):
    """What a step tells of the result that was read last."""

    FACTS = "facts"
    """All that it says of orders, products, promotions and deliveries."""
    REFUNDS = "refunds"
    """What went back of an order."""
    VARIANT = "variant"
    """Of a product the one variant of `words`: its `sku`, under its `title`."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """What a workflow wants to happen next. Use one of its four makers."""

    text: str = ""
    slots: dict[str, JsonValue] = field(default_factory=dict)
    """What is remembered for the next turn, on top of what was."""
    asking: str = ""
    """The slot asked for; empty when the workflow is done talking."""
    tool: str = ""
    arguments: dict[str, JsonValue] = field(default_factory=dict)
    handoff: str = ""
    subject: dict[str, str] = field(default_factory=dict)
    """What this was about (`order_id`, `product_id`), for a later "it"."""
    decisions: tuple[Decision, ...] = ()
    phrase: str = ""
    """The same in the phrases of `models/speech`, for who speaks another language: their keys, with spaces between."""
    words: Mapping[str, str] = field(default_factory=dict)
    """What the phrases name."""
    more: tuple[str, ...] = ()
    """What follows the phrases, already in that language."""
    tells: Tells | None = None
    """It tells what was read last, which the speech templates can tell in other languages."""

    def spoken(self, phrase: str, **words: str) -> Step:
        """The same step, with the phrases that say it in other languages."""
        return replace(self, phrase=phrase, words=words)

    def followed_by(self, *sentences: str) -> Step:
        """The same step, with sentences that follow its phrases, in the language of the phrases."""
        return replace(self, more=sentences)

    def telling(self, what: Tells) -> Step:
        """The same step, which tells what was read last."""
        return replace(self, tells=what)

    def about(self, **subject: str) -> Step:
        """The same step, remembering what it was about."""
        return replace(self, subject={**self.subject, **subject})


def say(text: str, *decisions: Decision) -> Step:
    """Answer, and be done."""
    return Step(text=text, decisions=decisions)


def ask(slot: str, text: str, **slots: JsonValue) -> Step:
    """Ask for what is missing; the next message is taken as the answer unless it clearly is something else."""
    return Step(text=text, asking=slot, slots=slots)


def propose(tool: str, /, **arguments: JsonValue) -> Step:
    """Call a tool that changes something: the gate asks for the customer's yes and judges."""
    return Step(tool=tool, arguments=arguments)


HANDING_OVER = "I am passing this to a colleague, who will read our conversation and get back to you."
"""What a shopper hears when a person takes over."""


def hand_over(reason: str, text: str) -> Step:
    """Give the conversation to a person."""
    return Step(text=text, handoff=reason)


class Halt(Exception):
    """A read was refused: the turn ends with what the gate said."""

    def __init__(self, outcome: GateOutcome) -> None:
        super().__init__(outcome.tool)
        self.outcome = outcome


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What a workflow sees of one message, and how it reads the shop."""

    shop: ShopServices
    tools: ToolContext
    request: Request
    route: Route
    dialog: Dialog
    context: Stitched
    allowances: Allowances
    evidence: list[Evidence] = field(default_factory=list)
    """Every result read in this turn; the guards take their facts from it."""
    judged: list[Decision] = field(default_factory=list)
    """What the gate decided about the reads."""

    @property
    def text(self) -> str:
        """The message, as screened."""
        return self.request.text

    @property
    def heard(self) -> str:
        """The message, and what was said since this workflow began."""
        return f"{self.slot('said')}\n{self.request.text}".strip()

    def newest(self, read: Callable[[str], Found]) -> Found:
        """What `read` finds in the newest message that holds something of the kind: a correction beats the corrected.

        Last of all it is tried on everything that was heard.
        """
        for text in (self.text, *reversed(self.slot("said").split("\n"))):
            if found := read(text):
                return found
        return read(self.heard)

    @property
    def locale(self) -> str:
        """The region's locale, for money and dates."""
        return self.request.locale

    def slot(self, name: str) -> str:
        """What was remembered under that name; empty when nothing was."""
        value = self.dialog.slots.get(name, "")
        return value if isinstance(value, str) else ""

    async def read(self, tool: str, view: type[View], /, **arguments: JsonValue) -> View:
        """Call a reading tool through the gate.

        Raises:
            Halt: the gate refused it, or found nothing.
            ConnectorUnavailable: the system behind it failed.
        """
        call = ToolCall(tool=tool, arguments=arguments, call_id=f"{self.request.id}:{tool}:{len(self.evidence)}")
        with engine():
            outcome = await self.shop.gate.call(self.tools, call)
        self.judged.extend(outcome.decisions)
        if outcome.outcome in (Outcome.DONE, Outcome.REPLAYED) and outcome.result is not None:
            self.evidence.append(Evidence(tool=tool, result=outcome.result))
            return view.model_validate(outcome.result)
        if outcome.outcome is Outcome.FAILED:
            raise ConnectorUnavailable(outcome.error or f"{tool} did not answer.")
        raise Halt(outcome)


Run = Callable[[Turn], Awaitable[Step]]
Known = Callable[[Turn], Step | None]
Report = Callable[[Turn, GateOutcome], Awaitable[str]]


def told(outcome: GateOutcome) -> str:
    """What a tool that acted says of itself."""
    summary = (outcome.result or {}).get("summary")
    return summary if isinstance(summary, str) and summary else "That is done."


async def _plain_report(turn: Turn, outcome: GateOutcome) -> str:
    return told(outcome)


@dataclass(frozen=True, kw_only=True, eq=False)
class Workflow:
    """A named way of serving some intents. It decides what happens next and never changes anything itself."""

    name: str
    intents: tuple[str, ...]
    run: Run
    report: Report = _plain_report
    """What to say once the tool it proposed has acted."""
    recipe: type[Recipe] = Nothing
    """What it needs to know."""
    for_anybody: Known | None = None
    """Tried first, whoever asks: a step that needs no record ends the turn there; None lets the workflow go on."""
    needs_customer: bool = False
    """True: a guest is asked who is there before anything is looked up."""
    examples: tuple[str, ...] = ()
    """Messages that should come here; needed for intents of your own (three at least)."""

    def reports(self, report: Report) -> Workflow:
        """The same workflow with that report."""
        return replace(self, report=report)


def workflow(
    *intents: str,
    name: str = "",
    recipe: type[Recipe] | Iterable[str] = Nothing,
    needs_customer: bool = False,
    for_anybody: Known | None = None,
    examples: Iterable[str] = (),
) -> Callable[[Run], Workflow]:
    """Declare a workflow: `@workflow("gift_wrap", examples=[...])` above an async function of a `Turn`.

    `recipe` is a `Recipe` class, or the names of the sources where their usual weights will do.
    """

    def wrap(run: Run) -> Workflow:
        own_name: Any = getattr(run, "__name__", "")
        return Workflow(
            name=name or str(own_name).strip("_"),
            intents=tuple(str(intent) for intent in intents),
            run=run,
            recipe=recipe if isinstance(recipe, type) else recipe_of(recipe),
            needs_customer=needs_customer,
            for_anybody=for_anybody,
            examples=tuple(examples),
        )

    return wrap
