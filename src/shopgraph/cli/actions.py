"""`shopgraph actions`: what the shop is doing, and what a person decides about an action that is stuck.

It reads the shop's records and the engine's journal, so it works beside the worker that carries the actions out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from shopgraph.cli.output import console, print_json, print_model, print_notice, visible
from shopgraph.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from shopgraph.domain import ActionRun
    from shopgraph.shop import Shop
    from shopgraph.tools.durable.standing import Standing

app = typer.Typer(help="What the shop is doing, and what to do about what is stuck.", no_args_is_help=True)

ShopAt = Annotated[str | None, typer.Option("--shop", metavar="DIR|URL", help="The shop; without it the configured.")]
ActionId = Annotated[str, typer.Argument(metavar="ACTION", help="Its id, as `actions list` prints it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command("list")
def list_actions(
    shop: ShopAt = None,
    unfinished: Annotated[bool, typer.Option("--unfinished", help="Only those that are running or stuck.")] = False,
    stuck: Annotated[bool, typer.Option("--stuck", help="Only those that somebody should look at.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the actions that went to the engine, newest first."""
    from shopgraph.domain import RunStatus

    with _opened(shop) as opened:
        runs = asyncio.run(
            opened.connectors.runs.runs(unfinished=unfinished or stuck, limit=10_000 if stuck else limit)
        )
    if stuck:
        runs = tuple(run for run in runs if run.status is RunStatus.STUCK)[:limit]
    if as_json:
        print_json({"actions": [run.model_dump(mode="json") for run in runs]})
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in ("action", "what", "order", "asked by", "status", "admitted", "reason"):
        table.add_column(title, overflow="fold")
    for run in runs:
        at = run.at.isoformat(timespec="seconds")
        cells = (run.id, run.type, run.order_id or "", run.started_by, run.status, at, run.reason)
        table.add_row(*(visible(cell) for cell in cells))
    if runs:
        console().print(table)
    else:
        print_notice("No such action. What lies within the shop's own database is one transaction and is not listed.")


@app.command()
def show(action: ActionId, shop: ShopAt = None, as_json: AsJson = False) -> None:
    """Show an action: its plan, who started it, what was done and what remains, and what may be chosen."""
    from shopgraph.tools.durable.standing import standing

    with _opened(shop) as opened:
        now = standing(opened.engine.url, opened.meta.id, _run(opened, action))
    if as_json:
        print_model(now)
        return
    for line in _told(now):
        typer.echo(visible(line))


@app.command()
def retry(action: ActionId, shop: ShopAt = None) -> None:
    """Have a stuck action tried again now."""
    from shopgraph.tools.durable.carrying import RETRY

    _choose(shop, action, RETRY)


@app.command()
def resolve(
    action: ActionId,
    choice: Annotated[str, typer.Option("--as", metavar="CHOICE", help="undo or give-up.")],
    shop: ShopAt = None,
) -> None:
    """End a stuck action: take back what was done, or go on without what was refused."""
    from shopgraph.tools.durable.carrying import GIVE_UP, UNDO

    if choice not in (UNDO, GIVE_UP):
        raise InvalidInput(f"{choice!r} resolves nothing.", remedy=f"One of {UNDO}, {GIVE_UP}.")
    _choose(shop, action, choice)


def _choose(where: str | None, action: str, choice: str) -> None:
    from shopgraph.tools.durable.standing import choose

    with _opened(where) as opened:
        run = _run(opened, action)
        choose(opened.engine.url, opened.meta.id, run, choice)
    typer.echo(visible(f"{run.id}: told to {choice}. `shopgraph actions show {run.id}` says how it goes on."))


@contextmanager
def _opened(where: str | None) -> Iterator[Shop]:
    """The shop, without its gateway: looking at actions moves no money.

    Raises:
        InvalidInput: none was named.
    """
    from shopgraph.cli.session import named_shop
    from shopgraph.config import load_settings
    from shopgraph.shop import Shop

    settings = load_settings()
    named = named_shop(where, settings)
    with closing(Shop.open(named, engine=settings.engine or None)) as shop:
        yield shop


def _run(shop: Shop, action: str) -> ActionRun:
    run = asyncio.run(shop.connectors.runs.run(action))
    if run is None:
        raise NotFound(f"There is no action {action}.", remedy="`shopgraph actions list` prints those there are.")
    return run


def _told(now: Standing) -> Iterator[str]:
    run = now.run
    yield f"{run.id}: {run.type}{f' of order {run.order_id}' if run.order_id else ''}"
    yield f"  {run.status}{f': {run.reason}' if run.reason else ''} (engine: {now.engine})"
    yield f"  asked by {run.started_by} at {run.at.isoformat(timespec='seconds')}"
    for moved in now.money:
        yield f"  plan: {moved}"
    for stage in now.stages:
        often = f", {stage.attempts} attempts" if stage.attempts > 1 else ""
        why = f": {stage.why}" if stage.why else ""
        yield f"  {stage.ended_at.isoformat(timespec='milliseconds')} {stage.name} {stage.state}{often}{why}"
    if now.remaining:
        yield f"  remains: {', '.join(now.remaining)}"
    if now.choices:
        yield f"  may be told to: {', '.join(now.choices)}"
