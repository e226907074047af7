"""Returns and exchanges: what is fixed when they are asked for, and what moves when the goods are back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import JsonValue

from shopgraph.clock import FixedClock
from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.embedded import EmbeddedShop
from shopgraph.domain import Money, Principal, RefundReason, ReturnStatus
from shopgraph.tools.gate import Gate
from shopgraph.tools.spec import GateOutcome, Outcome, ToolCall, ToolContext
from shopgraph.tools.views import RequestedExchange, RequestedReturn, SettledReturn
from tests.tools.looking import balance, refunds, stock

Do = Callable[..., Awaitable[GateOutcome]]
Ask = Callable[..., ToolContext]
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SYSTEM = Principal.system("receiving")


async def test_a_return_fixes_the_refund_and_moves_nothing_yet(do: Do, shop: EmbeddedShop) -> None:
    items: JsonValue = [{"sku": "DRESS-M", "quantity": 2, "reason": "wrong_size"}]
    outcome = await do("return_items", order_id="D1", items=items, payment_method_id="ann-card")
    requested = RequestedReturn.model_validate(outcome.result).requested
    # 2 x 50.00, less 0.34 + 0.33 of the discount, with 2 x 4.41 of the tax on top, less the fee of 5.00.
    assert requested.refund.amount == 10000 - 67 + 882 - 500
    assert requested.refund.text == "$103.15"
    assert requested.status is ReturnStatus.REQUESTED
    assert await refunds(shop, "#D1") == []
    assert await stock(shop, "DRESS-M") == {"wh-ne": (10, 2), "wh-uk": (5, 0)}


async def test_the_tax_inside_a_price_is_not_paid_back_twice(do: Do) -> None:
    outcome = await do(
        "return_items", as_="cleo", order_id="#UK1", items=[{"sku": "DRESS-M"}], payment_method_id="cleo-gift"
    )
    assert RequestedReturn.model_validate(outcome.result).requested.refund.amount == 4000 - 500


async def test_goods_received_are_restocked_paid_and_settled_once(do: Do, shop: EmbeddedShop) -> None:
    items: JsonValue = [{"sku": "DRESS-M", "quantity": 2}]
    asked = await do("return_items", order_id="#D1", items=items, payment_method_id="ann-rich")
    return_id = RequestedReturn.model_validate(asked.result).requested.return_id
    outcome = await do("receive_return", as_=SYSTEM, return_id=return_id)
    settled = SettledReturn.model_validate(outcome.result)
    assert settled.settled.status is ReturnStatus.REFUNDED
    assert settled.restocked == {"DRESS-M": 2}
    assert await stock(shop, "DRESS-M") == {"wh-ne": (12, 2), "wh-uk": (5, 0)}
    assert await refunds(shop, "#D1") == [("ann-rich", 10315)]
    assert await balance(shop, "ann-rich") == 60315
    order = await shop.connectors.orders.order("#D1")
    assert order is not None
    assert [line.current_quantity for line in order.lines] == [1, 1]
    before = shop.dump()
    again = await do("receive_return", as_=SYSTEM, return_id=return_id)
    assert again.decisions[0].rule == "receive-once"
    assert shop.dump() == before


async def test_what_comes_back_damaged_is_paid_but_not_put_on_the_shelf(do: Do, shop: EmbeddedShop) -> None:
    asked = await do("return_items", order_id="#D1", items=[{"sku": "DRESS-M"}], payment_method_id="ann-card")
    return_id = RequestedReturn.model_validate(asked.result).requested.return_id
    outcome = await do("receive_return", as_=SYSTEM, return_id=return_id, condition="damaged")
    assert SettledReturn.model_validate(outcome.result).restocked == {}
    assert await stock(shop, "DRESS-M") == {"wh-ne": (10, 2), "wh-uk": (5, 0)}
    assert len(await refunds(shop, "#D1")) == 1


async def test_a_return_that_nobody_asked_for_is_not_received(do: Do, shop: EmbeddedShop) -> None:
    before = shop.dump()
    outcome = await do("receive_return", as_=SYSTEM, return_id="ret-none")
    assert outcome.outcome is Outcome.INVALID
    assert outcome.error_code == "record.not_found"
    assert shop.dump() == before


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"order_id": "#P1"}, "return-only-delivered"),
        ({"items": []}, "items-named"),
        ({"items": [{"sku": "DRESS-M", "quantity": 4}]}, "quantities-in-order"),
        ({"items": [{"sku": "DRESS-M", "quantity": 2}, {"sku": "DRESS-M", "quantity": 2}]}, "quantities-in-order"),
        ({"items": [{"sku": "HEELS-38"}]}, "quantities-in-order"),
        ({"items": [{"sku": "SOCKS-1"}]}, "final-sale"),
        ({"payment_method_id": "ann-paypal"}, "refund-destination"),
        ({"payment_method_id": "bob-card"}, "refund-destination"),
    ],
)
async def test_a_return_that_cannot_be(do: Do, shop: EmbeddedShop, changes: dict[str, JsonValue], rule: str) -> None:
    before = shop.dump()
    arguments = {"order_id": "#D1", "items": [{"sku": "DRESS-M"}], "payment_method_id": "ann-card", **changes}
    outcome = await do("return_items", **arguments)
    assert outcome.outcome is Outcome.REFUSED
    assert outcome.decisions[0].rule == rule
    assert shop.dump() == before


@pytest.mark.parametrize(("days", "allowed"), [(30, True), (31, False)])
async def test_the_return_window_counts_whole_days_from_delivery(
    gate: Gate, ask: Ask, shop: EmbeddedShop, days: int, *, allowed: bool
) -> None:
    order = await shop.connectors.orders.order("#D1")
    assert order is not None
    assert order.delivered_at is not None
    context = ask("ann")
    clock = FixedClock(order.delivered_at + timedelta(days=days))
    context = replace(context, services=replace(context.services, clock=clock))
    arguments: dict[str, JsonValue] = {
        "order_id": "#D1",
        "items": [{"sku": "DRESS-M"}],
        "payment_method_id": "ann-card",
    }
    outcome = await gate.judge(context, ToolCall(tool="return_items", arguments=arguments, call_id="c"))
    assert (outcome.outcome is Outcome.NEEDS_CONFIRMATION) is allowed
    assert allowed or outcome.decisions[0].rule == "return-window"


async def test_an_exchange_is_agreed_now_and_paid_when_the_goods_are_back(do: Do, shop: EmbeddedShop) -> None:
    items: JsonValue = [{"sku": "DRESS-M", "to_sku": "DRESS-L", "quantity": 2}]
    outcome = await do("exchange_items", order_id="#D1", items=items, payment_method_id="ann-card")
    result = RequestedExchange.model_validate(outcome.result)
    assert result.requested.difference.amount == 2000
    assert result.summary == (
        "The exchange for order #D1 is open; $20.00 is charged to your Visa ending in 4242 when the goods are back."
    )
    assert len(await shop.connectors.payments.intents("#D1")) == 1
    assert await refunds(shop, "#D1") == []
    again = await do("return_items", order_id="#D1", items=[{"sku": "DRESS-M"}], payment_method_id="ann-card")
    assert again.decisions[0].rule == "one-return-or-exchange"


@pytest.mark.parametrize(
    ("items", "rule"),
    [
        ([{"sku": "DRESS-M", "to_sku": "DRESS-M"}], "different-variant"),
        ([{"sku": "DRESS-M", "to_sku": "HEELS-39"}], "same-product"),
        ([{"sku": "DRESS-M", "to_sku": "NO-1"}], "same-product"),
        ([{"sku": "DRESS-M", "to_sku": "DRESS-S"}], "new-variant-available"),
        (
            [
                {"sku": "DRESS-M", "to_sku": "DRESS-L", "quantity": 2},
                {"sku": "DRESS-M", "to_sku": "DRESS-L", "quantity": 2},
            ],
            "quantities-in-order",
        ),
        ([{"sku": "SOCKS-1", "to_sku": "SOCKS-1"}], "final-sale"),
        ([], "items-named"),
    ],
)
async def test_an_exchange_that_cannot_be(do: Do, shop: EmbeddedShop, items: JsonValue, rule: str) -> None:
    before = shop.dump()
    outcome = await do("exchange_items", order_id="#D1", items=items, payment_method_id="ann-card")
    assert outcome.outcome is Outcome.REFUSED
    assert outcome.decisions[0].rule == rule
    assert shop.dump() == before


async def test_what_a_gift_card_owes_to_an_open_exchange_is_not_there_twice(do: Do, shop: EmbeddedShop) -> None:
    swap: JsonValue = [{"sku": "DRESS-M", "to_sku": "DRESS-L"}]
    assert (
        await do("exchange_items", order_id="#D1", items=swap, payment_method_id="ann-gift")
    ).outcome is Outcome.DONE
    before = shop.dump()
    # 15.00 on the card, 10.00 of it promised: another 10.00 is too much, though nothing has been charged yet.
    outcome = await do("change_items", order_id="#P1", items=swap, payment_method_id="ann-gift")
    assert outcome.decisions[0].rule == "gift-card-covers"
    assert shop.dump() == before


async def test_what_a_gift_card_owes_is_found_behind_many_later_orders(do: Do, shop: EmbeddedShop) -> None:
    swap: list[JsonValue] = [{"sku": "DRESS-M", "to_sku": "DRESS-L"}]
    exchanged = await do("exchange_items", order_id="#D1", items=swap, payment_method_id="ann-gift")
    assert exchanged.outcome is Outcome.DONE
    old = await shop.connectors.orders.order("#S1")
    assert old is not None
    later = [
        old.model_copy(
            update={
                "id": f"#L{number}",
                "position": 10 + number,
                "lines": tuple(
                    each.model_copy(update={"id": f"#L{number}-{place}", "order_id": f"#L{number}"})
                    for place, each in enumerate(old.lines)
                ),
            }
        )
        for number in range(60)
    ]
    shop.load(Dataset(orders=tuple(later)))
    outcome = await do("change_items", order_id="#P1", items=swap, payment_method_id="ann-gift")
    assert outcome.decisions[0].rule == "gift-card-covers"


async def test_what_a_return_promised_is_not_paid_from_money_that_is_gone(do: Do, shop: EmbeddedShop) -> None:
    asked = await do(
        "return_items", order_id="#D1", items=[{"sku": "DRESS-M", "quantity": 3}], payment_method_id="ann-card"
    )
    return_id = RequestedReturn.model_validate(asked.result).requested.return_id
    intent = (await shop.connectors.payments.intents("#D1"))[0]
    await shop.connectors.payments.refund(
        order_id="#D1",
        payment_intent_id=intent.id,
        payment_method_id="ann-card",
        amount=Money(amount=10000, currency="USD"),
        reason=RefundReason.REQUESTED_BY_CUSTOMER,
        at=NOW,
        idempotency_key="goodwill",
    )
    before = shop.dump()
    outcome = await do("receive_return", as_=SYSTEM, return_id=return_id)
    assert outcome.outcome is Outcome.REFUSED
    assert outcome.decisions[-1].rule == "records-do-not-allow"
    assert shop.dump() == before
