"""Queries are read as the catalog writes, and the thing asked for comes before what goes with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.connectors.search import LexicalSearch
from shopgraph.connectors.search.concepts import Synonyms, concepts_of
from shopgraph.connectors.search.documents import CatalogFacts, document, facts_of
from shopgraph.connectors.search.kinds import kinds, parts
from shopgraph.connectors.search.query_words import query_words
from shopgraph.connectors.search.words_index import Phrase
from shopgraph.connectors.search.words_sqlite import SqliteWords
from tests.search.conftest import MemoryCatalog, product

THINGS = [
    *(product(f"board{number}", f"Slim Keyboard {number}", "Input") for number in range(12)),
    *(product(f"bag{number}", f"Camera case, model {number}", "Bags") for number in range(3)),
    product("key", "Spare key", "Locks", "Cut by hand."),
    product("board", "Chalk board", "Office", "Comes with a key for its lock."),
    product("calculator", "Pocket calculator", "Office"),
    product("pad1", "Mouse pad", "Input"),
    product("pad2", "Mouse pad, large", "Input"),
    product("pad3", "Thin mousepad", "Input"),
    product("tv", 'Flat TV 32"', "Screens"),
    product("pack", "Screws 40 pcs", "Hardware"),
    product("pc", "Quiet PC", "Computers"),
]
DOCUMENTS = [document(each) for each in THINGS]
INDEX = SqliteWords.in_memory(DOCUMENTS)
FACTS = INDEX.facts


def together(phrases: object, most: int) -> int:
    """By looking at every document."""
    assert isinstance(phrases, (list, tuple))
    return min(most, sum(all(_holds(each.title + each.body, phrase) for phrase in phrases) for each in DOCUMENTS))


def _holds(said: tuple[str, ...], phrase: Phrase) -> bool:
    return any(said[at : at + len(phrase)] == phrase for at in range(len(said)))


@pytest.mark.parametrize(
    ("query", "read"),
    [
        ("key board", ["keyboard"]),  # nearly always one word here
        ("cameracase", ["camera", "case"]),
        ("mousepad", ["mouse", "pad"]),  # mostly two words here
        ("mouse pad", ["mouse", "pad"]),
        ("calclator", ["calculator"]),
        ("calculators", ["calculator"]),
        ("keybord", ["keyboard"]),
        ("tvs", ["tv"]),
        ("i am looking for a keyboard please", ["keyboard"]),
        ("zeppelin", ["zeppelin"]),
    ],
)
def test_a_query_is_read_as_the_catalog_writes(query: str, read: list[str]) -> None:
    found = query_words(query, FACTS, together)
    assert [each.said.removesuffix("s") for each in found] == read


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("camera case", "case"),
        ("case for camera", "case"),
        ("keyboard, black", "keyboard"),
        ("i am looking for a keyboard with light", "keyboard"),
    ],
)
def test_a_query_says_what_it_looks_for(query: str, kind: str) -> None:
    read = query_words(query, FACTS, together)
    assert [each.said for each in read if each.kind] == [kind]
    assert [each.word for each in concepts_of(read, FACTS, Synonyms([])) if each.kind] == [kind]


@pytest.mark.parametrize(
    ("query", "product_ids"),
    [
        ("cameracase", {"bag0", "bag1", "bag2"}),
        ("mousepad", {"pad1", "pad2", "pad3"}),
        ("mouse pad", {"pad1", "pad2", "pad3"}),
        ("calclator", {"calculator"}),
        ("tvs", {"tv"}),
        ("pc", {"pc"}),  # 40 pcs are no computers
    ],
)
async def test_however_written_it_is_found(query: str, product_ids: set[str]) -> None:
    assert {hit.product_id for hit in await LexicalSearch(MemoryCatalog(THINGS)).search(query)} == product_ids


async def test_two_words_for_one_find_what_is_written_as_one() -> None:
    hits = await LexicalSearch(MemoryCatalog(THINGS)).search("key board", limit=12)
    assert {hit.product_id for hit in hits} == {f"board{number}" for number in range(12)}


async def test_the_thing_comes_before_what_goes_with_it() -> None:
    things = [
        product("mount", "TV wall mount, steel, tilts", "Mounts"),
        product("cable", "Cable for TV, two meters, white", "Cables"),
        product("tv", "Acme 800 flat TV 81 cm black", "Screens", color="black"),
    ]
    search = LexicalSearch(MemoryCatalog(things))
    assert (await search.search("tv"))[0].product_id == "tv"
    assert (await search.search("tv mount"))[0].product_id == "mount"
    assert (await search.search("cable for tv"))[0].product_id == "cable"


@pytest.mark.parametrize(
    ("title", "attributes", "kind"),
    [
        ("Leather case for tablets, black", {}, {"case"}),
        ("Acme X2 headset Head-band Black", {"wearing style": "Head-band", "color": "Black"}, {"headset"}),
        ('Acme notebook case 39.1 cm (15.4") Sleeve case', {"case type": "Sleeve case"}, {"case"}),
        ("Blue wrap dress with belt", {"color": "Blue"}, {"dress"}),
        ("Acme.com 2 port switch w/ audio", {}, {"switch"}),
        ("For tablets", {}, set()),
        ("Black", {"color": "Black"}, set()),
    ],
)
def test_a_title_says_what_the_thing_is(title: str, attributes: dict[str, str], kind: set[str]) -> None:
    assert kinds(title, "", "", attributes.items()) == kind


@given(st.text(max_size=40))
def test_the_parts_of_a_text_are_the_text(text: str) -> None:
    assert "".join(parts(text)) == text


@given(st.text(alphabet="abemousepad4 ", max_size=60))
def test_reading_makes_no_word_that_neither_query_nor_catalog_has(query: str) -> None:
    for each in query_words(query, FACTS, together):
        assert each.word in FACTS.holders or each.said in query
        assert all(near in FACTS.holders for near in each.spellings)


def test_facts_are_kept_whole() -> None:
    facts = facts_of(DOCUMENTS)
    assert facts.forms["mous"] == "mouse"
    assert facts.apart == {"mousepad": 2}
    assert CatalogFacts.load(facts.dump()) == facts
