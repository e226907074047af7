"""`shopgraph shop`: make, export, import and look at shops."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopgraph.cli.output import console, print_json, progress
from shopgraph.errors import InvalidInput

if TYPE_CHECKING:
    from shopgraph.connectors.dataset import Dataset
    from shopgraph.domain import ShopMeta

app = typer.Typer(help="Make, export, import and look at shops.", no_args_is_help=True)

MAX_STORES = 100_000
Folder = Annotated[Path, typer.Argument(help="The shop's folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def init(
    folder: Folder,
    stores: Annotated[int, typer.Option(help="How many stores.", min=1, max=MAX_STORES)] = 4,
    seed: Annotated[int, typer.Option(help="Same seed and instant, same shop.")] = 7,
    at: Annotated[str | None, typer.Option(help="The shop's instant, as 2026-06-01T12:00:00Z.")] = None,
    clock: Annotated[str, typer.Option(help="fixed: stands still at that instant; running: starts there.")] = "fixed",
    url: Annotated[str | None, typer.Option(help="Keep the records in this database instead of a file.")] = None,
) -> None:
    """Generate a demo retail chain."""
    from shopgraph.clock import parse_instant
    from shopgraph.connectors.demo import generate
    from shopgraph.domain import ClockKind
    from shopgraph.shop import DEMO_INSTANT, Shop

    if clock not in ("fixed", "running"):
        raise InvalidInput(f"{clock!r} is no clock.", remedy="One of fixed, running.")
    instant = parse_instant(at or DEMO_INSTANT)
    with progress() as bar:
        task = bar.add_task(f"{stores} stores", total=None)
        meta, parts = generate(
            stores=stores,
            seed=seed,
            at=instant,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
        meta = meta.model_copy(update={"clock": ClockKind(clock)})
        shop = Shop.create(folder, meta, parts, url=url)
        shop.close()
    typer.echo(f"{folder}: {meta.name}, {stores} stores, seed {seed}, at {instant.isoformat()}")


@app.command()
def export(
    where: Annotated[str, typer.Argument(metavar="DIR|URL", help="The shop.")],
    hashed: Annotated[bool, typer.Option("--hash", help="Print only the hash of the canonical export.")] = False,
    form: Annotated[str, typer.Option("--format", help="shopgraph or tau2.")] = "shopgraph",
    out: Annotated[Path | None, typer.Option(help="Write here instead of standard output.")] = None,
) -> None:
    """Write a shop's business records as canonical JSON."""
    if form not in ("shopgraph", "tau2"):
        raise InvalidInput(f"{form!r} is no export format.", remedy="One of shopgraph, tau2.")
    meta, dataset = _dumped(where)
    if hashed:
        typer.echo(_hash(meta, dataset, form))
        return
    document = _document(meta, dataset, form)
    if out is None:
        sys.stdout.buffer.write(document)
    else:
        out.write_bytes(document)


@app.command("import-tau2")
def import_tau2(
    source: Annotated[Path, typer.Argument(metavar="DB.json", help="A tau2 retail database.")],
    folder: Folder,
) -> None:
    """Load a tau2 retail database into a new shop, without loss."""
    from shopgraph.connectors.tau2 import read_tau2
    from shopgraph.shop import Shop

    meta, dataset = read_tau2(source)
    with progress() as bar:
        bar.add_task(f"{len(dataset)} records", total=None)
        Shop.create(folder, meta, [dataset]).close()
    typer.echo(f"{folder}: {meta.name}, {len(dataset)} records from {source}")


@app.command()
def info(where: Annotated[str, typer.Argument(metavar="DIR|URL", help="The shop.")], as_json: AsJson = False) -> None:
    """Say what a shop is and how much it holds."""
    from shopgraph.shop import Shop

    shop = Shop.open(where)
    try:
        meta, now, policy, dataset = shop.meta, shop.clock.now(), shop.policy, shop.dump()
    finally:
        shop.close()
    facts = {
        "name": meta.name,
        "id": meta.id,
        "policy": f"{policy.name} {policy.version}",
        "clock": f"{meta.clock}, now {now.isoformat()}",
        "default region": meta.default_region_id,
        "seed": "" if meta.seed is None else str(meta.seed),
    }
    records = {name: len(rows) for name, rows in dataset.tables().items()}
    if as_json:
        print_json({**facts, "records": records})
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_header=False)
    for name, value in facts.items():
        table.add_row(name, value)
    for name, count in records.items():
        table.add_row(name, f"{count:,}")
    console().print(table)


def _dumped(where: str) -> tuple[ShopMeta, Dataset]:
    from shopgraph.shop import Shop

    shop = Shop.open(where)
    try:
        return shop.meta, shop.dump()
    finally:
        shop.close()


def _hash(meta: ShopMeta, dataset: Dataset, form: str) -> str:
    if form == "tau2":
        from shopgraph.connectors.tau2 import canonical_hash, to_tau2

        return canonical_hash(to_tau2(dataset))
    from shopgraph.connectors.canonical import canonical_export_hash

    return canonical_export_hash(dataset, meta)


def _document(meta: ShopMeta, dataset: Dataset, form: str) -> bytes:
    if form == "tau2":
        import json

        from shopgraph.connectors.tau2 import to_tau2

        return json.dumps(to_tau2(dataset), ensure_ascii=False, indent=2).encode() + b"\n"
    from shopgraph.connectors.canonical import canonical_json

    return b"".join(canonical_json(dataset, meta))
