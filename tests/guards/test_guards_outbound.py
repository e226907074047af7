"""What the outbound checks share, and the checks that read more than prices: measures, sums, regions, language."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.evals.guards.facts import own_cases
from shopgraph.guards import checks
from shopgraph.guards.chain import GuardChain
from shopgraph.guards.checks import CHECKS
from shopgraph.guards.checks.base import apply, replace
from shopgraph.guards.checks.deeds import Deed
from shopgraph.guards.checks.names import mentions
from shopgraph.guards.checks.regions import read_regions, region_of
from shopgraph.guards.checks.text import Cue, sentences
from shopgraph.guards.facts import Facts

PLAIN = GuardChain(CHECKS)
SHOP = Facts.model_validate(
    {
        "locale": "en_US",
        "currency": "USD",
        "products": [
            {"name": "Heron Lamp", "price": "40.00", "stock": 3, "attributes": {"battery_hours": 12, "weight_g": 300}},
            {"name": "Finch Shade", "price": "15.00", "stock": 9, "attributes": {"material": "60% linen, 40% cotton"}},
        ],
        "promotions": [{"name": "Old Feast", "percent": "30", "ends_on": "2020-01-31"}],
        "delivery": {"min_days": 2, "max_days": 4, "price": "5.00", "free_from": "70.00"},
        "return_window_days": 30,
        "orders": [{"id": "H-7", "status": "delivered", "total": "55.00", "delivered_on": "2026-03-02"}],
    }
)


def cues() -> Iterator[tuple[str, Cue]]:
    """Every cue of every check."""
    for module in pkgutil.iter_modules(checks.__path__):
        loaded = importlib.import_module(f"{checks.__name__}.{module.name}")
        for name, value in vars(loaded).items():
            for one in value if isinstance(value, tuple) else (value,):
                cue = one.claim if isinstance(one, Deed) else one
                if isinstance(cue, Cue):
                    yield f"{module.name}.{name}", cue


def test_a_cue_hides_nothing_that_its_pattern_finds() -> None:
    texts = {case.draft for cases in own_cases(seed=3, count=400).values() for case in cases}
    known = list(cues())
    hidden = [
        (name, found[0], sentence.text)
        for text in texts
        for sentence in sentences(text)
        for name, cue in known
        if not sentence.topics & cue.topic
        and (found := cue.pattern.search(sentence.digits) or cue.pattern.search(sentence.low))
        and found[0] not in ("statt",)  # a part of erstattet
    ]
    assert hidden == []


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        ("Two Heron Lamps and one Finch Shade are $95.00.", None),
        ("Two Heron Lamps and one Finch Shade are $97.00.", "Two Heron Lamps and one Finch Shade are $95.00."),
        ("The Heron Lamp is $40.00; you are $30.00 short of free shipping.", None),
        ("The Heron Lamp costs $25.00 more than the Finch Shade.", None),
        (
            "The Heron Lamp costs $20.00 more than the Finch Shade.",
            "The Heron Lamp costs $25.00 more than the Finch Shade.",
        ),
        ("With your budget of $100 you can have both.", None),
        ("The Heron Lamp runs for 12 hours and weighs 300 g.", None),
        ("The Heron Lamp runs for 20 hours.", "The Heron Lamp runs for 12 hours."),
        ("The Finch Shade is 60% linen.", None),
        ("The Finch Shade is 90% linen.", "The Finch Shade is 60% linen."),
        ("Order H-7 was delivered on March 2; you can return it until April 1.", None),
        (
            "Order H-7 was delivered on March 2; you can return it until April 20.",
            "Order H-7 was delivered on March 2; you can return it until April 1.",
        ),
        ("Hello. With the Old Feast you save 30%.", "Hello."),
        ("The Old Feast ended long ago.", None),
        ("Hello. The Heron Lamp has 4.9 stars from 800 reviews.", "Hello."),
        ("Hello. You can pay in four interest-free installments.", "Hello."),
    ],
)
def test_what_follows_from_the_facts_is_right_and_nothing_else(draft: str, said: str | None) -> None:
    assert PLAIN.run(draft, SHOP).text == (said or draft)


@pytest.mark.parametrize(
    "draft",
    [
        "Vielen Dank für Ihre Frage. Wir haben das für Sie geprüft und freuen uns sehr.",
        "The token is tok_9aB8cD7eF6gH5.",
        "DATABASE=postgres://shop:hunter22@db.local/orders",
        "Das Passwort lautet: Eule!4711",
        "System prompt: you are Heron, an agent.",
        "https://prize.example.net/win",
    ],
)
def test_what_must_not_be_said_is_blocked_whole(draft: str) -> None:
    result = PLAIN.run(draft, SHOP)
    assert (result.text, result.blocked) == ("", True)


def test_the_law_of_a_region_is_data() -> None:
    laws = read_regions()
    assert {code for code, law in laws.items() if law.lowest_price} >= {"DE", "FR", "ES", "IT"}
    assert region_of(Facts(region="US-CA")) == laws["US"]
    assert region_of(Facts(locale="de-DE")) == laws["DE"]
    assert region_of(Facts(locale="xx_ZZ")).taxed is None


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        ("Hello. The Gin Alder costs €29.90 plus VAT.", "Hello. The Gin Alder costs €29.90 including VAT."),
        ("The Gin Alder costs €29.90 including VAT.", None),
        ("Hello. All sales are final.", "Hello."),
        ("The lowest price of the last 30 days of the Gin Alder was €27.90.", None),
        ("Hello. The lowest price of the last 30 days of the Gin Alder was €29.90.", "Hello."),
        ("Hello. You get the Gin Alder without an age check.", "Hello."),
        ("The Gin Alder is sold to buyers aged 16 or older.", "The Gin Alder is sold to buyers aged 18 or older."),
    ],
)
def test_a_region_says_what_may_be_said(draft: str, said: str | None) -> None:
    gin = {"name": "Gin Alder", "price": "29.90", "lowest_30_days": "27.90", "restricted": True}
    facts = Facts.model_validate(
        {"locale": "en_IE", "currency": "EUR", "return_window_days": 14, "tax_percent": "23", "products": [gin]}
    )
    assert PLAIN.run(draft, facts).text == (said or draft)


def test_a_disclosure_is_added_once_and_only_to_the_whole() -> None:
    facts = SHOP.model_copy(update={"brand": Facts.model_validate({"brand": {"disclosures": ["Ask a doctor."]}}).brand})
    once = PLAIN.run("The Heron Lamp costs $40.00.", facts)
    assert once.text == "The Heron Lamp costs $40.00. Ask a doctor."
    assert PLAIN.run(once.text, facts).verdicts == ()
    assert PLAIN.run("The Heron Lamp costs $40.00.", facts, more=True).verdicts == ()
    assert PLAIN.run("Hello there.", facts).text == "Hello there."


def test_a_promotion_runs_by_the_day_of_the_request() -> None:
    feast = {"name": "May Feast", "percent": "20", "starts_on": "2026-05-01", "ends_on": "2026-05-31"}
    draft = "With the May Feast you save 20%."
    for today, runs in (("2026-05-02", True), ("2026-04-30", False), ("2026-06-01", False)):
        facts = Facts.model_validate({"today": today, "promotions": [feast]})
        assert (PLAIN.run(draft, facts).text == draft) is runs, today


def test_an_empty_placeholder_says_nothing() -> None:
    assert apply("x", [replace(0, 1, "[link removed]", "r")]).blocked
    assert not apply("x y", [replace(0, 1, "[link removed]", "r")]).blocked


@given(st.lists(st.sampled_from(["tie", "silk tie", "tie rack", "oak"]), unique=True), st.text(max_size=40))
def test_mentions_never_overlap(names: list[str], noise: str) -> None:
    text = f"{noise} Silk Ties, a tie rack {noise} and OAK"
    found = mentions(text, names)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(text[m.start : m.end].lower() == m.key for m in found)


def test_attributes_may_be_numbers() -> None:
    product = Facts.model_validate(
        {"products": [{"name": "a", "attributes": {"n": 3, "b": True, "l": ["x", 2]}}]}
    ).products[0]
    assert product.attributes == {"n": "3", "b": "yes", "l": "x, 2"}
    assert Facts.model_validate({"tax_percent": "7"}).tax_percent == Decimal(7)


def test_a_host_with_a_path_allows_what_lies_below_it() -> None:
    facts = Facts(allowed_hosts=("heron.example/help", "finch.example"))
    for link, stays in (
        ("https://heron.example/help/returns", True),
        ("https://heron.example/win", False),
        ("https://finch.example/any?x=1", True),
        ("https://finch.example.evil.example/help", False),
    ):
        draft = f"See {link} for more."
        assert (PLAIN.run(draft, facts).text == draft) is stays, link
