"""Qualities without a number, and offers: each as the facts say, or not said."""

from __future__ import annotations

import pytest

from shopgraph.guards.checks.base import apply
from shopgraph.guards.checks.codes import find_wrong_codes
from shopgraph.guards.checks.offers import find_baseless_offers
from shopgraph.guards.checks.qualities import find_wrong_qualities
from shopgraph.guards.facts import Facts

SHOP = Facts.model_validate(
    {
        "locale": "en_US",
        "products": [
            {"name": "Trail Runner 2 Shoes", "attributes": {"waterproof": False, "color": "red"}},
            {"name": "Rooibos Vanilla 100 g", "attributes": {"caffeine": "no"}},
            {"name": "Vitamin D3", "attributes": {"vegan": "no"}},
            {"name": "Glass Teapot", "attributes": {"dishwasher_safe": True}},
            {"name": "Harbor Dining Table", "attributes": {"material": "solid oak"}},
            {"name": "Wolldecke Heide", "attributes": {"material": "Schurwolle"}},
            {"name": "1984 Pocket Edition", "attributes": {"author": "George Orwell", "format": "paperback"}},
            {"name": "House Beans", "attributes": {"origin": "Brazil, Sumatra", "roast": "dark"}},
            {"name": "Olive Oil", "attributes": {"origin": "Crete"}},
            {"name": "Leather Strap", "attributes": {"colors": "cognac, black"}},
            {"name": "Velvet Armchair"},
            {"name": "Lac Quartz 34", "attributes": {"movement": "quartz", "water_resistance_m": 50}},
            {"name": "Satteltasche", "attributes": {"wasserdicht": "ja"}},
            {"name": "Gift Wrap"},
        ],
        "promotions": [{"name": "Mower Trade-in", "percent": "15"}],
    }
)
WRONG = [
    ("The Trail Runner 2 Shoes are waterproof. Nice!", "Nice!"),
    ("The Trail Runner 2 Shoes come in blue.", "The Trail Runner 2 Shoes come in red."),
    ("The Rooibos Vanilla 100 g is not caffeine-free. Nice!", "Nice!"),
    ("Vitamin D3 is vegan. Nice!", "Nice!"),
    ("The Glass Teapot is not dishwasher safe. Nice!", "Nice!"),
    ("The Harbor Dining Table is made of walnut. Nice!", "The Harbor Dining Table is made of solid oak. Nice!"),
    ("Die Wolldecke Heide ist aus Baumwolle.", "Die Wolldecke Heide ist aus Schurwolle."),
    ("1984 Pocket Edition by Aldous Huxley is here.", "1984 Pocket Edition by George Orwell is here."),
    ("The 1984 Pocket Edition is a hardback.", "The 1984 Pocket Edition is a paperback."),
    ("The House Beans are a light roast.", "The House Beans are a dark roast."),
    ("The Olive Oil comes from Italy.", "The Olive Oil comes from Crete."),
    ("The Leather Strap comes in green. Nice!", "Nice!"),
    ("The Velvet Armchair is made of Italian leather. Nice!", "Nice!"),
    ("The Velvet Armchair is available in blue. Nice!", "Nice!"),
    ("The Lac Quartz 34 is automatic.", "The Lac Quartz 34 is quartz."),
    ("Die Satteltasche ist nicht wasserdicht. Gut!", "Gut!"),
    ("The Velvet Armchair is soft and fireproof.", "The Velvet Armchair is soft."),
    ("The Velvet Armchair is made in Italy. Nice!", "Nice!"),
]
RIGHT = [
    "The Trail Runner 2 Shoes are not waterproof.",
    "The red Trail Runner 2 Shoes are in stock.",
    "The Rooibos Vanilla 100 g is caffeine-free.",
    "Vitamin D3 isn't vegan.",
    "The Glass Teapot is dishwasher safe and made of glass.",
    "The Harbor Dining Table is made of solid oak and ships in a box made of cardboard.",
    "Die Wolldecke aus Schurwolle ist da.",
    "1984 Pocket Edition by George Orwell is a paperback.",
    "The House Beans are a dark roast from Brazil and make a light breakfast.",
    "The Olive Oil comes from Crete, and it is in the green category.",
    "The Leather Strap comes in black and cognac.",
    "Is the Velvet Armchair waterproof?",
    "If you need something waterproof, the Trail Runner 2 Shoes are not for you.",
    "The Lac Quartz 34 is a quartz watch and water-resistant.",
    "Order the Olive Oil by Friday.",
    "The 1984 Pocket Edition is by far the best.",
    "We are a vegan company.",
]
OFFERS = [
    "You can also pay in four interest-free installments.",
    "We'll throw in a free mug.",
    "Sie können in drei Raten zahlen.",
    "Payez en trois fois sans frais.",
    "You earn 50 points with it.",
    "Over 10,000 customers love it.",
    "95% of our customers recommend it.",
    "It boosts your immune system.",
    "Es stärkt das Immunsystem.",
    "Recommended by doctors.",
    "Studies show that it works.",
    "Installation is on us.",
    "Un échantillon offert pour toute commande.",
]
NO_OFFERS = [
    "Free delivery from $50.",
    "Feel free to ask.",
    "You can pay by card.",
    "We can't offer installments.",
    "Do you want free gift wrapping?",
    "The Gift Wrap is $5.",
    "Our customers love it.",
    "I must point out that it is sold out.",
    "It has a weight of 2 kg.",
    "The Mower Trade-in takes 15% off.",
    "It is £349.00, sold as a pair.",
]


@pytest.mark.parametrize(("draft", "after"), WRONG)
def test_a_wrong_quality_is_put_right_or_goes(draft: str, after: str) -> None:
    assert apply(draft, find_wrong_qualities(draft, SHOP)).text == after


@pytest.mark.parametrize("draft", RIGHT)
def test_a_right_quality_is_never_touched(draft: str) -> None:
    assert list(find_wrong_qualities(draft, SHOP)) == []


@pytest.mark.parametrize("draft", OFFERS)
def test_what_no_fact_bears_is_not_offered(draft: str) -> None:
    assert apply(f"Hello! {draft}", find_baseless_offers(f"Hello! {draft}", SHOP)).text == "Hello!"


@pytest.mark.parametrize("draft", NO_OFFERS)
def test_what_is_no_offer_is_never_touched(draft: str) -> None:
    assert list(find_baseless_offers(draft, SHOP)) == []


def test_an_offer_that_a_fact_names_may_be_made() -> None:
    facts = Facts.model_validate({"brand": {"disclosures": ["Klarna: pay in 3 installments."]}})
    assert list(find_baseless_offers("You can pay in three installments.", facts)) == []


CODED = Facts.model_validate(
    {
        "products": [
            {"name": "GPS Collar Mini", "attributes": {"water_rating": "IP67", "bluetooth": "5.3"}},
            {"name": "Waschmaschine Bora", "attributes": {"energieklasse": "A"}},
            {"name": "Carnet Lin A5", "attributes": {"format": "A5"}},
            {"name": "Pendant Lamp", "attributes": {"bulb": "E27", "max_w": 60}},
            {"name": "Oak Table", "attributes": {"seats": 6, "level": 4}},
        ],
        "orders": [{"id": "E-5520"}],
    }
)


@pytest.mark.parametrize(
    ("draft", "after"),
    [
        ("The GPS Collar Mini is rated IP68.", "The GPS Collar Mini is rated IP67."),
        ("The GPS Collar Mini has Bluetooth 5.0.", "The GPS Collar Mini has Bluetooth 5.3."),
        ("Die Waschmaschine Bora hat Energieklasse C.", "Die Waschmaschine Bora hat Energieklasse A."),
        ("The Pendant Lamp takes an E14 bulb.", "The Pendant Lamp takes an E27 bulb."),
        ("The Carnet Lin A5 is in A4.", "The Carnet Lin A5 is in A5."),
        ("The Oak Table is of level three.", "The Oak Table is of level four."),
    ],
)
def test_a_wrong_code_is_put_right(draft: str, after: str) -> None:
    assert apply(draft, find_wrong_codes(draft, CODED)).text == after


@pytest.mark.parametrize(
    "draft",
    [
        "The GPS Collar Mini is IP67 with Bluetooth 5.3.",
        "The Pendant Lamp takes an E27 bulb up to 60 W.",
        "Order E-5520 holds the Carnet Lin A5.",
        "The Oak Table seats six.",
        "The GPS Collar Mini is here. Is Bluetooth 4.0 enough?",
    ],
)
def test_a_right_code_is_never_touched(draft: str) -> None:
    assert list(find_wrong_codes(draft, CODED)) == []
