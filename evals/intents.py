"""`shopgraph eval intents`: learn intents from one set of rows and name those of another, or measure a finished router.

What is judged sees a row's text and nothing else of it.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
import yaml
from pydantic import JsonValue

from shopgraph.errors import InvalidInput
from shopgraph.evals.guards.injection import auroc
from shopgraph.evals.guards.rows import field, read_rows
from shopgraph.evals.report import CaseResult, EvalReport
from shopgraph.models.blend.model import Blend
from shopgraph.models.blend.training import OUTSIDE, LabeledText, train_blend
from shopgraph.models.router import IntentRouter
from shopgraph.yaml_text import read_yaml

BINS = 15
"""Of the expected calibration error, equally wide."""
KEPT = 0.95
BITEXT_MAP = "bitext_map.yaml"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One message of a file."""

    text: str
    intent: str
    part: str
    """As the file has it; empty where it has none."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was said of one row."""

    row: Row
    intent: str
    confidence: float
    in_scope: float


def evaluate(
    test_files: Annotated[
        list[Path], typer.Option("--test", metavar="FILE", help="Rows {text, intent, part} to judge; repeatable.")
    ],
    train_files: Annotated[
        list[Path] | None,
        typer.Option("--train", metavar="FILE", help="Rows to learn from; repeatable. The intent oos: none of them."),
    ] = None,
    router: Annotated[
        str | None, typer.Option(metavar="default|DIR", help="Measure this router instead of training one.")
    ] = None,
    map_file: Annotated[
        Path | None, typer.Option("--map", metavar="FILE", help="With --router: YAML, the rows' intents as its own.")
    ] = None,
    without_oos: Annotated[bool, typer.Option(help="Learn from no row that is out of scope.")] = False,
    seed: Annotated[int, typer.Option(help="Of the shuffling.")] = 7,
) -> EvalReport:
    """Measure intents: accuracy, calibration, out-of-scope detection and microseconds a text, on one core."""
    rows = _rows(test_files)
    if (router is None) == (not train_files):
        raise InvalidInput("Neither or both of --train and --router.", remedy="Train on files, or measure a router.")
    if router is not None:
        return _of_router(router, rows, map_file)
    learned = [
        LabeledText(text=row.text, intent=row.intent)
        for row in _rows(train_files or ())
        if row.intent != OUTSIDE or not without_oos
    ]
    started = time.process_time()
    blend = train_blend(learned, seed=seed).blend
    train_s = time.process_time() - started
    started = time.process_time()
    answers = [_answer(blend, row) for row in rows]
    seconds = time.process_time() - started
    return EvalReport(
        name="intents",
        figures={
            **_figures(answers),
            "us_per_text": round(1e6 * seconds / len(rows), 1),
            "train_s": round(train_s, 2),
            "trained_on": {
                "n": len(learned),
                "n_out_of_scope": sum(row.intent == OUTSIDE for row in learned),
                "intents": len(blend.labels),
            },
        },
    )


def _answer(blend: Blend, row: Row) -> Answer:
    judged = blend.judge(row.text)
    return Answer(row=row, intent=judged.intent, confidence=judged.confidence, in_scope=judged.in_scope)


def _rows(paths: Sequence[Path]) -> list[Row]:
    rows = [
        Row(text=str(field(row, "text", path)), intent=str(field(row, "intent", path)), part=str(row.get("part") or ""))
        for path in paths
        for row in read_rows(path)
    ]
    if not rows:
        raise InvalidInput("A file list has no rows.", remedy="Give files with at least one row {text, intent}.")
    return rows


def _figures(answers: Sequence[Answer]) -> dict[str, JsonValue]:
    within = [one for one in answers if one.row.intent != OUTSIDE]
    outside = [one for one in answers if one.row.intent == OUTSIDE]
    by_part: dict[str, list[Answer]] = defaultdict(list)
    for one in outside:
        by_part[_part(one.row.part)].append(one)
    threshold = float(np.quantile([one.in_scope for one in within], 1 - KEPT)) if within else 0.0
    return {
        "accuracy": _share([one.intent == one.row.intent for one in within]),
        "ece": calibration_error([one.confidence for one in within], [one.intent == one.row.intent for one in within]),
        "n": len(within),
        "n_oos": len(outside),
        "oos_auroc": _auroc(within, outside),
        "oos_auroc_by_part": {part: _auroc(within, some) for part, some in sorted(by_part.items())},
        "oos_recall_at_95": _share([one.in_scope < threshold for one in outside]),
    }


def _part(name: str) -> str:
    """`id-oos/test` is `id-oos`, `oos_test` is `oos`; a row without a part is `oos`."""
    return name.split("/")[0].split("_")[0] or OUTSIDE


def _auroc(within: Sequence[Answer], outside: Sequence[Answer]) -> float | None:
    return auroc([one.in_scope for one in (*within, *outside)], [True] * len(within) + [False] * len(outside))


def calibration_error(confidences: Sequence[float], right: Sequence[bool]) -> float | None:
    """Expected calibration error over 15 equally wide bins of confidence (Guo et al. 2017); null for no rows."""
    if not confidences:
        return None
    said, was = np.array(confidences), np.array(right, dtype=float)
    bins = np.minimum((said * BINS).astype(int), BINS - 1)
    gaps = [abs(was[bins == at].mean() - said[bins == at].mean()) * (bins == at).mean() for at in np.unique(bins)]
    return round(float(sum(gaps)), 4)


def _share(flags: Sequence[bool]) -> float | None:
    return round(sum(flags) / len(flags), 4) if flags else None


def _of_router(name: str, rows: Sequence[Row], map_file: Path | None) -> EvalReport:
    judge = IntentRouter.default() if name == "default" else IntentRouter.load(Path(name))
    named = _map(map_file) if map_file or name == "default" else {row.intent: row.intent for row in rows}
    if strange := sorted({row.intent for row in rows} - set(named)):
        raise InvalidInput(f"The map lacks {', '.join(strange)}.", remedy="Map each intent of the rows.")
    if unknown := sorted(set(named.values()) - set(judge.intents)):
        raise InvalidInput(
            f"The map names {', '.join(unknown)}, which the router does not know.",
            remedy=f"Its intents are {', '.join(judge.intents)}.",
        )
    started = time.process_time()
    said = [judge.route(row.text).intent for row in rows]
    seconds = time.process_time() - started
    right = [intent == named[row.intent] for intent, row in zip(said, rows, strict=True)]
    return EvalReport(
        name="intents",
        figures={
            "accuracy": _share(right),
            "macro_accuracy": _macro(rows, right),
            "n_mapped": len(rows),
            "intents_mapped": len({row.intent for row in rows}),
            "us_per_text": round(1e6 * seconds / len(rows), 1),
            "by_intent": {
                intent: _share([ok for ok, row in zip(right, rows, strict=True) if row.intent == intent])
                for intent in sorted({row.intent for row in rows})
            },
        },
        cases=_cases(rows, said, lambda row: named[row.intent]),
    )


def _macro(rows: Sequence[Row], right: Sequence[bool]) -> float:
    count, hits = Counter(row.intent for row in rows), Counter[str]()
    for row, ok in zip(rows, right, strict=True):
        hits[row.intent] += ok
    return round(sum(hits[intent] / count[intent] for intent in count) / len(count), 4)


def _cases(rows: Sequence[Row], said: Sequence[str], wanted: Callable[[Row], str]) -> tuple[CaseResult, ...]:
    return tuple(
        CaseResult(
            id=row.text[:120],
            passed=intent == wanted(row),
            detail="" if intent == wanted(row) else f"expected {wanted(row)}, said {intent}",
        )
        for row, intent in zip(rows, said, strict=True)
    )


def _map(path: Path | None) -> dict[str, str]:
    try:
        text = (files("shopgraph.models") / BITEXT_MAP if path is None else path).read_text(encoding="utf-8")
        content = read_yaml(text)
    except (OSError, yaml.YAMLError) as error:
        raise InvalidInput(f"{path} cannot be read: {error}", remedy="A YAML file: their intent: our intent.") from None
    if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
        raise InvalidInput(f"{path} is no map of intents.", remedy="A YAML file: their intent: our intent.")
    return {str(theirs): ours for theirs, ours in content.items()}
