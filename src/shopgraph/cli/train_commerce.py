"""`shopgraph train recommender` and `shopgraph train copy`: what is bought next, and which words sell."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopgraph.cli.output import print_json, print_notice, progress
from shopgraph.errors import InvalidInput

if TYPE_CHECKING:
    from shopgraph.models.recommend.rows import Basket

Files = list[Path]


class CopyTask(StrEnum):
    """What is learned."""

    HEADLINE = "headline"
    RESPONSE = "response"


def recommender(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for weights, items and card.")],
    data: Annotated[
        Files | None, typer.Option(metavar="FILE", help="Baskets, JSON Lines, plain or .gz. Repeatable.")
    ] = None,
    shop: Annotated[Path | None, typer.Option(metavar="DIR", help="A shop: learn from its own orders.")] = None,
    min_count: Annotated[int, typer.Option(min=1, help="Items in fewer baskets are left out.")] = 2,
    seed: Annotated[int, typer.Option(help="Of the samples; the same data and seed give the same bytes.")] = 7,
) -> None:
    """Learn what is bought together and what a customer buys next, and measure whether that is better than counting."""
    from shopgraph.models.recommend.files import CARD, save_recommender
    from shopgraph.models.recommend.measuring import measure_recommender
    from shopgraph.models.recommend.training import Recipe, train_recommender

    if (data is None) == (shop is None):
        raise InvalidInput("Neither or both of --data and --shop.", remedy="Name files of baskets, or a shop.")
    baskets, ordered = _of_shop(shop) if shop is not None else _of_files(data or [])
    recipe = Recipe(min_count=min_count, ordered=ordered, seed=seed)
    with progress() as bar:
        task = bar.add_task("training", total=None)

        def step(what: str, done: int, of: int) -> None:
            bar.update(task, description=what, completed=done, total=of)

        trained = train_recommender(baskets, recipe, progress=step)
        measured = measure_recommender(baskets, recipe, progress=step)
    sources = [path.name for path in data] if data else ["a shop's orders"]
    save_recommender(
        trained,
        out,
        sources=sources,
        date=datetime.now(UTC).date().isoformat(),
        scores=[str(each) for each in measured],
    )
    told = {"out": str(out), "baskets": trained.baskets, "customers": trained.customers}
    held_out = [{**asdict(each), "better": each.better} for each in measured]
    print_json({**told, "items": len(trained.model.statistics.items), "held_out": held_out})
    for each in measured:
        print_notice(str(each))
    if worse := [each.task for each in measured if not each.better]:
        print_notice(
            f"warning: nothing shows that {out} is better than counting for {' and '.join(worse)}. A shop that finds "
            "it in its folder's `recommender` goes by it all the same: keep it elsewhere, or learn from more baskets."
        )
    print_notice(f"Wrote {out}; read {out / CARD} first. A shop uses the one in its folder's `recommender`.")


def _of_files(paths: Files) -> tuple[list[Basket], bool]:
    from shopgraph.evals.guards.rows import read_rows
    from shopgraph.models.recommend.rows import form_of, read_baskets

    rows = [row for path in paths for row in read_rows(path)]
    return read_baskets(rows), form_of(rows) == "uci"


def _of_shop(where: Path) -> tuple[list[Basket], bool]:
    from shopgraph.graphs.recommend.history import baskets_of
    from shopgraph.shop import Shop

    with Shop.open(where) as shop:
        return baskets_of(shop.dump().orders), False


def copy(
    task: Annotated[CopyTask, typer.Option(help="Which text is clicked, or which household answers.")],
    data: Annotated[Files, typer.Option(metavar="FILE", help="Outcomes, JSON Lines, plain or .gz. Repeatable.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for weights, names and card.")],
    baskets: Annotated[Files | None, typer.Option(metavar="FILE", help="response: trips {h, d, p, v, s}.")] = None,
    households: Annotated[Files | None, typer.Option(metavar="FILE", help="response: what they are like.")] = None,
) -> None:
    """Learn which texts are clicked, or who answers a campaign."""
    from shopgraph.evals.guards.rows import read_rows
    from shopgraph.models.persuasion.files import CARD, save_headlines, save_responses

    sources, date = [path.name for path in data], datetime.now(UTC).date().isoformat()
    rows = [row for path in data for row in read_rows(path)]
    if task is CopyTask.HEADLINE:
        from shopgraph.models.persuasion.headlines import read_tests, train_headlines

        save_headlines(train_headlines(read_tests(rows)), out, sources=sources, date=date, tests=len(rows))
    else:
        from shopgraph.models.persuasion.invitations import read_invitations, read_trips
        from shopgraph.models.persuasion.responses import train_responses

        if not baskets:
            raise InvalidInput("Nobody's baskets are given.", remedy="Add --baskets FILE (and --households FILE).")
        trips = read_trips([row for path in baskets for row in read_rows(path)])
        profiles = [row for path in households or [] for row in read_rows(path)]
        learned = train_responses(read_invitations(rows, told=True), trips, profiles)
        save_responses(learned, out, sources=sources, date=date, rows=len(rows))
    print_json({"out": str(out), "task": task.value, "n": len(rows)})
    print_notice(f"Wrote {out}; read {out / CARD} first.")
