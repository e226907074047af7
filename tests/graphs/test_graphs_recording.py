"""When what is on the record: before anything is done, before a person is waited for, before an answer leaves."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from shopgraph.audit.log import AuditEvent, AuditHead
from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import Principal
from shopgraph.errors import ConnectorFault
from shopgraph.graphs import Answer, Approval, Orchestrator, build_orchestrator
from shopgraph.shop import Shop
from tests.graphs.conftest import Talk, business_rows

CUSTOMER = Principal.customer(CAST["canceler"].customer_id)
ORDER = CAST["canceler"].order_ids["pending"]
BOSS = Principal.staff("sta_1", "supervisor")


def failing_from(shop: Shop, monkeypatch: pytest.MonkeyPatch, call: int) -> list[Sequence[AuditEvent]]:
    """From that append on (0 is the first) the log cannot be written; what was."""
    append, written = shop.audit.append, list[Sequence[AuditEvent]]()

    async def sometimes(events: Sequence[AuditEvent]) -> AuditHead:
        if len(written) >= call:
            raise ConnectorFault("the disk is full")
        written.append(events)
        return await append(events)

    monkeypatch.setattr(shop.audit, "append", sometimes)
    return written


async def nodes(shop: Shop, answer: Answer) -> list[str]:
    return [each.node for each in await shop.audit.events(answer.request_id)]


async def test_what_is_about_to_be_done_is_on_the_record_first(talk: Talk, shop: Shop) -> None:
    *_, done = await talk("canceler", f"cancel {ORDER}, I don't need it any more", "yes")
    assert [action.type for action in done.actions] == ["cancel_order"]
    assert await nodes(shop, done) == [
        *("screen", "route", "stitch", "prepare", "decide", "gate", "record"),
        *("act", "confirmed", "govern", "record"),
    ]
    events = await shop.audit.events(done.request_id)
    assert [each["outcome"] for each in _list(events[5].payload["outcomes"])] == ["ready"]
    assert [each["outcome"] for each in _list(events[7].payload["outcomes"])] == ["done"]


def _list(value: Any) -> list[Any]:
    assert isinstance(value, list)
    return value


async def test_nothing_is_done_that_cannot_be_put_on_the_record(
    talk: Talk, orchestrator: Orchestrator, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    (asked,) = await talk("canceler", f"cancel {ORDER}, I don't need it any more")
    before = business_rows(shop)
    failing_from(shop, monkeypatch, 0)
    answer = await orchestrator.ask("yes", principal=CUSTOMER, conversation_id=asked.conversation_id)
    assert answer.actions == ()
    assert "went wrong" in answer.answer
    assert business_rows(shop) == before


async def test_an_action_whose_answer_cannot_be_recorded_is_on_the_record_as_about_to_be_done(
    talk: Talk, orchestrator: Orchestrator, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    (asked,) = await talk("canceler", f"cancel {ORDER}, I don't need it any more")
    written = failing_from(shop, monkeypatch, 1)
    answer = await orchestrator.ask("yes", principal=CUSTOMER, conversation_id=asked.conversation_id)
    assert "went wrong" in answer.answer
    (events,) = written
    assert [event.node for event in events][-2:] == ["gate", "record"]


@pytest.fixture
def strict(demo_folder: Path, tmp_path: Path) -> Iterator[Shop]:
    """A demo shop in which a person decides about every refund."""
    folder = tmp_path / "strict"
    shutil.copytree(demo_folder, folder)
    for calendar in (folder / "policy" / "calendars").iterdir():
        calendar.write_text(re.sub(r"(refund_above: )\d+", r"\g<1>1", calendar.read_text()))
    with Shop.open(folder) as opened:
        yield opened


async def test_what_waits_for_a_person_is_on_the_record_and_so_is_who_approved(
    strict: Shop, make_talk: Callable[[Orchestrator], Talk]
) -> None:
    orchestrator = build_orchestrator(strict)
    *_, waits = await make_talk(orchestrator)("canceler", f"cancel {ORDER}, I don't need it any more", "yes")
    assert (await nodes(strict, waits))[-2:] == ["gate", "record"]
    assert waits.pending is not None
    answers = {call.digest: Approval(approve=True) for call in waits.pending.calls}
    await orchestrator.approve(waits.conversation_id, staff=BOSS, principal=CUSTOMER, answers=answers)
    events = await strict.audit.events(waits.request_id)
    (approval,) = [each for each in events if each.node == "approval"]
    assert approval.payload["approved"] == {call.digest: BOSS.id for call in waits.pending.calls}
    assert [each.node for each in events].count("govern") == 1
    assert (await strict.audit.verify()).intact


async def test_a_customer_hears_nothing_of_waiting_that_is_not_on_the_record(
    strict: Shop, make_talk: Callable[[Orchestrator], Talk], monkeypatch: pytest.MonkeyPatch
) -> None:
    orchestrator = build_orchestrator(strict)
    (asked,) = await make_talk(orchestrator)("canceler", f"cancel {ORDER}, I don't need it any more")
    failing_from(strict, monkeypatch, 0)
    answer = await orchestrator.ask("yes", principal=CUSTOMER, conversation_id=asked.conversation_id)
    assert answer.pending is None or answer.pending.awaits != "staff"
    assert "went wrong" in answer.answer
    assert await orchestrator.awaiting_approval(asked.conversation_id) == ()


async def test_a_checkpoint_holds_nothing_of_the_tape(talk: Talk, orchestrator: Orchestrator) -> None:
    (answer,) = await talk("tracker", "where is my order?")
    state = await orchestrator.graph.aget_state({"configurable": {"thread_id": answer.conversation_id}})
    assert "tape" not in state.values


async def test_a_checkpoint_keeps_the_conversation_and_not_what_one_request_knew(
    talk: Talk, orchestrator: Orchestrator
) -> None:
    first, second = await talk("tracker", "where is my order?", "and when does it arrive?")
    assert first.conversation_id == second.conversation_id
    kept = (await orchestrator.graph.aget_state({"configurable": {"thread_id": first.conversation_id}})).values
    assert [message.type for message in kept["messages"]] == ["human", "ai", "human", "ai"]
    assert kept["dialog"].customer_id == kept["request"].customer_id != ""
    assert not {"context", "facts", "allowances", "decisions", "verdicts", "tiers", "evidence", "calls"} & kept.keys()
    assert kept["trail"] == []


async def test_a_request_that_waits_keeps_all_that_it_needs_to_go_on(
    strict: Shop, make_talk: Callable[[Orchestrator], Talk]
) -> None:
    orchestrator = build_orchestrator(strict)
    _, waits = await make_talk(orchestrator)("canceler", f"cancel {ORDER}, I don't need it any more", "yes")
    assert waits.pending is not None
    assert waits.pending.awaits == "staff"
    kept = (await orchestrator.graph.aget_state({"configurable": {"thread_id": waits.conversation_id}})).values
    assert {"context", "allowances", "decisions", "trail", "tiers"} <= kept.keys()
