"""`shopgraph demo --crash`: a worker is killed in the middle of a refund, another one goes on, and the books agree.

The other side, a payment gateway, is a process of its own with books of its own; the workers are those of
`shopgraph eval faults`.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import typer

from shopgraph.errors import ShopgraphError

if TYPE_CHECKING:
    from shopgraph.domain import ActionRun
    from shopgraph.evals.faults.calls import Case
    from shopgraph.evals.faults.stage import Stage

POINT = "refund_order.refund-1:after"
"""The gateway has paid the refund, and nothing here knows of it yet."""
PATIENCE = 60.0
"""Seconds for the recovery."""


class NotRecovered(ShopgraphError):
    """The demonstration failed."""

    code = "demo.not_recovered"


def crash() -> None:
    """Play it and print what happened.

    Raises:
        NotRecovered: the refund was not finished, or not made exactly once.
    """
    from shopgraph.evals.faults.stage import staged

    with TemporaryDirectory(prefix="shopgraph-crash-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        url, engine = f"sqlite:///{folder / 'shop.db'}", f"sqlite:///{folder / 'actions.db'}"
        with staged(folder, url=url, engine=engine, workers=0) as stage:
            case = stage.make("refund")
            _kill(stage, case)
            run = _recover(stage, case)
            for line in _books(stage, case, engine, run):
                typer.echo(line)


def _kill(stage: Stage, case: Case) -> None:
    from shopgraph.evals.faults.kinds import Fault
    from shopgraph.evals.faults.worker import Order, Ready

    worker, pipe = stage.harness.start_worker()
    while not isinstance(pipe.recv(), Ready):
        pass
    typer.echo(f"Worker {worker.pid} refunds order {case.order_id}.")
    stage.setup.planned.put(case.action_id, {POINT: Fault.CRASH})
    pipe.send(Order(case=case))
    worker.join(PATIENCE)
    given_back = ", ".join(_refunds(stage, case)) or "nothing"
    typer.echo(f"Killed at {POINT}: exit {worker.exitcode}. The gateway has refunded {given_back}.")
    run = _run(stage, case)
    typer.echo(f"In the shop's records {run.id} is {run.status}.")


def _recover(stage: Stage, case: Case) -> ActionRun:
    began = time.monotonic()
    worker, _ = stage.harness.start_worker()
    typer.echo(f"Worker {worker.pid} starts, and finds the dead one's lease run out.")
    try:
        while (run := _run(stage, case)).unfinished:
            if time.monotonic() - began > PATIENCE:
                raise NotRecovered(f"After {PATIENCE:.0f} s {run.id} is still {run.status}.")
            time.sleep(0.05)
    finally:
        worker.kill()
        worker.join()
    typer.echo(f"{run.id} is {run.status} after {time.monotonic() - began:.1f} s.")
    if len(refunds := _refunds(stage, case)) != 1:
        raise NotRecovered(f"The gateway made {len(refunds)} refunds.")
    return run


def _books(stage: Stage, case: Case, engine: str, run: ActionRun) -> Iterator[str]:
    from shopgraph.domain.ledger import readable
    from shopgraph.tools.durable.standing import standing

    yield "The engine's journal:"
    for stage_view in standing(engine, stage.records.meta.id, run).stages:
        yield f"  {stage_view.ended_at:%H:%M:%S.%f} {stage_view.name}: {stage_view.state}"
    yield "The shop's ledger:"
    for each in asyncio.run(stage.records.connectors.ledger.transfers(order_id=case.order_id)):
        moved = readable(each.book, each.amount, each.unit)
        yield f"  {each.number:3} {moved}: {each.source} -> {each.target} ({each.cause})"
    yield f"The gateway's own books: refunded {', '.join(_refunds(stage, case))}."


def _refunds(stage: Stage, case: Case) -> list[str]:
    """What the other side's books say it gave back for the order."""
    from shopgraph.domain import Money

    with closing(sqlite3.connect(stage.books, timeout=30)) as books:
        rows = books.execute("SELECT amount, currency FROM refunds WHERE orders = ?", (case.order_id,)).fetchall()
    return [str(Money(amount=amount, currency=currency)) for amount, currency in rows]


def _run(stage: Stage, case: Case) -> ActionRun:
    run = asyncio.run(stage.records.connectors.runs.run(f"action:{case.call_id}"))
    if run is None:
        raise NotRecovered(f"The call about order {case.order_id} was never admitted.")
    return run
