"""`shopgraph eval guards grounding`: summaries that their documents bear, and ones that were changed."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue

from shopgraph.errors import InvalidInput
from shopgraph.evals.guards.rows import field, read_rows
from shopgraph.evals.report import CaseResult, EvalReport
from shopgraph.guards.grounding import unsupported


def evaluate(
    test: Annotated[
        Path, typer.Option("--test", metavar="FILE", help="Rows {domain, doc, summary, label}: 1 is consistent.")
    ],
    docs: Annotated[Path, typer.Option("--docs", metavar="FILE", help="Rows {doc, text}.")],
) -> EvalReport:
    """Measure the comparison of a text with its source: balanced accuracy by domain."""
    sources = {str(field(row, "doc", docs)): str(field(row, "text", docs)) for row in read_rows(docs)}
    right: defaultdict[str, dict[int, list[bool]]] = defaultdict(lambda: {0: [], 1: []})
    cases: list[CaseResult] = []
    for row in read_rows(test):
        doc, label = str(field(row, "doc", test)), field(row, "label", test)
        if doc not in sources or label not in (0, 1):
            raise InvalidInput(
                f"{test} has the document {doc!r} with the label {label!r}.",
                remedy=f"A document of {docs}; 1 is consistent, 0 is not.",
            )
        found = unsupported(str(field(row, "summary", test)), sources[doc])
        passed = (not found) == (label == 1)
        right[str(field(row, "domain", test))][label].append(passed)
        detail = "" if passed else "; ".join(each.reason for each in found) or "nothing found"
        cases.append(CaseResult(id=str(row.get("id", len(cases) + 1)), passed=passed, detail=detail))
    by_domain: dict[str, JsonValue] = {
        domain: {"n": sum(map(len, rows.values())), "balanced_accuracy": _balanced(rows)}
        for domain, rows in sorted(right.items())
    }
    return EvalReport(name="guards-grounding", figures={"by_domain": by_domain}, cases=tuple(cases))


def _balanced(rows: dict[int, list[bool]]) -> float | None:
    """The mean of the two shares of right answers, in percent; null where one kind of row is missing."""
    if not all(rows.values()):
        return None
    return round(100 * sum(sum(flags) / len(flags) for flags in rows.values()) / len(rows), 1)
