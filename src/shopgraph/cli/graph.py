"""`shopgraph graph`: pictures of the state machines, drawn without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shopgraph.cli.output import print_notice
from shopgraph.errors import NotFound


def graph(
    name: Annotated[str, typer.Argument(help="Which graph.")] = "orchestrator",
    out: Annotated[Path | None, typer.Option(help="A .png, .svg or .mmd file; without it Mermaid on stdout.")] = None,
) -> None:
    """Draw a graph."""
    from shopgraph.graphs import drawable_graphs
    from shopgraph.graphs.draw import draw_graph

    graphs = drawable_graphs()
    if name not in graphs:
        raise NotFound(f"There is no graph {name!r}.", remedy=f"One of {', '.join(sorted(graphs))}.")
    drawn = graphs[name]()
    if out is None:
        typer.echo(drawn.draw_mermaid(), nl=False)
        return
    draw_graph(drawn, out)
    print_notice(f"{out}")
