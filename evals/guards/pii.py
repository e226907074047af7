"""`shopgraph eval guards pii`: which pieces of personal data are found, type by type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import typer
from pydantic import JsonValue

from shopgraph.domain import Value
from shopgraph.errors import InvalidInput
from shopgraph.evals.guards.rows import field, read_rows
from shopgraph.evals.report import CaseResult, EvalReport
from shopgraph.guards.personal import find_personal

TYPES: Mapping[str, str] = MappingProxyType(
    {
        "email": "EMAIL_ADDRESS",
        "card": "CREDIT_CARD",
        "iban": "IBAN_CODE",
        "ip": "IP_ADDRESS",
        "ssn": "US_SSN",
        "phone": "PHONE_NUMBER",
    }
)
"""Presidio's names of what we find."""


class Span(Value):
    """A place in a text, and what stands there."""

    type: str
    start: int
    end: int

    def hits(self, true: Span) -> bool:
        """The same type, over at least half of it."""
        overlap = min(self.end, true.end) - max(self.start, true.start)
        return self.type == true.type and 2 * overlap >= true.end - true.start


def evaluate(
    test: Annotated[Path, typer.Option("--test", metavar="FILE", help="Rows {text, spans: [[type, start, end]]}.")],
    train: Annotated[
        Path | None, typer.Option("--train", metavar="FILE", help="Not needed: nothing here is learned.")
    ] = None,
) -> EvalReport:
    """Measure the search for personal data: precision and recall by type; a hit covers half of the true span."""
    true, found, hit, right = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    cases: list[CaseResult] = []
    for number, row in enumerate(read_rows(test), start=1):
        text = str(field(row, "text", test))
        wanted = [_span(each, test) for each in field(row, "spans", test)]
        wanted = [span for span in wanted if span.type in TYPES.values()]
        made = [Span(type=TYPES[each.kind], start=each.start, end=each.end) for each in find_personal(text)]
        missed = [span for span in wanted if not any(each.hits(span) for each in made)]
        wrong = [each for each in made if not any(each.hits(span) for span in wanted)]
        true.update(span.type for span in wanted)
        found.update(each.type for each in made)
        hit.update(span.type for span in wanted if span not in missed)
        right.update(each.type for each in made if each not in wrong)
        detail = "; ".join(
            f"{word} {each.type} {text[each.start : each.end]!r}"
            for word, spans in (("missed", missed), ("wrong", wrong))
            for each in spans
        )
        cases.append(CaseResult(id=str(number), passed=not detail, detail=detail))
    by_type: dict[str, JsonValue] = {
        name: {"n": true[name], "precision": _ratio(right[name], found[name]), "recall": _ratio(hit[name], true[name])}
        for name in sorted(TYPES.values())
    }
    return EvalReport(name="guards-pii", figures={"by_type": by_type}, cases=tuple(cases))


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _span(given: object, path: Path) -> Span:
    match given:
        case [str(name), int(start), int(end)]:
            return Span(type=name, start=start, end=end)
    raise InvalidInput(f"{path} has the span {given!r}.", remedy="[type, start, end].")
