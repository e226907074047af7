"""Figures of products: what the attributes bear passes, what they contradict is put right, the rest goes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.guards.checks.attributes import find_wrong_attributes
from shopgraph.guards.checks.base import apply
from shopgraph.guards.facts import Facts

SHOP = Facts.model_validate(
    {
        "locale": "en_US",
        "products": [
            {"name": "Aurora X200 Headphones", "attributes": {"battery_life": "38 hours", "weight": "254 g"}},
            {
                "name": "PixelView 27 Monitor",
                "attributes": {"resolution": "2560 x 1440", "refresh_rate": "165 Hz", "ports": 2},
            },
            {"name": "Copper Watering Can 5 L"},
            {"name": "Harris Blazer 42R", "attributes": {"material": "90% wool, 10% cashmere"}},
            {"name": "Gravel 700 Bike", "attributes": {"weight_kg": "9.8", "gears": 22, "warranty_years": 5}},
            {"name": "Madagascar Bar 2022", "attributes": {"cocoa": "62.5%"}},
            {"name": "Nova 15", "attributes": {"storage": "128 GB", "display": "6.1 inch"}},
            {"name": "Nova 15 Pro", "attributes": {"storage": "256 GB", "display": "6.7 inch"}},
            {
                "name": "Oak Desk",
                "attributes": {"size": {"width_cm": 140, "depth_cm": 70, "height_cm": 75}, "drawers": 3},
            },
            {"name": "Linen Couche"},
            {"name": "Multi-Tool 17", "attributes": {"functions": 17}},
            {"name": "Kids Flex 44", "attributes": {"age_years": "5-9", "lens_mm": 44}},
            {"name": "Raised Bed 4x8", "attributes": {"width_ft": 4, "length_ft": 8}},
            {"name": "Smart Plug 4-Pack", "attributes": {"pieces": 4}},
        ],
    }
)
GERMAN = Facts.model_validate(
    {
        "locale": "de_DE",
        "products": [
            {"name": "Notebook Falke 14", "attributes": {"arbeitsspeicher": "16 GB", "gewicht": "1,2 kg"}},
            {"name": "Trekkingrad Weser", "attributes": {"gaenge": 27, "gewicht_kg": "15.2"}},
            {"name": "Kugelbahn XXL", "attributes": {"teile": "188", "alter_ab": 4}},
            {"name": "Strickjacke Amrum", "attributes": {"material": "70 % Wolle, 30 % Polyamid"}},
        ],
    }
)
FRENCH = Facts.model_validate(
    {
        "locale": "fr_FR",
        "products": [
            {"name": "Circuit Bois 60", "attributes": {"pieces": "60"}},
            {"name": "Ordinateur Pic", "attributes": {"memoire": "16 Go", "autonomie": "12 h", "garantie_ans": 2}},
            {"name": "Tente Mistral 3P", "attributes": {"personnes": 3, "poids_kg": "3.2"}},
        ],
    }
)
SPANISH = Facts.model_validate(
    {"locale": "es_ES", "products": [{"name": "Monstera", "attributes": {"riego_dias": 7, "altura_cm": 70}}]}
)

WRONG = [
    (SHOP, "The Aurora X200 Headphones run for 60 hours.", "The Aurora X200 Headphones run for 38 hours."),
    (
        SHOP,
        "The Aurora X200 Headphones last sixteen hours and weigh 254 g.",
        "The Aurora X200 Headphones last thirty-eight hours and weigh 254 g.",
    ),
    (
        SHOP,
        "The Aurora X200 Headphones have 40 mm drivers and weigh 254 g.",
        "The Aurora X200 Headphones weigh 254 g.",
    ),
    (SHOP, "The PixelView 27 Monitor has 240 Hz. It is big.", "The PixelView 27 Monitor has 165 Hz. It is big."),
    (
        SHOP,
        "I like the PixelView 27 Monitor. It has 3840 x 2160.",
        "I like the PixelView 27 Monitor. It has 2560 x 1440.",
    ),
    (SHOP, "The Copper Watering Can 5 L holds 10 litres.", "The Copper Watering Can 5 L holds 5 litres."),
    (
        SHOP,
        "The Gravel 700 Bike weighs 12 kg and has 24 gears.",
        "The Gravel 700 Bike weighs 9.8 kg and has 22 gears.",
    ),
    (SHOP, "The Gravel 700 Bike is red and has a 500 Wh battery.", "The Gravel 700 Bike is red."),
    (SHOP, "The Gravel 700 Bike has a 10-year warranty.", "The Gravel 700 Bike has a 5-year warranty."),
    (
        SHOP,
        "The Nova 15 has 256 GB and the Nova 15 Pro has 128 GB.",
        "The Nova 15 has 128 GB and the Nova 15 Pro has 256 GB.",
    ),
    (
        SHOP,
        "The Nova 15 Pro is here. It has a 6.1 inch display.",
        "The Nova 15 Pro is here. It has a 6.7 inch display.",
    ),
    (SHOP, "The Nova 15 (8 GB RAM) is here.", "The Nova 15 is here."),
    (SHOP, "The Oak Desk is 160 cm wide.", "The Oak Desk is 140 cm wide."),
    (SHOP, "The Oak Desk has five drawers.", "The Oak Desk has three drawers."),
    (SHOP, "The Harris Blazer 42R is 80% wool.", "The Harris Blazer 42R is 90% wool."),
    (SHOP, "The Harris Blazer 42R is 100% silk. Nice!", "Nice!"),
    (SHOP, "The Madagascar Bar 2022 has 82.5% cocoa.", "The Madagascar Bar 2022 has 62.5% cocoa."),
    (SHOP, "The Linen Couche is nice. It has 4.9 stars from 2,340 reviews.", "The Linen Couche is nice."),
    (SHOP, "The Linen Couche is nice. It removes 99.9% of all germs.", "The Linen Couche is nice."),
    (SHOP, "The Multi-Tool 17 has 27 functions.", "The Multi-Tool 17 has 17 functions."),
    (SHOP, "The Kids Flex 44 is for ages 3 to 9.", "The Kids Flex 44 is for ages 5-9."),
    (GERMAN, "Das Notebook Falke 14 wiegt nur 900 g.", "Das Notebook Falke 14 wiegt nur 1,2 kg."),
    (GERMAN, "Das Notebook Falke 14 hat 64 GB Arbeitsspeicher.", "Das Notebook Falke 14 hat 16 GB Arbeitsspeicher."),
    (GERMAN, "Das Trekkingrad Weser hat 21 Gänge.", "Das Trekkingrad Weser hat 27 Gänge."),
    (GERMAN, "Die 250-teilige Kugelbahn XXL ist da.", "Die 188-teilige Kugelbahn XXL ist da."),
    (GERMAN, "Die Kugelbahn XXL eignet sich ab 2 Jahren.", "Die Kugelbahn XXL eignet sich ab 4 Jahren."),
    (GERMAN, "Die Strickjacke Amrum ist aus 100 % Wolle.", "Die Strickjacke Amrum ist aus 70 % Wolle."),
    (FRENCH, "Le Circuit Bois 60 compte 90 pièces.", "Le Circuit Bois 60 compte 60 pièces."),
    (FRENCH, "L'Ordinateur Pic a 64 Go de mémoire.", "L'Ordinateur Pic a 16 Go de mémoire."),
    (FRENCH, "L'Ordinateur Pic est garanti 5 ans.", "L'Ordinateur Pic est garanti 2 ans."),
    (FRENCH, "La Tente Mistral 3P accueille cinq personnes.", "La Tente Mistral 3P accueille trois personnes."),
    (SPANISH, "La Monstera es bonita. Riégala cada 17 días.", "La Monstera es bonita. Riégala cada 7 días."),
]
RIGHT = [
    (SHOP, "The Aurora X200 Headphones run for 38 hours and weigh about 250 grams."),
    (SHOP, "The Aurora X200 Headphones last more than 35 hrs."),
    (SHOP, "The Copper Watering Can 5 L holds five litres, that is 5000 ml."),
    (SHOP, 'The PixelView 27 Monitor has a 27" screen (69 cm) and 165 Hz.'),
    (SHOP, "The Gravel 700 Bike weighs 9800 g and has twenty-two gears."),
    (SHOP, "The Gravel 700 Bike has a five-year warranty."),
    (SHOP, "The Nova 15 has 128 GB, the Nova 15 Pro has 256 GB."),
    (SHOP, "Compared with the Nova 15, the Nova 15 Pro has 256 GB instead of 128 GB."),
    (SHOP, "The Oak Desk is 140 x 70 x 75 cm, so 1.4 m wide."),
    (SHOP, "Do you need 64 GB? The Nova 15 Pro has 256 GB."),
    (SHOP, "If you need 512 GB, the Nova 15 Pro is not enough."),
    (SHOP, "You said 25 lb is your limit, and the Gravel 700 Bike is below it."),
    (SHOP, "For your 20 m² room the PixelView 27 Monitor is plenty."),
    (SHOP, "The Nova 15 is one of our best phones, and we are there 24/7."),
    (SHOP, "Here are the top 10 tips for the Oak Desk, and it is great on 5G."),
    (SHOP, "Wash the Harris Blazer 42R at 30 degrees celsius."),
    (SHOP, "Our store is 300 m from the station."),
    (SHOP, "The Nova 15 has no 512 GB version."),
    (SHOP, "For a seven-year-old the Kids Flex 44 with its 44 mm lens is right, it is for ages 5 to 9."),
    (SHOP, "The Raised Bed 4x8 gives you 32 square feet."),
    (SHOP, "Two Smart Plug 4-Pack are eight pieces."),
    (SHOP, "Delivery takes 3 days, and you have 30 days to return the Gravel 700 Bike."),
    (SHOP, "Three Madagascar Bar 2022 make a nice present, two bars each."),
    (GERMAN, "Das Notebook Falke 14 wiegt 1200 g."),
    (GERMAN, "Die Kugelbahn XXL ist 188-teilig und für ein Kind von 6 Jahren geeignet."),
    (GERMAN, "Wenn Sie 64 GB brauchen, reicht das Notebook Falke 14 nicht."),
    (GERMAN, "Die Lieferung des Trekkingrads Weser dauert 5 Tage."),
    (FRENCH, "Le Circuit Bois 60 compte soixante pièces."),
    (FRENCH, "L'Ordinateur Pic a 16 Go de mémoire et 12 heures d'autonomie."),
    (SPANISH, "La Monstera mide unos 70 cm y se riega cada 7 días."),
]


@pytest.mark.parametrize(("facts", "draft", "after"), WRONG)
def test_a_wrong_figure_is_put_right_or_goes(facts: Facts, draft: str, after: str) -> None:
    assert apply(draft, find_wrong_attributes(draft, facts)).text == after


@pytest.mark.parametrize(("facts", "draft"), RIGHT)
def test_a_right_or_harmless_figure_is_never_touched(facts: Facts, draft: str) -> None:
    assert list(find_wrong_attributes(draft, facts)) == []


@given(st.integers(min_value=2, max_value=900).filter(lambda number: number != 27))  # the name's number tells something
def test_only_the_true_number_stays(hertz: int) -> None:
    after = apply(
        f"The PixelView 27 Monitor has {hertz} Hz.",
        find_wrong_attributes(f"The PixelView 27 Monitor has {hertz} Hz.", SHOP),
    ).text
    assert after == "The PixelView 27 Monitor has 165 Hz."


@given(
    st.lists(
        st.sampled_from(["240", "Hz", "x", "1,5", "%", "wool", '"', "GB", "Nova 15", ".", "and", "(", ")", "to", "é"]),
        max_size=40,
    )
)
def test_findings_lie_within_the_text(words: list[str]) -> None:
    draft = " ".join(words)
    for facts in (SHOP, FRENCH):
        for found in find_wrong_attributes(draft, facts):
            assert 0 <= found.start <= found.end <= len(draft)
