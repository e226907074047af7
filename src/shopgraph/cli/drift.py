"""`shopgraph drift` and `shopgraph judge`: whether traffic and corrections shifted, and a second opinion on answers."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from shopgraph.cli.audit import AsJson, ShopAt, opened
from shopgraph.cli.output import console, print_model, print_notice, visible
from shopgraph.cli.times import HOW, moment

if TYPE_CHECKING:
    from shopgraph.audit.drift import Drift
    from shopgraph.shop import Shop

FromOn = Annotated[
    str | None, typer.Option("--since", metavar="TIME", help=f"From when on: {HOW}; else 24h before the end.")
]
Until = Annotated[str | None, typer.Option(metavar="TIME", help="Until before when, said the same way; else now.")]


def drift(
    since: FromOn = None,
    until: Until = None,
    before: Annotated[
        str | None, typer.Option(metavar="TIME", help="Where the time compared with begins; else a week before.")
    ] = None,
    alert: Annotated[bool, typer.Option("--alert", help="Exit 1 when something has to be looked at.")] = False,
    require: Annotated[
        list[str] | None,
        typer.Option(
            "--require", metavar="KEY<=VALUE", help="Exit 1 unless the figure holds, as psi<=0.1; repeatable."
        ),
    ] = None,
    psi: Annotated[float, typer.Option(min=0.0, help="From which stability index on intents alert.")] = 0.25,
    shop: ShopAt = None,
    as_json: AsJson = False,
) -> None:
    """Compare what is asked and what guards correct with the same time a week ago, by shares."""
    from shopgraph.audit.drift import drift_of
    from shopgraph.evals.requirements import Requirement, missed

    requirements = [Requirement.parse(text) for text in require or ()]
    with opened(shop) as at:
        span = _span(at, since, until)
        found = drift_of(at.audit, *span, before=moment(at, before), psi=psi)
    if as_json:
        print_model(found)
    else:
        _print(found)
    misses = missed(requirements, found.model_dump(mode="json"))
    for line in misses:
        print_notice(f"missed: {line}")
    if misses or (alert and found.alerts):
        raise typer.Exit(1)


def judge(
    since: FromOn = None,
    until: Until = None,
    share: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="Of the answers; else the setting `judge_share`.")
    ] = None,
    most: Annotated[int, typer.Option(min=1, help="Calls at most.")] = 500,
    shop: ShopAt = None,
    as_json: AsJson = False,
) -> None:
    """Have the model of the setting `judge` read a sample of answers, masked; its scores are on the record."""
    from shopgraph.cli.session import named_shop, open_shop
    from shopgraph.config import load_settings
    from shopgraph.graphs.judging import judge_answers
    from shopgraph.models.judges import judge_of

    settings = load_settings()
    model = judge_of(settings.judge, settings.models)
    chosen = settings.judge_share if share is None else share
    with open_shop(named_shop(shop, settings)) as at:
        first, last = _span(at, since, until)
        work = judge_answers(at, model, settings.judge, since=first, until=last, share=chosen, most=most)
        report = asyncio.run(work)
    if as_json:
        print_model(report)
        return
    mean = "no score" if report.judged.mean is None else f"mean {report.judged.mean:.2f}"
    told = f"{report.judged.n} of {report.sampled} sampled answers judged ({mean}), {report.before} before"
    typer.echo(visible(f"{report.judge}: {told}, {report.unreadable} unreadable, {report.failed} failed"))


def _span(shop: Shop, since: str | None, until: str | None) -> tuple[datetime, datetime]:
    from shopgraph.clock import parse_since

    # Half open: what was asked at this very instant is in it.
    end = moment(shop, until) or shop.clock.now() + timedelta(microseconds=1)
    # So long before the end: seven days are no microsecond more, and so beside the seven before them.
    return parse_since(since or "24h", end), end


def _print(found: Drift) -> None:
    from rich.table import Table

    now, then = [f"{a:%Y-%m-%d %H:%M} to {b:%Y-%m-%d %H:%M}" for a, b in _spans(found)]
    typer.echo(f"{now}: {found.requests:,} requests, beside {then}: {found.requests_before:,}")
    if not found.enough:
        print_notice("Too few requests to compare.")
    typer.echo(f"Intents: stability index {found.psi:.3f}; chance stays below {found.psi_by_chance:.3f}.")
    table = Table(box=None, pad_edge=False)
    for title in ("", "now", "before", "shift"):
        table.add_column(title, justify="left" if not title else "right")
    for name, each in found.intents.items():
        table.add_row(visible(name), _percent(each.now.share), _percent(each.before.share), f"{each.psi:.3f}")
    for guard, shift in found.corrections.items():
        row = (_percent(shift.now.share), _percent(shift.before.share), f"x {shift.ratio:.2f}")
        table.add_row(visible(f"corrected: {guard}"), *row)
    console().print(table)
    for line in found.alerts:
        typer.echo(visible(f"ALERT {line}"))


def _spans(found: Drift) -> tuple[tuple[datetime, datetime], tuple[datetime, datetime]]:
    return (found.since, found.until), (found.before_since, found.before_until)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"
