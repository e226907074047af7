"""An action that goes through the engine ends as the same action does in one transaction."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pydantic import JsonValue

from shopgraph.domain import Principal, RunStatus
from shopgraph.shop import Shop
from shopgraph.tools.spec import Outcome
from tests.durable.conftest import Do, Place

SYSTEM = Principal.system("warehouse")
SUPERVISOR = Principal.staff("sam", "supervisor")
LARGER: JsonValue = [{"sku": "DRESS-M", "to_sku": "DRESS-L"}]
DRESSES: JsonValue = [{"sku": "DRESS-M", "quantity": 2}]
CALLS: dict[str, tuple[str | Principal, dict[str, JsonValue], list[tuple[str, int]]]] = {
    "cancel_order": ("ann", {"order_id": "#P1", "reason": "no_longer_needed"}, [("refund", 18509)]),
    "change_payment_method": ("ann", {"order_id": "#P1", "payment_method_id": "ann-rich"}, [("refund", 18509)]),
    "change_items": ("ann", {"order_id": "#P1", "items": LARGER, "payment_method_id": "ann-card"}, [("pay", 1000)]),
    "refund_order": (
        SUPERVISOR,
        {"order_id": "#D1", "amount": "20.00", "reason": "requested_by_customer"},
        [("refund", 2000)],
    ),
}
"""Who calls, what, and what the gateway moves for it."""


@pytest.mark.parametrize("tool", CALLS)
async def test_the_engine_ends_as_one_transaction_does(tool: str, new_place: Callable[[], Place], do: Do) -> None:
    as_, arguments, moved = CALLS[tool]
    inline = new_place()
    with inline.open(inline=True) as shop:
        expected = (await do(shop, tool, as_=as_, **arguments)).result
        records = shop.dump().tables()
        assert await shop.connectors.runs.runs() == ()
    assert inline.till.movements() == []
    place = new_place()
    with place.open() as shop:
        outcome = await do(shop, tool, as_=as_, **arguments)
        assert (outcome.outcome, outcome.result) == (Outcome.DONE, expected)
        assert shop.dump().tables() == records
        (run,) = await shop.connectors.runs.runs()
        assert (run.status, run.result, run.type) == (RunStatus.DONE, expected, tool)
        again = await do(shop, tool, as_=as_, **arguments)
        assert (again.outcome, again.result) == (Outcome.REPLAYED, expected)
    assert place.till.movements() == moved


async def test_goods_that_come_back_are_paid_as_in_one_transaction(new_place: Callable[[], Place], do: Do) -> None:
    ends = list[object]()
    for inline in (True, False):
        place = new_place()
        with place.open(inline=inline) as shop:
            ends.append((await _returned(shop, do), shop.dump().tables()))
        assert place.till.movements() == ([] if inline else [("refund", 10315)])
    assert ends[0] == ends[1]


async def _returned(shop: Shop, do: Do) -> object:
    asked = await do(shop, "return_items", call_id="ask", order_id="#D1", items=DRESSES, payment_method_id="ann-card")
    requested: JsonValue = (asked.result or {})["requested"]
    assert isinstance(requested, dict)
    received = await do(shop, "receive_return", as_=SYSTEM, call_id="in", return_id=requested["return_id"])
    assert received.outcome is Outcome.DONE, received
    return received.result
