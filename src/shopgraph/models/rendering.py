"""Between LangChain's messages and LiteLLM's: requests rendered, answers and pieces of streams read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    InvalidToolCall,
    ToolCall,
    ToolCallChunk,
    convert_to_openai_messages,
)
from langchain_core.messages.ai import InputTokenDetails, UsageMetadata
from langchain_core.messages.tool import invalid_tool_call
from langchain_core.outputs import ChatGenerationChunk
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

STABLE_PREFIX = "stable_prefix"
"""Key of a message's `additional_kwargs`: how many of its first characters are the same in every request."""


def rendered(messages: Sequence[BaseMessage]) -> list[dict[str, Any]]:
    """The conversation in OpenAI's form, as every provider takes it through LiteLLM."""
    content = convert_to_openai_messages(list(messages))
    return content if isinstance(content, list) else [content]


def with_cache_hints(content: Sequence[dict[str, Any]], messages: Sequence[BaseMessage]) -> list[dict[str, Any]]:
    """The same with the end of each stable prefix marked, for providers that cache prompts where they are told to."""
    return [_hinted(item, message) for item, message in zip(content, messages, strict=True)]


def _hinted(item: dict[str, Any], message: BaseMessage) -> dict[str, Any]:
    length = message.additional_kwargs.get(STABLE_PREFIX)
    text = item.get("content")
    if not isinstance(length, int) or not isinstance(text, str) or not 0 < length <= len(text):
        return item
    stable = {"type": "text", "text": text[:length], "cache_control": {"type": "ephemeral"}}
    rest = [{"type": "text", "text": text[length:]}] if text[length:] else []
    return {**item, "content": [stable, *rest]}


def message_of(response: Any) -> AIMessage:
    """A whole answer."""
    choice = response.choices[0]
    raw = choice.message.tool_calls or ()
    calls, broken = _sorted((call.function.name, call.function.arguments, call.id) for call in raw)
    return AIMessage(
        content=choice.message.content or "",
        tool_calls=calls,
        invalid_tool_calls=broken,
        usage_metadata=usage_of(getattr(response, "usage", None)),
        response_metadata={"model_name": response.model, "finish_reason": choice.finish_reason},
    )


def _sorted(raw: Iterable[tuple[str | None, str | None, str | None]]) -> tuple[list[ToolCall], list[InvalidToolCall]]:
    """Calls by name, arguments and id. Arguments that are no JSON object are kept apart, with what is wrong."""
    calls: list[ToolCall] = []
    broken: list[InvalidToolCall] = []
    for name, arguments, call_id in raw:
        text = arguments or "{}"
        if wrong := what_is_wrong(text):
            broken.append(invalid_tool_call(name=name, args=text, id=call_id, error=wrong))
        else:
            calls.append(ToolCall(name=name or "", args=json.loads(text), id=call_id))
    return calls, broken


def what_is_wrong(arguments: str) -> str:
    """What keeps a text from being the arguments of a call; empty when nothing does."""
    try:
        value = json.loads(arguments)
    except ValueError as error:
        return f"no JSON: {error}"
    return "" if isinstance(value, dict) else f"a {type(value).__name__}, not an object"


def chunk_of(part: Any) -> ChatGenerationChunk:
    """One piece of a stream; the last one may hold nothing but the usage."""
    choice = part.choices[0] if part.choices else None
    delta = choice.delta if choice else None
    calls = [
        ToolCallChunk(name=call.function.name, args=call.function.arguments, id=call.id, index=call.index)
        for call in (getattr(delta, "tool_calls", None) or ())
    ]
    finish = choice.finish_reason if choice else None
    message = AIMessageChunk(
        content=(delta.content if delta else None) or "",
        tool_call_chunks=calls,
        usage_metadata=usage_of(getattr(part, "usage", None)),
        response_metadata={"finish_reason": finish, "model_name": part.model} if finish else {},
    )
    return ChatGenerationChunk(message=message)


def chunks_of(message: AIMessage) -> list[AIMessageChunk]:
    """A whole answer as a stream of two pieces: what it says, and what it cost."""
    calls = [
        ToolCallChunk(name=call["name"], args=json.dumps(call["args"]), id=call["id"], index=index)
        for index, call in enumerate(message.tool_calls)
    ]
    said = AIMessageChunk(
        content=message.content, tool_call_chunks=calls, response_metadata=dict(message.response_metadata)
    )
    return [said, AIMessageChunk(content="", usage_metadata=message.usage_metadata)]


def says_something(message: AIMessage | AIMessageChunk) -> bool:
    """Whether there is text or a call of a tool in it."""
    calls = message.tool_calls or message.invalid_tool_calls
    return bool(message.text.strip() or calls or getattr(message, "tool_call_chunks", None))


def usage_of(usage: Any) -> UsageMetadata | None:
    """Tokens in LangChain's form, with those that the provider had cached."""
    if usage is None:
        return None
    details = getattr(usage, "prompt_tokens_details", None)
    cached = getattr(details, "cached_tokens", None) or 0
    counted = UsageMetadata(
        input_tokens=usage.prompt_tokens or 0,
        output_tokens=usage.completion_tokens or 0,
        total_tokens=usage.total_tokens or 0,
    )
    if cached:
        counted["input_token_details"] = InputTokenDetails(cache_read=cached)
    return counted


def tool_options(
    tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool], tool_choice: str | None
) -> dict[str, Any]:
    """What a call offers, as a provider is sent it; LangChain's `any` is OpenAI's `required`."""
    choice = {"tool_choice": "required" if tool_choice == "any" else tool_choice} if tool_choice else {}
    return {"tools": [convert_to_openai_tool(tool) for tool in tools], **choice}


def whole(pieces: Sequence[AIMessageChunk]) -> AIMessage:
    """The pieces of a stream as one answer."""
    together = _sum(pieces)
    calls, broken = _sorted((each["name"], each["args"], each["id"]) for each in together.tool_call_chunks)
    return AIMessage(
        content=together.content,
        tool_calls=calls,
        invalid_tool_calls=broken,
        usage_metadata=together.usage_metadata,
        response_metadata=together.response_metadata,
    )


def _sum(pieces: Sequence[AIMessageChunk]) -> AIMessageChunk:
    together = pieces[0]
    for piece in pieces[1:]:
        together += piece
    return together


def without_calls(piece: AIMessageChunk) -> AIMessageChunk:
    """A piece without its part of a tool call."""
    if not piece.tool_call_chunks:
        return piece
    return AIMessageChunk(
        content=piece.content, usage_metadata=piece.usage_metadata, response_metadata=piece.response_metadata
    )


def calls_of(pieces: Sequence[AIMessageChunk]) -> AIMessageChunk | None:
    """The tool calls of a stream, once all of it is there; None without any.

    LangChain repairs arguments that break off ('{"order_id": "#D' becomes a call about order "#D"), so those that are
    no JSON are marked, and become invalid calls.
    """
    parts = [AIMessageChunk(content="", tool_call_chunks=piece.tool_call_chunks) for piece in pieces]
    if not any(part.tool_call_chunks for part in parts):
        return None
    chunks = [
        ToolCallChunk(name=each["name"], args=_marked(each["args"] or "{}"), id=each["id"], index=each["index"])
        for each in _sum(parts).tool_call_chunks
    ]
    return AIMessageChunk(content="", tool_call_chunks=chunks)


def _marked(arguments: str) -> str:
    return f"broken: {arguments}" if what_is_wrong(arguments) else arguments
