"""Entities: what a message names comes back as shops write it; what only looks alike stays out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.models.entities import find_entities


def found(text: str) -> dict[str, Any]:
    return {name: value for name, value in find_entities(text).entities.model_dump().items() if value}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Where is #W2611340?", {"order_ids": ("#W2611340",)}),
        ("w2611340 please, and #d1000001", {"order_ids": ("#W2611340", "#D1000001")}),
        ("W2611340 W2611340 #w2611340", {"order_ids": ("#W2611340",)}),
        ("my order number is 1000042", {"order_ids": ("1000042",)}),
        ("order #1000042", {"order_ids": ("#1000042",)}),
        ("I ordered 3 days ago", {}),
        ("write to Anna.Li+shop@example.co.uk.", {"emails": ("Anna.Li+shop@example.co.uk",)}),
        ("I paid $1,299.00", {"amounts": ("1299.00",)}),
        ("12,50 € or 1.299,00 euros", {"amounts": ("12.50", "1299.00")}),
        ("under 3,000 yen", {"amounts": ("3000",)}),
        ("12.500 KD", {"amounts": ("12.500",)}),
        ("20 bucks", {"amounts": ("20",)}),
        ("20% off or 7.5 percent", {"percents": ("20", "7.5")}),
        ("two of them", {"quantities": (2,)}),
        ("3x and both, qty: 12", {"quantities": (3, 2, 12)}),
        ("one size fits all in 2 days", {}),
        ("code WELCOME15", {"codes": ("WELCOME15",)}),
        ("I typed welcome15 as promo code welcome15", {"codes": ("WELCOME15",)}),
        ("coupon FREESHIP", {"codes": ("FREESHIP",)}),
        ("my code still works", {}),
        ("SAVE20 now", {"codes": ("SAVE20",)}),
        ("BLUE-WRAP-DRESS-M", {"skus": ("BLUE-WRAP-DRESS-M",)}),
        ("item 1008292230", {"skus": ("1008292230",)}),
        ("drs-00177-m", {"skus": ("DRS-00177-M",)}),
        ("a t-shirt with 24-hour delivery, e-mail me", {}),
        ("ship to 02139", {"postal_codes": ("02139",)}),
        ("SW1A 1AA, 150-0001, 10115, 94105-1234", {"postal_codes": ("SW1A 1AA", "150-0001", "10115", "94105-1234")}),
        ("card ending 4242, size 42", {}),
        ("", {}),
    ],
)
def test_what_is_found(text: str, expected: dict[str, tuple[str, ...]]) -> None:
    assert found(text) == expected


def test_masking_leaves_the_words_and_no_number() -> None:
    masked = find_entities("Refund $12.50 for #W2611340 to a@b.co within 14 days").text
    assert masked.split() == ["Refund", "xamount", "for", "xorder", "to", "xemail", "within", "xnum", "days"]


@given(st.text(max_size=300))
def test_no_digit_is_left_after_masking(text: str) -> None:
    assert not any(character in "0123456789" for character in find_entities(text).text)


@given(st.integers(1_000_000, 9_999_999), st.sampled_from("WDA"), st.booleans(), st.booleans())
def test_an_order_id_is_found_however_it_is_typed(number: int, letter: str, sign: bool, lower: bool) -> None:
    typed = ("#" if sign else "") + (letter.lower() if lower else letter) + str(number)
    assert find_entities(f"about {typed}, please").entities.order_ids == (f"#{letter}{number}",)


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("deliver it on 2026-03-04 please", ("2026-03-04",)),
        ("ordered on March 3rd, not the 5th of April 2026", ("March 3rd", "5th of April 2026")),
        ("it came on Friday, next Tuesday I am away", ("Friday", "next Tuesday")),
        ("bought 12/24/2025 or 24.12.2025", ("12/24/2025", "24.12.2025")),
        ("tomorrow. tomorrow!", ("tomorrow",)),
        ("I may 2nd that; order 12345 costs 3.50", ("may 2nd",)),
        ("version 1.2.3 of 10/12", ()),
    ],
)
def test_dates_come_back_as_said(text: str, dates: tuple[str, ...]) -> None:
    assert find_entities(text).entities.dates == dates
