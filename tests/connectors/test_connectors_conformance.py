"""The embedded adapter keeps the ports' contract on both databases; the kit sees an adapter that does not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from shopgraph.connectors.conformance import CHECKS, Check
from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.embedded import create_shop
from shopgraph.connectors.ports import Connectors
from shopgraph.domain import ShopMeta


@pytest.mark.parametrize("check", CHECKS, ids=str)
def test_embedded_adapter(check: Check, new_url: Callable[[], str], meta: ShopMeta) -> None:
    @asynccontextmanager
    async def embedded(dataset: Dataset) -> AsyncIterator[Connectors]:
        with create_shop(new_url(), meta) as shop:
            shop.load(dataset)
            yield shop.connectors

    check.run(embedded)
