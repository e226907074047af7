"""The further tools on the demo chain, as its customers and its staff would use them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from pydantic import JsonValue

from shopgraph.connectors.canonical import canonical_export_hash
from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import Principal
from shopgraph.shop import Shop
from shopgraph.tools.spec import GateOutcome, Outcome, ToolCall, ToolContext
from shopgraph.tools.views import (
    AfterSale,
    GiftCardView,
    OfferedDiscount,
    ProfileView,
    PromotionHistory,
    RefundedOrder,
    StockView,
    TrackedOrder,
)

STAFF = Principal.staff("eve", "agent")


@pytest.fixture(scope="module")
def demo() -> Iterator[Shop]:
    """The demo chain."""
    with Shop.demo() as shop:
        yield shop


async def call(shop: Shop, who: str, tool: str, *, as_: Principal | None = None, **arguments: JsonValue) -> GateOutcome:
    """Call a tool as one of the cast (or for them as `as_`) and say yes to what is proposed."""
    persona = CAST[who]
    context = ToolContext(
        services=shop.services,
        principal=as_ or Principal.customer(persona.customer_id),
        region_id=persona.region_id,
        conversation_id=who,
    )
    request = ToolCall(tool=tool, arguments=arguments, call_id=f"{who}:{tool}:{sorted(arguments.items())}")
    outcome = await shop.gate.call(context, request)
    if outcome.outcome is Outcome.NEEDS_CONFIRMATION and outcome.proposal is not None:
        outcome = await shop.gate.call(replace(context, request_confirmed=outcome.proposal.digest), request)
    return outcome


async def test_a_parcel_is_tracked_by_its_owner_alone(demo: Shop) -> None:
    (order_id,) = CAST["tracker"].order_ids.values()
    tracked = TrackedOrder.model_validate((await call(demo, "tracker", "track_order", order_id=order_id)).result)
    assert tracked.estimated_at is not None
    assert tracked.estimated_at > demo.clock.now()
    assert tracked.parcels[0].tracking_numbers
    foreign = await call(demo, "stranger", "track_order", order_id=order_id)
    assert [decision.rule for decision in foreign.decisions] == ["own-records-only"]


async def test_the_last_one_is_told_with_its_store(demo: Shop) -> None:
    for sku in CAST["dresser"].skus.values():
        view = StockView.model_validate((await call(demo, "dresser", "check_stock", sku=sku)).result)
        in_stores = sum(store.available_quantity for store in view.stores)
        assert view.available_quantity is not None
        assert in_stores <= view.available_quantity
        assert all(store.available_quantity > 0 for store in view.stores)


async def test_the_returners_gift_card_and_returns(demo: Shop) -> None:
    profile = ProfileView.model_validate((await call(demo, "returner", "get_profile")).result)
    (card,) = [method for method in profile.payment_methods if method.kind == "gift_card"]
    shown = GiftCardView.model_validate(
        (await call(demo, "returner", "get_gift_card", payment_method_id=card.id)).result
    )
    assert shown.balance == card.balance
    (order_id,) = CAST["returner"].order_ids.values()
    after = AfterSale.model_validate((await call(demo, "returner", "get_returns", order_id=order_id)).result)
    assert (after.returns, after.exchanges) == ((), ())


async def test_the_complainer_is_paid_by_staff_and_not_by_asking(demo: Shop) -> None:
    (order_id,) = CAST["complainer"].order_ids.values()
    arguments: dict[str, JsonValue] = {"order_id": order_id, "amount": "5.00", "reason": "damaged"}
    before = canonical_export_hash(demo.dump())
    refused = await call(demo, "complainer", "refund_order", as_=None, **arguments)
    assert [decision.rule for decision in refused.decisions] == ["refund-by-staff"]
    assert canonical_export_hash(demo.dump()) == before
    done = await call(demo, "complainer", "refund_order", as_=STAFF, **arguments)
    assert RefundedOrder.model_validate(done.result).refunds[0].amount.text == "$5.00"


async def test_the_haggler_waits_and_the_dresser_gets_a_code(demo: Shop) -> None:
    before = canonical_export_hash(demo.dump())
    sku = CAST["haggler"].skus["in_cart"]
    refused = await call(demo, "haggler", "offer_discount", sku=sku, percent=5)
    assert [decision.rule for decision in refused.decisions] == ["code-cooldown"]
    assert canonical_export_hash(demo.dump()) == before
    history = PromotionHistory.model_validate((await call(demo, "haggler", "promotion_history")).result)
    assert (len(history.used), history.own_codes) == (1, ())
    assert history.next_code_at is not None
    assert history.next_code_at > demo.clock.now()
    sku = next(iter(CAST["dresser"].skus.values()))
    offered = OfferedDiscount.model_validate((await call(demo, "dresser", "offer_discount", sku=sku, percent=5)).result)
    (own,) = PromotionHistory.model_validate((await call(demo, "dresser", "promotion_history")).result).own_codes
    assert (own.code, own.percent, own.sku) == (offered.code, Decimal(5), sku)
