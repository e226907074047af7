"""`shopgraph graph`: pictures of the state machines, drawn without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shopgraph.cli.output import print_notice
from shopgraph.errors import NotFound

GRAPHS = ("orchestrator", "recommend", "describe")


def graph(
    name: Annotated[str, typer.Argument(help="Which graph.")] = "orchestrator",
    out: Annotated[Path | None, typer.Option(help="A .png, .svg or .mmd file; without it Mermaid on stdout.")] = None,
) -> None:
    """Draw a graph."""
    if name not in GRAPHS:
        raise NotFound(f"There is no graph {name!r}.", remedy=f"One of {', '.join(GRAPHS)}.")
    from shopgraph.graphs import compile_describer, compile_orchestrator, compile_recommender, make_parts
    from shopgraph.graphs.draw import draw_graph

    if name == "recommend":
        drawn = compile_recommender().get_graph()
    elif name == "describe":
        drawn = compile_describer().get_graph()
    else:
        drawn = compile_orchestrator(make_parts()).get_graph()
    if out is None:
        typer.echo(drawn.draw_mermaid(), nl=False)
        return
    draw_graph(drawn, out)
    print_notice(f"{out}")
