"""Approvals by a person: several at once, each with its own answer, none twice, and none by somebody who may not."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage
from langgraph.types import Command

from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import Principal
from shopgraph.errors import Conflict, InvalidInput, NotFound, Refused, ShopgraphError
from shopgraph.graphs import Answer, Approval, Orchestrator, RunContext, build_orchestrator
from shopgraph.graphs.approval import APPROVED
from shopgraph.graphs.forgetting import forget_customer
from shopgraph.models.scripted import ScriptedChatModel
from shopgraph.shop import Shop
from shopgraph.tools.spec import Outcome, ToolCall, ToolContext
from tests.graphs.conftest import business_rows

CUSTOMER = Principal.customer(CAST["canceler"].customer_id)
RETURNER = Principal.customer(CAST["returner"].customer_id)
BOSS, OTHER_BOSS = Principal.staff("sta_1", "supervisor"), Principal.staff("sta_2", "agent", "supervisor")
ORDER = CAST["canceler"].order_ids["pending"]
DELIVERED = CAST["returner"].order_ids["delivered"]
YES, NO = Approval(approve=True), Approval(approve=False, note="Call us first")


@pytest.fixture
def strict_folder(demo_folder: Path, tmp_path: Path) -> Path:
    """A demo shop in which a person decides about every refund."""
    folder = tmp_path / "strict"
    shutil.copytree(demo_folder, folder)
    for calendar in (folder / "policy" / "calendars").iterdir():
        calendar.write_text(re.sub(r"(refund_above: )\d+", r"\g<1>1", calendar.read_text()))
    return folder


@pytest.fixture
def strict(strict_folder: Path) -> Iterator[Shop]:
    """That shop, open."""
    with Shop.open(strict_folder) as opened:
        yield opened


async def waiting_cancellation(orchestrator: Orchestrator) -> Answer:
    """A conversation in which the customer said yes and a person has to."""
    asked = await orchestrator.ask(f"cancel {ORDER}, I don't need it any more", principal=CUSTOMER)
    return await orchestrator.ask("yes", principal=CUSTOMER, conversation_id=asked.conversation_id)


def all_of(answer: Answer, approval: Approval) -> dict[str, Approval]:
    assert answer.pending is not None
    return {call.digest: approval for call in answer.pending.calls}


def calling(*calls: tuple[str, dict[str, Any]]) -> ScriptedChatModel:
    wanted = [{"name": name, "args": args, "id": f"c{number}"} for number, (name, args) in enumerate(calls)]
    return ScriptedChatModel(script=[AIMessage("", tool_calls=wanted)])


async def test_an_approval_stops_before_anything_is_done_and_goes_on_once(strict: Shop) -> None:
    """A cancellation above the shop's own limit: the customer's yes, then a supervisor's, then the deed."""
    orchestrator = build_orchestrator(strict)
    before = await strict.connectors.orders.order(ORDER)
    waiting = await waiting_cancellation(orchestrator)
    conversation = waiting.conversation_id
    assert waiting.pending is not None
    assert waiting.pending.awaits == "staff"
    assert not waiting.actions
    again = await orchestrator.ask("is it done?", principal=CUSTOMER, conversation_id=conversation)
    assert again.pending == waiting.pending
    assert await strict.connectors.orders.order(ORDER) == before
    (proposal,) = await orchestrator.awaiting_approval(conversation)
    assert proposal.summary == waiting.pending.summary
    done = await orchestrator.approve(conversation, staff=BOSS, principal=CUSTOMER, answers={proposal.digest: YES})
    assert [action.type for action in done.actions] == ["cancel_order"]
    assert any(d.rule == "approved-by-staff" and "sta_1" in d.reason for d in done.decisions)
    assert await orchestrator.awaiting_approval(conversation) == ()
    for staff, answer in ((BOSS, YES), (OTHER_BOSS, NO)):
        with pytest.raises(Conflict, match="answered before"):
            await orchestrator.approve(conversation, staff=staff, principal=CUSTOMER, answers={proposal.digest: answer})
    assert len(await strict.connectors.payments.refunds(ORDER)) == 1


async def test_a_supervisors_no_changes_nothing_and_is_told_with_its_note(strict: Shop) -> None:
    orchestrator = build_orchestrator(strict)
    before = business_rows(strict)
    waiting = await waiting_cancellation(orchestrator)
    told = await orchestrator.approve(
        waiting.conversation_id, staff=BOSS, principal=CUSTOMER, answers=all_of(waiting, NO)
    )
    assert "sta_1" in told.answer
    assert "Call us first" in told.answer
    assert not told.actions
    assert told.pending is None
    assert business_rows(strict) == before


async def test_of_a_forgotten_customer_stays_who_answered_and_none_of_the_words(strict: Shop) -> None:
    waiting = await waiting_cancellation(orchestrator := build_orchestrator(strict))
    talk, answers = waiting.conversation_id, all_of(waiting, NO)
    await orchestrator.approve(talk, staff=BOSS, principal=CUSTOMER, answers=answers)
    await forget_customer(strict, CUSTOMER.id)
    (given,) = await strict.connectors.records.requests(APPROVED, conversation_id=talk)
    assert given.result == {"staff": "sta_1", "answers": {digest: {"approve": False} for digest in answers}}
    files = [path for path in (strict.folder or Path()).glob("shop.db*") if b"Call us first" in path.read_bytes()]
    assert files == []


@pytest.mark.parametrize(
    "staff", [CUSTOMER, RETURNER, Principal.guest(), Principal.staff("sta_9", "agent"), Principal.system("supervisor")]
)
async def test_only_a_supervisor_approves(strict: Shop, staff: Principal) -> None:
    orchestrator = build_orchestrator(strict)
    before = business_rows(strict)
    waiting = await waiting_cancellation(orchestrator)
    with pytest.raises(Refused, match="supervisor"):
        await orchestrator.approve(
            waiting.conversation_id, staff=staff, principal=CUSTOMER, answers=all_of(waiting, YES)
        )
    assert len(await orchestrator.awaiting_approval(waiting.conversation_id)) == 1
    assert business_rows(strict) == before


async def test_an_answer_must_be_to_what_waits(strict: Shop) -> None:
    orchestrator = build_orchestrator(strict)
    before = business_rows(strict)
    waiting = await waiting_cancellation(orchestrator)
    wrong: list[tuple[Principal, dict[str, Approval], type[ShopgraphError]]] = [
        (CUSTOMER, {**all_of(waiting, YES), "f" * 64: YES}, Conflict),
        (CUSTOMER, {"f" * 64: YES}, Conflict),
        (CUSTOMER, {}, InvalidInput),
        (RETURNER, all_of(waiting, YES), NotFound),
        (Principal.guest(), all_of(waiting, YES), NotFound),
    ]
    for principal, answers, error in wrong:
        with pytest.raises(error):
            await orchestrator.approve(waiting.conversation_id, staff=BOSS, principal=principal, answers=answers)
    with pytest.raises(NotFound):
        await orchestrator.approve("conv_0", staff=BOSS, principal=CUSTOMER, answers=all_of(waiting, YES))
    assert business_rows(strict) == before
    done = await orchestrator.approve(
        waiting.conversation_id, staff=BOSS, principal=CUSTOMER, answers=all_of(waiting, YES)
    )
    assert done.actions


@pytest.mark.parametrize("second", [YES, NO])
async def test_of_two_supervisors_who_answer_at_once_one_does(strict: Shop, second: Approval) -> None:
    """Two workers: each has its own orchestrator on the same shop."""
    first_worker, second_worker = build_orchestrator(strict), build_orchestrator(strict)
    waiting = await waiting_cancellation(first_worker)
    conversation = waiting.conversation_id
    ended = await asyncio.gather(
        first_worker.approve(conversation, staff=BOSS, principal=CUSTOMER, answers=all_of(waiting, YES)),
        second_worker.approve(conversation, staff=OTHER_BOSS, principal=CUSTOMER, answers=all_of(waiting, second)),
        return_exceptions=True,
    )
    refused = [item for item in ended if isinstance(item, Conflict)]
    (answer,) = [item for item in ended if isinstance(item, Answer)]
    assert len(refused) == 1
    refunds = await strict.connectors.payments.refunds(ORDER)
    assert len(refunds) == len(answer.actions)
    assert bool(refunds) == any(decision.rule == "approved-by-staff" for decision in answer.decisions)


async def test_the_same_answer_twice_at_once_is_one(strict: Shop) -> None:
    orchestrator = build_orchestrator(strict)
    waiting = await waiting_cancellation(orchestrator)
    answers = all_of(waiting, YES)
    ended = await asyncio.gather(
        *(
            orchestrator.approve(waiting.conversation_id, staff=BOSS, principal=CUSTOMER, answers=answers)
            for _ in range(4)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(item, Conflict) for item in ended) == 3
    assert len(await strict.connectors.payments.refunds(ORDER)) == 1


async def test_an_approval_outlives_a_restart_and_a_worker_that_died_on_it(strict_folder: Path) -> None:
    with Shop.open(strict_folder) as shop:
        waiting = await waiting_cancellation(build_orchestrator(shop))
    answers, conversation = all_of(waiting, YES), waiting.conversation_id
    with Shop.open(strict_folder) as shop:
        dying = build_orchestrator(shop)

        async def killed(*_: Any, **__: Any) -> Any:
            raise SystemError("killed")

        dying._run = killed  # type: ignore[method-assign]
        with pytest.raises(SystemError):
            await dying.approve(conversation, staff=BOSS, principal=CUSTOMER, answers=answers)
        assert await shop.connectors.payments.refunds(ORDER) == ()
    with Shop.open(strict_folder) as shop:
        orchestrator = build_orchestrator(shop)
        with pytest.raises(Conflict):
            await orchestrator.approve(conversation, staff=OTHER_BOSS, principal=CUSTOMER, answers=answers)
        done = await orchestrator.approve(conversation, staff=BOSS, principal=CUSTOMER, answers=answers)
        assert [action.type for action in done.actions] == ["cancel_order"]
    with Shop.open(strict_folder) as shop:
        orchestrator = build_orchestrator(shop)
        with pytest.raises(Conflict):
            await orchestrator.approve(conversation, staff=BOSS, principal=CUSTOMER, answers=answers)
        assert len(await shop.connectors.payments.refunds(ORDER)) == 1


ITEMS = [{"sku": CAST["returner"].skus["first"], "quantity": 1}]


async def test_approvals_of_one_message_surface_together_and_are_answered_one_by_one(strict: Shop) -> None:
    """Staff works for customers through a model that calls two tools at once; a third call is refused by policy."""
    profile = next(item for item in strict.dump().payment_methods if item.customer_id == RETURNER.id)
    pending = next(
        item.id for item in strict.dump().orders if item.status == "pending" and item.total.currency == "USD"
    )
    model = calling(
        ("cancel_order", {"order_id": pending, "reason": "no_longer_needed"}),
        ("return_items", {"order_id": DELIVERED, "items": ITEMS, "payment_method_id": profile.id}),
        ("cancel_order", {"order_id": DELIVERED, "reason": "no_longer_needed"}),
    )
    clerk = Principal.staff("sta_5", "agent")
    orchestrator = build_orchestrator(strict, model=model)
    before = business_rows(strict)
    waiting = await orchestrator.ask("blorp fizz quux", principal=clerk)
    assert waiting.pending is not None
    assert [call.tool for call in waiting.pending.calls] == ["cancel_order", "return_items"]
    assert business_rows(strict) == before
    cancellation, back = waiting.pending.calls
    told = await orchestrator.approve(
        waiting.conversation_id, staff=BOSS, principal=clerk, answers={cancellation.digest: NO, back.digest: YES}
    )
    assert [action.type for action in told.actions] == ["return_items"]
    assert "Call us first" in told.answer
    assert {"declined-by-staff", "approved-by-staff", "cancel-only-pending"} <= {d.rule for d in told.decisions}
    assert await strict.connectors.payments.refunds(pending) == ()
    assert len(await strict.connectors.warehouse.returns(DELIVERED)) == 1


async def test_one_yes_is_for_all_that_was_shown_and_each_call_is_done_once(shop: Shop) -> None:
    """A customer's model calls two changes in one message: both are shown, and one yes does both."""
    model = calling(
        ("cancel_order", {"order_id": ORDER, "reason": "no_longer_needed"}),
        ("change_profile_address", {"address": ADDRESS}),
    )
    orchestrator = build_orchestrator(shop, model=model)
    asked = await orchestrator.ask("blorp fizz quux", principal=CUSTOMER)
    assert asked.pending is not None
    assert [call.tool for call in asked.pending.calls] == ["cancel_order", "change_profile_address"]
    assert "(2)" in asked.answer
    done, again = [
        await orchestrator.ask("yes", principal=CUSTOMER, conversation_id=asked.conversation_id) for _ in "ab"
    ]
    assert [action.type for action in done.actions] == ["cancel_order", "change_profile_address"]
    assert not again.actions
    assert len(await shop.connectors.payments.refunds(ORDER)) == 1


ADDRESS = {
    "line1": "4 Mill Lane", "line2": "", "city": "York", "state": "", "postal_code": "YO1 7HH", "country": "GB"
}  # fmt: skip


async def change_by_another_channel(shop: Shop, tool: str, **arguments: Any) -> None:
    """What staff does meanwhile."""
    context = ToolContext(services=shop.services, principal=BOSS, region_id="uk", conversation_id="desk")
    outcome = await shop.gate.call(context, ToolCall(tool=tool, arguments=arguments, call_id=f"desk:{tool}"))
    assert outcome.outcome is Outcome.DONE


async def test_a_yes_is_for_what_was_shown(shop: Shop) -> None:
    """The order is paid in another way between question and yes: the refund would go elsewhere, so it asks anew."""
    orchestrator = build_orchestrator(shop)
    asked = await orchestrator.ask(f"cancel {ORDER}, I don't need it any more", principal=CUSTOMER)
    card = next(
        item for item in shop.dump().payment_methods if item.customer_id == CUSTOMER.id and item.kind != "gift_card"
    )
    await change_by_another_channel(shop, "change_payment_method", order_id=ORDER, payment_method_id=card.id)
    before = business_rows(shop)
    anew = await orchestrator.ask("yes", principal=CUSTOMER, conversation_id=asked.conversation_id)
    assert not anew.actions
    assert anew.pending is not None
    assert asked.pending is not None
    assert anew.pending.summary != asked.pending.summary
    assert "confirm-anew" in {decision.rule for decision in anew.decisions}
    assert business_rows(shop) == before
    done = await orchestrator.ask("yes", principal=CUSTOMER, conversation_id=asked.conversation_id)
    assert [action.type for action in done.actions] == ["cancel_order"]


async def test_what_was_canceled_meanwhile_is_not_canceled_by_an_approval(strict: Shop) -> None:
    orchestrator = build_orchestrator(strict)
    waiting = await waiting_cancellation(orchestrator)
    await change_by_another_channel(strict, "cancel_order", order_id=ORDER, reason="no_longer_needed")
    before = business_rows(strict)
    told = await orchestrator.approve(
        waiting.conversation_id, staff=BOSS, principal=CUSTOMER, answers=all_of(waiting, YES)
    )
    assert not told.actions
    assert "cancel-only-pending" in {decision.rule for decision in told.decisions}
    assert business_rows(strict) == before


@pytest.mark.parametrize("approver", [Principal.guest(), CUSTOMER, Principal.staff("sta_9", "agent")])
async def test_a_graph_resumed_by_nobody_who_may_approves_nothing(strict: Shop, approver: Principal) -> None:
    """Who decides is the host's word: a command straight to the graph carries none."""
    orchestrator = build_orchestrator(strict)
    before = business_rows(strict)
    waiting = await waiting_cancellation(orchestrator)
    given = {digest: answer.model_dump() for digest, answer in all_of(waiting, YES).items()}
    config: Any = {"configurable": {"thread_id": waiting.conversation_id}}
    context = RunContext(shop=strict, principal=CUSTOMER, approver=approver)
    state = await orchestrator.graph.ainvoke(Command(resume={"answers": given}), config, context=context)
    assert not state["actions"]
    assert business_rows(strict) == before


def test_the_answers_form_is_published(strict: Shop) -> None:
    """A client can render the interrupt's response schema as a form."""
    orchestrator = build_orchestrator(strict)
    waiting = asyncio.run(waiting_cancellation(orchestrator))
    config: Any = {"configurable": {"thread_id": waiting.conversation_id}}
    (interrupt,) = asyncio.run(orchestrator.graph.aget_state(config)).interrupts
    form: Any = interrupt.response_schema
    assert "answers" in form["properties"]


async def test_what_is_known_of_the_customer_is_masked_after_the_approval_too(strict: Shop) -> None:
    """The run that goes on did not begin with the screen, and its context holds only what the intent needs."""
    orchestrator = build_orchestrator(strict)
    customer = await strict.connectors.crm.customer(CUSTOMER.id)
    assert customer is not None
    waiting = await waiting_cancellation(orchestrator)
    # Its last word is an ordinary one: only who knows the address knows that it is personal here.
    street = customer.address.line1
    note = f"the people of {street} asked us to wait"
    given = all_of(waiting, Approval(approve=False, note=note))
    said = await orchestrator.approve(waiting.conversation_id, staff=BOSS, principal=CUSTOMER, answers=given)
    assert note in said.answer
    kept = " ".join(each.model_dump_json().lower() for each in strict.audit.records())
    assert "asked us to wait" in kept
    assert f"{street.split()[-1].lower()} asked us to wait" not in kept
