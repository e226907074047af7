"""What is true in one language is true in the others: ratings on a scale, what is nearly gone, materials by name."""

from __future__ import annotations

import pytest

from shopgraph.guards.chain import GuardChain
from shopgraph.guards.checks.qualities_put import in_the_language_of
from shopgraph.guards.facts import Facts
from shopgraph.guards.policy import load_bundle


@pytest.fixture(scope="module")
def chain() -> GuardChain:
    return GuardChain.for_bundle(load_bundle("default"))


def facts(*, stock: int = 2) -> Facts:
    return Facts.model_validate(
        {
            "locale": "fr_FR",
            "currency": "EUR",
            "products": [
                {
                    "name": "Table Aurore",
                    "price": "89.00",
                    "stock": stock,
                    "attributes": {"rating": "4.2", "reviews": "18", "material": "pine"},
                }
            ],
        }
    )


@pytest.mark.parametrize(
    "text",
    [
        "Table Aurore : 4,2 sur 5 d'après 18 avis.",
        "Les clients donnent 4,2 sur 5 à la Table Aurore (18 avis).",
        "Table Aurore : 4,2 étoiles sur 5.",
        "Table Aurore : 4,2 sur 5 étoiles.",
        "Table Aurore: 4,2 von 5 Sternen.",
        "Table Aurore: 4.2 out of 5 stars from 18 reviews.",
        "Table Aurore: 4,2 de 5 estrellas.",
        "Presque épuisée : la Table Aurore.",
        "La Table Aurore est presque épuisée.",
        "The Table Aurore is almost sold out.",
        "Die Table Aurore ist fast ausverkauft.",
        "La Table Aurore está casi agotada.",
        "La Table Aurore est en pin.",
        "Die Table Aurore ist aus Kiefer.",
    ],
)
def test_what_is_so_is_left_as_it_is(chain: GuardChain, text: str) -> None:
    assert chain.run(text, facts()).text == text


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("Table Aurore : 3,2 étoiles sur 5.", "Table Aurore : 4,2 étoiles sur 5."),
        ("Table Aurore : 3,2 sur 5 étoiles.", "Table Aurore : 4,2 sur 5 étoiles."),
        ("Table Aurore: 3,2 von 5 Sternen.", "Table Aurore: 4,2 von 5 Sternen."),
        ("The Table Aurore has 4.9 out of 5 stars.", "The Table Aurore has 4.2 out of 5 stars."),
        ("La Table Aurore est épuisée.", "La Table Aurore est en stock."),
        ("La Table Aurore est en chêne.", "La Table Aurore est en pin."),
        ("Die Table Aurore ist aus Eiche.", "Die Table Aurore ist aus Kiefer."),
        ("The Table Aurore is made of oak.", "The Table Aurore is made of pine."),
    ],
)
def test_what_is_not_is_put_right_in_its_language(chain: GuardChain, text: str, after: str) -> None:
    assert chain.run(text, facts()).text == after


@pytest.mark.parametrize(
    "text",
    [
        "La Table Aurore est presque épuisée.",
        "Presque épuisée : la Table Aurore.",
        "The Table Aurore is nearly sold out.",
        "Die Table Aurore ist beinahe ausverkauft.",
        "La Table Aurore está casi agotada.",
    ],
)
def test_of_many_nothing_is_nearly_gone(chain: GuardChain, text: str) -> None:
    assert chain.run(f"{text} Merci !", facts(stock=200)).text == "Merci !"


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("La Table Aurore est presque épuisée.", "La Table Aurore est épuisée."),
        ("Presque épuisée : la Table Aurore.", "Épuisée : la Table Aurore."),
        ("The Table Aurore is nearly sold out.", "The Table Aurore is sold out."),
    ],
)
def test_what_is_gone_is_not_nearly_gone(chain: GuardChain, text: str, after: str) -> None:
    assert chain.run(text, facts(stock=0)).text == after


def test_a_material_is_named_as_the_text_names_materials() -> None:
    assert in_the_language_of("chêne", "Pine") == "pin"
    assert in_the_language_of("Chêne", "pine") == "Pin"
    assert in_the_language_of("eiche", "pine") == "Kiefer"
    assert in_the_language_of("oak", "Kiefer") == "pine"
    assert in_the_language_of("chêne", "hickory") == "hickory"
    assert in_the_language_of("papier", "Kiefer") == "Kiefer", "German and French say the same"
