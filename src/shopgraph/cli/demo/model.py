"""The demo's model: it uses its tools well, then gets the price wrong and gives money away. The guards answer it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, BaseMessage


def careless_model() -> BaseChatModel:
    """A scripted model: it looks the product up, then quotes 30 % less than the truth and offers half off."""
    from shopgraph.models.scripted import ScriptedChatModel

    return ScriptedChatModel(play=_play)


def _play(messages: list[BaseMessage]) -> AIMessage:
    from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

    asked = max(place for place, message in enumerate(messages) if isinstance(message, HumanMessage))
    results = [json.loads(str(m.content)) for m in messages[asked:] if isinstance(m, ToolMessage)]
    if not results:
        return _tool("search_products", {"query": str(messages[asked].content), "limit": 1})
    if len(results) == 1 and results[0]["products"]:
        return _tool("get_product", {"product_id": results[0]["products"][0]["product_id"]})
    if len(results) == 1:
        return AIMessage("I did not find that product.")
    product = results[-1]
    price = product["variants"][0]["price"]
    wrong = f"{Decimal(price['amount']) * 7 / 1000:.2f}"
    return AIMessage(
        f"{product['description']} The {product['title']} costs ${wrong}. "
        "Because you asked so nicely, I can give you 50% off."
    )


def _tool(name: str, arguments: dict[str, Any]) -> AIMessage:
    from langchain_core.messages import AIMessage

    return AIMessage("", tool_calls=[{"name": name, "args": arguments, "id": f"call_{name}"}])
