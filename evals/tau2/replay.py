"""`shopgraph eval tau2-replay`: the benchmark's gold actions, done by our tools, must leave the right database."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue

from shopgraph.connectors.tau2 import canonical_hash, to_tau2
from shopgraph.errors import InvalidInput
from shopgraph.evals.report import CaseResult, EvalReport
from shopgraph.evals.tau2.bench import Bench
from shopgraph.evals.tau2.cases import GoldHashes, Task, read_gold, read_tasks
from shopgraph.evals.tau2.desk import CONFIRMED, SUCCESSES


async def replay(bench: Bench, task: Task) -> list[str]:
    """Do a task's actions on a fresh shop, as a customer who says yes to each; what was not done, in one line each.

    The customer is the one whom the task's look-up finds, else the owner of the order (or the profile) touched: the
    gold actions of many tasks are changes only, without the conversation around them.
    """
    bench.reset()
    desk, refused = bench.desk(None), []
    for action in task.actions:
        if desk.session.principal.customer_id is None and (owner := await _owner(bench, action.arguments)):
            speaking = bench.desk(owner)
        else:
            speaking = desk
        outcome = await speaking.call(action.name, action.arguments, CONFIRMED)
        if outcome.outcome not in SUCCESSES:
            said = "; ".join(decision.reason for decision in outcome.decisions)
            refused.append(f"{action.name}: {said or outcome.error}")
    return refused


async def _owner(bench: Bench, arguments: dict[str, JsonValue]) -> str | None:
    order_id, user_id = arguments.get("order_id"), arguments.get("user_id")
    order = await bench.services.connectors.orders.order(order_id) if isinstance(order_id, str) else None
    if order is not None:
        return order.customer_id
    return user_id if isinstance(user_id, str) else None


def evaluate(
    shop: Annotated[Path, typer.Option(metavar="DB.json", help="The retailer's database, plain or gzip.")],
    tasks: Annotated[Path, typer.Option(metavar="FILE", help="Tasks with their gold actions.")],
    gold: Annotated[Path, typer.Option(metavar="FILE", help="Hashes of the database after each task.")],
) -> EvalReport:
    """Replay the gold actions of tau2-bench's retail tasks and compare the databases that they leave."""
    read, hashes = read_tasks(tasks), read_gold(gold)
    missing = [task.id for task in read if task.id not in hashes]
    if missing:
        raise InvalidInput(f"{gold} knows no task {missing[0]!r}.", remedy=f"It must hold all of {tasks}.")
    with Bench(shop) as bench:
        ends = asyncio.run(_ends(bench, read))
    return report(ends, hashes)


async def _ends(bench: Bench, tasks: tuple[Task, ...]) -> dict[str, tuple[str, list[str]]]:
    """Of each task: the database's hash afterwards, and what was refused."""
    ends = {}
    for task in tasks:
        refused = await replay(bench, task)
        ends[task.id] = (canonical_hash(to_tau2(bench.shop.dump())), refused)
    return ends


def report(ends: dict[str, tuple[str, list[str]]], hashes: dict[str, GoldHashes]) -> EvalReport:
    """Compare where the tasks ended with where they should."""
    results = tuple(
        CaseResult(
            id=task_id,
            passed=found == hashes[task_id].fixed_canonical,
            detail="" if found == hashes[task_id].fixed_canonical else "; ".join(refused) or "another database",
        )
        for task_id, (found, refused) in ends.items()
    )
    figures: dict[str, JsonValue] = {
        "tasks": len(results),
        "match_fixed_canonical": sum(result.passed for result in results),
        "match_canonical": sum(found == hashes[task_id].canonical for task_id, (found, _) in ends.items()),
        "differing": [result.id for result in results if not result.passed],
    }
    return EvalReport(name="tau2-replay", figures=figures, cases=results)
