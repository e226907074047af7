"""Budgets and prices: integers, reserved before a call, kept by the day, never passed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.errors import ConfigurationError, ModelFault
from shopgraph.models.budget import Budget
from shopgraph.models.calling import BudgetPolicy
from shopgraph.models.faults import FaultKind, kind
from shopgraph.models.scope import CallScope
from shopgraph.models.spending import DatabaseLedger, MemoryLedger, Price, SpendLedger, dollars_text, nanousd

PRICE = Price(input_token=Decimal("0.00000015"), cached_token=Decimal("0.000000075"), output_token=Decimal("0.0000006"))


@pytest.fixture(params=["memory", "file"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> SpendLedger:
    if request.param == "memory":
        return MemoryLedger(day=lambda: "2026-06-01")
    return DatabaseLedger(str(tmp_path / "spending.db"), day=lambda: "2026-06-01")


def test_a_price_is_what_litellm_or_the_file_says_and_nothing_is_lost() -> None:
    known = {"input_cost_per_token": 1.5e-07, "output_cost_per_token": 6e-07, "cache_read_input_token_cost": 7.5e-08}
    assert Price.of({}, known) == PRICE
    assert Price.of({"input_cost_per_token": 0, "output_cost_per_token": 0}, known) == Price(
        input_token=Decimal(0), cached_token=Decimal(0), output_token=Decimal(0)
    )
    assert Price.of({}, {}) is None
    assert PRICE.cost(input_tokens=1000, output_tokens=100) == 210_000
    assert PRICE.cost(input_tokens=1000, output_tokens=100, cached_tokens=1000) == 135_000
    assert dollars_text(210_000) == "0.000210000"


def test_a_limit_is_never_passed(ledger: SpendLedger) -> None:
    assert ledger.reserve(60, 100)
    assert not ledger.reserve(41, 100)
    assert ledger.today() == 60
    ledger.correct(-10)
    assert ledger.reserve(50, 100)
    assert ledger.today() == 100


def test_it_is_never_passed_by_several_processes_either(tmp_path: Path) -> None:
    file = str(tmp_path / "spending.db")
    ledgers = [DatabaseLedger(file) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        granted = list(threads.map(lambda turn: ledgers[turn % 4].reserve(7, 100), range(40)))
    assert sum(granted) == 14
    assert DatabaseLedger(file).today() == 98


def test_another_day_begins_at_nothing(tmp_path: Path) -> None:
    day = "2026-06-01"
    ledger = DatabaseLedger(str(tmp_path / "spending.db"), day=lambda: day)
    assert ledger.reserve(100, 100)
    day = "2026-06-02"
    assert ledger.today() == 0
    assert ledger.reserve(100, 100)


def test_a_ledger_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere/spending\.db, cannot be written") as caught:
        DatabaseLedger(str(tmp_path / "nowhere" / "spending.db"))
    assert "budget.ledger" in caught.value.remedy


async def test_a_request_may_not_cost_more_than_its_budget() -> None:
    budget, scope = Budget(BudgetPolicy(per_request=Decimal("0.001")), MemoryLedger()), CallScope()
    first = await budget.reserve("a", PRICE, "x" * 300, 1000, scope)
    assert scope.spent_nanousd == first.nanos > 600_000
    with pytest.raises(ModelFault, match="budget") as caught:
        await budget.reserve("a", PRICE, "x" * 300, 1000, scope)
    assert kind(caught.value) is FaultKind.BUDGET
    assert scope.spent_nanousd == first.nanos
    await budget.settle(first, 1_000, scope)
    assert scope.spent_nanousd == 1_000
    await budget.reserve("a", PRICE, "x" * 300, 1000, scope)


async def test_a_day_may_not_cost_more_either_and_nothing_is_booked_when_it_would() -> None:
    ledger = MemoryLedger()
    budget = Budget(BudgetPolicy(per_day=Decimal("0.001")), ledger)
    await budget.reserve("a", PRICE, "", 1000, CallScope())
    spent, another = ledger.today(), CallScope()
    with pytest.raises(ModelFault, match="a day"):
        await budget.reserve("a", PRICE, "", 1000, another)
    assert ledger.today() == spent
    assert another.spent_nanousd == 0


async def test_without_a_price_nothing_is_asked_for_within_a_budget() -> None:
    with pytest.raises(ModelFault, match="price is not known") as caught:
        await Budget(BudgetPolicy(per_day=Decimal(1)), MemoryLedger()).reserve("a", None, "", 1, CallScope())
    assert "input_cost_per_token" in caught.value.remedy
    free = await Budget(BudgetPolicy(), MemoryLedger()).reserve("a", None, "", 1, CallScope())
    assert free.nanos == 0


@given(st.decimals(0, 1000, places=12))
def test_an_amount_is_rounded_up_to_a_billionth(dollars: Decimal) -> None:
    assert 0 <= Decimal(nanousd(dollars)) - dollars * 10**9 < 1
