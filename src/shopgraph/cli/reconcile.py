"""`shopgraph reconcile`: the shop's books against its own ledger, the payment gateway's and the warehouse's."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from shopgraph.cli.output import console, print_json, visible
from shopgraph.cli.times import HOW, moment

if TYPE_CHECKING:
    from shopgraph.connectors.embedded.reconciling import Reconciliation
    from shopgraph.domain import Difference
    from shopgraph.shop import Shop

DAYS = 30
"""How far back it looks unless told otherwise."""


def reconcile(
    where: Annotated[str, typer.Argument(metavar="DIR|URL", help="The shop.")],
    since: Annotated[str | None, typer.Option(metavar="TIME", help=f"From when on: {HOW}; else 30d.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep what the gateway says, then compare again.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List every difference between the shop's books and the others'; exits 1 when there are any."""
    from shopgraph.cli.session import open_shop

    with open_shop(where) as shop:
        start = moment(shop, since) or shop.clock.now() - timedelta(days=DAYS)
        found = asyncio.run(_compared(shop, start, keep=keep))
    if as_json:
        listed = [each.model_dump(mode="json") for each in found.differences]
        print_json({"since": start.isoformat(), "differences": listed})
    else:
        _print(found.differences, start)
    if found.differences:
        raise typer.Exit(1)


async def _compared(shop: Shop, since: datetime, *, keep: bool) -> Reconciliation:
    from shopgraph.connectors.embedded.reconciling import reconcile as compare

    found = await compare(shop.connectors, shop.payments, since=since)
    if not keep or not (found.news.payments or found.news.refunds):
        return found
    await shop.payments.keep_news(found.message_id, found.news)
    return await compare(shop.connectors, shop.payments, since=since)


def _print(differences: tuple[Difference, ...], since: datetime) -> None:
    if not differences:
        typer.echo(f"No difference since {since.isoformat()}.")
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in ("difference", "what", "ours", "theirs", "what to do"):
        table.add_column(title, overflow="fold")
    for each in differences:
        table.add_row(*(visible(cell) for cell in (each.kind, each.subject, each.ours, each.theirs, each.remedy)))
    console().print(table)
