"""`shopgraph describe`: product descriptions from live facts, one or a whole catalog."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import product as product_of
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopgraph.cli.output import print_json, progress

if TYPE_CHECKING:
    from shopgraph.graphs.describe.batch import DescribeReport
    from shopgraph.graphs.describe.graph import Describer


def describe(
    product: Annotated[list[str] | None, typer.Argument(help="Product ids; none: the whole catalog.")] = None,
    shop: Annotated[Path | None, typer.Option(metavar="DIR", help="A shop; left out: a demo shop.")] = None,
    region: Annotated[list[str] | None, typer.Option(help="Where; repeatable. Left out: every region.")] = None,
    segment: Annotated[list[str] | None, typer.Option(help="To whom; repeatable. Left out: everybody.")] = None,
    scorer: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A scorer of `train copy --task headline`, where to begin.")
    ] = None,
    fresh: Annotated[bool, typer.Option(help="Write anew even what still holds.")] = False,
) -> None:
    """Write product descriptions; what still holds is kept, so a second run goes on where the first stopped.

    Exits with 1 where some could not be written; the report says which and why, the rest is done.
    """
    from shopgraph.config import load_settings
    from shopgraph.graphs.describe import build_describer
    from shopgraph.models.persuasion.files import load_headlines
    from shopgraph.shop import Shop, shop_options

    options = shop_options(load_settings())
    with Shop.open(shop, **options) if shop else Shop.demo(stores=1, **options) as opened:
        describer = build_describer(opened, scorer=load_headlines(scorer) if scorer else None)

        report, texts = asyncio.run(_run(describer, product, region, segment or [""], fresh=fresh))
    print_json({**report.model_dump(mode="json"), **({"texts": texts} if texts else {})})
    if report.failed:
        raise typer.Exit(1)


async def _run(
    describer: Describer, products: list[str] | None, regions: list[str] | None, segments: list[str], *, fresh: bool
) -> tuple[DescribeReport, list[dict[str, Any]]]:
    """What was done, and the texts of the products that are named."""
    from shopgraph.errors import NotFound, ShopgraphError
    from shopgraph.graphs.describe import describe_catalog

    known = [each.id for each in await describer.shop.connectors.catalog.regions()]
    if unknown := [each for each in regions or () if each not in known]:
        raise NotFound(f"The shop has no region {unknown[0]!r}.", remedy=f"It sells in {', '.join(known)}.")
    where = regions or known
    with progress() as bar:
        task = bar.add_task("describing", total=None)
        report = await describe_catalog(
            describer,
            region_ids=where,
            segments=segments,
            product_ids=products or None,
            fresh=fresh,
            progress=lambda done, of: bar.update(task, completed=done, total=of),
        )
    texts = []
    for product_id, region_id, whom in product_of(products or [], where, segments):
        with suppress(ShopgraphError):  # the report has said it
            said = await describer.describe(product_id, region_id=region_id, segment=whom)
            texts.append(said.model_dump(mode="json", exclude={"verdicts"}))
    return report, texts
