"""Recommender and description writer for LangGraph's own server: one node each, a guest's question and its answer.

A client of that server may stream every node's state and read it back later. What the graphs read on the way (offers
made to one customer, promotions for a segment) is not for guests, so they run where the server does not look.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextvars import Context
from functools import cache
from typing import Any, TypedDict, TypeVar

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from pydantic import JsonValue

from shopgraph.config import load_settings
from shopgraph.errors import InvalidInput
from shopgraph.graphs.context import ShopServices
from shopgraph.graphs.describe import build_describer
from shopgraph.graphs.recommend import build_recommender
from shopgraph.shop import Shop, gateway_options, shop_options
from shopgraph.tools.views import RecommendationKind

Served = CompiledStateGraph[Any, None, Any, Any]
_Found = TypeVar("_Found")


class Answered(TypedDict, total=False):
    """What a client gets: the graph's answer as JSON."""

    answer: dict[str, JsonValue]


class RecommendQuestion(TypedDict, total=False):
    """What a client may ask the recommender."""

    region_id: str
    sku: str
    """What it should go with."""
    kind: str
    limit: int


class DescribeQuestion(TypedDict, total=False):
    """What a client may ask the description writer; segments and fresh texts are the shop's own to ask for."""

    product_id: str
    region_id: str


class _Recommending(RecommendQuestion, Answered, total=False):
    pass


class _Describing(DescribeQuestion, Answered, total=False):
    pass


@cache
def served_shop() -> Shop:
    """The shop of the setting `shop`, else a demo shop: opened once in a process, for all graphs of the server.

    The server executes the file that langgraph.json names anew for each graph; this module it imports once.
    """
    settings = load_settings()
    options = shop_options(settings)
    if settings.shop:
        return Shop.open(settings.shop, **options, **gateway_options(settings))
    return Shop.demo(**options)


@cache
def serve_recommender(shop: ShopServices) -> Served:
    """The shop's recommender for a guest: the answer is a `Recommended` as JSON."""
    inner = build_recommender(shop)

    async def recommend(state: _Recommending) -> Answered:
        found = await _unseen(
            inner.recommend(
                region_id=state.get("region_id"),
                sku=state.get("sku", ""),
                kind=_kind(state.get("kind")),
                limit=state.get("limit", 3),
            )
        )
        return {"answer": found.model_dump(mode="json")}

    return _one_node(
        "recommend", StateGraph(_Recommending, input_schema=RecommendQuestion, output_schema=Answered), recommend
    )


@cache
def serve_describer(shop: ShopServices) -> Served:
    """The shop's description writer for everybody: the answer is a `Described` as JSON."""
    inner = build_describer(shop)

    async def describe(state: _Describing) -> Answered:
        if "product_id" not in state:
            raise InvalidInput("No product is named.", remedy="Give product_id.")
        said = await _unseen(inner.describe(state["product_id"], region_id=state.get("region_id")))
        return {"answer": said.model_dump(mode="json")}

    return _one_node(
        "describe", StateGraph(_Describing, input_schema=DescribeQuestion, output_schema=Answered), describe
    )


def _one_node(name: str, graph: StateGraph[Any, None, Any, Any], node: Any) -> Served:
    graph.add_node(name, node)
    graph.add_edge(START, name)
    graph.add_edge(name, END)
    return graph.compile(name=name)


async def _unseen(run: Coroutine[Any, Any, _Found]) -> _Found:
    """Run outside this graph's context, through which LangGraph would report the inner graph's nodes."""
    return await asyncio.get_running_loop().create_task(run, context=Context())


def _kind(name: str | None) -> RecommendationKind | None:
    try:
        return RecommendationKind(name) if name else None
    except ValueError:
        raise InvalidInput(
            f"Nothing is recommended because of {name!r}.", remedy=f"One of {', '.join(RecommendationKind)}."
        ) from None
