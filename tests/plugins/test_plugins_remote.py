"""Tools of a foreign MCP server behind the shop's gate."""

from __future__ import annotations

import pytest
from mcp import Client
from mcp.server.mcpserver import MCPServer
from pydantic import JsonValue

from shopgraph.shop import Shop
from shopgraph.tools.foreign import gated
from shopgraph.tools.remote import mcp_tools
from shopgraph.tools.spec import GateOutcome, Outcome, Scope, System, ToolCall
from tests.plugins.conftest import ContextFor


@pytest.fixture
def booked() -> list[str]:
    """What the foreign server was made to do."""
    return []


@pytest.fixture
def couriers(booked: list[str]) -> MCPServer:
    """A foreign server."""
    server = MCPServer("couriers")

    @server.tool()
    def parcel_weather(city: str) -> str:
        """Say whether parcels get wet."""
        return f"rain in {city}"

    @server.tool()
    def book_courier(day: str, parcels: int = 1) -> dict[str, int]:
        """Book a courier who collects a return."""
        if day == "Sunday":
            raise ValueError("closed")
        booked.append(day)
        return {"booking": len(booked), "parcels": parcels}

    return server


async def test_they_are_judged_and_done_like_the_shops_own(
    shop: Shop, context_for: ContextFor, couriers: MCPServer, booked: list[str]
) -> None:
    async with Client(couriers) as client:
        theirs = await mcp_tools(client)
        gate = shop.gate.with_tools(
            gated(theirs["parcel_weather"], system=System.WAREHOUSE, scope=Scope.PUBLIC, mutates=False),
            gated(theirs["book_courier"], system=System.WAREHOUSE, scope=Scope.CUSTOMER, mutates=True),
        )

        async def call(who: str, tool: str, call_id: str, **arguments: JsonValue) -> GateOutcome:
            return await gate.call(context_for(who), ToolCall(tool=tool, arguments=arguments, call_id=call_id))

        weather = await call("", "parcel_weather", "1", city="Leeds")
        assert weather.outcome is Outcome.DONE
        assert weather.result == {"content": {"result": "rain in Leeds"}}
        guest = await call("", "book_courier", "2", day="Monday")
        assert guest.decisions[0].rule == "identify-first"
        malformed = await call("returner", "book_courier", "3", day="Monday", parcels="many")
        assert malformed.outcome is Outcome.INVALID
        assert malformed.error == "parcels: 'many' is not of type 'integer'"
        assert booked == []
        done = await call("returner", "book_courier", "4", day="Monday", parcels=2)
        assert done.result == {"content": {"booking": 1, "parcels": 2}}
        assert (await call("returner", "book_courier", "4", day="Monday", parcels=2)).outcome is Outcome.REPLAYED
        failed = await call("returner", "book_courier", "5", day="Sunday")
        assert (failed.outcome, failed.error_code) == (Outcome.FAILED, "tool.outcome_unknown")
    assert booked == ["Monday"]
