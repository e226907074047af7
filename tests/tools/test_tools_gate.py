"""The gate: order of its questions, one yes for one call, one request once, and nothing left behind by a failure."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, cast

import pytest
from pydantic import JsonValue

from shopgraph.connectors.embedded import EmbeddedShop
from shopgraph.connectors.ports import Connectors, CrmPort, PaymentsPort, RecordsPort
from shopgraph.domain import Principal
from shopgraph.errors import ConnectorTimeout
from shopgraph.guards.decisions import Effect
from shopgraph.tools.gate import Gate
from shopgraph.tools.spec import GateOutcome, Outcome, Proposal, ToolCall, ToolContext

Do = Callable[..., Awaitable[GateOutcome]]
Ask = Callable[..., ToolContext]

CANCEL: dict[str, JsonValue] = {"order_id": "#P1", "reason": "no_longer_needed"}
BIG: dict[str, JsonValue] = {"order_id": "#BIG", "reason": "ordered_by_mistake"}


def call(tool: str, arguments: dict[str, JsonValue], call_id: str = "c1") -> ToolCall:
    return ToolCall(tool=tool, arguments=arguments, call_id=call_id)


def confirmed(context: ToolContext, tool: str, arguments: dict[str, JsonValue]) -> ToolContext:
    return replace(context, request_confirmed=Proposal.digest_of(tool, arguments, context.principal))


async def test_an_unknown_tool_is_invalid_and_the_known_ones_are_named(gate: Gate, ask: Ask) -> None:
    outcome = await gate.call(ask("ann"), call("drop_tables", {}))
    assert outcome.outcome is Outcome.INVALID
    assert outcome.error_code == "tool.unknown"
    assert "cancel_order" in outcome.error


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        ({"order_id": "#P1"}, "reason: Field required"),
        ({"order_id": "#P1", "reason": "too expensive"}, "reason: Input should be"),
        ({**CANCEL, "customer_id": "bob"}, "customer_id: Extra inputs are not permitted"),
        ({"order_id": "", "reason": "no_longer_needed"}, "order_id: String should have at least 1 character"),
    ],
)
async def test_malformed_arguments_are_named_by_place(
    gate: Gate, ask: Ask, shop: EmbeddedShop, arguments: dict[str, JsonValue], place: str
) -> None:
    before = shop.dump()
    outcome = await gate.call(ask("ann"), call("cancel_order", arguments))
    assert outcome.outcome is Outcome.INVALID
    assert place in outcome.error
    assert "pydantic" not in outcome.error
    assert shop.dump() == before


async def test_nothing_changes_before_a_yes_and_the_yes_names_the_money(
    gate: Gate, ask: Ask, shop: EmbeddedShop
) -> None:
    before = shop.dump()
    outcome = await gate.call(ask("ann"), call("cancel_order", CANCEL))
    assert outcome.outcome is Outcome.NEEDS_CONFIRMATION
    assert outcome.proposal is not None
    assert outcome.proposal.summary == (
        "Cancel order #P1 (2 × Wrap Dress (M) and Silver Heels (38)) and refund $185.09 to your Visa ending in 4242"
    )
    assert [(decision.rule, decision.effect) for decision in outcome.decisions] == [
        ("own-records", Effect.ALLOW),
        ("confirm-first", Effect.CONFIRM),
    ]
    assert outcome.proposal.call_id == "c1"
    assert shop.dump() == before


async def test_a_yes_is_for_these_arguments_this_tool_and_this_customer(
    gate: Gate, ask: Ask, shop: EmbeddedShop
) -> None:
    before = shop.dump()
    other_reason: dict[str, JsonValue] = {"order_id": "#P1", "reason": "ordered_by_mistake"}
    for context in (
        confirmed(ask("ann"), "cancel_order", other_reason),
        confirmed(ask("ann"), "change_payment_method", CANCEL),
        replace(ask("ann"), request_confirmed=Proposal.digest_of("cancel_order", CANCEL, Principal.customer("bob"))),
        replace(ask("ann"), request_confirmed="yes"),
    ):
        outcome = await gate.call(context, call("cancel_order", CANCEL))
        assert outcome.outcome is Outcome.NEEDS_CONFIRMATION
    assert shop.dump() == before


async def test_judging_says_ready_and_does_nothing(gate: Gate, ask: Ask, shop: EmbeddedShop) -> None:
    before = shop.dump()
    outcome = await gate.judge(confirmed(ask("ann"), "cancel_order", CANCEL), call("cancel_order", CANCEL))
    assert outcome.outcome is Outcome.READY
    assert outcome.result is None
    assert shop.dump() == before


async def test_the_same_request_again_gets_the_first_answer_and_acts_once(
    gate: Gate, ask: Ask, shop: EmbeddedShop
) -> None:
    context = confirmed(ask("ann"), "cancel_order", CANCEL)
    first = await gate.call(context, call("cancel_order", CANCEL))
    after = shop.dump()
    again = await gate.call(context, call("cancel_order", CANCEL))
    assert first.outcome is Outcome.DONE
    assert again.outcome is Outcome.REPLAYED
    assert again.result == first.result
    assert shop.dump() == after
    unconfirmed = await gate.call(ask("ann"), call("cancel_order", CANCEL))
    assert unconfirmed.outcome is Outcome.REPLAYED


async def test_the_same_id_with_another_body_is_refused(do: Do, shop: EmbeddedShop) -> None:
    await do("cancel_order", call_id="one", **CANCEL)
    after = shop.dump()
    other = await do("add_note", call_id="one", body="something else")
    assert other.outcome is Outcome.REFUSED
    assert other.decisions[0].rule == "same-request-other-body"
    stranger = await do("cancel_order", as_="bob", call_id="one", **CANCEL)
    assert stranger.decisions[0].rule == "same-request-other-body"
    assert stranger.result is None
    assert shop.dump() == after


async def test_a_new_request_with_equal_arguments_is_judged_anew(do: Do, shop: EmbeddedShop) -> None:
    assert (await do("cancel_order", **CANCEL)).outcome is Outcome.DONE
    after = shop.dump()
    second = await do("cancel_order", **CANCEL)
    assert second.outcome is Outcome.REFUSED
    assert second.decisions[0].rule == "cancel-only-pending"
    assert shop.dump() == after


async def test_equal_requests_at_the_same_time_act_once(gate: Gate, ask: Ask, shop: EmbeddedShop) -> None:
    context = confirmed(ask("ann"), "cancel_order", CANCEL)
    outcomes = await asyncio.gather(*(gate.call(context, call("cancel_order", CANCEL)) for _ in range(6)))
    assert sorted(entry.outcome for entry in outcomes) == [Outcome.DONE] + [Outcome.REPLAYED] * 5
    assert len({str(entry.result) for entry in outcomes}) == 1
    assert len(await shop.connectors.payments.refunds("#P1")) == 1


async def test_two_requests_at_the_same_time_for_one_order_cancel_it_once(
    gate: Gate, ask: Ask, shop: EmbeddedShop
) -> None:
    context = confirmed(ask("ann"), "cancel_order", CANCEL)
    outcomes = await asyncio.gather(*(gate.call(context, call("cancel_order", CANCEL, f"c{n}")) for n in range(4)))
    assert sorted(entry.outcome for entry in outcomes) == [Outcome.DONE] + [Outcome.REFUSED] * 3
    assert len(await shop.connectors.payments.refunds("#P1")) == 1


async def test_above_the_limit_a_person_decides_after_the_customer_has(
    gate: Gate, ask: Ask, shop: EmbeddedShop
) -> None:
    before = shop.dump()
    first = await gate.call(ask("bob"), call("cancel_order", BIG))
    assert first.outcome is Outcome.NEEDS_CONFIRMATION
    said_yes = confirmed(ask("bob"), "cancel_order", BIG)
    waiting = await gate.call(said_yes, call("cancel_order", BIG))
    assert waiting.outcome is Outcome.NEEDS_APPROVAL
    assert waiting.proposal is not None
    assert waiting.decisions[0].rule == "refund-approval"
    elsewhere = replace(said_yes, approvals={"another digest": "eve"})
    assert (await gate.call(elsewhere, call("cancel_order", BIG))).outcome is Outcome.NEEDS_APPROVAL
    assert shop.dump() == before
    approved = replace(said_yes, approvals={waiting.proposal.digest: "eve"})
    done = await gate.call(approved, call("cancel_order", BIG))
    assert done.outcome is Outcome.DONE
    assert "approved-by-staff" in [decision.rule for decision in done.decisions]


async def test_a_supervisor_approves_by_calling_and_an_agent_does_not(do: Do, shop: EmbeddedShop) -> None:
    before = shop.dump()
    agent = await do("cancel_order", as_=Principal.staff("max", "agent"), **BIG)
    assert agent.outcome is Outcome.NEEDS_APPROVAL
    assert shop.dump() == before
    supervisor = await do("cancel_order", as_=Principal.staff("eve", "agent", "supervisor"), **BIG)
    assert supervisor.outcome is Outcome.DONE


async def test_a_customer_cannot_do_the_warehouses_work(do: Do, shop: EmbeddedShop) -> None:
    before = shop.dump()
    outcome = await do("receive_return", return_id="anything")
    assert outcome.outcome is Outcome.REFUSED
    assert outcome.decisions[0].rule == "internal-only"
    assert shop.dump() == before


class Failing:
    """A port that works until one of its calls, which fails."""

    def __init__(self, port: object, name: str, fault: Exception) -> None:
        self._port, self._name, self._fault = port, name, fault

    def __getattr__(self, name: str) -> Any:
        if name != self._name:
            return getattr(self._port, name)

        async def fail(*_: object, **__: object) -> None:
            raise self._fault

        return fail


def broken(connectors: Connectors, port: str, name: str, fault: Exception) -> Connectors:
    failing = Failing(getattr(connectors, port), name, fault)
    if port == "payments":
        return replace(connectors, payments=cast("PaymentsPort", failing))
    if port == "crm":
        return replace(connectors, crm=cast("CrmPort", failing))
    return replace(connectors, records=cast("RecordsPort", failing))


RETURN: dict[str, JsonValue] = {"order_id": "#D1", "items": [{"sku": "DRESS-M"}], "payment_method_id": "ann-card"}
CHANGES: list[tuple[str, dict[str, JsonValue]]] = [
    ("cancel_order", CANCEL),
    ("return_items", RETURN),
    ("exchange_items", {**RETURN, "items": [{"sku": "DRESS-M", "to_sku": "DRESS-L"}]}),
    ("change_items", {**RETURN, "order_id": "#P1", "items": [{"sku": "DRESS-M", "to_sku": "DRESS-L"}]}),
    ("change_payment_method", {"order_id": "#P1", "payment_method_id": "ann-rich"}),
    (
        "change_order_address",
        {"order_id": "#P1", "address": {"line1": "x", "city": "y", "postal_code": "1", "country": "US"}},
    ),
    ("change_profile_address", {"address": {"line1": "x", "city": "y", "postal_code": "1", "country": "US"}}),
    ("redeem_code", {"code": "JUNE10"}),
    ("add_note", {"body": "x"}),
    ("handoff", {"reason": "x", "summary": "y"}),
]


@pytest.mark.parametrize(("tool", "arguments"), CHANGES, ids=[tool for tool, _ in CHANGES])
async def test_a_failure_at_the_very_end_undoes_everything(
    gate: Gate, ask: Ask, do: Do, shop: EmbeddedShop, tool: str, arguments: dict[str, JsonValue]
) -> None:
    before = shop.dump()
    judged = await gate.judge(ask("ann"), call(tool, arguments))
    connectors = broken(shop.connectors, "records", "remember_request", RuntimeError("disk full"))
    context = ask("ann")
    context = replace(
        context,
        services=replace(context.services, connectors=connectors),
        request_confirmed=judged.proposal.digest if judged.proposal else None,
    )
    outcome = await gate.call(context, call(tool, arguments))
    assert outcome.outcome is Outcome.FAILED
    assert outcome.error_code == "tool.failed"
    assert "disk full" not in outcome.error
    assert outcome.result is None
    assert shop.dump() == before
    assert await shop.connectors.records.actions() == ()
    assert await shop.connectors.records.handoffs() == ()
    assert (await do(tool, call_id="c1", **arguments)).outcome is Outcome.DONE


@pytest.mark.parametrize(("port", "name"), [("payments", "refund"), ("crm", "add_note")])
async def test_a_fault_of_a_system_behind_undoes_what_went_before(
    gate: Gate, ask: Ask, do: Do, shop: EmbeddedShop, port: str, name: str
) -> None:
    before = shop.dump()
    context = confirmed(ask("ann"), "cancel_order", CANCEL)
    connectors = broken(shop.connectors, port, name, ConnectorTimeout("The gateway did not answer in 5 s."))
    faulty = replace(context, services=replace(context.services, connectors=connectors))
    outcome = await gate.call(faulty, call("cancel_order", CANCEL))
    assert outcome.outcome is Outcome.FAILED
    assert outcome.error_code == "connector.timeout"
    assert shop.dump() == before
    again = await gate.call(context, call("cancel_order", CANCEL))
    assert again.outcome is Outcome.DONE


async def test_what_the_records_forbid_is_a_refusal_with_the_numbers(gate: Gate, ask: Ask, shop: EmbeddedShop) -> None:
    before = shop.dump()
    context = ask("ann")
    open_policy = replace(context.services, policy=AllowAll(context.services.policy))
    late = confirmed(replace(context, services=open_policy), "cancel_order", {**CANCEL, "order_id": "#S1"})
    outcome = await gate.call(late, call("cancel_order", {**CANCEL, "order_id": "#S1"}))
    assert outcome.outcome is Outcome.REFUSED
    assert outcome.decisions[-1].rule == "records-do-not-allow"
    assert outcome.decisions[-1].numbers["state"] == "shipped"
    assert shop.dump() == before


class AllowAll:
    """A policy that forbids nothing, to see what the records themselves forbid."""

    def __init__(self, real: Any) -> None:
        self.calendar, self.identification, self.limits_on = real.calendar, real.identification, real.limits_on
        self.version = real.version

    def decide(self, request: Any) -> Any:
        from shopgraph.guards.decisions import Decision

        return Decision(rule="anything", effect=Effect.ALLOW, reason="test", action=request.action)
