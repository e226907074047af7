"""The gate in an agent of `create_agent`: what it calls is judged, whoever made the tool."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, ToolCall, ToolMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import Principal
from shopgraph.errors import ConfigurationError
from shopgraph.models.scripted import ScriptedChatModel
from shopgraph.shop import Shop
from shopgraph.tools.gate import Gate
from shopgraph.tools.langchain import outcome_of
from shopgraph.tools.middleware import GateMiddleware
from shopgraph.tools.spec import Outcome, ToolContext
from tests.plugins.conftest import CANCEL, ContextFor

EVE = Principal.staff("eve", "supervisor")
NOBODY = Principal.guest()
Asked = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Session:
    """A host's own runtime context."""

    tools: ToolContext
    resumed_by: Principal = NOBODY


def calling(*asked: Asked) -> AIMessage:
    return AIMessage(
        "", tool_calls=[ToolCall(name=name, args=args, id=f"c{n}") for n, (name, args) in enumerate(asked)]
    )


def agent_of(gate: Gate, *asked: Asked, tools: Any = (), **options: Any) -> Any:
    """An agent that makes these calls in one message and then says "Done."."""
    model = ScriptedChatModel(script=[calling(*asked), "Done."])
    middleware = GateMiddleware(gate, context_of=lambda session: session.tools, **options)
    return create_agent(
        model, list(tools), middleware=[middleware], context_schema=Session, checkpointer=InMemorySaver()
    )


async def run(agent: Any, given: Any, session: Session) -> Any:
    return await agent.ainvoke(given, {"configurable": {"thread_id": "t"}}, context=session, version="v2")


HELLO = {"messages": [("user", "hello")]}


def told(result: Any) -> list[ToolMessage]:
    return [message for message in result.value["messages"] if isinstance(message, ToolMessage)]


def answers(interrupt: Any, **decisions: bool) -> dict[str, Any]:
    """A host's answers: to each question of an interrupt, by the tool it is about."""
    return {"answers": {q["digest"]: {"approve": decisions[q["tool"]]} for q in interrupt.value}}


async def test_what_is_allowed_is_done_and_the_model_reads_the_result(shop: Shop, context_for: ContextFor) -> None:
    agent = agent_of(shop.gate, ("get_order", {"order_id": CANCEL["order_id"]}))
    result = await run(agent, HELLO, Session(context_for("canceler")))
    (message,) = told(result)
    assert outcome_of(message).outcome is Outcome.DONE
    assert CANCEL["order_id"] in str(message.content)
    assert message.status == "success"
    assert result.value["messages"][-1].text == "Done."


def test_the_same_from_sync_code(shop: Shop, context_for: ContextFor) -> None:
    agent = agent_of(shop.gate, ("get_order", {"order_id": CANCEL["order_id"]}))
    session = Session(context_for("canceler"))
    result = agent.invoke(HELLO, {"configurable": {"thread_id": "t"}}, context=session, version="v2")
    assert outcome_of(told(result)[0]).outcome is Outcome.DONE


async def test_sync_code_inside_a_running_loop_works_too(shop: Shop, context_for: ContextFor) -> None:
    agent = agent_of(shop.gate, ("get_order", {"order_id": CANCEL["order_id"]}))
    session = Session(context_for("canceler"))
    result = agent.invoke(HELLO, {"configurable": {"thread_id": "t"}}, context=session, version="v2")
    assert outcome_of(told(result)[0]).outcome is Outcome.DONE


async def test_what_is_forbidden_changes_nothing(
    shop: Shop, context_for: ContextFor, state_of: Callable[[], str]
) -> None:
    before = state_of()
    agent = agent_of(shop.gate, ("cancel_order", CANCEL), ("get_profile", {}))
    result = await run(agent, HELLO, Session(context_for("stranger")))
    cancel, profile = told(result)
    assert outcome_of(cancel).decisions[0].rule == "own-records-only"
    assert cancel.status == "error"
    assert outcome_of(profile).outcome is Outcome.DONE
    assert state_of() == before


async def test_a_tool_that_the_gate_does_not_know_is_refused(shop: Shop, context_for: ContextFor) -> None:
    ran = []

    @tool
    def launch(code: str) -> str:
        """Launch something."""
        ran.append(code)
        return "launched"

    agent = agent_of(shop.gate, ("launch", {"code": "1"}), ("no_such_tool", {}), tools=[launch])
    result = await run(agent, HELLO, Session(context_for("canceler")))
    assert [outcome_of(message).decisions[0].rule for message in told(result)] == ["not-behind-the-gate"] * 2
    assert ran == []
    free = agent_of(shop.gate, ("launch", {"code": "2"}), tools=[launch], free=["launch"])
    result = await run(free, HELLO, Session(context_for("canceler")))
    assert [message.content for message in told(result)] == ["launched"]
    assert ran == ["2"]


def test_what_is_behind_the_gate_cannot_be_free(shop: Shop) -> None:
    with pytest.raises(ConfigurationError, match="'cancel_order' is behind the gate and cannot be free"):
        GateMiddleware(shop.gate, free=["cancel_order"])


async def test_a_yes_that_is_missing_is_asked_for_by_the_model_and_binds_to_the_call(
    shop: Shop, context_for: ContextFor, state_of: Callable[[], str]
) -> None:
    before = state_of()
    order = CANCEL["order_id"]
    asked = ("change_order_address", {"order_id": order, "address": ADDRESS})
    result = await run(agent_of(shop.gate, asked), HELLO, Session(context_for("canceler")))
    (message,) = told(result)
    proposal = outcome_of(message).proposal
    assert outcome_of(message).outcome is Outcome.NEEDS_CONFIRMATION
    assert "Ask the customer for a yes to exactly this" in str(message.content)
    assert proposal is not None
    assert state_of() == before
    said_yes = replace(context_for("canceler", "turn-2"), request_confirmed=proposal.digest)
    elsewhere = ("change_order_address", {"order_id": order, "address": {**ADDRESS, "line1": "9 Elsewhere Road"}})
    result = await run(agent_of(shop.gate, elsewhere), HELLO, Session(said_yes))
    assert outcome_of(told(result)[0]).outcome is Outcome.NEEDS_CONFIRMATION
    assert state_of() == before
    result = await run(agent_of(shop.gate, asked), HELLO, Session(said_yes))
    assert outcome_of(told(result)[0]).outcome is Outcome.DONE
    assert state_of() != before


ADDRESS = {
    "line1": "1 New Street",
    "line2": "",
    "city": "Boston",
    "state": "MA",
    "postal_code": "02101",
    "country": "US",
}


async def test_questions_of_parallel_calls_surface_together_and_each_has_its_answer(
    shop: Shop, context_for: ContextFor
) -> None:
    order = CANCEL["order_id"]
    agent = agent_of(
        shop.gate,
        ("change_order_address", {"order_id": order, "address": ADDRESS}),
        ("change_profile_address", {"address": ADDRESS}),
        ("add_note", {"body": "rings twice"}),
        asks=True,
    )
    session = Session(context_for("canceler"))
    waiting = await run(agent, HELLO, session)
    assert sorted(item.value[0]["tool"] for item in waiting.interrupts) == [
        "change_order_address",
        "change_profile_address",
    ]
    profile = await shop.connectors.crm.customer(CAST["canceler"].customer_id)
    decided = {"change_order_address": True, "change_profile_address": False}
    resumed = {item.id: answers(item, **decided) for item in waiting.interrupts}
    result = await run(agent, Command(resume=resumed), session)
    outcomes = {message.name: outcome_of(message) for message in told(result)}
    assert outcomes["change_order_address"].outcome is Outcome.DONE
    assert outcomes["change_profile_address"].decisions[0].rule == "declined-by-customer"
    assert outcomes["add_note"].outcome is Outcome.DONE
    assert await shop.connectors.crm.customer(CAST["canceler"].customer_id) == profile
    changed = await shop.connectors.orders.order(str(order))
    assert changed is not None
    assert changed.shipping_address.line1 == "1 New Street"
    notes = await shop.connectors.crm.notes(CAST["canceler"].customer_id)
    assert [note.body for note in notes].count("rings twice") == 1


async def test_an_approval_counts_from_a_supervisor_for_whom_the_host_vouches(
    shop: Shop, context_for: ContextFor, state_of: Callable[[], str]
) -> None:
    before = state_of()
    session = Session(context_for("canceler"))
    agent = agent_of(shop.gate, ("cancel_order", CANCEL), asks=True, approver_of=lambda session: session.resumed_by)
    (first,) = (await run(agent, HELLO, session)).interrupts
    assert first.value[0]["awaits"] == "confirmation"
    (second,) = (await run(agent, Command(resume=answers(first, cancel_order=True)), session)).interrupts
    assert second.value[0]["awaits"] == "approval"
    assert state_of() == before
    result = await run(agent, Command(resume=answers(second, cancel_order=True)), replace(session, resumed_by=EVE))
    (message,) = told(result)
    assert outcome_of(message).outcome is Outcome.DONE
    assert "approved-by-staff" in [decision.rule for decision in outcome_of(message).decisions]
    assert len(await shop.connectors.payments.refunds(str(CANCEL["order_id"]))) == 1


@pytest.mark.parametrize(
    ("who", "approve", "ends"),
    [
        (Principal.guest(), True, Outcome.NEEDS_APPROVAL),
        (Principal.staff("joe", "agent"), True, Outcome.NEEDS_APPROVAL),
        (EVE, False, Outcome.REFUSED),
    ],
)
async def test_no_approval_no_refund(
    shop: Shop, context_for: ContextFor, state_of: Callable[[], str], who: Principal, approve: bool, ends: Outcome
) -> None:
    before = state_of()
    session = Session(context_for("canceler"))
    agent = agent_of(shop.gate, ("cancel_order", CANCEL), asks=True, approver_of=lambda session: session.resumed_by)
    (first,) = (await run(agent, HELLO, session)).interrupts
    (second,) = (await run(agent, Command(resume=answers(first, cancel_order=True)), session)).interrupts
    answer = answers(second, cancel_order=approve)
    result = await run(agent, Command(resume=answer), replace(session, resumed_by=who))
    assert outcome_of(told(result)[0]).outcome is ends
    assert state_of() == before


async def test_an_answer_to_something_else_is_no_answer_and_can_be_given_again(
    shop: Shop, context_for: ContextFor, state_of: Callable[[], str]
) -> None:
    before = state_of()
    session = Session(context_for("stranger"))
    agent = agent_of(shop.gate, ("change_profile_address", {"address": ADDRESS}), asks=True)
    (waiting,) = (await run(agent, HELLO, session)).interrupts
    wrongs: list[Any] = [{"answers": {"0" * 64: {"approve": True}}}, {"answers": {}}, {"approve": True}, True]
    for wrong in wrongs:
        with pytest.raises(ValueError, match="validation error"):
            await run(agent, Command(resume=wrong), session)
    assert state_of() == before
    result = await run(agent, Command(resume=answers(waiting, change_profile_address=True)), session)
    assert outcome_of(told(result)[0]).outcome is Outcome.DONE
