"""Limits: what was done counts, to the instant and to the cent, whoever calls, however many call at once."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from shopgraph.clock import FixedClock
from shopgraph.connectors.embedded import EmbeddedShop, create_shop, open_shop
from shopgraph.domain import Money, PastCall, Principal
from shopgraph.errors import ConfigurationError
from shopgraph.guards.calendars import RegionCalendar
from shopgraph.guards.decisions import Decision, Effect, PolicyRequest
from shopgraph.guards.limits import Limit
from shopgraph.guards.policy import PolicyBundle
from shopgraph.tools.gate import Gate
from shopgraph.tools.limits import excess
from shopgraph.tools.spec import GateOutcome, Outcome, Proposal, Services, ToolCall, ToolContext

Ask = Callable[..., ToolContext]
CANCEL: dict[str, JsonValue] = {"order_id": "#P1", "reason": "no_longer_needed"}
PAID = "185.09 USD"
"""What is refunded when #P1 is canceled."""
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
NOTE: dict[str, JsonValue] = {"body": "please ring twice"}
MAX = Principal.staff("max", "agent")
EVE = Principal.staff("eve", "agent", "supervisor")


def limit(**fields: object) -> Limit:
    given = {
        "id": "some",
        "actions": ("add_note",),
        "per": "customer",
        "days": 1,
        "reason": "{done} of {limit} in {days}, {asked} asked",
    }
    return Limit.model_validate({**given, **fields})


@dataclass(frozen=True)
class Limited:
    """The default rules with limits of the test's own."""

    bundle: PolicyBundle
    limits: tuple[Limit, ...]

    @property
    def version(self) -> str:
        return self.bundle.version

    @property
    def identification(self) -> tuple[str, ...]:
        return self.bundle.identification

    def decide(self, request: PolicyRequest) -> Decision:
        return self.bundle.decide(request)

    def calendar(self, region_id: str, at: datetime) -> RegionCalendar:
        return self.bundle.calendar(region_id, at)

    def limits_on(self, action: str) -> tuple[Limit, ...]:
        return tuple(each for each in self.limits if action in each.actions)


@dataclass
class Caller:
    """Calls tools under certain limits, with fresh call ids."""

    gate: Gate
    context: ToolContext
    ids: Iterator[int] = field(default_factory=count)

    async def __call__(
        self, tool: str, arguments: dict[str, JsonValue], *, call_id: str = "", **context: Any
    ) -> GateOutcome:
        asking = replace(self.context, **context)
        digest = Proposal.digest_of(tool, arguments, asking.principal)
        call = ToolCall(tool=tool, arguments=arguments, call_id=call_id or f"call-{next(self.ids)}")
        return await self.gate.call(replace(asking, request_confirmed=digest), call)

    def at(self, instant: datetime) -> Services:
        return replace(self.context.services, clock=FixedClock(instant))

    @property
    def now(self) -> datetime:
        return self.context.services.clock.now()


Under = Callable[..., Caller]


@pytest.fixture
def under(gate: Gate, ask: Ask, policy: PolicyBundle) -> Under:
    """`under(limit(...))` calls for Ann under those limits."""

    ids = count()

    def make(*limits: Limit) -> Caller:
        context = ask("ann")
        limited = Limited(policy, limits)
        return Caller(gate, replace(context, services=replace(context.services, policy=limited)), ids)

    return make


async def test_beyond_the_limit_nothing_happens_and_the_decision_says_when_it_will(
    under: Under, shop: EmbeddedShop
) -> None:
    act = under(limit(count=2, remedy="Write it into the last note."))
    first = await act("add_note", NOTE, services=act.at(act.now - DAY + timedelta(hours=1, seconds=30)))
    second = await act("add_note", NOTE)
    assert (first.outcome, second.outcome) == (Outcome.DONE, Outcome.DONE)
    before = shop.dump()
    third = await act("add_note", NOTE)
    assert third.outcome is Outcome.REFUSED
    assert third.result is None
    (decision,) = third.decisions
    assert (decision.rule, decision.effect) == ("some", Effect.DENY)
    assert decision.reason == "2 of 2 in 1, 1 asked"
    assert decision.remedy == "Write it into the last note. It is possible again from 2026-06-01 13:01 UTC."
    again = act.now + timedelta(hours=1, seconds=30)
    assert decision.numbers == {
        "done": "2",
        "limit": "2",
        "days": "1",
        "asked": "1",
        "per": "customer",
        "possible_again_at": again.isoformat(),
    }
    assert decision.policy_version
    assert shop.dump() == before
    assert (await act("add_note", NOTE, services=act.at(again - TICK))).outcome is Outcome.REFUSED
    assert (await act("add_note", NOTE, services=act.at(again))).outcome is Outcome.DONE


async def test_judging_says_it_too_and_counts_nothing(under: Under) -> None:
    act = under(limit(count=1))
    call = ToolCall(tool="add_note", arguments=NOTE, call_id="judged")
    for _ in range(3):
        assert (await act.gate.judge(act.context, call)).outcome is Outcome.READY
    await act("add_note", NOTE)
    assert (await act.gate.judge(act.context, call)).decisions[0].rule == "some"


async def test_what_was_not_done_does_not_count_and_a_replay_is_none_more(under: Under) -> None:
    act = under(limit(count=2, actions=("add_note", "cancel_order")))
    assert (await act("add_note", NOTE, call_id="one")).outcome is Outcome.DONE
    for _ in range(5):
        assert (await act("add_note", NOTE, call_id="one")).outcome is Outcome.REPLAYED
        assert (await act("add_note", {"body": ""})).outcome is Outcome.INVALID
        assert (await act("cancel_order", {**CANCEL, "order_id": "#S1"})).decisions[0].rule == "cancel-only-pending"
        assert (await act("cancel_order", {**CANCEL, "order_id": "#P2"})).decisions[0].rule == "own-records-only"
        unconfirmed = ToolCall(tool="cancel_order", arguments=CANCEL, call_id="unconfirmed")
        assert (await act.gate.call(act.context, unconfirmed)).outcome is Outcome.NEEDS_CONFIRMATION
    assert (await act("add_note", NOTE)).outcome is Outcome.DONE
    assert (await act("add_note", NOTE, call_id="one")).outcome is Outcome.REPLAYED, "even where nothing more may be"
    assert (await act("add_note", NOTE)).outcome is Outcome.REFUSED


@pytest.mark.parametrize(("most", "ends"), [("185.09", Outcome.DONE), ("185.08", Outcome.REFUSED)])
async def test_an_amount_holds_to_the_cent(under: Under, shop: EmbeddedShop, most: str, ends: Outcome) -> None:
    act = under(limit(actions=("cancel_order",), amounts=[f"{most} USD"]))
    before = shop.dump()
    outcome = await act("cancel_order", CANCEL)
    assert outcome.outcome is ends
    if ends is Outcome.REFUSED:
        assert outcome.decisions[0].reason == f"0.00 USD of {most} USD in 1, {PAID} asked"
        assert outcome.decisions[0].remedy == f"At most {most} USD is possible."
        assert shop.dump() == before
        assert await shop.connectors.payments.refunds("#P1") == ()


async def test_a_person_lets_it_through_and_it_counts_all_the_same(under: Under, shop: EmbeddedShop) -> None:
    act = under(limit(actions=("cancel_order", "add_note"), count=1, effect="approve"))
    await act("add_note", NOTE)
    before = shop.dump()
    waiting = await act("cancel_order", CANCEL)
    assert waiting.outcome is Outcome.NEEDS_APPROVAL
    assert waiting.proposal is not None
    assert [decision.rule for decision in waiting.decisions] == ["own-records", "some"]
    assert (await act("cancel_order", CANCEL, principal=MAX)).outcome is Outcome.NEEDS_APPROVAL
    assert shop.dump() == before
    done = await act("cancel_order", CANCEL, approvals={waiting.proposal.digest: "eve"})
    assert done.outcome is Outcome.DONE
    assert [decision.rule for decision in done.decisions] == ["own-records", "some", "approved-by-staff"]
    third = await act("add_note", NOTE)
    assert third.decisions[-1].numbers["done"] == "2"


@pytest.mark.parametrize("effect", ["approve", "deny"])
async def test_a_limit_that_is_reached_after_the_judgment_is_named(
    under: Under, shop: EmbeddedShop, effect: str
) -> None:
    act = under(limit(actions=("cancel_order", "add_note"), count=1, effect=effect))
    digest = Proposal.digest_of("cancel_order", CANCEL, act.context.principal)
    context = replace(act.context, request_confirmed=digest, approvals={digest: "eve"})
    call = ToolCall(tool="cancel_order", arguments=CANCEL, call_id="the one")
    before = await act.gate.judged(context, call)
    assert [decision.rule for decision in before.outcome.decisions] == ["own-records"]
    await act("add_note", NOTE)
    held = shop.dump()
    ended = await act.gate.call(context, call, before)
    if effect == "approve":
        assert ended.outcome is Outcome.DONE
        assert [decision.rule for decision in ended.decisions] == ["own-records", "some", "approved-by-staff"]
    else:
        assert ended.outcome is Outcome.REFUSED
        assert [decision.rule for decision in ended.decisions] == ["some"]
        assert shop.dump() == held


async def test_a_supervisor_approves_by_calling_but_no_role_passes_a_refusal(under: Under, shop: EmbeddedShop) -> None:
    approvable = limit(id="approvable", actions=("cancel_order",), amounts=["1.00 USD"], effect="approve")
    assert (await under(approvable)("cancel_order", CANCEL, principal=EVE)).outcome is Outcome.DONE
    before = shop.dump()
    fixed = under(limit(actions=("cancel_order",), amounts=["1.00 USD"]))
    bobs: dict[str, JsonValue] = {**CANCEL, "order_id": "#P2"}
    refused = await fixed("cancel_order", bobs, principal=EVE)
    assert refused.outcome is Outcome.REFUSED
    assert refused.decisions[0].rule == "some"
    assert shop.dump() == before


async def test_a_customers_calls_count_whoever_makes_them(under: Under) -> None:
    act = under(limit(count=1, actions=("cancel_order", "add_note")))
    assert (await act("cancel_order", CANCEL, principal=MAX)).outcome is Outcome.DONE
    assert (await act("add_note", NOTE)).outcome is Outcome.REFUSED
    assert (await act("add_note", NOTE, principal=Principal.customer("bob"))).outcome is Outcome.DONE


async def test_agents_count_apart_and_staff_by_who_they_are(under: Under) -> None:
    act = under(limit(count=1, per="agent"))
    for agent in ("chat", "mcp", ""):
        assert (await act("add_note", NOTE, agent=agent)).outcome is Outcome.DONE
        again = await act("add_note", NOTE, agent=agent, principal=Principal.customer("bob"))
        assert again.outcome is Outcome.REFUSED, "whoever it is for"
    on_order: dict[str, JsonValue] = {**NOTE, "order_id": "#P1"}
    for person in (MAX, EVE):
        assert (await act("add_note", on_order, agent="chat", principal=person)).outcome is Outcome.DONE
        again = await act("add_note", on_order, agent="another", principal=person)
        assert again.decisions[0].rule == "some"


async def test_conversations_count_apart(under: Under) -> None:
    act = under(limit(count=1, per="conversation"))
    for conversation in ("one", "two"):
        assert (await act("add_note", NOTE, conversation_id=conversation)).outcome is Outcome.DONE
        assert (await act("add_note", NOTE, conversation_id=conversation)).outcome is Outcome.REFUSED
    for _ in range(2):
        assert (await act("add_note", NOTE, conversation_id="")).outcome is Outcome.DONE, "there is none to count"


async def test_a_limit_that_cannot_be_judged_lets_nothing_through(under: Under, shop: EmbeddedShop) -> None:
    before = shop.dump()
    foreign = await under(limit(actions=("cancel_order",), amounts=["500.00 EUR"]))("cancel_order", CANCEL)
    assert foreign.outcome is Outcome.FAILED
    assert foreign.error.startswith("Limit some has no amount in USD.")
    read = await under(limit(actions=("get_order",), count=9))("get_order", {"order_id": "#P1"})
    assert read.outcome is Outcome.FAILED
    assert "not counted" in read.error
    assert read.result is None
    assert shop.dump() == before


async def test_the_demo_chain_counts_what_goes_back_to_a_customer(
    gate: Gate, ask: Ask, policy: PolicyBundle, shop: EmbeddedShop
) -> None:
    act = Caller(gate, ask("ann"))
    for _ in range(30):
        assert (await act("add_note", NOTE)).outcome is Outcome.DONE
    assert (await act("add_note", NOTE)).decisions[0].rule == "notes-per-day"
    assert {each.id for each in policy.limits_on("cancel_order")} >= {"refunds-per-day", "refund-requests-per-day"}
    assert (await act("cancel_order", CANCEL)).outcome is Outcome.DONE
    past = await shop.connectors.records.done(["cancel_order"], since=act.now - DAY, customer_id="ann")
    assert [str(call.amount) for call in past] == [PAID]


instants = st.integers(0, 24 * 3600 * 10**6 - 1).map(lambda micros: datetime(2026, 6, 1, tzinfo=UTC) + micros * TICK)
usd = st.integers(0, 500).map(lambda minor: Money(amount=minor, currency="USD"))
pasts = st.lists(st.builds(PastCall, at=instants, amount=st.none() | usd), max_size=6).map(
    lambda calls: sorted(calls, key=lambda call: call.at)
)


@given(past=pasts, most=st.integers(1, 500), asked=usd)
def test_an_amount_is_possible_from_the_instant_that_is_told_and_not_before(
    past: list[PastCall], most: int, asked: Money
) -> None:
    bound = limit(amounts=[Money(amount=most, currency="USD")])
    window = bound.window

    def over(at: datetime) -> bool:
        spent = sum(call.amount.amount for call in past if call.amount and call.at > at - window)
        return asked.amount > 0 and spent + asked.amount > most

    now = datetime(2026, 6, 2, tzinfo=UTC) - TICK
    found = excess(bound, past, asked)
    assert (found is not None) == over(now)
    if found is not None and found.again is not None:
        assert not over(found.again)
        assert over(found.again - TICK)
    if found is not None and found.again is None:
        assert asked.amount > most


@given(past=pasts, most=st.integers(1, 4))
def test_a_count_is_possible_from_the_instant_that_is_told_and_not_before(past: list[PastCall], most: int) -> None:
    bound = limit(count=most)

    def over(at: datetime) -> bool:
        return sum(call.at > at - bound.window for call in past) >= most

    found = excess(bound, past, None)
    assert (found is not None) == over(datetime(2026, 6, 2, tzinfo=UTC) - TICK)
    if found is not None:
        assert found.again is not None
        assert not over(found.again)
        assert over(found.again - TICK)


def test_a_negative_or_missing_amount_goes_beyond_nothing_and_an_unknown_currency_is_an_error() -> None:
    bound = limit(amounts=["1.00 USD"])
    for nothing in (None, Money(amount=0, currency="JPY"), Money(amount=-5, currency="USD")):
        assert excess(bound, [], nothing) is None
    with pytest.raises(ConfigurationError, match="no amount in JPY"):
        excess(bound, [], Money(amount=1, currency="JPY"))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def workers(request: pytest.FixtureRequest, made_once: Path, tmp_path: Path) -> Iterator[list[EmbeddedShop]]:
    """The small shop, opened by two workers at once."""
    if request.param == "sqlite":
        url = f"sqlite:///{shutil.copy(made_once, tmp_path / 'two.db')}"
    else:
        url = request.getfixturevalue("postgres_database")
        with open_shop(f"sqlite:///{made_once}") as small, create_shop(url, small.meta) as copy:
            copy.load(small.dump())
    with open_shop(url) as one, open_shop(url) as two:
        yield [one, two]


@pytest.mark.parametrize("per", ["customer", "agent", "conversation"])
async def test_two_workers_do_not_go_beyond_a_limit_together(
    workers: list[EmbeddedShop], under: Under, per: str
) -> None:
    act = under(limit(count=3, per=per))

    async def note(number: int) -> Outcome:
        services = replace(act.context.services, connectors=workers[number % 2].connectors)
        return (await act("add_note", NOTE, services=services)).outcome

    outcomes = await asyncio.gather(*(note(number) for number in range(12)))
    assert sorted(outcomes) == [Outcome.DONE] * 3 + [Outcome.REFUSED] * 9
    past = await workers[0].connectors.records.done(["add_note"], since=act.now - DAY, customer_id="ann")
    assert len(past) == 3


async def test_two_workers_answer_one_request_once_even_at_the_limit(workers: list[EmbeddedShop], under: Under) -> None:
    act = under(limit(count=1))

    async def note(number: int) -> GateOutcome:
        services = replace(act.context.services, connectors=workers[number % 2].connectors)
        return await act("add_note", NOTE, services=services, call_id="the one")

    outcomes = await asyncio.gather(*(note(number) for number in range(8)))
    assert sorted(each.outcome for each in outcomes) == [Outcome.DONE] + [Outcome.REPLAYED] * 7
    assert len({str(each.result) for each in outcomes}) == 1
