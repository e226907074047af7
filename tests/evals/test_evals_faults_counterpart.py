"""The other side of fault injection: what it does when it is asked, and what it tells of it later."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shopgraph.connectors.embedded import EmbeddedShop, create_shop, gateway_calls
from shopgraph.connectors.gateway import ExternalKind, GatewayPayment, GatewayRefund
from shopgraph.domain import PaymentIntentStatus, RefundReason, RefundStatus
from shopgraph.evals.faults.books import Books, Refusal, prepare
from shopgraph.evals.faults.calls import ON_HAND, PRICE, TOTAL, UNITS, Case
from shopgraph.evals.faults.news import hear_all
from shopgraph.evals.faults.orders import AT, LOCATION, dataset, meta, usd, world
from shopgraph.evals.faults.stage import write_books

SECRET = "whsec_for_a_test"
NOW = datetime(2026, 6, 1, 13, tzinfo=UTC)
REFUND: dict[str, Any] = {"reference": "re_1", "orders": "#1", "payment": "p", "amount": 5, "currency": "USD"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Empty books."""
    prepare(tmp_path / "books.db")
    return tmp_path / "books.db"


def test_a_key_is_answered_once_and_without_one_it_acts_twice(path: Path) -> None:
    desk = Books(path)
    first = desk.act("payments.refund", REFUND, "refund:#1:1/0")
    assert desk.act("payments.refund", REFUND, "refund:#1:1/0") == first
    assert desk.act("payments.refund", REFUND, "") != first
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM refunds").fetchone() == (2,)


def test_money_is_held_then_taken_or_let_go(path: Path) -> None:
    desk = Books(path)
    pay = {"reference": "pi", "customer": "c", "orders": "#1", "amount": 7, "captured": 0, "currency": "USD"}
    one, two = (desk.act("payments.pay", pay, key) for key in ("1", "2"))
    assert desk.act("payments.capture", {"id": one["id"], "amount": 7}, "3")["captured"] == 7
    assert desk.act("payments.void", {"id": two["id"]}, "4")["status"] == "canceled"
    for payment in (one, two):
        with pytest.raises(Refusal):
            desk.act("payments.capture", {"id": payment["id"], "amount": 7}, "")


def test_stock_is_promised_as_far_as_it_goes(path: Path) -> None:
    case = Case(number=0, kind_name="refund")
    write_books(path, case)
    desk = Books(path)
    ask: dict[str, Any] = {"sku": case.sku("b"), "location": LOCATION.id, "orders": "#2", "line": "0"}
    desk.act("stock.allocate", {**ask, "quantity": ON_HAND}, "k1")
    with pytest.raises(Refusal):
        desk.act("stock.allocate", {**ask, "quantity": 1}, "k2")
    assert len(desk.act("stock.allocations", {"orders": "#2"}, "")) == 1
    assert len(PRICE) == len(desk.act("stock.levels", {"skus": [case.sku(size) for size in PRICE]}, ""))
    desk.act("stock.consume", {"orders": "#2"}, "k3")
    (level,) = desk.act("stock.levels", {"skus": [case.sku("b")]}, "")
    assert (level["on_hand"], level["allocated"]) == (0, 0)


def test_what_is_held_for_a_cart_becomes_an_orders_unless_it_is_missing(path: Path) -> None:
    case = Case(number=0, kind_name="buy what is missing")
    write_books(path, case)
    desk = Books(path)
    held = [
        desk.act(
            "stock.reserve",
            {"sku": case.sku(size), "location": LOCATION.id, "cart": "c", "quantity": UNITS, "expires_at": ""},
            size,
        )
        for size in ("a", "b")
    ]
    fetched = desk.act("stock.fetch", {"id": held[0]["id"], "orders": "#1", "line": "1"}, "f1")
    assert (fetched["sku"], fetched["quantity"]) == (case.sku("a"), UNITS)
    with pytest.raises(Refusal, match="not on its shelf"):
        desk.act("stock.fetch", {"id": held[1]["id"], "orders": "#1", "line": "2"}, "f2")
    assert [row["id"] for row in desk.act("stock.unreserve", {"cart": "c"}, "u")] == [held[1]["id"]]


class _Desk:
    """The gateway, asked without a wire."""

    name = "counterpart"

    def __init__(self, books: Books) -> None:
        self._books = books

    async def payment(self, external_id: str) -> GatewayPayment:
        row = self._books.act("payments.payment", {"id": external_id}, "")
        return GatewayPayment(
            external_id=row["id"],
            id=row["reference"],
            amount=usd(row["amount"]),
            captured=usd(row["captured"]),
            status=PaymentIntentStatus(row["status"]),
            created_at=AT,
        )

    async def find_refund(self, external_id: str) -> GatewayRefund:
        row = self._books.act("payments.found", {"id": external_id}, "")
        return GatewayRefund(
            external_id=external_id,
            id=row["reference"],
            payment_external_id=row["payment"],
            amount=usd(row["amount"]),
            status=RefundStatus(row["status"]),
            created_at=AT,
        )


@pytest.fixture
def shop(tmp_path: Path) -> EmbeddedShop:
    """A shop with one order, whose payment the other side knows."""
    made = create_shop(f"sqlite:///{tmp_path / 'shop.db'}", meta(NOW))
    made.load(world())
    case = Case(number=0, kind_name="refund")
    made.load(dataset(case))
    (own, _), *_ = case.payments()
    made.database.write_now(lambda db: gateway_calls.bind(db, "", ExternalKind.PAYMENT, own, own))
    return made


async def test_messages_come_forged_twice_and_newest_first_and_the_records_converge(
    path: Path, shop: EmbeddedShop
) -> None:
    case = Case(number=0, kind_name="refund")
    write_books(path, case)
    desk = Books(path, SECRET)
    (paid, _), *_ = case.payments()
    with shop:
        refund = await shop.payments.refund(
            order_id=case.order_id,
            payment_intent_id=paid,
            payment_method_id=case.method(0),
            amount=usd(700),
            reason=RefundReason.DUPLICATE,
            at=AT,
            idempotency_key="refund",
        )
        desk.act("payments.refund", {**REFUND, "reference": refund.id, "payment": paid, "amount": 700}, "k")
        told = desk.act("payments.news", {"customer": case.customer_id, "at": NOW.timestamp()}, "")
        types = [json.loads(message["payload"])["type"] for message in told]
        assert types == ["refund.updated", "refund.updated", "refund.updated", "refund.created"]
        gateway: Any = _Desk(desk)
        await hear_all(told, secret=SECRET, at=NOW, gateway=gateway, store=shop.payments)
        after = await shop.payments.find_refund(refund.id)
        assert after is not None
        assert after.status is RefundStatus.SUCCEEDED
        assert desk.act("payments.news", {"customer": None, "at": NOW.timestamp()}, "") == [], "all of it was heard"
        assert (await shop.payments.intents(case.order_id))[0].captured == usd(TOTAL)
        with pytest.raises(RuntimeError, match="refused"):
            await hear_all(told, secret="another", at=NOW, gateway=gateway, store=shop.payments)
        with pytest.raises(RuntimeError, match="believed"):
            await hear_all(told[1:], secret=SECRET, at=NOW, gateway=gateway, store=shop.payments)
