"""The embedded adapter keeps the ports' contract on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import Connection

from shopgraph.connectors.conformance import CHECKS, Check, seed
from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.embedded import open_shop
from shopgraph.connectors.embedded.connections import Readers
from shopgraph.connectors.embedded.statements import driver_of
from shopgraph.connectors.ports import Connectors


@pytest.fixture(autouse=True)
def one_statement_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look of two statements would see two states."""
    real = Readers.look

    def look(readers: Readers, work: Callable[[Connection], Any]) -> Any:
        def watched(connection: Connection) -> Any:
            ran: list[str] = []
            driver_of(connection).set_trace_callback(ran.append)
            try:
                return work(connection)
            finally:
                driver_of(connection).set_trace_callback(None)
                assert len(ran) <= 1

        return real(readers, watched)

    monkeypatch.setattr(Readers, "look", look)


@pytest.mark.parametrize("check", CHECKS, ids=str)
def test_embedded_adapter(check: Check, seeded_url: str) -> None:
    @asynccontextmanager
    async def embedded(dataset: Dataset) -> AsyncIterator[Connectors]:
        assert dataset == seed()
        with open_shop(seeded_url) as shop:
            yield shop.connectors

    check.run(embedded)
