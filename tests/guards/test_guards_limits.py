"""Limits as a bundle declares them: what is wrong with one is named by file and line before anything is judged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shopgraph.errors import ConfigurationError
from shopgraph.guards.decisions import Effect
from shopgraph.guards.limits import Limit, Per
from shopgraph.guards.policy import PolicyBundle, load_bundle

Edit = Callable[[str, str, str], Path]

NOTES = """  - id: notes-per-day
    actions: [add_note]
    per: customer
    days: 1
    count: 30
"""
BROKEN = [
    ("id: notes-per-day", "id: offers-per-month", "has the same id"),
    ("id: notes-per-day", "id: identify-first", "of policy.cedar has the same id"),
    ("actions: [add_note]", "actions: [add_notes]", "'add_notes' is no action"),
    ("actions: [add_note]", "actions: [customer_tools]", "'customer_tools' is no action"),
    ("actions: [add_note]", "actions: []", "at least 1 item"),
    ("actions: [add_note]", "actions: [add_note, add_note]", "one twice"),
    ("per: customer", "per: galaxy", "'customer', 'agent' or 'conversation'"),
    ("days: 1", "days: 0", "greater than or equal to 1"),
    ("days: 1", "days: 1.5", "days"),
    ("count: 30", "count: 0", "greater than or equal to 1"),
    ("count: 30", "effect: approve", "either a count or amounts"),
    ("count: 30", "count: 30\n    effect: confirm", "effect is deny or approve"),
    ("count: 30", "amounts: [5.00 USD]", "no amount in EUR, GBP, JPY, KWD"),
    ("count: 30", "amounts: [5.00 USD, 6.00 USD, 5.00 EUR, 5.00 GBP, 5 JPY, 1.000 KWD]", "a currency twice"),
    ("count: 30", "amounts: [5.00 USD, 5.00 EUR, 5.00 GBP, 0 JPY, 1.000 KWD]", "above zero"),
    ("count: 30", "amounts: [5.00 USD, 5.00 EUR, 5.00 GBP, 5.50 JPY, 1.000 KWD]", "amounts.3"),
    ("count: 30", "count: 30\n    remedy: wait {hours} hours", "it names 'hours'; it may name done"),
    ("count: 30", "count: 30\n    remedy: wait {", "braces"),
    ("count: 30", "counts: 30", "counts"),
]


@pytest.mark.parametrize(("old", "new", "what"), BROKEN, ids=[what for _, _, what in BROKEN])
def test_what_is_wrong_with_a_limit_is_named_by_file_and_line(edited: Edit, old: str, new: str, what: str) -> None:
    changed = NOTES.replace(old, new)
    folder = edited("bundle.yaml", NOTES, changed)
    file = folder / "bundle.yaml"
    first = file.read_text(encoding="utf-8").partition(changed)[0].count("\n") + 1
    with pytest.raises(ConfigurationError) as caught:
        load_bundle(folder)
    assert what in str(caught.value)
    assert str(file) in str(caught.value)
    line = caught.value.fields["line"]
    assert isinstance(line, int)
    assert first <= line < first + changed.count("\n")


def test_every_wrong_limit_is_found_not_only_the_first(edited: Edit) -> None:
    edited("bundle.yaml", "actions: [add_note]", "actions: [add_notes]")
    folder = edited("bundle.yaml", "actions: [offer_discount]", "actions: [offer_discounts]")
    with pytest.raises(ConfigurationError, match="'offer_discounts'") as caught:
        load_bundle(folder)
    (other,) = caught.value.fields["also"]
    assert "'add_notes'" in str(other)


def test_a_rule_switched_off_that_is_none_is_named_by_line(edited: Edit) -> None:
    with pytest.raises(ConfigurationError, match=r"bundle\.yaml, line \d+: .*'no-such-rule'"):
        load_bundle(edited("bundle.yaml", "off: {}", "off: {no-such-rule: because}"))


def test_a_bundle_tells_the_limits_on_an_action(default: PolicyBundle, tau2: PolicyBundle) -> None:
    (notes,) = default.limits_on("add_note")
    assert (notes.per, notes.count, notes.effect) == (Per.CUSTOMER, 30, Effect.DENY)
    assert default.limits_on("get_order") == ()
    assert tau2.limits == ()
    currencies = default.calendars.currencies
    for limit in default.limits:
        assert not limit.amounts or {amount.currency for amount in limit.amounts} == currencies


def test_an_edited_limit_is_another_version(edited: Edit, default: PolicyBundle) -> None:
    assert load_bundle(edited("bundle.yaml", "count: 30", "count: 31")).version != default.version


def test_a_limit_has_its_window_in_days_of_24_hours() -> None:
    limit = Limit.model_validate(
        {"id": "x", "actions": ["add_note"], "per": "agent", "days": 7, "count": 1, "reason": "r"}
    )
    assert limit.window.total_seconds() == 7 * 24 * 3600
