"""A change is judged before and within its transaction: policy is asked once, and again only when the facts moved.

Where the call's judgment is handed in with it, it is the one before.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

import pytest
from pydantic import JsonValue

from shopgraph.connectors.embedded import EmbeddedShop
from shopgraph.connectors.ports import OrdersPort, RecordsPort
from shopgraph.domain import Order, OrderStatus, Principal, StoredRequest
from shopgraph.guards.calendars import RegionCalendar
from shopgraph.guards.decisions import Decision, PolicyRequest
from shopgraph.guards.limits import Limit
from shopgraph.guards.policy import PolicyBundle, load_bundle
from shopgraph.tools.gate import Gate
from shopgraph.tools.spec import GateOutcome, Outcome, Proposal, ToolCall, ToolContext

Do = Callable[..., Awaitable[GateOutcome]]
Ask = Callable[..., ToolContext]

CANCEL: dict[str, JsonValue] = {"order_id": "#P1", "reason": "no_longer_needed"}


@dataclass
class Listening:
    """A bundle that keeps what it was asked."""

    bundle: PolicyBundle
    asked: list[PolicyRequest] = field(default_factory=list)

    @property
    def version(self) -> str:
        return self.bundle.version

    @property
    def identification(self) -> tuple[str, ...]:
        return self.bundle.identification

    def decide(self, request: PolicyRequest) -> Decision:
        self.asked.append(request)
        return self.bundle.decide(request)

    def calendar(self, region_id: str, at: datetime) -> RegionCalendar:
        return self.bundle.calendar(region_id, at)

    def limits_on(self, action: str) -> tuple[Limit, ...]:
        return self.bundle.limits_on(action)


class Interrupted:
    """A port of which one call is answered in another way from the `nth` time on."""

    def __init__(self, port: object, name: str, nth: int, instead: Callable[..., Awaitable[Any]]) -> None:
        self._port, self._name, self._left, self._instead = port, name, nth, instead

    def __getattr__(self, name: str) -> Any:
        if name == self._name:
            self._left -= 1
            if self._left <= 0:
                return self._instead
        return getattr(self._port, name)


def cancel(context: ToolContext) -> tuple[ToolContext, ToolCall]:
    digest = Proposal.digest_of("cancel_order", CANCEL, context.principal)
    return replace(context, request_confirmed=digest), ToolCall(tool="cancel_order", arguments=CANCEL, call_id="c1")


def listening_to(context: ToolContext, bundle: PolicyBundle) -> tuple[ToolContext, list[PolicyRequest]]:
    policy = Listening(bundle)
    return replace(context, services=replace(context.services, policy=policy)), policy.asked


READ = ToolCall(tool="get_order", arguments={"order_id": "#P1"}, call_id="r1")


async def test_a_gated_call_asks_policy_once_and_tells_what(gate: Gate, ask: Ask, policy: PolicyBundle) -> None:
    context, asked = listening_to(ask("ann"), policy)
    read = await gate.call(context, READ)
    assert read.outcome is Outcome.DONE
    assert asked == [read.question]
    asked.clear()
    change = await gate.call(*cancel(context))
    assert change.outcome is Outcome.DONE
    assert asked == [change.question], "the second judgment found the same facts"
    assert change.question is not None
    assert change.question.facts["refund_minor"] == 18509
    assert change.question.owner_id == "ann"
    asked.clear()
    refused = await gate.call(context, ToolCall(tool="cancel_order", arguments=CANCEL, call_id="c2"))
    assert refused.decisions[0].rule == "cancel-only-pending"
    assert asked == [refused.question]
    assert policy.decide(asked[0]) == refused.decisions[0], "what is told explains the decision"


async def test_a_guest_costs_one_question_and_no_look_at_a_record(gate: Gate, ask: Ask, policy: PolicyBundle) -> None:
    context, asked = listening_to(ask(), policy)
    blind = replace(context, services=replace(context.services, connectors=cast(Any, None)))
    outcome = await gate.call(blind, READ)
    assert outcome.decisions[0].rule == "identify-first"
    assert outcome.question is None
    assert len(asked) == 1


async def test_who_was_looked_up_counts_where_the_bundle_says_so(gate: Gate, ask: Ask, policy: PolicyBundle) -> None:
    # The other bundle has no calendar for this shop's regions: a call that asks for none.
    profile = ToolCall(tool="get_profile", arguments={}, call_id="r1")
    looked_up = Principal.customer("ann", method="email")
    context, asked = listening_to(ask(looked_up), load_bundle("tau2-retail"))
    assert (await gate.call(context, profile)).outcome is Outcome.DONE
    assert len(asked) == 1
    context, asked = listening_to(ask(looked_up), policy)
    blind = replace(context, services=replace(context.services, connectors=cast(Any, None)))
    outcome = await gate.call(blind, profile)
    assert outcome.decisions[0].rule == "identify-first", "here it is nobody in particular"
    assert len(asked) == 1


async def test_facts_that_moved_meanwhile_are_judged_anew(
    gate: Gate, ask: Ask, shop: EmbeddedShop, policy: PolicyBundle
) -> None:
    before = shop.dump()
    context, asked = listening_to(ask("ann"), policy)
    real = shop.connectors.orders

    async def shipped(order_id: str) -> Order | None:
        found = await real.order(order_id)
        return found and found.model_copy(update={"status": OrderStatus.SHIPPED})

    orders = cast(OrdersPort, Interrupted(real, "order", 2, shipped))
    services = replace(context.services, connectors=replace(shop.connectors, orders=orders))
    outcome = await gate.call(*cancel(replace(context, services=services)))
    assert outcome.outcome is Outcome.REFUSED
    assert outcome.decisions[0].rule == "cancel-only-pending"
    assert [request.facts["order_status"] for request in asked] == ["pending", "shipped"]
    assert outcome.question == asked[1]
    assert shop.dump() == before


async def test_what_was_judged_before_is_judged_within_the_transaction_only(
    gate: Gate, ask: Ask, shop: EmbeddedShop, policy: PolicyBundle
) -> None:
    context, asked = listening_to(ask("ann"), policy)
    context, call = cancel(context)
    real, read = shop.connectors.orders, list[str]()

    async def listened(order_id: str) -> Order | None:
        read.append(order_id)
        return await real.order(order_id)

    orders = cast(OrdersPort, Interrupted(real, "order", 1, listened))
    context = replace(context, services=replace(context.services, connectors=replace(shop.connectors, orders=orders)))
    judged = await gate.judged(context, call)
    assert judged.outcome.outcome is Outcome.READY
    once = len(read)
    done = await gate.call(context, call, judged)
    assert done.outcome is Outcome.DONE
    assert asked == [done.question]
    # Within the transaction it is judged, and done by what is read there.
    assert len(read) == once + 2


async def test_what_moved_since_it_was_judged_is_judged_anew(
    gate: Gate, ask: Ask, shop: EmbeddedShop, policy: PolicyBundle
) -> None:
    context, asked = listening_to(ask("ann"), policy)
    context, call = cancel(context)
    judged = await gate.judged(context, call)
    assert (await gate.call(context, call.model_copy(update={"call_id": "other"}))).outcome is Outcome.DONE
    after = shop.dump()
    outcome = await gate.call(context, call, judged)
    assert outcome.outcome is Outcome.REFUSED
    assert outcome.decisions[0].rule == "cancel-only-pending"
    assert [request.facts["order_status"] for request in asked] == ["pending", "pending", "canceled"]
    assert shop.dump() == after


async def test_how_another_call_was_judged_lets_nothing_through(gate: Gate, ask: Ask, shop: EmbeddedShop) -> None:
    """Neither another principal's, nor one that was let through with another call's arguments."""
    context, call = cancel(ask("ann"))
    judged = await gate.judged(context, call)
    before = shop.dump()
    theirs = await gate.call(replace(context, principal=Principal.customer("bob")), call, judged)
    assert theirs.decisions[0].rule == "own-records-only"
    other = call.model_copy(update={"arguments": {**CANCEL, "order_id": "#D1"}})
    assert (await gate.call(context, other, judged)).outcome is Outcome.REFUSED
    unasked = replace(context, request_confirmed=None)
    assert (await gate.call(unasked, call, judged)).outcome is Outcome.NEEDS_CONFIRMATION
    assert shop.dump() == before


@pytest.mark.parametrize("at", ["call:", "limit:"])
async def test_a_limit_reached_meanwhile_refuses(gate: Gate, ask: Ask, shop: EmbeddedShop, at: str) -> None:
    """Another worker leaves as many notes as may be left: between two judgments, or while this one is being done."""
    before = shop.dump()
    context = ask("ann")
    records = shop.connectors.records

    async def others_first(key: str) -> None:
        if not key.startswith(at):
            return
        for n in range(30):
            await records.remember_request(
                StoredRequest(
                    call_id=f"other-{n}",
                    tool="add_note",
                    arguments_digest="",
                    result={},
                    at=context.services.clock.now(),
                    customer_id="ann",
                )
            )

    held = cast(RecordsPort, Interrupted(records, "hold", 1, others_first))
    services = replace(context.services, connectors=replace(shop.connectors, records=held))
    note = ToolCall(tool="add_note", arguments={"body": "hello"}, call_id="n1")
    outcome = await gate.call(replace(context, services=services), note)
    assert outcome.outcome is Outcome.REFUSED
    assert outcome.decisions[-1].rule == "notes-per-day"
    assert await records.request("n1") is None
    assert shop.dump() == before


async def test_a_refusal_is_no_answer_to_a_request_that_was_answered_meanwhile(
    gate: Gate, ask: Ask, shop: EmbeddedShop
) -> None:
    """Another worker does the very same call after this one looked whether it is known."""
    context, call = cancel(ask("ann"))
    records = shop.connectors.records
    done = list[GateOutcome]()

    async def nobody_yet(call_id: str) -> None:
        if not done:
            done.append(await gate.call(context, call))
        return

    once = cast(RecordsPort, _Once(records, nobody_yet))
    services = replace(context.services, connectors=replace(shop.connectors, records=once))
    outcome = await gate.call(replace(context, services=services), call)
    assert done[0].outcome is Outcome.DONE
    assert outcome.outcome is Outcome.REPLAYED
    assert outcome.result == done[0].result
    assert len(await shop.connectors.payments.refunds("#P1")) == 1


class _Once:
    """Records whose first look for a request is answered in another way."""

    def __init__(self, records: RecordsPort, instead: Callable[[str], Awaitable[None]]) -> None:
        self._records, self._instead = records, [instead]

    def __getattr__(self, name: str) -> Any:
        if name == "request" and self._instead:
            return self._instead.pop()
        return getattr(self._records, name)


@pytest.mark.parametrize("stranger", [Principal.customer("bob"), Principal.staff("max", "agent"), Principal.guest()])
async def test_an_id_belongs_to_who_sent_it(
    gate: Gate, ask: Ask, do: Do, shop: EmbeddedShop, stranger: Principal
) -> None:
    first = await do("add_note", call_id="mine", body="ring twice")
    after = shop.dump()
    theirs = await gate.call(ask(stranger), ToolCall(tool="add_note", arguments={"body": "ring twice"}, call_id="mine"))
    assert first.outcome is Outcome.DONE
    assert theirs.outcome is Outcome.REFUSED
    assert theirs.result is None
    rule = "identify-first" if stranger == Principal.guest() else "same-request-other-body"
    assert theirs.decisions[0].rule == rule
    assert "ring twice" not in theirs.model_dump_json()
    assert shop.dump() == after


async def test_reading_is_judged_every_time_and_remembers_nothing(
    gate: Gate, ask: Ask, shop: EmbeddedShop, policy: PolicyBundle
) -> None:
    context, asked = listening_to(ask("ann"), policy)
    first = await gate.call(context, READ)
    other = await gate.call(context, READ.model_copy(update={"arguments": {"order_id": "#D1"}}))
    again = await gate.call(context, READ)
    assert [each.outcome for each in (first, other, again)] == [Outcome.DONE] * 3
    assert first.result == again.result
    assert first.result != other.result
    assert len(asked) == 3
    stranger = await gate.call(replace(context, principal=Principal.customer("bob")), READ)
    assert stranger.decisions[0].rule == "own-records-only"
    assert stranger.result is None
    assert await shop.connectors.records.request(READ.call_id) is None
    change = await gate.call(*cancel(context))
    assert change.outcome is Outcome.DONE, "a reading call's id is free for a change"
