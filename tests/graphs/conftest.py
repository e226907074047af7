"""A demo shop per test: made once, copied as a folder."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from shopgraph.clock import parse_instant
from shopgraph.connectors.demo import generate
from shopgraph.connectors.demo.cast import CAST
from shopgraph.connectors.embedded.schema import DATASET, ORDER_LINES
from shopgraph.domain import Principal
from shopgraph.graphs import Answer, Orchestrator, build_orchestrator
from shopgraph.shop import DEMO_INSTANT, Shop

Talk = Callable[..., Awaitable[list[Answer]]]


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed demo shop."""
    folder = tmp_path_factory.mktemp("demo") / "shop"
    meta, parts = generate(stores=1, seed=7, at=parse_instant(DEMO_INSTANT))
    Shop.create(folder, meta, parts).close()
    return folder


@pytest.fixture
def shop(demo_folder: Path, tmp_path: Path) -> Iterator[Shop]:
    """An open copy of the demo shop."""
    folder = tmp_path / "shop"
    shutil.copytree(demo_folder, folder)
    opened = Shop.open(folder)
    yield opened
    opened.close()


@pytest.fixture
def orchestrator(shop: Shop) -> Orchestrator:
    """The default orchestrator of that shop."""
    return build_orchestrator(shop)


@pytest.fixture
def talk(orchestrator: Orchestrator) -> Talk:
    """Play a conversation as a persona (None: a guest) and give back its answers."""
    return talk_with(orchestrator)


def talk_with(orchestrator: Orchestrator) -> Talk:
    """The same for an orchestrator of one's own."""

    async def play(persona: str | None, *texts: str, region_id: str | None = None) -> list[Answer]:
        principal = Principal.customer(CAST[persona].customer_id) if persona else Principal.guest()
        answers: list[Answer] = []
        for text in texts:
            answers.append(
                await orchestrator.ask(
                    text,
                    principal=principal,
                    conversation_id=answers[-1].conversation_id if answers else None,
                    region_id=region_id,
                )
            )
        return answers

    return play


@pytest.fixture
def make_talk() -> Callable[[Orchestrator], Talk]:
    """`talk` for an orchestrator that a test builds itself."""
    return talk_with


def business_rows(shop: Shop) -> list[tuple[Any, ...]]:
    """Every business record as it is stored: to compare, in a tenth of the time that a dump takes."""
    tables = [mapped.table for mapped in (*DATASET, ORDER_LINES)]
    return shop._records.database.read_now(
        lambda db: [tuple(row) for table in tables for row in db.execute(select(table))]
    )


@pytest.fixture
def unchanged(shop: Shop) -> Iterator[None]:
    """Asserts at the end that no business record was changed."""
    before = business_rows(shop)
    yield
    assert business_rows(shop) == before
