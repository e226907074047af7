"""Conversations on real records by others: the retail database of tau2-bench."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shopgraph.connectors.tau2 import canonical_hash, to_tau2
from shopgraph.domain import Principal
from shopgraph.graphs import build_orchestrator
from shopgraph.shop import Shop
from shopgraph.tools.spec import Outcome, Proposal, ToolCall, ToolContext

pytestmark = pytest.mark.data


@pytest.fixture
def database(shared_data: Path) -> Path:
    """The file."""
    return shared_data / "tau2-retail" / "db.json"


@pytest.fixture
def retail(database: Path) -> Iterator[Shop]:
    """An open throw-away copy."""
    shop = Shop.open(database)
    yield shop
    shop.close()


@pytest.fixture
def raw(database: Path) -> dict[str, Any]:
    """The file's content."""
    content: dict[str, Any] = json.loads(database.read_text())
    return content


async def test_the_owner_hears_the_record_others_nothing_and_nobody_is_asked(retail: Shop, raw: dict[str, Any]) -> None:
    order = raw["orders"]["#W2611340"]
    orchestrator = build_orchestrator(retail)
    question = "Where is my order #W2611340?"
    owner = await orchestrator.ask(question, principal=Principal.customer(order["user_id"]))
    assert order["status"] in owner.answer
    assert order["fulfillments"][0]["tracking_id"][0] in owner.answer
    other = next(user for user in raw["users"] if user != order["user_id"])
    stranger = await orchestrator.ask(question, principal=Principal.customer(other))
    nobody = await orchestrator.ask(question)
    for secret in (order["status"], order["fulfillments"][0]["tracking_id"][0], order["items"][0]["name"]):
        assert secret not in stranger.answer
        assert secret not in nobody.answer
    assert "email" in nobody.answer
    before = canonical_hash(raw)
    assert canonical_hash(to_tau2(retail.dump())) == before


async def test_a_return_in_words_leaves_what_the_same_return_by_tools_leaves(
    database: Path, raw: dict[str, Any]
) -> None:
    order = next(o for o in raw["orders"].values() if o["status"] == "delivered" and len(o["items"]) > 1)
    item, method = order["items"][0], order["payment_history"][0]["payment_method_id"]
    customer = Principal.customer(order["user_id"])

    with Shop.open(database) as shop:
        orchestrator = build_orchestrator(shop)
        answer = await orchestrator.ask("I'd like to return something", principal=customer)
        for text in (order["order_id"], f"the {item['name']}, please", "yes, please"):
            answer = await orchestrator.ask(text, principal=customer, conversation_id=answer.conversation_id)
        assert [action.type for action in answer.actions] == ["return_items"]
        by_words = canonical_hash(to_tau2(shop.dump()))

    with Shop.open(database) as shop:
        arguments: Any = {
            "order_id": order["order_id"],
            "items": [{"sku": item["item_id"], "quantity": 1, "reason": "not_specified"}],
            "payment_method_id": method,
        }
        context = ToolContext(
            services=shop.services,
            principal=customer,
            region_id="us",
            request_confirmed=Proposal.digest_of("return_items", arguments, customer),
        )
        call = ToolCall(tool="return_items", arguments=arguments, call_id="by-hand")
        assert (await shop.gate.call(context, call)).outcome is Outcome.DONE
        by_tools = canonical_hash(to_tau2(shop.dump()))

    expected = json.loads(json.dumps(raw))
    expected["orders"][order["order_id"]] |= {
        "status": "return requested",
        "return_items": [item["item_id"]],
        "return_payment_method_id": method,
    }
    assert by_words == by_tools == canonical_hash(expected)


async def test_identification_by_look_up_is_for_one_customer_a_conversation(retail: Shop, raw: dict[str, Any]) -> None:
    order = raw["orders"]["#W2611340"]
    owner = raw["users"][order["user_id"]]
    other = next(user for user in raw["users"].values() if user["user_id"] != owner["user_id"])
    orchestrator = build_orchestrator(retail)
    first = await orchestrator.ask("Where is my order #W2611340?")
    claimed = await orchestrator.ask(f"I am {order['user_id']}", conversation_id=first.conversation_id)
    assert order["fulfillments"][0]["tracking_id"][0] not in claimed.answer
    known = await orchestrator.ask(f"my email is {owner['email']}", conversation_id=first.conversation_id)
    assert order["fulfillments"][0]["tracking_id"][0] in known.answer
    second = await orchestrator.ask(f"now look up {other['email']}", conversation_id=first.conversation_id)
    assert "one-customer-per-conversation" in {decision.rule for decision in second.decisions}
    unknown = await orchestrator.ask("now look up nobody.at.all@example.com", conversation_id=first.conversation_id)
    assert (unknown.answer, unknown.decisions) == (second.answer, second.decisions)
    after = await orchestrator.ask(f"and where is {other['orders'][0]}?", conversation_id=first.conversation_id)
    assert "own-records-only" in {decision.rule for decision in after.decisions}
    assert canonical_hash(to_tau2(retail.dump())) == canonical_hash(raw)


async def test_who_somebody_is_may_stand_in_another_part_than_what_they_ask(retail: Shop, raw: dict[str, Any]) -> None:
    order = raw["orders"]["#W2611340"]
    email = raw["users"][order["user_id"]]["email"]
    text = f"Where is my order #W2611340? And do you have any discounts right now? My email is {email}."
    answer = await build_orchestrator(retail).ask(text)
    assert [route.intent for route in answer.routes] == ["order_status", "promotion_question"]
    assert order["fulfillments"][0]["tracking_id"][0] in answer.answer
