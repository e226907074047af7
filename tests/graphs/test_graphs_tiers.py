"""The tier of a request: who is asked, why, what the trace and the record say of it, and what it saved."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shopgraph.graphs import Answer, Orchestrator, build_orchestrator
from shopgraph.graphs.agent import is_unsure
from shopgraph.models.router import IntentRouter
from shopgraph.models.routes import Intent, Route, Tier
from shopgraph.models.scripted import ScriptedChatModel
from shopgraph.models.tiers.model import TierModel
from shopgraph.models.tiers.requests import ModelRequest
from shopgraph.shop import Shop
from shopgraph.telemetry import tracing

Talk = Callable[..., Awaitable[list[Answer]]]
MakeTalk = Callable[[Orchestrator], Talk]
LOST = "blorp fizz quux"
OPEN = "Tell me a bit about the balance bike."


@dataclass(frozen=True)
class Unsure(IntentRouter):
    """Has one guess for everything and is not sure of it."""

    guess: str = ""

    def route(self, text: str) -> Route:
        unsure = {"intent": self.guess, "tier": Tier.SMALL_MODEL, "confidence": 0.3}
        return super().route(text).model_copy(update=unsure)


def router_that_says(guess: str) -> Unsure:
    known = IntentRouter.default()
    return Unsure(known.model, known.cues, str(guess))


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    tracing.configure(exporter, immediately=True)
    yield exporter
    tracing.use(None)


@pytest.mark.usefixtures("unchanged")
async def test_trace_record_and_answer_say_why(shop: Shop, make_talk: MakeTalk, spans: InMemorySpanExporter) -> None:
    talk = make_talk(build_orchestrator(shop, model=ScriptedChatModel(script=["It is a fine bike."])))
    (answer,) = await talk(None, OPEN)
    assert answer.route.reasons[-1] == "nothing speaks for the large model"
    assert answer.saving is not None
    assert (answer.saving.served_by, answer.saving.saved_nanousd) == (Tier.SMALL_MODEL, None)
    said = {span.name: dict(span.attributes or {}) for span in spans.get_finished_spans()}
    assert said["shopgraph.route"]["shopgraph.tier"] == "small_model"
    assert said["shopgraph.route"]["shopgraph.tier_reasons"] == "; ".join(answer.route.reasons)
    assert said["shopgraph.record"]["shopgraph.spent_nanousd"] == 0
    notes = {event.node: event.payload for event in await shop.audit.events(answer.request_id)}
    decision = cast(dict[str, Any], notes["route"]["decision"])
    assert tuple(decision["reasons"]) == answer.route.reasons
    assert decision["signals"]["named"] is True
    assert cast(dict[str, Any], notes["govern"]["saving"])["served_by"] == "small_model"


@pytest.mark.usefixtures("unchanged")
async def test_the_tier_without_a_model(shop: Shop, make_talk: MakeTalk) -> None:
    talk = make_talk(build_orchestrator(shop))
    for text, tier in ((LOST, "workflow"), (OPEN, "tool"), ("1000001", "tool"), ("hello", "workflow")):
        (answer,) = await talk("tracker", text)
        assert answer.route.tier == tier, text


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("text", "tier", "reason"),
    [
        (LOST, "large_model", "no guess"),
        (f"{OPEN} {'Please say all that you know of it. ' * 9}", "large_model", "words"),
        ("I would spend $900 on it.", "large_model", "900.00 USD at stake"),
        ("I would spend $90 on it.", "small_model", "nothing speaks"),
    ],
)
async def test_length_and_value_ask_for_the_large_one(
    shop: Shop, make_talk: MakeTalk, text: str, tier: str, reason: str
) -> None:
    router = router_that_says(Intent.RECOMMENDATION) if text != LOST else None
    talk = make_talk(build_orchestrator(shop, model=ScriptedChatModel(script=["Good."]), router=router))
    (answer,) = await talk("tracker", text)
    assert (answer.route.tier, reason in "; ".join(answer.route.reasons)) == (tier, True), answer.route


@pytest.mark.usefixtures("unchanged")
async def test_an_orders_total_is_at_stake_for_its_owner_alone(shop: Shop, make_talk: MakeTalk) -> None:
    router = router_that_says(Intent.CANCEL_ORDER)
    talk = make_talk(build_orchestrator(shop, model=ScriptedChatModel(script=["Good."] * 2), router=router))
    stakes = {}
    for persona in ("canceler", "stranger"):
        (answer,) = await talk(persona, "that thing with #D1000004 perhaps")
        (note,) = [e.payload for e in await shop.audit.events(answer.request_id) if e.node == "route"]
        stakes[persona] = cast(dict[str, Any], note["decision"])["signals"]["at_stake"]
        assert "a tool that changes records is needed" in answer.route.reasons
    order = await shop.connectors.orders.order("#D1000004")
    assert order is not None
    assert stakes == {"canceler": order.total.model_dump(), "stranger": None}


@pytest.mark.usefixtures("unchanged")
async def test_a_trained_judge_has_its_word(shop: Shop, make_talk: MakeTalk, monkeypatch: pytest.MonkeyPatch) -> None:
    class Judge:
        threshold = 0.5

        def gain(self, request: ModelRequest) -> float:
            return 0.9 if "bike" in request.text else 0.1

    monkeypatch.setitem(shop.routing.__dict__, "judge", cast(TierModel, Judge()))
    talk = make_talk(build_orchestrator(shop, model=ScriptedChatModel(script=["Good."])))
    (answer,) = await talk(None, OPEN)
    assert answer.route.tier == "large_model"
    assert "the trained judge expects +0.90 of the large model" in answer.route.reasons


async def test_a_single_model_that_is_unsure_is_followed_by_a_person(shop: Shop, make_talk: MakeTalk) -> None:
    talk = make_talk(build_orchestrator(shop, model=ScriptedChatModel(script=["UNSURE"])))
    (answer,) = await talk(None, OPEN)
    assert [action.type for action in answer.actions] == ["handoff"]
    assert "UNSURE" not in answer.answer
    assert answer.route.tier == "person"


@pytest.mark.parametrize(
    ("text", "doubts"),
    [
        ("UNSURE", True),
        (" unsure. ", True),
        ("I'm not sure about that.", True),
        ("Sorry, but I do not know.", True),
        ("I am sure it fits.", False),
        ("It is unsure when it arrives, but the tracking says Monday.", False),
        ("If you are not sure of your size, take the larger one.", False),
        ("", False),
    ],
)
def test_a_model_that_says_it_does_not_know(text: str, *, doubts: bool) -> None:
    assert is_unsure(text) is doubts
