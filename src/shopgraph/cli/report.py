"""`shopgraph report` and `shopgraph top`: what the log says of its requests, once or all the time."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from shopgraph.cli.audit import ShopAt, opened
from shopgraph.cli.output import console, print_notice
from shopgraph.cli.times import Since, moment
from shopgraph.errors import InvalidInput


def report(
    since: Since = None,
    shop: ShopAt = None,
    json_out: Annotated[Path | None, typer.Option("--json", metavar="OUT", help="Write it here as JSON.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page with charts here.")] = None,
) -> None:
    """Say what the audit log tells: layers, latency, tiers, savings, corrections, refusals, caches, quality."""
    from shopgraph.telemetry.report.reading import report_of

    with opened(shop) as at:
        found = report_of(at.audit, shop=at.meta.name, since=moment(at, since))
    if json_out is not None:
        _write(json_out, found.model_dump_json(indent=2) + "\n")
    if html is not None:
        from shopgraph.telemetry.report.page import page_of

        _write(html, page_of(found))
    if json_out is None and html is None:
        from shopgraph.cli.report_tables import tables

        console().print(tables(found))


def top(
    since: Since = "1h",
    shop: ShopAt = None,
    every: Annotated[float, typer.Option(min=0.2, max=3600.0, help="Seconds between two looks at the log.")] = 2.0,
    once: Annotated[bool, typer.Option("--once", help="Print one frame and leave.")] = False,
) -> None:
    """Follow the audit log of a running service; q leaves."""
    with opened(shop) as at:
        begin = moment(at, since)
        if once:
            from shopgraph.cli.report_top import Top

            console().print(Top(at.audit, at.meta.name, begin).frame())
            return
        if not sys.stdout.isatty():
            raise InvalidInput(
                "This is no terminal.", remedy="`--once` prints one frame; `shopgraph report` all of it."
            )
        from shopgraph.cli.report_top import Top, watch

        watch(Top(at.audit, at.meta.name, begin), every)


def _write(out: Path, text: str) -> None:
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"{out} cannot be written: {error.strerror}.", remedy="Name a folder that exists.") from None
    print_notice(f"{out} is written.")
