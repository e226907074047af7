"""Buying through a gateway: as in one transaction, or not at all; and one of a hundred gets the last one."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import JsonValue

from shopgraph.connectors.ports import Connectors, InventoryPort
from shopgraph.domain import OrderStatus, PaymentIntentStatus, Principal, RunStatus, StockLevel
from shopgraph.errors import OutOfStock
from shopgraph.shop import Shop
from shopgraph.tools.calls import from_sync
from shopgraph.tools.durable.points import POINTS
from shopgraph.tools.spec import Outcome
from tests.durable.conftest import Do, Place
from tests.durable.crowd import LAST, gather, names, rush

CARD: dict[str, JsonValue] = {"payment_method_id": "ann-card"}
BUYERS, PROCESSES = 100, 2


async def placed(shop: Shop, outcome: object) -> dict[str, object]:
    """What a purchase left behind, apart from who kept the gateway's books."""
    orders = await shop.connectors.orders.orders_of("ann")
    return {
        "outcome": outcome,
        "order": orders[0],
        "paid": [(each.status, each.captured) for each in await shop.connectors.payments.intents(orders[0].id)],
        "promised": await shop.connectors.inventory.allocations(orders[0].id),
        "levels": await shop.connectors.inventory.levels(["DRESS-M"]),
        "held": await shop.connectors.inventory.reservations("cart-ann"),
        "cart": await shop.connectors.sessions.cart("ann"),
    }


async def test_through_a_gateway_it_ends_as_in_one_transaction(new_place: Callable[[], Place], do: Do) -> None:
    ends = list[dict[str, object]]()
    for inline in (True, False):
        place = new_place()
        with place.open(inline=inline) as shop:
            outcome = await do(shop, "place_order", **CARD)
            assert outcome.outcome is Outcome.DONE, outcome
            ends.append(await placed(shop, outcome.result))
        assert place.till.movements() == ([] if inline else [("pay", 5444), ("capture", 5444)])
    assert ends[0] == ends[1]


async def as_before(shop: Connectors) -> dict[str, object]:
    """What must be as it was when a purchase came to nothing."""
    cart = await shop.sessions.cart("ann")
    assert cart is not None
    return {
        "cart": (cart.id, cart.lines, cart.codes),
        "levels": await shop.inventory.levels(["DRESS-M"]),
        "held": await shop.inventory.reservations(cart.id),
        "discounts": await shop.marketing.discounts_of("ann"),
        "code": await shop.marketing.code("JUNE10"),
        "methods": await shop.payments.methods("ann"),
    }


async def test_a_card_that_is_declined_leaves_nothing_taken(place: Place, do: Do) -> None:
    with place.open() as shop:
        await do(shop, "redeem_code", call_id="code", code="JUNE10")
        before = await as_before(shop.connectors)
        place.till.mood("pay", "declined")
        outcome = await do(shop, "place_order", **CARD)
        assert (outcome.outcome, outcome.decisions[-1].rule) == (Outcome.REFUSED, "action-undone")
        assert await as_before(shop.connectors) == before
        order = (await shop.connectors.orders.orders_of("ann"))[0]
        assert (order.status, order.cancel_reason) == (OrderStatus.CANCELED, None)
        assert place.till.movements() == []
        place.till.mood("pay")
        again = await do(shop, "place_order", call_id="again", payment_method_id="ann-paypal")
        assert again.outcome is Outcome.DONE, again
    assert place.till.movements() == [("pay", 5398), ("capture", 5398)]


async def test_goods_found_missing_after_the_money_was_held_take_none(place: Place, do: Do) -> None:
    with place.open() as shop:
        before = await as_before(shop.connectors)

        lost = _Loss(place)
        POINTS.harness = lost
        outcome = await do(shop, "place_order", **CARD)
        POINTS.harness = None
        assert lost.happened
        assert (outcome.outcome, outcome.decisions[-1].rule) == (Outcome.REFUSED, "action-undone")
        assert await as_before(shop.connectors) == before
        order = (await shop.connectors.orders.orders_of("ann"))[0]
        (intent,) = await shop.connectors.payments.intents(order.id)
        assert (order.status, intent.status) == (OrderStatus.CANCELED, PaymentIntentStatus.CANCELED)
        assert intent.captured.is_zero
        (run,) = await shop.connectors.runs.runs()
        assert run.status is RunStatus.UNDONE
    assert place.till.movements() == [("pay", 5444), ("void", 0)]


class _Warehouse:
    """A warehouse outside that has the first of the goods and finds the second missing."""

    def __init__(self, behind: InventoryPort, operation: str) -> None:
        self._behind, self._operation, self._asked = behind, operation, 0

    def __getattr__(self, operation: str) -> object:
        if operation != self._operation:
            return getattr(self._behind, operation)
        self._asked += 1
        return self._missing if self._asked > 1 else getattr(self._behind, operation)

    async def _missing(self, **_: object) -> None:
        raise OutOfStock("It is not on its shelf.")


@pytest.mark.parametrize("operation", ["reserve", "allocate_reserved"])
async def test_what_a_warehouse_outside_gave_before_it_refused_is_given_back(
    operation: str, place: Place, do: Do
) -> None:
    async def levels(shop: Shop) -> tuple[StockLevel, ...]:
        return await shop.connectors.inventory.levels(["DRESS-M", "DRESS-L"])

    gather(place.folder, 1, "DRESS-M", "DRESS-L")
    (who,) = names(1)
    with place.open() as shop:
        before = await levels(shop)
        warehouse: Any = _Warehouse(shop.connectors.inventory, operation)
        connectors = replace(shop.connectors, inventory=warehouse, outside=shop.connectors.outside | {"inventory"})
        shop.services = replace(shop.services, connectors=connectors)
        outcome = await do(shop, "place_order", as_=who, payment_method_id=f"{who}-card")
        assert (outcome.outcome, outcome.decisions[-1].rule) == (Outcome.REFUSED, "action-undone")
        assert "not on its shelf" in outcome.decisions[-1].reason
        assert await levels(shop) == before
    assert [kind for kind, _ in place.till.movements()] == ([] if operation == "reserve" else ["pay", "void"])


class _Loss:
    """Takes what is held for ann's cart away once its money is held."""

    def __init__(self, place: Place) -> None:
        self._place, self.happened = place, False

    def __call__(self, point: str) -> None:
        if point == "place_order.authorize:recorded":
            self.happened = True
            with self._place.open(inline=True) as other:
                from_sync(other.connectors.inventory.unreserve(cart_id="cart-ann", idempotency_key="lost"))


@pytest.mark.soak
@pytest.mark.parametrize(
    ("template", "inline"),
    [("sqlite", True), ("postgres", True), ("postgres", False)],
    indirect=["template"],
    ids=["sqlite", "postgres", "postgres-through-a-gateway"],
)
async def test_the_last_one_is_sold_once(place: Place, tmp_path: Path, inline: bool) -> None:
    gather(place.folder, BUYERS)
    who, spawn = names(BUYERS), multiprocessing.get_context("spawn")
    start = spawn.Barrier(PROCESSES)
    told = [tmp_path / f"told-{number}" for number in range(PROCESSES)]
    till = None if inline else place.till.path
    running = [
        spawn.Process(target=rush, args=(place.folder, till, who[number::PROCESSES], start, told[number]))
        for number in range(PROCESSES)
    ]
    for each in running:
        each.start()
    for each in running:
        each.join(240)
        assert each.exitcode == 0
    ends = Counter(line for path in told for line in path.read_text(encoding="utf-8").splitlines())
    assert ends.pop("done own-records") == 1, ends
    assert ends.total() == BUYERS - 1
    assert all(end.startswith("refused ") for end in ends), ends
    with place.open(inline=True) as shop:
        (level,) = await shop.connectors.inventory.levels([LAST])
        assert (level.on_hand, level.allocated, level.reserved) == (1, 1, 0)
        paid = list[str]()
        for customer_id in who:
            for order in await shop.connectors.orders.orders_of(customer_id):
                intents = await shop.connectors.payments.intents(order.id)
                assert order.status is OrderStatus.PENDING or all(intent.captured.is_zero for intent in intents)
                paid += [customer_id for intent in intents if intent.captured.amount]
        assert len(paid) == 1
    captures = [kind for kind, _ in place.till.movements() if kind == "capture"]
    assert len(captures) == (0 if inline else 1)


async def test_an_exchange_is_settled_through_the_gateway(new_place: Callable[[], Place], do: Do) -> None:
    ends = list[object]()
    for inline in (True, False):
        place = new_place()
        with place.open(inline=inline) as shop:
            swap: JsonValue = [{"sku": "DRESS-M", "to_sku": "DRESS-L"}]
            asked = await do(shop, "exchange_items", call_id="ask", order_id="#D1", items=swap, **CARD)
            requested: JsonValue = (asked.result or {})["requested"]
            assert isinstance(requested, dict)
            system = Principal.system("warehouse")
            exchange_id = requested["exchange_id"]
            done = await do(shop, "receive_exchange", as_=system, call_id="in", exchange_id=exchange_id)
            assert done.outcome is Outcome.DONE, done
            ends.append((done.result, shop.dump().tables()))
        assert place.till.movements() == ([] if inline else [("pay", 1000)])
    assert ends[0] == ends[1]


async def test_goodwill_asks_no_gateway(place: Place, do: Do) -> None:
    with place.open() as shop:
        staff = Principal.staff("sam", "agent")
        outcome = await do(shop, "credit_goodwill", as_=staff, amount="10.00", reason="other", customer_id="bob")
        assert outcome.outcome is Outcome.DONE, outcome
        cards = [each for each in await shop.connectors.payments.methods("bob") if each.balance]
        assert [str(card.balance) for card in cards] == ["10.00 USD"]
    assert place.till.movements() == []
