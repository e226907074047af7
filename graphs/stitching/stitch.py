"""From a recipe to a context: fetch what it names, keep what the intent needs, say where everything came from."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, JsonValue

from shopgraph.domain import Customer
from shopgraph.graphs.answer import SourceStatus
from shopgraph.graphs.state import SourceResult, Stitched
from shopgraph.graphs.stitching.fetching import Fetched, Wanted, fetch_all
from shopgraph.graphs.stitching.parts import Origin, Part
from shopgraph.graphs.stitching.recipes import Needs, Recipe
from shopgraph.graphs.stitching.source import ContextSource, Query


async def gather(
    sources: Mapping[str, ContextSource],
    recipe: type[Recipe],
    query: Query,
    *,
    deadline_ms: int,
    with_model: bool = True,
) -> Stitched:
    """Fetch what the recipe names, in parallel; a late, failing or empty source is reported, never filled in.

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
    by_name = {one.source.name: (one, result) for one, result in zip(wanted, fetched, strict=True)}
    listed = tuple(
        [
            _reported(*by_name[name])
            if name in by_name
            else SourceResult(source=name, status=SourceStatus.SKIPPED, note=skipped[name])
            for name in sources
        ]
    )
    known, extra, origins = _taken(by_name, needs)
    ms = round((asyncio.get_running_loop().time() - began) * 1000, 3)
    context = Stitched(recipe=recipe.__name__, sources=listed, origins=origins, extra=extra, ms=ms, **known)
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


def _taken(
    by_name: Mapping[str, tuple[Wanted, Fetched]], needs: Mapping[str, Needs]
) -> tuple[dict[str, Any], dict[str, JsonValue], dict[str, Origin]]:
    """What the sources gave, by field, and where each field came from."""
    known: dict[str, Any] = {}
    extra: dict[str, JsonValue] = {}
    origins: dict[str, Origin] = {}
    for name, (_, fetched) in by_name.items():
        if fetched.status is not SourceStatus.OK or fetched.fresh_at is None:
            continue
        origin = Origin(source=name, fresh_at=fetched.fresh_at, age_ms=fetched.age_ms)
        if isinstance(fetched.given, Part):
            part = fetched.given.only(needs[name].fields)
            for field in type(part).model_fields:
                known[field] = getattr(part, field)
                origins[field] = origin
        else:
            given = fetched.given
            extra[name] = given.model_dump(mode="json") if isinstance(given, BaseModel) else given
            origins[f"extra.{name}"] = origin
    return known, extra, origins


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
