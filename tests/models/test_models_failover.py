"""The next provider after a fault and beside a slow one; cooldowns and retries. Nothing here waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.errors import ModelFault
from shopgraph.models.calling import CallPolicy
from shopgraph.models.failover import Failover, Won
from shopgraph.models.faults import FaultKind, fault, kind
from shopgraph.models.health import Health, RetryBudget

FOREVER = object()
Doing = str | FaultKind | ModelFault | object


@dataclass
class Now:
    """A clock that is set by hand."""

    at: float = 1000.0

    def __call__(self) -> float:
        return self.at


@dataclass
class Providers:
    """What each provider does, call by call; the last entry again and again."""

    doing: dict[str, Sequence[Doing]]
    asked: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def attempt(self, name: str, seconds: float) -> str:
        turn = self.asked.count(name)
        self.asked.append(name)
        self.begun.set()
        does = self.doing[name][min(turn, len(self.doing[name]) - 1)]
        if does is FOREVER:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.given_up.append(name)
                raise
        if isinstance(does, FaultKind):
            raise fault(does, name)
        if isinstance(does, ModelFault | asyncio.CancelledError):
            raise does
        return str(does)


@dataclass
class Bench:
    """A pool's parts, for several calls one after another."""

    providers: Providers
    policy: CallPolicy
    now: Now = field(default_factory=Now)
    told: list[tuple[str, str, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.health = Health(self.policy.cooldown_s, self.now)
        self.retries = RetryBudget(self.policy.retry_share)

    async def call(self, seconds: float = 60) -> Won[str]:
        return await Failover(
            model="m",
            deployments=list(self.providers.doing),
            attempt=self.providers.attempt,
            policy=self.policy,
            health=self.health,
            retries=self.retries,
            seconds=seconds,
            told=lambda name, outcome, ms, hedged: self.told.append((name, outcome, hedged)),
        ).run()


def bench(policy: CallPolicy | None = None, **doing: Sequence[Doing]) -> Bench:
    return Bench(Providers(doing), policy or CallPolicy(retries=0, hedge_after_s=None))


@pytest.mark.parametrize("what", [each for each in FaultKind if each is not FaultKind.SLOW])
async def test_the_next_one_answers_after_any_fault(what: FaultKind) -> None:
    both = bench(a=[what], b=["hello"])
    won = await both.call()
    assert (won.deployment, won.answer) == ("b", "hello")
    assert both.told == [("a", str(what), False), ("b", "ok", False)]


async def test_a_provider_that_failed_is_left_alone_until_its_cooldown_ends_and_then_tried_once() -> None:
    both = bench(a=[FaultKind.TIMEOUT, FaultKind.TIMEOUT, "back"], b=["hello"])
    for _ in range(4):
        await both.call()
    assert both.providers.asked.count("a") == 1
    both.now.at += both.policy.cooldown_s
    await both.call()
    assert both.providers.asked.count("a") == 2
    both.now.at += both.policy.cooldown_s  # the second cooldown is twice as long
    await both.call()
    assert both.providers.asked.count("a") == 2
    both.now.at += both.policy.cooldown_s
    assert (await both.call()).deployment == "a"
    assert (await both.call()).deployment == "a"


async def test_after_a_cooldown_one_request_tries_and_the_others_go_elsewhere() -> None:
    health = Health(30, now := Now())
    health.failed("a")
    now.at += 30
    assert health.admits("a")
    health.entered("a")
    assert not health.admits("a")
    health.succeeded("a")
    assert health.admits("a")


async def test_what_a_request_is_to_blame_for_begins_no_cooldown() -> None:
    both = bench(a=[FaultKind.TOO_LONG, "short enough"], b=["hello"])
    assert (await both.call()).deployment == "b"
    assert (await both.call()).deployment == "a"


async def test_when_all_are_in_their_cooldown_nobody_is_asked() -> None:
    both = bench(a=[FaultKind.NO_API], b=[FaultKind.WRONG_KEY])
    with pytest.raises(ModelFault) as first:
        await both.call()
    assert "api_key names" in first.value.remedy  # of what can be mended
    with pytest.raises(ModelFault, match="failed a moment ago") as second:
        await both.call()
    assert kind(second.value) is FaultKind.COOLING
    assert both.providers.asked == ["a", "b"]


async def test_beside_a_slow_one_the_next_is_asked_and_the_slow_one_rests() -> None:
    policy = CallPolicy(retries=0, hedge_after_s=0.001)
    both = bench(policy, a=[FOREVER], b=["hello"])
    assert (await both.call()).deployment == "b"
    assert both.told == [("b", "ok", True), ("a", "slow", False)]
    assert both.providers.given_up == ["a"]
    assert (await both.call()).deployment == "b"
    assert both.providers.asked == ["a", "b", "b"]


async def test_at_the_deadline_everything_is_given_up() -> None:
    one = bench(a=[FOREVER])
    with pytest.raises(ModelFault, match="did not answer in time"):
        await one.call(seconds=0.2)
    assert one.providers.given_up == ["a"]
    assert not one.health.admits("a")


async def test_a_caller_who_leaves_leaves_nothing_running() -> None:
    one = bench(a=[FOREVER])
    call = asyncio.create_task(one.call())
    await one.providers.begun.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert one.providers.given_up == ["a"]
    assert one.health.admits("a")  # it did nothing wrong


async def test_what_somebody_waited_for_too_long_keeps_nobody_else_waiting() -> None:
    one = bench(CallPolicy(retries=0, hedge_after_s=1e-9), a=[FOREVER])
    call = asyncio.create_task(one.call())
    await one.providers.begun.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert not one.health.admits("a")


@pytest.mark.parametrize(
    ("what", "asked"), [(FaultKind.SERVER_ERROR, 2), (FaultKind.RATE_LIMITED, 2), (FaultKind.WRONG_KEY, 1)]
)
async def test_a_quick_fault_is_tried_once_more_in_the_same_visit(what: FaultKind, asked: int) -> None:
    policy = CallPolicy(retries=1, backoff_s=0, hedge_after_s=None)
    both = bench(policy, a=[what], b=["hello"])
    await both.call()
    await both.call()
    assert both.providers.asked.count("a") == asked


async def test_who_wants_a_long_pause_gets_it_and_is_not_waited_for() -> None:
    limited = fault(FaultKind.RATE_LIMITED, "a", retry_after=120)
    both = bench(CallPolicy(retries=1, hedge_after_s=None), a=[limited, "back"], b=["hello"])
    assert (await both.call()).deployment == "b"
    assert both.health.rests_for("a") == 120


async def test_a_call_that_its_library_cancels_by_itself_is_a_fault_and_ends_no_request() -> None:
    both = bench(a=[asyncio.CancelledError()], b=["hello"])
    assert (await both.call()).deployment == "b"
    assert both.told[0] == ("a", str(FaultKind.FAILED), False)
    assert not both.health.admits("a")


async def test_an_error_of_our_own_is_no_fault_of_a_provider() -> None:
    def broken() -> Callable[[str, float], object]:
        async def attempt(name: str, seconds: float) -> str:
            raise AssertionError("a bug")

        return attempt

    one = bench(a=["hello"])
    one.providers.attempt = broken()  # type: ignore[method-assign,assignment]
    with pytest.raises(ModelFault, match="a bug"):
        await one.call()


@given(st.lists(st.booleans(), max_size=200), st.floats(0, 1))
def test_retries_stay_a_share_of_the_calls(wants: list[bool], share: float) -> None:
    budget, retried = RetryBudget(share), 0
    for wanted in wants:
        budget.earn()
        retried += wanted and budget.spend()
    assert retried <= 10 + share * len(wants)
    assert share or not retried


@given(st.lists(st.tuples(st.sampled_from(["fail", "ask", "succeed"]), st.floats(0, 50)), max_size=40))
def test_nobody_is_admitted_within_a_cooldown(steps: list[tuple[str, float]]) -> None:
    now = Now()
    health = Health(30, now)
    rests_until = 0.0
    for step, passed in steps:
        now.at += passed
        if step == "fail":
            health.failed("a")
            rests_until = now.at + health.rests_for("a")
        elif step == "succeed" and now.at >= rests_until:
            health.succeeded("a")
        assert now.at >= rests_until or not health.admits("a")
