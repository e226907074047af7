"""A chat model that plays what it is given: for tests, demos and replays. It needs no provider and no network."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Annotated, Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolCallChunk
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field, PrivateAttr, SkipValidation

from shopgraph.errors import ConfigurationError
from shopgraph.models.spending import Price

Play = Callable[[list[BaseMessage]], AIMessage]
"""Answers a conversation."""


class _Position:
    """How far the script has been played; shared by the models that `bind_tools` makes of one."""

    def __init__(self) -> None:
        self.next = 0
        self.calls: list[list[BaseMessage]] = []
        self.bound: tuple[list[Any], ScriptedChatModel] | None = None
        """What was bound last, to which tools: LangChain writes a model down anew for every new one."""


class ScriptedChatModel(BaseChatModel):
    """Plays AIMessages in order (tool calls and all), or a function of the messages."""

    script: Annotated[Sequence[AIMessage | str | Exception], SkipValidation] = ()
    """What is answered, one entry per call; an exception is raised."""
    play: Play | None = None
    """Answers instead of the script."""
    tools: list[dict[str, Any]] = Field(default_factory=list)
    """What `bind_tools` was given, in OpenAI's form."""
    large_price: Price | None = None
    """Of a token, where it plays the large model: what was saved by not asking it is counted with that."""
    _position: _Position = PrivateAttr(default_factory=_Position)

    @property
    def _llm_type(self) -> str:
        return "shopgraph-scripted"

    @property
    def calls(self) -> list[list[BaseMessage]]:
        """The messages of every call so far."""
        return self._position.calls

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The same script at the same place, knowing these tools. It calls what the script says, offered or not."""
        last = self._position.bound
        if last is not None and last[0] == [*tools]:
            return last[1]
        bound = self.model_copy(update={"tools": [convert_to_openai_tool(tool) for tool in tools]})
        bound._position = self._position
        self._position.bound = ([*tools], bound)
        return bound

    def _next(self, messages: list[BaseMessage]) -> AIMessage:
        position = self._position
        position.calls.append(messages)
        if self.play is not None:
            return _with_usage(self.play(messages), messages)
        if position.next >= len(self.script):
            raise ConfigurationError(
                f"The script has {len(self.script)} answers and is asked for one more.",
                remedy="Give ScriptedChatModel an answer for every call.",
            )
        entry = self.script[position.next]
        position.next += 1
        if isinstance(entry, Exception):
            raise entry
        return _with_usage(AIMessage(entry) if isinstance(entry, str) else entry, messages)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._next(messages))])

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return self._generate(messages)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for chunk in _chunks(self._next(messages)):
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
        for chunk in _chunks(self._next(messages)):
            if run_manager:
                await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk


def _chunks(message: AIMessage) -> Iterator[ChatGenerationChunk]:
    """Word by word, then tool calls, then usage: as a provider streams."""
    for piece in re.findall(r"\s*\S+\s*", message.text):
        yield ChatGenerationChunk(message=AIMessageChunk(content=piece))
    for index, call in enumerate(message.tool_calls):
        yield ChatGenerationChunk(
            message=AIMessageChunk(
                content="",
                tool_call_chunks=[
                    ToolCallChunk(name=call["name"], args=json.dumps(call["args"]), id=call["id"], index=index)
                ],
            )
        )
    yield ChatGenerationChunk(message=AIMessageChunk(content="", usage_metadata=message.usage_metadata))


def _with_usage(message: AIMessage, messages: list[BaseMessage]) -> AIMessage:
    """The message with a count of words where it says nothing of tokens."""
    if message.usage_metadata is not None:
        return message
    read, written = sum(len(item.text.split()) for item in messages), len(message.text.split())
    usage = UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written)
    return message.model_copy(update={"usage_metadata": usage})
