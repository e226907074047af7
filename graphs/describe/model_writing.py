"""A description in a model's words, from the same facts as the templates."""

from __future__ import annotations

import logging

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage

from shopgraph.graphs.describe.state import Draft, Material
from shopgraph.graphs.describe.templates import write
from shopgraph.guards.screen import screen_retrieved

logger = logging.getLogger(__name__)

_MOST = 1_200
_SYSTEM = (
    "You write a short product description for a shop, at most four sentences, plain and friendly. Use only the facts "
    "given; keep every number, price, size and date as it is; add no quality, promise or comparison of your own. "
    "Answer with the description and nothing else."
)


async def by_model(model: BaseChatModel, style: str, material: Material) -> Draft | None:
    """The style's facts in other words; None when the model fails or says nothing."""
    facts = screen_retrieved(write(style, material), f"product {material.product.id}").text
    audience = f" for customers of the segment {material.segment}" if material.segment else ""
    asked = f"Facts about {material.product.title}{audience}:\n{facts}"
    try:
        answer = await model.ainvoke([SystemMessage(_SYSTEM), HumanMessage(asked)])
    except Exception as error:
        logger.warning("no model wrote a description: %s", type(error).__name__)
        return None
    text = str(answer.text).strip()
    return Draft(style=style, text=text, by="model") if 0 < len(text) <= _MOST else None
