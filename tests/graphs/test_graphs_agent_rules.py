"""The bundle's rules for conversations hold when a model drives: one call a message, call or speak, people last."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, ToolMessage

from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import Principal
from shopgraph.graphs import Answer, build_orchestrator
from shopgraph.models.scripted import ScriptedChatModel
from shopgraph.shop import Shop
from tests.graphs.conftest import business_rows

CUSTOMER = Principal.customer(CAST["canceler"].customer_id)
CANCEL = ("cancel_order", {"order_id": CAST["canceler"].order_ids["pending"], "reason": "no_longer_needed"})
ADDRESS = (
    "change_profile_address",
    {"address": {"line1": "4 Mill Lane", "city": "York", "postal_code": "YO1 7HH", "country": "GB"}},
)
HANDOFF = ("handoff", {"reason": "cannot", "summary": "something"})
OPEN_QUESTION = "Tell me a bit about the balance bike."
"""A product question for a model: the tools can serve it."""
NO_IDEA = "blorp fizz quux"


@pytest.fixture
def ruled(demo_folder: Path, tmp_path: Path) -> Iterator[Shop]:
    """A demo shop whose bundle switches every rule for conversations on."""
    folder = tmp_path / "ruled"
    shutil.copytree(demo_folder, folder)
    rules = "conversation: {one_call_per_message: true, call_or_speak: true, handoff_as_last_resort: true}\n"
    manifest = folder / "policy" / "bundle.yaml"
    manifest.write_text(manifest.read_text() + rules)
    with Shop.open(folder) as opened:
        yield opened


def message(*calls: tuple[str, dict[str, Any]], text: str = "") -> AIMessage:
    wanted = [{"name": name, "args": args, "id": f"c{number}"} for number, (name, args) in enumerate(calls)]
    return AIMessage(text, tool_calls=wanted)


async def asked(shop: Shop, model: ScriptedChatModel, text: str = NO_IDEA) -> Answer:
    return await build_orchestrator(shop, model=model).ask(text, principal=CUSTOMER)


def rules(answer: Answer) -> set[str]:
    return {decision.rule for decision in answer.decisions}


async def test_two_calls_in_one_message_are_refused_and_one_goes_on(ruled: Shop) -> None:
    model = ScriptedChatModel(script=[message(CANCEL, ADDRESS), message(CANCEL)])
    before = business_rows(ruled)
    answer = await asked(ruled, model)
    assert "one-call-per-message" in rules(answer)
    told = [item for item in model.calls[-1] if isinstance(item, ToolMessage)]
    assert len(told) == 2
    assert all("Make one call" in item.text for item in told)
    assert answer.pending is not None
    assert [call.tool for call in answer.pending.calls] == ["cancel_order"]
    assert business_rows(ruled) == before


async def test_a_message_that_calls_and_speaks_is_refused(ruled: Shop) -> None:
    model = ScriptedChatModel(script=[message(CANCEL, text="I have canceled it."), message(CANCEL)])
    answer = await asked(ruled, model)
    assert "call-or-speak" in rules(answer)
    assert "I have canceled it" not in answer.answer
    assert answer.pending is not None


async def test_what_the_tools_can_serve_is_not_handed_over(ruled: Shop) -> None:
    model = ScriptedChatModel(script=[message(HANDOFF), "It is a bike."])
    answer = await asked(ruled, model, OPEN_QUESTION)
    assert "handoff-last-resort" in rules(answer)
    assert not answer.actions


async def test_what_no_tool_serves_is_handed_over(ruled: Shop) -> None:
    answer = await asked(ruled, ScriptedChatModel(script=[message(HANDOFF)]))
    assert [action.type for action in answer.actions] == ["handoff"]


async def test_a_model_that_keeps_breaking_the_rules_does_nothing_and_meets_a_person(ruled: Shop) -> None:
    before = business_rows(ruled)
    answer = await asked(ruled, ScriptedChatModel(play=lambda _: message(CANCEL, ADDRESS)))
    assert [action.type for action in answer.actions] == ["handoff"]
    assert answer.pending is None
    assert business_rows(ruled) == before


async def test_rules_that_are_off_hold_nothing_back(shop: Shop) -> None:
    answer = await asked(shop, ScriptedChatModel(script=[message(CANCEL, ADDRESS, text="One moment.")]))
    assert answer.pending is not None
    assert [call.tool for call in answer.pending.calls] == ["cancel_order", "change_profile_address"]


async def test_a_change_that_was_not_offered_is_judged_and_not_done(shop: Shop) -> None:
    """A model may know a tool of the staff by name; for a supervisor, too, such a call takes the gate's own way."""
    before = business_rows(shop)
    call = ("receive_return", {"return_id": shop.dump().returns[0].id})
    for principal in (CUSTOMER, Principal.staff("sta_1", "supervisor")):
        model = ScriptedChatModel(script=[message(call), "That did not work."])
        await build_orchestrator(shop, model=model).ask(NO_IDEA, principal=principal)
        assert business_rows(shop) == before
