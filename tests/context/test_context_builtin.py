"""What the sources of every shop give, from systems that answer as they are told."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shopgraph.domain import Address, Customer, Location, LocationKind, Money, Product, ProductVariant, StockLevel
from shopgraph.graphs.stitching.builtin import MOST_PLACES, customer, inventory
from shopgraph.graphs.stitching.parts import CustomerPart, InventoryPart
from tests.context.virtual import query, run_virtual


def _answers(value: Any) -> Any:
    async def answer(*_: object, **__: object) -> Any:
        return value

    return answer


def _stocked(units: list[int], unknown: int) -> Any:
    """A shop with one dress, so many of it at each place; the last `unknown` places are not the region's."""
    names = [f"Store {number:02}" for number in range(len(units))]
    places = [
        Location(id=name, name=name, region_id="north", kind=LocationKind.STORE)
        for name in names[: len(units) - unknown]
    ]
    levels = [StockLevel(sku="dress", location_id=name, on_hand=held) for name, held in zip(names, units, strict=True)]
    variant = ProductVariant(sku="dress", product_id="p", title="Dress", cost=Money(amount=1, currency="USD"))
    return SimpleNamespace(
        catalog=SimpleNamespace(
            products=_answers((Product(id="p", title="Dress"),)),
            variants=_answers((variant,)),
        ),
        search=SimpleNamespace(search=_answers((SimpleNamespace(product_id="p"),))),
        inventory=SimpleNamespace(levels=_answers(tuple(levels)), locations=_answers(tuple(places))),
    )


@given(units=st.lists(st.integers(0, 30), min_size=1, max_size=25), unknown=st.integers(0, 3))
def test_of_a_chain_s_places_those_with_most_are_named_and_the_others_counted(units: list[int], unknown: int) -> None:
    unknown = min(unknown, len(units))
    found = run_virtual(inventory.fetch(query(connectors=_stocked(units, unknown))))  # type: ignore[arg-type, operator]
    assert isinstance(found, InventoryPart)
    (stock,) = found.stock
    known = sorted([held for held in units[: len(units) - unknown] if held], reverse=True)
    assert stock.available == sum(units)
    assert [place.available for place in stock.places] == known[:MOST_PLACES]
    assert len(stock.places) + stock.more_places == len(known)


async def test_who_asks_is_read_once_a_request() -> None:
    async def never(_: str) -> Customer | None:
        raise AssertionError("the customer was read already")

    ann, ben = (_customer(name) for name in ("cus_ann", "cus_ben"))
    marketing = SimpleNamespace(discounts_of=_answers(()))
    known = SimpleNamespace(crm=SimpleNamespace(customer=never), marketing=marketing)
    assert await _of(known, ann) == CustomerPart(customer=ann)
    # What was read of another is not taken for the asker's.
    asked = SimpleNamespace(crm=SimpleNamespace(customer=_answers(ann)), marketing=marketing)
    assert await _of(asked, ben) == CustomerPart(customer=ann)
    assert await _of(asked, None) == CustomerPart(customer=ann)


async def _of(connectors: Any, read: Customer | None) -> Any:
    return await customer.fetch(query(connectors=connectors, customer=read))  # type: ignore[operator]


def _customer(customer_id: str) -> Customer:
    return Customer(
        id=customer_id,
        given_name="A",
        family_name="B",
        email=f"{customer_id}@example.com",
        address=Address(line1="1 Long Road", city="Boston", postal_code="02108", country="US"),
        region_id="north",
        lifetime_value=Money(amount=0, currency="USD"),
    )
