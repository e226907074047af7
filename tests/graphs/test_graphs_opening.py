"""Workers that begin at the same moment open the same files: the first that sets one up holds up the others."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import pytest
from sqlalchemy import make_url

from shopgraph.graphs.checkpoints import LoopFreeSqliteSaver, postgres_saver
from shopgraph.graphs.memory.stores import LoopFreeSqliteStore, postgres_store
from shopgraph.shop.places import plain_url


class _Opened(Protocol):
    def close(self) -> None: ...


@pytest.mark.parametrize("opening", [LoopFreeSqliteSaver.open, LoopFreeSqliteStore.open])
def test_a_new_file_is_opened_by_several_at_once(opening: Callable[[Path], _Opened], tmp_path: Path) -> None:
    together = threading.Barrier(4)

    def one(path: Path) -> _Opened:
        together.wait()
        return opening(path)

    with ThreadPoolExecutor(4) as pool:
        for number in range(12):
            path = tmp_path / f"{number}.db"
            for opened in pool.map(one, [path] * 4):
                opened.close()


@pytest.mark.parametrize("opening", [postgres_saver, postgres_store])
def test_a_new_database_is_opened_by_several_at_once(
    opening: Callable[[str], tuple[Any, _Opened]], postgres_database: str
) -> None:
    together = threading.Barrier(3)
    url = plain_url(make_url(postgres_database))

    def one(_: int) -> _Opened:
        together.wait()
        return opening(url)[1]

    with ThreadPoolExecutor(3) as threads:
        for pool in threads.map(one, range(3)):
            pool.close()
