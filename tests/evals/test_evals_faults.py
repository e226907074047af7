"""Fault injection: faults at named points of real processes, counted from the other side's own books."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest

from shopgraph.evals.faults import counterpart
from shopgraph.evals.faults.evaluate import run_faults
from shopgraph.evals.faults.kinds import Fault
from shopgraph.evals.faults.orders import KINDS, ON_HAND, PRICE, TOTAL, Case
from shopgraph.evals.faults.planning import Plan
from shopgraph.evals.faults.report import End, judge
from shopgraph.evals.faults.stage import write_books

HARM = ("double_refunds", "over_refunds", "lost_money", "lost_stock", "oversold", "stuck", "unreported")


@pytest.fixture
def books(tmp_path: Path) -> Path:
    """Empty books of the other side."""
    path = tmp_path / "books.db"
    counterpart.prepare(path)
    return path


@pytest.mark.soak
def test_actions_survive_faults_and_real_kills(tmp_path: Path) -> None:
    figures = run_faults(tmp_path, runs=12, workers=4, seed=3, only=(Fault.CRASH, Fault.TIMEOUT, Fault.ERROR)).figures
    assert {name: figures[name] for name in HARM} == dict.fromkeys(HARM, 0)
    assert cast(int, figures["kills"]) >= 2
    met = cast("dict[str, dict[str, int]]", figures["by_point"])
    assert sum(count for faults in met.values() for count in faults.values()) == figures["faults"]
    assert cast(int, figures["faults"]) >= 12
    assert cast("dict[str, float]", figures["recovery_ms"])["p99"] > 0


def test_without_idempotency_keys_money_goes_back_twice(tmp_path: Path) -> None:
    figures = run_faults(tmp_path, runs=10, workers=3, seed=1, keys=False, only=(Fault.TIMEOUT,)).figures
    assert cast(int, figures["double_refunds"]) > 0
    assert cast(int, figures["lost_money"]) > 0


def test_the_books_show_what_went_wrong(books: Path) -> None:
    refund, cancel, change = (
        Case(number=n, kind_name=k) for n, k in enumerate(["refund", "cancel", "change for dearer"])
    )
    for case in (refund, cancel, change):
        write_books(books, case)
    paid = refund.payments()[0][0]
    with closing(sqlite3.connect(books)) as db, db:
        back = "INSERT INTO refunds (reference, orders, payment, amount, currency) VALUES (?, ?, ?, ?, 'USD')"
        db.execute(back, ("re_1", refund.order_id, paid, TOTAL))
        db.execute(back, ("re_1", refund.order_id, paid, TOTAL))
        db.execute(
            "UPDATE allocations SET sku = ?, quantity = ? WHERE orders = ?",
            (change.sku("b"), ON_HAND + 1, change.order_id),
        )
    verdict = judge(books, {refund: End.DONE, cancel: End.UNDONE, change: End.DONE})
    assert verdict.double_refunds == 1
    assert verdict.over_refunds == 1
    assert verdict.lost_money == 2  # the refund's, and the change for which nobody paid
    assert verdict.lost_stock == ON_HAND + 1 - 2
    assert verdict.oversold == 1
    assert not any(cancel.order_id in finding for finding in verdict.findings)


def test_what_was_never_done_leaves_the_books_as_they_were(books: Path) -> None:
    cases = [Case(number=number, kind_name=kind) for number, kind in enumerate(KINDS)]
    for case in cases:
        write_books(books, case)
    assert judge(books, dict.fromkeys(cases, End.UNDONE)).figures() == dict.fromkeys(HARM[:5], 0)
    done = judge(books, dict.fromkeys(cases, End.DONE))
    # A change of the way to pay leaves the same amount held; it is one that was made without a refund.
    assert done.lost_money == len(cases) - 2
    assert {finding.split(" (")[0] for finding in done.findings} >= {
        case.order_id for case in cases if "otherwise" not in case.kind_name
    }


def test_the_other_side_answers_a_key_once_and_acts_twice_without(books: Path) -> None:
    desk = counterpart.Books(books)
    body: dict[str, Any] = {"reference": "re_1", "orders": "#1", "payment": "p", "amount": 5, "currency": "USD"}
    first = desk.act("payments.refund", body, "refund:#1:1/0")
    assert desk.act("payments.refund", body, "refund:#1:1/0") == first
    assert desk.act("payments.refund", body, "") != first
    with closing(sqlite3.connect(books)) as db:
        assert db.execute("SELECT count(*) FROM refunds").fetchone() == (2,)


def test_stock_is_promised_as_far_as_it_goes(books: Path) -> None:
    case = Case(number=0, kind_name="refund")
    write_books(books, case)
    desk = counterpart.Books(books)
    ask: dict[str, Any] = {"sku": case.sku("b"), "location": "depot", "orders": "#2", "line": "0", "quantity": ON_HAND}
    desk.act("stock.allocate", ask, "k1")
    with pytest.raises(counterpart.Refusal):
        desk.act("stock.allocate", {**ask, "quantity": 1}, "k2")
    assert len(desk.act("stock.allocations", {"orders": "#2"}, "")) == 1
    assert len(PRICE) == len(desk.act("stock.levels", {"skus": [case.sku(size) for size in PRICE]}, ""))


def test_every_point_meets_every_fault() -> None:
    points = {"one": {"a", "b"}, "two": {"b", "c"}}
    plan = Plan(points, seed=1)
    left = 18
    while left:
        kind, faults = plan.next(left)
        assert set(faults) <= points[kind]
        assert len(faults) == 1 or Fault.CRASH not in faults.values()
        for point, fault in faults.items():
            plan.met(point, fault)
        plan.over(faults)
        left -= 1
    assert plan.unmet == 0
    assert all(set(met) == set(Fault) for met in plan.by_point.values())


def test_a_fault_that_did_not_strike_is_planned_again() -> None:
    plan = Plan({"one": {"a"}}, seed=1, only=(Fault.SLOW,))
    assert plan.next(2) == ("one", {"a": Fault.SLOW})
    plan.over({"a": Fault.SLOW})
    assert plan.unmet == 1
    assert plan.next(1) == ("one", {"a": Fault.SLOW})
    plan.met("a", Fault.SLOW)
    assert plan.unmet == 0
