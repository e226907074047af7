"""Figures that follow from the facts, are the customer's own or tell what to do stay; their wrong likes do not."""

from __future__ import annotations

import pytest

from shopgraph.guards.chain import GuardChain
from shopgraph.guards.checks import CHECKS
from shopgraph.guards.decisions import VerdictKind
from shopgraph.guards.facts import Facts

FACTS = Facts.model_validate(
    {
        "locale": "en-GB",
        "currency": "GBP",
        "products": [
            {
                "name": "Otter Kibble 12 kg",
                "sku": "OK-12",
                "price": "48.00",
                "stock": 9,
                "attributes": {"weight_kg": 12, "protein_percent": 26},
            },
            {
                "name": "Heron Dog Bed",
                "sku": "HB-1",
                "price": "79.00",
                "compare_at": "95.00",
                "stock": 6,
                "attributes": {"length_cm": 100, "width_cm": 70, "weight_kg": 4},
            },
            {
                "name": "Finch Chews 28-Pack",
                "sku": "FC-28",
                "price": "8.40",
                "stock": 40,
                "attributes": {"pieces": 28, "for_dogs_kg": "10-25"},
            },
            {
                "name": "Wren Lamp",
                "sku": "WL-1",
                "price": "30.00",
                "stock": 2,
                "attributes": {"power_w": 12, "battery_hours": 40},
            },
        ],
        "delivery": {"min_days": 2, "max_days": 4, "price": "3.99", "free_from": "60.00"},
        "return_window_days": 30,
        "today": "2026-11-27",
    }
)


def verdict(draft: str) -> VerdictKind | str:
    """What the chain says of a draft."""
    return GuardChain(CHECKS).run(draft, FACTS).verdict


@pytest.mark.parametrize(
    "draft",
    [
        "The Otter Kibble 12 kg is £48.00, which works out at £4.00 a kilo. At 300 g a day it lasts 40 days.",
        "The Finch Chews 28-Pack is £8.40, so 30p a chew; one a day makes it last four weeks.",
        "For a dog of 18 kg the Finch Chews 28-Pack is right.",
        "With £100 in mind you could take the Heron Dog Bed at £79.00 and have £21 left.",
        "The Heron Dog Bed at £79.00 stays below the £90 you wanted to spend.",
        "The bed weighs 4 kg and the kibble 12 kg, so 16 kg together.",
        "The Wren Lamp takes 12 W; at five hours a day that is 60 Wh.",
        "The kibble is £48.00, so delivery, free over £60.00, is £12.00 away.",
    ],
)
def test_what_follows_or_is_the_customers_own_stays(draft: str) -> None:
    assert verdict(draft) == VerdictKind.PASS


@pytest.mark.parametrize(
    "draft",
    [
        "The Otter Kibble 12 kg is £48.00, which works out at £6.00 a kilo.",
        "The Otter Kibble 12 kg is £48.00. At 300 g a day it lasts 90 days.",
        "The Heron Dog Bed weighs 9 kg.",
        "The bed you wanted costs £90.00.",
        "The Heron Dog Bed is £79.00, down from £85.00.",
        "The bed weighs 4 kg and the kibble 12 kg, so 19 kg together.",
        "The Heron Dog Bed is £79.00. It is £16 less than the £195.00 it used to cost.",
        "With a budget of £100 you could take the Heron Dog Bed at £79.00. Together that's £179.00.",
    ],
)
def test_what_does_not_follow_goes(draft: str) -> None:
    assert verdict(draft) != VerdictKind.PASS
