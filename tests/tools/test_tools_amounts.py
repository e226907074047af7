"""The money arithmetic behind returns, cancellations and swaps: no cent made, no cent lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.domain import (
    Money,
    OrderLineItem,
    PaymentIntent,
    PaymentIntentStatus,
    Refund,
    RefundReason,
    RefundStatus,
)
from shopgraph.errors import Conflict
from shopgraph.tools.amounts import (
    LinePart,
    held_payments,
    next_sequence,
    parts_to_refund,
    return_refund,
    total_held,
    worth,
)

METHODS = ("card", "gift", "paypal")
CURRENCIES = st.sampled_from(["USD", "JPY", "KWD"])


def payment(place: int, method: str, captured: Money) -> PaymentIntent:
    return PaymentIntent(
        id=f"pi{place}",
        order_id="#1",
        payment_method_id=method,
        amount=captured,
        captured=captured,
        status=PaymentIntentStatus.SUCCEEDED,
        sequence=place,
    )


def refund(place: int, method: str, amount: Money, intent: str | None, status: RefundStatus) -> Refund:
    return Refund(
        id=f"re{place}",
        order_id="#1",
        payment_intent_id=intent,
        payment_method_id=method,
        amount=amount,
        status=status,
        reason=RefundReason.REQUESTED_BY_CUSTOMER,
        sequence=place,
    )


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[PaymentIntent], list[Refund]]:
    """Payments, and refunds that never took more than was captured; some do not say of which payment."""
    currency = draw(CURRENCIES)
    amounts = draw(st.lists(st.integers(0, 5000), min_size=1, max_size=4))
    intents = [
        payment(i, draw(st.sampled_from(METHODS)), Money(amount=a, currency=currency)) for i, a in enumerate(amounts)
    ]
    refunds = list[Refund]()
    left = {intent.id: intent.captured.amount for intent in intents}
    for place in range(draw(st.integers(0, 4))):
        intent = draw(st.sampled_from(intents))
        amount = draw(st.integers(0, left[intent.id]))
        status = draw(st.sampled_from(list(RefundStatus)))
        named = draw(st.booleans())
        if status not in (RefundStatus.FAILED, RefundStatus.CANCELED):
            left[intent.id] -= amount
        money = Money(amount=amount, currency=currency)
        refunds.append(refund(10 + place, intent.payment_method_id, money, intent.id if named else None, status))
    return intents, refunds


@given(histories())
def test_what_is_held_is_what_was_captured_less_what_went_back(
    history: tuple[list[PaymentIntent], list[Refund]],
) -> None:
    intents, refunds = history
    currency = intents[0].captured.currency
    gone = (RefundStatus.FAILED, RefundStatus.CANCELED)
    went_back = sum(entry.amount.amount for entry in refunds if entry.status not in gone)
    captured = sum(intent.captured.amount for intent in intents)
    held = held_payments(intents, refunds)
    assert all(part.amount.amount >= 0 for part in held)
    assert total_held(held, currency).amount == captured - went_back


@given(histories(), st.integers(0, 20_000), st.sampled_from(METHODS))
def test_a_refund_is_shared_out_exactly_and_never_above_what_is_held(
    history: tuple[list[PaymentIntent], list[Refund]], asked: int, method: str
) -> None:
    intents, refunds = history
    currency = intents[0].captured.currency
    held = held_payments(intents, refunds)
    amount = Money(amount=asked, currency=currency)
    if amount > total_held(held, currency):
        with pytest.raises(Conflict):
            parts_to_refund(held, amount, method)
        return
    parts = parts_to_refund(held, amount, method)
    assert Money.sum((part.amount for part in parts), currency) == amount
    available = {part.payment_intent_id: part.amount for part in held}
    assert all(part.amount <= available[part.payment_intent_id] for part in parts if part.payment_intent_id)


def item(quantity: int, returned: int, price: Money, discount: Money, tax: Money) -> OrderLineItem:
    return OrderLineItem(
        id="l1",
        order_id="#1",
        sku="A",
        product_id="a",
        title="A",
        unit_price=price,
        ordered_quantity=quantity,
        current_quantity=quantity - returned,
        discount=discount,
        tax=tax,
        position=0,
    )


@given(
    currency=CURRENCIES,
    steps=st.lists(st.integers(1, 4), min_size=1, max_size=5),
    price=st.integers(1, 10_000),
    discount=st.integers(0, 10_000),
    tax=st.integers(0, 3_000),
    inclusive=st.booleans(),
)
def test_returns_one_after_the_other_pay_back_exactly_what_the_line_cost(
    currency: str, steps: list[int], price: int, discount: int, tax: int, *, inclusive: bool
) -> None:
    def money(amount: int) -> Money:
        return Money(amount=amount, currency=currency)

    quantity = sum(steps)
    off = min(discount, price * quantity)
    cost = money(price * quantity - off + (0 if inclusive else tax))
    paid_back, returned = Money.zero(currency), 0
    for units in steps:
        line = item(quantity, returned, money(price), money(off), money(tax))
        of = worth([LinePart(line=line, quantity=units)], tax_inclusive=inclusive, left={"l1": cost - paid_back})
        paid_back += return_refund(of, fee=money(0), held=cost - paid_back)
        returned += units
    assert paid_back == cost


def test_a_fee_above_the_price_leaves_nothing_and_no_debt() -> None:
    refunded = return_refund({"l1": Money.of("3.00", "USD")}, fee=Money.of("5.00", "USD"), held=Money.of("3.00", "USD"))
    assert refunded == Money.zero("USD")


def test_an_unnamed_refund_counts_against_the_same_method_first() -> None:
    ten = Money.of("10.00", "USD")
    intents = [payment(0, "card", ten), payment(1, "gift", ten)]
    held = held_payments(intents, [refund(2, "card", ten, None, RefundStatus.SUCCEEDED)])
    assert [(part.payment_method_id, part.amount.amount) for part in held] == [("card", 0), ("gift", 1000)]


def test_the_next_place_follows_payments_and_refunds_together() -> None:
    ten = Money.of("10.00", "USD")
    assert next_sequence([], []) == 0
    assert next_sequence([payment(0, "card", ten)], [refund(1, "card", ten, None, RefundStatus.PENDING)]) == 2


def test_a_refund_of_nothing_where_nothing_was_paid_names_no_payment() -> None:
    (part,) = parts_to_refund([], Money.zero("USD"), "card")
    assert part.payment_intent_id is None
    assert part.payment_method_id == "card"
