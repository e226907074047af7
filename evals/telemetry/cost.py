"""`shopgraph eval telemetry-cost`: requests while Langfuse takes what is sent, fails, hangs, refuses or is not there.

One process for each way, all alive at once, each with the exporter as a host configures it. They play in turns, a few
requests each, so that what else the machine does meets all of them; there are two without an exporter, which show how
far two of the same are apart. Then each is told to end, and its time to the end is taken. Last a crowd of conversations
at once is played against a server that decodes what comes: no trace may hold two sessions or two users.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from pydantic import JsonValue

from shopgraph.errors import ConfigurationError
from shopgraph.evals.report import EvalReport
from shopgraph.evals.telemetry.servers import Receiver, serving

OFF, AGAIN, TAKING = "off", "off_again", "taking"
_QUEUE = "OTEL_BSP_MAX_QUEUE_SIZE"


@dataclass
class _Player:
    """One process, and what it was measured at."""

    process: subprocess.Popen[str]
    ms: list[list[float]] = field(default_factory=list)
    """By round."""
    cpu_ms: float = 0.0
    exit_s: float = 0.0

    def told(self, line: str) -> dict[str, Any]:
        """What it answers to a line."""
        if self.process.stdin is None or self.process.stdout is None:
            raise AssertionError("a player has pipes")
        if line:
            self.process.stdin.write(f"{line}\n")
            self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise ConfigurationError("A process of the evaluation died; its words are above.")
        found: dict[str, Any] = json.loads(answer)
        return found

    def play(self, requests: int) -> None:
        """Play a few requests."""
        found = self.told(f"play {requests}")
        self.ms.append(found["ms"])
        self.cpu_ms += found["cpu_ms"]

    def end(self) -> None:
        """Tell it to end, and take the time until it is gone."""
        started = time.perf_counter()
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.wait()
        self.exit_s = time.perf_counter() - started

    @property
    def all_ms(self) -> list[float]:
        """Of every request."""
        return [each for some in self.ms for each in some]


def evaluate(
    rounds: Annotated[int, typer.Option(min=2, help="Turns of each process.")] = 8,
    requests: Annotated[int, typer.Option(min=4, help="Requests of one turn.")] = 40,
    conversations: Annotated[int, typer.Option(min=0, help="Conversations at once; 0 leaves them out.")] = 1_000,
) -> EvalReport:
    """Measure requests and the end of a process while Langfuse works, fails, hangs, refuses or is not there."""
    with serving() as urls, ExitStack() as running:
        ways = {OFF: "", AGAIN: "", **urls}
        players = {way: running.enter_context(_playing(url)) for way, url in ways.items()}
        for way, player in players.items():
            if player.told("")["langfuse"] != bool(ways[way]):
                raise ConfigurationError("A process of the evaluation was configured otherwise than it was told.")
        order = [*players]
        for number in range(rounds):
            for way in order[number % len(order) :] + order[: number % len(order)]:
                players[way].play(requests)
        for player in players.values():
            player.end()
    figures: dict[str, JsonValue] = {
        "rounds": rounds,
        "requests_per_round": requests,
        "ways": {way: _figures(player, players) for way, player in players.items()},
        "exit_s_max": round(max(player.exit_s for player in players.values()), 3),
    }
    if conversations:
        figures["conversations"] = _crowd(conversations)
    return EvalReport(name="telemetry-cost", figures=figures)


@contextmanager
def _playing(url: str, **environment: str) -> Iterator[_Player]:
    known = {name: value for name, value in os.environ.items() if not name.startswith(("LANGFUSE", "SHOPGRAPH"))}
    keys = {"LANGFUSE_PUBLIC_KEY": "pk-eval", "LANGFUSE_SECRET_KEY": "sk-eval", "LANGFUSE_BASE_URL": url} if url else {}
    process = subprocess.Popen(
        [sys.executable, "-m", "shopgraph.evals.telemetry.player"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**known, **keys, **environment},
    )
    try:
        yield _Player(process)
    finally:
        process.kill()
        process.wait()


def _figures(player: _Player, players: Mapping[str, _Player]) -> dict[str, JsonValue]:
    ms = player.all_ms
    return {
        "p50_ms": round(statistics.median(ms), 3),
        "p95_ms": round(_percentile(ms, 95), 3),
        "cpu_ms_per_request": round(player.cpu_ms / len(ms), 3),
        "ratio_to_off": _ratios(player, players[OFF]),
        "ratio_to_taking": _ratios(player, players[TAKING]),
        "exit_s": round(player.exit_s, 3),
        "exit_s_beyond_off": round(player.exit_s - players[OFF].exit_s, 3),
    }


def _ratios(player: _Player, other: _Player) -> dict[str, JsonValue]:
    """Of medians, of 95th percentiles; and the median over the rounds of each round's ratio of medians."""
    by_round = [statistics.median(a) / statistics.median(b) for a, b in zip(player.ms, other.ms, strict=True)]
    return {
        "p50": round(statistics.median(player.all_ms) / statistics.median(other.all_ms), 3),
        "p95": round(_percentile(player.all_ms, 95) / _percentile(other.all_ms, 95), 3),
        "p50_by_round": round(statistics.median(by_round), 3),
    }


def _percentile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def _crowd(conversations: int) -> dict[str, JsonValue]:
    receiver = Receiver()
    try:
        # Room for all of it: what is looked for is mixing, not what a full queue drops.
        with _playing(receiver.url, **{_QUEUE: str(200 * conversations)}) as player:
            player.told("")
            told = player.told(f"crowd {conversations}")
            player.end()
        return counted(receiver.spans(), told["users"], told["turns"])
    finally:
        receiver.close()


def counted(spans: Sequence[Span], users: Mapping[str, str], turns: int) -> dict[str, JsonValue]:
    """How conversations are told apart in spans; those of other sessions were played to warm up.

    Args:
        users: conversation to the user whom its traces must name; empty for a guest.
        turns: requests of each conversation: as many traces it must have.
    """
    by_trace: dict[bytes, list[Span]] = defaultdict(list)
    for span in spans:
        by_trace[span.trace_id].append(span)
    traces: dict[str, int] = defaultdict(int)
    mixed = orphans = theirs = 0
    for trace in by_trace.values():
        told = {(_attribute(span, "session.id"), _attribute(span, "user.id")) for span in trace}
        session = next(iter(told))[0]
        if len(told) == 1 and session not in users:
            continue
        theirs += len(trace)
        mixed += len(told) > 1 or next(iter(told))[1] != users[session]
        traces[session] += 1
        ids = {span.span_id for span in trace}
        orphans += sum(bool(span.parent_span_id) and span.parent_span_id not in ids for span in trace)
    return {
        "conversations": len(users),
        "traces": sum(traces.values()),
        "spans": theirs,
        "mixed": mixed,
        "orphans": orphans,
        "complete": sum(traces[session] == turns for session in users),
    }


def _attribute(span: Span, name: str) -> str:
    return next((item.value.string_value for item in span.attributes if item.key == name), "")
