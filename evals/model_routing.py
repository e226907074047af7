"""`shopgraph eval model-routing`: which of two models a request is worth, learned from one file, measured on another.

The judge sees a request's text and the tools offered with it, nothing else of the row.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue

from shopgraph.errors import InvalidInput
from shopgraph.evals.guards.rows import read_rows
from shopgraph.evals.report import EvalReport
from shopgraph.models.tiers.curve import CostQuality, cost_quality
from shopgraph.models.tiers.rows import read_outcomes
from shopgraph.models.tiers.training import Outcome, train_tiers


def evaluate(
    train_files: Annotated[
        list[Path], typer.Option("--train", metavar="FILE", help="Rows with outcomes of both models; repeatable.")
    ],
    test_files: Annotated[list[Path], typer.Option("--test", metavar="FILE", help="Rows to judge; repeatable.")],
    weak: Annotated[str, typer.Option(metavar="NAME", help="The cheaper model, where rows name several.")] = "",
    strong: Annotated[str, typer.Option(metavar="NAME", help="The better model, where rows name several.")] = "",
    png: Annotated[Path | None, typer.Option(metavar="OUT", help="Draw the curve here.")] = None,
    seed: Annotated[int, typer.Option(help="Of the folds.")] = 7,
) -> EvalReport:
    """Measure a model router: performance gap recovered against the share of calls to the stronger model."""
    learned = _outcomes(train_files, weak, strong)
    tests = _outcomes(test_files, weak, strong)
    started = time.process_time()
    trained = train_tiers(learned, weak=weak or "weak", strong=strong or "strong", seed=seed)
    train_s = time.process_time() - started
    started = time.process_time()
    gains = [trained.model.gain(one.request) for one in tests]
    seconds = time.process_time() - started
    curve = cost_quality(gains, [one.weak for one in tests], [one.strong for one in tests])
    if curve.apgr is None:
        raise InvalidInput(
            "The strong model is no better on --test: there is no gap to recover.", remedy="Swap the names."
        )
    asked = [gain >= trained.model.threshold for gain in gains]
    if png:
        draw(curve, png, title=f"{weak or 'weak'} or {strong or 'strong'}, {len(tests):,} requests")
    return EvalReport(
        name="model-routing",
        figures={
            "apgr": curve.apgr,
            "cpt50": curve.cpt50,
            "cpt80": curve.cpt80,
            "n": len(tests),
            "weak_score": _mean([one.weak for one in tests]),
            "strong_score": _mean([one.strong for one in tests]),
            "operating_point": {
                "strong_share": _mean([float(up) for up in asked]),
                "score": _mean([one.strong if up else one.weak for one, up in zip(tests, asked, strict=True)]),
            },
            "us_per_text": round(1e6 * seconds / len(tests), 1),
            "train_s": round(train_s, 2),
            "train_n": len(learned),
            "train_apgr_held_out": trained.curve.apgr,
            "curve": _points(curve),
        },
    )


def _points(curve: CostQuality) -> list[JsonValue]:
    return [point.model_dump(mode="json") for point in curve.points]


def draw(curve: CostQuality, out: Path, *, title: str) -> None:
    """The curve beside a random router's, as a PNG.

    Raises:
        InvalidInput: the file cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot(
        [100 * point.strong_share for point in curve.points],
        [100 * point.gap_recovered for point in curve.points],
        label=f"learned, APGR {curve.apgr}",
    )
    axes.plot([0, 100], [0, 100], linestyle="--", color="grey", label="random, APGR 0.5")
    axes.set(xlabel="calls to the strong model, %", ylabel="performance gap recovered, %", title=title)
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")
    try:
        figure.savefig(out, format="png", dpi=130)
    except OSError as error:
        raise InvalidInput(f"{out} cannot be written: {error.strerror}.", remedy="Name a folder that exists.") from None


def _outcomes(paths: Sequence[Path], weak: str, strong: str) -> list[Outcome]:
    return read_outcomes([row for path in paths for row in read_rows(path)], weak=weak, strong=strong)


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4)
