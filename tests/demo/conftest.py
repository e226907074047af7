"""Demo shops as plain data, made once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.demo import generate
from shopgraph.domain import Value

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


def whole(stores: int, seed: int, at: datetime = AT) -> Dataset:
    """All parts of a chain as one dataset."""
    rows: dict[str, list[Value]] = {}
    _, parts = generate(stores=stores, seed=seed, at=at)
    for part in parts:
        for table, values in part.tables().items():
            rows.setdefault(table, []).extend(values)
    dataset = Dataset()
    for table, values in rows.items():
        setattr(dataset, table, values)
    return dataset


@pytest.fixture(scope="session")
def at() -> datetime:
    """The demo shops' instant."""
    return AT


@pytest.fixture(scope="session", params=[(1, 7), (12, 99)], ids=["one store", "twelve stores"])
def chain(request: pytest.FixtureRequest) -> Dataset:
    """A chain of the smallest size, and one with a store in every region."""
    stores, seed = request.param
    return whole(stores, seed)
