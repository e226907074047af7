"""The tau2 database, in and out: a small document of our own with every status, and the real file."""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.connectors.canonical import canonical_export_hash
from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.tau2 import IMPORTED_AT, canonical_hash, read_tau2, to_tau2
from shopgraph.domain import (
    Availability,
    CancelReason,
    ExchangeStatus,
    FulfillmentStatus,
    Money,
    OrderStatus,
    PaymentIntent,
    PaymentIntentStatus,
    Refund,
    RefundReason,
    RefundStatus,
    ReturnItem,
    ReturnStatus,
)
from shopgraph.errors import DamagedShop
from tests.demo.tau2_document import STATUSES, Document, document_of, variant_of


@pytest.fixture
def read(tmp_path: Path) -> Callable[[Document], Dataset]:
    """Reads a document from a file."""

    def from_file(document: Document) -> Dataset:
        path = tmp_path / "db.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return read_tau2(path)[1]

    return from_file


def _through(document: Document, folder: Path) -> Document:
    path = folder / "round.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return to_tau2(read_tau2(path)[1])


@given(statuses=st.lists(st.sampled_from(STATUSES), max_size=9), balance=st.integers(0, 10**7))
def test_what_comes_in_goes_out_again(
    tmp_path_factory: pytest.TempPathFactory, statuses: list[str], balance: int
) -> None:
    document = document_of(*statuses)
    document["users"]["ann_1"]["payment_methods"]["gift-1"]["balance"] = balance / 100
    again = _through(document, tmp_path_factory.getbasetemp())
    assert canonical_hash(again) == canonical_hash(document)
    assert json.loads(json.dumps(again))["users"]["ann_1"]["orders"] == document["users"]["ann_1"]["orders"]


def test_the_hash_is_deaf_to_form_and_hears_every_fact() -> None:
    document = document_of(*STATUSES)
    same = json.loads(json.dumps(document).replace('"balance": 51', '"balance": 51.0'))
    same["orders"]["#W1"]["return_items"] = None
    other = copy.deepcopy(document)
    other["orders"]["#W4"]["items"][1]["price"] = 31.08
    assert canonical_hash(same) == canonical_hash(document) != canonical_hash(other)


def test_statuses_become_records(read: Callable[[Document], Dataset]) -> None:
    dataset = read(document_of(*STATUSES))
    orders = {order.id: order for order in dataset.orders}
    assert [orders[f"#W{n}"].status for n in range(1, 8)] == [
        OrderStatus.PENDING,
        OrderStatus.PENDING,
        OrderStatus.PROCESSED,
        OrderStatus.DELIVERED,
        OrderStatus.CANCELED,
        OrderStatus.DELIVERED,
        OrderStatus.DELIVERED,
    ]
    assert (orders["#W1"].items_changed_at, orders["#W2"].items_changed_at) == (None, IMPORTED_AT)
    assert orders["#W5"].cancel_reason is CancelReason.ORDERED_BY_MISTAKE
    assert {line.current_quantity for line in orders["#W5"].lines} == {0}
    (returned,) = dataset.returns
    assert (returned.order_id, returned.status, returned.refund) == (
        "#W6",
        ReturnStatus.REQUESTED,
        Money.of("17.00", "USD"),
    )
    assert [item.line_id for item in returned.items] == ["#W6/1", "#W6/3"]
    (exchange,) = dataset.exchanges
    assert (exchange.status, exchange.difference) == (ExchangeStatus.REQUESTED, Money.of("-0.55", "USD"))
    assert [(item.from_sku, item.to_sku) for item in exchange.items] == [("c1", "c2"), ("h1", "h2")]
    assert {parcel.status for parcel in dataset.fulfillments} == {
        FulfillmentStatus.PACKED,
        FulfillmentStatus.DELIVERED,
        FulfillmentStatus.CANCELED,
    }
    assert [refund.reason for refund in dataset.refunds] == [
        RefundReason.EXCHANGE_DIFFERENCE,
        RefundReason.ORDER_CANCELED,
    ]


def test_facts_of_the_shop(read: Callable[[Document], Dataset]) -> None:
    dataset = read(document_of("delivered", "cancelled"))
    assert {variant.tracks_stock for variant in dataset.variants} == {False}
    offers = {offer.sku: offer for offer in dataset.offers}
    assert offers["c2"].availability is Availability.OUT_OF_STOCK
    assert offers["c1"].price == Money.of("8.50", "USD")
    (customer,) = dataset.customers
    assert customer.lifetime_value == Money.of("48.07", "USD"), "a canceled order is worth nothing"
    assert {order.placed_at for order in dataset.orders} == {None}
    positions = {order.id: order.position for order in dataset.orders}
    assert positions == {"#W2": 0, "#W1": 1}


def test_the_meta_takes_its_instant_from_the_caller(tmp_path: Path) -> None:
    path = tmp_path / "db.json"
    path.write_text(json.dumps(document_of("return requested")))
    at = datetime(2026, 3, 1, tzinfo=UTC)
    meta, dataset = read_tau2(path, at=at)
    assert (meta.bundle, meta.clock_at, dataset.returns[0].requested_at) == ("tau2-retail", at, at)


def test_a_compressed_file_reads_the_same(tmp_path: Path, read: Callable[[Document], Dataset]) -> None:
    document = document_of(*STATUSES)
    plain = read(document)
    packed = tmp_path / "db.json.gz"
    packed.write_bytes(gzip.compress(json.dumps(document).encode()))
    assert canonical_export_hash(read_tau2(packed)[1]) == canonical_export_hash(plain)


def test_float_noise_is_rounded_away_and_real_fractions_of_a_cent_are_not(
    read: Callable[[Document], Dataset], tmp_path: Path
) -> None:
    document = document_of("pending (item modified)")
    refund = document["orders"]["#W1"]["payment_history"][1]
    refund["amount"] = 0.04999999999999716
    assert read(document).refunds[0].amount == Money.of("0.05", "USD")
    refund["amount"] = 0.055
    with pytest.raises(DamagedShop, match=r"orders\.#W1\.payment_history\[1\]\.amount has more digits"):
        read(document)


def _at(document: Document, place: str) -> tuple[Any, Any]:
    keys: list[Any] = [int(key) if key.isdigit() else key for key in place.split("/")]
    target: Any = document
    for key in keys[:-1]:
        target = target[key]
    return target, keys[-1]


DAMAGE = [
    ("orders/#W1/items/2/price", "12", r"orders\.#W1\.items\[2\]\.price is not a number"),
    ("orders/#W1/items/2/price", True, r"items\[2\]\.price is not a number"),
    ("orders/#W1/items/0/price", -4, "is negative"),
    ("orders/#W1/items/0/item_id", "h9", "is 'h9', which is no variant of product 'p-cup'"),
    ("orders/#W1/status", "lost", r"orders\.#W1\.status is 'lost'\. Known are pending"),
    ("orders/#W1/user_id", "bob_2", "whose profile does not list the order"),
    ("orders/#W1/order_id", "#W9", "under the key '#W1'"),
    ("orders/#W1/payment_history/0/payment_method_id", "card-9", "no payment method of ann_1"),
    ("orders/#W1/payment_history/0/transaction_type", "gift", "Known are payment and refund"),
    ("orders/#W1/return_items", ["c1"], "stands on an order that is 'pending'"),
    ("orders/#W1/gift_wrap", True, "has a field 'gift_wrap' that is not known"),
    ("orders/#W4/fulfillments/0/item_ids/0", "h1", "the order does not hold"),
    ("orders/#W5/cancel_reason", "too dear", "Known are no longer needed"),
    ("orders/#W6/return_items", ["c1", "c1", "c1"], "does not hold"),
    ("orders/#W6/return_items", None, r"return_items is not a list"),
    ("orders/#W7/exchange_new_items", ["c2", "c2"], "no counterpart of the same product"),
    ("orders/#W7/exchange_new_items", ["c2", "h2", "h2"], "more items than exchange_items"),
    ("users/ann_1/orders", ["#W1"], "whose profile does not list"),
    ("users/ann_1/payment_methods/gift-1/balance", "51", "balance is not a number"),
    ("users/ann_1/payment_methods/pp-1/source", "cheque", "Known are credit_card"),
    ("users/ann_1/email", 3, r"users\.ann_1\.email is not a text"),
    ("users/ann_1/email", "a\x00b", "holds a character that is no text"),
    ("users/ann_1/address", [], r"users\.ann_1\.address is not an object"),
    ("products/p-cup/variants/c1/available", "yes", "is not true or false"),
    ("products/p-hat/variants/c1", variant_of("c1", 1), "stands under product 'p-cup' too"),
    ("users", [], "users is not an object"),
    ("extra", {}, "the document has a field 'extra'"),
]


@pytest.mark.parametrize(("place", "value", "complaint"), DAMAGE)
def test_a_damaged_document_is_named_with_its_place(
    read: Callable[[Document], Dataset], tmp_path: Path, place: str, value: object, complaint: str
) -> None:
    document = document_of(*STATUSES)
    target, key = _at(document, place)
    target[key] = value
    with pytest.raises(DamagedShop, match=complaint) as caught:
        read(document)
    assert str(tmp_path / "db.json") in str(caught.value)


@pytest.mark.parametrize("key", ["products", "users", "orders"])
def test_a_missing_table_is_named(read: Callable[[Document], Dataset], key: str) -> None:
    document = document_of("pending")
    del document[key]
    with pytest.raises(DamagedShop, match=f"the document has no '{key}'"):
        read(document)


def test_an_order_that_is_listed_but_missing_is_named(read: Callable[[Document], Dataset]) -> None:
    document = document_of("pending")
    document["users"]["ann_1"]["orders"].append("#W8")
    with pytest.raises(DamagedShop, match=r"users\.ann_1\.orders names '#W8', which is no order"):
        read(document)


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        (b"", "is no valid JSON"),
        (b'{"orders": ', "is no valid JSON"),
        (b'{"orders": NaN}', "NaN is not a JSON number"),
        (b'{"users": {}, "users": {}}', "'users' stands twice"),
        (b"\xff\xfe\x00", "is no UTF-8 text"),
        (gzip.compress(b'{"users": {}}', mtime=0)[:-6], "is a damaged gzip file"),
        (b"[" * 200_000, "is nested too deeply"),
        (b'{"a": 1e99999999999999999999}', "is no valid JSON"),
        (b"[]", "the document is not an object"),
    ],
)
def test_a_file_that_is_no_document_is_named(tmp_path: Path, raw: bytes, complaint: str) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(raw)
    with pytest.raises(DamagedShop, match=complaint) as caught:
        read_tau2(path)
    assert "broken.json" in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DamagedShop, match="cannot be read"):
        read_tau2(tmp_path / "none.json")


def test_a_later_cancellation_keeps_the_items(read: Callable[[Document], Dataset]) -> None:
    document = document_of("pending")
    dataset = read(document)
    (order,) = dataset.orders
    gone = tuple(line.model_copy(update={"current_quantity": 0}) for line in order.lines)
    update = {"status": OrderStatus.CANCELED, "cancel_reason": CancelReason.NO_LONGER_NEEDED, "lines": gone}
    dataset.orders = [order.model_copy(update=update)]
    dataset.refunds = [_refund(order.id, 1, "card-1", "48.07", RefundStatus.PENDING)]
    written = to_tau2(dataset)["orders"]["#W1"]
    expected = document["orders"]["#W1"] | {"status": "cancelled", "cancel_reason": "no longer needed"}
    payment = expected["payment_history"][0]
    expected["payment_history"] = [payment, payment | {"transaction_type": "refund"}]
    assert canonical_hash(written) == canonical_hash(expected)


def test_a_later_return_of_two_units_of_a_line_repeats_the_item(read: Callable[[Document], Dataset]) -> None:
    dataset = read(document_of("return requested"))
    (record,) = dataset.returns
    items = (
        ReturnItem(line_id="#W1/2", sku="h1", quantity=1),
        ReturnItem(line_id="#W1/1", sku="c1", quantity=2),
    )
    dataset.returns = [record.model_copy(update={"items": items, "status": ReturnStatus.REFUNDED})]
    written = to_tau2(dataset)["orders"]["#W1"]
    assert (written["status"], written["return_items"]) == ("return requested", ["c1", "c1", "h1"])
    dataset.returns = [record.model_copy(update={"status": ReturnStatus.CANCELED})]
    assert to_tau2(dataset)["orders"]["#W1"]["status"] == "delivered"


def test_a_later_payment_change_follows_the_sequence(read: Callable[[Document], Dataset]) -> None:
    dataset = read(document_of("pending"))
    amount = Money.of("48.07", "USD")
    second = PaymentIntent(
        id="new",
        order_id="#W1",
        payment_method_id="pp-1",
        amount=amount,
        captured=amount,
        status=PaymentIntentStatus.SUCCEEDED,
        sequence=1,
    )
    failed = second.model_copy(
        update={"id": "not", "status": PaymentIntentStatus.CANCELED, "captured": Money.zero("USD"), "sequence": 3}
    )
    dataset.intents = [second, failed, *dataset.intents]
    dataset.refunds = [
        _refund("#W1", 4, "card-1", "1.00", RefundStatus.FAILED),
        _refund("#W1", 2, "card-1", "48.07", RefundStatus.SUCCEEDED),
    ]
    history = to_tau2(dataset)["orders"]["#W1"]["payment_history"]
    assert [(entry["transaction_type"], entry["payment_method_id"]) for entry in history] == [
        ("payment", "card-1"),
        ("payment", "pp-1"),
        ("refund", "card-1"),
    ]


def _refund(order_id: str, sequence: int, method_id: str, amount: str, status: RefundStatus) -> Refund:
    return Refund(
        id=f"refund-{sequence}",
        order_id=order_id,
        payment_intent_id=None,
        payment_method_id=method_id,
        amount=Money.of(amount, "USD"),
        status=status,
        reason=RefundReason.REQUESTED_BY_CUSTOMER,
        sequence=sequence,
    )


@pytest.mark.data
def test_the_real_database_comes_back_whole(shared_data: Path) -> None:
    folder = shared_data / "tau2-retail"
    expected = json.loads((folder / "gold_hashes.train.json").read_text())["meta"]["initial_canonical"]
    _, dataset = read_tau2(folder / "db.json")
    assert (len(dataset.customers), len(dataset.products), len(dataset.variants), len(dataset.orders)) == (
        500,
        50,
        591,
        1000,
    )
    assert canonical_hash(to_tau2(dataset)) == expected
    assert canonical_hash(json.loads((folder / "db.json").read_text())) == expected
