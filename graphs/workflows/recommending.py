"""What goes with what: the recommender's graph, spoken."""

from __future__ import annotations

import re

from shopgraph.graphs.node import engine
from shopgraph.graphs.recommend import Recommended, build_recommender
from shopgraph.graphs.state import Evidence
from shopgraph.graphs.stitching.recipes import Recommending
from shopgraph.graphs.turns import Step, Turn, say, workflow
from shopgraph.graphs.workflows.catalog import QUERY, fits, product_question
from shopgraph.graphs.workflows.popularity import ASKED
from shopgraph.models.routes import Intent
from shopgraph.models.speech.language import language_of
from shopgraph.models.speech.speaker import Speaker
from shopgraph.tools.views import ProductView, RecommendationKind, Recommendations, SearchResult

_IS_IT = re.compile(r"^\W*(?:is|are|ist|sind|est|sont|es|son)\b", re.I)
"""How a question begins whether something is so, in English, German, French and Spanish."""


@workflow(Intent.RECOMMENDATION, recipe=Recommending)
async def recommendation(turn: Turn) -> Step:
    """What goes with what the shopper names, has in the cart or has bought, in stock, with a true reason."""
    speaker = Speaker(language_of(turn.text, turn.locale), turn.locale)
    sku = await _basis(turn)
    if sku is not None and _IS_IT.search(turn.text) and ASKED.search(turn.text):
        return await product_question.run(turn)
    found = await _recommended(turn, sku, speaker.language)
    if not found.items:
        against = [each for each in found.decisions if each.effect != "allow"]
        return say(" ".join(each.reason for each in against) or speaker.say("recommend.nothing"))
    shown = [
        speaker.say("recommend.item", title=item.title, money=item.price.text, reason=item.reason)
        for item in found.items
    ]
    return say(speaker.say("recommend.these", items=" ".join(shown)))


async def _recommended(turn: Turn, sku: str | None, language: str) -> Recommended:
    trending = sku is None and ASKED.search(turn.text) is not None
    with engine():
        found = await build_recommender(turn.shop).recommend(
            principal=turn.tools.principal,
            region_id=turn.request.region_id,
            sku=sku or "",
            kind=RecommendationKind.TRENDING if trending else None,
            language=language,
            conversation_id=turn.request.conversation_id,
            request_id=turn.request.id,
        )
    turn.judged.extend(found.decisions)
    # The guards take their facts from what was read, and memory what was shown.
    result = Recommendations(items=found.items).model_dump(mode="json")
    turn.evidence.append(Evidence(tool="recommend_products", result=result))
    return found


async def _basis(turn: Turn) -> str | None:
    """A SKU of the product that the message names, if it names one."""
    if turn.route.entities.skus:
        return turn.route.entities.skus[0]
    found = (await turn.read("search_products", SearchResult, query=turn.text[:QUERY], limit=1)).products
    product_id = found[0].product_id if found and fits(turn.text, found[0].title) else ""
    if not product_id and re.search(r"\b(it|that|this|them)\b", turn.text, re.I):
        product_id = turn.dialog.subject.get("product_id", "")
    if not product_id:
        return None
    product = await turn.read("get_product", ProductView, product_id=product_id)
    return product.variants[0].sku if product.variants else None
