"""The gate as a middleware for agents of LangChain's `create_agent`. Needs the extra `agents`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import Any

from langchain_core.messages import ToolMessage
from langgraph.prebuilt.tool_node import ToolCallRequest
from langgraph.types import Command

from shopgraph.errors import MissingDependency
from shopgraph.tools.calls import ApproverOf, GatedCalls, from_sync
from shopgraph.tools.gate import Gate
from shopgraph.tools.langchain import ContextOf, langchain_tools

try:
    from langchain.agents.middleware import AgentMiddleware
except ImportError:
    raise MissingDependency(
        "The middleware for create_agent needs langchain.", remedy="Run: pip install 'shopgraph[agents]'."
    ) from None


class GateMiddleware(AgentMiddleware[Any, Any, Any]):
    """Brings the gate's tools to an agent, and puts every tool call of it through the gate."""

    def __init__(
        self,
        gate: Gate,
        *,
        names: Collection[str] | None = None,
        context_of: ContextOf | None = None,
        free: Collection[str] = (),
        asks: bool = False,
        approver_of: ApproverOf | None = None,
    ) -> None:
        """Say which of the gate's tools the agent is told of (`names`, as in `langchain_tools`).

        A tool of the agent's own is refused unless it is behind the gate (`gated`) or named in `free`. The rest is
        said at `GatedCalls`.

        Raises:
            ConfigurationError: `names` holds one that the gate does not know, or a free tool is behind the gate.
        """
        super().__init__()
        self.tools = langchain_tools(gate, names=names, context_of=context_of)
        self._calls = GatedCalls(gate, context_of=context_of, free=free, asks=asks, approver_of=approver_of)

    def wrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], ToolMessage | Command[Any]]
    ) -> ToolMessage | Command[Any]:
        """Make a call through the gate, from sync code."""
        if self._calls.is_free(request.tool_call):
            return handler(request)
        return from_sync(self._calls.one(request.tool_call, request.runtime.context))

    async def awrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Awaitable[ToolMessage | Command[Any]]]
    ) -> ToolMessage | Command[Any]:
        """Make a call through the gate."""
        if self._calls.is_free(request.tool_call):
            return await handler(request)
        return await self._calls.one(request.tool_call, request.runtime.context)
