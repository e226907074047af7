"""The making of a chain: what its seed, size and instant decide, and what is refused."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from shopgraph.connectors.canonical import canonical_export_hash, canonical_json
from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.demo import generate
from shopgraph.connectors.demo.markets import MARKET, MARKETS, openings
from shopgraph.connectors.embedded import create_shop
from shopgraph.domain import Value
from shopgraph.errors import InvalidInput
from shopgraph.guards.policy import load_bundle


def _hash(stores: int, seed: int, at: datetime) -> str:
    meta, parts = generate(stores=stores, seed=seed, at=at)
    return "".join(canonical_export_hash(part, meta) for part in parts)


def test_the_same_seed_and_instant_make_the_same_chain(at: datetime) -> None:
    assert _hash(3, 5, at) == _hash(3, 5, at)
    assert _hash(3, 5, at) != _hash(3, 6, at)
    assert _hash(3, 5, at) != _hash(3, 5, at + timedelta(days=1))


def test_a_larger_chain_begins_with_the_smaller_one(at: datetime) -> None:
    small, large = ([*generate(stores=n, seed=5, at=at)[1]] for n in (2, 4))
    assert {order.id: order.total for order in small[2].orders}.items() <= {
        order.id: order.total for order in large[2].orders
    }.items()


def test_the_making_of_the_shop_is_no_part_of_its_hash(at: datetime) -> None:
    meta, _ = generate(stores=1, seed=5, at=at)
    later = meta.model_copy(update={"created_at": at + timedelta(days=3)})
    other = meta.model_copy(update={"clock_at": at + timedelta(days=3)})
    assert canonical_export_hash(Dataset(), meta) == canonical_export_hash(Dataset(), later)
    assert canonical_export_hash(Dataset(), meta) != canonical_export_hash(Dataset(), other)


def test_the_export_does_not_depend_on_the_order_of_rows(chain: Dataset) -> None:
    turned = Dataset(orders=list(reversed(chain.orders)), stock_levels=list(reversed(chain.stock_levels)))
    straight = Dataset(orders=chain.orders, stock_levels=chain.stock_levels)
    assert canonical_export_hash(turned) == canonical_export_hash(straight)
    first = next(canonical_json(Dataset(orders=chain.orders[:1]))).decode()
    assert f'"total":"{chain.orders[0].total}"' in first


@pytest.mark.parametrize("stores", [0, 10_000])
def test_a_chain_of_no_size_is_refused(at: datetime, stores: int) -> None:
    with pytest.raises(InvalidInput, match="1 to 9,999"):
        generate(stores=stores, seed=1, at=at)


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no time zone"):
        generate(stores=1, seed=1, at=datetime(2026, 1, 1))  # noqa: DTZ001 - the point of the test


def test_progress_is_told(at: datetime) -> None:
    heard: list[tuple[int, int]] = []
    for _ in generate(stores=25, seed=1, at=at, progress=lambda done, of: heard.append((done, of)))[1]:
        pass
    assert heard == [(20, 25), (25, 25)]


def test_stores_spread_over_all_regions() -> None:
    count = Counter(market.id for market in openings(1600))
    assert set(count) == set(MARKET)
    assert all(abs(count[m.id] - 16 * m.weight) <= 2 for m in MARKETS), "sixteen hundred stores by a hundred weights"


def test_the_terms_are_those_of_the_default_bundle(at: datetime) -> None:
    bundle = load_bundle("default")
    for market in MARKETS:
        calendar = bundle.calendar(market.id, at)
        standard = next(method for method in calendar.shipping if method.id == "standard")
        assert (calendar.tax.percent, standard.price, standard.free_from) == (
            market.tax_percent,
            market.shipping,
            market.free_from,
        )
        assert calendar.tax.inclusive == market.tax_inclusive
        assert (standard.min_days, standard.max_days) == market.delivery_days
        assert (calendar.returns.window_days, calendar.returns.restocking_fee) == (
            market.return_policy.window_days,
            market.return_policy.restocking_fee,
        )
        assert bundle.version.split("+")[0] == market.return_policy.version


def test_it_loads_into_a_database_and_comes_back(at: datetime, tmp_path: Path) -> None:
    meta, parts = generate(stores=2, seed=3, at=at)
    merged: dict[str, list[Value]] = defaultdict(list)
    with create_shop(f"sqlite:///{tmp_path / 'shop.db'}", meta) as shop:
        for part in parts:
            shop.load(part)
            for table, rows in part.tables().items():
                merged[table].extend(rows)
        dumped = shop.dump()
    dataset = Dataset()
    for table, values in merged.items():
        setattr(dataset, table, values)
    assert len(dumped) == len(dataset) > 9_000
    assert canonical_export_hash(dumped, meta) == canonical_export_hash(dataset, meta)
