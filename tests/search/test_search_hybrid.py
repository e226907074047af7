"""Search by words and meaning: fused, rebuildable, and never worse off than words alone."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from shopgraph.connectors.ports import CatalogPort, SearchPort
from shopgraph.connectors.search import HybridSearch
from shopgraph.connectors.search.dense import DenseIndex, Embed, IndexDamaged, Vectors
from shopgraph.domain import Product

MEANINGS = (("dress", "gown", "frock"), ("heels", "sneakers", "footwear"), ("lamp", "illuminate"), ("kettle", "tea"))


def embed(texts: Sequence[str]) -> Vectors:
    """A vector per meaning, and a small part of each text's own so that no two texts are equal."""
    return [_unit([*(_count(text, words) for words in MEANINGS), *_own(text)]) for text in texts]


def _count(text: str, words: Sequence[str]) -> float:
    return float(any(word in text.lower() for word in words))


def _own(text: str) -> list[float]:
    return [0.001 * (sum(map(ord, text)) % modulus) for modulus in (97, 89, 83)]


def _unit(vector: list[float]) -> list[float]:
    norm = sum(value * value for value in vector) ** 0.5 or 1.0
    return [value / norm for value in vector]


def hybrid(catalog: CatalogPort, folder: Path) -> HybridSearch:
    return HybridSearch(catalog, folder, embedding=lambda: embed, model="meanings")


async def test_it_finds_by_meaning_what_words_do_not(catalog: CatalogPort, tmp_path: Path) -> None:
    search = hybrid(catalog, tmp_path / "index")
    assert isinstance(search, SearchPort)
    hits = await search.search("frock")
    assert {hit.product_id for hit in hits} == {"dress", "gown", "heels"}
    assert search.dense
    assert (await search.search("blue wrap dress"))[0].product_id == "dress"


async def test_what_nothing_is_like_finds_nothing(catalog: CatalogPort, tmp_path: Path) -> None:
    def orthogonal(texts: Sequence[str]) -> Vectors:
        return [[0.0, 1.0] if text == "xylophone" else [1.0, 0.0] for text in texts]

    search = HybridSearch(catalog, tmp_path / "index", embedding=lambda: orthogonal, model="two")
    assert await search.search("xylophone") == ()


async def test_an_unchanged_catalog_is_not_indexed_again(catalog: CatalogPort, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    await hybrid(catalog, folder).search("frock")
    seen: list[int] = []

    def counting(texts: Sequence[str]) -> Vectors:
        seen.append(len(texts))
        return embed(texts)

    again = HybridSearch(catalog, folder, embedding=lambda: counting, model="meanings")
    assert len(await again.search("frock")) == 3
    assert seen == [1]


async def test_a_rebuild_swaps_in_the_new_and_drops_the_old(catalog: CatalogPort, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    search = hybrid(catalog, folder)
    await search.search("frock")
    before = json.loads((folder / "current.json").read_text())
    catalog.stock.append(Product(id="ball", title="Ball frock"))  # type: ignore[attr-defined]
    assert await search.rebuild() == 8
    assert json.loads((folder / "current.json").read_text()) != before
    assert "ball" in {hit.product_id for hit in await search.search("frock")}
    with sqlite3.connect(folder / "chroma.sqlite3") as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM collections")]
    connection.close()
    assert names == [json.loads((folder / "current.json").read_text())["collection"]]


def test_an_index_that_does_not_find_its_own_is_not_swapped_in(tmp_path: Path) -> None:
    turn = iter(range(100))

    def forgetful(texts: Sequence[str]) -> Vectors:
        return [[float(place == at) for place in range(8)] for at in (next(turn) for _ in texts)]

    index = DenseIndex(tmp_path / "index", forgetful, model="forgetful")
    with pytest.raises(IndexDamaged, match="by its own text"):
        index.ensure({"one": "first", "two": "second", "three": "third"})
    assert not (tmp_path / "index" / "current.json").exists()
    assert index.nearest("first", 1) == []


async def test_without_the_vector_side_it_searches_by_words_and_says_so(
    catalog: CatalogPort, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def missing() -> Embed:
        raise ModuleNotFoundError("No module named 'wordllama'")

    search = HybridSearch(catalog, tmp_path / "index", embedding=missing)
    with caplog.at_level(logging.WARNING):
        assert (await search.search("blue wrap dress"))[0].product_id == "dress"
        assert (await search.search("silver heels"))[0].product_id == "heels"
    assert not search.dense
    assert len(caplog.records) == 1
    assert "searching by words alone" in caplog.text


async def test_a_failure_while_searching_costs_only_the_meaning(
    catalog: CatalogPort, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken = False

    def breaking(texts: Sequence[str]) -> Vectors:
        if broken:
            raise OSError("index file is gone")
        return embed(texts)

    search = HybridSearch(catalog, tmp_path / "index", embedding=lambda: breaking, model="meanings")
    assert await search.search("frock")
    broken = True
    with caplog.at_level(logging.WARNING):
        assert await search.search("frock") == ()
        assert (await search.search("silver heels"))[0].product_id == "heels"
    assert "does not answer" in caplog.text


async def test_a_damaged_folder_costs_only_the_meaning(
    catalog: CatalogPort, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "index"
    folder.mkdir()
    (folder / "chroma.sqlite3").write_bytes(b"no database" * 1000)
    with caplog.at_level(logging.WARNING):
        assert (await hybrid(catalog, folder).search("silver heels"))[0].product_id == "heels"
    assert "cannot be made" in caplog.text


async def test_the_bundled_embedding_works_without_a_network(catalog: CatalogPort, tmp_path: Path) -> None:
    search = HybridSearch(catalog, tmp_path / "index")
    hits = await search.search("something to illuminate my table")
    assert search.dense
    assert "lamp" in [hit.product_id for hit in hits]
