"""`shopgraph eval audit-cost`: what the audit log costs a request, in CPU time, beside a plain INSERT of the same rows.

A few real requests are played on the demo shop, and what they hand to the log is kept. That is then handed in again and
again, under new request ids: by so many callers at once, as requests come. The floor is the same rows, made beforehand,
written by `executemany` into a table with the same columns and indexes, in transactions of the same size: no hash, no
seal, no mask, no queue. CPU time is of the whole process, threads included; what building the notes costs comes apart.
"""

from __future__ import annotations

import asyncio
import copy
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any
from unittest.mock import patch

import typer
from pydantic import JsonValue

from shopgraph.audit.log import AuditEvent, AuditKeys, AuditLog, open_audit
from shopgraph.audit.schema import insertion
from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import Principal
from shopgraph.evals.report import EvalReport
from shopgraph.graphs import build_orchestrator, recording
from shopgraph.graphs.notes import Notes
from shopgraph.shop import Shop

_TALKS = (
    ("tracker", ("where is my order?", "thanks")),
    ("canceler", ("cancel my order", "ordered by mistake", "yes")),
    ("returner", ("I want to return something", "what is on sale?")),
    ("browser", ("do you have bags?", "how long does delivery take?", "let me talk to a person")),
)


@dataclass(frozen=True, kw_only=True)
class _Handed:
    """What one request hands to the log at one time."""

    notes: tuple[Any, ...]
    """The arguments of `Notes`, and a tape with all that was on it."""
    since: int
    events: tuple[AuditEvent, ...]


def evaluate(
    requests: Annotated[int, typer.Option(min=100, help="Requests that are handed in.")] = 3_000,
    at_once: Annotated[int, typer.Option(min=1, help="Callers at once.")] = 16,
    customers: Annotated[int, typer.Option(min=1, help="Whose requests they are: each has a key.")] = 500,
) -> EvalReport:
    """Measure the CPU time of the audit log per record and request, beside a plain INSERT of the same rows."""
    handed = asyncio.run(_played())
    notes_us = _notes_us(handed)
    with tempfile.TemporaryDirectory(prefix="shopgraph-cost-") as folder:
        for name in ("alone", "together"):
            (Path(folder) / name).mkdir()
        batches = [_renamed(handed[number % len(handed)].events, number, customers) for number in range(requests)]
        alone = asyncio.run(_append(Path(folder) / "alone", batches[: requests // 4], 1))
        together = asyncio.run(_append(Path(folder) / "together", batches, at_once))
        size = (Path(folder) / "together" / "audit.db").stat().st_size
        floor = _plain(Path(folder) / "together" / "audit.db", Path(folder) / "plain.db", together.group)
    records = sum(len(batch) for batch in batches)
    figures: dict[str, JsonValue] = {
        "requests": requests,
        "records_per_request": round(records / requests, 2),
        "at_once": at_once,
        "requests_per_group": round(together.group, 2),
        "notes_us_per_request": round(notes_us, 1),
        "append_us_per_request": round(together.us / requests, 1),
        "append_us_per_record": round(together.us / records, 1),
        "append_alone_us_per_request": round(alone.us / (requests // 4), 1),
        "plain_us_per_record": round(floor / records, 1),
        "ratio_to_plain": round(together.us / floor, 2),
        "whole_us_per_request": round(notes_us + together.us / requests, 1),
        "bytes_per_request": round(size / requests),
        "verify_us_per_record": round(together.verify_us / records, 1),
    }
    return EvalReport(name="audit-cost", figures=figures)


async def _played() -> list[_Handed]:
    """Play the conversations and keep what goes to the log."""
    handed: list[_Handed] = []
    real = Notes.events

    def listening(self: Notes, *, since: int, original: bytes) -> list[AuditEvent]:
        events = real(self, since=since, original=original)
        handed.append(_Handed(notes=copied, since=since, events=tuple(events)))
        return events

    copied: tuple[Any, ...] = ()

    class _Listening(Notes):
        def __init__(self, state: Any, audit: AuditLog, tape: Any) -> None:
            nonlocal copied
            copied = (dict(state), audit, copy.copy(tape))
            super().__init__(state, audit, tape)

        events = listening

    with Shop.demo(stores=1) as shop, patch.object(recording, "Notes", _Listening):
        orchestrator = build_orchestrator(shop)
        for persona, texts in _TALKS:
            conversation: str | None = None
            for text in texts:
                answer = await orchestrator.ask(
                    text, principal=Principal.customer(CAST[persona].customer_id), conversation_id=conversation
                )
                conversation = answer.conversation_id
        # The pseudonyms need the shop's secrets, which are gone with it.
        _ = [each.notes[1].pseudonym("customer:warm") for each in handed]
    return handed


def _notes_us(handed: Sequence[_Handed], rounds: int = 40) -> float:
    """Microseconds of CPU to make a request's events and to write its tape as JSON."""
    started = time.process_time()
    for _ in range(rounds):
        for each in handed:
            state, audit, tape = each.notes
            Notes(state, audit, tape).events(since=each.since, original=tape.content())
    return (time.process_time() - started) / (rounds * len(handed)) * 1e6


def _renamed(events: Sequence[AuditEvent], number: int, customers: int) -> list[AuditEvent]:
    subject = f"customer:{number % customers}"
    return [replace(event, request_id=f"req_{number:016x}", subject=subject) for event in events]


@dataclass(frozen=True, kw_only=True)
class _Run:
    us: float
    group: float
    verify_us: float


async def _append(folder: Path, batches: Sequence[list[AuditEvent]], at_once: int) -> _Run:
    keys = AuditKeys(folder / "keys", f"sqlite:///{folder / 'keys' / 'ring.db'}")
    groups = 0
    with closing(open_audit(f"sqlite:///{folder / 'audit.db'}", keys=keys)) as log:
        write = log._writer._write

        def counting(group: Any) -> None:
            nonlocal groups
            groups += 1
            write(group)

        log._writer._write = counting
        await log.append(batches[0])
        places = asyncio.Semaphore(at_once)

        async def one(batch: list[AuditEvent]) -> None:
            async with places:
                await log.append(batch)

        started, groups = time.process_time(), 0
        await asyncio.gather(*(one(batch) for batch in batches))
        us = (time.process_time() - started) * 1e6
        begun = time.process_time()
        await log.verify()
        verify_us = (time.process_time() - begun) * 1e6
    with closing(sqlite3.connect(folder / "audit.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return _Run(us=us, group=len(batches) / groups, verify_us=verify_us)


def _plain(source: Path, target: Path, group: float) -> float:
    """Microseconds of CPU to insert the same rows, in as many transactions."""
    with closing(sqlite3.connect(source)) as connection:
        schema = [sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
        rows = connection.execute("SELECT * FROM audit_records ORDER BY position").fetchall()
    requests = len({row[1] for row in rows})
    size = max(1, round(len(rows) / requests * group))
    with closing(sqlite3.connect(target, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        for statement in schema:
            connection.execute(statement)
        statement = insertion("sqlite")
        started = time.process_time()
        for start in range(0, len(rows), size):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(statement, rows[start : start + size])
            connection.execute("COMMIT")
        return (time.process_time() - started) * 1e6
