"""`shopgraph handoff`: the person's desk."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from shopgraph.cli.audit import AsJson, ShopAt, opened
from shopgraph.cli.output import console, print_json, print_model, print_notice, visible
from shopgraph.errors import InvalidInput

if TYPE_CHECKING:
    from shopgraph.domain import Principal
    from shopgraph.graphs.desk import Case

app = typer.Typer(help="What was handed to a person, and how the person ended it.", no_args_is_help=True)

HandoffId = Annotated[str, typer.Argument(metavar="HANDOFF", help="Its id, as `handoff list` prints it.")]
Staff = Annotated[str, typer.Option("--staff", metavar="ID", help="Who of the staff you are.")]


@app.command("list")
def list_handoffs(
    shop: ShopAt = None,
    every: Annotated[bool, typer.Option("--all", help="The resolved ones, too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what waits for a person, newest first."""
    from shopgraph.graphs.desk import HandoffDesk

    with opened(shop) as at:
        views = asyncio.run(HandoffDesk(at).list(every=every, limit=limit))
    if as_json:
        print_json({"handoffs": [view.model_dump(mode="json") for view in views]})
        return
    if not views:
        print_notice("Nothing waits for a person.")
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in ("handoff", "since", "status", "staff", "reason", "summary"):
        table.add_column(title, overflow="fold")
    for view in views:
        since = view.at.isoformat(timespec="seconds")
        cells = (view.id, since, view.status, view.staff, view.reason, view.summary)
        table.add_row(*(visible(cell) for cell in cells))
    console().print(table)


@app.command()
def show(handoff: HandoffId, staff: Staff, shop: ShopAt = None, as_json: AsJson = False) -> None:
    """Show a handoff with its whole context, and take nothing."""
    from shopgraph.graphs.desk import HandoffDesk

    with opened(shop) as at:
        _print(asyncio.run(HandoffDesk(at).case(handoff, staff=_staff(staff))), as_json)


@app.command()
def take(handoff: HandoffId, staff: Staff, shop: ShopAt = None, as_json: AsJson = False) -> None:
    """Take a handoff and see its whole context: the conversation, what was decided and done, the facts."""
    from shopgraph.graphs.desk import HandoffDesk

    with opened(shop) as at:
        _print(asyncio.run(HandoffDesk(at).take(handoff, staff=_staff(staff))), as_json)


@app.command()
def resolve(
    handoff: HandoffId,
    staff: Staff,
    how: Annotated[str, typer.Option("--as", metavar="HOW", help="solved, declined, not_needed or unreached.")],
    note: Annotated[str, typer.Option(help="For colleagues.")] = "",
    answer: Annotated[str, typer.Option(help="What the customer was told; a model may learn from it.")] = "",
    intent: Annotated[str, typer.Option(help="What it really was about; a router may learn from it.")] = "",
    shop: ShopAt = None,
    as_json: AsJson = False,
) -> None:
    """End a handoff that you have taken; how is on the record."""
    from shopgraph.graphs.desk import HandoffDesk, Resolution

    try:
        chosen = Resolution(how)
    except ValueError:
        raise InvalidInput(f"{how!r} resolves nothing.", remedy=f"One of {', '.join(Resolution)}.") from None
    with opened(shop) as at:
        work = HandoffDesk(at).resolve(
            handoff, staff=_staff(staff), resolution=chosen, note=note, answer=answer, intent=intent
        )
        view = asyncio.run(work)
    if as_json:
        print_model(view)
    else:
        typer.echo(visible(f"{view.id}: {view.status} as {view.resolution} by {view.staff}"))


def _staff(staff_id: str) -> Principal:
    from shopgraph.domain import Principal

    return Principal.staff(staff_id)


def _print(case: Case, as_json: bool) -> None:
    if as_json:
        print_model(case)
        return
    for line in _told(case):
        typer.echo(visible(line))


def _told(case: Case) -> Iterator[str]:
    view = case.handoff
    yield f"{view.id}: {view.reason} ({view.status}{f' by {view.staff}' if view.staff else ''})"
    yield f"  customer {view.customer_id or '(nobody in particular)'}, conversation {view.conversation_id}"
    if case.erased:
        yield "  The customer's key was destroyed: texts are masked, and there are no facts."
    for turn in case.turns:
        yield f"  {turn.at.isoformat(timespec='seconds')} {turn.intent} ({turn.tier}) {turn.request_id}"
        yield f"    > {turn.text}"
        yield f"    < {turn.answer or '(no answer left)'}"
        yield from (f"    did {line}" for line in turn.actions)
        yield from (f"    rule {line}" for line in turn.decisions)
        yield from (f"    guard {line}" for line in turn.corrections)
    orders = case.facts.get("orders")
    if isinstance(orders, list) and orders:
        shown = [f"{order['id']} {order['status']}" for order in orders if isinstance(order, dict)]
        yield f"  orders: {', '.join(shown)}"
