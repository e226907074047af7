"""`shopgraph eval stitch`: what stitching a context takes, beside fetching one source after the other.

Two parts. `slow`: sources that take a fixed time each and use no CPU, as systems behind a network do: what runs side by
side, and what one that hangs costs. `embedded`: the demo shop's own sources for a model's product question, beside the
same questions put to the same ports directly, one after the other. The shared reads are forgotten before every round,
so that nothing is won by remembering; `warm` is the same with them.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer
from pydantic import JsonValue

from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import Principal
from shopgraph.errors import ShopgraphError
from shopgraph.evals.report import EvalReport
from shopgraph.graphs import make_parts
from shopgraph.graphs.answer import SourceStatus
from shopgraph.graphs.parts import Parts
from shopgraph.graphs.state import Stitched
from shopgraph.graphs.stitching.builtin import MOST_ORDERS, MOST_REVIEWS, SESSION_WINDOW
from shopgraph.graphs.stitching.preview import query_of
from shopgraph.graphs.stitching.recipes import for_a_model, recipe_of
from shopgraph.graphs.stitching.source import MOST_PRODUCTS, ContextSource, Query
from shopgraph.graphs.stitching.stitch import gather
from shopgraph.models.routes import Intent
from shopgraph.shop import Shop

QUESTION = "Do you have the blue wrap dress in medium?"
HANG_DEADLINE_MS = 80
Once = Callable[[], Awaitable[object]]


def evaluate(
    rounds: Annotated[int, typer.Option(min=10, help="How often each way is timed.")] = 200,
    sources: Annotated[int, typer.Option(min=1, help="Slow sources.")] = 4,
    source_ms: Annotated[int, typer.Option(min=1, help="How long each of them takes.")] = 50,
) -> EvalReport:
    """Measure stitching: several slow sources at once, one that hangs, and the demo shop's own."""
    with Shop.demo(stores=1) as shop:
        figures = asyncio.run(_measure(shop, rounds, sources, source_ms))
    return EvalReport(name="stitch", figures=figures)


async def _measure(shop: Shop, rounds: int, sources: int, source_ms: int) -> dict[str, JsonValue]:
    parts = make_parts(shop)
    query = await _query(shop, parts)
    return {
        "slow": await _slow(query, max(10, rounds // 10), sources, source_ms),
        "embedded": await _embedded(shop, parts, rounds),
    }


async def _query(shop: Shop, parts: Parts) -> Query:
    return await query_of(
        shop,
        parts,
        intent=str(Intent.PRODUCT_QUESTION),
        text=QUESTION,
        principal=Principal.customer(CAST["dresser"].customer_id),
        region_id="",
        with_model=True,
    )


async def _slow(query: Query, rounds: int, sources: int, source_ms: int) -> dict[str, JsonValue]:
    async def sleeps(_: Query) -> dict[str, JsonValue]:
        await asyncio.sleep(source_ms / 1000)
        return {"answer": True}

    async def hangs(_: Query) -> None:
        await asyncio.Event().wait()

    quick = {f"slow_{n}": ContextSource(name=f"slow_{n}", fetch=sleeps) for n in range(sources)}
    stuck = ContextSource(name="stuck", fetch=hangs, deadline_ms=HANG_DEADLINE_MS)

    async def in_turn() -> None:
        for _ in range(sources):
            await sleeps(query)

    async def at_once(with_stuck: bool) -> Stitched:
        chosen = {**quick, "stuck": stuck} if with_stuck else quick
        return await gather(chosen, recipe_of(chosen), query, deadline_ms=10 * source_ms)

    stitched = await _times(lambda: at_once(with_stuck=False), rounds)
    one_hangs = await _times(lambda: at_once(with_stuck=True), rounds)
    turn = await _times(in_turn, 10)
    ended = {each.source: each.status for each in (await at_once(with_stuck=True)).sources}
    if ended.pop("stuck") is not SourceStatus.LATE or set(ended.values()) != {SourceStatus.OK}:
        raise ShopgraphError(f"Not every source ended as it should: {ended}.")
    return {
        "sources": sources,
        "source_ms": source_ms,
        "stitch_ms": _summary(stitched),
        "in_turn_ms": _summary(turn),
        "ratio_to_in_turn": round(statistics.median(stitched) / statistics.median(turn), 3),
        "hanging": {"deadline_ms": HANG_DEADLINE_MS, "stitch_ms": _summary(one_hangs)},
    }


async def _embedded(shop: Shop, parts: Parts, rounds: int) -> dict[str, JsonValue]:
    recipe = for_a_model(parts.workflows[str(Intent.PRODUCT_QUESTION)].recipe, tuple(parts.sources))
    counted: list[Stitched] = []

    async def stitched() -> None:
        query = await _query(shop, parts)
        shop.shared.clear()
        counted.append(await gather(parts.sources, recipe, query, deadline_ms=shop.source_deadline_ms))

    async def warm() -> None:
        await gather(parts.sources, recipe, await _query(shop, parts), deadline_ms=shop.source_deadline_ms)

    async def direct() -> None:
        await _directly(await _query(shop, parts))

    async def nothing() -> None:
        await _query(shop, parts)

    for once in (stitched, warm, direct, nothing):
        await _times(once, 10)
    ways = {"stitch": stitched, "warm": warm, "direct": direct, "nothing": nothing}
    wall: dict[str, list[float]] = {name: [] for name in ways}
    cpu: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, once in ways.items():
            began = time.process_time()
            wall[name] += await _times(once, 1)
            cpu[name].append((time.process_time() - began) * 1000)
    less = _without_the_question(wall)
    p50 = {name: statistics.median(taken) for name, taken in less.items()}
    cpu_p50 = {name: statistics.median(taken) for name, taken in _without_the_question(cpu).items()}
    return {
        "rounds": rounds,
        "sources_ok": sum(each.status is SourceStatus.OK for each in counted[-1].sources),
        "stitch_ms": _summary(less["stitch"]),
        "warm_ms": _summary(less["warm"]),
        "direct_ms": _summary(less["direct"]),
        "over_direct_ms_p50": round(p50["stitch"] - p50["direct"], 3),
        "ratio_to_direct": round(p50["stitch"] / p50["direct"], 3),
        "ratio_of_warm_to_direct": round(p50["warm"] / p50["direct"], 3),
        "cpu_ms_p50": {name: round(taken, 3) for name, taken in cpu_p50.items()},
    }


def _without_the_question(taken: dict[str, list[float]]) -> dict[str, list[float]]:
    """Making the question is no part of answering it."""
    made = statistics.median(taken["nothing"])
    return {name: [each - made for each in times] for name, times in taken.items() if name != "nothing"}


async def _directly(query: Query) -> None:
    """What the sources ask, put to the same ports without them, one after the other."""
    ports, who, region, at = query.connectors, query.request.customer_id, query.region_id, query.at
    await ports.crm.customer(who)
    await ports.marketing.discounts_of(who)
    await ports.orders.orders_of(who, limit=MOST_ORDERS)
    await ports.sessions.recent(who, since=at - SESSION_WINDOW)
    await ports.sessions.cart(who)
    hits = await ports.search.search(query.request.text, limit=MOST_PRODUCTS)
    products = await ports.catalog.products([hit.product_id for hit in hits])
    skus = [each.sku for product in products for each in await ports.catalog.variants(product.id)]
    await ports.inventory.levels(skus, region_id=region)
    await ports.inventory.locations(region)
    await ports.marketing.promotions(region_id=region, at=at)
    await ports.marketing.campaigns(region_id=region, at=at)
    for product in products:
        await ports.catalog.reviews(product.id, limit=MOST_REVIEWS)
    if query.memory is not None:
        brand = query.memory()
        await brand.of(who).recall()
        await brand.said([product.id for product in products], region_id=region)


async def _times(once: Once, rounds: int) -> list[float]:
    """Wall milliseconds, round by round."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        await once()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def _summary(taken: list[float]) -> dict[str, JsonValue]:
    ordered = sorted(taken)
    return {
        "p50": round(statistics.median(ordered), 3),
        "p95": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 3),
        "max": round(ordered[-1], 3),
    }
