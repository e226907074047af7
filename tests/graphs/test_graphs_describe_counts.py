"""What a description counts: all reviews."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from shopgraph.connectors.demo.cast import TREND_REGION_ID
from shopgraph.graphs.describe.material import read_material
from shopgraph.graphs.describe.templates import write
from shopgraph.shop import Shop

DRESS = "prd_blue_wrap_dress"


def _do(folder: Path, statement: str, *filled: str) -> None:
    """Change the shop's file behind its back."""
    with closing(sqlite3.connect(folder / "shop.db")) as file, file:
        file.execute(statement, filled)


def _reviewed(folder: Path, stars: int, times: int) -> None:
    """So many reviews more, each older than all before."""
    with closing(sqlite3.connect(folder / "shop.db")) as file, file:
        for number in range(times):
            file.execute(
                "insert into reviews (id, product_id, rating, title, body, created_at) values (?, ?, ?, '', '', ?)",
                (f"more_{stars}_{number}", DRESS, stars, number),
            )


async def test_a_rating_is_of_all_reviews(shop: Shop, tmp_path: Path) -> None:
    _do(tmp_path / "shop", "delete from reviews")
    _reviewed(tmp_path / "shop", 1, 60)
    _reviewed(tmp_path / "shop", 5, 60)
    material = await read_material(shop, DRESS, TREND_REGION_ID, "")
    assert (material.rating.mean, material.rating.reviews) == (3.0, 120)
    assert "Rated 3 of 5 in 120 reviews." in write("social", material)
