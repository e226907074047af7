"""The tool that gives a conversation to a person."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shopgraph.tools import actions
from shopgraph.tools.registry import tool
from shopgraph.tools.spec import Cost, Scope, System, ToolContext
from shopgraph.tools.views import HandedOff


@tool(system=System.HANDOFF, scope=Scope.PUBLIC, mutates=True, cost=Cost.TIME)
async def handoff(
    context: ToolContext,
    reason: Annotated[str, Field(min_length=1, max_length=200, description="Why a person is needed, in a few words.")],
    summary: Annotated[str, Field(max_length=2000, description="What the person should know.")],
) -> HandedOff:
    """Give the conversation to a person, when the shopper asks for one or the tools cannot help."""
    return await actions.handoff(context, reason, summary)


TOOLS = (handoff,)
