"""The embedded adapter keeps the ports' contract on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from shopgraph.connectors.conformance import CHECKS, Check, seed
from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.embedded import open_shop
from shopgraph.connectors.ports import Connectors


@pytest.mark.parametrize("check", CHECKS, ids=str)
def test_embedded_adapter(check: Check, seeded_url: str) -> None:
    @asynccontextmanager
    async def embedded(dataset: Dataset) -> AsyncIterator[Connectors]:
        assert dataset == seed()
        with open_shop(seeded_url) as shop:
            yield shop.connectors

    check.run(embedded)
