"""An action that goes on after the answer: it is said so, nothing is claimed, and the yes is used up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import ActionRun, Principal, RunStatus
from shopgraph.graphs import build_orchestrator
from shopgraph.graphs.acting import UNDER_WAY
from shopgraph.shop import Shop
from shopgraph.tools.spec import Services

CANCELER = CAST["canceler"]


class Waiting:
    """An engine whose actions do not come to an end."""

    def __init__(self) -> None:
        self.asked = list[str]()

    async def finish(self, services: Services, action_id: str) -> ActionRun:
        self.asked.append(action_id)
        run = await services.connectors.runs.run(action_id)
        assert run is not None
        assert run.status is RunStatus.RUNNING
        return run


@pytest.fixture
def waiting(shop: Shop) -> Waiting:
    """The shop with a payment gateway outside, and an engine that takes its time."""
    engine = Waiting()
    shop.connectors = replace(shop.connectors, outside=frozenset({"payments"}))
    shop.services = replace(shop.services, connectors=shop.connectors, engine=engine)
    return engine


async def test_what_is_under_way_is_called_so(shop: Shop, waiting: Waiting) -> None:
    orchestrator = build_orchestrator(shop)
    who = Principal.customer(CANCELER.customer_id)
    asked = await orchestrator.ask("Please cancel my order, I do not need it any more.", principal=who)
    assert asked.pending is not None
    before = shop.dump()
    answer = await orchestrator.ask("yes", principal=who, conversation_id=asked.conversation_id)
    assert answer.answer == UNDER_WAY
    assert [(action.type, action.status) for action in answer.actions] == [("cancel_order", "accepted")]
    assert shop.dump() == before, "it is admitted, and nothing is done yet"
    again = await orchestrator.ask("yes", principal=who, conversation_id=asked.conversation_id)
    assert again.actions == ()
    assert len(set(waiting.asked)) == 1


async def test_another_change_of_the_order_is_refused_meanwhile(shop: Shop, waiting: Waiting) -> None:
    orchestrator = build_orchestrator(shop)
    who = Principal.customer(CANCELER.customer_id)
    answers = []
    for _ in range(2):
        asked = await orchestrator.ask("Please cancel my order, I do not need it any more.", principal=who)
        answers.append(await orchestrator.ask("yes", principal=who, conversation_id=asked.conversation_id))
    last = answers[-1]
    assert "under way" in last.answer
    assert [decision.rule for decision in last.decisions if decision.effect == "deny"] == ["records-do-not-allow"]
    assert last.actions == ()
