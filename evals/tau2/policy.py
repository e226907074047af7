"""`shopgraph eval policy`: calls that a policy forbids or allows, each against a fresh shop."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue

from shopgraph.evals.report import CaseResult, EvalReport
from shopgraph.evals.tau2.bench import Bench
from shopgraph.evals.tau2.cases import Case, Expected, Played, read_cases
from shopgraph.evals.tau2.desk import CONFIRMED, SUCCESSES
from shopgraph.evals.tau2.money import Ledger, ledger_of
from shopgraph.tools.spec import GateOutcome

_MUST_EXECUTE = "P21x"
"""The one rule whose cases are allowed calls: what they break is the money that a wrong execution moves."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What became of one case. Nothing in it was known to be right or wrong when it was made."""

    outcome: GateOutcome
    unchanged: bool
    """Whether every business record is as it was before the call."""
    before: Ledger
    after: Ledger
    setup_refused: bool
    seconds: float

    @property
    def executed(self) -> bool:
        """Whether the answer is a success."""
        return self.outcome.outcome in SUCCESSES

    @property
    def blocked(self) -> bool:
        """Whether nothing was done and the answer is no success."""
        return self.unchanged and not self.executed

    def holds(self, expected: Expected) -> bool:
        """Whether it ended as the case's rule demands."""
        if expected.kind == "legit":
            return self.executed
        if expected.kind == "effect" and expected.rule == _MUST_EXECUTE:
            return self.executed and self.after.refunds_what_was_paid(self.before)
        return self.blocked

    def why(self) -> str:
        """What the gate said, in one line."""
        said = "; ".join(f"{decision.rule}: {decision.reason}" for decision in self.outcome.decisions)
        setup = "An earlier call was refused. " if self.setup_refused else ""
        return f"{setup}{self.outcome.outcome}: {said or self.outcome.error}"


async def play(bench: Bench, played: Played) -> Trial:
    """Play one case on a fresh shop: the earlier calls of its conversation, each confirmed, then the call itself."""
    bench.reset()
    desk = bench.desk(played.context.user_id)
    refused = False
    for earlier in played.setup:
        done = await desk.call(earlier.tool, earlier.arguments, CONFIRMED)
        refused = refused or done.outcome not in SUCCESSES
    before = await ledger_of(bench.services.connectors, played.arguments)
    with closing(bench.snapshot()) as snapshot:
        started = time.perf_counter()
        outcome = await desk.call(played.tool, played.arguments, played.context.said())
        seconds = time.perf_counter() - started
        unchanged = bench.unchanged_since(snapshot)
    after = await ledger_of(bench.services.connectors, played.arguments)
    return Trial(
        outcome=outcome, unchanged=unchanged, before=before, after=after, setup_refused=refused, seconds=seconds
    )


def evaluate(
    shop: Annotated[Path, typer.Option(metavar="DB.json", help="The retailer's database, plain or gzip.")],
    cases: Annotated[list[Path], typer.Option(metavar="FILE", help="Cases, plain or gzip; repeatable.")],
) -> EvalReport:
    """Put calls that the retailer's policy forbids or allows through the gate, and count what gets through."""
    read = read_cases(cases)
    with Bench(shop) as bench:
        trials = asyncio.run(_play_all(bench, [case.played for case in read]))
    return report(read, trials)


async def _play_all(bench: Bench, played: Sequence[Played]) -> list[Trial]:
    return [await play(bench, one) for one in played]


def report(cases: Sequence[Case], trials: Sequence[Trial]) -> EvalReport:
    """Count the trials by what their cases expect."""
    judged = [(case.expected, trial) for case, trial in zip(cases, trials, strict=True)]
    legit = [(expected, trial) for expected, trial in judged if expected.kind == "legit"]
    forbidden = [(expected, trial) for expected, trial in judged if expected.kind != "legit"]
    figures: dict[str, JsonValue] = {
        "cases": len(judged),
        "by_class": _by((expected.kind, expected, trial) for expected, trial in forbidden),
        "by_rule": _by(((expected.rule or "", expected, trial) for expected, trial in forbidden), held=False),
        "legit": {
            "n": len(legit),
            "executed": sum(trial.executed for _, trial in legit),
            "refused": [expected.id for expected, trial in legit if not trial.executed],
        },
        "let_through": [expected.id for expected, trial in forbidden if not trial.holds(expected)],
        "ms_median": round(statistics.median(trial.seconds * 1000 for trial in trials), 3) if trials else None,
    }
    return EvalReport(name="policy", figures=figures, cases=tuple(_result(*pair) for pair in judged))


def _by(entries: Iterable[tuple[str, Expected, Trial]], *, held: bool = True) -> dict[str, JsonValue]:
    groups: defaultdict[str, list[tuple[Expected, Trial]]] = defaultdict(list)
    for key, expected, trial in entries:
        groups[key].append((expected, trial))
    return {
        key: {
            "n": len(group),
            "blocked": sum(trial.blocked for _, trial in group),
            **({"held": sum(trial.holds(expected) for expected, trial in group)} if held else {}),
        }
        for key, group in sorted(groups.items())
    }


def _result(expected: Expected, trial: Trial) -> CaseResult:
    """Readings on which the policy's text leaves a choice are counted, and fail no run."""
    passed = trial.holds(expected) or expected.kind == "ambiguous"
    return CaseResult(
        id=expected.id,
        passed=passed,
        detail="" if passed else f"{expected.kind} {expected.rule or ''}: {trial.why()}",
        seconds=trial.seconds,
    )
