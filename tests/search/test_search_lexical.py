"""Search by words: the right field counts most, endings and misspellings are forgiven, nonsense finds nothing."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph import kept
from shopgraph.connectors.ports import CatalogPort, SearchHit, SearchPort
from shopgraph.connectors.search import LexicalSearch
from shopgraph.connectors.search.analysis import quantity_forms, words
from shopgraph.connectors.search.concepts import Synonyms
from shopgraph.connectors.search.generation import Generation
from shopgraph.connectors.search.stores import last_rebuild, mark_rebuild
from shopgraph.domain import Product
from tests.search.conftest import MemoryCatalog, product


async def first(search: LexicalSearch, query: str) -> str:
    hits = await search.search(query)
    return hits[0].product_id if hits else ""


def test_it_is_a_search_port(catalog: CatalogPort) -> None:
    assert isinstance(LexicalSearch(catalog), SearchPort)


@pytest.mark.parametrize(
    ("query", "product_id"),
    [
        ("blue wrap dress", "dress"),
        ("do you have the blue wrap dress in M?", "dress"),
        ("Dresses in blue", "dress"),
        ("silver heel", "heels"),
        ("heels", "heels"),
        ("desk lamps", "lamp"),
        ("watches", "watches"),
        ("sliver heels", "heels"),
        ("bleu wrap dres", "dress"),
        ("sneekers", "sneakers"),
        ("trainers", "sneakers"),
        ("midnight silk", "gown"),
        ("KETTLE", "kettle"),
    ],
)
async def test_it_finds(catalog: CatalogPort, query: str, product_id: str) -> None:
    assert await first(LexicalSearch(catalog), query) == product_id


async def test_a_title_counts_more_than_a_description(catalog: CatalogPort) -> None:
    hits = await LexicalSearch(catalog).search("blue dress")
    assert hits[0].product_id == "dress"
    assert {hit.product_id for hit in hits} == {"dress", "gown", "heels"}
    assert hits[0].score > hits[1].score


@pytest.mark.parametrize(
    "query", ["", "   ", "the of and", "xylophone", "!!!", "0", "дом", '"', "NEAR(", "-", "' OR 1=1"]
)
async def test_nonsense_finds_nothing(catalog: CatalogPort, query: str) -> None:
    assert await LexicalSearch(catalog).search(query) == ()


async def test_one_chance_word_of_many_is_no_find(catalog: CatalogPort) -> None:
    assert await LexicalSearch(catalog).search("quarterly tax report about water treatment plants") == ()


@pytest.mark.parametrize("limit", [0, 1, 2])
async def test_the_limit_holds(catalog: CatalogPort, limit: int) -> None:
    assert len(await LexicalSearch(catalog).search("blue dress", limit=limit)) == limit


async def test_fewer_than_asked_are_not_filled_up(catalog: CatalogPort) -> None:
    assert [hit.product_id for hit in await LexicalSearch(catalog).search("kettle", limit=50)] == ["kettle"]


async def test_a_changed_catalog_is_seen_after_a_rebuild(catalog: CatalogPort) -> None:
    search = LexicalSearch(catalog)
    assert await first(search, "umbrella") == ""
    catalog.stock.append(Product(id="umbrella", title="Storm Umbrella"))  # type: ignore[attr-defined]
    assert await search.rebuild() == 8
    assert await first(search, "umbrella") == "umbrella"


async def test_an_empty_catalog_finds_nothing(catalog: CatalogPort) -> None:
    catalog.stock.clear()  # type: ignore[attr-defined]
    assert await LexicalSearch(catalog).search("dress") == ()


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("dress", "dresses"),
        ("watch", "watches"),
        ("box", "boxes"),
        ("jersey", "jerseys"),
        ("berry", "berries"),
        ("lamp", "lamps"),
    ],
)
def test_one_and_many_are_the_same_word(one: str, many: str) -> None:
    assert words(one) == words(many)


@pytest.mark.parametrize("text", ["27 inch", '27"', "27-inch", "27inches", "27 INCH", "27''", "27,0 inch"])
def test_a_quantity_is_one_word_however_written(text: str) -> None:
    assert words(text) == ["27", "27inch"]


def test_a_quantity_is_the_same_in_neighboring_units() -> None:
    assert {"1000gb", "1024gb"} <= set(quantity_forms("1tb"))
    assert "68_6cm" in quantity_forms("27inch")
    assert quantity_forms("27") == quantity_forms("gb") == ()


async def test_quantities_compounds_and_flags_are_found() -> None:
    search = LexicalSearch(
        MemoryCatalog(
            [
                product("big", "Desk Display", "Displays", '27" panel', bluetooth="no"),
                product("small", "Desk Display", "Displays", "24 inch panel", bluetooth="yes"),
                product("disk", "Portable Disk", "Storage", "1000 GB"),
                product("head", "Call Headset", "Audio", "For long calls."),
                product("buds", "Ear Bud Set", "Audio", "Ear bud tips in three sizes; one ear bud to spare."),
                product("buds2", "Ear Bud Cleaner", "Audio", "Cleans an ear bud."),
            ]
        )
    )
    assert await first(search, "27 inch display") == "big"
    assert await first(search, "27 display") == "big"
    assert await first(search, "1tb disk") == "disk"
    assert await first(search, "head set") == "head"
    assert await first(search, "bluetooth display") == "small"
    assert "buds" in {hit.product_id for hit in await search.search("earbuds")}


async def test_a_shops_own_synonyms_are_used(catalog: CatalogPort) -> None:
    assert await first(LexicalSearch(catalog, synonyms=Synonyms([])), "cauldron") == ""
    assert await first(LexicalSearch(catalog, synonyms=Synonyms([["cauldron", "kettle"]])), "cauldron") == "kettle"


async def test_the_very_word_comes_before_its_synonym() -> None:
    both = [product("sofa", "Corner Sofa", "Living"), product("couch", "Corner Couch", "Living")]
    assert [hit.product_id for hit in await LexicalSearch(MemoryCatalog(both)).search("couch")] == ["couch", "sofa"]


async def test_the_color_asked_for_comes_before_another() -> None:
    shirts = [
        product("red", "Linen Shirt Linen Shirt", "Shirts", color="red"),
        product("blue", "Shirt of long staple cotton with a linen collar", "Shirts", color="blue"),
    ]
    search = LexicalSearch(MemoryCatalog(shirts))
    assert await first(search, "linen shirt") == "red"
    assert await first(search, "blue linen shirt") == "blue"


async def test_a_brands_own_comes_before_what_names_it() -> None:
    things = [
        Product(id="case", title="Acme phone case", brand="Other"),
        Product(id="phone", title="Acme phone case", brand="Acme"),
    ]
    hits = await LexicalSearch(MemoryCatalog(things)).search("acme phone")
    assert [hit.product_id for hit in hits] == ["phone", "case"]


async def test_the_same_catalog_answers_the_same_in_any_order(catalog: CatalogPort) -> None:
    turned = MemoryCatalog(list(reversed(await catalog.all_products())))
    for query in ("blue dress", "shoes", "warm light", "leather"):
        assert await LexicalSearch(catalog).search(query) == await LexicalSearch(turned).search(query)


@given(st.text(max_size=60))
def test_any_text_has_words_that_an_index_takes(text: str) -> None:
    assert all(word and all(letter.isalnum() or letter == "_" for letter in word) for word in words(text))


@given(st.text(max_size=60))
async def test_any_query_is_answered(text: str) -> None:
    catalog = MemoryCatalog([product("dress", "Blue Wrap Dress", "Dresses", "Soft jersey.", color="blue")])
    assert len(await LexicalSearch(catalog).search(text)) <= 1


def test_importing_search_imports_no_index_library() -> None:
    code = "import sys, shopgraph.connectors.search; print(sorted({'chromadb', 'wordllama'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_what_was_found_is_kept_until_the_index_is_made_anew_or_a_customer_is_forgotten(
    catalog: CatalogPort, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[str] = []
    find = Generation.find

    def listening(generation: Generation, query: str, limit: int) -> tuple[SearchHit, ...]:
        searched.append(query)
        return find(generation, query, limit)

    monkeypatch.setattr(Generation, "find", listening)
    search = LexicalSearch(catalog)
    first_time = await search.search("blue dress")
    assert await search.search("blue dress") == first_time
    assert searched == ["blue dress"]
    assert await search.search("blue dress", limit=1) == first_time[:1]
    assert searched == ["blue dress"]
    kept.empty()  # what was typed is a customer's
    assert await search.search("blue dress") == first_time
    await search.rebuild()
    assert await search.search("blue dress") == first_time
    assert searched == ["blue dress"] * 3


@pytest.mark.parametrize("query", ["blue dress", "dress", "shoes without heels", "drses blu", "under $50", ""])
async def test_less_of_the_same_is_the_first_of_it(catalog: CatalogPort, query: str) -> None:
    search = LexicalSearch(catalog)
    whole = (await search._ready()).find(query, 10)
    for limit in range(-1, 11):
        assert (await search._ready()).find(query, limit) == whole[: max(0, limit)]
        assert await search.search(query, limit=limit) == whole[: max(0, limit)]
    assert len(await search.search("dress", limit=30)) >= len(await search.search("dress", limit=10))


class Counting(MemoryCatalog):
    """Counts how often it is read whole, and fails while it is `broken`."""

    reads = 0
    broken = False

    async def all_products(self) -> tuple[Product, ...]:
        self.reads += 1
        if self.broken:
            raise OSError("the records do not answer")
        return await super().all_products()


def rebuilt(folder: Path, nth: int) -> None:
    """As after a rebuild by another process; each has a time of its own, however fast they follow."""
    mark_rebuild(folder)
    os.utime(folder / "rebuilt", ns=(nth, nth))
    assert last_rebuild(folder) == nth


async def test_many_searches_after_a_rebuild_read_the_catalog_once(catalog: MemoryCatalog, tmp_path: Path) -> None:
    counting = Counting(catalog.stock)
    search = LexicalSearch(counting, folder=tmp_path)
    await search.search("kettle")
    rebuilt(tmp_path, 1)
    await asyncio.gather(*(search.search("kettle") for _ in range(20)))
    assert counting.reads == 2
    rebuilt(tmp_path, 2)
    await asyncio.gather(search.rebuild(), *(search.search("kettle") for _ in range(20)))
    assert counting.reads == 3


async def test_an_index_that_cannot_be_made_anew_leaves_the_one_before(
    catalog: MemoryCatalog, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    seconds = 0.0
    counting = Counting(catalog.stock)
    search = LexicalSearch(counting, folder=tmp_path, now=lambda: seconds)
    assert await first(search, "kettle") == "kettle"
    counting.stock.append(product("umbrella", "Zebra Umbrella", "Accessories"))
    counting.broken = True
    rebuilt(tmp_path, 1)
    for _ in range(3):
        assert await first(search, "kettle") == "kettle"
    assert counting.reads == 2
    assert [each.message for each in caplog.records] == [
        "The index of words cannot be made anew; searching in the one before (OSError('the records do not answer'))."
    ]
    rebuilt(tmp_path, 2)  # tried again at once
    assert await first(search, "umbrella") == ""
    assert counting.reads == 3
    counting.broken = False
    assert await first(search, "umbrella") == ""
    seconds = 30.0
    assert await first(search, "umbrella") == "umbrella"
    assert counting.reads == 4


async def test_a_rebuild_that_is_asked_for_says_that_it_failed(catalog: MemoryCatalog) -> None:
    counting = Counting(catalog.stock)
    search = LexicalSearch(counting)
    await search.search("kettle")
    counting.broken = True
    with pytest.raises(OSError, match="do not answer"):
        await search.rebuild()
    assert await first(search, "kettle") == "kettle"
