"""`shopgraph eval outage`: every provider fails in every way at every moment, and customers ask on."""

from __future__ import annotations

import asyncio
import logging
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields
from typing import Annotated

import typer
from pydantic import JsonValue

from shopgraph.domain import Principal
from shopgraph.evals.outage.provider import Fault, ScriptedProvider, Seen
from shopgraph.evals.outage.scenarios import ARGUMENTS, Moment, Scenario, every_scenario
from shopgraph.evals.report import CaseResult, EvalReport
from shopgraph.graphs import Orchestrator, build_orchestrator
from shopgraph.graphs.node import APOLOGY
from shopgraph.graphs.outbound import BLOCKED
from shopgraph.models.calling import CallPolicy
from shopgraph.models.chat import LiteLLMChat
from shopgraph.models.deployments import deployments_of
from shopgraph.models.pool import ModelPool
from shopgraph.models.router import IntentRouter
from shopgraph.models.routes import Route, Tier
from shopgraph.shop import Shop

CUSTOMER = Principal.customer("cus_tracker")
QUESTIONS = (
    "Tell me a bit about the balance bike.",
    "Wo ist meine Bestellung, bitte?",
    "Is there anything about my last order that I should know?",
    "Warum ist der Himmel über eurer Stadt so blau, und wann wird er grau?",
)
"""One that a workflow can serve, one in another language, one about an order, one that nobody can answer."""
POLICY = CallPolicy(deadline_s=10.0, timeout_s=1.0, hedge_after_s=0.5, backoff_s=0.02, cooldown_s=600.0)
"""Shorter than a shop's own, so that hanging providers do not take the evaluation hours; the cooldown outlasts it."""
GRACE_MS = 1000.0
"""For what the shop itself does before and after it asks models."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One customer's request during an outage, and how it ended."""

    scenario: Scenario
    ended: str
    """`answered`, `handed_over` or `lost`."""
    tier: str
    ms: float
    text: str


@dataclass(frozen=True, kw_only=True)
class Waits:
    """What one failing provider saw of the customers within its cooldown."""

    scenario: Scenario
    customers: int
    """How many different ones it failed."""
    requests: int
    """How many requests, retries of one visit included."""


class ToModels(IntentRouter):
    """The shipped router, of whose certainty nothing is left: every message goes to a model."""

    def route(self, text: str) -> Route:
        """Where a message would go, by way of the large model."""
        return super().route(text).model_copy(update={"tier": Tier.LARGE_MODEL})

    @classmethod
    def shipped(cls) -> ToModels:
        """Made of the default one."""
        known = IntentRouter.default()
        return cls(**{each.name: getattr(known, each.name) for each in fields(known)})


def evaluate(
    customers: Annotated[
        int, typer.Option(min=2, help="How many customers ask in each scenario, one after another.")
    ] = 4,
    fault: Annotated[list[Fault] | None, typer.Option(help="Only these faults; repeatable.")] = None,
) -> EvalReport:
    """Fail every provider in every way and at every moment; count who is answered, handed over, lost, kept waiting."""
    chosen = [scenario for scenario in every_scenario() if not fault or scenario.fault in fault]
    with quiet(), Shop.demo(stores=1) as shop:
        asked, waits = asyncio.run(_all(shop, chosen, customers))
    return EvalReport(name="outage", figures=_figures(asked, waits), cases=tuple(_cases(chosen, asked, waits)))


async def _all(shop: Shop, chosen: Sequence[Scenario], customers: int) -> tuple[list[Asked], list[Waits]]:
    await _warm_up(shop)
    asked: list[Asked] = []
    waits: list[Waits] = []
    for scenario in chosen:
        with ExitStack() as stack:
            servers = [stack.enter_context(ScriptedProvider(script=script)) for script in scenario.providers]
            orchestrator = _orchestrator(shop, scenario, servers)
            asked += [await _ask(orchestrator, scenario, number) for number in range(customers)]
            waits += [_waits(scenario, server.seen) for server in servers]
    return asked, waits


async def _warm_up(shop: Shop) -> None:
    """Load LiteLLM, as a server does at its start, and take one answer that is not counted."""
    await ModelPool(()).warm()
    works = Scenario(fault=Fault.NONE, moment=Moment.FIRST_CALL, stream=True)
    with ExitStack() as stack:
        servers = [stack.enter_context(ScriptedProvider(script=script)) for script in works.providers]
        orchestrator = _orchestrator(shop, works, servers)
        await _ask(orchestrator, works, 0)


def _orchestrator(shop: Shop, scenario: Scenario, servers: Sequence[ScriptedProvider]) -> Orchestrator:
    model_list = [
        {"model_name": name, "litellm_params": {"model": f"openai/{name}", "api_base": server.url, "api_key": "none"}}
        for name, server in zip(("large", "small"), servers, strict=True)
    ]
    policy = POLICY.model_copy(update={"stream": scenario.stream})
    deployments = deployments_of(model_list, {"small": Tier.SMALL_MODEL, "large": Tier.LARGE_MODEL})
    pool = ModelPool(deployments, calls=policy)
    model = LiteLLMChat(model="large", shared=pool)
    return build_orchestrator(shop, model=model, router=ToModels.shipped())


async def _ask(orchestrator: Orchestrator, scenario: Scenario, number: int) -> Asked:
    text = f"{QUESTIONS[number % len(QUESTIONS)]}\n({number})"
    started = time.perf_counter()
    tier = ""
    try:
        answer = await orchestrator.ask(text, principal=CUSTOMER)
    except Exception as error:
        ended, said = "lost", f"{type(error).__name__}: {error}"
    else:
        tier, said = answer.route.tier, answer.answer
        handed = any(action.type == "handoff" for action in answer.actions)
        ended = "lost" if said in (APOLOGY, BLOCKED, "") else "handed_over" if handed else "answered"
    ms = (time.perf_counter() - started) * 1000
    if ms > POLICY.deadline_s * 1000 + GRACE_MS:
        ended, said = "lost", f"after {ms:.0f} ms: {said}"
    return Asked(scenario=scenario, ended=ended, tier=tier, ms=ms, text=said)


def _waits(scenario: Scenario, seen: Sequence[Seen]) -> Waits:
    """A model that writes wrong arguments is alive and answers; it is no wait."""
    failed = [each for each in seen if each.fault is not Fault.NONE and each.fault not in ARGUMENTS]
    return Waits(scenario=scenario, customers=len({each.text for each in failed}), requests=len(failed))


def _figures(asked: Sequence[Asked], waits: Sequence[Waits]) -> dict[str, JsonValue]:
    by_fault: dict[str, list[Asked]] = defaultdict(list)
    by_moment: dict[str, list[Asked]] = defaultdict(list)
    for each in asked:
        by_fault[each.scenario.fault].append(each)
        by_moment[each.scenario.moment].append(each)
    times = [each.ms for each in asked]
    return {
        **_counts(asked),
        "by_tier": dict(sorted(Counter(each.tier or "none" for each in asked).items())),
        "by_fault": {name: _counts(part) for name, part in by_fault.items()},
        "by_moment": {name: _counts(part) for name, part in by_moment.items()},
        "ms": {"p50": round(statistics.median(times), 1), "p99": round(statistics.quantiles(times, n=100)[98], 1)},
        "deadline_ms": POLICY.deadline_s * 1000,
        "providers_failed": sum(each.requests > 0 for each in waits),
        "most_customers_of_a_failed_provider": max(each.customers for each in waits),
        "most_requests_to_a_failed_provider": max(each.requests for each in waits),
    }


def _counts(asked: Sequence[Asked]) -> dict[str, JsonValue]:
    ended = Counter(each.ended for each in asked)
    return {"n": len(asked), **{name: ended[name] for name in ("answered", "handed_over", "lost")}}


def _cases(chosen: Sequence[Scenario], asked: Sequence[Asked], waits: Sequence[Waits]) -> Iterator[CaseResult]:
    for scenario in chosen:
        mine = [each for each in asked if each.scenario == scenario]
        lost = [each.text for each in mine if each.ended == "lost"]
        twice = [each for each in waits if each.scenario == scenario and each.customers > 1]
        detail = [f"lost: {text}" for text in lost]
        detail += [f"a provider that had failed kept {each.customers} customers waiting" for each in twice]
        seconds = sum(each.ms for each in mine) / 1000
        yield CaseResult(id=scenario.id, passed=not detail, detail="; ".join(detail), seconds=seconds)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep out of the log the thousand faults that are made on purpose."""
    log = logging.getLogger("shopgraph.graphs.agent")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)
