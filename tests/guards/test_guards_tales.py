"""What texts tell of orders, days, comparisons and tables in words of their own, and what is made of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.guards.chain import GuardChain
from shopgraph.guards.checks import CHECKS
from shopgraph.guards.checks.order_tales import find_tale, is_untrue
from shopgraph.guards.checks.text import sentences
from shopgraph.guards.facts import Facts

CHAIN = GuardChain(CHECKS)
SHOP = Facts.model_validate(
    {
        "locale": "en_US",
        "currency": "USD",
        "region": "US",
        "today": "2026-11-28",
        "products": [
            {
                "name": "Ember Mug",
                "price": "20.00",
                "stock": 9,
                "attributes": {"material": "stoneware", "lining": "wool"},
            },
            {"name": "Frost Bowl", "price": "32.00", "compare_at": "40.00", "stock": 0, "restock_on": "2026-12-08"},
        ],
        "promotions": [{"name": "Fireside", "percent": "10", "code": "FIRE10"}],
        "delivery": {"min_days": 3, "max_days": 6, "price": "5.00", "free_from": "50.00"},
        "return_window_days": 30,
        "orders": [
            {"id": "E-1", "status": "pending", "total": "20.00", "placed_on": "2026-11-26"},
            {
                "id": "E-2",
                "status": "delivered",
                "total": "52.00",
                "placed_on": "2026-11-10",
                "delivered_on": "2026-11-14",
            },
        ],
        "refunds": [{"order": "E-2", "amount": "8.00", "status": "pending"}],
        "brand": {"forbidden": ["shoddy"], "competitors": ["Kilnworld"]},
    }
)


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        ("E-1 has already left our warehouse.", "E-1 is pending."),
        ("E-1 hasn't left our warehouse.", None),
        ("E-2 hasn't arrived yet.", "E-2 has been delivered."),
        ("E-2 is still on its way.", "E-2 has been delivered."),
        ("Your refund of $8.00 for E-2 has landed in your account.", "Your refund of $8.00 for E-2 is pending."),
        ("You placed E-1 two days ago.", None),
        ("You placed E-1 nine days ago.", "You placed E-1 2 days ago."),
        ("E-2 was delivered on the 14th.", None),
        ("E-2 was delivered on the 17th.", "E-2 was delivered on the 14th."),
        ("The Frost Bowl is back in ten days.", None),
        ("The Frost Bowl is back in three weeks.", "The Frost Bowl is back in 10 days."),
        ("The Ember Mug is cheaper than the Frost Bowl.", None),
        (
            "The Ember Mug is more expensive than the Frost Bowl.",
            "The Ember Mug is cheaper than the Frost Bowl.",
        ),
        ("An Ember Mug and a Frost Bowl: $55.00.", "An Ember Mug and a Frost Bowl: $52.00."),
        ("3 × $20.00 + 1 × $32.00 = $94.00.", "3 × $20.00 + 1 × $32.00 = $92.00."),
        ("With FIRE10 the Ember Mug costs $17.00.", "With FIRE10 the Ember Mug costs $18.00."),
        ("Delivery takes one to two days.", "Delivery takes three to six days."),
        ("Expect it within 24 h.", "Expect it within 3-6 days."),
        ("The Ember Mug is lined with silk.", "The Ember Mug is lined with wool."),
        ("It's a shoddy mug, the Ember Mug, at $20.00.", "It's a mug, the Ember Mug, at $20.00."),
        ("Kilnworld asks more, but the Ember Mug is $20.00.", "The Ember Mug is $20.00."),
        ("**Ember Mug**\nPrice: $25.00\nIn stock: 4", "**Ember Mug**\nPrice: $20.00\nIn stock: 9"),
        (
            "| Item | Stock |\n|---|---|\n| Ember Mug | 12 |",
            "| Item | Stock |\n|---|---|\n| Ember Mug | 9 |",
        ),
    ],
)
def test_what_is_told_in_other_words_is_put_right(draft: str, said: str | None) -> None:
    result = CHAIN.run(draft, SHOP)
    assert result.text == (draft if said is None else said)
    assert (not result.verdicts) is (said is None)


@pytest.mark.parametrize(
    ("text", "state", "untrue"),
    [
        ("is unterwegs: E-1 ist schon unterwegs", "pending", True),
        ("E-1 wurde noch nicht verschickt", "pending", False),
        ("E-1 wurde noch nicht verschickt", "delivered", True),
        ("E-1 n'a pas encore été expédiée", "shipped", True),
        ("E-1 todavía no ha salido", "shipped", True),
        ("E-1 ha sido cancelado", "shipped", True),
        ("E-1 has not been cancelled", "canceled", True),
        ("E-1 has shipped", "delivered", False),
    ],
)
def test_a_tale_is_held_against_the_state(text: str, state: str, untrue: bool) -> None:
    tale = find_tale(sentences(text)[0], 0)
    assert tale is not None
    assert is_untrue(tale, state) is untrue


@given(st.integers(1, 9), st.integers(1, 9))
def test_a_written_sum_is_right_when_it_adds_up(one: int, other: int) -> None:
    total = one * 20 + other * 32
    right = f"{one} × $20.00 + {other} × $32.00 = ${total}.00."
    assert CHAIN.run(right, SHOP).text == right
