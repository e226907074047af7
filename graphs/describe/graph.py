"""The description writer's graph: recall, read, write, check, choose, remember."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

from langchain_core.runnables.graph import Graph
from langgraph.graph import END
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from shopgraph.graphs.context import RunContext, ShopServices, shop_of
from shopgraph.graphs.describe.bandit import BASE_RATE, Conversions, draw, priors
from shopgraph.graphs.describe.material import depends_on, ends_at, facts_of, read_material
from shopgraph.graphs.describe.model_writing import by_model
from shopgraph.graphs.describe.state import Described, DescribeInput, DescribeState, Draft, Material
from shopgraph.graphs.describe.templates import STYLES, write
from shopgraph.graphs.flow import Choice, Flow, Stage
from shopgraph.graphs.memory import Statement, Voice
from shopgraph.graphs.walk import run_flow
from shopgraph.models.persuasion.headlines import HeadlineScorer
from shopgraph.telemetry.layers import Layer

TOPIC = "description"
_LAYERS = {
    "recall": Layer.CONTEXT_STITCHING,
    "read": Layer.CONTEXT_STITCHING,
    "draft": Layer.ENGINE,
    "check": Layer.GOVERNANCE,
    "choose": Layer.ROUTING,
    "remember": Layer.AUDIT,
}

Description = CompiledStateGraph[DescribeState, RunContext, DescribeInput, DescribeState]


def layer_of(name: str) -> str:
    """Which layer a node belongs to, for pictures."""
    return _LAYERS.get(name, Layer.ROUTING)


class Describer:
    """A shop's descriptions. It shows its picture in a notebook."""

    def __init__(self, shop: ShopServices, scorer: HeadlineScorer | None = None) -> None:
        self.shop = shop
        self._flow = describer_flow(shop, scorer)
        self.graph: Description = self._flow.compile()
        self._conversions = Conversions(store=shop.memory.store)

    async def describe(
        self, product_id: str, *, region_id: str | None = None, segment: str = "", fresh: bool = False
    ) -> Described:
        """What the brand says about a product now: what it said before where that still holds, else a new text.

        Args:
            region_id: None: the shop's default.
            segment: to whom; empty: everybody.
            fresh: write anew in any case, so that the bandit may choose another style.

        Raises:
            NotFound: there is no such product or region.
        """
        asked: DescribeInput = {
            "product_id": product_id,
            "region_id": region_id or self.shop.meta.default_region_id,
            "segment": segment,
            "fresh": fresh,
        }
        state = await run_flow(self._flow, self.graph, asked, context=RunContext(shop=self.shop))
        return cast(Described, state["answer"])

    def describe_sync(self, product_id: str, **asked: Any) -> Described:
        """The same, outside an event loop."""
        return asyncio.run(self.describe(product_id, **asked))

    async def went(self, described: Described, *, shown: int, converted: int, run: str = "") -> None:
        """Learn how a text went: how often it was shown, and how often somebody then bought.

        Args:
            run: the run of statistics that counted it, as "2026-11-28"; told again it counts once. Empty: one of its
                own.

        Raises:
            InvalidInput: more converted than were shown, or the text has no style.
        """
        product = await self.shop.connectors.catalog.product(described.product_id)
        place = _place(product.category if product else "", described.region_id, described.segment)
        await self._conversions.add(place, described.style, shown=shown, converted=converted, run=run)

    def get_graph(self) -> Graph:
        """The drawable graph."""
        return self.graph.get_graph()

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        from shopgraph.graphs.draw import svg_of

        return {"image/svg+xml": svg_of(self.get_graph(), layer_of), "text/plain": repr(self)}


def build_describer(shop: ShopServices, *, scorer: HeadlineScorer | None = None) -> Describer:
    """A shop's description writer; with a scorer (`shopgraph train copy`), the bandit begins where it points."""
    return Describer(shop, scorer)


def compile_describer(shop: ShopServices | None = None, scorer: HeadlineScorer | None = None) -> Description:
    """Compile the graph; without a shop, each run's `RunContext` names one."""
    return describer_flow(shop, scorer).compile()


def describer_flow(shop: ShopServices | None = None, scorer: HeadlineScorer | None = None) -> Flow:
    """The description writer's nodes, and what follows each."""

    def stage(node: Callable[[DescribeState, ShopServices], Awaitable[DescribeState]], then: str | Choice) -> Stage:
        async def run(state: DescribeState, *, runtime: Runtime[RunContext]) -> DescribeState:
            return await node(state, shop_of(runtime.context or RunContext(), shop))

        run.__name__ = node.__name__
        return Stage(run=run, then=then, metadata={"layer": layer_of(node.__name__)})

    async def choose(state: DescribeState, here: ShopServices) -> DescribeState:
        return await _choose(state, here, scorer)

    stages = {
        "recall": stage(recall, Choice(choose=_after_recall, ends=("read", END))),
        "read": stage(read, "draft"),
        "draft": stage(draft, "check"),
        "check": stage(check, "choose"),
        "choose": stage(choose, Choice(choose=_after_choose, ends=("remember", END))),
        "remember": stage(remember, END),
    }
    return Flow(
        name="describe", state=DescribeState, given=DescribeInput, context=RunContext, first="recall", stages=stages
    )


def _after_recall(state: DescribeState) -> str:
    return END if "answer" in state else "read"


def _after_choose(state: DescribeState) -> str:
    return "remember" if state["answer"].text else END


async def recall(state: DescribeState, shop: ShopServices) -> DescribeState:
    """What the brand said before, where it still holds."""
    if state.get("fresh"):
        return {}
    region, segment = state["region_id"], state.get("segment", "")
    said = await shop.memory.said([state["product_id"]], region_id=region, segments=(segment,), topic=TOPIC)
    for each in said.fresh:
        if each.segment == segment and each.by is Voice.DESCRIPTION_WRITER:
            style, _, by = each.variant.partition(":")
            told = Described(
                product_id=each.product_id,
                region_id=region,
                segment=segment,
                text=each.text,
                style=style,
                by=by,
                refreshed=False,
            )
            return {"answer": told}
    return {}


async def read(state: DescribeState, shop: ShopServices) -> DescribeState:
    """Attributes, offers, stock, reviews, what runs, how it sells: all of it now."""
    material = await read_material(shop, state["product_id"], state["region_id"], state.get("segment", ""))
    return {"material": material}


async def draft(state: DescribeState, shop: ShopServices) -> DescribeState:
    """A text in each style: by the shop's model where it has one, else (or if it fails) by templates."""
    material = state["material"]
    if material is None or not material.variants:
        return {"drafts": []}
    drafts: dict[str, Draft] = {}
    for style in STYLES:
        text = write(style, material)
        if text not in {each.text for each in drafts.values()}:
            drafts[style] = Draft(style=style, text=text)
    if shop.chat_model is not None:
        written = await asyncio.gather(*(by_model(shop.chat_model, style, material) for style in drafts))
        checked = [each for each in written if each and _passes(each, material, shop)]
        drafts |= {each.style: each for each in checked}
    return {"drafts": list(drafts.values())}


def _passes(draft: Draft, material: Material, shop: ShopServices) -> bool:
    """Whether a model's text is right as it stands; one that needs correcting gives way to the template."""
    result = shop.guards.run(draft.text, facts_of(material))
    return not result.blocked and not result.verdicts


async def check(state: DescribeState, shop: ShopServices) -> DescribeState:
    """The guard chain on every draft: what has no fact behind it goes, what is blocked is dropped."""
    material = state["material"]
    kept = []
    for each in state["drafts"]:
        result = shop.guards.run(each.text, facts_of(material)) if material else None
        if result is not None and not result.blocked and result.text.strip():
            kept.append(each.model_copy(update={"text": result.text, "verdicts": result.verdicts}))
    return {"drafts": kept}


async def _choose(state: DescribeState, shop: ShopServices, scorer: HeadlineScorer | None) -> DescribeState:
    """The style that the bandit draws among those that passed."""
    material, drafts = state["material"], state["drafts"]
    if material is None or not drafts:
        return {"answer": _answer(state, None)}
    guessed = (
        priors({each.style: scorer.score(each.text) for each in drafts})
        if scorer
        else dict.fromkeys((each.style for each in drafts), BASE_RATE)
    )
    place = _place(material.product.category, material.region_id, material.segment)
    arms = await Conversions(store=shop.memory.store).arms(place, guessed)
    seed = f"{material.product.id}:{material.region_id}:{material.segment}:{material.at.isoformat()}"
    chosen = draw(arms, seed).style
    return {"answer": _answer(state, next(each for each in drafts if each.style == chosen))}


def _place(category: str, region_id: str, segment: str) -> tuple[str, str, str]:
    """What shares its counts: single products sell too seldom to learn from alone."""
    return (category, region_id, segment)


def _answer(state: DescribeState, chosen: Draft | None) -> Described:
    return Described(
        product_id=state["product_id"],
        region_id=state["region_id"],
        segment=state.get("segment", ""),
        text=chosen.text if chosen else "",
        style=chosen.style if chosen else "",
        by=chosen.by if chosen else "",
        verdicts=chosen.verdicts if chosen else (),
    )


async def remember(state: DescribeState, shop: ShopServices) -> DescribeState:
    """Say it: chatbot and recommender read the same from now on, until something it depends on changes."""
    material, answer = state["material"], state["answer"]
    if material is not None:
        await shop.memory.state(
            Statement(
                by=Voice.DESCRIPTION_WRITER,
                product_id=answer.product_id,
                region_id=answer.region_id,
                segment=answer.segment,
                topic=TOPIC,
                text=answer.text,
                variant=f"{answer.style}:{answer.by}",
                at=material.at,
                until=ends_at(material),
                depends=depends_on(material, answer.style),
            )
        )
    return {}
