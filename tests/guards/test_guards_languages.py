"""What is true in one language is true in the others: ratings on a scale, what is nearly gone, materials by name."""

from __future__ import annotations

import pytest

from shopgraph.guards.chain import GuardChain
from shopgraph.guards.checks.qualities_put import in_the_language_of
from shopgraph.guards.checks.ratings import rating_at
from shopgraph.guards.facts import Facts
from shopgraph.guards.policy import load_bundle


@pytest.fixture(scope="module")
def chain() -> GuardChain:
    return GuardChain.for_bundle(load_bundle("default"))


def facts(attributes: dict[str, str] | None = None, *, stock: int = 2, locale: str = "fr_FR") -> Facts:
    return Facts.model_validate(
        {
            "locale": locale,
            "currency": "EUR",
            "products": [
                {
                    "name": "Table Aurore",
                    "price": "89.00",
                    "stock": stock,
                    "attributes": attributes or {"rating": "4.2", "reviews": "18", "material": "pine"},
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


_RATED = {
    "fr_FR": [
        "La Table Aurore est notée {} sur 5.",
        "Table Aurore : {} sur 5 d'après 18 avis.",
        "Table Aurore : {} sur 5 selon les avis.",
        "Table Aurore : {} étoiles sur cinq.",
        "Note de {}/5 pour la Table Aurore.",
    ],
    "de_DE": [
        "Die Table Aurore ist mit {} von 5 bewertet.",
        "Die Table Aurore hat {} von fünf Sternen.",
        "Die Table Aurore kommt auf {} von 5 Punkten.",
        "Die Table Aurore hat {}/5 Sterne.",
    ],
    "es_ES": [
        "La Table Aurore tiene {} de 5.",
        "La Table Aurore tiene una puntuación de {} sobre 5.",
        "La Table Aurore tiene {} estrellas de 5.",
    ],
    "en_GB": ["The Table Aurore is rated {} out of 5 in 18 reviews."],
}


@pytest.mark.parametrize(
    "attributes",
    [
        {"rating": "4.2", "reviews": "18"},
        {"note": "4,2/5", "avis": "18"},
        {"rating": "4.2 of 5 in 18 reviews. Bewertet mit 4,2 von 5 in 18 Bewertungen."},
    ],
)
@pytest.mark.parametrize(("locale", "text"), [(locale, text) for locale, texts in _RATED.items() for text in texts])
def test_a_rating_is_read_on_its_scale(chain: GuardChain, locale: str, text: str, attributes: dict[str, str]) -> None:
    held, mark = facts(attributes, locale=locale), "." if locale == "en_GB" else ","
    right, less, more = (text.format(number.replace(".", mark)) for number in ("4.2", "3.2", "4.9"))
    assert chain.run(right, held).text == right
    assert chain.run(less, held).text == right
    assert chain.run(more, held).text == right
    assert chain.run(right, facts({"color": "red"}, locale=locale)).text != right, "no fact says how it is rated"


@pytest.mark.parametrize(
    ("rating", "text", "after"),
    [
        ("4.2", "La Table Aurore est notée 8,4 sur 10.", "8,4"),
        ("4.2", "La Table Aurore est notée 7,9 sur 10.", "8,4"),
        ("4.2", "La Table Aurore obtient 15,2 sur 20.", "16,8"),
        ("4.2", "La Table Aurore est notée 4,2 sur 10.", "4,2"),
        ("8.4", "Die Table Aurore hat 8,4 von 10 Punkten.", "8,4"),
        ("8.4/10", "Die Table Aurore hat 3,2 von 5 Sternen.", "4,2"),
    ],
)
def test_a_rating_is_compared_across_scales(chain: GuardChain, rating: str, text: str, after: str) -> None:
    assert f" {after} " in chain.run(text, facts({"rating": rating})).text


@pytest.mark.parametrize(
    "text",
    [
        "Un client donne 4 sur 5 à la Table Aurore.",
        "4 clients sur 5 recommandent la Table Aurore.",
        "Table Aurore: 3 von 5, so Anna.",
        '4/5: "The Table Aurore is lovely." 3/5: "It wobbles."',
        '3 of 5: "The Table Aurore wobbles."',
        "Table Aurore : 4,2 sur 5, par 18 clients.",
    ],
)
def test_what_one_customer_gave_is_no_average(chain: GuardChain, text: str) -> None:
    assert chain.run(text, facts()).text == text


def test_an_amount_of_an_amount_is_no_rating() -> None:
    for text in ("2,5 von 10 litern", "2.5 of 10 miles", "12,50 von 20 eur", "4,50 sur 5 €", "1,2 sur 2", "6,5 sur 5"):
        found = rating_at(text, 0)
        assert found is None or not found.sure


_NO_RATINGS = {
    "en_GB": [
        "The Table Aurore fits US 9.5/10.",
        "The Table Aurore comes in US 8.5/10 and 9.5/10.",
        "Rated 4.2 out of 5, the Table Aurore comes in US 8.5/10 and 9.5/10.",
        "The Table Aurore has lenses of 1.5/5 and 2.5/5.",
        "In 18 reviews the Table Aurore has lenses of 1.5/5 and 2.5/5.",
        "The Table Aurore costs usd 9.99/10 pieces.",
        "The Table Aurore is at step 1.5 of 5.",
        "The Table Aurore is at step 1.5 out of 5.",
        "The Table Aurore uses 4.5 out of 5 pairs.",
        "The Table Aurore has a pH 5.5/10.",
        "The Table Aurore has a firmness rating of 6.5 out of 10.",
        "Note that the Table Aurore is 9.5/10.",
    ],
    "de_DE": [
        "Die Table Aurore passt in US 9,5/10.",
        "Die Table Aurore gibt es in EU 8,5/10 und 9,5/10, bewertet ist sie mit 4,2 von 5.",
        "Die Table Aurore hat Linsen von 1,5/5 und 2,5/5.",
        "Die Table Aurore: EUR 9,99/10 Stück.",
        "Von der Table Aurore sind 4,5 von 5 Stück da.",
        "Die Table Aurore ist bei Schritt 1,5 von 5.",
        "Die Table Aurore hat einen pH-Wert von 5,5/10.",
        "Der Härtegrad der Table Aurore liegt bei 6,5 von 10.",
    ],
    "fr_FR": [
        "La Table Aurore chausse US 9,5/10.",
        "La Table Aurore existe en taille 8,5/10 et 9,5/10 (18 avis).",
        "La Table Aurore a des lentilles de 1,5/5 et 2,5/5.",
        "La Table Aurore : EUR 9,99/10 pièces.",
        "La Table Aurore utilise 4,5 sur 5 paires.",
        "La Table Aurore en est à l'étape 1,5 sur 5.",
        "La Table Aurore : pH 5,5 sur 10.",
    ],
    "es_ES": [
        "La Table Aurore calza US 9,5/10.",
        "La Table Aurore viene en talla 8,5/10 y 9,5/10 según 18 reseñas.",
        "La Table Aurore tiene lentes de 1,5/5 y 2,5/5.",
        "La Table Aurore: EUR 9,99/10 piezas.",
        "La Table Aurore usa 4,5 de 5 unidades.",
        "La Table Aurore está en el paso 1,5 de 5.",
        "La Table Aurore tiene un pH de 5,5/10.",
    ],
}


@pytest.mark.parametrize(
    ("locale", "text"), [(locale, text) for locale, texts in _NO_RATINGS.items() for text in texts]
)
def test_a_size_a_step_or_a_price_is_no_rating(chain: GuardChain, locale: str, text: str) -> None:
    # 9.99 is what it costs, so that of the price nothing is wrong either.
    product = {"name": "Table Aurore", "price": "9.99", "stock": 2, "attributes": {"rating": "4.2", "reviews": "18"}}
    currency = "USD" if locale == "en_GB" else "EUR"
    held = Facts.model_validate({"locale": locale, "currency": currency, "products": [product]})
    assert chain.run(text, held).text == text


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("4.2/5", False),
        ("4.2 of 5", False),
        ("4.2 out of 5", True),
        ("4.2 out of 5 in all", True),
        ("4,2 von 5 stück", False),
        ("4,2 von 5 paketen", False),
        ("4.2/5 in 18 reviews", True),
        ("4.2 of 5 from customer reviews", True),
        ("4,2/5 (kundenbewertungen)", True),
        ("4,2/5 selon les avis", True),
        ("9.99/10 pieces in 18 reviews", False),
    ],
)
def test_without_stars_a_word_tells_that_it_is_a_rating(text: str, sure: bool) -> None:
    found = rating_at(text, 0)
    assert found is not None
    assert found.sure == sure


def test_of_an_attribute_its_name_tells() -> None:
    found = rating_at("8.4/10", 0, rated=True)
    assert found is not None
    assert found.sure


def test_a_material_is_named_as_the_text_names_materials() -> None:
    assert in_the_language_of("chêne", "Pine") == "pin"
    assert in_the_language_of("Chêne", "pine") == "Pin"
    assert in_the_language_of("eiche", "pine") == "Kiefer"
    assert in_the_language_of("oak", "Kiefer") == "pine"
    assert in_the_language_of("chêne", "hickory") == "hickory"
    assert in_the_language_of("papier", "Kiefer") == "Kiefer", "German and French say the same"
    assert in_the_language_of("chêne", "solid pine") == "pin"
    assert in_the_language_of("Eiche", "stainless steel") == "Stahl"
    assert in_the_language_of("oak", "solid pine") == "solid pine"
    assert in_the_language_of("oak", "solid pine", beside="made of solid oak") == "pine"
    assert in_the_language_of("chêne", "oak veneer over pine") == "oak veneer over pine", "of two none alone"
