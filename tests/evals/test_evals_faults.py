"""Fault injection: faults at named points of real processes, counted from the other side's own books."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest

from shopgraph.evals.faults import books as books_of
from shopgraph.evals.faults.calls import KINDS, ON_HAND, TOTAL, Case
from shopgraph.evals.faults.evaluate import run_faults
from shopgraph.evals.faults.kinds import Fault
from shopgraph.evals.faults.planned import Planned
from shopgraph.evals.faults.planning import AT_MOST, Plan
from shopgraph.evals.faults.report import End, judge
from shopgraph.evals.faults.stage import write_books

HARM = ("double_refunds", "over_refunds", "lost_money", "lost_stock", "oversold", "stuck", "unreported")
AND_APART = (*HARM, "unconverged", "failed_workers")


@pytest.fixture
def books(tmp_path: Path) -> Path:
    """Empty books of the other side."""
    path = tmp_path / "books.db"
    books_of.prepare(path)
    return path


def test_a_purchase_survives_a_real_kill(tmp_path: Path) -> None:
    figures = run_faults(tmp_path, runs=2, workers=2, seed=3, only=(Fault.CRASH,), kinds=("buy",)).figures
    assert {name: figures[name] for name in AND_APART} == dict.fromkeys(AND_APART, 0)
    assert figures["kills"] == figures["faults"] == 2


@pytest.mark.soak
def test_actions_survive_faults_and_real_kills(tmp_path: Path) -> None:
    figures = run_faults(tmp_path, runs=30, workers=4, seed=3).figures
    assert {name: figures[name] for name in AND_APART} == dict.fromkeys(AND_APART, 0)
    assert cast(int, figures["kills"]) >= 2
    met = cast("dict[str, dict[str, int]]", figures["by_point"])
    assert sum(count for faults in met.values() for count in faults.values()) == figures["faults"]
    assert cast(int, figures["faults"]) >= 60
    assert cast("dict[str, float]", figures["recovery_ms"])["p99"] > 0


def test_without_idempotency_keys_money_goes_back_twice(tmp_path: Path) -> None:
    figures = run_faults(
        tmp_path, runs=4, workers=3, seed=1, keys=False, only=(Fault.TIMEOUT,), kinds=("cancel", "refund")
    ).figures
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
        back = "INSERT INTO refunds (reference, payment, amount, currency, status) VALUES (?, ?, ?, 'USD', 'pending')"
        db.execute(back, ("re_1", paid, TOTAL))
        db.execute(back, ("re_1", paid, TOTAL))
        db.execute(
            "UPDATE allocations SET sku = ?, quantity = ? WHERE orders = ?",
            (change.sku("b"), ON_HAND + 1, change.order_id),
        )
    verdict = judge(books, {refund: End.DONE, cancel: End.UNDONE, change: End.DONE}, {})
    assert verdict.double_refunds == 1
    assert verdict.over_refunds == 1
    assert verdict.lost_money == 2  # the refund's, and the change for which nobody paid
    assert verdict.lost_stock == ON_HAND + 1 - 2
    assert verdict.oversold == 1
    assert not any(cancel.order_id in finding for finding in verdict.findings)


def test_money_that_is_only_held_and_goods_that_are_only_kept_aside_are_missed_too(books: Path) -> None:
    case = Case(number=0, kind_name="buy")
    write_books(books, case)
    assert judge(books, {case: End.UNDONE}, {}).findings == ()
    with closing(sqlite3.connect(books)) as db, db:
        db.execute(
            "INSERT INTO payments VALUES ('pay-0', 'pi', ?, '#1', 9775, 0, 'USD', 'requires_capture')",
            (case.customer_id,),
        )
        db.execute("INSERT INTO reservations VALUES (1, ?, 'depot', 'cart-0', 2, '')", (case.sku("a"),))
    verdict = judge(books, {case: End.UNDONE}, {})
    assert (verdict.lost_money, verdict.lost_stock, verdict.oversold) == (1, 2, 0)
    assert judge(books, {case: End.UNDONE}, {case.customer_id: 1000}).lost_money == 1, "an order is counted once"


def test_a_gift_that_was_given_twice_is_lost_money(books: Path) -> None:
    case = Case(number=0, kind_name="goodwill")
    write_books(books, case)
    for given, lost in ((1000, 0), (2000, 1), (0, 1)):
        assert judge(books, {case: End.DONE}, {case.customer_id: given}).lost_money == lost


def test_what_was_never_done_leaves_the_books_as_they_were(books: Path) -> None:
    cases = [Case(number=number, kind_name=kind) for number, kind in enumerate(KINDS)]
    for case in cases:
        write_books(books, case)
    assert judge(books, dict.fromkeys(cases, End.UNDONE), {}).figures() == dict.fromkeys(HARM[:5], 0)
    done = judge(books, dict.fromkeys(cases, End.DONE), {})
    # A change of the way to pay leaves the same amount held; it is one that was made without a refund.
    unseen = {case.order_id for case in cases if "otherwise" in case.kind_name}
    assert done.lost_money == len(cases) - len(unseen)
    assert {finding.split(" (")[0] for finding in done.findings} == {case.order_id for case in cases} - unseen


def test_every_point_meets_every_fault() -> None:
    points = {"one": {"a", "b"}, "two": {"b", "c"}}
    plan = Plan(points, seed=1)
    for _ in range(3 * len(Fault)):
        kind, faults = plan.next()
        assert set(faults) <= points[kind]
        assert len(faults) <= AT_MOST
        assert list(faults.values()).count(Fault.CRASH) <= 1
        for point, fault in faults.items():
            plan.met(point, fault)
        plan.over(faults)
    assert not plan.unmet
    assert all(set(met) == set(Fault) for met in plan.by_point.values())


def test_a_fault_that_did_not_strike_is_planned_again() -> None:
    plan = Plan({"one": {"a"}}, seed=1, only=(Fault.SLOW,))
    assert plan.next() == ("one", {"a": Fault.SLOW})
    plan.over({"a": Fault.SLOW})
    assert len(plan.unmet) == 1
    assert plan.next() == ("one", {"a": Fault.SLOW})
    plan.met("a", Fault.SLOW)
    assert not plan.unmet


def test_a_planned_fault_is_taken_once_by_its_own_action(tmp_path: Path) -> None:
    planned = Planned(tmp_path)
    planned.put("action:1", {"refund:before": Fault.ERROR, "refund:after": Fault.SLOW}, refused="swap:before")
    assert planned.take("action:2", "refund:before") is None
    assert planned.take("action:1", "refund:before") is Fault.ERROR
    assert planned.take("action:1", "refund:before") is None
    planned.drop("action:1")
    assert planned.take("action:1", "refund:after") is None
    assert planned.refuses("action:1", "swap:before")
    assert not planned.refuses("action:1", "refund:after")
    assert not planned.refuses("action:2", "swap:before")
