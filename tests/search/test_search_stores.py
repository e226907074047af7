"""SQLite and PostgreSQL keep the same words and give the same answers; whole generations, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shopgraph.config import CatalogLanguage, Settings
from shopgraph.connectors.search import LexicalSearch
from shopgraph.connectors.search.concepts import shipped_synonyms
from shopgraph.connectors.search.documents import SearchDocument, document, key_of
from shopgraph.connectors.search.generation import Generation
from shopgraph.connectors.search.stores import SqliteStore, WordStore
from shopgraph.connectors.search.words_index import IndexGone, WordIndex, WordQuery
from shopgraph.connectors.search.words_sqlite import SqliteWords
from shopgraph.domain import Product, ProductVariant
from shopgraph.shop import Shop, shop_options

PRODUCTS = (
    Product(id="dress", title="Blue Wrap Dress", category="Dresses", description="Soft jersey.", brand="Nord's"),
    Product(id="gown", title="Evening Gown", category="Dresses", attributes={"color": "midnight blue"}),
    Product(id="buds", title="Ear Bud Set", description="Two ear bud tips, 27 inch cord.", brand="Acme"),
    Product(id="bud", title="Ear", description="bud vase"),
    Product(id="odd", title="Kabel \\ 'quoted' \"und\" Größe & дом | (5) :* !", description="1.5 m 日本"),
    Product(id="empty", title="-"),
    Product(id="case", title="Phone case", attributes={"material": "leather", "bluetooth": "no"}, brand="Acme"),
)
QUERIES = (
    "blue dress", "dress not blue", "earbuds", "ear bud", "acme", "27 inch", '27" cord', "kabel groesse", "größe",
    "дом", "日本", "1.5 m", "phone case", "phone case without leather", "nord's", "size m", "evning gwon",
    "quoted", "' | !", "bluetooth", "soft jersey dress blue wrap", "\\", "set ear",
)  # fmt: skip


def documents() -> tuple[SearchDocument, ...]:
    medium = ProductVariant(sku="dress-m", product_id="dress", title="M", options={"size": "M"})
    return tuple(document(each, [medium] if each.id == "dress" else []) for each in PRODUCTS)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[WordStore]:
    made = _store(request, request.param, tmp_path)
    yield made
    made.close()


def _store(request: pytest.FixtureRequest, kind: str, folder: Path) -> WordStore:
    if kind == "sqlite":
        return SqliteStore(folder)
    from shopgraph.connectors.search.words_postgres import PostgresStore

    return PostgresStore(request.getfixturevalue("postgres_database"))


def found(words: WordIndex, query: str) -> list[tuple[str, float]]:
    whole = Generation(key="a", words=words, dense=None, synonyms=shipped_synonyms())
    return [(hit.product_id, hit.score) for hit in whole.find(query, 10)]


def test_what_is_made_can_be_opened_and_answers_the_same(store: WordStore) -> None:
    key = key_of(documents(), "")
    assert store.open(key) is None
    made = store.make(key, documents())
    opened = store.open(key)
    assert opened is not None
    assert opened.facts == made.facts
    assert opened.ids() == {each.id for each in PRODUCTS}
    assert {row.id for row in opened.rows(["gown", "none", "bud"])} == {"gown", "bud"}
    assert opened.rows([]) == []
    for query in QUERIES:
        assert found(opened, query) == found(made, query)
    made.close()
    opened.close()


def test_what_is_found(store: WordStore) -> None:
    words = store.make("ab", documents())
    assert found(words, "blue dress in m")[0][0] == "dress"
    assert [key for key, _ in found(words, "dress not blue")] == []
    assert {key for key, _ in found(words, "ear buds")} == {"buds", "bud"}
    assert found(words, "earbuds") == found(words, "ear buds")
    assert [key for key, _ in found(words, "27 inch")] == ["buds"]
    assert [key for key, _ in found(words, "größe")] == ["odd"]
    assert [key for key, _ in found(words, "дом")] == ["odd"]
    assert [key for key, _ in found(words, "phone case without leather")] == []
    assert [key for key, _ in found(words, "bluetooth")] == []


SHOES = {
    "de": (
        Product(id="boots", title="Wanderschuhe aus Leder", category="Schuhe", description="Bequem, in Größen bis 46."),
        Product(id="case", title="Lederhülle für Tablets", category="Hüllen", attributes={"farbe": "blau"}),
        Product(id="glove", title="Fäustling", category="Handschuhe", description="Ohne Leder, aus Wolle."),
    ),
    "fr": (
        Product(id="robe", title="Robes légères en soie", category="Robes", attributes={"couleur": "bleue"}),
        Product(id="belt", title="Ceinture pour robe", category="Ceintures", description="De l'or sur du cuir."),
    ),
    "es": (
        Product(id="shirt", title="Camisas blancas de algodón", category="Camisas"),
        Product(id="box", title="Caja para camisas", category="Cajas", description="Madera oscura."),
    ),
}


@pytest.mark.parametrize(
    ("language", "query", "keys"),
    [
        ("de", "Wanderschuh", ["boots"]),
        ("de", "bequemer Schuh in der Größe 46", ["boots"]),
        ("de", "lederhüllen", ["case"]),
        ("de", "Schuhe ohne Leder oder Wolle", []),
        ("de", "Leder Hülle", ["case", "glove", "boots"]),
        ("de", "Fäustlinge ohne Leder", []),
        ("de", "Fäustlinge", ["glove"]),
        ("fr", "une robe légère", ["robe", "belt"]),
        ("fr", "cuirs d'or", ["belt"]),
        ("fr", "robe sans soie", ["belt"]),
        ("es", "busco una camisa blanca", ["shirt", "box"]),
        ("es", "cajas", ["box"]),
        ("es", "camisa", ["shirt", "box"]),
    ],
)
def test_a_catalog_in_another_language_is_read_with_its_own_endings(
    store: WordStore, language: str, query: str, keys: list[str]
) -> None:
    stock = tuple(document(each, language=language) for each in SHOES[language])
    words = store.make("ab", stock)
    reopened = store.open("ab")
    assert reopened is not None
    assert reopened.facts.language == language
    assert [key for key, _ in found(words, query)] == keys
    assert found(reopened, query) == found(words, query) == _by_sqlite_in_memory(stock, query)


def _by_sqlite_in_memory(stock: tuple[SearchDocument, ...], query: str) -> list[tuple[str, float]]:
    """The answers of both engines are equal."""
    return found(SqliteWords.in_memory(stock), query)


def test_an_index_is_made_anew_for_another_language_and_stays_for_english() -> None:
    german = tuple(document(each, language="de") for each in PRODUCTS)
    assert key_of(german, "") != key_of(documents(), "")
    assert key_of(tuple(document(each, language="en") for each in PRODUCTS), "") == key_of(
        tuple(document(each) for each in PRODUCTS), ""
    )


def test_a_phrase_crosses_no_field(store: WordStore) -> None:
    words = store.make("ab", documents())
    assert [row.id for row in words.matching(WordQuery(wanted=((("ear", "bud"),),)))] == ["buds"]


def test_the_limit_and_every_or_any_hold(store: WordStore) -> None:
    words = store.make("ab", documents())
    wanted = ((("blue",),), (("dress",),))
    assert {row.id for row in words.matching(WordQuery(wanted=wanted))} == {"dress", "gown"}
    assert len(words.matching(WordQuery(wanted=wanted, every=False, limit=1))) == 1
    assert words.matching(WordQuery(wanted=())) == []
    assert words.matching(WordQuery(wanted=wanted, unwanted=("blue",), every=False)) == []


def test_an_index_of_nothing(store: WordStore) -> None:
    words = store.make("ab", ())
    assert words.ids() == frozenset()
    assert found(words, "dress") == []


def test_only_what_is_kept_stays_and_a_made_one_replaces(store: WordStore) -> None:
    for key in ("aa", "bb", "cc"):
        store.make(key, documents()).close()
    store.make("cc", documents()[:2]).close()
    store.keep_only({"bb", "cc", ""})
    assert store.open("aa") is None
    kept = store.open("cc")
    assert kept is not None
    assert kept.ids() == {"dress", "gown"}
    assert store.open("bb") is not None


def test_an_index_that_is_gone_says_so(store: WordStore) -> None:
    words = store.make("ab", documents())
    words.close()
    store.keep_only(())
    with pytest.raises(IndexGone):
        words.ids()


def test_a_table_has_no_name_but_a_hash() -> None:
    from shopgraph.connectors.search.words_postgres import PostgresStore

    store = PostgresStore("postgresql+psycopg://nobody@localhost:1/none")
    with pytest.raises(ValueError, match="no key"):
        store.make("x; DROP TABLE orders", ())


@pytest.mark.postgres
def test_sqlite_and_postgres_answer_the_same(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    stores = [_store(request, kind, tmp_path) for kind in ("sqlite", "postgres")]
    one, other = (store.make("ab", documents()) for store in stores)
    assert one.facts == other.facts
    answers = {query: found(one, query) for query in QUERIES}
    assert sum(map(bool, answers.values())) > 15
    assert {query: found(other, query) for query in QUERIES} == answers
    for store in stores:
        store.close()


async def test_a_shop_says_what_language_its_catalog_is_in() -> None:
    options = shop_options(Settings(catalog_language=CatalogLanguage.GERMAN))
    with Shop.demo(stores=1, search=options["search"], catalog_language=options["catalog_language"]) as shop:
        search = shop.connectors.search
        assert isinstance(search, LexicalSearch)
        assert (await search.understand("Kleid ohne Blumen")).unwanted == ("blum",)
    with pytest.raises(ValueError, match="pt"):
        Shop.demo(stores=1, catalog_language="pt")
