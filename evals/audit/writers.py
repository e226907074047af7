"""`shopgraph eval audit-writers`: several processes write one log, beside each of them writing a log of its own.

It answers whether one chain, for whose end writers take turns, costs throughput against a chain for each writer. Each
process hands in requests of eight records, so many at once. Wall time and what a caller waits are measured.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from shopgraph.audit.log import AuditEvent, AuditKeys, AuditLog, open_audit
from shopgraph.evals.report import EvalReport

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
_STEPS = 8


@dataclass(frozen=True, kw_only=True)
class _Work:
    log: str
    keys: str
    ring: str
    requests: int
    at_once: int
    pause: float
    """Seconds from one request to the next."""
    writer: int


@dataclass(frozen=True, kw_only=True)
class _Done:
    began: float
    ended: float
    waits: list[float]


def evaluate(
    processes: Annotated[int, typer.Option(min=1, help="Writers.")] = 2,
    requests: Annotated[int, typer.Option(min=10, help="Of each writer.")] = 2_000,
    at_once: Annotated[int, typer.Option(min=1, help="Requests under way in each.")] = 16,
    rate: Annotated[float, typer.Option(min=0, help="Requests a second of all writers together; 0: no limit.")] = 0,
    db: Annotated[
        str, typer.Option(metavar="URL", help="A PostgreSQL in which databases may be made; else SQLite files.")
    ] = "",
) -> EvalReport:
    """Measure several writers of one log beside several logs of one writer each."""
    with tempfile.TemporaryDirectory(prefix="shopgraph-writers-") as folder:
        places = _Places(Path(folder), db)
        try:
            one = _run([places.log("one")] * processes, places, requests, at_once, rate)
            apart = _run([places.log(f"own{number}") for number in range(processes)], places, requests, at_once, rate)
            report = asyncio.run(_verified(places.log("one"), places))
        finally:
            places.drop()
    figures: dict[str, JsonValue] = {
        "processes": processes,
        "requests": requests * processes,
        "rate": rate,
        "database": "postgresql" if db else "sqlite",
        "one_chain": one,
        "a_chain_each": apart,
        "ratio": round(float(str(one["requests_per_s"])) / float(str(apart["requests_per_s"])), 3),
        "intact": report,
    }
    return EvalReport(name="audit-writers", figures=figures)


class _Places:
    """Where the logs are."""

    def __init__(self, folder: Path, db: str) -> None:
        self.folder = folder
        self._db = db
        self._made: dict[str, str] = {}

    def log(self, name: str) -> str:
        """The URL of a log; the same name, the same log."""
        if name not in self._made:
            self._made[name] = self._database(name) if self._db else f"sqlite:///{self.folder / f'{name}.db'}"
        return self._made[name]

    def drop(self) -> None:
        """Take the databases away again."""
        if self._db:
            for url in self._made.values():
                self._execute(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')

    def _database(self, name: str) -> str:
        database = f"shopgraph_audit_{name}"
        self._execute(f'CREATE DATABASE "{database}"')
        return make_url(self._db).set(database=database).render_as_string(hide_password=False)

    def _execute(self, statement: str) -> None:
        engine = create_engine(self._db, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


def _run(logs: list[str], places: _Places, requests: int, at_once: int, rate: float) -> dict[str, JsonValue]:
    ring = f"sqlite:///{places.folder / 'keys' / 'ring.db'}"
    work = [
        _Work(
            log=log,
            keys=str(places.folder / "keys"),
            ring=ring,
            requests=requests,
            at_once=at_once,
            pause=len(logs) / rate if rate else 0.0,
            writer=number,
        )
        for number, log in enumerate(logs)
    ]
    for each in dict.fromkeys(logs):
        _opened(each, places.folder / "keys", ring).close()
    with ProcessPoolExecutor(len(logs), mp_context=get_context("spawn")) as pool:
        for _ in pool.map(_ready, range(len(logs))):
            pass
        done = [*pool.map(_write, work)]
    seconds = max(each.ended for each in done) - min(each.began for each in done)
    waits = sorted(wait for each in done for wait in each.waits)
    return {
        "requests_per_s": round(requests * len(logs) / seconds, 1),
        "wait_ms_p50": round(statistics.median(waits) * 1000, 2),
        "wait_ms_p99": round(waits[int(len(waits) * 0.99)] * 1000, 2),
    }


def _ready(number: int) -> int:
    """Have the imports of a new process behind it."""
    return number


def _write(work: _Work) -> _Done:
    return asyncio.run(_writing(work))


async def _writing(work: _Work) -> _Done:
    with closing(_opened(work.log, Path(work.keys), work.ring)) as log:
        places = asyncio.Semaphore(work.at_once)
        waits: list[float] = []
        due = time.perf_counter()

        async def one(number: int) -> None:
            await asyncio.sleep(max(0.0, due + number * work.pause - time.perf_counter()))
            async with places:
                begun = time.perf_counter()
                await log.append(_request(work.writer, number))
                waits.append(time.perf_counter() - begun)

        await one(-1)
        waits.clear()
        began, due = time.time(), time.perf_counter()
        await asyncio.gather(*(one(number) for number in range(work.requests)))
        return _Done(began=began, ended=time.time(), waits=waits)


async def _verified(url: str, places: _Places) -> bool:
    with closing(_opened(url, places.folder / "keys", f"sqlite:///{places.folder / 'keys' / 'ring.db'}")) as log:
        return (await log.verify()).intact


def _opened(url: str, keys: Path, ring: str) -> AuditLog:
    return open_audit(url, keys=AuditKeys(keys, ring))


def _request(writer: int, number: int) -> list[AuditEvent]:
    return [
        AuditEvent(
            request_id=f"req_{writer:04x}{number + 1:012x}",
            conversation_id=f"conv_{writer:04x}{number // 3:012x}",
            node="step",
            layer="routing",
            kind="step",
            at=AT,
            subject=f"customer:{number % 50}",
            payload={"layers": {"routing": [0.5, 1]}, "number": number, "step": step, "text": "where is my order?"},
            original={"text": "where is my order? " * 40} if step == _STEPS - 1 else None,
        )
        for step in range(_STEPS)
    ]
