"""`shopgraph context`: what is known of a request, from where, how fresh, and what it cost; and the recipes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopgraph.cli.output import print_json, print_notice, visible
from shopgraph.errors import NotFound

if TYPE_CHECKING:
    from shopgraph.graphs.stitching.preview import Preview

app = typer.Typer(help="What is known of a request, from where and how fresh.", no_args_is_help=True)


@app.command("show")
def show(
    text: Annotated[str, typer.Argument(help="The message, for sources that look for products in it.")] = "",
    intent: Annotated[str, typer.Option("--intent", help="Whose recipe.")] = "product_question",
    as_email: Annotated[str | None, typer.Option("--as", metavar="EMAIL", help="Who asks; without it a guest.")] = None,
    shop: Annotated[str | None, typer.Option("--shop", metavar="DIR|URL|JSON", help="The shop.")] = None,
    region: Annotated[str | None, typer.Option("--region", metavar="ID", help="A guest's region.")] = None,
    workflow: Annotated[
        bool, typer.Option("--workflow", help="As the intent's workflow gets it; without it as a model does.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="Draw where the time went: a .png or .svg file.")] = None,
) -> None:
    """Stitch a context and print it, with where the time went."""
    from shopgraph.cli.session import open_session
    from shopgraph.graphs import make_parts
    from shopgraph.graphs.stitching.picture import draw_gantt
    from shopgraph.graphs.stitching.preview import preview

    with open_session(shop) as session:
        seen = session.run(
            preview(
                session.shop,
                make_parts(session.shop),
                intent=intent,
                text=text,
                principal=session.vouched(as_email),
                region_id=region or "",
                with_model=not workflow,
            )
        )
    if out is not None:
        draw_gantt(seen.context, out)
        print_notice(f"{out}")
    if as_json:
        print_json({"context": seen.context.model_dump(mode="json"), "brief": seen.brief.text})
        return
    typer.echo(_written(seen, workflow=workflow))


def _written(seen: Preview, *, workflow: bool) -> str:
    from shopgraph.graphs.stitching.picture import gantt_text

    context = seen.context
    fresh = [
        f"{field:<12} {origin.source:<10} {origin.fresh_at:%Y-%m-%d %H:%M:%S}Z  {origin.age_ms:7.2f} ms old"
        for field, origin in context.origins.items()
    ]
    parts = [gantt_text(context), "", *fresh, ""]
    if workflow:
        return visible("\n".join(parts).rstrip())
    left = ", ".join(f"{each.source} {each.facts}" for each in context.left_out) or "nothing"
    parts += [f"{seen.brief.tokens} of at most {seen.recipe.tokens} tokens; left out: {left}", seen.brief.text]
    return visible("\n".join(parts))


@app.command("schema")
def schema(
    intent: Annotated[str | None, typer.Option("--intent", help="Of one intent; without it of all.")] = None,
) -> None:
    """Print the recipes as JSON Schema, by intent."""
    from shopgraph.graphs import make_parts

    workflows = make_parts().workflows
    if intent is not None and intent not in workflows:
        raise NotFound(f"No intent is called {intent!r}.", remedy=f"One of {', '.join(sorted(workflows))}.")
    chosen = {intent: workflows[intent]} if intent is not None else dict(sorted(workflows.items()))
    print_json({name: each.recipe.model_json_schema() for name, each in chosen.items()})
