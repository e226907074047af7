"""Model calls on a tape: what was asked, with which parameters, what came back; and a model that answers from one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage

from shopgraph.audit.records import json_of

_PARAMETERS = frozenset(
    {
        "model",
        "model_name",
        "temperature",
        "top_p",
        "max_tokens",
        "max_completion_tokens",
        "seed",
        "stop",
        "n",
        "presence_penalty",
        "frequency_penalty",
        "reasoning_effort",
    }
)
"""What of a model's settings is told: how it was asked, never where or with which key."""


def parameters_of(model: BaseChatModel) -> dict[str, object]:
    """The parameters that a model is called with."""
    known: Mapping[str, object] = model._identifying_params
    return {
        name: value
        for name, value in known.items()
        if name in _PARAMETERS and isinstance(value, str | int | float | list)
    }


def digest_of(talk: Sequence[BaseMessage]) -> str:
    """Tells whether a model was asked the same: 16 hex digits of SHA-256 over roles, texts and calls."""
    parts = [[message.type, str(message.text), getattr(message, "tool_calls", [])] for message in talk]
    return hashlib.sha256(json_of(parts, lenient=True)).hexdigest()[:16]


def plain_reply(reply: AIMessage) -> dict[str, object]:
    """A model's reply as JSON."""
    return {
        "content": str(reply.text),
        "tool_calls": [{"name": call["name"], "args": call["args"], "id": call["id"]} for call in reply.tool_calls],
        "invalid_tool_calls": [dict(call) for call in reply.invalid_tool_calls],
    }


def reply_of(plain: Mapping[str, Any]) -> AIMessage:
    """The reply again."""
    return AIMessage(
        content=plain["content"],
        tool_calls=list(plain["tool_calls"]),
        invalid_tool_calls=list(plain["invalid_tool_calls"]),
    )
