"""Any provider as a LangChain chat model, through LiteLLM's Router. LiteLLM is imported on the first call."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    InvalidToolCall,
    ToolCall,
    ToolCallChunk,
    convert_to_openai_messages,
)
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import invalid_tool_call
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field, PrivateAttr

_SETTINGS = {"LITELLM_MODE": "PRODUCTION", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
"""Without them importing LiteLLM reads `.env` files and fetches a price list in the background."""


@cache
def litellm() -> Any:
    """The library, loaded with our settings unless the user has set their own. Costs seconds of CPU the first time."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    library: Any = import_module("litellm")
    library.suppress_debug_info = True
    return library


class LiteLLMChat(BaseChatModel):
    """A thin chat model over `litellm.Router`: fallbacks, cooldowns and retries are the Router's."""

    model: str
    """A `model_name` of the model list."""
    model_list: list[dict[str, Any]]
    """Deployments in LiteLLM's form."""
    router_options: dict[str, Any] = Field(default_factory=dict)
    """Further arguments of the Router, such as `fallbacks`, `num_retries` or `timeout`."""
    options: dict[str, Any] = Field(default_factory=dict)
    """Sent with every call, such as `temperature` or `max_tokens`."""
    _router: Any = PrivateAttr(default=None)

    @property
    def _llm_type(self) -> str:
        return "shopgraph-litellm"

    @property
    def _identifying_params(self) -> Mapping[str, Any]:
        return {"model": self.model, **self.options}

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The model, offering these tools with every call."""
        formatted = [convert_to_openai_tool(tool) for tool in tools]
        choice = {"tool_choice": "required" if tool_choice == "any" else tool_choice} if tool_choice else {}
        return self.bind(tools=formatted, **choice, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return _result(self._loaded().completion(**self._request(messages, stop, kwargs)))

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return _result(await self._loaded().acompletion(**self._request(messages, stop, kwargs)))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for part in self._loaded().completion(**self._request(messages, stop, kwargs), **_STREAMED):
            chunk = _chunk(part)
            if run_manager:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        async for part in await self._loaded().acompletion(**self._request(messages, stop, kwargs), **_STREAMED):
            chunk = _chunk(part)
            if run_manager:
                await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    def _loaded(self) -> Any:
        if self._router is None:
            self._router = litellm().Router(model_list=self.model_list, **self.router_options)
        return self._router

    def _request(self, messages: list[BaseMessage], stop: list[str] | None, extra: dict[str, Any]) -> dict[str, Any]:
        stops = {"stop": stop} if stop else {}
        content = convert_to_openai_messages(messages)
        return {"model": self.model, "messages": content, **self.options, **stops, **extra}


_STREAMED: dict[str, Any] = {"stream": True, "stream_options": {"include_usage": True}}


def _result(response: Any) -> ChatResult:
    choice = response.choices[0]
    calls, broken = _tool_calls(choice.message.tool_calls or ())
    message = AIMessage(
        content=choice.message.content or "",
        tool_calls=calls,
        invalid_tool_calls=broken,
        usage_metadata=_usage(getattr(response, "usage", None)),
        response_metadata={
            "model_name": response.model,
            "finish_reason": choice.finish_reason,
            "cost": _cost(response),
        },
    )
    return ChatResult(generations=[ChatGeneration(message=message)])


def _tool_calls(raw: Sequence[Any]) -> tuple[list[ToolCall], list[InvalidToolCall]]:
    """A model may write arguments that are no JSON object: those are kept apart, with what is wrong."""
    calls: list[ToolCall] = []
    broken: list[InvalidToolCall] = []
    for call in raw:
        name, text = call.function.name, call.function.arguments or "{}"
        try:
            arguments = json.loads(text)
            if not isinstance(arguments, dict):
                raise ValueError(f"arguments are a {type(arguments).__name__}, not an object")
        except ValueError as error:
            broken.append(invalid_tool_call(name=name, args=text, id=call.id, error=str(error)))
        else:
            calls.append(ToolCall(name=name, args=arguments, id=call.id))
    return calls, broken


def _chunk(part: Any) -> ChatGenerationChunk:
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
        usage_metadata=_usage(getattr(part, "usage", None)),
        response_metadata={"finish_reason": finish, "model_name": part.model} if finish else {},
    )
    return ChatGenerationChunk(message=message)


def _usage(usage: Any) -> UsageMetadata | None:
    if usage is None:
        return None
    return UsageMetadata(
        input_tokens=usage.prompt_tokens or 0,
        output_tokens=usage.completion_tokens or 0,
        total_tokens=usage.total_tokens or 0,
    )


def _cost(response: Any) -> str | None:
    """US dollars as a decimal string; None where LiteLLM knows no price."""
    cost = (getattr(response, "_hidden_params", None) or {}).get("response_cost")
    return None if cost is None else f"{cost:.10f}"
