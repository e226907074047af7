"""Search by words and meaning: fused, rebuilt whole or not at all, and never worse off than words alone."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from shopgraph.connectors.ports import CatalogPort, SearchPort
from shopgraph.connectors.search import HybridSearch, LexicalSearch
from shopgraph.connectors.search import dense as dense_module
from shopgraph.connectors.search.dense import Collections, Embed, IndexDamaged, Vectors
from shopgraph.domain import Product
from tests.search.conftest import MemoryCatalog, product

ROOT = Path(__file__).resolve().parents[2]
MEANINGS = (("dress", "gown", "frock"), ("heels", "sneakers", "footwear"), ("lamp", "illuminate"), ("kettle", "tea"))

UNREADABLE = "The index cannot be read: `shopgraph search rebuild` makes it again."


def embed(texts: Sequence[str]) -> Vectors:
    """A vector per meaning, and a small part of each text's own so that no two texts are equal. Not of length one."""
    return [[*(_count(text, words) for words in MEANINGS), *_own(text)] for text in texts]


def _count(text: str, words: Sequence[str]) -> float:
    return float(any(word in text.lower() for word in words))


def _own(text: str) -> list[float]:
    return [0.001 * (sum(map(ord, text)) % modulus) for modulus in (97, 89, 83)]


def hybrid(catalog: CatalogPort, folder: Path) -> HybridSearch:
    return HybridSearch(catalog, folder, embedding=lambda: embed, model="meanings")


def pointer(folder: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads((folder / "current.json").read_text())
    return found


def generations(folder: Path) -> set[str]:
    """The keys of all collections and all files of words; each must have both."""
    with sqlite3.connect(folder / "chroma.sqlite3") as connection:
        names = {name.removeprefix("products-") for (name,) in connection.execute("SELECT name FROM collections")}
    connection.close()
    assert names == {file.stem.removeprefix("words-") for file in folder.glob("words-*.db")}
    return names


@pytest.mark.parametrize("exact", [0, 50_000])
async def test_it_finds_by_meaning_what_words_do_not(
    catalog: CatalogPort, tmp_path: Path, exact: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With Chroma's own search, and with the exact one of small catalogs."""
    monkeypatch.setattr(dense_module, "EXACT", exact)
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


async def test_neighbors_in_meaning_are_excluded_too(catalog: CatalogPort, tmp_path: Path) -> None:
    hits = await hybrid(catalog, tmp_path / "index").search("frock without silk")
    assert {hit.product_id for hit in hits} == {"dress", "heels"}


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


async def test_a_rebuild_swaps_in_the_new_and_keeps_one_before(catalog: CatalogPort, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    search = hybrid(catalog, folder)
    await search.search("frock")
    first = pointer(folder)["key"]
    catalog.stock.append(Product(id="ball", title="Ball frock"))  # type: ignore[attr-defined]
    assert await search.rebuild() == 8
    second = pointer(folder)
    assert second["before"] == first != second["key"]
    assert "ball" in {hit.product_id for hit in await search.search("frock")}
    assert generations(folder) == {first, second["key"]}
    catalog.stock.pop()  # type: ignore[attr-defined]
    catalog.stock.pop()  # type: ignore[attr-defined]
    assert await search.rebuild() == 6
    assert generations(folder) == {second["key"], pointer(folder)["key"]}


async def test_searches_during_a_rebuild_see_one_whole_index(catalog: CatalogPort, tmp_path: Path) -> None:
    """Each answer is that of the old catalog or that of the new one, never of a part."""
    folder = tmp_path / "index"
    search = hybrid(catalog, folder)
    before = await search.search("frock", limit=50)
    for number in range(20):
        catalog.stock.append(Product(id=f"new-{number}", title=f"Frock {number}"))  # type: ignore[attr-defined]
    rebuilding = asyncio.create_task(search.rebuild())
    answers = [await search.search("frock", limit=50)]
    while not rebuilding.done():
        answers.append(await search.search("frock", limit=50))
    after = await search.search("frock", limit=50)
    assert len(after) == len(before) + 20
    assert {hit.product_id for hit in before} < {hit.product_id for hit in after}
    assert set(answers) <= {before, after}


async def test_a_rebuild_that_breaks_off_changes_nothing(catalog: CatalogPort, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    await hybrid(catalog, folder).search("frock")
    first = pointer(folder)
    calls = iter(range(100))

    def breaking(texts: Sequence[str]) -> Vectors:
        if next(calls) == 0:
            raise KeyboardInterrupt
        return embed(texts)

    catalog.stock.append(Product(id="ball", title="Ball frock"))  # type: ignore[attr-defined]
    with pytest.raises(KeyboardInterrupt):
        await HybridSearch(catalog, folder, embedding=lambda: breaking, model="meanings").rebuild()
    assert pointer(folder) == first
    catalog.stock.pop()  # type: ignore[attr-defined]
    again = hybrid(catalog, folder)
    assert (await again.check()).well
    assert {hit.product_id for hit in await again.search("frock")} == {"dress", "gown", "heels"}


def test_an_index_that_does_not_find_its_own_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    collections = Collections(tmp_path / "index")
    monkeypatch.setattr(dense_module.DenseIndex, "unreachable", lambda self, most=None: ("two",))
    with pytest.raises(IndexDamaged, match="'two' by its own"):
        collections.make("products-one", {"one": "first", "two": "second", "three": "third"}, embed)
    assert collections.names() == []


def test_unreachable_products_are_named(tmp_path: Path) -> None:
    """Chroma has lost reachable records before: what it holds is compared with what it finds."""
    collections = Collections(tmp_path / "index")
    index = collections.make("products-one", {"one": "dress", "two": "kettle"}, embed)
    assert index.unreachable() == ()
    index._collection.update(ids=["two"], embeddings=[1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0])
    assert index.unreachable() == ("two",)


async def test_the_check_says_what_is_wrong(catalog: CatalogPort, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    search = hybrid(catalog, folder)
    found = await search.check()
    assert (found.well, found.reason, found.products, found.words) == (False, "There is no index.", 7, 0)
    await search.rebuild()
    found = await search.check()
    assert (found.well, found.products, found.words, found.vectors, found.stale) == (True, 7, 7, 7, ())
    catalog.stock[0] = catalog.stock[0].model_copy(update={"title": "Red Wrap Dress"})  # type: ignore[attr-defined]
    assert (await search.check()).reason == "Products have changed since the index was made."
    catalog.stock.append(Product(id="ball", title="Ball"))  # type: ignore[attr-defined]
    found = await search.check()
    assert (found.stale, found.reason) == (("ball",), "1 products are missing or too many.")
    next(folder.glob("words-*.db")).write_bytes(b"no database" * 100)
    assert (await search.check()).reason == UNREADABLE


async def test_a_damaged_vector_file_is_named_and_a_rebuild_makes_it_again(
    catalog: CatalogPort, tmp_path: Path
) -> None:
    folder = tmp_path / "index"
    first = hybrid(catalog, folder)
    await first.rebuild()
    first.close()
    (folder / "chroma.sqlite3").write_bytes(b"garbage\n")
    found = await hybrid(catalog, folder).check()
    assert (found.well, found.reason) == (False, UNREADABLE)
    again = hybrid(catalog, folder)
    await again.rebuild()
    assert again.dense
    assert (await again.check()).well
    assert {hit.product_id for hit in await again.search("frock")} == {"dress", "gown", "heels"}


async def test_another_processs_rebuild_is_seen(catalog: CatalogPort, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    search = hybrid(catalog, folder)
    assert "ball" not in {hit.product_id for hit in await search.search("frock")}
    code = """
import asyncio, sys
from pathlib import Path
from shopgraph.domain import Product
from tests.search.conftest import MemoryCatalog
from tests.search.test_search_hybrid import hybrid
asyncio.run(hybrid(MemoryCatalog([Product(id="ball", title="Ball frock")]), Path(sys.argv[1])).rebuild())
"""
    other = [sys.executable, "-c", code, str(folder)]
    await asyncio.to_thread(subprocess.run, other, check=True, cwd=ROOT)
    assert [hit.product_id for hit in await search.search("frock")] == ["ball"]
    assert search.dense


async def test_words_that_go_away_are_made_again(
    catalog: CatalogPort, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    search = hybrid(catalog, tmp_path / "index")
    await search.search("frock")
    assert search._generation is not None
    search._generation.words.close()
    with caplog.at_level(logging.WARNING):
        assert (await search.search("silver heels"))[0].product_id == "heels"
    assert "making it again" in caplog.text


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
    assert len(caplog.records) == 1


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


async def test_a_search_by_words_alone_notices_a_rebuild_by_another_process(
    catalog: MemoryCatalog, tmp_path: Path
) -> None:
    running, other = LexicalSearch(catalog, folder=tmp_path), hybrid(catalog, tmp_path)
    assert await running.search("umbrella") == ()
    catalog.stock.append(product("umbrella", "Zebra Umbrella", "Accessories"))
    assert await running.search("umbrella") == ()
    await other.rebuild()
    assert [hit.product_id for hit in await running.search("umbrella")] == ["umbrella"]
    catalog.stock.pop()
    await other.rebuild()
    assert await running.search("umbrella") == ()
    other.close()


async def test_a_rebuild_by_another_process_ends_the_search_by_words_alone(
    catalog: CatalogPort, tmp_path: Path
) -> None:
    """The catalog is unchanged, and so is what is pointed to."""
    broken = False

    def breaking(texts: Sequence[str]) -> Vectors:
        if broken:
            raise OSError("index file is gone")
        return embed(texts)

    running = HybridSearch(catalog, tmp_path, embedding=lambda: breaking, model="meanings")
    found = await running.search("frock")
    before = pointer(tmp_path)
    broken = True
    assert await running.search("frock") == ()
    broken = False
    assert await running.search("frock") == ()
    await hybrid(catalog, tmp_path).rebuild()
    assert pointer(tmp_path) == before
    assert await running.search("frock") == found != ()
    assert running.dense


async def test_a_vector_file_that_another_process_made_from_nothing_is_opened(
    catalog: CatalogPort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chroma's client would go on in the deleted file."""
    monkeypatch.setattr(dense_module, "EXACT", 0)
    running = hybrid(catalog, tmp_path)
    found = await running.search("frock")
    (tmp_path / "chroma.sqlite3").write_bytes(b"garbage\n")
    (tmp_path / "products.json").write_text(
        json.dumps([each.model_dump(mode="json") for each in await catalog.all_products()])
    )
    code = """
import asyncio, json, sys
from pathlib import Path
from shopgraph.domain import Product
from tests.search.conftest import MemoryCatalog
from tests.search.test_search_hybrid import hybrid
folder = Path(sys.argv[1])
products = [Product.model_validate(each) for each in json.loads((folder / "products.json").read_text())]
asyncio.run(hybrid(MemoryCatalog(products), folder).rebuild())
"""
    other = [sys.executable, "-c", code, str(tmp_path)]
    await asyncio.to_thread(subprocess.run, other, check=True, cwd=ROOT)
    assert await running.search("frock") == found != ()
    assert running.dense
    assert (await running.check()).well


async def test_a_rebuild_of_its_own_is_not_followed(
    catalog: CatalogPort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = hybrid(catalog, tmp_path)
    await search.rebuild()
    made = search._generation
    await search.search("frock")
    assert search._generation is made
