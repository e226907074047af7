"""`shopgraph eval search`: judged queries against a whole catalog, found by the search that a shop uses.

The search is given products and queries; grades are looked at when it has answered.
"""

from __future__ import annotations

import asyncio
import math
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from pydantic import JsonValue, ValidationError

from shopgraph.config import CatalogLanguage
from shopgraph.connectors.ports import SearchHit
from shopgraph.connectors.search import HybridSearch, LexicalSearch
from shopgraph.domain import Offer, Product, ProductVariant, Rating, Region, Review, Store
from shopgraph.errors import InvalidInput
from shopgraph.evals.guards.rows import field, read_rows
from shopgraph.evals.report import CaseResult, EvalReport

DEPTH = 10
_TYPES = ("t_", "n_", "b_")
"""What some exports write before an attribute's name: text, number, yes or no."""


class FileCatalog:
    """`CatalogPort` over products alone: no variants, no offers."""

    def __init__(self, products: Sequence[Product]) -> None:
        self._by_id = {each.id: each for each in products}

    async def product(self, product_id: str) -> Product | None:
        return self._by_id.get(product_id)

    async def products(self, product_ids: Sequence[str]) -> tuple[Product, ...]:
        return tuple(self._by_id[each] for each in product_ids if each in self._by_id)

    async def all_products(self) -> tuple[Product, ...]:
        return tuple(self._by_id.values())

    async def variant(self, sku: str) -> ProductVariant | None:
        return None

    async def variants(self, product_id: str) -> tuple[ProductVariant, ...]:
        return ()

    async def offer(self, sku: str, region_id: str) -> Offer | None:
        return None

    async def offers(self, skus: Sequence[str], region_id: str) -> tuple[Offer, ...]:
        return ()

    async def reviews(self, product_id: str, *, limit: int = 5) -> tuple[Review, ...]:
        return ()

    async def ratings(self, product_ids: Sequence[str]) -> Mapping[str, Rating]:
        return {}

    async def regions(self) -> tuple[Region, ...]:
        return ()

    async def region(self, region_id: str) -> Region | None:
        return None

    async def stores(self, region_id: str) -> tuple[Store, ...]:
        return ()


@dataclass(frozen=True, kw_only=True)
class Answered:
    """One query's answer."""

    query: str
    found: tuple[str, ...]
    ms: float
    """The middle of its runs."""


def evaluate(
    products: Annotated[
        list[Path],
        typer.Option(metavar="FILE", help="Rows {id, title, description?, brand|supplier?, category?, attributes?}."),
    ],
    relevance: Annotated[
        list[Path], typer.Option(metavar="FILE", help="Rows {query, product_id, grade}; higher is better.")
    ],
    words_only: Annotated[bool, typer.Option(help="Search by words alone, without vectors.")] = False,
    language: Annotated[
        CatalogLanguage, typer.Option(help="What the products' texts are written in.")
    ] = CatalogLanguage.ENGLISH,
    runs: Annotated[int, typer.Option(min=1, help="Times each query is asked; its time is the middle one.")] = 3,
) -> EvalReport:
    """Measure search: nDCG at 10 over judged queries (unjudged products count as 0), and milliseconds a query."""
    grades = read_grades(relevance)
    stock = read_products(products)
    catalog = FileCatalog(stock)
    with tempfile.TemporaryDirectory(prefix="shopgraph-search-") as folder:
        search = (
            LexicalSearch(catalog, language=language)
            if words_only
            else HybridSearch(catalog, Path(folder), language=language)
        )
        started = time.perf_counter()
        asyncio.run(search.rebuild())
        build_s = time.perf_counter() - started
        if isinstance(search, HybridSearch) and not search.dense:
            raise InvalidInput("The vector index could not be made.", remedy="Look at the warning; or --words-only.")
        answers = asyncio.run(_answers(search, sorted(grades), runs))
    return _report(answers, grades, len(stock), build_s)


def read_products(paths: Sequence[Path]) -> tuple[Product, ...]:
    """The products of the files, in the domain's own form.

    Raises:
        InvalidInput: a row lacks its id or title.
    """
    return tuple(_product(row, path) for path in paths for row in read_rows(path))


def read_grades(paths: Sequence[Path]) -> dict[str, dict[str, int]]:
    """Query to product to grade; queries without a positive grade are left out.

    Raises:
        InvalidInput: a row lacks a value, a grade is no whole number of 0 or more, or no query is left.
    """
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for path in paths:
        for row in read_rows(path):
            grade = field(row, "grade", path)
            if not isinstance(grade, int) or grade < 0:
                raise InvalidInput(f"{path}: {grade!r} is no grade.", remedy="Whole numbers from 0 on.")
            grades[str(field(row, "query", path))][str(field(row, "product_id", path))] = grade
    kept = {query: judged for query, judged in grades.items() if any(judged.values())}
    if not kept:
        raise InvalidInput("No query has a product with a positive grade.", remedy="Give judged rows.")
    return kept


def ndcg(found: Sequence[str], judged: Mapping[str, int], depth: int = DEPTH) -> float:
    """Normalised discounted cumulative gain with gain 2^grade - 1 (Burges et al. 2005); what is not judged gains 0."""
    ideal = _gain(sorted(judged.values(), reverse=True)[:depth])
    return _gain([judged.get(each, 0) for each in found[:depth]]) / ideal if ideal else 0.0


def _gain(grades: Sequence[int]) -> float:
    return sum((2.0**grade - 1) / math.log2(place + 1) for place, grade in enumerate(grades, 1))


def _product(row: Mapping[str, Any], path: Path) -> Product:
    attributes = {name: value for name, value in map(_attribute, dict(row.get("attributes") or {}).items()) if value}
    try:
        return Product(
            id=str(field(dict(row), "id", path)),
            title=str(field(dict(row), "title", path)),
            description=str(row.get("description") or ""),
            brand=str(row.get("brand") or row.get("supplier") or ""),
            category=str(row.get("category") or attributes.pop("product type", "")),
            attributes=attributes,
        )
    except ValidationError as error:
        raise InvalidInput(f"{path}: {error}", remedy="Rows {id, title, description, brand, attributes}.") from None


def _attribute(named: tuple[str, object]) -> tuple[str, str]:
    name, value = named
    plain = name[2:] if name.startswith(_TYPES) else name
    if isinstance(value, bool):
        return plain.replace("_", " "), "yes" if value else "no"
    return plain.replace("_", " "), f"{value:g}" if isinstance(value, float) else str(value or "")


async def _answers(search: HybridSearch | LexicalSearch, queries: Sequence[str], runs: int) -> list[Answered]:
    await search.search("a query that none of the file's is", limit=DEPTH)  # what is loaded once is no part of a query
    answers = []
    for query in queries:
        times: list[float] = []
        hits: tuple[SearchHit, ...] = ()
        for _ in range(runs):
            started = time.perf_counter()
            hits = await search.search(query, limit=DEPTH)
            times.append(1000 * (time.perf_counter() - started))
        answers.append(Answered(query=query, found=tuple(hit.product_id for hit in hits), ms=statistics.median(times)))
    return answers


def _report(
    answers: Sequence[Answered], grades: Mapping[str, Mapping[str, int]], products: int, build_s: float
) -> EvalReport:
    scores = {each.query: ndcg(each.found, grades[each.query]) for each in answers}
    times = [each.ms for each in answers]
    figures: dict[str, JsonValue] = {
        "ndcg_at_10": round(statistics.fmean(scores.values()), 4),
        "n_queries": len(answers),
        "n_products": products,
        "build_s": round(build_s, 2),
        "ms": {"p50": round(float(np.percentile(times, 50)), 2), "p99": round(float(np.percentile(times, 99)), 2)},
    }
    cases = tuple(
        CaseResult(
            id=each.query,
            passed=scores[each.query] > 0,
            detail="" if scores[each.query] > 0 else "none of the ten products found is judged relevant",
            seconds=each.ms / 1000,
        )
        for each in answers
    )
    return EvalReport(name="search", figures=figures, cases=cases)
