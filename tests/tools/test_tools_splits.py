"""Returns in any order and partition pay back exactly what the lines cost, in every currency."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.domain import Address, Money, Order, OrderLineItem, OrderStatus
from shopgraph.tools.amounts import LinePart, pick_lines, return_refund, worth

HERE = Address(line1="1 Elm Street", city="Boston", postal_code="02101", country="US")
CURRENCIES = ["JPY", "USD", "KWD"]


def order(lines: list[OrderLineItem], currency: str) -> Order:
    zero = Money.zero(currency)
    return Order(
        id="o",
        customer_id="c",
        region_id="r",
        currency=currency,
        status=OrderStatus.DELIVERED,
        lines=tuple(lines),
        shipping_address=HERE,
        shipping=zero,
        total=zero,
    )


def line(place: int, price: int, quantity: int, discount: int, tax: int, currency: str) -> OrderLineItem:
    return OrderLineItem(
        id=str(place),
        order_id="o",
        sku=f"sku-{place}",
        product_id="p",
        title="Thing",
        unit_price=Money(amount=price, currency=currency),
        ordered_quantity=quantity,
        current_quantity=quantity,
        discount=Money(amount=discount, currency=currency),
        tax=Money(amount=tax, currency=currency),
        position=place,
    )


def cost(bought: Order, *, inclusive: bool) -> Money:
    taxed = [] if inclusive else [each.tax for each in bought.lines]
    return Money.sum([*(each.subtotal for each in bought.lines), *taxed], bought.currency)


def after(bought: Order, parts: list[LinePart]) -> Order:
    """The order once these units have come back."""
    back = {each.id: sum(part.quantity for part in parts if part.line.id == each.id) for each in bought.lines}
    lines = [
        each.model_copy(update={"current_quantity": each.current_quantity - back[each.id]}) for each in bought.lines
    ]
    return bought.model_copy(update={"lines": tuple(lines)})


@given(data=st.data(), currency=st.sampled_from(CURRENCIES), inclusive=st.booleans())
def test_partial_returns_add_up_to_what_the_lines_cost(data: st.DataObject, currency: str, inclusive: bool) -> None:
    lines = []
    for place in range(data.draw(st.integers(1, 4))):
        price, quantity = data.draw(st.integers(1, 10**6)), data.draw(st.integers(1, 7))
        discount = data.draw(st.integers(0, price * quantity))
        lines.append(line(place, price, quantity, discount, data.draw(st.integers(0, 10**5)), currency))
    bought = order(lines, currency)
    whole = cost(bought, inclusive=inclusive)
    units = data.draw(st.permutations([each.sku for each in lines for _ in range(each.ordered_quantity)]))
    paid, rest = Money.zero(currency), bought
    while units:
        taken, back = dict[str, int](), list[LinePart]()
        # Each unit is named by itself: several entries may be about one line.
        for sku in units[: data.draw(st.integers(1, len(units)))]:
            back += pick_lines(rest, sku, 1, taken)
        units = units[len(back) :]
        of = worth(back, tax_inclusive=inclusive, left={each.id: whole for each in bought.lines})
        refund = return_refund(of, fee=Money.zero(currency), held=whole - paid)
        assert refund.amount >= 0
        paid, rest = paid + refund, after(rest, back)
    assert paid == whole


@pytest.mark.parametrize("currency", CURRENCIES)
def test_units_named_one_by_one_pay_as_much_as_together(currency: str) -> None:
    bought = order([line(0, 1000, 3, 100, 89, currency)], currency)
    room = {"0": Money(amount=10**6, currency=currency)}
    taken: dict[str, int] = {}
    apart = [part for _ in range(2) for part in pick_lines(bought, "sku-0", 1, taken)]
    together = pick_lines(bought, "sku-0", 2, {})
    assert worth(apart, tax_inclusive=False, left=room) == worth(together, tax_inclusive=False, left=room)
