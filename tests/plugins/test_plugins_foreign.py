"""Tools of somebody else's behind the gate: declared in a line, judged by the shop's rules, never done twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.tools import StructuredTool, ToolException, tool
from langgraph.prebuilt import ToolRuntime
from pydantic import BaseModel, JsonValue

from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import Principal
from shopgraph.errors import ConfigurationError, ConnectorUnavailable, NotFound
from shopgraph.shop import Shop
from shopgraph.tools.foreign import gated
from shopgraph.tools.gate import Gate
from shopgraph.tools.spec import GateOutcome, Outcome, Scope, Subject, System, ToolCall, ToolContext, ToolSpec
from tests.plugins.conftest import ContextFor


class Slot(BaseModel):
    """When a courier comes."""

    day: str
    hour: int = 9


class Couriers:
    """A service outside the shop that counts what it does and can fail before or after."""

    def __init__(self) -> None:
        self.booked: list[Slot] = []
        self.before: BaseException | None = None
        self.after: BaseException | None = None

    def tool(self, **declared: Any) -> ToolSpec:
        async def book_courier(slot: Slot) -> dict[str, JsonValue]:
            """Book a courier who collects a return."""
            if self.before is not None:
                raise self.before
            self.booked.append(slot)
            if self.after is not None:
                raise self.after
            return {"booking": len(self.booked), "day": slot.day}

        return gated(book_courier, system=System.WAREHOUSE, scope=Scope.CUSTOMER, mutates=True, **declared)


@pytest.fixture
def couriers() -> Couriers:
    """Nothing booked yet."""
    return Couriers()


def booking(call_id: str = "b1", day: str = "2026-06-02", **more: JsonValue) -> ToolCall:
    return ToolCall(tool="book_courier", arguments={"slot": {"day": day}, **more}, call_id=call_id)


@tool
def parcel_weather(city: str) -> str:
    """Say whether parcels get wet."""
    return f"rain in {city}"


async def ask_weather(gate: Gate, context: ToolContext, **arguments: JsonValue) -> GateOutcome:
    return await gate.call(context, ToolCall(tool="parcel_weather", arguments=arguments, call_id="w"))


async def test_a_langchain_tool_is_read_like_any_other(shop: Shop, context_for: ContextFor) -> None:
    gate = shop.gate.with_tools(gated(parcel_weather, system=System.WAREHOUSE, scope=Scope.PUBLIC, mutates=False))
    done = await ask_weather(gate, context_for(), city="Leeds")
    assert done.outcome is Outcome.DONE
    assert done.result == {"content": "rain in Leeds"}
    assert done.decisions[0].rule == "public-for-everyone"
    wrong = await ask_weather(gate, context_for(), town="Leeds")
    assert wrong.outcome is Outcome.INVALID
    assert wrong.error == "city: Field required"


async def test_without_a_word_in_the_schema_it_is_refused_and_says_what_to_write(
    shop: Shop, context_for: ContextFor
) -> None:
    ran = []

    async def teleport(where: str) -> str:
        """Teleport a parcel."""
        ran.append(where)
        return "there"

    gate = shop.gate.with_tools(gated(teleport, system=System.WAREHOUSE, scope=Scope.PUBLIC, mutates=False))
    refused = await gate.call(context_for(), ToolCall(tool="teleport", arguments={"where": "x"}, call_id="t"))
    assert refused.outcome is Outcome.REFUSED
    assert refused.decisions[0].rule == "default-deny"
    assert "teleport" in refused.decisions[0].reason
    assert "schema.cedarschema" in refused.decisions[0].remedy
    assert ran == []


async def test_a_guest_is_stopped_before_the_tool_runs(shop: Shop, context_for: ContextFor, couriers: Couriers) -> None:
    gate = shop.gate.with_tools(couriers.tool())
    refused = await gate.call(context_for(), booking())
    assert refused.decisions[0].rule == "identify-first"
    assert couriers.booked == []


async def test_the_same_request_acts_once_and_another_body_is_a_conflict(
    shop: Shop, context_for: ContextFor, couriers: Couriers
) -> None:
    gate = shop.gate.with_tools(couriers.tool())
    context = context_for("returner")
    first, second = await gate.call(context, booking()), await gate.call(context, booking())
    assert (first.outcome, second.outcome) == (Outcome.DONE, Outcome.REPLAYED)
    assert first.result == second.result == {"content": {"booking": 1, "day": "2026-06-02"}}
    other = await gate.call(context, booking(day="2026-06-03"))
    assert other.decisions[0].rule == "same-request-other-body"
    assert couriers.booked == [Slot(day="2026-06-02")]
    assert (await gate.call(context, booking("b2"))).outcome is Outcome.DONE
    assert len(couriers.booked) == 2


async def test_at_once_the_same_request_acts_once(shop: Shop, context_for: ContextFor, couriers: Couriers) -> None:
    gate = shop.gate.with_tools(couriers.tool())
    outcomes = await asyncio.gather(*(gate.call(context_for("returner"), booking()) for _ in range(5)))
    assert len(couriers.booked) == 1
    assert {outcome.outcome for outcome in outcomes} <= {Outcome.DONE, Outcome.REPLAYED, Outcome.FAILED}


async def test_it_waits_for_a_yes_to_exactly_this(shop: Shop, context_for: ContextFor, couriers: Couriers) -> None:
    gate = shop.gate.with_tools(couriers.tool(needs_confirmation=True))
    context = context_for("returner")
    asked = await gate.call(context, booking())
    assert asked.outcome is Outcome.NEEDS_CONFIRMATION
    assert asked.proposal is not None
    assert asked.proposal.summary == 'Book courier: slot {"day": "2026-06-02", "hour": 9}'
    said_yes = replace(context, request_confirmed=asked.proposal.digest)
    assert (await gate.call(said_yes, booking(day="2026-06-05"))).outcome is Outcome.NEEDS_CONFIRMATION
    assert couriers.booked == []
    assert (await gate.call(said_yes, booking())).outcome is Outcome.DONE


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("fault", [TimeoutError("no answer"), ToolException("odd"), Killed()])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_what_may_have_happened_is_called_unknown_and_not_done_again(
    shop: Shop, context_for: ContextFor, couriers: Couriers, fault: BaseException, when: str
) -> None:
    gate = shop.gate.with_tools(couriers.tool())
    setattr(couriers, when, fault)
    if isinstance(fault, Killed):
        with pytest.raises(Killed):
            await gate.call(context_for("returner"), booking())
    else:
        failed = await gate.call(context_for("returner"), booking())
        assert (failed.outcome, failed.error_code) == (Outcome.FAILED, "tool.outcome_unknown")
        assert failed.result is None
    booked = list(couriers.booked)
    couriers.before = couriers.after = None
    again = await gate.call(context_for("returner"), booking())
    assert (again.outcome, again.error_code) == (Outcome.FAILED, "tool.outcome_unknown")
    assert "not known whether it happened" in again.error
    assert couriers.booked == booked


@pytest.mark.parametrize(
    ("fault", "ends"),
    [(ConnectorUnavailable("down"), Outcome.FAILED), (NotFound("no such slot"), Outcome.REFUSED)],
)
async def test_what_surely_did_not_happen_may_be_asked_again(
    shop: Shop, context_for: ContextFor, couriers: Couriers, fault: Exception, ends: Outcome
) -> None:
    gate = shop.gate.with_tools(couriers.tool())
    couriers.before = fault
    assert (await gate.call(context_for("returner"), booking())).outcome is ends
    couriers.before = None
    assert (await gate.call(context_for("returner"), booking())).outcome is Outcome.DONE
    assert len(couriers.booked) == 1


async def test_a_result_that_could_not_be_remembered_is_told_and_not_done_again(
    shop: Shop, context_for: ContextFor, couriers: Couriers, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = shop.gate.with_tools(couriers.tool())

    async def full(self: object, call_id: str, result: JsonValue) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(type(shop.connectors.records), "finish_request", full)
    assert (await gate.call(context_for("returner"), booking())).outcome is Outcome.DONE
    again = await gate.call(context_for("returner"), booking())
    assert again.error_code == "tool.outcome_unknown"
    assert len(couriers.booked) == 1


async def test_the_owner_of_a_record_is_looked_up_by_describe(
    shop: Shop, context_for: ContextFor, state_of: Callable[[], str]
) -> None:
    sent = []

    async def letter_to(order_id: str) -> str:
        """Send a letter about an order."""
        sent.append(order_id)
        return "sent"

    async def of_order(context: ToolContext, order_id: str) -> Subject:
        order = await context.services.connectors.orders.order(order_id)
        if order is None:
            raise NotFound(f"There is no order {order_id}.")
        return Subject(owner_id=order.customer_id, resource_id=order.id, facts={})

    spec = gated(letter_to, system=System.ORDERS, scope=Scope.CUSTOMER, mutates=True, describe=of_order)
    gate = shop.gate.with_tools(spec)
    hers = CAST["returner"].order_ids["delivered"]
    before = state_of()
    refusals = [
        await gate.call(
            context_for("stranger"), ToolCall(tool="letter_to", arguments={"order_id": order}, call_id=order)
        )
        for order in (hers, "#D0")
    ]
    assert [(refusal.outcome, refusal.decisions[0].rule) for refusal in refusals] == [
        (Outcome.REFUSED, "own-records-only")
    ] * 2
    assert sent == []
    assert state_of() == before
    call = ToolCall(tool="letter_to", arguments={"order_id": hers}, call_id="l")
    assert (await gate.call(context_for("returner"), call)).outcome is Outcome.DONE
    staff = context_for(Principal.staff("joe", "agent"))
    assert (await gate.call(staff, call.model_copy(update={"call_id": "l2"}))).outcome is Outcome.DONE


async def test_an_error_that_a_tool_answers_with_is_no_success(shop: Shop, context_for: ContextFor) -> None:
    def parcel_weather(city: str) -> str:
        """Say whether parcels get wet."""
        raise ToolException("no such city")

    polite = StructuredTool.from_function(parcel_weather, handle_tool_error=True)
    gate = shop.gate.with_tools(gated(polite, system=System.WAREHOUSE, scope=Scope.PUBLIC, mutates=False))
    failed = await ask_weather(gate, context_for(), city="Atlantis")
    assert (failed.outcome, failed.result) == (Outcome.FAILED, None)


async def test_arguments_may_be_declared_by_a_json_schema(shop: Shop, context_for: ContextFor) -> None:
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1}},
        "required": ["city"],
        "additionalProperties": False,
    }

    async def answer(**arguments: Any) -> dict[str, Any]:
        return arguments

    by_schema = StructuredTool(name="parcel_weather", description="Weather.", args_schema=schema, coroutine=answer)
    spec = gated(by_schema, system=System.WAREHOUSE, scope=Scope.PUBLIC, mutates=False)
    assert spec.arguments.model_json_schema()["properties"] == schema["properties"]
    gate = shop.gate.with_tools(spec)
    done = await ask_weather(gate, context_for(), city="Leeds", days=2)
    assert done.result == {"content": {"city": "Leeds", "days": 2}}
    for wrong, says in (
        ({"city": "Leeds", "days": 0}, "days: 0 is less than the minimum of 1"),
        ({"days": 1}, "'city' is a required property"),
        ({"city": "Leeds", "principal": "eve"}, "Additional properties are not allowed"),
    ):
        refused = await ask_weather(gate, context_for(), **wrong)
        assert refused.outcome is Outcome.INVALID
        assert says in refused.error


def test_what_cannot_be_a_tool_is_said_when_it_is_declared() -> None:
    def undocumented(city: str) -> str:
        return city

    @tool
    def of_a_graph(city: str, runtime: ToolRuntime[Any, Any]) -> str:
        """Look into a graph."""
        return city

    declared: dict[str, Any] = {"system": System.CATALOG, "scope": Scope.PUBLIC, "mutates": False}
    with pytest.raises(ConfigurationError, match="undocumented cannot be a tool"):
        gated(undocumented, **declared)
    with pytest.raises(ConfigurationError, match="of_a_graph takes 'runtime', which only a graph can give it"):
        gated(of_a_graph, **declared)


def test_a_name_is_given_once(shop: Shop) -> None:
    spec = gated(parcel_weather, system=System.WAREHOUSE, scope=Scope.PUBLIC, mutates=False)
    with pytest.raises(ConfigurationError, match="a tool 'parcel_weather' behind the gate already"):
        shop.gate.with_tools(spec, spec)
    assert "parcel_weather" not in shop.gate.tools
