"""`shopgraph eval gate-cost`: what a call costs by way of the gate, beside the same function as a bare tool.

The shipped default bundle and schema judge; records lie in memory, and the tools' own work is nothing, so that what is
measured is the gate and no database. The floor under it is one Cedar decision, measured alone in the same run.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, cast
from unittest.mock import patch

import cedarpy
import typer
from langchain_core.tools import StructuredTool
from pydantic import JsonValue

from shopgraph.clock import FixedClock
from shopgraph.connectors.ports import Connectors
from shopgraph.domain import Money, PastCall, Principal, StoredRequest, Value
from shopgraph.errors import ConfigurationError
from shopgraph.evals.report import EvalReport
from shopgraph.guards.policy import load_bundle
from shopgraph.tools.gate import Gate
from shopgraph.tools.registry import default_tools
from shopgraph.tools.spec import Outcome, Proposal, Services, Subject, ToolCall, ToolContext, ToolSpec

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
ANN = Principal.customer("customer_ann")
ORDER = "#D1000001"
REFUND = Money(amount=4999, currency="USD")
BLOCK = 50
"""Calls of one kind in a row. The first block of each is not counted."""
FACTS: dict[str, JsonValue] = {
    "order_status": "pending",
    "items_changed": False,
    "open_return": False,
    "open_exchange": False,
    "payment_changed": False,
    "reason": "no_longer_needed",
    "refund_minor": REFUND.amount,
    "currency": REFUND.currency,
    "approval_above_minor": 50000,
}
"""Of a cancellation that is allowed."""


class Found(Value):
    """What the measured tools give back."""

    order_id: str
    status: str


Act = Callable[[str], Awaitable[object]]
"""Makes one call under that id."""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One kind of call: how it is made by way of the gate, as a bare tool, and as a bare Cedar decision."""

    by_gate: Act
    by_langchain: Act
    by_cedar: Act
    decisions: int
    """Cedar decisions that one call by way of the gate takes."""


@dataclass(frozen=True, kw_only=True)
class Times:
    """Milliseconds, call by call."""

    decisions: int
    gate: list[float] = field(default_factory=list)
    langchain: list[float] = field(default_factory=list)
    cedar: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, JsonValue]:
        """As `--json` writes them."""
        gate, langchain, cedar = (statistics.median(each) for each in (self.gate, self.langchain, self.cedar))
        return {
            "calls": len(self.gate),
            "gate_ms_median": round(gate, 4),
            "gate_ms_p99": round(statistics.quantiles(self.gate, n=100)[98], 4),
            "langchain_tool_ms_median": round(langchain, 4),
            "cedar_ms_median": round(cedar, 4),
            "ratio_to_langchain_tool": round(gate / langchain, 2),
            "ratio_to_cedar": round(gate / cedar, 2),
            "cedar_decisions_per_call": self.decisions,
        }


def evaluate(
    calls: Annotated[
        int, typer.Option(min=100, help="Calls of each kind: a reading tool's and a changing one's.")
    ] = 1000,
) -> EvalReport:
    """Measure the gate's own cost per call, without a database, beside a bare tool call and a bare Cedar decision."""
    read, write = asyncio.run(_measured(calls))
    both = Times(
        decisions=max(read.decisions, write.decisions),
        gate=read.gate + write.gate,
        langchain=read.langchain + write.langchain,
        cedar=read.cedar + write.cedar,
    )
    return EvalReport(name="gate-cost", figures={**both.figures(), "read": read.figures(), "write": write.figures()})


async def _measured(calls: int) -> list[Times]:
    tools = default_tools()
    cancel: dict[str, JsonValue] = {"order_id": ORDER, "reason": "no_longer_needed"}
    probes = [
        await _probe(tools["get_order"], {"order_id": ORDER}, Subject(owner_id=ANN.id, resource_id=ORDER, facts={})),
        await _probe(
            tools["cancel_order"], cancel, Subject(owner_id=ANN.id, resource_id=ORDER, facts=FACTS, amount=REFUND)
        ),
    ]
    times = [Times(decisions=probe.decisions) for probe in probes]
    for probe in probes:
        await _block(probe, Times(decisions=0), range(-BLOCK, 0))
    # In blocks by turns, so that whatever else loads the machine loads all of them alike.
    for start in range(0, calls, BLOCK):
        for probe, taken in zip(probes, times, strict=True):
            await _block(probe, taken, range(start, min(start + BLOCK, calls)))
    return times


async def _block(probe: Probe, taken: Times, turns: range) -> None:
    for act, into in (
        (probe.by_gate, taken.gate),
        (probe.by_langchain, taken.langchain),
        (probe.by_cedar, taken.cedar),
    ):
        for turn in turns:
            call_id = f"call {turn}"
            started = time.perf_counter()
            await act(call_id)
            into.append((time.perf_counter() - started) * 1000)


async def _probe(spec: ToolSpec, arguments: dict[str, JsonValue], subject: Subject) -> Probe:
    numbers = itertools.count()
    asked_about = subject

    async def describe(context: ToolContext, given: Any) -> Subject:
        return asked_about

    async def run(context: ToolContext, given: Any) -> Found:
        return Found(order_id=given.order_id, status="pending")

    async def bare(**given: Any) -> dict[str, JsonValue]:
        return Found(order_id=given["order_id"], status="pending").model_dump(mode="json")

    gate = Gate({spec.name: replace(spec, describe=describe, run=run)})
    tool = StructuredTool.from_function(
        coroutine=bare, name=spec.name, description=spec.description, args_schema=spec.arguments
    )
    context = _context(Proposal.digest_of(spec.name, arguments, ANN))

    async def by_gate(call_id: str) -> None:
        nonlocal asked_about
        # Another question with each call: what was decided before about the same one is remembered.
        asked_about = replace(subject, facts={**subject.facts, "channel": f"channel {next(numbers)}"})
        outcome = await gate.call(context, ToolCall(tool=spec.name, arguments=arguments, call_id=call_id))
        if outcome.outcome is not Outcome.DONE:
            raise ConfigurationError(f"{spec.name} was not let through but {outcome.outcome}: {outcome.decisions}.")

    async def by_langchain(call_id: str) -> None:
        await tool.ainvoke(dict(arguments))

    with _listening() as asked:
        await by_gate("the one that is listened to")
    if not asked:
        raise ConfigurationError(f"Nobody asked Cedar about {spec.name}.")

    async def by_cedar(call_id: str) -> None:
        cedarpy.is_authorized(*asked[0])

    return Probe(by_gate=by_gate, by_langchain=by_langchain, by_cedar=by_cedar, decisions=len(asked))


def _context(confirmed: str) -> ToolContext:
    return ToolContext(
        services=Services(connectors=cast(Connectors, _Memory()), clock=FixedClock(AT), policy=load_bundle("default")),
        principal=ANN,
        region_id="us-northeast",
        conversation_id="conversation",
        agent="chat",
        request_confirmed=confirmed,
    )


@contextmanager
def _listening() -> Iterator[list[tuple[Any, ...]]]:
    """What Cedar is asked meanwhile: request, rules, entities and schema of each decision."""
    asked: list[tuple[Any, ...]] = []
    real = cedarpy.is_authorized

    def listening(*given: Any) -> cedarpy.AuthzResult:
        asked.append(given)
        return real(*given)

    with patch.object(cedarpy, "is_authorized", listening):
        yield asked


class _Memory:
    """Connectors with nothing but records, and nothing behind those but a dictionary."""

    def __init__(self) -> None:
        self.records = self
        self._requests: dict[str, StoredRequest] = {}
        self._past = tuple(PastCall(at=AT - timedelta(hours=hours), amount=REFUND) for hours in (3, 2, 1))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        yield

    def moment(self) -> AbstractContextManager[None]:
        return nullcontext()

    async def request(self, call_id: str) -> StoredRequest | None:
        return self._requests.get(call_id)

    async def remember_request(self, request: StoredRequest) -> None:
        self._requests[request.call_id] = request

    async def done(self, tools: Collection[str], **which: Any) -> tuple[PastCall, ...]:
        return self._past

    async def moved(self, tools: Collection[str], *, currency: str, **which: Any) -> int:
        return sum(call.amount.amount for call in self._past if call.amount and call.amount.currency == currency)

    async def hold(self, *keys: str) -> None:
        pass
