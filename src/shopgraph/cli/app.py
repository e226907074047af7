"""The `shopgraph` command: options that every command shares, and what an error looks like."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from click import Context
from typer.core import TyperGroup

from shopgraph import __version__
from shopgraph.cli import (
    actions,
    ask,
    audit,
    config,
    context,
    describe,
    doctor,
    drift,
    evaluate,
    feedback,
    graph,
    guard,
    handoff,
    mcp,
    memory,
    models,
    policy,
    reconcile,
    report,
    search,
    shop,
    train,
    worker,
)
from shopgraph.cli.demo.command import demo
from shopgraph.cli.output import print_error
from shopgraph.errors import ShopgraphError


class ShopgraphGroup(TyperGroup):
    """Turns every error raised on purpose into one clear line and exit code 2."""

    def invoke(self, ctx: Context) -> Any:
        """Run the command line."""
        try:
            return super().invoke(ctx)
        except ShopgraphError as error:
            if ctx.params.get("debug"):
                raise
            print_error(error)
            raise typer.Exit(2) from None


app = typer.Typer(
    name="shopgraph",
    cls=ShopgraphGroup,
    help="The orchestration layer for AI in commerce.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"shopgraph {__version__}")
        raise typer.Exit


@app.callback()
def shared(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """The orchestration layer for AI in commerce."""


app.command("demo")(demo)
app.command("chat")(ask.chat)
app.command("ask")(ask.ask)
app.command("feedback")(feedback.feedback)
app.add_typer(shop.app, name="shop")
app.add_typer(policy.app, name="policy")
app.command("reconcile")(reconcile.reconcile)
app.add_typer(actions.app, name="actions")
app.command("worker")(worker.worker)
app.add_typer(audit.app, name="audit")
app.add_typer(handoff.app, name="handoff")
app.command("report")(report.report)
app.command("top")(report.top)
app.command("drift", no_args_is_help=False)(drift.drift)
app.command("judge")(drift.judge)
app.add_typer(guard.app, name="guard")
app.command("graph")(graph.graph)
app.command("describe", no_args_is_help=False)(describe.describe)
app.add_typer(models.app, name="models")
app.add_typer(context.app, name="context")
app.add_typer(memory.app, name="memory")
app.command("mcp")(mcp.mcp)
app.command("doctor")(doctor.doctor)
app.add_typer(config.app, name="config")
app.add_typer(search.app, name="search")
app.add_typer(train.app, name="train")
app.add_typer(evaluate.app, name="eval")
