"""What a query asks for beside its words: prices, what is unwanted, brands, colors, sizes; and what is none of it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.connectors.ports import CatalogPort
from shopgraph.connectors.search import LexicalSearch, PriceRange, understand
from shopgraph.connectors.search.analysis import words
from shopgraph.connectors.search.documents import document, facts_of
from shopgraph.connectors.search.understanding import price_range
from shopgraph.domain import Product, ProductVariant
from tests.search.conftest import MemoryCatalog

USD = ("USD", "AUD", "CAD", "HKD", "MXN", "NZD", "SGD")
FACTS = facts_of(
    [
        document(
            Product(id="one", title="Leather belt", brand="Nord & Sons", attributes={"color": "brown"}),
            [ProductVariant(sku="one-m", product_id="one", title="M", options={"size": "M"})],
        ),
        document(Product(id="two", title="No Frost fridge", description="Silk, suede and wool.", brand="Acme")),
    ]
)


@pytest.mark.parametrize(
    ("query", "low", "high", "currencies", "rest"),
    [
        ("shoes under $50", None, "50", USD, "shoes"),
        ("shoes below 50 euros", None, "50", ("EUR",), "shoes"),
        ("shoes up to €49,99 please", None, "49.99", ("EUR",), "shoes please"),
        ("laptop less than 1,299.00 usd", None, "1299", ("USD",), "laptop"),
        ("laptop max 1.299 eur", None, "1299", ("EUR",), "laptop"),
        ("laptop under 1.299,50 €", None, "1299.50", ("EUR",), "laptop"),
        ("dress under 60", None, "60", (), "dress"),
        ("dress under 60 for a wedding", None, "60", (), "dress for a wedding"),
        ("a dress no more than $60", None, "60", USD, "a dress"),
        ("watch over £200", "200", None, ("GBP",), "watch"),
        ("watch from $100 to $200", "100", "200", USD, "watch"),
        ("watch between 100 and 200", "100", "200", (), "watch"),
        ("$100-$200 watch", "100", "200", USD, "watch"),
        ("watch over $100 under $200", "100", "200", USD, "watch"),
        ("kettle >= $20 <= $40", "20", "40", USD, "kettle"),
        ("Kleid unter 50 €", None, "50", ("EUR",), "Kleid"),
        ("Kleid zwischen 20 und 40 Euro", "20", "40", ("EUR",), "Kleid"),
        ("Schuhe ab 30 € bis zu 49,90 €", "30", "49.90", ("EUR",), "Schuhe"),
        ("robe de moins de 50 €", None, "50", ("EUR",), "robe de"),
        ("robe entre 20 et 40 €", "20", "40", ("EUR",), "robe"),
        ("vestido de menos de 50 €", None, "50", ("EUR",), "vestido de"),
        ("vestido desde 20 €", "20", None, ("EUR",), "vestido"),
        ("dress $60 or less", None, "60", USD, "dress"),
        ("dress 60 dollars or under", None, "60", USD, "dress"),
        ("dress $60 max", None, "60", USD, "dress"),
        ("dress under $60 maximum", None, "60", USD, "dress"),
        ("dress $60+", "60", None, USD, "dress"),
        ("dress $60 and up", "60", None, USD, "dress"),
        ("dress around $60", "48", "72", USD, "dress"),
        ("laptop under $1k", None, "1000", USD, "laptop"),
        ("laptop $1.5k or less", None, "1500", USD, "laptop"),
        ("Kleid 60 € oder weniger", None, "60", ("EUR",), "Kleid"),
        ("Kleid nicht mehr als 60 €", None, "60", ("EUR",), "Kleid"),
        ("Kleid etwa 60 €", "48", "72", ("EUR",), "Kleid"),
        ("robe 60 € ou moins", None, "60", ("EUR",), "robe"),
        ("robe pas plus de 60 €", None, "60", ("EUR",), "robe"),
        ("vestido 60 € como máximo", None, "60", ("EUR",), "vestido"),
        ("vestido 60 € o más", "60", None, ("EUR",), "vestido"),
    ],
)
def test_a_price_is_read(query: str, low: str | None, high: str | None, currencies: tuple[str, ...], rest: str) -> None:
    asked = PriceRange(
        at_least=Decimal(low) if low else None, at_most=Decimal(high) if high else None, currencies=currencies
    )
    assert price_range(query) == (asked, rest)


@pytest.mark.parametrize(
    "query",
    [
        "monitor under 27 inch", 'tv over 65"', "under desk treadmill", "ages 3 to 5", "pack of 10-20", "iphone 11",
        "up to 50 pages", "between seasons jacket", "over 2 kg dumbbell", "", "7 to 8 hours", "from scratch",
        "iphone 11 max", "tv up to 4k", "ages 3 and up", "about 40", "Jacke ab Werk", "unter 27 Zoll",
        "entre nous", "de 3 a 5", "gift set $25 + free shipping",
    ],
)  # fmt: skip
def test_a_number_that_is_no_price_stays(query: str) -> None:
    assert price_range(query) == (PriceRange(), " ".join(query.split()))


@given(amounts=st.lists(st.integers(1, 999), min_size=1, max_size=3000), cue=st.sampled_from(["<$", "under $", "> $"]))
def test_of_many_prices_the_first_counts(amounts: list[int], cue: str) -> None:
    asked, rest = price_range(" ".join(f"{cue}{amount} lamp" for amount in amounts))
    first = Decimal(amounts[0])
    assert (asked.at_least if ">" in cue else asked.at_most) == first
    assert rest == " ".join(["lamp"] * len(amounts))


def test_a_long_row_of_prices_is_read() -> None:
    assert price_range("<$1 " * 3_000) == (PriceRange(at_most=Decimal(1), currencies=USD), "")


@pytest.mark.timeout(60)
@pytest.mark.parametrize("unit", ["1", "1.", "1,111", "a", "1 - ", "no x or ", "<$1 ", " "])
def test_a_long_text_is_read_in_time_that_grows_with_its_length(unit: str) -> None:
    """Where time grows with the square, this takes more than ten minutes."""
    text = unit * (300_000 // len(unit))
    asked = understand(f"{text} oil-free", FACTS)
    assert asked.text.endswith("oil-free")


@pytest.mark.timeout(60)
async def test_a_long_word_is_searched_without_looking_at_each_of_its_halves(catalog: CatalogPort) -> None:
    assert await LexicalSearch(catalog).search("a" * 30_000) == ()


@pytest.mark.parametrize(
    ("query", "unwanted", "rest"),
    [
        ("belt without leather", "leather", "belt"),
        ("belt, no leather", "leather", "belt,"),
        ("belt not leather or suede", "leather suede", "belt"),
        ("belt without any leather or suede or silk", "leather suede silk", "belt"),
        ("a belt but not brown", "brown", "a belt"),
        ("belt -leather", "leather", "belt"),
        ("belt except wool", "wool", "belt"),
        ("without leather a belt", "leather", "a belt"),
        ("belt without gold", "gold", "belt"),
        ("leather-free belt", "leather", "belt"),
        ("non-leather belt", "leather", "belt"),
        ("ceinture non en cuir", "cuir", "ceinture"),
    ],
)
def test_what_is_unwanted_is_read(query: str, unwanted: str, rest: str) -> None:
    asked = understand(query, FACTS)
    assert asked.unwanted == tuple(words(unwanted))
    assert asked.text == rest


@pytest.mark.parametrize(
    "query",
    [
        "belt no. 5",
        "number 5 no 7",
        "not too wide belt",
        "no problem",
        "non stick pan",
        "non-stick pan",
        "hands-free belt",
        "belt without",
        "no-one",
        "no frost fridge",
    ],
)
def test_a_no_that_rules_nothing_out_stays(query: str) -> None:
    assert understand(query, FACTS).unwanted == ()


def test_brands_colors_and_sizes_are_those_of_the_catalog() -> None:
    asked = understand("brown nord & sons belt size m", FACTS)
    assert (asked.brands, asked.colors, asked.sizes) == (("Nord & Sons",), ("brown",), ("m",))
    asked = understand("purple umbrella corp belt size xl", FACTS)
    assert (asked.brands, asked.colors, asked.sizes) == ((), (), ())
    assert understand("belt in m", FACTS).sizes == ("m",)
    assert understand("I'm here", FACTS).sizes == ()


@given(st.text(max_size=80))
def test_any_text_is_understood(text: str) -> None:
    asked = understand(text, FACTS)
    low, high = asked.price.at_least, asked.price.at_most
    assert low is None or high is None or low <= high or asked.price.currencies == ()


@given(
    things=st.lists(st.sampled_from(["leather", "suede", "silk", "wool", "belt", "brown"]), min_size=2, max_size=8),
    unwanted=st.sampled_from(["leather", "suede", "silk", "wool", "brown"]),
    cue=st.sampled_from(["without", "no", "not", "except", "-"]),
)
async def test_nothing_found_has_what_is_unwanted(things: list[str], unwanted: str, cue: str) -> None:
    """Wherever the word stands: title, description, attribute or variant."""
    catalog = MemoryCatalog(
        [
            Product(id="title", title=" ".join(things)),
            Product(id="body", title="belt", description=" ".join(things)),
            Product(id="attribute", title="belt", attributes={"material": ", ".join(things)}),
            Product(id="color", title="belt", attributes={"color": things[0]}),
            Product(id="plain", title="plain belt"),
        ]
    )
    query = f"belt {cue}{unwanted}" if cue == "-" else f"belt {cue} {unwanted}"
    hits = {hit.product_id for hit in await LexicalSearch(catalog).search(query, limit=10)}
    held = {each.id for each in catalog.stock if unwanted in f"{each.title} {each.description} {each.attributes}"}
    assert "plain" in hits
    assert not hits & held


async def test_a_search_port_says_what_it_understood(catalog: CatalogPort) -> None:
    asked = await LexicalSearch(catalog).understand("blue dress under $50 without silk")
    assert (asked.colors, asked.unwanted, asked.price.at_most) == (("blue",), ("silk",), Decimal(50))
