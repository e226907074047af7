"""What is found can be bought: region, stock and price are those of the records now; what is excluded stays out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.connectors.ports import SearchHit
from shopgraph.connectors.search import LexicalSearch, PriceRange
from shopgraph.connectors.search.live import LiveHit, SearchFilter, find
from shopgraph.domain import Availability, Money, Offer, Product, ProductVariant, StockLevel
from tests.search.conftest import MemoryCatalog


@dataclass
class Records(MemoryCatalog):
    """A catalog with variants and offers, and its inventory; every call about prices or stock is counted."""

    stock: list[Product] = field(default_factory=list)
    kept: list[ProductVariant] = field(default_factory=list)
    offered: list[Offer] = field(default_factory=list)
    counts: dict[tuple[str, str], int] = field(default_factory=dict)

    async def variants(self, product_id: str) -> tuple[ProductVariant, ...]:
        return tuple(each for each in self.kept if each.product_id == product_id)

    async def offers(self, skus: Sequence[str], region_id: str) -> tuple[Offer, ...]:
        return tuple(each for each in self.offered if each.sku in skus and each.region_id == region_id)

    async def levels(self, skus: Sequence[str], *, region_id: str | None = None) -> tuple[StockLevel, ...]:
        found = ((sku, region, units) for (sku, region), units in self.counts.items())
        return tuple(
            StockLevel(sku=sku, location_id=region, on_hand=units)
            for sku, region, units in found
            if sku in skus and region_id in (None, region)
        )

    def add(
        self,
        key: str,
        price: int,
        units: int,
        *,
        region: str = "east",
        currency: str = "USD",
        brand: str = "",
        category: str = "",
    ) -> None:
        sku = f"{key}-{len(self.kept)}"
        if all(each.id != key for each in self.stock):
            self.stock.append(Product(id=key, title=f"Kettle {key}", brand=brand, category=category))
        self.kept.append(ProductVariant(sku=sku, product_id=key, title=key))
        self.offered.append(Offer(sku=sku, region_id=region, price=Money(amount=price, currency=currency)))
        self.counts[sku, region] = units


async def look(records: Records, query: str, where: SearchFilter, limit: int = 5) -> tuple[LiveHit, ...]:
    found = await find(
        query,
        where,
        search=LexicalSearch(records),
        catalog=records,
        inventory=records,  # type: ignore[arg-type]  # of the port only what search asks
        limit=limit,
    )
    assert all(hit.product in records.stock for hit in found)
    return found


async def ids(records: Records, query: str, where: SearchFilter, limit: int = 5) -> list[str]:
    return [hit.product.id for hit in await look(records, query, where, limit)]


EAST = SearchFilter(region_id="east")


async def test_region_stock_brand_and_category_hold() -> None:
    records = Records()
    records.add("here", 5000, 1, brand="Acme", category="Kitchen")
    records.add("gone", 5000, 0, brand="acme", category="Kitchen")
    records.add("away", 5000, 3, region="west", brand="Acme", category="Kitchen")
    records.add("other", 5000, 2, brand="Else", category="Camping")
    assert set(await ids(records, "kettle", EAST)) == {"here", "gone", "other"}
    assert set(await ids(records, "kettle", SearchFilter(region_id="east", in_stock=True))) == {"here", "other"}
    assert set(await ids(records, "kettle", SearchFilter(region_id="east", brand="ACME"))) == {"here", "gone"}
    assert await ids(records, "kettle", SearchFilter(region_id="east", category="camping")) == ["other"]
    assert await ids(records, "kettle", SearchFilter(region_id="nowhere")) == []


async def test_a_variant_must_fit_price_and_stock_together() -> None:
    """The cheap one is sold out: under 50 nothing can be had."""
    records = Records()
    records.add("two", 4000, 0)
    records.add("two", 9000, 4)
    cheap = SearchFilter(region_id="east", in_stock=True, price=PriceRange(at_most=Decimal(50)))
    assert await ids(records, "kettle", cheap) == []
    (hit,) = await look(records, "kettle under $50", EAST)
    assert (str(hit.from_price), hit.in_stock) == ("40.00 USD", False)
    (hit,) = await look(records, "kettle", EAST)
    assert (str(hit.from_price), hit.in_stock) == ("90.00 USD", True)
    (hit,) = await look(records, "kettle", SearchFilter(region_id="east", in_stock=True))
    assert str(hit.from_price) == "90.00 USD"


async def test_the_price_of_the_moment_counts() -> None:
    records = Records()
    records.add("one", 4000, 1)
    search = LexicalSearch(records)
    await search.rebuild()
    records.offered[0] = records.offered[0].model_copy(update={"price": Money(amount=6000, currency="USD")})
    found = await find("kettle under $50", EAST, search=search, catalog=records, inventory=records)  # type: ignore[arg-type]
    assert found == ()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kettle under $50", ["usd"]),
        ("kettle under 50", ["usd", "eur"]),
        ("kettle under 50 euros", ["eur"]),
        ("kettle under 50 pounds", []),
        ("kettle under $10", []),
        ("kettle between $30 and $40.00", ["usd"]),
        ("kettle over $41", []),
    ],
)
async def test_a_price_in_the_query_holds(query: str, found: list[str]) -> None:
    records = Records()
    records.add("usd", 4000, 1)
    records.add("eur", 4000, 1, currency="EUR")
    assert sorted(await ids(records, query, EAST)) == sorted(found)


async def test_two_prices_both_hold() -> None:
    records = Records()
    records.add("one", 4000, 1)
    for own, fits in ((PriceRange(at_most=Decimal(30)), []), (PriceRange(at_least=Decimal(20)), ["one"])):
        assert await ids(records, "kettle under $50", SearchFilter(region_id="east", price=own)) == fits
    euros = PriceRange(at_most=Decimal(90), currencies=("EUR",))
    assert await ids(records, "kettle under $50", SearchFilter(region_id="east", price=euros)) == []


async def test_a_fitting_product_far_down_is_found() -> None:
    records = Records()
    for number in range(150):
        records.add(f"{number:03}", 9000, 1)
    records.stock.append(Product(id="far", title="Steel pot", description="Its lid fits a kettle, too. " * 9))
    records.add("far", 1000, 1)
    assert await ids(records, "kettle under $50", EAST) == ["far"]


async def test_availability_of_the_offer_counts() -> None:
    records = Records()
    records.add("one", 4000, 5)
    later = {"availability": Availability.BACKORDER}
    records.offered[0] = records.offered[0].model_copy(update=later)
    assert await ids(records, "kettle", SearchFilter(region_id="east", in_stock=True)) == []
    (hit,) = await look(records, "kettle", EAST)
    assert not hit.in_stock


@given(
    goods=st.lists(st.tuples(st.integers(1, 9000), st.integers(0, 2), st.sampled_from(["east", "west"])), max_size=12),
    low=st.none() | st.integers(0, 90),
    high=st.none() | st.integers(0, 90),
    in_stock=st.booleans(),
    limit=st.integers(0, 8),
)
async def test_no_filter_lets_through_what_it_excludes(
    goods: list[tuple[int, int, str]], low: int | None, high: int | None, in_stock: bool, limit: int
) -> None:
    records = Records()
    for number, (price, units, region) in enumerate(goods):
        records.add(str(number), price, units, region=region)
    asked = PriceRange(at_least=None if low is None else Decimal(low), at_most=None if high is None else Decimal(high))
    where = SearchFilter(region_id="east", in_stock=in_stock, price=asked)
    fits = {
        str(number)
        for number, (price, units, region) in enumerate(goods)
        if region == "east"
        and (not in_stock or units)
        and (low is None or price >= 100 * low)
        and (high is None or price <= 100 * high)
    }
    found = await ids(records, "kettle", where, limit)
    assert set(found) <= fits
    assert len(found) == len(set(found)) == min(limit, len(fits))


async def test_a_hit_that_the_catalog_no_longer_has_is_left_out() -> None:
    class Stale:
        async def search(self, query: str, *, limit: int = 5) -> tuple[SearchHit, ...]:
            return (SearchHit(product_id="gone", score=1.0),)

    records = Records()
    assert await find("kettle", EAST, search=Stale(), catalog=records, inventory=records) == ()  # type: ignore[arg-type]
