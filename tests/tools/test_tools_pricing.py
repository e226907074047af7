"""What a cart costs: no minor unit is lost or made, whatever the cuts, the rates and the currency."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.domain import Money, Promotion
from shopgraph.guards.calendars import TaxRules
from shopgraph.tools.pricing import Candidate, Goods, best_cuts, shared, taxes

AT = datetime(2026, 6, 1, tzinfo=UTC)
CURRENCIES = st.sampled_from(["JPY", "USD", "KWD"])
RATES = TaxRules(inclusive=False, name="tax", percent=Decimal("8.875"), by_category={"food": Decimal(0)})
VAT = TaxRules(inclusive=True, name="VAT", percent=Decimal(20), by_category={"food": Decimal(5)})


def money(amount: int, currency: str = "USD") -> Money:
    return Money(amount=amount, currency=currency)


def candidate(percent: int, name: str = "a", left: Money | None = None, **more: object) -> Candidate:
    promotion = Promotion.model_validate(
        {
            "id": name,
            "name": name,
            "region_ids": ("r",),
            "percent": Decimal(percent),
            "starts_at": AT,
            "ends_at": AT + timedelta(days=1),
            **more,
        }
    )
    return Candidate(promotion=promotion, code=None, left=left)


def goods(*values: int, category: str = "fashion") -> list[Goods]:
    return [Goods(sku=f"s{n}", category=category, value=money(value)) for n, value in enumerate(values)]


def test_one_cut_is_shared_out_by_the_largest_remainder() -> None:
    (cut,) = best_cuts(goods(1000, 1000, 1000), [candidate(10, cap=money(100))], stacking=False)
    assert [share.amount for share in cut.shares] == [34, 33, 33]


@pytest.mark.parametrize(("left", "amount"), [(299, 299), (300, 300), (301, 300), (None, 300)])
def test_no_more_than_the_budget_has_left(left: int | None, amount: int) -> None:
    rest = None if left is None else money(left)
    (cut,) = best_cuts(goods(3000), [candidate(10, left=rest)], stacking=False)
    assert cut.amount == money(amount)


def test_a_cut_is_for_its_product_or_its_categories_alone() -> None:
    cart = [Goods(sku="x", category="fashion", value=money(1000)), Goods(sku="y", category="home", value=money(2000))]
    (own,) = best_cuts(cart, [candidate(10, sku="y")], stacking=False)
    assert [share.amount for share in own.shares] == [0, 200]
    (home,) = best_cuts(cart, [candidate(10, categories=("home",))], stacking=False)
    assert home.shares == own.shares
    assert best_cuts(cart, [candidate(10, categories=("garden",))], stacking=False) == ()


def test_what_cannot_be_combined_competes() -> None:
    both = [candidate(10, "a"), candidate(15, "b")]
    (best,) = best_cuts(goods(1000), both, stacking=True)
    assert best.candidate.promotion.id == "b"


def test_what_can_be_combined_follows_one_another_where_the_region_has_it() -> None:
    both = [candidate(10, "a", stackable=True), candidate(10, "b", stackable=True)]
    assert [cut.amount.amount for cut in best_cuts(goods(1000), both, stacking=True)] == [100, 90]
    assert [cut.amount.amount for cut in best_cuts(goods(1000), both, stacking=False)] == [100]


def test_tax_is_reckoned_once_per_rate_and_shared_out() -> None:
    cart = goods(999, 999, 999)
    found = taxes(cart, [each.value for each in cart], RATES)
    assert sum(tax.amount for tax in found) == 266, "8.875 % of 29.97 is 2.6598"
    assert [tax.amount for tax in found] == [89, 89, 88]


def test_inclusive_tax_is_what_is_in_the_price() -> None:
    cart = [*goods(1200), *goods(1050, category="food")]
    assert [tax.amount for tax in taxes(cart, [each.value for each in cart], VAT)] == [200, 50]


@given(data=st.data(), currency=CURRENCIES)
def test_nothing_is_lost_and_nothing_below_zero(data: st.DataObject, currency: str) -> None:
    values = data.draw(st.lists(st.integers(0, 10**7), min_size=1, max_size=8))
    kinds = data.draw(st.lists(st.sampled_from(["food", "home"]), min_size=len(values), max_size=len(values)))
    cart = [
        Goods(sku=f"s{n}", category=kind, value=money(value, currency))
        for n, (value, kind) in enumerate(zip(values, kinds, strict=True))
    ]
    offered = [
        candidate(data.draw(st.integers(0, 100)), name, stackable=data.draw(st.booleans())) for name in ("a", "b", "c")
    ]
    cuts = best_cuts(cart, offered, stacking=data.draw(st.booleans()))
    net = [each.value - Money.sum((cut.shares[n] for cut in cuts), currency) for n, each in enumerate(cart)]
    assert all(value.amount >= 0 for value in net)
    for rules in (RATES, VAT):
        by_line = taxes(cart, net, rules)
        for kind in {"food", "home"} & set(kinds):
            whole = Money.sum((value for value, of in zip(net, kinds, strict=True) if of == kind), currency)
            tax = whole - rules.net(whole, kind) if rules.inclusive else whole.percent(rules.rate(kind))
            assert Money.sum((t for t, of in zip(by_line, kinds, strict=True) if of == kind), currency) == tax


@given(whole=st.integers(-(10**6), 10**6), values=st.lists(st.integers(0, 10**6), min_size=1, max_size=9))
def test_shares_add_up(whole: int, values: list[int]) -> None:
    parts = shared(money(whole), [money(value) for value in values])
    assert sum(part.amount for part in parts) == (whole if any(values) else 0)
