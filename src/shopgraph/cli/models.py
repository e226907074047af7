"""`shopgraph models`: which models there are, whether they answer, what they cost, and serving one here."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopgraph.cli.output import console, print_json, print_notice
from shopgraph.errors import ConfigurationError, ModelFault

if TYPE_CHECKING:
    from shopgraph.models.registry import ModelRegistry

app = typer.Typer(help="Models: those configured, and one on this machine.", no_args_is_help=True)

File = Annotated[Path | None, typer.Option("--file", help="A models file; the configured one without it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command("list")
def list_models(file: File = None, as_json: AsJson = False) -> None:
    """List the deployments in the order in which they are tried; asks nobody."""
    from shopgraph.models.keys import resolved

    registry = _registry(file)
    rows = []
    for each in registry.deployments:
        try:
            resolved(each.params)
            key = "ok"
        except ConfigurationError as error:
            key = str(error)
        rows.append({"model": each.name, "tier": str(each.tier), "deployment": each.params["model"], "key": key})
    _print(rows, as_json)


@app.command()
def check(file: File = None, as_json: AsJson = False) -> None:
    """Ask each deployment for one word; exit 1 if any does not answer, with what to do about it."""
    registry = _registry(file)
    rows = asyncio.run(_checked(registry))
    _print(rows, as_json)
    for row in rows:
        if row["remedy"]:
            print_notice(f"{row['id']}: {row['remedy']}")
    if any(row["outcome"] != "ok" for row in rows):
        raise typer.Exit(1)


@app.command()
def spending(file: File = None, as_json: AsJson = False) -> None:
    """Say what models have cost today (UTC), of how much."""
    from shopgraph.models.spending import dollars_text

    registry = _registry(file)
    budget = registry.pool.budget
    limit = budget.policy.per_day
    if limit is None:
        raise ConfigurationError(
            f"{registry.place} has no budget per day, so spending is not kept.",
            remedy='Write `budget: {per_day: "20.00"}`.',
        )
    row = {"today_usd": dollars_text(budget.ledger.today()), "per_day_usd": str(limit)}
    _print([row], as_json)


@app.command("serve-local")
def serve_local(
    gguf: Annotated[Path, typer.Option(help="A model in the GGUF format.")],
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 takes a free one.", min=0, max=65535)] = 0,
    threads: Annotated[int, typer.Option(help="CPU threads.", min=1)] = 1,
    context: Annotated[int, typer.Option(help="Tokens of a request and its answer.", min=256)] = 4096,
) -> None:
    """Serve a model on this machine, OpenAI-compatible, until it is interrupted; needs the extra `local`."""
    from shopgraph.models.local import example_entry, local_server

    with local_server(gguf, host=host, port=port, threads=threads, context=context) as url:
        typer.echo(url)
        print_notice(f"serving {gguf.name}; an entry for it:\n{example_entry(url)}")
        _until_told()


def _registry(file: Path | None) -> ModelRegistry:
    from shopgraph.config import load_settings
    from shopgraph.models.registry import load_models

    configured = load_settings().models
    path = file or (Path(configured) if configured else None)
    registry = load_models(path)
    if not registry:
        where = f"{path} is not there." if path is not None else "No models file is configured."
        raise ConfigurationError(where, remedy=registry.remedy)
    return registry


async def _checked(registry: ModelRegistry) -> list[dict[str, Any]]:
    """One small call of each deployment, on its own: no fallback, no retry."""
    from shopgraph.models.calling import CallPolicy
    from shopgraph.models.chat import LiteLLMChat
    from shopgraph.models.pool import ModelPool

    # Whole answers: what answers with a page of HTML says so there, and is silent in a stream.
    seconds = registry.file.calls.timeout_s
    policy = CallPolicy(retries=0, hedge_after_s=None, timeout_s=seconds, cooldown_s=0, stream=False)
    rows = []
    for each in registry.deployments:
        pool = ModelPool([each], calls=policy, router_options=registry.file.router_settings)
        row: dict[str, Any] = {"id": each.id, "deployment": each.params["model"], "outcome": "ok", "detail": ""}
        try:
            answer = await LiteLLMChat(model=each.name, shared=pool, options={"max_tokens": 5}).ainvoke("Say ok.")
            row |= {"detail": " ".join(answer.text.split())[:60], "remedy": ""}
        except ModelFault as error:
            row |= {"outcome": str(error.fields["kind"]), "detail": error.message, "remedy": error.remedy}
        rows.append(row)
    return rows


def _print(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json(rows)
        return
    from rich.table import Table

    shown = [name for name in rows[0] if name != "remedy"]
    table = Table(*shown, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(str(row[name]) for name in shown))
    console().print(table)


def _until_told() -> None:
    """Wait for Ctrl-C or for the signal that ends a service."""
    import signal
    import threading

    ended = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda *_: ended.set())
    try:
        while not ended.wait(0.5):
            pass
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)
