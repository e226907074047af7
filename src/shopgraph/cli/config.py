"""`shopgraph config`: what is set, and where."""

from __future__ import annotations

from typing import Annotated

import typer

from shopgraph.cli.output import console, print_json, print_notice

app = typer.Typer(help="The settings.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """The settings."""


@app.command()
def show(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """Print each setting's effective value and where it came from; passwords are masked."""
    from shopgraph.config import explain_settings, shown

    loaded = explain_settings()
    rows = {
        key: {"value": shown(value), "from": loaded.origins[key]}
        for key, value in loaded.settings.model_dump(mode="json").items()
    }
    if as_json:
        print_json(rows)
    else:
        from rich.table import Table

        table = Table("setting", "value", "from", box=None, pad_edge=False)
        for key, row in rows.items():
            table.add_row(key, row["value"] or "(empty)", row["from"])
        console().print(table)
    for name in loaded.unknown_variables:
        print_notice(f"notice: {name} is set, but there is no such setting.")
