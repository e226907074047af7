"""The benchmark's calls as ours: pairing, types, names, and arithmetic."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.errors import InvalidInput
from shopgraph.evals.tau2.bench import Bench
from shopgraph.evals.tau2.desk import CONFIRMED, Said
from shopgraph.evals.tau2.tools import evaluate
from shopgraph.evals.tau2.translate import translate
from shopgraph.tools.spec import Outcome

SWAP: dict[str, Any] = {
    "order_id": "#W2",
    "item_ids": ["a", "a", "b"],
    "new_item_ids": ["x", "y", "z"],
    "payment_method_id": "card",
}
HOME = {"address1": "1 Elm St", "address2": "", "city": "Ames", "country": "USA", "state": "IA", "zip": "11111"}


def test_copies_of_an_item_keep_their_partners() -> None:
    ours = translate("exchange_delivered_order_items", SWAP)
    assert ours.tool == "exchange_items"
    assert ours.arguments["items"] == [
        {"sku": "a", "to_sku": "x"},
        {"sku": "a", "to_sku": "y"},
        {"sku": "b", "to_sku": "z"},
    ]


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("exchange_delivered_order_items", SWAP | {"new_item_ids": ["x", "y"]}),
        ("modify_pending_order_items", SWAP | {"item_ids": []}),
        ("modify_pending_order_items", SWAP | {"item_ids": "a"}),
        ("modify_pending_order_items", {key: value for key, value in SWAP.items() if key != "payment_method_id"}),
        ("cancel_pending_order", {"order_id": "#W1", "reason": "No longer needed"}),
        ("cancel_pending_order", {"order_id": "W1", "reason": "no longer needed"}),
        ("cancel_pending_order", {"order_id": 1, "reason": "no longer needed"}),
        ("get_user_details", {"user_id": "ada", "as": "ben"}),
        ("get_user_details", {}),
        ("delete_everything", {}),
    ],
)
def test_a_call_that_cannot_stand_for_one_of_ours_is_refused(tool: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        translate(tool, arguments)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("get_product_details", {"product_id": "mug-small"}),
        ("get_item_details", {"item_id": "mug"}),
        ("get_item_details", {"item_id": "nothing"}),
        ("get_order_details", {"order_id": ""}),
        ("find_user_id_by_email", {"email": "nobody@example.com"}),
        ("find_user_id_by_email", {"email": "ada@example.com", "user_id": "ada"}),
        ("find_user_id_by_phone", {"phone": "1"}),
        ("modify_user_address", {"user_id": "ada", **HOME, "city": " "}),
        ("return_delivered_order_items", {"order_id": "#W2", "item_ids": ["mug-small"], "payment_method_id": ""}),
        ("calculate", {"expression": "1 / 0"}),
    ],
)
async def test_what_names_nothing_is_no_success(bench: Bench, tool: str, arguments: dict[str, Any]) -> None:
    bench.reset()
    with_ada = bench.desk(None if tool.startswith("find") else "ada")
    outcome = await with_ada.call(tool, arguments, CONFIRMED)
    assert outcome.outcome in (Outcome.INVALID, Outcome.REFUSED), outcome


async def test_a_yes_to_the_same_address_of_somebody_else_is_no_yes(bench: Bench) -> None:
    bench.reset()
    snapshot = bench.snapshot()
    said = Said(confirmed=True, confirmed_tool="modify_user_address", confirmed_arguments={"user_id": "ben", **HOME})
    outcome = await bench.desk("ada").call("modify_user_address", {"user_id": "ada", **HOME}, said)
    assert outcome.outcome is Outcome.NEEDS_CONFIRMATION
    assert bench.unchanged_since(snapshot)
    snapshot.close()


async def test_an_address_of_others_cannot_be_changed_to_become_them(bench: Bench) -> None:
    bench.reset()
    desk = bench.desk("ada")
    changed = await desk.call("modify_user_address", {"user_id": "ben", **HOME, "zip": "33333"}, CONFIRMED)
    assert changed.outcome is Outcome.REFUSED
    look_up = {"first_name": "Ben", "last_name": "Example", "zip": "33333"}
    found = await bench.desk(None).call("find_user_id_by_name_zip", look_up)
    assert found.outcome is Outcome.INVALID


NUMBERS = st.decimals(min_value=0, max_value=10_000, places=2, allow_nan=False)


@given(NUMBERS, NUMBERS, NUMBERS, st.sampled_from("+-*"))
def test_arithmetic_is_exact_and_binds_as_usual(a: Decimal, b: Decimal, c: Decimal, sign: str) -> None:
    inner = {"+": Fraction(b) + Fraction(c), "-": Fraction(b) - Fraction(c), "*": Fraction(b) * Fraction(c)}[sign]
    cent = Fraction(1, 100)
    assert abs(Fraction(evaluate(f"{a} + ({b} {sign} {c})")) - Fraction(a) - inner) <= cent / 2
    assert abs(Fraction(evaluate(f"-{c}+{a}*{b}")) - Fraction(a) * Fraction(b) + Fraction(c)) <= cent / 2


@pytest.mark.parametrize(
    "expression", ["", "2 ** 3", "1 +", "(1", "1)", "1 2", "abs(1)", "1e9", "__import__('os')", "1 / 0", "(" * 5000]
)
def test_what_is_no_arithmetic_is_refused(expression: str) -> None:
    with pytest.raises(InvalidInput):
        evaluate(expression)


def test_quotients_are_rounded_to_cents() -> None:
    assert evaluate("10 / 4 / 2") == "1.25"
    assert evaluate("2 / 3") == "0.67"
    assert evaluate("200.8 + 96.35 - 3 * 2") == "291.15"
