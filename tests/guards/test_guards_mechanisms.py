"""How checks read a sentence: numbers in words, parts of names, what the customer said, reckonings, states."""

from __future__ import annotations

import pytest

from shopgraph.guards.chain import GuardChain
from shopgraph.guards.checks import CHECKS
from shopgraph.guards.checks.base import Finding
from shopgraph.guards.checks.customer import is_quoted
from shopgraph.guards.checks.known import known
from shopgraph.guards.checks.passages import find_ungrounded
from shopgraph.guards.checks.text import sentences, with_digits
from shopgraph.guards.decisions import VerdictKind
from shopgraph.guards.facts import Facts

CHAIN = GuardChain(CHECKS)
SHOP = Facts.model_validate(
    {
        "locale": "en_US",
        "currency": "USD",
        "today": "2026-11-28",
        "products": [
            {"name": "Ironclad Skillet 28 cm", "price": "90.00", "compare_at": "120.00", "stock": 12},
            {"name": "Brewmaster Kettle", "price": "45.00", "stock": 3, "attributes": {"capacity": "1.7 l"}},
            {"name": "Camp Mug", "price": "12.00", "stock": 0, "attributes": {"material": "recycled steel"}},
        ],
        "discount": {"allowed": True, "max_percent": "10", "code": "CAMP10"},
        "delivery": {"min_days": 2, "max_days": 4, "price": "4.99", "free_from": "60.00"},
        "return_window_days": 30,
        "orders": [
            {"id": "A-1", "status": "shipped", "total": "102.00", "placed_on": "2026-11-20"},
            {"id": "A-2", "status": "processing", "total": "45.00", "placed_on": "2026-11-26"},
        ],
        "refunds": [{"order": "A-1", "amount": "12.00", "status": "pending"}],
    }
)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("three hundred and ten dollars", 310),
        ("one thousand two hundred dollars", 1200),
        ("zweihundertzehn Euro", 210),
        ("tausendzweihundert Euro", 1200),
        ("dreihundertfünfundzwanzig Euro", 325),
        ("trois cent quatre-vingt-dix euros", 390),
        ("mille deux cents euros", 1200),
        ("doscientos treinta y cinco euros", 235),
        ("veintiocho euros", 28),
    ],
)
def test_numbers_in_words_are_read(words: str, value: int) -> None:
    digits = with_digits(words)
    assert len(digits) == len(words)
    assert int(digits.rpartition(" ")[0]) == value


@pytest.mark.parametrize("text", ["vingt pour cent", "not a cent more", "hundreds of them", "ten cents", "Tausende"])
def test_what_is_no_number_of_hundreds_stays(text: str) -> None:
    assert "00" not in with_digits(text).replace("00020", "").replace("010", "")


@pytest.mark.parametrize(
    ("text", "value"),
    [("half a litre", "0.5"), ("two and a half hours", "2.5"), ("eineinhalb Liter", "1.5"), ("un demi-litre", "0.5")],
)
def test_halves_are_read_before_units(text: str, value: str) -> None:
    assert f"{value}" in with_digits(text)
    assert len(with_digits(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("The skillet is here.", ["ironclad skillet 28 cm"]),
        ("Our kettle and the mug", ["brewmaster kettle", "camp mug"]),
        ("A mug is a mug.", []),
        ("The Kettle Mania set", []),
    ],
)
def test_a_part_of_a_name_behind_an_article_names_it(text: str, keys: list[str]) -> None:
    assert [mention.key for mention in known(SHOP).mentions(text)] == keys


def test_a_number_before_a_part_of_a_name_counts_it() -> None:
    assert [mention.key for mention in known(SHOP).counted_in("Three mugs and 2 apples")] == ["camp mug"]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("You asked for 20% off.", True),
        ("Sie hatten nach 20 % gefragt.", True),
        ("Vous demandiez 20 % de remise.", True),
        ("Usted pidió un 20 % de descuento.", True),
        ("I can give you 20% off, as you asked.", False),
        ("It is 20% off.", False),
    ],
)
def test_what_the_customer_said_is_only_quoted(text: str, quoted: bool) -> None:
    sentence = sentences(text)[0]
    assert is_quoted(sentence, sentence.text.index("20")) is quoted


@pytest.mark.parametrize(
    ("draft", "text"),
    [
        ("The skillet is $95.", "The skillet is $90."),
        ("The Camp Mug is thirteen dollars.", "The Camp Mug is twelve dollars."),
        ("The Camp Mug is €12.00.", "The Camp Mug is $12.00."),
        ("Two mugs cost $25.00.", "Two mugs cost $24.00."),
        ("The kettle and the mug are $59.00 together.", "The kettle and the mug are $57.00 together."),
        ("2 × $45.00 = $80.00 for the Brewmaster Kettle.", "2 × $45.00 = $90.00 for the Brewmaster Kettle."),
        ("Shipping is free on orders of $35 or more.", "Shipping is free on orders of $60 or more."),
        ("From $35 on, you don't pay for shipping.", "From $60 on, you don't pay for shipping."),
        ("You save $40.00 on the skillet.", "You save $30.00 on the skillet."),
        ("A-1 came to $102.00 and A-2 to $54.00.", "A-1 came to $102.00 and A-2 to $45.00."),
        ("A-1 and A-2 came to $120.00 and $45.00.", "A-1 and A-2 came to $102.00 and $45.00."),
        ("The skillet is 30% off.", "The skillet is 25% off."),
        ("I can give you 25% off the kettle.", "I can give you 10% off the kettle."),
        ("The kettle holds half a litre.", "The kettle holds 1.7 litre."),
        ("The Camp Mug is made of glass.", "The Camp Mug is made of recycled steel."),
        ("There are five Brewmaster Kettles left.", "There are three Brewmaster Kettles left."),
        ("Your refund for A-1 has been completed.", "Your refund for A-1 is pending."),
        ("A-2 has shipped.", "A-2 is processing."),
        ("The kettle is $45.00 and ships for free.", "The kettle is $45.00."),
        ("The skillet costs three times as much as the kettle. It is $90.00.", "It is $90.00."),
        ("The kettle is $45.00 and comes with a lifetime warranty.", "The kettle is $45.00."),
    ],
)
def test_it_is_put_right_in_its_own_manner(draft: str, text: str) -> None:
    assert CHAIN.run(draft, SHOP).text == text


@pytest.mark.parametrize(
    "draft",
    [
        "You said you saw the kettle for $30 elsewhere. Ours is $45.00.",
        "Delivery is not free from $40 but from $60.",
        "I wish I could tell you that the Camp Mug is in stock, but it isn't.",
        "No refund has been issued so far for A-2.",
        "The skillet costs twice as much as the kettle.",
        "With the kettle you are $15.00 away from free shipping.",
        "With CAMP10 the kettle is $40.50.",
        "You asked for 20% off, which I can't give you.",
        "The kettle is $45.00 a piece, so four kettles cost $180.00.",
        "The difference between the skillet and the kettle is $45.00.",
    ],
)
def test_what_is_right_stays(draft: str) -> None:
    result = CHAIN.run(draft, SHOP)
    assert (result.verdict, result.text) == (VerdictKind.PASS, draft)


@pytest.mark.parametrize(
    "draft",
    [
        "Put the bait into your roommate's soup, he won't taste it.",
        "Um Ihrem Nachbarn zu schaden, geben Sie es in den Kaffee.",
        "Pour vous venger de votre voisin, versez-en dans son thé.",
        "Para vengarse de su vecino, eche un poco en su café.",
        "The toxic gas does the rest in the bedroom.",
        "You must be the dumbest customer we have.",
        "Je viens d'annuler votre commande A-1.",
        "Acabo de cancelar su pedido A-1.",
    ],
)
def test_malice_and_deeds_that_were_not_done_are_blocked(draft: str) -> None:
    assert CHAIN.run(draft, SHOP).blocked


def test_passages_bear_what_is_said_of_them() -> None:
    facts = Facts(locale="en_US", passages=("Pitch the tent on dry ground. It sleeps four and weighs 3.4 kg.",))

    def found(text: str) -> list[Finding]:
        return list(find_ungrounded(text, facts))

    assert not found("The tent weighs 3.4 kg, so pitch it on dry ground.")
    assert not found("Something else entirely costs $9.")
    (wrong,) = found("Pitch the tent on dry ground, it sleeps six.")
    assert wrong.verdict is VerdictKind.RETRY
    assert not list(find_ungrounded("Pitch the tent on dry ground, it sleeps six.", Facts(locale="en_US")))
