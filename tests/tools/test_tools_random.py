"""Whatever is asked in whatever order: no order pays back more than it took, and no gift card goes below nothing."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from shopgraph.clock import FixedClock
from shopgraph.connectors.embedded import EmbeddedShop, open_shop
from shopgraph.domain import Principal, ReturnStatus
from shopgraph.guards.policy import PolicyBundle
from shopgraph.tools.gate import Gate
from shopgraph.tools.registry import default_tools
from shopgraph.tools.spec import Outcome, Services, ToolCall, ToolContext

Asked = tuple[str, str, dict[str, JsonValue]]

OWN = {
    "ann": (["#P1", "#P1", "#D1"], ["ann-card", "ann-gift", "ann-rich"]),
    "bob": (["#P2", "#P2", "#P1"], ["bob-card", "bob-card", "ann-rich"]),
    "cleo": (["#UK1", "#UK2"], ["cleo-gift"]),
}
DRESSES = [("DRESS-M", "DRESS-L"), ("DRESS-M", "DRESS-X"), ("DRESS-L", "DRESS-M")]
SWAPS = {"#P2": [("HEELS-38", "HEELS-39"), ("HEELS-39", "HEELS-38")]}
TOOLS = ["cancel_order", "change_payment_method", "change_items", "exchange_items", "return_items", "refund", "receive"]
STAFF = Principal.staff("eve", "agent")


@st.composite
def asked(draw: st.DrawFn) -> Asked:
    """One call by one of the customers, mostly about what is theirs."""
    who, tool = draw(st.sampled_from(list(OWN))), draw(st.sampled_from(TOOLS))
    orders, methods = OWN[who]
    order_id = draw(st.sampled_from(orders))
    order: dict[str, JsonValue] = {"order_id": order_id}
    method: dict[str, JsonValue] = {"payment_method_id": draw(st.sampled_from(methods))}
    pair = st.tuples(st.sampled_from(SWAPS.get(order_id, DRESSES)), st.integers(1, 2))
    swaps = draw(st.lists(pair, min_size=1, max_size=2))
    match tool:
        case "cancel_order":
            return who, tool, {**order, "reason": "no_longer_needed"}
        case "change_payment_method":
            return who, tool, {**order, **method}
        case "refund":
            cents = draw(st.integers(1, 20000))
            paid = {"amount": f"{cents // 100}.{cents % 100:02}", "reason": "damaged"}
            return who, tool, {**order, **draw(st.sampled_from([method, {}])), **paid}
        case "return_items":
            back: list[JsonValue] = [{"sku": sku, "quantity": units} for (sku, _), units in swaps]
            return who, tool, {**order, **method, "items": back}
        case "change_items" | "exchange_items":
            pairs: list[JsonValue] = [{"sku": sku, "to_sku": to, "quantity": units} for (sku, to), units in swaps]
            return who, tool, {**order, **method, "items": pairs}
    return who, tool, {}


async def _play(shop: EmbeddedShop, policy: PolicyBundle, calls: list[Asked]) -> None:
    services = Services(
        connectors=shop.connectors, clock=FixedClock(datetime(2026, 6, 1, 12, tzinfo=UTC)), policy=policy
    )
    gate, count = Gate(default_tools()), iter(range(1000))

    async def ask(principal: Principal, tool: str, arguments: dict[str, JsonValue]) -> Outcome:
        context = ToolContext(services=services, principal=principal, region_id="us-northeast")
        call = ToolCall(tool=tool, arguments=arguments, call_id=f"call-{next(count)}")
        before = shop.dump()
        outcome = await gate.call(context, call)
        if outcome.proposal is not None:
            outcome = await gate.call(replace(context, request_confirmed=outcome.proposal.digest), call)
        assert outcome.outcome in (Outcome.DONE, Outcome.REFUSED), outcome
        assert outcome.outcome is Outcome.DONE or shop.dump() == before
        assert await shop.connectors.ledger.differences() == ()
        return outcome.outcome

    for who, tool, arguments in calls:
        if tool == "receive":
            for entry in shop.dump().returns:
                received = await ask(Principal.system("dock"), "receive_return", {"return_id": entry.id})
                waited = entry.status is ReturnStatus.REQUESTED
                assert (received is Outcome.DONE) == waited, "what was promised is there when the goods are"
        elif tool == "refund":
            await ask(STAFF, "refund_order", arguments)
        else:
            await ask(Principal.customer(who), tool, arguments)


def _check(shop: EmbeddedShop) -> None:
    dumped = shop.dump()
    for order in dumped.orders:
        captured = sum(entry.captured.amount for entry in dumped.intents if entry.order_id == order.id)
        refunded = sum(entry.amount.amount for entry in dumped.refunds if entry.order_id == order.id)
        assert 0 <= refunded <= captured
    assert all(method.balance is None or method.balance.amount >= 0 for method in dumped.payment_methods)
    promised = {(level.sku, level.location_id): level.allocated for level in dumped.stock_levels if level.allocated}
    by_allocation: dict[tuple[str, str], int] = {}
    for entry in dumped.allocations:
        key = (entry.sku, entry.location_id)
        by_allocation[key] = by_allocation.get(key, 0) + entry.quantity
    assert promised == by_allocation


RETURN: dict[str, JsonValue] = {
    "order_id": "#D1",
    "items": [{"sku": "DRESS-M", "quantity": 3}],
    "payment_method_id": "ann-gift",
}


@example(calls=[("ann", "return_items", RETURN), ("ann", "receive", {}), ("ann", "return_items", RETURN)])
@given(calls=st.lists(asked(), min_size=4, max_size=10))
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_money_and_stock_add_up_after_any_calls(made_once: Path, policy: PolicyBundle, calls: list[Asked]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = shutil.copy(made_once, Path(folder) / "shop.db")
        with open_shop(f"sqlite:///{path}") as shop:
            asyncio.run(_play(shop, policy, calls))
            _check(shop)
