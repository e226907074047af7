"""Search by words: the right field counts most, endings and misspellings are forgiven, nonsense finds nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.connectors.ports import CatalogPort, SearchPort
from shopgraph.connectors.search import LexicalSearch
from shopgraph.connectors.search.lexical import stems
from shopgraph.domain import Product


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
        ("midnight silk", "gown"),
        ("KETTLE", "kettle"),
    ],
)
async def test_it_finds(catalog: CatalogPort, query: str, product_id: str) -> None:
    assert await first(LexicalSearch(catalog), query) == product_id


async def test_a_title_counts_more_than_a_description(catalog: CatalogPort) -> None:
    hits = await LexicalSearch(catalog).search("blue dress")
    assert [hit.product_id for hit in hits] == ["dress", "gown", "heels"]
    assert hits[0].score > hits[1].score > hits[2].score


@pytest.mark.parametrize("query", ["", "   ", "the of and", "xylophone", "!!!", "0", "дом"])
async def test_nonsense_finds_nothing(catalog: CatalogPort, query: str) -> None:
    assert await LexicalSearch(catalog).search(query) == ()


async def test_one_chance_word_of_many_is_no_find(catalog: CatalogPort) -> None:
    assert await LexicalSearch(catalog).search("quarterly tax report about water treatment plants") == ()


@pytest.mark.parametrize("limit", [0, 1, 2])
async def test_the_limit_holds(catalog: CatalogPort, limit: int) -> None:
    assert len(await LexicalSearch(catalog).search("blue dress", limit=limit)) == limit


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
    assert stems(one) == stems(many)


@given(st.text(max_size=200))
def test_any_text_has_stems(text: str) -> None:
    assert all(stem.strip() for stem in stems(text))


def test_importing_search_imports_no_index_library() -> None:
    code = "import sys, shopgraph.connectors.search; print(sorted({'chromadb', 'wordllama'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
