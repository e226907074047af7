"""An MCP server's tools as LangChain tools, so that `gated` can put them behind the gate."""

from __future__ import annotations

from typing import Any

from langchain_core.tools import BaseTool, StructuredTool
from mcp import Client
from mcp_types import CallToolResult, TextContent, Tool

from shopgraph.errors import ConnectorFault


async def mcp_tools(client: Client) -> dict[str, BaseTool]:
    """The tools that a connected client is offered, by name; they call through it for as long as it is connected.

    What the server says of its own tools (their description, that they only read) is its word: whoever declares one
    with `gated` says what it touches.
    """
    tools: dict[str, BaseTool] = {}
    cursor: str | None = None
    while True:
        listed = await client.list_tools(cursor=cursor)
        tools |= {tool.name: _remote(client, tool) for tool in listed.tools}
        cursor = listed.next_cursor
        if not cursor:
            return tools


def _remote(client: Client, tool: Tool) -> BaseTool:
    async def call(**arguments: Any) -> Any:
        result = await client.call_tool(tool.name, arguments)
        if result.is_error:
            raise ConnectorFault(f"{tool.name} answered with an error: {_text(result)[:500]}")
        return _text(result) if result.structured_content is None else result.structured_content

    return StructuredTool(
        name=tool.name, description=tool.description or tool.name, args_schema=tool.input_schema, coroutine=call
    )


def _text(result: CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))
