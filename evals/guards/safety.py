"""`shopgraph eval guards safety`: harmless prompts that sound dangerous, and dangerous ones that sound alike."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shopgraph.errors import InvalidInput
from shopgraph.evals.guards.rows import field, read_rows, text_of
from shopgraph.evals.report import CaseResult, EvalReport
from shopgraph.guards.safety import find_harm


def evaluate(
    test: Annotated[Path, typer.Option("--test", metavar="FILE", help="Rows {text, label}: 0 is safe, 1 is not.")],
) -> EvalReport:
    """Measure the search for harm: the share of safe prompts refused, and of unsafe ones caught."""
    refused: dict[int, list[bool]] = {0: [], 1: []}
    cases: list[CaseResult] = []
    for row in read_rows(test):
        label, text = field(row, "label", test), text_of(row, test)
        if label not in refused:
            raise InvalidInput(f"{test} has the label {label!r}.", remedy="0 is safe, 1 is not.")
        harm = find_harm(text)
        refused[label].append(harm is not None)
        detail = "" if (harm is not None) == (label == 1) else f"{text!r}: {harm or 'nothing found'}"
        cases.append(CaseResult(id=str(len(cases) + 1), passed=not detail, detail=detail))
    shares = {label: round(sum(flags) / len(flags), 4) if flags else None for label, flags in refused.items()}
    return EvalReport(
        name="guards-safety",
        figures={"n": len(cases), "false_refusals": shares[0], "caught": shares[1]},
        cases=tuple(cases),
    )
