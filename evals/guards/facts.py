"""`shopgraph eval guards facts`: drafts with right and wrong claims, and what the guard chain made of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer
from pydantic import JsonValue, ValidationError

from shopgraph.domain import Value
from shopgraph.errors import InvalidInput
from shopgraph.evals.guards.facts_generator import generate
from shopgraph.evals.report import CaseResult, EvalReport
from shopgraph.guards.chain import GuardChain, GuardResult
from shopgraph.guards.checks import CHECKS
from shopgraph.guards.facts import Facts

HAND_WRITTEN = Path(__file__).parent / "cases"


class FactsCase(Value):
    """A draft, what is known, and what must come of it."""

    id: str
    facts: Facts = Facts()
    draft: str
    verdict: Literal["pass", "fix", "block"]
    contains: tuple[str, ...] = ()
    """What the final text holds, in this case of letters."""
    lacks: tuple[str, ...] = ()


class Judged(Value):
    """What the chain made of a case."""

    case: FactsCase
    result: GuardResult
    seconds: float

    @property
    def right(self) -> bool:
        """Whether verdict and text are as they must be."""
        return self.result.verdict == self.case.verdict and not self.amiss

    @property
    def amiss(self) -> list[str]:
        """What the final text holds or lacks against what is expected."""
        text = self.result.text
        lost = [f"lacks {part!r}" for part in self.case.contains if part not in text]
        return lost + [f"still holds {part!r}" for part in self.case.lacks if part in text]

    @property
    def kind(self) -> str:
        """Right, or the kind of mistake."""
        if self.right:
            return "right"
        if self.case.verdict == "pass":
            return "false_alarms"
        return "missed" if self.result.verdict == "pass" else "wrong_fix"

    @property
    def detail(self) -> str:
        """What was expected and what came."""
        expected = f"expected {self.case.verdict}, got {self.result.verdict}"
        return "; ".join([expected, *self.amiss, f"text: {self.result.text!r}"])


def evaluate(
    data: Annotated[
        Path | None, typer.Option("--data", metavar="FILE", help="Cases as JSON lines; without it our own.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the generated cases.")] = 7,
    count: Annotated[int, typer.Option(min=1, help="How many are generated.")] = 600,
) -> EvalReport:
    """Run drafts with right and wrong claims through the outbound guard chain."""
    sets = {data.name: read_cases(data)} if data else own_cases(seed=seed, count=count)
    judged = {name: judge(cases) for name, cases in sets.items()}
    everything = [item for items in judged.values() for item in items]
    total = figures(everything)
    if data is None:
        total["by_set"] = {name: figures(items) for name, items in judged.items()}
    return EvalReport(
        name="guards facts",
        figures=total,
        cases=tuple(
            CaseResult(
                id=item.case.id,
                passed=item.right,
                detail="" if item.right else item.detail,
                seconds=item.seconds,
            )
            for item in everything
        ),
    )


def own_cases(*, seed: int, count: int) -> dict[str, list[FactsCase]]:
    """The cases that ship: generated ones, and hand-written ones by file."""
    sets = {"generated": [FactsCase.model_validate(raw) for raw in generate(seed=seed, count=count)]}
    return sets | {path.stem: read_cases(path) for path in sorted(HAND_WRITTEN.glob("*.jsonl"))}


def read_cases(path: Path) -> list[FactsCase]:
    """The cases of a JSON lines file.

    Raises:
        InvalidInput: the file cannot be read, or a line is no case; names it.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} cannot be read: {error}.", remedy="Name a file of JSON lines in UTF-8.") from None
    return [_case(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _case(path: Path, number: int, line: str) -> FactsCase:
    try:
        return FactsCase.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the line"
        raise InvalidInput(
            f"{path}, line {number}, {where}: {first['msg']}.",
            remedy='A case is {"id", "facts", "draft", "verdict", "contains", "lacks"}.',
        ) from None


def judge(cases: Iterable[FactsCase]) -> list[Judged]:
    """Run each case through every check, with no brand and no hosts but the facts' own."""
    chain = GuardChain(CHECKS)
    judged = []
    for case in cases:
        begun = time.perf_counter()
        result = chain.run(case.draft, case.facts)
        judged.append(Judged(case=case, result=result, seconds=time.perf_counter() - begun))
    return judged


def figures(judged: Sequence[Judged]) -> dict[str, JsonValue]:
    """How many were right, the kinds of mistakes, which they were, and how long the chain took."""
    kinds = [item.kind for item in judged]
    wrong: list[JsonValue] = [item.case.id for item in judged if not item.right]
    times: Mapping[str, JsonValue] = _milliseconds([item.seconds for item in judged])
    return {
        "n": len(judged),
        "right": kinds.count("right"),
        "share": round(kinds.count("right") / len(judged), 4) if judged else None,
        "false_alarms": kinds.count("false_alarms"),
        "missed": kinds.count("missed"),
        "wrong_fix": kinds.count("wrong_fix"),
        "wrong": wrong,
        "ms": dict(times),
    }


def _milliseconds(seconds: Sequence[float]) -> dict[str, JsonValue]:
    if len(seconds) < 2:
        return {"p50": round(sum(seconds) * 1000, 4) if seconds else None, "p99": None}
    return {
        "p50": round(statistics.median(seconds) * 1000, 4),
        "p99": round(statistics.quantiles(seconds, n=100, method="inclusive")[98] * 1000, 4),
    }
