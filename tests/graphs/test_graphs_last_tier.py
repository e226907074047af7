"""When no model answers: the request is served all the same, or handed to a person, and nothing is invented."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage

from shopgraph.graphs import Answer, Orchestrator, build_orchestrator
from shopgraph.graphs.agent import time_for_models
from shopgraph.graphs.state import Step
from shopgraph.models.entities import find_entities
from shopgraph.models.router import IntentRouter
from shopgraph.models.routes import Intent, Route, Tier
from shopgraph.models.scripted import ScriptedChatModel
from shopgraph.shop import Shop

Talk = Callable[..., Awaitable[list[Answer]]]
MakeTalk = Callable[[Orchestrator], Talk]

OPEN_QUESTION = "Tell me a bit about the balance bike."
MARKER = "sk-planted-0123456789abcdef"
DOWN = ConnectionError(f"provider is down, key {MARKER}")


def call(name: str, **arguments: Any) -> AIMessage:
    return AIMessage("", tool_calls=[{"name": name, "args": arguments, "id": f"call_{name}"}])


def down(shop: Shop, *before: AIMessage) -> Orchestrator:
    """A shop whose model fails after these messages."""
    return build_orchestrator(shop, model=ScriptedChatModel(script=[*before, DOWN]))


class Unsure(IntentRouter):
    """Understands nothing, so that every message is the model's."""

    def route(self, text: str) -> Route:
        entities = find_entities(text).entities
        return Route(
            intent=Intent.OUT_OF_SCOPE, tier=Tier.LARGE_MODEL, confidence=0, entities=entities, why="not understood"
        )


def lost(shop: Shop) -> Orchestrator:
    """A shop whose router understands nothing, and whose model is down."""
    known = IntentRouter.default()
    router = Unsure(**{each.name: getattr(known, each.name) for each in fields(known)})
    return build_orchestrator(shop, model=ScriptedChatModel(script=[DOWN] * 9), router=router)


@pytest.mark.usefixtures("unchanged")
async def test_the_intents_workflow_serves_when_the_model_is_down(shop: Shop, make_talk: MakeTalk) -> None:
    (answer,) = await make_talk(down(shop))("tracker", OPEN_QUESTION)
    (without,) = await make_talk(build_orchestrator(shop))("tracker", OPEN_QUESTION)
    assert answer.answer == without.answer
    assert answer.route.tier == "workflow"
    assert "no model answered (ConnectionError)" in answer.route.why
    assert not any(verdict.verdict == "error" for verdict in answer.verdicts)


@pytest.mark.usefixtures("unchanged")
async def test_what_was_read_before_the_model_failed_is_told(shop: Shop, make_talk: MakeTalk) -> None:
    (answer,) = await make_talk(down(shop, call("get_order", order_id="#D1000001")))("tracker", OPEN_QUESTION)
    assert "Order #D1000001" in answer.answer
    assert "is on its way" in answer.answer
    assert answer.route.tier == "tool"
    assert not answer.verdicts


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Wo ist meine Bestellung, bitte?", ("Bestellung #D1000003", "wurde am", "zugestellt", "Mai 2026")),
        ("Où est ma commande, svp ?", ("La commande #D1000003", "a été livrée le", "mai 2026")),
    ],
)
@pytest.mark.usefixtures("unchanged")
async def test_it_speaks_the_customers_language(
    shop: Shop, make_talk: MakeTalk, text: str, says: tuple[str, ...]
) -> None:
    (answer,) = await make_talk(lost(shop))("exchanger", text)
    for words in says:
        assert words in answer.answer
    assert not answer.verdicts  # the guards found every date, amount and number true


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("What does the poem on your wall mean to whoever wrote it?", "passing it to a colleague"),
        ("Was bedeutet das Gedicht an der Wand, und wer hat es wann geschrieben?", "Kollegin"),
        ("Quel est le sens du poème sur le mur et qui sont les auteurs ?", "Je transmets"),
    ],
)
async def test_what_nobody_knows_goes_to_a_person(shop: Shop, make_talk: MakeTalk, text: str, says: str) -> None:
    (answer,) = await make_talk(lost(shop))("tracker", text)
    assert [action.type for action in answer.actions] == ["handoff"]
    assert says in answer.answer
    assert answer.route.tier == "person"


async def test_nobody_elses_order_is_told(shop: Shop, make_talk: MakeTalk) -> None:
    for persona in ("stranger", None):
        (answer,) = await make_talk(lost(shop))(persona, "Wo ist meine Bestellung #D1000003, bitte?")
        assert "Oxford" not in answer.answer
        assert "#D1000003" not in answer.answer


@pytest.mark.usefixtures("unchanged")
async def test_a_model_whose_library_cancels_itself_cancels_no_request(shop: Shop, make_talk: MakeTalk) -> None:
    def play(messages: list[BaseMessage]) -> AIMessage:
        raise asyncio.CancelledError

    shop_ = build_orchestrator(shop, model=ScriptedChatModel(play=play))
    (answer,) = await make_talk(shop_)("tracker", OPEN_QUESTION)
    assert answer.route.tier == "workflow"
    assert "no model answered" in answer.route.why


def test_what_the_shop_itself_needs_comes_off_the_models_time() -> None:
    at = datetime(2026, 11, 28, tzinfo=UTC)
    layers: dict[str, tuple[float, int, float] | tuple[float, int]] = {
        "routing": (300.0, 2, 4.0),
        "engine": (200.0, 1),
    }
    step = Step(request_id="req_1", node="stitch", layer="routing", at=at, layers=layers)
    assert time_for_models(10.0, [step, step]) == 8.0
    assert time_for_models(1.5, [step, step]) == 0.0
    assert time_for_models(None, [step]) is None


@pytest.mark.usefixtures("unchanged")
async def test_a_model_that_hangs_is_ended_at_the_deadline(
    shop: Shop, make_talk: MakeTalk, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Hanging(ScriptedChatModel):
        async def _agenerate(self, *_: Any, **__: Any) -> Any:
            await asyncio.Event().wait()

    monkeypatch.setattr("shopgraph.graphs.agent.deadline_of", lambda model: 0.01)
    monkeypatch.setattr("shopgraph.graphs.agent.GRACE_S", 0.0)
    (answer,) = await make_talk(build_orchestrator(shop, model=Hanging()))("tracker", OPEN_QUESTION)
    assert answer.route.tier == "workflow"
    assert "no model answered (TimeoutError)" in answer.route.why


@pytest.mark.usefixtures("unchanged")
async def test_a_model_that_says_nothing_did_not_answer(shop: Shop, make_talk: MakeTalk) -> None:
    (answer,) = await make_talk(build_orchestrator(shop, model=ScriptedChatModel(script=[""])))(
        "tracker", OPEN_QUESTION
    )
    assert "no model answered (empty)" in answer.route.why


async def test_broken_arguments_are_sent_back_and_nothing_is_done(shop: Shop, make_talk: MakeTalk) -> None:
    broken = {"name": "cancel_order", "args": '{"order_id": "#D1', "id": "call_1", "error": "no JSON"}
    heard: list[list[BaseMessage]] = []

    def play(messages: list[BaseMessage]) -> AIMessage:
        heard.append(messages)
        if len(heard) == 1:
            return AIMessage("", invalid_tool_calls=[{**broken, "type": "invalid_tool_call"}])
        return AIMessage("It is a fine bike.")

    talk = make_talk(build_orchestrator(shop, model=ScriptedChatModel(play=play)))
    (answer,) = await talk("canceler", OPEN_QUESTION)
    assert answer.answer == "It is a fine bike."
    assert not answer.actions
    assert answer.pending is None
    assert "must be one JSON object" in str(heard[1][-1].content)


async def test_no_key_reaches_the_answer_the_log_or_the_audit(
    shop: Shop, make_talk: MakeTalk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    (answer,) = await make_talk(down(shop))("tracker", OPEN_QUESTION)
    events = await shop.audit.events(answer.request_id)
    assert events
    for text in (answer.model_dump_json(), caplog.text, *(event.model_dump_json() for event in events)):
        assert MARKER not in text
