"""Real data by others: the gold actions of tau2-bench's retail tasks, done by our tools, reach the right database."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import JsonValue

from shopgraph.clock import FixedClock
from shopgraph.connectors.embedded import create_shop, open_shop
from shopgraph.connectors.tau2 import IMPORTED_AT, canonical_hash, read_tau2, to_tau2
from shopgraph.domain import Principal
from shopgraph.guards.policy import load_bundle
from shopgraph.tools.gate import Gate
from shopgraph.tools.registry import default_tools
from shopgraph.tools.spec import GateOutcome, Outcome, Services, ToolCall, ToolContext

pytestmark = pytest.mark.data

REASONS = {"no longer needed": "no_longer_needed", "ordered by mistake": "ordered_by_mistake"}
READS = ("find_", "get_", "list_", "calculate", "transfer_")


@pytest.fixture(scope="module")
def imported(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The retailer's whole database, imported once."""
    path = tmp_path_factory.mktemp("tau2") / "shop.db"
    meta, dataset = read_tau2(shared_data / "tau2-retail" / "db.json")
    with create_shop(f"sqlite:///{path}", meta) as made:
        made.load(dataset)
    return path


def address_of(arguments: dict[str, Any]) -> JsonValue:
    return {
        "line1": arguments["address1"],
        "line2": arguments["address2"],
        "city": arguments["city"],
        "state": arguments["state"],
        "postal_code": arguments["zip"],
        "country": arguments["country"],
    }


def translated(name: str, arguments: dict[str, Any]) -> tuple[str, dict[str, JsonValue]] | None:
    """A call of the benchmark as one of ours; None for a reading one."""
    order: dict[str, JsonValue] = {"order_id": arguments.get("order_id")}
    method: dict[str, JsonValue] = {"payment_method_id": arguments.get("payment_method_id")}
    items: JsonValue = [{"sku": sku} for sku in arguments.get("item_ids", [])]
    pairs: JsonValue = [
        {"sku": sku, "to_sku": to}
        for sku, to in zip(arguments.get("item_ids", []), arguments.get("new_item_ids", []), strict=False)
    ]
    match name:
        case "cancel_pending_order":
            return "cancel_order", {**order, "reason": REASONS[arguments["reason"]]}
        case "return_delivered_order_items":
            return "return_items", {**order, **method, "items": items}
        case "exchange_delivered_order_items":
            return "exchange_items", {**order, **method, "items": pairs}
        case "modify_pending_order_items":
            return "change_items", {**order, **method, "items": pairs}
        case "modify_pending_order_payment":
            return "change_payment_method", {**order, **method}
        case "modify_pending_order_address":
            return "change_order_address", {**order, "address": address_of(arguments)}
        case "modify_user_address":
            return "change_profile_address", {"address": address_of(arguments)}
    assert name.startswith(READS), name
    return None


class Desk:
    """A gate before a copy of the imported shop, with customers who always say yes."""

    def __init__(self, path: Path) -> None:
        self.shop = open_shop(f"sqlite:///{path}")
        self.gate = Gate(default_tools())
        self.services = Services(
            connectors=self.shop.connectors, clock=FixedClock(IMPORTED_AT), policy=load_bundle("tau2-retail")
        )
        self.calls = 0

    async def owner(self, arguments: dict[str, Any]) -> str:
        order = await self.shop.connectors.orders.order(str(arguments.get("order_id")))
        return order.customer_id if order else str(arguments.get("user_id"))

    async def do(self, customer_id: str, tool: str, arguments: dict[str, JsonValue]) -> GateOutcome:
        self.calls += 1
        context = ToolContext(
            services=self.services, principal=Principal.customer(customer_id, method="email"), region_id="us"
        )
        call = ToolCall(tool=tool, arguments=arguments, call_id=f"call-{self.calls}")
        outcome = await self.gate.call(context, call)
        if outcome.outcome is Outcome.NEEDS_CONFIRMATION and outcome.proposal is not None:
            outcome = await self.gate.call(replace(context, request_confirmed=outcome.proposal.digest), call)
        return outcome

    def canonical(self) -> str:
        return canonical_hash(to_tau2(self.shop.dump()))


@pytest.fixture
def desk(imported: Path, tmp_path: Path) -> Iterator[Desk]:
    """A fresh copy of the imported shop."""
    opened = Desk(Path(shutil.copy(imported, tmp_path / "shop.db")))
    yield opened
    opened.shop.close()


# Every kind of change, several in a row, and the two whose reference effect is wrong upstream (21, 37). The whole
# replay takes a minute and belongs to the evaluation suites.
TASKS = ("21", "22", "23", "30", "37", "78", "112")


@pytest.mark.parametrize("task_id", TASKS)
async def test_gold_actions_reach_the_right_database(shared_data: Path, desk: Desk, task_id: str) -> None:
    folder = shared_data / "tau2-retail"
    gold = json.loads((folder / "gold_hashes.train.json").read_text())["tasks"][task_id]
    (task,) = [read for read in json.loads((folder / "tasks.train.json").read_text()) if read["id"] == task_id]
    for action in task["evaluation_criteria"]["actions"]:
        call = translated(action["name"], action["arguments"])
        if call is not None:
            await desk.do(await desk.owner(action["arguments"]), *call)
    assert desk.canonical() == gold["fixed_canonical"]


async def test_what_the_retailers_policy_forbids_changes_nothing(shared_data: Path, desk: Desk) -> None:
    cases = json.loads((shared_data / "tau2-retail" / "violations.dev.json").read_text())
    tried, before = 0, desk.shop.dump()
    for case in cases:
        # Where the call alone breaks the rule; the evaluation suites play the others, with their conversations.
        call = None if case["setup"] or case["class"] != "partial" else translated(case["tool"], case["arguments"])
        if call is not None:
            outcome = await desk.do(case["context"]["user_id"], *call)
            assert outcome.outcome is Outcome.REFUSED, case["id"]
            tried += 1
    assert tried >= 10
    assert desk.shop.dump() == before
