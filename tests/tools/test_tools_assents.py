"""A yes, and an approval, lets one call through: not an equal one beside it, and nothing but what was shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from pydantic import JsonValue

from shopgraph.connectors.canonical import canonical_export_hash
from shopgraph.connectors.embedded import EmbeddedShop
from shopgraph.domain import Principal
from shopgraph.errors import ConnectorUnavailable
from shopgraph.guards.decisions import Effect
from shopgraph.guards.policy import PolicyBundle
from shopgraph.tools.foreign import gated
from shopgraph.tools.gate import Gate
from shopgraph.tools.session import Message, Session
from shopgraph.tools.spec import GateOutcome, Outcome, Proposal, Scope, Subject, System, ToolCall, ToolContext

Ask = Callable[..., ToolContext]
HOME: dict[str, JsonValue] = {
    "line1": "2 New Road",
    "line2": "",
    "city": "Boston",
    "state": "MA",
    "postal_code": "02101",
    "country": "US",
}
REFUND: dict[str, JsonValue] = {"order_id": "#BIG", "amount": "510", "reason": "not_received"}
AGENT = Principal.staff("eve", "agent")


def move(call_id: str) -> ToolCall:
    return ToolCall(tool="change_order_address", arguments={"order_id": "#P1", "address": HOME}, call_id=call_id)


async def asked(gate: Gate, context: ToolContext, call: ToolCall) -> Proposal:
    outcome = await gate.judge(context, call)
    assert outcome.proposal is not None
    return outcome.proposal


async def said_yes(gate: Gate, context: ToolContext, call: ToolCall) -> ToolContext:
    return replace(context, request_confirmed=(await asked(gate, context, call)).digest)


def awaits_another(outcome: GateOutcome) -> bool:
    """Whether it waits for a yes because the one that was said is used."""
    said = outcome.decisions[-1]
    return outcome.outcome is Outcome.NEEDS_CONFIRMATION and "let another call through" in said.reason


async def test_a_yes_lets_one_of_two_equal_calls_through(gate: Gate, ask: Ask, shop: EmbeddedShop) -> None:
    context = await said_yes(gate, ask("ann"), move("one"))
    assert (await gate.call(context, move("one"))).outcome is Outcome.DONE
    before = canonical_export_hash(shop.dump())
    second = await gate.call(context, move("two"))
    assert awaits_another(second)
    assert awaits_another(await gate.judge(context, move("two")))
    assert canonical_export_hash(shop.dump()) == before
    assert (await gate.call(context, move("one"))).outcome is Outcome.REPLAYED
    next_turn = replace(context, request_id="next")
    assert (await gate.call(next_turn, move("two"))).outcome is Outcome.DONE


async def test_of_equal_calls_at_once_one_is_let_through(gate: Gate, ask: Ask, shop: EmbeddedShop) -> None:
    context = await said_yes(gate, ask("ann"), move("one"))
    outcomes = await asyncio.gather(*(gate.call(context, move(f"call {number}")) for number in range(4)))
    assert sorted(outcome.outcome for outcome in outcomes) == [Outcome.DONE, *[Outcome.NEEDS_CONFIRMATION] * 3]
    moved = [action for action in await shop.connectors.records.actions() if action.type == "change_order_address"]
    assert len(moved) == 1


async def test_a_yes_in_a_request_without_an_id_is_for_each_call_its_own(gate: Gate, ask: Ask) -> None:
    context = replace(await said_yes(gate, ask("ann"), move("one")), request_id="")
    assert (await gate.call(context, move("one"))).outcome is Outcome.DONE
    assert (await gate.call(context, move("two"))).outcome is Outcome.DONE


async def test_an_approval_lets_one_of_two_equal_calls_through(gate: Gate, ask: Ask) -> None:
    facts = (await gate.judge(ask(AGENT), ToolCall(tool="refund_order", arguments=REFUND, call_id="r"))).question
    assert facts is not None
    paid = []

    async def refund_order(amount: str) -> str:
        """Refund it in a system that has no bound of its own."""
        paid.append(amount)
        return "paid"

    async def describe(context: ToolContext, amount: str) -> Subject:
        return Subject(owner_id="bob", resource_id="#BIG", facts=facts.facts, summary=f"Refund {amount}")

    theirs = gated(refund_order, system=System.PAYMENTS, scope=Scope.INTERNAL, mutates=True, describe=describe)
    outside = Gate({"refund_order": theirs})
    first = ToolCall(tool="refund_order", arguments={"amount": "510"}, call_id="one")
    second = first.model_copy(update={"call_id": "two"})
    approved = replace(ask(AGENT), approvals={(await asked(outside, ask(AGENT), first)).digest: "sue"})
    assert (await outside.call(approved, first)).outcome is Outcome.DONE
    assert (await outside.call(approved, second)).outcome is Outcome.NEEDS_APPROVAL
    assert paid == ["510"]
    assert (await outside.call(replace(approved, request_id="next"), second)).outcome is Outcome.DONE


async def test_a_yes_is_for_what_was_shown(gate: Gate, ask: Ask, shop: EmbeddedShop) -> None:
    call = ToolCall(tool="cancel_order", arguments={"order_id": "#P1", "reason": "no_longer_needed"}, call_id="c")
    proposal = await asked(gate, ask("ann"), call)
    before = canonical_export_hash(shop.dump())
    context = replace(
        ask("ann"), request_confirmed=proposal.digest, shown={proposal.digest: "Cancel it and refund $999.00"}
    )
    outcome = await gate.call(context, call)
    assert (outcome.decisions[-1].rule, outcome.decisions[-1].effect) == ("confirm-anew", Effect.CONFIRM)
    assert canonical_export_hash(shop.dump()) == before
    as_shown = replace(context, shown={proposal.digest: proposal.summary})
    assert (await gate.call(as_shown, call)).outcome is Outcome.DONE


async def test_an_approval_is_for_what_was_shown(gate: Gate, ask: Ask, shop: EmbeddedShop) -> None:
    call = ToolCall(tool="refund_order", arguments=REFUND, call_id="r")
    waiting = await asked(gate, ask(AGENT), call)
    context = replace(ask(AGENT), approvals={waiting.digest: "sue"}, shown={waiting.digest: "Refund $1.00"})
    assert (await gate.call(context, call)).outcome is Outcome.NEEDS_APPROVAL
    assert await shop.connectors.payments.refunds("#BIG") == ()


async def test_a_yes_to_what_was_surely_not_done_is_not_used(gate: Gate, ask: Ask) -> None:
    up = False

    async def add_note(body: str) -> str:
        """Leave a note somewhere else."""
        if not up:
            raise ConnectorUnavailable("Nobody is there.")
        return "left"

    theirs = gated(add_note, system=System.CRM, scope=Scope.CUSTOMER, mutates=True, needs_confirmation=True)
    outside = Gate({"add_note": theirs})
    call = ToolCall(tool="add_note", arguments={"body": "rings"}, call_id="n")
    context = await said_yes(outside, ask("ann"), call)
    assert (await outside.call(context, call)).outcome is Outcome.FAILED
    up = True
    assert (await outside.call(context, call)).outcome is Outcome.DONE
    assert awaits_another(await outside.call(context, call.model_copy(update={"call_id": "m"})))


async def test_in_a_session_a_yes_is_told_by_the_call_that_it_was_said_to(
    gate: Gate, ask: Ask, policy: PolicyBundle
) -> None:
    context = ask("ann")
    session = Session(
        gate=gate,
        services=context.services,
        policy=policy,
        region_id=context.region_id,
        principal=context.principal,
    )
    yes = Message(confirmed=move("one"))
    assert (await session.call(move("one"), yes)).outcome is Outcome.DONE
    assert awaits_another(await session.call(move("two"), yes))
    assert (await session.call(move("two"), Message(confirmed=move("two")))).outcome is Outcome.DONE
