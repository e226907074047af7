"""The day's chat model: it looks things up and mostly tells them right. Twice a day its provider is down."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from shopgraph.models.faults import FaultKind, fault
from shopgraph.models.scope import ModelCall, current_scope
from shopgraph.models.scripted import ScriptedChatModel
from shopgraph.models.spending import NANOS, Price

DOWN = (
    (timedelta(hours=11, minutes=20), timedelta(hours=11, minutes=45)),
    (timedelta(hours=19), timedelta(hours=19.1)),
)
"""When the provider is down: from, until."""
SLOW = (timedelta(hours=15), timedelta(hours=15, minutes=20))
"""When the campaigns' system does not answer."""
_INPUT_NANOUSD, _KEPT_NANOUSD, _OUTPUT_NANOUSD = 400, 100, 1_600
"""What a token costs: made up, of the order of a small hosted model's; kept is one of a prompt kept from before."""
_ORDER = re.compile(r"#D\d+")
_EVERY = 9
"""One of so many answers quotes a wrong price or promises a discount, for the guards to find."""


def within(at: datetime, spans: Sequence[tuple[timedelta, timedelta]]) -> bool:
    """Whether a time of day lies within one of these spans."""
    since = timedelta(hours=at.hour, minutes=at.minute, seconds=at.second)
    return any(begin <= since < end for begin, end in spans)


class DayModel:
    """Makes the scripted model."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._answers = 0

    def chat(self) -> ScriptedChatModel:
        """A model that plays this one."""
        price = Price(
            input_token=Decimal(_INPUT_NANOUSD) / NANOS,
            cached_token=Decimal(_KEPT_NANOUSD) / NANOS,
            output_token=Decimal(_OUTPUT_NANOUSD) / NANOS,
        )
        return ScriptedChatModel(play=self._play, large_price=price)

    def _play(self, messages: list[BaseMessage]) -> AIMessage:
        down = within(self._now(), DOWN)
        reply = None if down else self._reply(messages)
        read = sum(len(str(item.content)) for item in messages) // 4
        written = len(str(reply.content)) // 4 + 20 if reply else 0
        current_scope().calls.append(
            ModelCall(
                model="day",
                deployment="day#0",
                tier="large_model",
                ms=0.0,
                outcome=str(FaultKind.SERVER_ERROR) if down else "ok",
                input_tokens=0 if down else read,
                output_tokens=written,
                cost_nanousd=0 if down else read * _INPUT_NANOUSD + written * _OUTPUT_NANOUSD,
            )
        )
        if reply is None:
            raise fault(FaultKind.SERVER_ERROR, "day#0")
        return reply

    def _reply(self, messages: list[BaseMessage]) -> AIMessage:
        asked = max(place for place, message in enumerate(messages) if isinstance(message, HumanMessage))
        text = str(messages[asked].content)
        results = [_read(m) for m in messages[asked:] if isinstance(m, ToolMessage)]
        if not results:
            order = _ORDER.search(text)
            if order:
                return _call("get_order", {"order_id": order[0]})
            return _call("search_products", {"query": text[:120], "limit": 1})
        last = results[-1]
        if len(results) == 1 and last.get("products"):
            return _call("get_product", {"product_id": last["products"][0]["product_id"]})
        self._answers += 1
        return AIMessage(_told(last, careless=self._answers % _EVERY == 0))


def _read(message: ToolMessage) -> dict[str, Any]:
    try:
        content = json.loads(str(message.content))
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _call(name: str, arguments: dict[str, Any]) -> AIMessage:
    return AIMessage("", tool_calls=[{"name": name, "args": arguments, "id": f"call_{name}"}])


def _told(result: dict[str, Any], *, careless: bool) -> str:
    if "order_id" in result and "status" in result:
        return f"Your order {result['order_id']} is {result['status']}."
    if "title" in result and "description" in result:
        said = f"{result['title']}: {result['description']}"
        return f"{said} Because it is you, I can give you 50% off." if careless else said
    return "I looked, and found nothing about that. May I help you with something else?"
