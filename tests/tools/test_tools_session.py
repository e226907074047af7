"""A conversation in front of the gate: one customer, one call per message, and a yes to exactly one thing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shopgraph.connectors.embedded import EmbeddedShop
from shopgraph.domain import Principal
from shopgraph.guards.policy import load_bundle
from shopgraph.tools.gate import Gate
from shopgraph.tools.session import Message, Session
from shopgraph.tools.spec import Outcome, Services, ToolCall

Start = Callable[..., Session]

CANCEL = ToolCall(tool="cancel_order", arguments={"order_id": "#P1", "reason": "no_longer_needed"}, call_id="c1")
OTHER = CANCEL.model_copy(update={"arguments": {"order_id": "#P1", "reason": "ordered_by_mistake"}})
HANDOFF = ToolCall(tool="handoff", arguments={"reason": "asked", "summary": ""}, call_id="c2")


@pytest.fixture
def start(gate: Gate, services: Services) -> Start:
    """Starts a conversation, under the rules of the packaged bundle of that name."""

    def begin(customer_id: str = "", bundle: str = "tau2-retail") -> Session:
        return Session(
            gate=gate,
            services=services,
            policy=load_bundle(bundle),
            region_id="us-northeast",
            principal=Principal.customer(customer_id) if customer_id else None,
        )

    return begin


async def test_a_look_up_identifies_and_nobody_follows(start: Start, shop: EmbeddedShop) -> None:
    session = start()
    found = await session.identify_by_email("ANN@example.com", call_id="1")
    assert (found.outcome, found.result) == (Outcome.DONE, {"customer_id": "ann"})
    assert session.principal == Principal.customer("ann", method="email")
    again = await session.identify_by_name("Ann", "Example", "02101", call_id="2")
    assert again.outcome is Outcome.DONE
    answers = [
        await session.identify_by_email(email, call_id="3") for email in ("bob@example.com", "nobody@example.com")
    ]
    assert [answer.outcome for answer in answers] == [Outcome.REFUSED, Outcome.REFUSED]
    assert answers[0] == answers[1]
    assert session.principal.customer_id == "ann"


async def test_whom_nobody_knows_is_not_identified(start: Start) -> None:
    session = start()
    assert (await session.identify_by_email("nobody@example.com", call_id="1")).outcome is Outcome.INVALID
    assert session.principal == Principal.guest()


async def test_a_bundle_without_look_ups_identifies_nobody(start: Start) -> None:
    session = start(bundle="default")
    assert not load_bundle("default").identification
    for answer in (
        await session.identify_by_email("ann@example.com", call_id="1"),
        await session.identify_by_name("Ann", "Example", "02101", call_id="2"),
    ):
        assert answer.outcome is Outcome.REFUSED
        assert answer.decisions[0].rule == "look-up-not-enabled"
    assert session.principal == Principal.guest()


@pytest.mark.parametrize(
    ("message", "rule"),
    [
        (Message(confirmed=CANCEL, calls=2), "one-call-per-message"),
        (Message(confirmed=CANCEL, text="Done."), "call-or-speak"),
        (Message(), "confirm-first"),
        (Message(confirmed=OTHER), "confirm-first"),
        (Message(confirmed=HANDOFF), "confirm-first"),
        (Message(confirmed=CANCEL.model_copy(update={"tool": "nothing"})), "confirm-first"),
        (Message(confirmed=CANCEL.model_copy(update={"arguments": {}})), "confirm-first"),
    ],
)
async def test_a_message_that_breaks_a_rule_does_nothing(
    start: Start, shop: EmbeddedShop, message: Message, rule: str
) -> None:
    before = shop.dump()
    outcome = await start("ann").call(CANCEL, message)
    assert outcome.outcome in (Outcome.REFUSED, Outcome.NEEDS_CONFIRMATION)
    assert outcome.decisions[-1].rule == rule
    assert shop.dump() == before


async def test_a_yes_to_exactly_this_is_enough(start: Start) -> None:
    outcome = await start("ann").call(CANCEL, Message(confirmed=CANCEL, text=" \n"))
    assert outcome.outcome is Outcome.DONE


async def test_a_person_is_the_last_resort_where_the_bundle_says_so(start: Start, shop: EmbeddedShop) -> None:
    served = Message(request_served_by_tools=True)
    before = shop.dump()
    refused = await start("ann").call(HANDOFF, served)
    assert refused.decisions[0].rule == "handoff-last-resort"
    assert shop.dump() == before
    assert (await start("ann").call(HANDOFF, Message())).outcome is Outcome.DONE
    assert (
        await start("ann", bundle="default").call(HANDOFF.model_copy(update={"call_id": "c3"}), served)
    ).outcome is (Outcome.DONE)


def test_a_call_about_another_customer_is_refused_by_name(start: Start) -> None:
    assert start("ann").not_about_another(CANCEL, "ann") is None
    refused = start("ann").not_about_another(CANCEL, "bob")
    assert refused is not None
    assert refused.decisions[0].rule == "own-records-only"
