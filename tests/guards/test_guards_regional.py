"""What a region's law and a brand want said: tax, withdrawal, reduced prices, ages; disclosures, length and tone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shopgraph.guards.chain import GuardChain
from shopgraph.guards.checks import CHECKS
from shopgraph.guards.checks.base import apply
from shopgraph.guards.checks.brand import find_too_long, find_undisclosed
from shopgraph.guards.checks.regional import find_unlawful
from shopgraph.guards.checks.regions import Region, read_regions, region_of
from shopgraph.guards.checks.tone import find_wrong_tone
from shopgraph.guards.facts import Facts

GERMANY = Facts.model_validate(
    {"locale": "de_DE", "region": "de", "products": [{"name": "Riesling Wein"}, {"name": "Obstler Schnaps"}]}
)
FRANCE = Facts(locale="fr_FR")
BRITAIN = Facts(locale="en_GB", region="uk")
AMERICA = Facts.model_validate(
    {"locale": "en_US", "region": "us-west", "products": [{"name": "Highland Whisky"}, {"name": "Canvas Tote"}]}
)
UNLAWFUL = [
    (GERMANY, "Alle Preise verstehen sich zzgl. MwSt.", "Alle Preise verstehen sich inkl. MwSt."),
    (GERMANY, "Gern! Das sind Nettopreise.", "Gern!"),
    (GERMANY, "Gern! Sie haben kein Widerrufsrecht.", "Gern!"),
    (GERMANY, "Sie können innerhalb von 7 Tagen widerrufen.", "Sie können innerhalb von 14 Tagen widerrufen."),
    (GERMANY, "Der niedrigste Preis der letzten 7 Tage.", "Der niedrigste Preis der letzten 30 Tage."),
    (GERMANY, "Den Obstler Schnaps gibt es ab 16 Jahren.", "Den Obstler Schnaps gibt es ab 18 Jahren."),
    (GERMANY, "Mit 15 Jahren können Sie den Riesling Wein bestellen.", ""),
    (FRANCE, "Bien ! Le prix est de 20 € hors taxes.", "Bien ! Le prix est de 20 € taxes comprises."),
    (FRANCE, "Vous avez un délai de rétractation de 7 jours.", "Vous avez un délai de rétractation de 14 jours."),
    (BRITAIN, "Prices exclude VAT.", "Prices include VAT."),
    (BRITAIN, "You can withdraw within ten days.", "You can withdraw within 14 days."),
    (AMERICA, "Yes! Prices include sales tax.", "Yes!"),
    (AMERICA, "Yes! You have a statutory right of withdrawal.", "Yes!"),
    (AMERICA, "You must be 18 to order the Highland Whisky.", "You must be 21 to order the Highland Whisky."),
    (AMERICA, "Yes! No ID needed for the Highland Whisky.", "Yes!"),
    (AMERICA, "Since you are 17, you can order the Highland Whisky.", ""),
]
LAWFUL = [
    (GERMANY, "Alle Preise inkl. MwSt."),
    (GERMANY, "Sie können innerhalb von 14 Tagen widerrufen."),
    (GERMANY, "Bei personalisierten Waren besteht kein Widerrufsrecht."),
    (GERMANY, "Sie können ihn 30 Tage lang zurückgeben."),
    (GERMANY, "Den Riesling Wein gibt es ab 16 Jahren, der Obstler Schnaps lagerte 3 Jahre."),
    (AMERICA, "Sales tax comes on top; that's $10 before tax."),
    (AMERICA, "That includes 8.875% tax."),
    (AMERICA, "You must be 21 to order the Highland Whisky, which is 12 years old."),
    (AMERICA, "The Canvas Tote suits everyone over 18."),
    (Facts(), "Prices exclude VAT."),
]


@pytest.mark.parametrize(("facts", "draft", "after"), UNLAWFUL)
def test_what_the_law_does_not_bear_is_put_right_or_goes(facts: Facts, draft: str, after: str) -> None:
    assert apply(draft, find_unlawful(draft, facts)).text == after


@pytest.mark.parametrize(("facts", "draft"), LAWFUL)
def test_what_is_lawful_is_never_touched(facts: Facts, draft: str) -> None:
    assert list(find_unlawful(draft, facts)) == []


def test_regions_are_found_by_region_or_locale() -> None:
    laws = read_regions()
    assert region_of(GERMANY) == laws["DE"]
    assert region_of(FRANCE) == laws["FR"]
    assert region_of(BRITAIN) == laws["GB"]
    assert region_of(AMERICA) == laws["US"]
    assert region_of(Facts(locale="en")) == Region()
    assert laws["NO"].taxed, "a country, no denial of YAML's"


BRAND = Facts.model_validate(
    {
        "products": [{"name": "USB HUB PRO"}],
        "brand": {
            "max_exclamations": 1,
            "shouting": False,
            "emoji": False,
            "max_reading_level": 60,
            "max_length": 60,
            "disclosures": ["Prices exclude sales tax."],
        },
    }
)


@pytest.mark.parametrize(
    ("draft", "after"),
    [
        ("Great!!! Buy it now! OK?!", "Great! Buy it now. OK?"),
        ("THIS IS AMAZING. The USB HUB PRO is here.", "This is amazing. The USB HUB PRO is here."),
        ("Nice 😀 one.", "Nice one."),
        ("Nice one, with ISBN and USB.", "Nice one, with ISBN and USB."),
        (
            "It is red. Notwithstanding aforementioned considerations, multifunctional characteristics predominate.",
            "It is red.",
        ),
    ],
)
def test_the_tone_is_the_brands(draft: str, after: str) -> None:
    assert apply(draft, find_wrong_tone(draft, BRAND)).text.strip() == after


def test_the_tone_is_free_where_the_brand_says_nothing() -> None:
    assert list(find_wrong_tone("WOW!!! GREAT 😀", Facts.model_validate({"brand": {}}))) == []


@pytest.mark.parametrize(
    ("draft", "after"),
    [
        ("The USB HUB PRO is here.", "The USB HUB PRO is here. Prices exclude sales tax."),
        ("- USB HUB PRO\n- more", "- USB HUB PRO\n- more\n\nPrices exclude sales tax."),
        ("It is $5. prices  exclude sales tax", "It is $5. prices  exclude sales tax"),
        ("Hello, how can I help?", "Hello, how can I help?"),
    ],
)
def test_what_must_be_said_is_said_once(draft: str, after: str) -> None:
    assert apply(draft, find_undisclosed(draft, BRAND)).text == after


def test_a_long_answer_ends_with_a_sentence_and_leaves_room_for_the_disclosure() -> None:
    long = "The USB HUB PRO is here. It is a long and good thing, really."
    result = GuardChain(CHECKS).run(long, BRAND)
    assert result.text == "The USB HUB PRO is here. Prices exclude sales tax."
    assert len(result.text) <= 60
    assert apply("word " * 30, find_too_long("word " * 30, BRAND)).text == " ".join(["word"] * 7)


async def test_what_must_be_said_is_streamed_last() -> None:
    async def chunks() -> AsyncIterator[str]:
        for part in ("The USB HUB ", "PRO is here. ", "Nice"):
            yield part

    pieces = [piece async for piece in GuardChain(CHECKS).stream(chunks(), BRAND)]
    assert pieces[0] == "The USB HUB PRO is here."
    assert "".join(pieces) == "The USB HUB PRO is here. Nice Prices exclude sales tax."
