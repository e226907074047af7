"""`shopgraph eval faults`: a fault at every named point of every action, counted from the other side's own books."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from pydantic import JsonValue

from shopgraph.errors import MissingDependency
from shopgraph.evals.faults.calls import KINDS
from shopgraph.evals.faults.converging import differences, gifts
from shopgraph.evals.faults.harness import Harness
from shopgraph.evals.faults.kinds import Fault
from shopgraph.evals.faults.planning import Plan
from shopgraph.evals.faults.postgres import postgres_server
from shopgraph.evals.faults.report import Verdict, judge
from shopgraph.evals.faults.stage import staged
from shopgraph.evals.report import CaseResult, EvalReport

WORKERS = 8
"""They mostly wait: for answers that come late, for leases to run out, for one another."""


class Records(StrEnum):
    """Where the shop's records and the engine's are."""

    SQLITE = "sqlite"
    POSTGRES = "postgres"


def evaluate(
    runs: Annotated[int, typer.Option(min=1, help="Calls that faults strike.")] = 500,
    db: Annotated[Records, typer.Option(help="Where records are; a PostgreSQL server of its own is started.")] = (
        Records.SQLITE
    ),
    seed: Annotated[int, typer.Option(help="Of the order in which points meet faults.")] = 7,
    workers: Annotated[int, typer.Option(min=2, help="Processes that carry actions out.")] = WORKERS,
) -> EvalReport:
    """Kill, stall, refuse and duplicate at every point of every action; count what the other side's books say of it."""
    # Processes are killed here, not machines: what was written need not reach a disk.
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
    with TemporaryDirectory(prefix="shopgraph-faults-", dir=memory, ignore_cleanup_errors=True) as temporary:
        return run_faults(Path(temporary), runs=runs, db=db, seed=seed, workers=workers)


def run_faults(
    folder: Path,
    *,
    runs: int,
    db: Records = Records.SQLITE,
    seed: int = 7,
    workers: int = WORKERS,
    keys: bool = True,
    only: Sequence[Fault] = tuple(Fault),
    kinds: Sequence[str] = tuple(KINDS),
) -> EvalReport:
    """`evaluate` in a folder, with some faults and kinds of call only; without `keys` the other side gets none.

    Raises:
        MissingDependency: Stripe's SDK, or what `db` needs, is not installed.
    """
    if find_spec("stripe") is None:
        raise MissingDependency(
            "The other side signs its messages as Stripe does, and Stripe's SDK verifies them.",
            remedy="pip install 'shopgraph[stripe]'",
        )
    with (
        databases(folder, db) as (url, engine),
        staged(folder, url=url, engine=engine, workers=workers, keys=keys) as stage,
    ):
        points = stage.harness.rehearse([stage.make(kind) for kind in kinds])
        plan = Plan(points, seed, only)
        stage.harness.play(runs, plan, stage.make)
        stage.harness.close()  # nothing is under way any more but what is stuck
        ends = {run.case: run.end for run in stage.harness.runs}
        verdict = judge(stage.books, ends, asyncio.run(gifts(stage.setup)))
        return _report(runs, stage.harness, plan, verdict, asyncio.run(differences(stage.setup)))


@contextmanager
def databases(folder: Path, db: Records) -> Iterator[tuple[str, str]]:
    """URLs of the shop's records and of the engine."""
    if db is Records.SQLITE:
        yield f"sqlite:///{folder / 'shop.db'}", f"sqlite:///{folder / 'actions.db'}"
        return
    with postgres_server() as url:
        yield url, url.replace("postgresql+psycopg://", "postgresql://")


def _report(runs: int, harness: Harness, plan: Plan, verdict: Verdict, apart: tuple[str, ...]) -> EvalReport:
    recovered = [run.recovery_ms for run in harness.runs if run.recovery_ms is not None]
    by_point: dict[str, JsonValue] = {
        point: {fault: met[fault] for fault in Fault if met[fault]} for point, met in plan.by_point.items()
    }
    figures: dict[str, JsonValue] = {
        "runs": runs,
        "kills": harness.kills,
        "faults": sum(harness.faults.values()),
        **verdict.figures(),
        "stuck": len(harness.stuck),
        "unreported": sum(not run.reported for run in harness.stuck),
        "unconverged": len(apart),
        "failed_workers": harness.failed,
        "points": len(plan.by_point),
        "unmet": len(plan.unmet),
        "by_fault": {fault: harness.faults[fault] for fault in Fault},
        "recovery_ms": _spread(recovered),
        "by_point": by_point,
    }
    findings = [*verdict.findings, *apart]
    findings += [f"{run.case.order_id} ({run.case.kind_name}) is stuck: {run.last_word}" for run in harness.stuck]
    if plan.unmet:
        findings.append(f"Did not meet: {', '.join(f'{point} {fault}' for point, fault in plan.unmet)}.")
    return EvalReport(
        name="faults",
        figures=figures,
        cases=tuple(
            CaseResult(id=f"finding {place}", passed=False, detail=text) for place, text in enumerate(findings)
        ),
    )


def _spread(times: list[float]) -> JsonValue:
    if len(times) < 2:
        return {"p50": 0.0, "p99": 0.0}
    return {
        "p50": round(statistics.median(times), 1),
        "p99": round(statistics.quantiles(times, n=100, method="inclusive")[98], 1),
    }
