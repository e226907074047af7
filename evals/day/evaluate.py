"""`shopgraph eval day`: a day of a chain with every layer on, as fast as it goes."""

from __future__ import annotations

import asyncio
import multiprocessing
import re
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Annotated, ParamSpec, TypeVar

import numpy as np
import typer
from pydantic import JsonValue
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from shopgraph.clock import parse_instant
from shopgraph.domain import Money
from shopgraph.errors import InvalidInput, ShopgraphError
from shopgraph.evals.day.page import DayFigures, day_page
from shopgraph.evals.day.tally import Tally
from shopgraph.evals.day.worker import Done, Part, work
from shopgraph.evals.report import EvalReport, write_page
from shopgraph.telemetry.layers import Layer
from shopgraph.telemetry.report.reading import report_of
from shopgraph.telemetry.report.values import Report

P = ParamSpec("P")
T = TypeVar("T")

_SPAWN = multiprocessing.get_context("spawn")


_STORES = 40
"""For a chain of so many the packaged bundle's limit for one agent will do."""


_AGENTS = re.compile(r"(?<=amounts: \[)([^\]]*)(?=\](?:(?!- id:)[^#])*?One agent paid back)")
"""The amounts of that limit."""


class DayFailed(ShopgraphError):
    """A process of the day ended before its part was done."""

    code = "eval.day_failed"


@dataclass(frozen=True, kw_only=True)
class Made:
    """The shop of the day."""

    where: str
    keys: Path
    plan: Path
    midnight: datetime


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What the audit log says afterwards."""

    records: int
    verified: bool
    peak_rss_mb: float


def evaluate(
    requests: Annotated[int, typer.Option(min=1, help="Requests of the day.")] = 50_000,
    stores: Annotated[int, typer.Option(min=1, help="Stores of the chain.")] = 1_600,
    workers: Annotated[int, typer.Option(min=1, help="Processes that play it.")] = 2,
    at_once: Annotated[int, typer.Option(min=1, help="Talks that each of them plays at once.")] = 4,
    rate: Annotated[
        float | None, typer.Option(min=0.1, help="Requests a second, all workers together; none: as fast as it goes.")
    ] = None,
    db: Annotated[str | None, typer.Option(metavar="URL", help="An empty PostgreSQL to keep everything in.")] = None,
    stepwise: Annotated[
        bool, typer.Option("--stepwise", help="LangGraph's own loop runs every request, step by step.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Same seed, same day.")] = 7,
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Leave the day's shop and its log in this new folder.")
    ] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the day as a page with charts here.")] = None,
) -> EvalReport:
    """Play a day of customers through the whole orchestrator; report speed, memory, layers, and the audit log's state.

    Making the shop is not counted. The floor is the same graph with empty nodes, no checkpointer and no audit, measured
    ten times over the day.
    """
    if keep is not None and keep.exists():
        raise InvalidInput(f"{keep} is there already.", remedy="Name a new folder for the day's shop.")
    folder = Path(tempfile.mkdtemp(prefix="shopgraph-day-"))
    try:
        made = _in_child(_make, folder, keep or folder / "shop", stores, requests, seed, db)
        done, seconds, own_cpu = _played(made, requests, workers, at_once, rate, stepwise)
        checked = _in_child(_check, made)
        figures = _figures(done, seconds, own_cpu, checked)
        if html is not None:
            report = _in_child(_reported, made)
            write_page(html, day_page(DayFigures.of(figures), report, stores=stores, workers=workers))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return EvalReport(name="day", figures=figures)


def _make(folder: Path, place: Path, stores: int, requests: int, seed: int, db: str | None) -> Made:
    from shopgraph.connectors.demo import generate
    from shopgraph.evals.day.plan import TALKS, make_plan
    from shopgraph.shop import DEMO_INSTANT, Shop

    at = parse_instant(DEMO_INSTANT)
    meta, parts = generate(stores=stores, seed=seed, at=at)
    meta = meta.model_copy(update={"bundle": str(_bundle(folder / "bundle", stores))})
    with Shop.create(place, meta, parts, url=db) as shop:
        plan = make_plan(shop.dump(), requests=requests, seed=seed, at=at)
    (folder / "plan.json").write_bytes(TALKS.dump_json(plan))
    midnight = at.replace(hour=0, minute=0, second=0)
    return Made(where=db or str(place), keys=place / "keys", plan=folder / "plan.json", midnight=midnight)


def _bundle(folder: Path, stores: int) -> Path:
    """The demo chain's rules, with the money that one agent may pay back in a day grown with the chain.

    Every request of the day comes from one agent: with the limit of a few stores, most of its refunds would wait for a
    person.
    """
    from shopgraph.guards.policy import BUNDLES

    shutil.copytree(BUNDLES / "default", folder)
    manifest = folder / "bundle.yaml"
    before, found, after = _AGENTS.split(manifest.read_text(encoding="utf-8"))
    times = max(1, stores // _STORES)
    amounts = [str(Money.of(*amount.split()) * times) for amount in found.split(",")]
    manifest.write_text(before + ", ".join(amounts) + after, encoding="utf-8")
    return folder


def _check(made: Made) -> Checked:
    from shopgraph.shop import Shop

    with Shop.open(made.where, audit_keys=made.keys) as shop:
        report = asyncio.run(shop.audit.verify())
    return Checked(records=report.records, verified=report.intact, peak_rss_mb=_rss_mb())


def _reported(made: Made) -> Report:
    from shopgraph.shop import Shop

    with Shop.open(made.where, audit_keys=made.keys) as shop:
        return report_of(shop.audit, shop=shop.meta.name, quality=False)


def _played(
    made: Made, requests: int, workers: int, at_once: int, rate: float | None, stepwise: bool
) -> tuple[list[Done], float, float]:
    """What each worker counted; seconds from the start of all to the end of the last; CPU seconds of this process."""
    parts = [
        Part(
            where=made.where,
            keys=made.keys,
            plan=made.plan,
            worker=number,
            workers=workers,
            at_once=at_once,
            rate=rate / workers if rate else None,
            stepwise=stepwise,
            floor=max(20, min(1_000, requests // 20)),
            midnight=made.midnight,
        )
        for number in range(workers)
    ]
    pipes, processes = _started(parts)
    done: dict[Connection, Done] = {}
    try:
        for pipe in pipes:
            _received(pipe)
        began, cpu = time.perf_counter(), time.process_time()
        for pipe in pipes:
            pipe.send("go")
        seconds = 0.0
        left = requests
        with _progress() as bar:
            task = bar.add_task("the day", total=requests)
            while len(done) < workers:
                ready = wait([pipe for pipe in pipes if pipe not in done])
                for pipe in [pipe for pipe in pipes if pipe in ready]:
                    news = _received(pipe)
                    if isinstance(news, Done):
                        done[pipe] = news
                    elif isinstance(news, int):
                        left -= news
                        bar.advance(task, news)
                        seconds = time.perf_counter() - began
        cpu = time.process_time() - cpu
        for pipe in pipes:
            pipe.send("end")
        for process in processes:
            process.join()
    finally:
        for process in processes:
            process.kill()
    return [done[pipe] for pipe in pipes], seconds, cpu


def _started(parts: Sequence[Part]) -> tuple[list[Connection], list[BaseProcess]]:
    pipes: list[Connection] = []
    processes: list[BaseProcess] = []
    for part in parts:
        ours, theirs = _SPAWN.Pipe()
        process = _SPAWN.Process(target=work, args=(part, theirs), daemon=True)
        process.start()
        theirs.close()
        pipes.append(ours)
        processes.append(process)
    return pipes, processes


def _received(pipe: Connection) -> object:
    try:
        return pipe.recv()
    except EOFError:
        raise DayFailed(
            "A worker ended before its part of the day was done.", remedy="See its message above."
        ) from None


def _in_child(function: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
    """Run it in a process of its own, whose memory goes with it."""
    ours, theirs = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_answer, args=(theirs, function, args, options), daemon=True)
    process.start()
    theirs.close()
    answer = _received(ours)
    process.join()
    if isinstance(answer, ShopgraphError):
        raise answer
    return answer  # type: ignore[return-value]


def _answer(
    pipe: Connection, function: Callable[..., object], args: Sequence[object], options: dict[str, object]
) -> None:
    try:
        pipe.send(function(*args, **options))
    except ShopgraphError as error:
        pipe.send(error)


def _progress() -> Progress:
    """A bar on stderr, where that is a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())


def _rss_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _figures(done: Sequence[Done], seconds: float, own_cpu: float, checked: Checked) -> dict[str, JsonValue]:
    tally = Tally()
    for each in done:
        tally.merge(each.tally)
    count = tally.requests
    cpu_ms = (sum(each.cpu_s for each in done) + own_cpu) / count * 1000
    floor_runs = sum(each.floor_requests for each in done)
    floor_ms = sum(each.floor_cpu_s for each in done) / max(1, floor_runs) * 1000
    p50, p95, p99 = (round(float(each), 2) for each in np.percentile(tally.ms, [50, 95, 99]))
    peak = max(sum(each.peak_rss_mb for each in done), checked.peak_rss_mb) + _rss_mb()
    return {
        "requests": count,
        "seconds": round(seconds, 2),
        "requests_per_s": round(count / seconds, 1),
        "cpu_ms_per_request": round(cpu_ms, 3),
        "latency_ms": {"p50": p50, "p95": p95, "p99": p99},
        "peak_rss_mb": round(peak),
        "layers": _layers(tally),
        "tiers": _counts(tally.tiers),
        "acted_share": round(tally.acted / count, 4),
        "agent_share": round(tally.agent / count, 4),
        "actions": _counts(tally.actions),
        "corrections": _counts(tally.corrections),
        "refusals": _counts(tally.refusals),
        "errors": tally.errors,
        "first_errors": list(tally.told),
        "audit": {"records": checked.records, "verified": checked.verified},
        "floor": {"cpu_ms_per_request": round(floor_ms, 3), "requests": floor_runs},
        "ratio_to_floor": round(cpu_ms / floor_ms, 2) if floor_ms else None,
    }


def _layers(tally: Tally) -> dict[str, JsonValue]:
    whole = sum(ms for name, ms in tally.layer_ms.items() if name != Layer.ENGINE) or 1.0
    return {
        str(layer): {
            "ms": round(tally.layer_ms[layer], 1),
            "share": None if layer is Layer.ENGINE else round(tally.layer_ms[layer] / whole, 4),
            "calls": tally.layer_calls[layer],
        }
        for layer in Layer
    }


def _counts(counter: dict[str, int]) -> dict[str, JsonValue]:
    return {name: counter[name] for name in sorted(counter, key=lambda name: (-counter[name], name))}
