"""What of an order's money is whose: whatever is refunded, by line or not, adds up, in every currency."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shopgraph.connectors.conformance.seed import AT, seed
from shopgraph.connectors.embedded import EmbeddedShop, create_shop, open_shop
from shopgraph.domain import Money, Order, OrderLineItem, PaymentIntent, RefundReason, RefundShare
from shopgraph.domain.shares import BEYOND, SHIPPING, costs, left, over_parts, paid, share_out
from shopgraph.errors import Conflict
from tests.connectors.conftest import META

CURRENCIES = ("JPY", "USD", "KWD")
"""Of no, two and three decimals."""


def money(amount: int, currency: str) -> Money:
    return Money(amount=amount, currency=currency)


@st.composite
def orders(draw: st.DrawFn) -> Order:
    """An order with discounts, and tax that is in the prices or comes on top."""
    currency, inclusive = draw(st.sampled_from(CURRENCIES)), draw(st.booleans())
    first = seed().orders[0]
    lines = []
    for place in range(draw(st.integers(1, 4))):
        price, units = draw(st.integers(1, 10**5)), draw(st.integers(1, 5))
        lines.append(
            OrderLineItem(
                id=str(place),
                order_id=first.id,
                sku="cap",
                product_id="cap",
                title="Cap",
                unit_price=money(price, currency),
                ordered_quantity=units,
                current_quantity=units,
                discount=money(draw(st.integers(0, price * units)), currency),
                tax=money(draw(st.integers(0, 10**4)), currency),
                position=place,
            )
        )
    shipping = money(draw(st.integers(0, 2000)), currency)
    added = [] if inclusive else [line.tax for line in lines]
    total = Money.sum([*(line.subtotal for line in lines), *added, shipping], currency)
    return first.model_copy(
        update={
            "lines": tuple(lines),
            "currency": currency,
            "shipping": shipping,
            "total": total,
            "return_policy": None,
        }
    )


@given(order=orders(), captured=st.integers(0, 10**6))
def test_what_was_captured_is_somebodys_to_the_last_unit(order: Order, captured: int) -> None:
    assert Money.sum(costs(order).values(), order.currency) == order.total
    assert costs(order)[SHIPPING] == order.shipping
    taken = money(captured, order.currency)
    found = paid(order, taken)
    assert Money.sum(found.values(), order.currency) == taken
    assert found[BEYOND].amount == max(captured - order.total.amount, 0)


@given(rooms=st.lists(st.integers(-50, 10**6), min_size=1, max_size=5), amount=st.integers(0, 10**6), data=st.data())
def test_no_line_gets_more_than_is_left_of_it(rooms: list[int], amount: int, data: st.DataObject) -> None:
    of = {str(place): money(room, "KWD") for place, room in enumerate(rooms)} | {BEYOND: money(7, "KWD")}
    shares = share_out(of, money(amount, "KWD"))
    assert sum(each.amount.amount for each in shares) == amount
    lines = {each.line_id: each.amount for each in shares if each.line_id != BEYOND}
    assert all(0 < given.amount <= of[line].amount for line, given in lines.items())
    cut = data.draw(st.integers(0, amount))
    first, second = over_parts(shares, [money(cut, "KWD"), money(amount - cut, "KWD")])
    together = Counter[str]()
    for each in (*first, *second):
        together[each.line_id] += each.amount.amount
    assert together == {each.line_id: each.amount.amount for each in shares}
    assert sum(each.amount.amount for each in first) == cut


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop with customers and goods, and no orders; for copying only."""
    path = tmp_path_factory.mktemp("shares") / "shop.db"
    known = seed()
    known.orders, known.intents, known.refunds, known.allocations = [], [], [], []
    known.stock_levels, known.reservations = [], []
    known.fulfillments, known.fulfillment_events, known.returns, known.exchanges = [], [], [], []
    known.notes, known.discounts = [], []
    with create_shop(f"sqlite:///{path}", META) as made:
        made.load(known)
    return path


@given(order=orders(), data=st.data())
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_refunds_of_any_kind_never_exceed_what_was_captured_for_a_line(
    template: Path, tmp_path_factory: pytest.TempPathFactory, order: Order, data: st.DataObject
) -> None:
    path = shutil.copy(template, tmp_path_factory.mktemp("shop") / "shop.db")
    with open_shop(f"sqlite:///{path}") as shop:
        loaded = seed()
        payment = loaded.intents[0].model_copy(update={"amount": order.total, "captured": order.total})
        shop.load(type(loaded)(orders=[order], intents=[payment]))
        asyncio.run(_refund_at_random(shop, order, payment, data))


async def _refund_at_random(shop: EmbeddedShop, order: Order, payment: PaymentIntent, data: st.DataObject) -> None:
    cost, given = paid(order, payment.captured), Counter[str]()
    for number in range(data.draw(st.integers(1, 6), label="refunds")):
        named = data.draw(st.none() | st.sampled_from(order.lines), label="line")
        amount = money(data.draw(st.integers(1, max(order.total.amount, 1)), label="amount"), order.currency)
        fits = sum(given.values()) + amount.amount <= order.total.amount
        if named is not None:
            fits = fits and given[named.id] + amount.amount <= cost[named.id].amount
        try:
            refund = await shop.payments.refund(
                order_id=order.id,
                payment_intent_id=payment.id,
                payment_method_id=payment.payment_method_id,
                amount=amount,
                reason=RefundReason.DAMAGED,
                shares=[] if named is None else [RefundShare(line_id=named.id, amount=amount)],
                at=AT,
                idempotency_key=f"refund-{number}",
            )
        except Conflict:
            assert not fits
        else:
            assert fits
            for share in refund.shares:
                given[share.line_id] += share.amount.amount
        assert all(units <= cost[line].amount for line, units in given.items())
    refunds = await shop.payments.refunds(order.id)
    rooms = left(order, [payment], refunds)
    assert {line: cost[line].amount - room.amount for line, room in rooms.items() if cost[line] != room} == dict(given)
    assert await shop.connectors.ledger.differences() == ()
