"""What breaks: late and failing sources, crashing nodes and guards, bad input."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import Principal
from shopgraph.errors import InvalidInput, NotFound
from shopgraph.graphs import Answer, Orchestrator, build_orchestrator
from shopgraph.graphs.stitching.source import ContextSource, Query
from shopgraph.guards.chain import GuardChain
from shopgraph.shop import Shop

Talk = Callable[..., Awaitable[list[Answer]]]
MakeTalk = Callable[[Orchestrator], Talk]


async def _hangs(query: Query) -> dict[str, Any] | None:
    await asyncio.Event().wait()
    return None


async def _breaks(query: Query) -> dict[str, Any] | None:
    raise ConnectionError("no route to the CRM")


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(("fetch", "status"), [(_hangs, "late"), (_breaks, "failed")])
async def test_a_source_that_is_late_or_fails_is_said_and_costs_no_more(
    shop: Shop, make_talk: MakeTalk, fetch: Any, status: str
) -> None:
    broken = ContextSource(name="customer", fetch=fetch, deadline_ms=5, needs_customer=True)
    talk = make_talk(build_orchestrator(shop, sources=[broken]))
    (answer,) = await talk("tracker", "where is my order?")
    by_source = {item.source: item for item in answer.context}
    assert by_source["customer"].status == status
    assert by_source["customer"].fresh_at is None
    assert by_source["orders"].status == "ok"
    assert "#D1000001" in answer.answer


@pytest.mark.usefixtures("unchanged")
async def test_an_empty_guard_chain_lets_nothing_through(shop: Shop, make_talk: MakeTalk) -> None:
    talk = make_talk(build_orchestrator(shop, guards=GuardChain([])))
    (answer,) = await talk("tracker", "where is my order?")
    assert "#D1000001" not in answer.answer
    assert any(verdict.verdict == "block" for verdict in answer.verdicts)


@pytest.mark.usefixtures("unchanged")
async def test_a_guard_chain_that_crashes_lets_nothing_through(
    shop: Shop, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("guard fell over")

    monkeypatch.setattr(shop.guards, "run", broken)
    (answer,) = await talk("tracker", "where is my order?")
    assert "went wrong" in answer.answer
    assert "#D1000001" not in answer.answer


@pytest.mark.usefixtures("unchanged")
async def test_a_policy_that_fails_denies(shop: Shop, talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("no policy today")

    monkeypatch.setattr(shop.policy, "calendar", broken)
    (answer,) = await talk("tracker", "where is my order?")
    assert "went wrong" in answer.answer
    assert "#D1000001" not in answer.answer


@pytest.mark.usefixtures("unchanged")
async def test_an_audit_log_that_cannot_be_written_holds_the_answer_back(
    shop: Shop, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: Any) -> Any:
        raise OSError("disk full")

    monkeypatch.setattr(shop.audit, "append", full)
    (answer,) = await talk("tracker", "where is my order?")
    assert "#D1000001" not in answer.answer


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("text", "says"),
    [("", "empty"), ("   \n\t", "empty"), ("\x00\x07\u200b", "empty"), ("a" * 1_048_576, "1,048,576 characters")],
)
async def test_bad_messages_get_a_clear_error_and_change_nothing(shop: Shop, text: str, says: str) -> None:
    orchestrator = build_orchestrator(shop)
    with pytest.raises(InvalidInput) as error:
        await orchestrator.ask(text)
    assert says in str(error.value)
    assert error.value.remedy


@pytest.mark.usefixtures("unchanged")
async def test_control_characters_are_taken_out(talk: Talk) -> None:
    (answer,) = await talk("tracker", "where\x00 is\u200b my \x1b[31morder?")
    assert answer.route.intent == "order_status"


@pytest.mark.usefixtures("unchanged")
async def test_an_unknown_region_is_named(orchestrator: Orchestrator) -> None:
    with pytest.raises(InvalidInput, match="no region 'atlantis'"):
        await orchestrator.ask("any promotions?", region_id="atlantis")


@pytest.mark.usefixtures("unchanged")
async def test_a_conversation_belongs_to_its_customer(orchestrator: Orchestrator, talk: Talk) -> None:
    (answer,) = await talk("canceler", "cancel my order, it was a mistake")
    for intruder in (Principal.customer(CAST["stranger"].customer_id), Principal.guest()):
        with pytest.raises(NotFound):
            await orchestrator.ask("yes", principal=intruder, conversation_id=answer.conversation_id)
    with pytest.raises(NotFound):
        await orchestrator.ask("yes", conversation_id="conv_0000")


async def test_a_guest_who_signs_in_goes_on(orchestrator: Orchestrator) -> None:
    first = await orchestrator.ask("where is my order #D1000001?")
    tracker = Principal.customer(CAST["tracker"].customer_id)
    second = await orchestrator.ask("I am signed in now", principal=tracker, conversation_id=first.conversation_id)
    assert "Weekend Bag" in second.answer
    stranger = Principal.customer(CAST["stranger"].customer_id)
    with pytest.raises(NotFound):
        await orchestrator.ask("and now?", principal=stranger, conversation_id=first.conversation_id)


@pytest.mark.usefixtures("unchanged")
async def test_a_customer_who_is_not_in_the_crm_is_a_guest(orchestrator: Orchestrator) -> None:
    answer = await orchestrator.ask("where is order #D1000001?", principal=Principal.customer("cus_nobody"))
    assert "Weekend Bag" not in answer.answer
    assert not answer.actions


@pytest.mark.usefixtures("unchanged")
async def test_a_message_that_cannot_be_read_gets_the_apology_and_a_record(
    shop: Shop, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: Any) -> Any:
        raise ConnectionError("the CRM is down")

    (before,) = await talk("tracker", "where is my order?")
    monkeypatch.setattr(shop.connectors.crm, "customer", down)
    (answer,) = await talk("tracker", "cancel my order, ordered by mistake")
    assert "went wrong" in answer.answer
    assert answer.verdicts[-1].guard == "screen"
    assert answer.request_id != before.request_id
    events = await shop.audit.events(answer.request_id)
    assert [event.kind for event in events if event.node == "screen"] == ["error"]
    monkeypatch.undo()
    later = await build_orchestrator(shop).ask(
        "where is my order?",
        principal=Principal.customer(CAST["tracker"].customer_id),
        conversation_id=answer.conversation_id,
    )
    assert "#D1000001" in later.answer
