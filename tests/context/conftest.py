"""A demo shop per test: made once, copied as a folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from shopgraph.clock import parse_instant
from shopgraph.connectors.demo import generate
from shopgraph.shop import DEMO_INSTANT, Shop


@pytest.fixture(scope="session")
def context_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed demo shop."""
    folder = tmp_path_factory.mktemp("context") / "shop"
    meta, parts = generate(stores=1, seed=7, at=parse_instant(DEMO_INSTANT))
    Shop.create(folder, meta, parts).close()
    return folder


@pytest.fixture
def shop(context_folder: Path, tmp_path: Path) -> Iterator[Shop]:
    """An open copy of the demo shop."""
    folder = tmp_path / "shop"
    shutil.copytree(context_folder, folder)
    opened = Shop.open(folder, source_deadline_ms=60_000)  # a slow machine makes no source late
    yield opened
    opened.close()
