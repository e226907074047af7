"""`shopgraph eval refunds`: what a refund through the engine costs, beside the bare engine and a plain call.

Each refund is of an order of its own, at a gateway in memory that answers at once, so that what is measured is ours:
behind the gate and through the engine; a workflow of as many empty steps on the same engine (the floor); and the shop's
payment records asked without gate and engine, which nothing protects when a process dies.

Beside the times it counts statements and commits, which a busy machine does not change: the shop's records and the
engine's journal together, with the engine's own looking for work while the call lasts.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from dbos import DBOS, DBOSClient, SetWorkflowID
from pydantic import JsonValue
from sqlalchemy import Connection, event
from sqlalchemy import Engine as SqlEngine

from shopgraph.clock import RunningClock
from shopgraph.connectors.embedded import EmbeddedShop, create_shop, gateway_calls, open_shop
from shopgraph.connectors.gateway import Asking, ExternalKind, GatewayRefund
from shopgraph.domain import Principal, Refund, RefundReason, RefundStatus
from shopgraph.errors import ConfigurationError
from shopgraph.evals.faults.calls import PARTIAL, Case
from shopgraph.evals.faults.evaluate import Records, databases
from shopgraph.evals.faults.orders import AT, REGION, dataset, meta, usd, world
from shopgraph.evals.report import EvalReport
from shopgraph.guards.policy import load_bundle
from shopgraph.shop import Shop
from shopgraph.tools.durable.engine import Engine
from shopgraph.tools.durable.journal import workflow_id
from shopgraph.tools.spec import Outcome, ToolCall, ToolContext

WARM = 3
"""Calls of each kind that are not counted."""
BLOCK = 10
"""Calls of one kind in a row."""

Act = Callable[[int], Awaitable[None]]


@dataclass
class Taken:
    """What the counted calls of one kind took."""

    seconds: list[float] = field(default_factory=list)
    statements: int = 0
    commits: int = 0

    def figures(self) -> dict[str, JsonValue]:
        """Per second, median and 99th percentile; statements and commits per call."""
        ordered, calls = sorted(self.seconds), len(self.seconds)
        return {
            "per_second": round(calls / sum(ordered), 1),
            "p50_ms": round(1000 * statistics.median(ordered), 2),
            "p99_ms": round(1000 * ordered[min(calls - 1, int(0.99 * calls))], 2),
            "statements": round(self.statements / calls, 1),
            "commits": round(self.commits / calls, 1),
        }


class Meter:
    """Counts what SQLAlchemy sends to any database of this process, in every thread."""

    def __init__(self) -> None:
        self.statements = 0
        self.commits = 0

    def __enter__(self) -> Meter:
        event.listen(SqlEngine, "before_cursor_execute", self._statement)
        event.listen(SqlEngine, "commit", self._commit)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(SqlEngine, "before_cursor_execute", self._statement)
        event.remove(SqlEngine, "commit", self._commit)

    async def measure(self, taken: Taken, act: Act, number: int, *, counted: bool) -> None:
        """Make one call, and add what it took unless it only warms up."""
        statements, commits, began = self.statements, self.commits, time.perf_counter()
        await act(number)
        if counted:
            taken.seconds.append(time.perf_counter() - began)
            taken.statements += self.statements - statements
            taken.commits += self.commits - commits

    def _statement(self, *_: object) -> None:
        self.statements += 1

    def _commit(self, *_: object) -> None:
        self.commits += 1


class Bank:
    """A gateway that gives money back at once, and counts."""

    name = "bank"

    def __init__(self) -> None:
        self.made = dict[str, GatewayRefund]()

    async def refund(self, refund: Refund, *, payment: str, asking: Asking) -> GatewayRefund:
        """Give money back; the same key gets the same answer."""
        made = GatewayRefund(
            external_id=f"theirs-{refund.id}",
            id=refund.id,
            payment_external_id=payment,
            amount=refund.amount,
            status=RefundStatus.SUCCEEDED,
            created_at=refund.created_at or AT,
        )
        return self.made.setdefault(asking.key, made)


@DBOS.workflow(name="shopgraph.empty")
async def empty(steps: int) -> None:
    """As many steps as a refund has, and nothing in them."""
    for number in range(steps):
        await DBOS.run_step_async({"name": f"empty-{number}"}, _nothing)


async def _nothing() -> dict[str, JsonValue]:
    return {"done": {}}


def evaluate(
    n: Annotated[int, typer.Option("--n", min=1, help="Refunds of each kind.")] = 100,
    db: Annotated[Records, typer.Option(help="Where records are; a PostgreSQL server of its own is started.")] = (
        Records.SQLITE
    ),
) -> EvalReport:
    """Time refunds through the engine, the same number of empty steps on it, and plain calls that nothing protects."""
    if Engine.of_process() is not None:
        raise ConfigurationError("This process has an engine already.", remedy="Measure in a process of its own.")
    with (
        TemporaryDirectory(prefix="shopgraph-refunds-", ignore_cleanup_errors=True) as folder,
        databases(Path(folder), db) as (url, engine),
    ):
        _make(url, 2 * (n + WARM))
        bank = Bank()
        records = open_shop(url, gateway=lambda _: bank)  # type: ignore[arg-type, return-value]  # it is asked for refunds only
        with Shop(records, folder=Path(folder), policy=load_bundle("default"), engine=engine) as shop:
            try:
                shop.engine.attach(shop.services)
                figures = asyncio.run(_measured(shop, n))
            finally:
                if (opened := Engine.of_process()) is not None:
                    opened.close()
    return EvalReport(name="refunds", figures={"db": db.value, "n": n, "refunds": len(bank.made), **figures})


def _make(url: str, orders: int) -> None:
    with create_shop(url, meta(RunningClock().now())) as made:
        made.load(world())
        for number in range(orders):
            case = Case(number=number, kind_name="refund")
            made.load(dataset(case))
            _introduce(made, case)


def _introduce(made: EmbeddedShop, case: Case) -> None:
    def bind(db: Connection) -> None:
        for own, _ in case.payments():
            gateway_calls.bind(db, Bank.name, ExternalKind.PAYMENT, own, own)

    made.database.write_now(bind)


async def _measured(shop: Shop, n: int) -> dict[str, JsonValue]:
    await _refund(shop, 0)
    steps = await asyncio.to_thread(_steps, shop, Case(number=0, kind_name="refund").call_id)
    kinds: dict[str, Act] = {
        "engine": lambda number: _refund(shop, number),
        "floor": lambda number: _empty(steps, number),
        "plain": lambda number: _plain(shop, n + WARM + number),
    }
    taken = {kind: Taken() for kind in kinds}
    with Meter() as meter:
        for start in range(1, n + WARM, BLOCK):
            # In blocks by turns, so that whatever else loads the machine loads all of them alike.
            for kind, act in kinds.items():
                for number in range(start, min(start + BLOCK, n + WARM)):
                    await meter.measure(taken[kind], act, number, counted=number >= WARM)
    engine, floor, plain = (statistics.median(taken[kind].seconds) for kind in ("engine", "floor", "plain"))
    return {
        "steps": steps,
        **{kind: each.figures() for kind, each in taken.items()},
        "ratio_to_floor": round(engine / floor, 2),
        "ratio_to_plain": round(engine / plain, 2),
    }


async def _refund(shop: Shop, number: int) -> None:
    case = Case(number=number, kind_name="refund")
    desk = Principal.staff(f"desk-{number}", "supervisor")
    context = ToolContext(services=shop.services, principal=desk, region_id=REGION)
    arguments: dict[str, Any] = case.arguments()
    call = ToolCall(tool=case.kind.tool, arguments=arguments, call_id=case.call_id)
    outcome = await shop.gate.call(context, call)
    if outcome.outcome is not Outcome.DONE:
        raise ConfigurationError(f"A refund ended as {outcome.outcome}: {outcome.error or outcome.decisions}.")


async def _empty(steps: int, number: int) -> None:
    with SetWorkflowID(f"empty-{number}"):
        handle: Any = await asyncio.to_thread(DBOS.start_workflow, empty, steps)
    await asyncio.to_thread(handle.get_result)


async def _plain(shop: Shop, number: int) -> None:
    case = Case(number=number, kind_name="refund")
    ((payment, _),) = case.payments()
    await shop.connectors.payments.refund(
        order_id=case.order_id,
        payment_intent_id=payment,
        payment_method_id=case.method(0),
        amount=usd(PARTIAL),
        reason=RefundReason.REQUESTED_BY_CUSTOMER,
        at=shop.clock.now(),
        idempotency_key=f"plain:{number}",
    )


def _steps(shop: Shop, call_id: str) -> int:
    client = DBOSClient(system_database_url=shop.engine.url)
    try:
        return len(client.list_workflow_steps(workflow_id(shop.meta.id, f"action:{call_id}")))
    finally:
        client.destroy()
