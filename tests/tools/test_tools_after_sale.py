"""Exchanged goods that arrive, money that the shop gives of its own, and returns for which the shop is to blame."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from pydantic import JsonValue

from shopgraph.connectors.embedded import EmbeddedShop
from shopgraph.domain import ExchangeStatus, FulfillmentStatus, Money, Principal, RefundReason
from shopgraph.tools.spec import GateOutcome, Outcome

Do = Callable[..., Awaitable[GateOutcome]]
WAREHOUSE = Principal.system("warehouse")
AGENT = Principal.staff("max", "agent")
SUPERVISOR = Principal.staff("eve", "agent", "supervisor")


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


async def exchange(do: Do, to_sku: str, method: str = "ann-card", quantity: int = 1) -> str:
    """Ask for an exchange of ann's delivered dresses; its id."""
    items: JsonValue = [{"sku": "DRESS-M", "to_sku": to_sku, "quantity": quantity}]
    outcome = await do("exchange_items", order_id="#D1", items=items, payment_method_id=method)
    assert outcome.outcome is Outcome.DONE, outcome
    requested = (outcome.result or {})["requested"]
    assert isinstance(requested, dict)
    return str(requested["exchange_id"])


async def receive(do: Do, exchange_id: str, **more: JsonValue) -> GateOutcome:
    return await do("receive_exchange", as_=WAREHOUSE, exchange_id=exchange_id, **more)


async def on_hand(shop: EmbeddedShop, sku: str) -> dict[str, int]:
    return {level.location_id: level.on_hand for level in await shop.connectors.inventory.levels([sku])}


async def test_a_dearer_exchange_is_paid_and_sent(do: Do, shop: EmbeddedShop) -> None:
    old, new = await on_hand(shop, "DRESS-M"), await on_hand(shop, "DRESS-L")
    outcome = await receive(do, await exchange(do, "DRESS-L"))
    assert outcome.outcome is Outcome.DONE, outcome
    *_, charge = await shop.connectors.payments.intents("#D1")
    assert (charge.payment_method_id, charge.captured) == ("ann-card", usd(1000))
    (settled,) = await shop.connectors.warehouse.exchanges("#D1")
    assert settled.status is ExchangeStatus.COMPLETED
    (parcel,) = await shop.connectors.warehouse.fulfillments("#D1")
    assert (parcel.status, parcel.lines[0].sku, parcel.location_id) == (FulfillmentStatus.SHIPPED, "DRESS-L", "st-ne")
    assert await on_hand(shop, "DRESS-L") == {**new, "st-ne": new["st-ne"] - 1}
    assert await on_hand(shop, "DRESS-M") == {**old, "wh-ne": old["wh-ne"] + 1}
    assert await shop.connectors.inventory.allocations("#D1") == ()


async def test_a_cheaper_exchange_is_refunded(do: Do, shop: EmbeddedShop) -> None:
    assert (await receive(do, await exchange(do, "DRESS-X", "ann-gift"))).outcome is Outcome.DONE
    (refund,) = await shop.connectors.payments.refunds("#D1")
    assert (refund.payment_method_id, refund.amount) == ("ann-gift", usd(500))


async def test_damaged_goods_go_on_no_shelf(do: Do, shop: EmbeddedShop) -> None:
    before = await on_hand(shop, "DRESS-M")
    assert (await receive(do, await exchange(do, "DRESS-L"), condition="damaged")).outcome is Outcome.DONE
    assert await on_hand(shop, "DRESS-M") == before


async def test_a_gift_card_pays_with_what_was_set_aside_for_it(do: Do, shop: EmbeddedShop) -> None:
    exchange_id = await exchange(do, "DRESS-L", "ann-gift")
    assert (await receive(do, exchange_id)).outcome is Outcome.DONE
    card = await shop.connectors.payments.method("ann-gift")
    assert card is not None
    assert card.balance == usd(500)


async def test_new_goods_that_are_gone_leave_everything_as_it_was(do: Do, shop: EmbeddedShop) -> None:
    exchange_id = await exchange(do, "DRESS-L", quantity=3)
    await shop.connectors.inventory.allocate(
        sku="DRESS-L", location_id="wh-ne", order_id="#P1", line_id="#P1-0", quantity=1, idempotency_key="gone"
    )
    before = shop.dump()
    outcome = await receive(do, exchange_id)
    assert (outcome.outcome, outcome.decisions[-1].rule) == (Outcome.REFUSED, "records-do-not-allow")
    assert shop.dump() == before


async def test_an_exchange_is_received_once_and_by_the_shop(do: Do, shop: EmbeddedShop) -> None:
    exchange_id = await exchange(do, "DRESS-L")
    mine = await do("receive_exchange", as_="ann", exchange_id=exchange_id)
    assert mine.decisions[-1].rule == "internal-only"
    assert (await receive(do, exchange_id)).outcome is Outcome.DONE
    before = shop.dump()
    again = await receive(do, exchange_id)
    assert (again.outcome, again.decisions[-1].rule) == (Outcome.REFUSED, "receive-exchange-once")
    assert shop.dump() == before


async def goodwill(do: Do, amount: str, who: Principal = AGENT, **more: JsonValue) -> GateOutcome:
    about: dict[str, JsonValue] = more or {"customer_id": "bob"}
    return await do("credit_goodwill", as_=who, amount=amount, reason="poor_service", **about)


async def test_goodwill_makes_a_gift_card_and_then_uses_it(do: Do, shop: EmbeddedShop) -> None:
    for total in (1000, 2000):
        assert (await goodwill(do, "10.00")).outcome is Outcome.DONE
        cards = [each for each in await shop.connectors.payments.methods("bob") if each.balance is not None]
        assert [card.balance for card in cards] == [usd(total)]


async def test_goodwill_for_an_order_is_no_refund_of_it(do: Do, shop: EmbeddedShop) -> None:
    before = await shop.connectors.payments.intents("#P2"), await shop.connectors.payments.refunds("#P2")
    assert (await goodwill(do, "25.00", order_id="#P2")).outcome is Outcome.DONE
    assert (await shop.connectors.payments.intents("#P2"), await shop.connectors.payments.refunds("#P2")) == before
    canceled = await do("cancel_order", as_="bob", order_id="#P2", reason="no_longer_needed")
    assert canceled.outcome is Outcome.DONE
    (refund,) = await shop.connectors.payments.refunds("#P2")
    assert refund.amount == usd(8000), "all that was paid still goes back"


@pytest.mark.parametrize(
    ("amount", "who", "outcome"),
    [
        ("25.00", AGENT, Outcome.DONE),
        ("25.01", AGENT, Outcome.NEEDS_APPROVAL),
        ("25.01", SUPERVISOR, Outcome.DONE),
        ("1.00", Principal.customer("bob"), Outcome.REFUSED),
    ],
)
async def test_who_gives_how_much(do: Do, shop: EmbeddedShop, amount: str, who: Principal, outcome: Outcome) -> None:
    before = shop.dump()
    assert (await goodwill(do, amount, who)).outcome is outcome
    assert (shop.dump() == before) is (outcome is not Outcome.DONE)


@pytest.mark.parametrize("about", [{"order_id": "#P2", "customer_id": "bob"}, {"customer_id": "nobody"}])
async def test_it_is_clear_for_whom_it_is(do: Do, shop: EmbeddedShop, about: dict[str, JsonValue]) -> None:
    before = shop.dump()
    outcome = await do("credit_goodwill", as_=AGENT, amount="1.00", reason="other", **about)
    assert outcome.outcome is Outcome.INVALID
    assert shop.dump() == before


FEE = 500
ONE, TWO = 5407, 10815
"""What one and two of ann's dresses cost with tax and less discount, without a fee."""


@pytest.mark.parametrize(
    ("reasons", "refund"),
    [
        (["damaged"], ONE),
        (["not_as_described"], ONE),
        (["wrong_item"], ONE),
        (["unwanted"], ONE - FEE),
        (["wrong_size"], ONE - FEE),
        (["not_specified"], ONE - FEE),
        (["damaged", "wrong_item"], TWO),
        (["damaged", "unwanted"], TWO - FEE),
    ],
)
async def test_the_fee_is_for_returns_that_the_shop_is_not_to_blame_for(
    do: Do, shop: EmbeddedShop, reasons: list[str], refund: int
) -> None:
    items: JsonValue = [{"sku": "DRESS-M", "quantity": 1, "reason": reason} for reason in reasons]
    outcome = await do("return_items", order_id="#D1", items=items, payment_method_id="ann-card")
    assert outcome.outcome is Outcome.DONE, outcome
    (accepted,) = await shop.connectors.warehouse.returns("#D1")
    assert accepted.refund == usd(refund)
    order = await shop.connectors.orders.order("#D1")
    assert order is not None
    assert order.return_policy is not None
    assert order.return_policy.restocking_fee == usd(FEE), "what was agreed stays on the order"


async def test_what_was_paid_in_two_ways_goes_back_in_two_ways(do: Do, shop: EmbeddedShop) -> None:
    """A card takes back no more than was paid with it; the rest goes where it came from, and the customer is told."""
    order = await shop.connectors.orders.order("#D1")
    assert order is not None
    paid = (await shop.connectors.payments.intents("#D1"))[0]
    part = usd(15000)
    gift = next(each.id for each in shop.dump().payment_methods if each.id == "ann-rich")
    await shop.connectors.payments.charge(
        order_id="#D1", payment_method_id=gift, amount=part, at=shop.meta.created_at, idempotency_key="to the gift card"
    )
    moved = await shop.connectors.payments.refund(
        order_id="#D1",
        payment_intent_id=paid.id,
        payment_method_id="ann-card",
        amount=part,
        reason=RefundReason.PAYMENT_METHOD_CHANGED,
        at=shop.meta.created_at,
        idempotency_key="move a part",
    )
    line = order.lines[0]
    items: JsonValue = [{"sku": line.sku, "quantity": line.current_quantity}]
    asked = await do("return_items", order_id="#D1", items=items, payment_method_id="ann-card")
    assert asked.outcome is Outcome.DONE, asked
    (entry,) = shop.dump().returns
    outcome = await do("receive_return", as_=AGENT, return_id=entry.id)
    assert outcome.outcome is Outcome.DONE, outcome
    back = {
        each.payment_method_id: each.amount
        for each in await shop.connectors.payments.refunds("#D1")
        if each.id != moved.id
    }
    assert Money.sum(back.values(), "USD") == entry.refund
    assert back["ann-card"] <= paid.captured - part
    assert set(back) == {"ann-card", gift}
