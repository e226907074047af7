"""Descriptions of a whole catalog: many at once, with progress; an interrupted run goes on where it stopped."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

from shopgraph.domain import Value
from shopgraph.errors import InvalidInput, ShopgraphError
from shopgraph.graphs.describe.graph import Describer
from shopgraph.graphs.describe.state import Described

Progress = Callable[[int, int], None]
"""Told how many are done of how many."""


class DescribeReport(Value):
    """What a run did."""

    written: int
    kept: int
    """What was said before and still holds: also what an interrupted run had done."""
    not_sold: int
    """Products without an offer in the region, or whose drafts did not pass the guards."""
    failed: tuple[str, ...] = ()
    """Product, region and why; the rest was done."""
    styles: dict[str, int] = {}
    """How often each style was chosen."""


async def describe_catalog(
    describer: Describer,
    *,
    region_ids: Sequence[str],
    segments: Sequence[str] = ("",),
    product_ids: Sequence[str] | None = None,
    fresh: bool = False,
    at_once: int = 8,
    progress: Progress = lambda done, of: None,
) -> DescribeReport:
    """Describe every product for every region and segment.

    What is said and still holds is kept, so the same call after an interruption does only what is left, and a nightly
    run only what has changed.

    Args:
        product_ids: None: the whole catalog; empty: nothing.
        at_once: how many are written at the same time, one at least.

    Raises:
        InvalidInput: none may be written at a time.
    """
    if at_once < 1:
        raise InvalidInput(f"{at_once} descriptions at once would never be done.", remedy="Give at_once 1 or more.")
    if product_ids is None:
        products = [each.id for each in await describer.shop.connectors.catalog.all_products()]
    else:
        products = [*product_ids]
    work = [(product, region, segment) for region in region_ids for segment in segments for product in products]
    gate, done, failed = asyncio.Semaphore(at_once), 0, list[str]()

    async def one(product_id: str, region_id: str, segment: str) -> Described | None:
        nonlocal done
        async with gate:
            try:
                return await describer.describe(product_id, region_id=region_id, segment=segment, fresh=fresh)
            except ShopgraphError as error:
                failed.append(f"{product_id} {region_id}: {error}")
                return None
            finally:
                done += 1
                progress(done, len(work))

    told = [each for each in await asyncio.gather(*(one(*each) for each in work)) if each is not None]
    return DescribeReport(
        written=sum(bool(each.text) and each.refreshed for each in told),
        kept=sum(not each.refreshed for each in told),
        not_sold=sum(not each.text for each in told),
        failed=tuple(sorted(failed)),
        styles=dict(sorted(Counter(each.style for each in told if each.style).items())),
    )
