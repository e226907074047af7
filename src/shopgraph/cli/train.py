"""`shopgraph train`: what is learned from an app's own traffic."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from shopgraph.cli.evaluate import EvalCommand
from shopgraph.cli.output import print_json, print_notice, progress
from shopgraph.cli.train_commerce import copy, recommender

app = typer.Typer(help="Learn from your own traffic.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Learn from your own traffic."""


app.command("recommender", cls=EvalCommand)(recommender)
app.command("copy", cls=EvalCommand)(copy)


@app.command("router", cls=EvalCommand)
def router(
    data: Annotated[
        list[Path],
        typer.Option(
            metavar="FILE", help="JSON Lines, plain or .gz: {text, intent}; the intent oos: none. Repeatable."
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for weights, thresholds, report and card.")],
    seed: Annotated[int, typer.Option(help="Of the shuffling; the same data and seed give the same bytes.")] = 7,
) -> None:
    """Learn an intent router from rows of text and intent."""
    from shopgraph.evals.guards.rows import field, read_rows
    from shopgraph.models.blend.files import CARD, save_blend, training_report
    from shopgraph.models.blend.training import LabeledText, train_blend

    rows = [
        LabeledText(text=str(field(row, "text", path)), intent=str(field(row, "intent", path)))
        for path in data
        for row in read_rows(path)
    ]
    with progress() as bar:
        task = bar.add_task("training", total=None)
        trained = train_blend(
            rows,
            seed=seed,
            progress=lambda what, done, of: bar.update(task, description=what, completed=done, total=of),
        )
    save_blend(trained, out, rows=rows, sources=[path.name for path in data], date=datetime.now(UTC).date().isoformat())
    report = training_report(trained.held_out)
    print_json({"out": str(out), **{key: report[key] for key in ("accuracy", "n", "n_out_of_scope")}})
    print_notice(f"Wrote {out}; read {out / CARD} first. Use it: IntentRouter.load(Path({str(out)!r})).")


@app.command("tiers", cls=EvalCommand)
def tiers(
    data: Annotated[
        list[Path],
        typer.Option(
            metavar="FILE", help="JSON Lines, plain or .gz: text and tools, scores of both models. Repeatable."
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for weights, threshold, curve and card.")],
    weak: Annotated[str, typer.Option(metavar="NAME", help="The cheaper model, where rows name several.")] = "",
    strong: Annotated[str, typer.Option(metavar="NAME", help="The better model, where rows name several.")] = "",
    keep: Annotated[
        float,
        typer.Option(min=0.01, max=1, help="Share of the gap between both models to recover, as cheaply as may be."),
    ] = 0.8,
    seed: Annotated[int, typer.Option(help="Of the folds; the same data and seed give the same bytes.")] = 7,
) -> None:
    """Learn which requests need the stronger of two models."""
    from shopgraph.evals.guards.rows import read_rows
    from shopgraph.models.tiers.files import CARD, save_tiers
    from shopgraph.models.tiers.rows import read_outcomes
    from shopgraph.models.tiers.training import train_tiers

    outcomes = read_outcomes([row for path in data for row in read_rows(path)], weak=weak, strong=strong)
    with progress() as bar:
        task = bar.add_task("training", total=None)
        trained = train_tiers(
            outcomes,
            weak=weak or "weak",
            strong=strong or "strong",
            keep=keep,
            seed=seed,
            progress=lambda what, done, of: bar.update(task, description=what, completed=done, total=of),
        )
    sources = ", ".join(path.name for path in data)
    save_tiers(trained, out, sources=sources, rows=len(outcomes), date=datetime.now(UTC).date().isoformat())
    point = trained.operating_point.model_dump(mode="json")
    print_json({"out": str(out), "n": len(outcomes), "apgr": trained.curve.apgr, "operating_point": point})
    print_notice(f"Wrote {out}; read {out / CARD} first.")
