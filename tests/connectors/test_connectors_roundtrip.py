"""What is dumped is what was loaded, to the last field, on both databases."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shopgraph.connectors.conformance.seed import seed
from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.embedded import EmbeddedShop, create_shop, open_shop
from shopgraph.connectors.embedded.mapping import Mapped
from shopgraph.connectors.embedded.schema import CONVERSATIONS, DATASET, ORDER_LINES, ORDERS, SHOP
from shopgraph.domain import (
    Address,
    CancelReason,
    Channel,
    Customer,
    Money,
    Order,
    OrderLineItem,
    OrderStatus,
    PaymentMethod,
    PaymentMethodKind,
    Product,
    ProductVariant,
    Promotion,
    Region,
    ReturnPolicy,
    SessionEvent,
    SessionEventKind,
    ShopMeta,
    Value,
)
from shopgraph.errors import Conflict, InvalidInput

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
INSTANTS = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
AMOUNTS = st.integers(-(2**62), 2**62)
CURRENCIES = st.sampled_from(["USD", "JPY", "KWD"])
MONEY = st.builds(Money, amount=AMOUNTS, currency=CURRENCIES)
ADDRESSES = st.builds(Address, line1=TEXTS, line2=TEXTS, city=TEXTS, state=TEXTS, postal_code=TEXTS, country=TEXTS)
POLICIES = st.builds(ReturnPolicy, window_days=st.integers(0, 400), restocking_fee=MONEY, version=TEXTS)
MAYBE_INSTANT = st.none() | INSTANTS


def _line(order_id: str, position: int, draw: st.DrawFn) -> OrderLineItem:
    ordered = draw(st.integers(0, 9))
    return OrderLineItem(
        id=f"{position}",
        order_id=order_id,
        sku=draw(TEXTS),
        product_id=draw(TEXTS),
        title=draw(TEXTS),
        options=draw(st.dictionaries(TEXTS, TEXTS, max_size=2)),
        unit_price=draw(MONEY),
        ordered_quantity=ordered,
        current_quantity=draw(st.integers(0, ordered)),
        fulfilled_quantity=draw(st.integers(0, ordered)),
        discount=draw(MONEY),
        tax=draw(MONEY),
        final_sale=draw(st.booleans()),
        position=position,
    )


@st.composite
def orders(draw: st.DrawFn, number: int) -> Order:
    order_id = f"order-{number}"
    return Order(
        id=order_id,
        customer_id="customer",
        region_id="region",
        channel=draw(st.sampled_from(Channel)),
        currency=draw(CURRENCIES),
        status=draw(st.sampled_from(OrderStatus)),
        lines=tuple(_line(order_id, position, draw) for position in range(draw(st.integers(0, 3)))),
        shipping_address=draw(ADDRESSES),
        shipping=draw(MONEY),
        total=draw(MONEY),
        return_policy=draw(st.none() | POLICIES),
        placed_at=draw(MAYBE_INSTANT),
        delivered_at=draw(MAYBE_INSTANT),
        cancel_reason=draw(st.none() | st.sampled_from(CancelReason)),
        position=number,
    )


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    starts = draw(INSTANTS)
    return Dataset(
        regions=[Region(id="region", name="R", country="US", currency="USD", locale="en_US", timezone="UTC")],
        products=[Product(id="product", title=draw(TEXTS), attributes=draw(st.dictionaries(TEXTS, TEXTS, max_size=3)))],
        variants=[ProductVariant(sku="sku", product_id="product", title="", cost=draw(st.none() | MONEY))],
        customers=[
            Customer(
                id="customer",
                given_name=draw(TEXTS),
                family_name=draw(TEXTS),
                email=draw(TEXTS),
                address=draw(ADDRESSES),
                region_id="region",
                segments=tuple(draw(st.lists(TEXTS, max_size=3))),
                lifetime_value=draw(MONEY),
                accepts_marketing=draw(st.booleans()),
                created_at=draw(MAYBE_INSTANT),
            )
        ],
        payment_methods=[
            PaymentMethod(
                id="method",
                customer_id="customer",
                kind=draw(st.sampled_from(PaymentMethodKind)),
                balance=draw(st.none() | MONEY),
            )
        ],
        orders=[draw(orders(number)) for number in range(draw(st.integers(0, 2)))],
        promotions=[
            Promotion(
                id="promotion",
                name="P",
                region_ids=("region",),
                percent=draw(st.decimals(0, 100, places=2)),
                starts_at=starts,
                ends_at=starts.replace(year=starts.year + 1, day=1),
            )
        ]
        if starts.month > 1
        else [],
        session_events=[
            SessionEvent(id="event", session_id="s", kind=SessionEventKind.SEARCHED, subject=draw(TEXTS), at=starts)
        ],
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(dataset=datasets())
def test_a_dump_is_what_was_loaded(dataset: Dataset, template: Callable[[], EmbeddedShop]) -> None:
    with template() as shop:
        shop.load(dataset)
        assert _lists(shop.dump()) == _lists(dataset)


@pytest.fixture
def template(databases: Any, meta: ShopMeta) -> Callable[[], EmbeddedShop]:
    """Makes an empty shop, again and again, by copying one."""
    made = databases.empty()
    create_shop(made, meta).close()
    return lambda: open_shop(databases.copy(made))


def test_the_seed_comes_back_from_its_dump(seeded: EmbeddedShop, new_url: Callable[[], str], meta: ShopMeta) -> None:
    dumped = seeded.dump()
    assert _sorted(dumped) == _sorted(seed())
    with create_shop(new_url(), meta) as copy:
        copy.load(dumped)
        assert copy.dump() == dumped


def test_parts_add_up(new_url: Callable[[], str], meta: ShopMeta) -> None:
    whole = seed()
    with create_shop(new_url(), meta) as shop:
        for name, rows in whole.tables().items():
            part = Dataset()
            setattr(part, name, rows)
            shop.load(part)
        assert _sorted(shop.dump()) == _sorted(whole)


def test_a_load_that_fails_leaves_nothing(seeded: EmbeddedShop) -> None:
    before = seeded.dump()
    fresh = Product(id="a-new-one", title="New")
    with pytest.raises(Conflict):
        seeded.load(Dataset(products=[fresh, *before.products]))
    with pytest.raises(Conflict):
        seeded.load(Dataset(products=[fresh], variants=[ProductVariant(sku="x", product_id="missing", title="")]))
    stray = before.orders[0].model_copy(update={"id": "another"})
    with pytest.raises(InvalidInput, match="says order"):
        seeded.load(Dataset(products=[fresh], orders=[stray]))
    assert seeded.dump() == before


def test_every_field_of_every_value_has_its_columns() -> None:
    assert {mapped.name for mapped in DATASET} == {item.name for item in dataclasses.fields(Dataset)}
    for mapped in (*DATASET, ORDER_LINES, SHOP, CONVERSATIONS):
        fields = set(mapped.type.model_fields) - ({"lines"} if mapped is ORDERS else set())
        columns = {str(column.name) for column in mapped.table.c}
        columns |= {name.removesuffix("_minor") for name in columns}
        assert fields <= columns, mapped.name


@pytest.mark.parametrize("mapped", [each for each in DATASET if each is not ORDERS], ids=lambda each: each.name)
def test_seeded_values_survive_their_row(mapped: Mapped[Any]) -> None:
    values: Sequence[Value] = getattr(seed(), mapped.name)
    assert [mapped.value(mapped.row(value)) for value in values] == list(values)


def test_dates_and_decimals_are_exact(new_url: Callable[[], str], meta: ShopMeta) -> None:
    whole = seed()
    level = whole.stock_levels[0].model_copy(update={"restock_on": date(2026, 2, 28)})
    whole.stock_levels = [level, *whole.stock_levels[1:]]
    with create_shop(new_url(), meta) as shop:
        shop.load(whole)
        dumped = shop.dump()
    assert level in dumped.stock_levels
    assert {promotion.percent for promotion in dumped.promotions} == {Decimal("12.5")}


def _lists(dataset: Dataset) -> dict[str, list[Value]]:
    return {name: list(rows) for name, rows in dataset.tables().items()}


def _sorted(dataset: Dataset) -> dict[str, list[str]]:
    return {name: sorted(row.model_dump_json() for row in rows) for name, rows in dataset.tables().items()}
