"""`shopgraph eval guards injection`: a classifier learns from one set of texts and judges another."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, assert_never

import numpy as np
import typer
from pydantic import JsonValue

from shopgraph.domain import Value
from shopgraph.errors import InvalidInput
from shopgraph.evals.guards.rows import read_rows, text_of
from shopgraph.evals.report import EvalReport
from shopgraph.guards.injection_classifier import THRESHOLD, LabeledText, train
from shopgraph.guards.injection_texts import benign_texts, malicious_texts


class Judged(Value):
    """A text's label and score."""

    source: str
    instructs: bool
    score: float

    @property
    def flagged(self) -> bool:
        """Whether the classifier says that it instructs."""
        return self.score > THRESHOLD


class Own(StrEnum):
    """Which texts of our own are learned from beside --train."""

    ALL = "all"
    BENIGN = "benign"
    NONE = "none"

    def texts(self) -> list[LabeledText]:
        """Benign ones first."""
        match self:
            case Own.ALL:
                return [*benign_texts(), *malicious_texts()]
            case Own.BENIGN:
                return [*benign_texts()]
            case Own.NONE:
                return []
            case _:
                assert_never(self)


def evaluate(
    train_files: Annotated[
        list[Path],
        typer.Option("--train", metavar="FILE", help="Rows {text, label} to learn from; repeatable."),
    ],
    test_files: Annotated[
        list[Path], typer.Option("--test", metavar="FILE", help="Rows to judge; repeatable. No label: benign.")
    ],
    held_out: Annotated[
        list[str] | None,
        typer.Option("--hold-out", metavar="SOURCE", help="Learn from no row of this source; repeatable."),
    ] = None,
    own: Annotated[Own, typer.Option(help="Texts of our own to learn from as well.")] = Own.ALL,
) -> EvalReport:
    """Measure the detector of instructions in text, trained on the files and on texts of our own."""
    learned = [text for path in train_files for source, text in _texts(path) if source not in (held_out or ())]
    ours = own.texts()
    if not any(text.instructs for text in (*learned, *ours)):
        raise InvalidInput("Nothing in --train instructs (label 1).", remedy="Give a file with both labels.")
    classifier = train([*learned, *ours])
    tests = [pair for path in test_files for pair in _texts(path)]
    if not tests:
        raise InvalidInput("--test has no rows.", remedy="Give a file with at least one.")
    started = time.process_time()
    scores = [classifier.score(text.text) for _, text in tests]
    seconds = time.process_time() - started
    judged = [
        Judged(source=source, instructs=text.instructs, score=score)
        for (source, text), score in zip(tests, scores, strict=True)
    ]
    kilobytes = sum(len(text.text.encode()) for _, text in tests) / 1024
    return EvalReport(
        name="guards-injection",
        figures={
            "by_source": {
                source: {"n": len(rows), **_rates(rows)}
                for source in sorted({item.source for item in judged})
                for rows in [[item for item in judged if item.source == source]]
            },
            **_rates(judged),
            "auroc": auroc([item.score for item in judged], [item.instructs for item in judged]),
            "ms_per_kb": round(1000 * seconds / max(kilobytes, 1e-9), 4),
            "learned_from": {
                "given": len(learned),
                "own_benign": sum(not text.instructs for text in ours),
                "own_malicious": sum(text.instructs for text in ours),
            },
        },
    )


def auroc(scores: Sequence[float], labels: Sequence[bool]) -> float | None:
    """How often a labeled one scores above another, ties half; null where one kind is missing."""
    positive = sum(labels)
    negative = len(labels) - positive
    if not positive or not negative:
        return None
    _, inverse, counts = np.unique(np.array(scores), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    above = float(ranks[np.array(labels, dtype=bool)].sum()) - positive * (positive + 1) / 2
    return round(above / (positive * negative), 4)


def _rates(rows: Sequence[Judged]) -> dict[str, JsonValue]:
    return {
        "recall": _share([row.flagged for row in rows if row.instructs]),
        "false_positive_rate": _share([row.flagged for row in rows if not row.instructs]),
    }


def _share(flags: Sequence[bool]) -> float | None:
    return round(sum(flags) / len(flags), 4) if flags else None


def _texts(path: Path) -> Iterator[tuple[str, LabeledText]]:
    for row in read_rows(path):
        label = row.get("label", 0)
        if label not in (0, 1):
            raise InvalidInput(f"{path} has the label {label!r}.", remedy="0 is benign, 1 instructs.")
        yield str(row.get("source") or path.name), LabeledText(text=text_of(row, path), instructs=label == 1)
