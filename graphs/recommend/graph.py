"""The recommender's graph: recall, gather, rank, choose, remember. No node needs a model of language."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import cache
from typing import Any, cast

from langchain_core.runnables.graph import Graph
from langgraph.graph import END
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from shopgraph.domain import Principal
from shopgraph.errors import ConnectorUnavailable, InvalidInput
from shopgraph.graphs.context import RunContext, ShopServices, shop_of
from shopgraph.graphs.flow import Choice, Flow, Stage
from shopgraph.graphs.memory import Dependency, Shown, Voice, on_price_of, on_reason, on_stock_band
from shopgraph.graphs.recommend.ranking import by_model
from shopgraph.graphs.recommend.state import Recommended, RecommendInput, RecommendState
from shopgraph.graphs.walk import run_flow
from shopgraph.telemetry.layers import Layer
from shopgraph.tools.spec import Outcome, ToolCall, ToolContext
from shopgraph.tools.views import RecommendationKind, Recommendations, RecommendationView

logger = logging.getLogger(__name__)

AGAIN_AFTER = timedelta(hours=12)
"""What was shown within this time gives way to what was not, as long as there is anything else."""
_GATHERED = 20
_USUAL = 3
"""Items, where nobody says how many."""
_LAYERS = {
    "recall": Layer.CONTEXT_STITCHING,
    "gather": Layer.POLICY,
    "rank": Layer.ROUTING,
    "choose": Layer.GOVERNANCE,
    "remember": Layer.AUDIT,
}

Recommendation = CompiledStateGraph[RecommendState, RunContext, RecommendInput, RecommendState]


def layer_of(name: str) -> str:
    """Which layer a node belongs to, for pictures."""
    return _LAYERS.get(name, Layer.ROUTING)


class Recommender:
    """A shop's recommendations: what a page, a mail or the chat calls. It shows its picture in a notebook."""

    def __init__(self, shop: ShopServices) -> None:
        self.shop = shop
        self.graph = _compiled()
        self._flow = _flow()

    async def recommend(
        self,
        *,
        principal: Principal | None = None,
        region_id: str | None = None,
        sku: str = "",
        kind: RecommendationKind | None = None,
        limit: int = _USUAL,
        language: str = "",
        conversation_id: str = "",
        request_id: str = "",
    ) -> Recommended:
        """What to put before somebody now, and remember that it was shown (to a customer).

        Args:
            principal: who is asking, as verified by the host; None for a guest.
            region_id: where they shop; None: the customer's region, else the shop's default.
            sku: what it should go with; empty: the cart and the customer's orders.
            kind: only what this stands behind.
            language: of the reasons, `en`, `de`, `fr` or `es`; empty: the region's, or English where it has no phrases.
            request_id: the request that this is part of; empty: one of its own.

        Raises:
            InvalidInput: there is no such SKU, or the limit is out of range.
            ConnectorUnavailable: a system behind it failed.
        """
        who = principal or Principal.guest()
        asked: RecommendInput = {
            "region_id": region_id or await self._home(who),
            "sku": sku,
            "kind": kind,
            "limit": limit,
            "language": language,
            "conversation_id": conversation_id,
            "request_id": request_id,
        }
        context = RunContext(shop=self.shop, principal=who)
        state = await run_flow(self._flow, self.graph, asked, context=context)
        return cast(Recommended, state["answer"])

    def recommend_sync(self, **asked: Any) -> Recommended:
        """The same, outside an event loop."""
        return asyncio.run(self.recommend(**asked))

    async def _home(self, who: Principal) -> str:
        customer = await self.shop.connectors.crm.customer(who.customer_id) if who.customer_id else None
        return customer.region_id if customer else self.shop.meta.default_region_id

    def get_graph(self) -> Graph:
        """The drawable graph."""
        return self.graph.get_graph()

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        from shopgraph.graphs.draw import svg_of

        return {"image/svg+xml": svg_of(self.get_graph(), layer_of), "text/plain": repr(self)}


def build_recommender(shop: ShopServices) -> Recommender:
    """A shop's recommender; it uses the shop's learned model where there is one."""
    return Recommender(shop)


@cache
def _flow() -> Flow:
    """Once: each run's context names its shop."""
    return recommender_flow()


@cache
def _compiled() -> Recommendation:
    return _flow().compile()


def compile_recommender(shop: ShopServices | None = None) -> Recommendation:
    """Compile the graph; without a shop, each run's `RunContext` names one."""
    return recommender_flow(shop).compile()


def recommender_flow(shop: ShopServices | None = None) -> Flow:
    """The recommender's nodes, and what follows each."""

    def stage(
        node: Callable[[RecommendState, ShopServices, Principal], Awaitable[RecommendState]], then: str | Choice
    ) -> Stage:
        async def run(state: RecommendState, *, runtime: Runtime[RunContext]) -> RecommendState:
            context = runtime.context or RunContext()
            return await node(state, shop_of(context, shop), context.principal)

        run.__name__ = node.__name__
        return Stage(run=run, then=then, metadata={"layer": layer_of(node.__name__)})

    stages = {
        "recall": stage(recall, "gather"),
        "gather": stage(gather, Choice(choose=_after_gather, ends=("rank", "choose"))),
        "rank": stage(rank, "choose"),
        "choose": stage(choose, Choice(choose=_after_choose, ends=("remember", END))),
        "remember": stage(remember, END),
    }
    return Flow(
        name="recommend",
        state=RecommendState,
        given=RecommendInput,
        context=RunContext,
        first="recall",
        stages=stages,
    )


def _after_gather(state: RecommendState) -> str:
    return "rank" if state["found"] else "choose"


def _after_choose(state: RecommendState) -> str:
    return "remember" if state["answer"].items else END


async def recall(state: RecommendState, shop: ShopServices, who: Principal) -> RecommendState:
    """What was shown to this customer before, by whomever of the brand; a memory that fails is empty."""
    if not who.customer_id:
        return {"shown": {}}
    now = shop.clock.now()
    try:
        seen = await shop.memory.of(who.customer_id).seen(since=now - AGAIN_AFTER)
    except Exception:
        logger.exception("brand memory could not be read")
        return {"shown": {}}
    return {"shown": {product: (now - at).total_seconds() / 3600 for product, at in seen.items()}}


async def gather(state: RecommendState, shop: ShopServices, who: Principal) -> RecommendState:
    """What may be offered now: through the gate, so policy judges it, from live orders and stock.

    A learned model may order all of it anew. Else the best are wanted, and as many more as were shown and give way.
    """
    limit, region_id = state.get("limit", _USUAL), state.get("region_id") or shop.meta.default_region_id
    if not 1 <= limit <= _GATHERED:
        raise InvalidInput(f"{limit} recommendations cannot be made at once.", remedy=f"1 to {_GATHERED}.")
    tools = ToolContext(
        services=shop.services,
        principal=who,
        region_id=region_id,
        conversation_id=state.get("conversation_id", ""),
        request_id=state.get("request_id") or f"req_{secrets.token_hex(8)}",
        agent="recommender",
    )
    kind = state.get("kind")
    wanted = _GATHERED if shop.recommender is not None else min(_GATHERED, limit + len(state["shown"]))
    arguments: dict[str, Any] = {"limit": wanted}
    arguments |= {"sku": state["sku"]} if state.get("sku") else {}
    arguments |= {"kind": str(kind)} if kind else {}
    arguments |= {"language": state["language"]} if state.get("language") else {}
    call = ToolCall(tool="recommend_products", arguments=arguments, call_id=f"{tools.request_id}:gather")
    outcome = await shop.gate.call(tools, call)
    if outcome.outcome is Outcome.FAILED:
        raise ConnectorUnavailable(outcome.error or "What to recommend could not be read.")
    if outcome.outcome is Outcome.INVALID:
        raise InvalidInput(outcome.error or "That cannot be asked.")
    items = Recommendations.model_validate(outcome.result).items if outcome.result is not None else ()
    return {"region_id": region_id, "found": list(items), "decisions": list(outcome.decisions)}


async def rank(state: RecommendState, shop: ShopServices, who: Principal) -> RecommendState:
    """Order by the shop's learned model where it has one that knows them; else as counted. Reasons stay as they are."""
    found, model = state["found"], shop.recommender
    learned = None if model is None else await by_model(model, found, shop, who, state.get("sku", ""))
    if learned is None:
        return {"ranked": found, "ranked_by": "counts"}
    return {"ranked": learned, "ranked_by": "model"}


async def choose(state: RecommendState, shop: ShopServices, who: Principal) -> RecommendState:
    """The best that was not shown just before; what was, where nothing else is left."""
    ranked, shown, limit = state.get("ranked", []), state["shown"], state.get("limit", _USUAL)
    new = [item for item in ranked if item.product_id not in shown]
    old = sorted((item for item in ranked if item.product_id in shown), key=lambda item: -shown[item.product_id])
    taken = (*new, *old)[:limit]
    given_way = tuple(item.product_id for item in old if item not in taken)
    answer = Recommended(
        items=taken,
        ranked_by=state.get("ranked_by", "counts"),
        left_out=given_way,
        decisions=tuple(state["decisions"]),
    )
    return {"answer": answer}


async def remember(state: RecommendState, shop: ShopServices, who: Principal) -> RecommendState:
    """Note for the customer what was shown, at which price and why. A memory that fails costs no answer."""
    if not who.customer_id:
        return {}
    region, now = state["region_id"], shop.clock.now()
    try:
        shown = [
            Shown(
                by=Voice.RECOMMENDER,
                product_id=item.product_id,
                sku=item.sku,
                price=item.price.money,
                reason=item.reason,
                at=now,
                depends=(
                    *await _offered(item, region, shop),
                    *on_reason(item, region_id=region, customer_id=who.customer_id),
                ),
            )
            for item in state["answer"].items
        ]
        await shop.memory.of(who.customer_id).show(*shown)
    except Exception:
        logger.exception("brand memory could not be written")
    return {}


async def _offered(item: RecommendationView, region_id: str, shop: ShopServices) -> tuple[Dependency, ...]:
    offer = await shop.connectors.catalog.offer(item.sku, region_id)
    before = offer.compare_at if offer else None
    found = [on_price_of(item.sku, region_id, item.price.money, before)]
    if item.available_quantity is not None:
        found.append(on_stock_band(item.sku, region_id, item.available_quantity))
    return tuple(found)
