"""Context sources: where the facts of a request come from, each under its own deadline."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import JsonValue

from shopgraph.clock import stopwatch
from shopgraph.connectors.ports import Connectors
from shopgraph.graphs.answer import SourceStatus
from shopgraph.graphs.node import driven
from shopgraph.graphs.state import Request, SourceResult, Stitched, StockView
from shopgraph.models.routes import Route

logger = logging.getLogger(__name__)

SESSION_WINDOW = timedelta(minutes=10)
"""How far back "right now" reaches for viewed and searched."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """What a source may use: the shop's systems, the screened request, its route."""

    connectors: Connectors
    request: Request
    route: Route
    at: datetime


Fetch = Callable[[Query], Awaitable[dict[str, Any] | None]]


@dataclass(frozen=True, kw_only=True)
class ContextSource:
    """One source. `fetch` returns fields of `Stitched` (or, for an own source, JSON), or None when there is nothing."""

    name: str
    fetch: Fetch
    deadline_ms: int | None = None
    """None: the shop's setting."""
    needs_customer: bool = False
    own: bool = False
    """True: what it gives goes to `Stitched.extra[name]`."""


def context_source(
    name: str, *, deadline_ms: int | None = None, needs_customer: bool = False
) -> Callable[[Callable[[Query], Awaitable[dict[str, JsonValue] | None]]], ContextSource]:
    """Declare an own source: an async function from `Query` to JSON (or None)."""

    def wrap(fetch: Callable[[Query], Awaitable[dict[str, JsonValue] | None]]) -> ContextSource:
        return ContextSource(name=name, fetch=fetch, deadline_ms=deadline_ms, needs_customer=needs_customer, own=True)

    return wrap


async def _customer(query: Query) -> dict[str, Any] | None:
    customer = await query.connectors.crm.customer(query.request.customer_id)
    return {"customer": customer} if customer else None


async def _orders(query: Query) -> dict[str, Any] | None:
    orders = await query.connectors.orders.orders_of(query.request.customer_id, limit=10)
    return {"orders": orders} if orders else None


async def _session(query: Query) -> dict[str, Any] | None:
    who = query.request.customer_id
    events = await query.connectors.sessions.recent(who, since=query.at - SESSION_WINDOW)
    cart = await query.connectors.sessions.cart(who)
    return {"session": events, "cart": cart} if events or cart else None


async def _inventory(query: Query) -> dict[str, Any] | None:
    skus = list(query.route.entities.skus)
    for hit in await query.connectors.search.search(query.request.text, limit=2):
        skus += [variant.sku for variant in await query.connectors.catalog.variants(hit.product_id)]
    levels = await query.connectors.inventory.levels(tuple(dict.fromkeys(skus)), region_id=query.request.region_id)
    available: dict[str, int] = {}
    for level in levels:
        available[level.sku] = available.get(level.sku, 0) + level.available
    return {"stock": tuple(StockView(sku=sku, available=n) for sku, n in available.items())} if available else None


async def _campaigns(query: Query) -> dict[str, Any] | None:
    marketing, region = query.connectors.marketing, query.request.region_id
    promotions = await marketing.promotions(region_id=region, at=query.at)
    campaigns = await marketing.campaigns(region_id=region, at=query.at)
    return {"promotions": promotions, "campaigns": campaigns} if promotions or campaigns else None


DEFAULT_SOURCES: Mapping[str, ContextSource] = {
    source.name: source
    for source in (
        ContextSource(name="customer", fetch=_customer, needs_customer=True),
        ContextSource(name="orders", fetch=_orders, needs_customer=True),
        ContextSource(name="session", fetch=_session, needs_customer=True),
        ContextSource(name="inventory", fetch=_inventory),
        ContextSource(name="campaigns", fetch=_campaigns),
    )
}


async def gather(
    sources: Mapping[str, ContextSource], recipe: frozenset[str], query: Query, *, deadline_ms: int
) -> Stitched:
    """Fetch what the recipe names, in parallel; a late or failing source is reported, never filled in."""
    chosen = [source for source in sources.values() if _wanted(source, recipe, query)]
    outcomes = await asyncio.gather(*(driven(_fetch(source, query, deadline_ms)) for source in chosen))
    results = {source.name: result for source, (result, _) in zip(chosen, outcomes, strict=True)}
    known: dict[str, Any] = {}
    extra: dict[str, JsonValue] = {}
    for source, (_, data) in zip(chosen, outcomes, strict=True):
        if data is not None and source.own:
            extra[source.name] = data
        elif data is not None:
            known |= data
    listed = tuple(
        results.get(name) or SourceResult(source=name, status=SourceStatus.SKIPPED, note=_why_skipped(source, recipe))
        for name, source in sources.items()
    )
    return Stitched(sources=listed, extra=extra, **known)


def _wanted(source: ContextSource, recipe: frozenset[str], query: Query) -> bool:
    return source.name in recipe and (not source.needs_customer or bool(query.request.customer_id))


def _why_skipped(source: ContextSource, recipe: frozenset[str]) -> str:
    return "nobody is identified" if source.name in recipe else "the intent does not need it"


async def _fetch(source: ContextSource, query: Query, deadline_ms: int) -> tuple[SourceResult, dict[str, Any] | None]:
    started = stopwatch()
    data: dict[str, Any] | None = None
    note = ""
    try:
        async with asyncio.timeout((source.deadline_ms or deadline_ms) / 1000):
            data = await source.fetch(query)
        status = SourceStatus.OK if data is not None else SourceStatus.MISSING
    except TimeoutError:
        status, note = SourceStatus.LATE, f"no answer within {source.deadline_ms or deadline_ms} ms"
    except Exception as exception:
        logger.warning("context source %s failed: %s", source.name, exception)
        status, note = SourceStatus.FAILED, type(exception).__name__
    fresh_at = query.at if status is SourceStatus.OK else None
    ms = (stopwatch() - started) * 1000
    return SourceResult(source=source.name, status=status, fresh_at=fresh_at, ms=round(ms, 3), note=note), data
