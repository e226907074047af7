"""One call on a real shop at an instant, and what decided it: for rules of money and time at their edges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from pydantic import JsonValue

from shopgraph.clock import FixedClock
from shopgraph.connectors.embedded import EmbeddedShop
from shopgraph.domain import Principal
from shopgraph.guards.policy import PolicyBundle
from shopgraph.guards.promotions import with_calendars
from shopgraph.tools.gate import Gate
from shopgraph.tools.registry import default_tools
from shopgraph.tools.spec import GateOutcome, Outcome, Services, ToolCall, ToolContext
from tests.tools.small_shop import AT, NE

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)

Edit = Callable[..., PolicyBundle]


async def play(
    shop: EmbeddedShop,
    tool: str,
    arguments: dict[str, JsonValue],
    *,
    policy: PolicyBundle,
    at: datetime = AT,
    who: str | Principal = "ann",
    region_id: str = NE,
) -> GateOutcome:
    """One call by a confirming customer. What is not done must have changed nothing."""
    before = shop.dump()
    connectors = with_calendars(shop.connectors, policy.calendars)
    principal = who if isinstance(who, Principal) else Principal.customer(who)
    services = Services(connectors=connectors, clock=FixedClock(at), policy=policy)
    context = ToolContext(services=services, principal=principal, region_id=region_id, conversation_id="conv")
    gate, call = Gate(default_tools()), ToolCall(tool=tool, arguments=arguments, call_id=f"call-{at.isoformat()}")
    outcome = await gate.call(context, call)
    if outcome.proposal is not None and outcome.outcome is Outcome.NEEDS_CONFIRMATION:
        outcome = await gate.call(replace(context, request_confirmed=outcome.proposal.digest), call)
    assert (shop.dump() != before) is (outcome.outcome is Outcome.DONE and default_tools()[tool].mutates)
    return outcome


def decided(outcome: GateOutcome) -> str:
    """The rule that refused it, or `done`."""
    return "done" if outcome.outcome is Outcome.DONE else outcome.decisions[0].rule
