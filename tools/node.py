"""A drop-in for LangGraph's `ToolNode` that puts every call through the gate."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from contextvars import ContextVar
from typing import Any

from langchain_core.messages import ToolMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool
from langgraph.prebuilt import ToolNode
from langgraph.prebuilt.tool_node import ToolCallRequest
from langgraph.runtime import Runtime
from langgraph.types import Command

from shopgraph.tools.calls import ApproverOf, GatedCalls, Settled, from_sync
from shopgraph.tools.gate import Gate
from shopgraph.tools.langchain import ContextOf, langchain_tools

_SETTLED: ContextVar[dict[str, Settled]] = ContextVar("settled")
"""The calls of the message that a node is at work on, by the model's id."""


class GatedToolNode(ToolNode):
    """A `ToolNode` over the gate's tools. Of one message's calls none is made before all questions are answered."""

    def __init__(
        self,
        gate: Gate,
        tools: Sequence[BaseTool | Callable[..., Any]] = (),
        *,
        names: Collection[str] | None = None,
        context_of: ContextOf | None = None,
        free: Collection[str] = (),
        asks: bool = False,
        approver_of: ApproverOf | None = None,
        name: str = "tools",
        messages_key: str = "messages",
    ) -> None:
        """Make the node: `tools` of your own are refused unless they are behind the gate or named in `free`.

        `names` picks the gate's tools as in `langchain_tools`; the rest is said at `GatedCalls`.

        Raises:
            ConfigurationError: `names` holds one that the gate does not know, or a free tool is behind the gate.
        """
        self._calls = GatedCalls(gate, context_of=context_of, free=free, asks=asks, approver_of=approver_of)
        super().__init__(
            [*langchain_tools(gate, names=names, context_of=context_of), *tools],
            name=name,
            messages_key=messages_key,
            wrap_tool_call=self._wrap,
            awrap_tool_call=self._awrap,
        )

    def _func(self, input: Any, config: RunnableConfig, runtime: Runtime) -> Any:  # noqa: A002 - as ToolNode has it
        token = _SETTLED.set(from_sync(self._settle(input, runtime)))
        try:
            return super()._func(input, config, runtime)
        finally:
            _SETTLED.reset(token)

    async def _afunc(self, input: Any, config: RunnableConfig, runtime: Runtime) -> Any:  # noqa: A002
        token = _SETTLED.set(await self._settle(input, runtime))
        try:
            return await super()._afunc(input, config, runtime)
        finally:
            _SETTLED.reset(token)

    async def _settle(self, given: Any, runtime: Runtime) -> dict[str, Settled]:
        calls, _ = self._parse_input(given)
        judged = [call for call in calls if not self._calls.is_free(call)]
        settled = await self._calls.settle(judged, runtime.context) if judged else []
        return {entry.tool_call_id: entry for entry in settled}

    def _wrap(
        self, request: ToolCallRequest, execute: Callable[[ToolCallRequest], ToolMessage | Command[Any]]
    ) -> ToolMessage | Command[Any]:
        if self._calls.is_free(request.tool_call):
            return execute(request)
        return from_sync(self._calls.answer(_SETTLED.get()[request.tool_call["id"] or ""]))

    async def _awrap(
        self, request: ToolCallRequest, execute: Callable[[ToolCallRequest], Awaitable[ToolMessage | Command[Any]]]
    ) -> ToolMessage | Command[Any]:
        if self._calls.is_free(request.tool_call):
            return await execute(request)
        return await self._calls.answer(_SETTLED.get()[request.tool_call["id"] or ""])
