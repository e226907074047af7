"""`shopgraph eval startup`: CPU of imports and of a cold `shopgraph ask`, beside LangGraph's own import, and of an
answer of the last tier in a warm process.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from langchain_core.messages import AIMessage, BaseMessage
from pydantic import JsonValue

from shopgraph.clock import parse_instant
from shopgraph.connectors.demo import generate
from shopgraph.domain import Principal
from shopgraph.errors import ConfigurationError
from shopgraph.evals.outage.evaluate import QUESTIONS, ToModels, quiet
from shopgraph.evals.report import EvalReport
from shopgraph.graphs import build_orchestrator
from shopgraph.models.faults import FaultKind, fault
from shopgraph.models.scripted import ScriptedChatModel
from shopgraph.shop import DEMO_INSTANT, Shop

QUESTION = "Where is my order #D1000001?"
EMAIL = "maya.lindqvist@example.com"
HEAVY = ("litellm", "guardrails", "chromadb")
"""What a cold command that needs no model must not load: seconds of CPU each."""
WARM_UP = 10
_MEASURED = """
import json, resource, sys
{code}
used = resource.getrusage(resource.RUSAGE_SELF)
names = sorted({{name.split(".")[0] for name in sys.modules}})
sys.stderr.write("\\n" + json.dumps({{"cpu_s": used.ru_utime + used.ru_stime, "packages": names}}) + "\\n")
"""
_ASK = """
sys.argv = ["shopgraph", "ask", {question!r}, "--shop", {shop!r}, "--as", {email!r}]
from shopgraph.cli import main
try:
    main()
except SystemExit as done:
    assert not done.code, done.code
"""


def evaluate(
    runs: Annotated[int, typer.Option(min=1, help="Fresh processes of each kind; the median counts.")] = 5,
    answers: Annotated[int, typer.Option(min=20, help="Warm answers of the last tier.")] = 200,
) -> EvalReport:
    """Measure what a cold process costs, and a warm one's answers when every model is down."""
    with tempfile.TemporaryDirectory() as folder:
        shop = Path(folder) / "shop"
        meta, parts = generate(stores=1, seed=7, at=parse_instant(DEMO_INSTANT))
        Shop.create(shop, meta, parts).close()
        ask = _ASK.format(question=QUESTION, shop=str(shop), email=EMAIL)
        empty, bare, ours, asked = (
            [_run(code) for _ in range(runs)] for code in ("", "import langgraph.graph", "import shopgraph", ask)
        )
        warm = _warm(shop, answers)
    loaded = sorted({name for run in asked for name in HEAVY if name in run.packages})
    figures: dict[str, JsonValue] = {
        "python_cpu_s": _median(empty),
        "import_shopgraph_cpu_s": _median(ours),
        "import_langgraph_graph_cpu_s": _median(bare),
        "ask_cpu_s": _median(asked),
        "ask_ratio_to_langgraph_graph": round(_median(asked) / _median(bare), 2),
        "ask_heavy_packages": len(loaded),
        "ask_loaded": list(loaded),
        **warm,
    }
    return EvalReport(name="startup", figures=figures)


class _Run:
    """One fresh process."""

    def __init__(self, cpu_s: float, packages: frozenset[str]) -> None:
        self.cpu_s = cpu_s
        self.packages = packages


def _run(code: str) -> _Run:
    """What a fresh interpreter used in all, its own start included, and the packages that it loaded."""
    done = subprocess.run(  # noqa: S603 - our own interpreter, our own code
        [sys.executable, "-c", _MEASURED.format(code=code)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ConfigurationError(f"A fresh process failed: {done.stderr.strip().splitlines()[-1]}")
    found = json.loads(done.stderr.strip().splitlines()[-1])
    return _Run(found["cpu_s"], frozenset(found["packages"]))


def _median(runs: Sequence[_Run]) -> float:
    return round(statistics.median(run.cpu_s for run in runs), 3)


def _warm(folder: Path, answers: int) -> dict[str, JsonValue]:
    """Answers when the model fails at once: the last tier alone, and through the whole graph."""

    def down(messages: list[BaseMessage]) -> AIMessage:
        raise fault(FaultKind.COOLING, "large")

    async def ask_all(shop: Shop) -> tuple[list[float], list[float]]:
        orchestrator = build_orchestrator(shop, model=ScriptedChatModel(play=down), router=ToModels.shipped())
        wall, cpu = [], []
        for turn in range(WARM_UP + answers):
            started, used = time.perf_counter(), time.process_time()
            await orchestrator.ask(QUESTIONS[turn % len(QUESTIONS)], principal=Principal.customer("cus_tracker"))
            wall.append((time.perf_counter() - started) * 1000)
            cpu.append((time.process_time() - used) * 1000)
        return wall[WARM_UP:], cpu[WARM_UP:]

    with quiet(), Shop.open(folder) as shop:
        wall, cpu = asyncio.run(ask_all(shop))
    return {"last_tier_ms": _spread(wall), "last_tier_cpu_ms": _spread(cpu)}


def _spread(times: Sequence[float]) -> dict[str, JsonValue]:
    return {"p50": round(statistics.median(times), 2), "p99": round(statistics.quantiles(times, n=100)[98], 2)}
