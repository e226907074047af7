"""`shopgraph eval audit-tamper`: a log is damaged at random, and `verify` has to name the first bad record.

Each try begins with the same log of so many records in a file, made through the log itself, with a signed head kept
apart. What is done to it is done with plain SQL, or to the bytes of the file; `AuditLog.verify` is the shipped one.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue

from shopgraph.audit.log import AuditEvent, AuditKeys, AuditLog, AuditReport, SignedHead, open_audit
from shopgraph.audit.records import COLUMNS, hash_of
from shopgraph.errors import InvalidInput
from shopgraph.evals.report import CaseResult, EvalReport

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
_ALL = ", ".join((*COLUMNS, "hash"))
_PER_REQUEST = 8


def evaluate(
    tries: Annotated[int, typer.Option(min=1, help="How often it is damaged.")] = 500,
    records: Annotated[int, typer.Option(min=20, help="Records of the log.")] = 10_000,
    seed: Annotated[int, typer.Option(help="Of what is done where.")] = 7,
) -> EvalReport:
    """Flip bytes of records, drop, cut off, swap, insert and rewrite; count how often the first bad one is named."""
    with tempfile.TemporaryDirectory(prefix="shopgraph-tamper-") as folder:
        bench = Bench(Path(folder), records)
        draw = random.Random(seed)  # noqa: S311 - drawn again by the seed
        began = time.process_time()
        found = [bench.attempt(draw) for _ in range(tries)]
        seconds = time.process_time() - began
        clean = bench.verify(bench.file)
    named = Counter(each.kind for each in found if each.named)
    by_kind: dict[str, JsonValue] = {
        kind: {"tries": count, "named": named[kind]} for kind, count in sorted(Counter(e.kind for e in found).items())
    }
    missed: list[JsonValue] = [each.told for each in found if not each.named]
    figures: dict[str, JsonValue] = {
        "records": clean.records,
        "checkpoints": clean.checkpoints,
        "clean_log_intact": clean.intact,
        "tries": tries,
        "named": sum(named.values()),
        "share": sum(named.values()) / tries,
        "by_kind": by_kind,
        "missed": missed[:20],
        "cpu_ms_per_verify": round(seconds / tries * 1000, 1),
    }
    cases = tuple(CaseResult(id=f"{number} {e.kind}", passed=e.named, detail=e.told) for number, e in enumerate(found))
    return EvalReport(name="audit-tamper", figures=figures, cases=cases)


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try."""

    kind: str
    at: int
    report: AuditReport

    @property
    def named(self) -> bool:
        """Whether the first bad record is the one that was damaged."""
        return self.report.first_bad is not None and self.report.first_bad.position == self.at

    @property
    def told(self) -> str:
        """What was done, and what `verify` said."""
        bad = self.report.first_bad
        said = "intact" if bad is None else f"{bad.position} {bad.finding}"
        return f"{self.kind} at {self.at}: {said}"


class Bench:
    """A log in a file, its signed head, and a copy that is damaged."""

    def __init__(self, folder: Path, records: int) -> None:
        """Make the log."""
        if records < 2 * _PER_REQUEST:
            raise InvalidInput(f"{records} records are too few.")
        self.file = folder / "audit.db"
        self._copy = folder / "copy" / "audit.db"
        self._copy.parent.mkdir()
        self._keys = folder / "keys"
        with closing(self._opened(self.file)) as log:
            self.head: SignedHead = asyncio.run(_filled(log, records))
        with closing(sqlite3.connect(self.file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (self.records,) = connection.execute("SELECT count(*) FROM audit_records").fetchone()

    def attempt(self, draw: random.Random) -> Attempt:
        """Damage a copy in one way, and verify it."""
        kind = draw.choice([*_WAYS])
        shutil.copyfile(self.file, self._copy)
        with closing(sqlite3.connect(self._copy)) as connection:
            at = _WAYS[kind](connection, self._copy, self.records, draw)
            connection.commit()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if kind == "flip a byte of the file":
            at = flip_in_file(self._copy, self.records, draw)
        return Attempt(kind=kind, at=at, report=self.verify(self._copy))

    def verify(self, file: Path) -> AuditReport:
        """What the shipped check says, against the head that was kept."""
        with closing(self._opened(file)) as log:
            return asyncio.run(log.verify(head=self.head))

    def _opened(self, file: Path) -> AuditLog:
        return open_audit(f"sqlite:///{file}", keys=AuditKeys(self._keys, f"sqlite:///{self._keys / 'ring.db'}"))


async def _filled(log: AuditLog, records: int) -> SignedHead:
    """Requests of a few steps each, with originals, until there are that many; the last record signs the log."""
    number = 0
    while (head := await log.head()).records < records - 1:
        left = min(400, records - 1 - head.records)
        events = [_event(number + each) for each in range(left)]
        number += left
        await log.append(events)
    return await log.checkpoint(AT)


def _event(number: int) -> AuditEvent:
    request, step = divmod(number, _PER_REQUEST)
    return AuditEvent(
        request_id=f"req_{request:016x}",
        conversation_id=f"conv_{request // 3:016x}",
        node=("screen", "route", "stitch", "prepare", "decide", "gate", "govern", "record")[step],
        layer="governance",
        kind="step",
        at=AT + timedelta(milliseconds=number),
        subject=f"customer:{request % 40}",
        payload={"layers": {"governance": [0.25, 1]}, "text": "where is my order?", "number": number},
        original={"text": f"where is order {number}?"} if step == _PER_REQUEST - 1 else None,
    )


Way = Callable[[sqlite3.Connection, Path, int, random.Random], int]
"""Damages a log and says which record is the first bad one."""


def _flip(connection: sqlite3.Connection, file: Path, records: int, draw: random.Random) -> int:
    """One byte of one column, whatever it becomes."""
    at = draw.randint(1, records)
    row = connection.execute(f"SELECT {_ALL} FROM audit_records WHERE position = ?", (at,)).fetchone()  # noqa: S608
    held = {name: value for name, value in zip((*COLUMNS, "hash"), row, strict=True) if value not in (None, "")}
    del held["position"]
    name = draw.choice(sorted(held))
    value = held[name]
    content = bytearray(value if isinstance(value, bytes) else str(value).encode())
    content[draw.randrange(len(content))] ^= draw.randint(1, 255)
    # As the text that it was: what is no UTF-8 stays so.
    put = "?" if isinstance(value, bytes) else "CAST(? AS TEXT)"
    connection.execute(f"UPDATE audit_records SET {name} = {put} WHERE position = ?", (bytes(content), at))  # noqa: S608
    return at


def flip_in_file(file: Path, records: int, draw: random.Random) -> int:
    """One byte of a record where it lies in the file: of its contents, or of the lengths and types before them."""
    content = bytearray(file.read_bytes())
    with closing(sqlite3.connect(file)) as connection:
        while True:
            at = draw.randint(1, records)
            row = connection.execute(
                f"SELECT {_ALL} FROM audit_records WHERE position = ?",  # noqa: S608
                (at,),
            ).fetchone()
            place = content.find(row[-1].encode())
            # The next record holds the hash too, as its previous one: the own one ends the record.
            body = sum(len(value if isinstance(value, bytes) else str(value)) for value in row[1:-1] if value)
            start = place - body
            if place > 0 and content[start : start + len(row[1])] == row[1].encode():
                break
            place = content.find(row[-1].encode(), place + 1)
            start = place - body
            if place > 0 and content[start : start + len(row[1])] == row[1].encode():
                break
    # Thirteen columns have a type each before the contents, the number of the record the first of them, which is no
    # part of any value; the lengths of twelve follow.
    content[draw.randrange(start - 12, place + 64)] ^= draw.randint(1, 255)
    file.write_bytes(content)
    return at


def _drop(connection: sqlite3.Connection, file: Path, records: int, draw: random.Random) -> int:
    at = draw.randint(1, records)
    connection.execute("DELETE FROM audit_records WHERE position = ?", (at,))
    return at


def _drop_and_close(connection: sqlite3.Connection, file: Path, records: int, draw: random.Random) -> int:
    at = _drop(connection, file, records, draw)
    connection.execute("UPDATE audit_records SET position = -position WHERE position > ?", (at,))
    connection.execute("UPDATE audit_records SET position = -position - 1 WHERE position < 0")
    return at


def _cut(connection: sqlite3.Connection, file: Path, records: int, draw: random.Random) -> int:
    at = draw.randint(max(1, records - 200), records)
    connection.execute("DELETE FROM audit_records WHERE position >= ?", (at,))
    return at


def _swap(connection: sqlite3.Connection, file: Path, records: int, draw: random.Random) -> int:
    one, other = sorted(draw.sample(range(1, records + 1), 2))
    for new, old in ((-1, one), (one, other), (other, -1)):
        connection.execute("UPDATE audit_records SET position = ? WHERE position = ?", (new, old))
    return one


def _insert(connection: sqlite3.Connection, file: Path, records: int, draw: random.Random) -> int:
    """A forged record, right in itself and following the one before, with everything after it moved on."""
    at = draw.randint(2, records)
    rows = f"SELECT {_ALL} FROM audit_records WHERE position = ?"  # noqa: S608
    like = connection.execute(rows, (draw.randint(1, records),)).fetchone()
    before = connection.execute(rows, (at - 1,)).fetchone()
    connection.execute("UPDATE audit_records SET position = -position WHERE position >= ?", (at,))
    connection.execute("UPDATE audit_records SET position = -position + 1 WHERE position < 0")
    values = (at, *like[1:-2], before[-1])
    marks = ", ".join("?" * (len(COLUMNS) + 1))
    connection.execute(f"INSERT INTO audit_records ({_ALL}) VALUES ({marks})", (*values, hash_of(values)))  # noqa: S608
    return at


def _rewrite(connection: sqlite3.Connection, file: Path, records: int, draw: random.Random) -> int:
    """A whole chain made anew from a changed record on, hashes and all; only the signatures cannot be made."""
    at = draw.randint(1, records - 1)
    rows = connection.execute(
        f"SELECT {_ALL} FROM audit_records WHERE position >= ? ORDER BY position",  # noqa: S608
        (at,),
    ).fetchall()
    first_signature = next(row[0] for row in rows if row[COLUMNS.index("kind")] == "checkpoint")
    previous = rows[0][COLUMNS.index("previous")]
    place = COLUMNS.index("node")
    for number, row in enumerate(rows):
        values = [*row[: len(COLUMNS)]]
        if number == 0 and at != first_signature:
            values[place] = "nothing"
        values[-1] = previous
        previous = hash_of(values)
        connection.execute(
            "UPDATE audit_records SET node = ?, previous = ?, hash = ? WHERE position = ?",
            (values[place], values[-1], previous, row[0]),
        )
    # A record that is right in itself and in its place is only given away by the signature after it.
    return first_signature if at != first_signature else _flip(connection, file, records, draw)


_WAYS: dict[str, Way] = {
    "flip a byte": _flip,
    "flip a byte of the file": lambda connection, file, records, draw: 0,
    "drop": _drop,
    "drop and close ranks": _drop_and_close,
    "cut off the tail": _cut,
    "swap": _swap,
    "insert": _insert,
    "rewrite the chain": _rewrite,
}
