"""`shopgraph describe`: product descriptions from live facts, one or a whole catalog."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from shopgraph.cli.output import print_json, progress


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
    """Write product descriptions; what still holds is kept, so a second run goes on where the first stopped."""
    from shopgraph.config import load_settings
    from shopgraph.graphs.describe import build_describer, describe_catalog
    from shopgraph.models.persuasion.files import load_headlines
    from shopgraph.shop import Shop, shop_options

    options = shop_options(load_settings())
    with Shop.open(shop, **options) if shop else Shop.demo(stores=1, **options) as opened:
        describer = build_describer(opened, scorer=load_headlines(scorer) if scorer else None)

        async def run() -> None:
            regions = region or [each.id for each in await opened.connectors.catalog.regions()]
            with progress() as bar:
                task = bar.add_task("describing", total=None)
                report = await describe_catalog(
                    describer,
                    region_ids=regions,
                    segments=segment or [""],
                    product_ids=product or None,
                    fresh=fresh,
                    progress=lambda done, of: bar.update(task, completed=done, total=of),
                )
            texts = []
            for product_id in product or []:
                for region_id in regions:
                    for whom in segment or [""]:
                        said = await describer.describe(product_id, region_id=region_id, segment=whom)
                        texts.append(said.model_dump(mode="json", exclude={"verdicts"}))
            print_json({**report.model_dump(mode="json"), **({"texts": texts} if texts else {})})

        asyncio.run(run())
