"""From a recipe to a context: fetch what it names, keep what the intent needs, say where everything came from."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime

from shopgraph.domain import Customer
from shopgraph.graphs.answer import SourceStatus
from shopgraph.graphs.state import SourceResult, Stitched
from shopgraph.graphs.stitching.fetching import Fetched, Wanted, fetch_all
from shopgraph.graphs.stitching.recipes import Needs, Recipe
from shopgraph.graphs.stitching.source import ContextSource, Query
from shopgraph.graphs.stitching.taking import take


async def gather(
    sources: Mapping[str, ContextSource],
    recipe: type[Recipe],
    query: Query,
    *,
    deadline_ms: int,
    with_model: bool = True,
) -> Stitched:
    """Fetch what the recipe names, in parallel; what is late, failing, unfit or empty is reported, never filled in.

    Args:
        deadline_ms: of a source for which neither it nor the recipe says one.
        with_model: whether a model answers; else what a workflow reads through tools is not fetched here.
    """
    began = asyncio.get_running_loop().time()
    needs = recipe.needs()
    skipped = {name: why for name, each in sources.items() if (why := _why_not(each, needs, query, with_model))}
    wanted = [
        Wanted(source=each, deadline_ms=needs[name].deadline_ms or each.deadline_ms or deadline_ms)
        for name, each in sources.items()
        if name not in skipped
    ]
    try:
        fetched = await fetch_all(wanted, query)
    finally:
        query.close()
    taken = take(wanted, fetched, recipe)
    by_name = {one.source.name: (one, result) for one, result in zip(wanted, taken.fetched, strict=True)}
    listed = tuple(
        [
            _reported(*by_name[name])
            if name in by_name
            else SourceResult(source=name, status=SourceStatus.SKIPPED, note=skipped[name])
            for name in sources
        ]
    )
    ms = round((asyncio.get_running_loop().time() - began) * 1000, 3)
    context = Stitched(
        recipe=recipe.__name__, sources=listed, origins=taken.origins, extra=taken.extra, ms=ms, **taken.known
    )
    return _meant_for(context, query.region_id, query.at)


def _why_not(source: ContextSource, needs: Mapping[str, Needs], query: Query, with_model: bool) -> str:
    if source.name not in needs:
        return "the intent does not need it"
    if source.needs_customer and not query.request.customer_id:
        return "nobody is identified"
    if needs[source.name].model_only and not with_model:
        return "the workflow reads it through tools"
    return ""


def _reported(wanted: Wanted, fetched: Fetched) -> SourceResult:
    return SourceResult(
        source=wanted.source.name,
        status=fetched.status,
        fresh_at=fetched.fresh_at,
        ms=fetched.ms,
        began_ms=fetched.began_ms,
        deadline_ms=wanted.deadline_ms,
        tries=fetched.tries,
        cached=fetched.cached,
        note=fetched.note,
    )


def _meant_for(context: Stitched, region_id: str, at: datetime) -> Stitched:
    """Of what is for some, what is for this customer, or for everybody; of what runs, what runs at this very moment."""
    if not (context.promotions or context.campaigns or context.statements):
        return context
    customer = context.customer
    promotions = [each for each in context.promotions if each.runs(at, region_id) and each.meant_for(customer)]
    campaigns = [
        each for each in context.campaigns if each.starts_at <= at < each.ends_at and _hears(customer, each.segments)
    ]
    statements = [each for each in context.statements if not each.segment or _hears(customer, (each.segment,))]
    kept = {"promotions": tuple(promotions), "campaigns": tuple(campaigns), "statements": tuple(statements)}
    return context.model_copy(update=kept)


def _hears(customer: Customer | None, segments: tuple[str, ...]) -> bool:
    return not segments or (customer is not None and not set(segments).isdisjoint(customer.segments))
