"""Buying the open cart: what it costs, what it takes from the shelf and the card, and what a refusal leaves behind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shopgraph.clock import FixedClock
from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.embedded import EmbeddedShop
from shopgraph.domain import (
    Cart,
    CartLine,
    Money,
    Order,
    OrderStatus,
    PaymentIntentStatus,
    Promotion,
    Reservation,
)
from shopgraph.tools.gate import Gate
from shopgraph.tools.spec import GateOutcome, Outcome, Services, ToolCall, ToolContext

Do = Callable[..., Awaitable[GateOutcome]]
Ask = Callable[..., ToolContext]


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


async def fill(shop: EmbeddedShop, services: Services, *lines: tuple[str, int], codes: tuple[str, ...] = ()) -> None:
    """Give ann another cart, newer than the one that she has."""
    now = services.clock.now() + timedelta(seconds=1)
    cart = Cart(
        id="full",
        customer_id="ann",
        region_id="us-northeast",
        lines=tuple(CartLine(sku=sku, quantity=count, added_at=now) for sku, count in lines),
        codes=codes,
        created_at=now,
        updated_at=now,
    )
    shop.load(Dataset(carts=[cart]))


async def bought(shop: EmbeddedShop, outcome: GateOutcome) -> Order:
    assert outcome.outcome is Outcome.DONE, outcome
    assert isinstance(outcome.result, dict)
    order = await shop.connectors.orders.order(str(outcome.result["order_id"]))
    assert order is not None
    return order


def refusal(outcome: GateOutcome) -> str:
    assert outcome.outcome is Outcome.REFUSED, outcome
    return outcome.decisions[-1].rule


async def test_a_cart_becomes_an_order_that_is_paid(do: Do, shop: EmbeddedShop, services: Services) -> None:
    before = {level.location_id: level for level in await shop.connectors.inventory.levels(["DRESS-M"])}
    order = await bought(shop, await do("place_order", payment_method_id="ann-card"))
    (line,) = order.lines
    assert (order.status, order.position) == (OrderStatus.PENDING, 3)
    assert (line.unit_price, line.discount, line.tax) == (usd(5000), usd(0), usd(444))
    assert (order.shipping, order.total) == (usd(0), usd(5444)), "from 50 dollars on it is sent for nothing"
    (intent,) = await shop.connectors.payments.intents(order.id)
    assert (intent.status, intent.captured) == (PaymentIntentStatus.SUCCEEDED, order.total)
    (promised,) = await shop.connectors.inventory.allocations(order.id)
    assert (promised.location_id, promised.quantity) == ("wh-ne", 1)
    after = {level.location_id: level for level in await shop.connectors.inventory.levels(["DRESS-M"])}
    assert after["wh-ne"].allocated == before["wh-ne"].allocated + 1
    assert after["wh-ne"].reserved == before["wh-ne"].reserved
    assert await shop.connectors.sessions.cart("ann") is None
    assert order.return_policy is not None
    assert order.return_policy.version == services.policy.version


async def test_what_is_proposed_is_what_is_paid(do: Do) -> None:
    proposed = await do("place_order", payment_method_id="ann-card", yes=False)
    assert proposed.proposal is not None
    assert "$54.44 in all" in proposed.proposal.summary
    assert "Visa ending in 4242" in proposed.proposal.summary


async def test_a_code_is_taken_off_and_counted(do: Do, shop: EmbeddedShop, services: Services) -> None:
    await fill(shop, services, ("DRESS-M", 1), ("SOCKS-1", 3), codes=("JUNE10",))
    order = await bought(shop, await do("place_order", payment_method_id="ann-card"))
    assert [line.discount.amount for line in order.lines] == [500, 300]
    (cut,) = await shop.connectors.marketing.discounts_of("ann")
    assert (cut.code, cut.promotion_id, cut.amount, cut.order_id) == ("JUNE10", "june", usd(800), order.id)
    code = await shop.connectors.marketing.code("JUNE10")
    assert code is not None
    assert code.used == 1
    assert order.lines[1].final_sale


async def test_codes_that_cannot_be_combined_give_the_better_one(
    do: Do, shop: EmbeddedShop, services: Services
) -> None:
    await fill(shop, services, ("DRESS-M", 1), codes=("JUNE10", "VIP15"))
    order = await bought(shop, await do("place_order", payment_method_id="ann-card"))
    assert order.lines[0].discount == usd(750)
    assert [cut.code for cut in await shop.connectors.marketing.discounts_of("ann")] == ["VIP15"]


@pytest.mark.parametrize("code", ["MAY20", "SPENT", "NEVER-HEARD-OF"])
async def test_a_code_that_does_not_hold_any_more_takes_nothing_off(
    do: Do, shop: EmbeddedShop, services: Services, code: str
) -> None:
    await fill(shop, services, ("DRESS-M", 1), codes=(code,))
    proposed = await do("place_order", payment_method_id="ann-card", yes=False)
    assert proposed.proposal is not None
    assert f"{code} takes nothing off" in proposed.proposal.summary
    order = await bought(shop, await do("place_order", payment_method_id="ann-card"))
    assert order.lines[0].discount.is_zero


async def test_a_promotion_without_a_code_is_everybodys(do: Do, shop: EmbeddedShop, services: Services) -> None:
    now = services.clock.now()
    shop.load(
        Dataset(
            promotions=[
                Promotion.model_validate(
                    {
                        "id": "all",
                        "name": "All",
                        "region_ids": ("us-northeast",),
                        "percent": 10,
                        "starts_at": now,
                        "ends_at": now + timedelta(days=1),
                        "cap": usd(300),
                    }
                )
            ]
        )
    )
    order = await bought(shop, await do("place_order", payment_method_id="ann-card"))
    assert order.lines[0].discount == usd(300)
    (cut,) = await shop.connectors.marketing.discounts_of("ann")
    assert (cut.code, cut.promotion_id) == (None, "all")


async def test_shipping_costs_below_its_bound(do: Do, shop: EmbeddedShop, services: Services) -> None:
    await fill(shop, services, ("SCARF-1", 1))
    order = await bought(shop, await do("place_order", payment_method_id="ann-card", shipping="express"))
    assert (order.shipping_method, order.shipping) == ("express", usd(1499))
    assert order.total == usd(3000 + 1499 + 266)


REFUSED: list[tuple[str, dict[str, Any], tuple[tuple[str, int], ...]]] = [
    ("cart-available", {"payment_method_id": "ann-card"}, (("DRESS-S", 1),)),
    ("cart-available", {"payment_method_id": "ann-card"}, (("DRESS-L", 4),)),
    ("cart-not-empty", {"payment_method_id": "ann-card"}, ()),
    ("gift-card-covers", {"payment_method_id": "ann-gift"}, (("DRESS-M", 1),)),
    ("own-payment-method", {"payment_method_id": "bob-card"}, (("DRESS-M", 1),)),
    ("shipping-known", {"payment_method_id": "ann-card", "shipping": "by-owl"}, (("DRESS-M", 1),)),
    (
        "address-complete",
        {"payment_method_id": "ann-card", "address": {"line1": "", "city": "X", "postal_code": "1", "country": "US"}},
        (("DRESS-M", 1),),
    ),
]


@pytest.mark.parametrize(("rule", "arguments", "lines"), REFUSED)
async def test_what_is_refused_leaves_everything_as_it_was(
    do: Do,
    shop: EmbeddedShop,
    services: Services,
    rule: str,
    arguments: dict[str, Any],
    lines: tuple[tuple[str, int], ...],
) -> None:
    await fill(shop, services, *lines)
    before = shop.dump()
    assert refusal(await do("place_order", **arguments)) == rule
    assert shop.dump() == before


async def test_the_units_held_for_the_cart_itself_can_be_bought(do: Do, shop: EmbeddedShop, services: Services) -> None:
    await fill(shop, services, ("DRESS-L", 3))
    until = services.clock.now() + timedelta(minutes=5)
    for place, count in (("wh-ne", 1), ("st-ne", 2)):
        await shop.connectors.inventory.reserve(
            sku="DRESS-L",
            location_id=place,
            cart_id="full",
            quantity=count,
            expires_at=until,
            idempotency_key=f"hold-{place}",
        )
    order = await bought(shop, await do("place_order", payment_method_id="ann-card"))
    assert sum(each.quantity for each in await shop.connectors.inventory.allocations(order.id)) == 3
    assert await shop.connectors.inventory.reservations("full") == ()


@pytest.mark.parametrize(("passed", "sold"), [(timedelta(minutes=5), True), (timedelta(minutes=4, seconds=59), False)])
async def test_units_held_for_somebody_else_are_free_once_that_has_expired(
    gate: Gate, ask: Ask, shop: EmbeddedShop, services: Services, passed: timedelta, sold: bool
) -> None:
    await fill(shop, services, ("SCARF-1", 4))
    held = await shop.connectors.inventory.reserve(
        sku="SCARF-1",
        location_id="wh-ne",
        cart_id="cart-bob",
        quantity=1,
        expires_at=services.clock.now() + timedelta(minutes=5),
        idempotency_key="hold",
    )
    assert isinstance(held, Reservation)
    later = replace(services, clock=FixedClock(services.clock.now() + passed))
    context = replace(ask("ann"), services=later)
    call = ToolCall(tool="place_order", arguments={"payment_method_id": "ann-card"}, call_id="late")
    outcome = await gate.call(context, call)
    assert outcome.outcome is (Outcome.NEEDS_CONFIRMATION if sold else Outcome.REFUSED)
    assert bool(await shop.connectors.inventory.reservations("cart-bob")) is not sold


async def test_asked_twice_it_is_bought_once(do: Do, shop: EmbeddedShop) -> None:
    first = await do("place_order", payment_method_id="ann-card", call_id="same")
    before = shop.dump()
    again = await do("place_order", payment_method_id="ann-card", call_id="same")
    assert again.result == first.result
    assert refusal(await do("place_order", payment_method_id="ann-card", call_id="other")) == "cart-not-empty"
    assert shop.dump() == before


async def test_a_gift_card_pays(do: Do, shop: EmbeddedShop) -> None:
    order = await bought(shop, await do("place_order", payment_method_id="ann-rich"))
    card = await shop.connectors.payments.method("ann-rich")
    assert card is not None
    assert card.balance == usd(50000) - order.total


async def test_a_bought_order_can_be_canceled_and_all_of_it_comes_back(do: Do, shop: EmbeddedShop) -> None:
    levels = await shop.connectors.inventory.levels(["DRESS-M"])
    order = await bought(shop, await do("place_order", payment_method_id="ann-rich"))
    outcome = await do("cancel_order", order_id=order.id, reason="ordered_by_mistake")
    assert outcome.outcome is Outcome.DONE
    card = await shop.connectors.payments.method("ann-rich")
    assert card is not None
    assert card.balance == usd(50000)
    assert await shop.connectors.inventory.levels(["DRESS-M"]) == levels
