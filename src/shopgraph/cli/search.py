"""`shopgraph search`: the index of a shop's products: make it again, check it, look what it finds."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from shopgraph.cli.output import console, print_json, visible
from shopgraph.errors import InvalidInput

if TYPE_CHECKING:
    from shopgraph.connectors.search import HybridSearch
    from shopgraph.connectors.search.live import LiveHit
    from shopgraph.shop import Shop

app = typer.Typer(help="The index of a shop's products.", no_args_is_help=True)
Where = Annotated[str | None, typer.Option("--shop", metavar="DIR", help="The shop; else the configured one.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def rebuild(where: Where = None, as_json: AsJson = False) -> None:
    """Make the kept index fit the catalog. Searches go on in the old one until the new one is whole and checked."""
    with _kept(where) as (shop, search):
        products = asyncio.run(search.rebuild())
        dense = search.dense
    if as_json:
        print_json({"products": products, "vectors": dense})
    else:
        typer.echo(f"{shop.meta.name}: {products:,} products are found by words{' and meaning' if dense else ' only'}.")
    if not dense:
        typer.echo("The vectors could not be made: the log says why. Mend that and rebuild again.", err=True)
        raise typer.Exit(1)


@app.command()
def check(where: Where = None, as_json: AsJson = False) -> None:
    """Compare the kept index with the catalog and find each product by its vector; exits 1 when something is wrong."""
    with _kept(where) as (_, search):
        found = asyncio.run(search.check())
    if as_json:
        print_json({**asdict(found), "well": found.well})
    else:
        counts = f"{found.products:,} products, {found.words:,} by words, {found.vectors:,} by vectors."
        typer.echo(f"{counts} {found.reason or 'All is well.'}")
        for product_id in (*found.stale, *found.unreachable)[:20]:
            typer.echo(f"  {visible(product_id)}")
    if not found.well:
        raise typer.Exit(1)


@app.command()
def query(
    text: Annotated[str, typer.Argument(help="What a shopper would type.")],
    where: Where = None,
    region: Annotated[str | None, typer.Option(help="Where it is sold; else the shop's default region.")] = None,
    in_stock: Annotated[bool, typer.Option("--in-stock", help="Only what can be had at once.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 10,
    as_json: AsJson = False,
) -> None:
    """Search as the shop does, with live prices and stock; says first what the query was understood to ask for."""
    from shopgraph.cli.session import open_shop
    from shopgraph.connectors.search import HybridSearch, LexicalSearch
    from shopgraph.connectors.search.live import SearchFilter, find

    with open_shop(where) as shop:
        ports = shop.connectors
        asked_for = SearchFilter(region_id=region or shop.meta.default_region_id, in_stock=in_stock)

        async def look() -> tuple[dict[str, object], tuple[LiveHit, ...]]:
            search, known = ports.search, [each.id for each in await ports.catalog.regions()]
            if asked_for.region_id not in known:
                raise InvalidInput(
                    f"The shop has no region {asked_for.region_id!r}.",
                    remedy=f"It sells in {', '.join(sorted(known))}.",
                )
            asked = await search.understand(text) if isinstance(search, HybridSearch | LexicalSearch) else None
            hits = await find(
                text, asked_for, search=search, catalog=ports.catalog, inventory=ports.inventory, limit=limit
            )
            return (asdict(asked) if asked else {}), hits

        asked, hits = asyncio.run(look())
    rows = [_row(hit) for hit in hits]
    if as_json:
        print_json({"understood": _plain(asked), "found": rows})
        return
    _print(asked, rows)


@contextmanager
def _kept(where: str | None) -> Iterator[tuple[Shop, HybridSearch]]:
    """The shop, and the index that it keeps or would keep, whichever search its settings choose."""
    from shopgraph.cli.session import open_shop
    from shopgraph.config import load_settings
    from shopgraph.shop import hybrid_search

    settings = load_settings()
    if not (where or settings.shop):
        raise InvalidInput("No shop was named.", remedy="Pass --shop DIR, or set `shop` in shopgraph.toml.")
    with open_shop(where) as shop:
        if shop.folder is None:
            raise InvalidInput("This shop has no folder to keep an index in.", remedy="Name the shop by its folder.")
        search = hybrid_search(
            shop.connectors.catalog,
            shop.folder,
            url=shop.records_url,
            embedding=settings.embedding,
            language=settings.catalog_language,
        )
        with closing(search):
            yield shop, search


def _row(hit: LiveHit) -> dict[str, object]:
    return {
        "product_id": hit.product.id,
        "title": hit.product.title,
        "brand": hit.product.brand,
        "category": hit.product.category,
        "from_price": str(hit.from_price),
        "in_stock": hit.in_stock,
        "score": hit.score,
    }


def _plain(asked: dict[str, object]) -> dict[str, object]:
    price = asked.get("price")
    if isinstance(price, dict):
        price = {
            name: str(value) if name.startswith("at_") and value is not None else value for name, value in price.items()
        }
    return {**asked, "price": price}


def _print(asked: dict[str, object], rows: list[dict[str, object]]) -> None:
    from rich.table import Table

    said = {name: value for name, value in _plain(asked).items() if value and name != "price"}
    price = asked.get("price")
    if isinstance(price, dict) and (price["at_least"] is not None or price["at_most"] is not None):
        said["price"] = f"{price['at_least'] or 0} to {price['at_most'] or 'any'}"
    typer.echo("; ".join(f"{name}: {visible(_listed(value))}" for name, value in said.items()))
    if not rows:
        typer.echo("Nothing fits.")
        return
    table = Table(box=None, pad_edge=False)
    for title in ("score", "product", "title", "price", "stock"):
        table.add_column(title, overflow="fold")
    for row in rows:
        stock = "in stock" if row["in_stock"] else "not now"
        cells = (f"{row['score']:.2f}", row["product_id"], row["title"], row["from_price"], stock)
        table.add_row(*(visible(str(cell)) for cell in cells))
    console().print(table)


def _listed(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
