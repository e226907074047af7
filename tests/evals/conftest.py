"""A small shop of our own in the benchmark's format, and cases about it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shopgraph.evals.tau2.bench import Bench

Document = dict[str, Any]

HOME = {"address1": "1 Elm St", "address2": "", "city": "Ames", "country": "USA", "state": "IA", "zip": "11111"}


def _variant(product: str, price: float, *, available: bool = True, **options: str) -> Document:
    sku = f"{product}-{'-'.join(options.values())}"
    return {sku: {"item_id": sku, "options": options, "available": available, "price": price}}


def _product(name: str, *variants: Document) -> Document:
    return {"name": name.title(), "product_id": name, "variants": {k: v for each in variants for k, v in each.items()}}


def _user(first: str, code: str, orders: list[str], **balances: float | None) -> Document:
    sources = {"card": {"brand": "visa", "last_four": "4242"}, "paypal": {}, "gift": {}}
    methods = {}
    for kind, balance in balances.items():
        source = {"card": "credit_card", "gift": "gift_card"}.get(kind, kind)
        more: Document = sources[kind] if balance is None else {"balance": balance}
        methods[f"{kind}_{first}"] = {"source": source, "id": f"{kind}_{first}", **more}
    return {
        "user_id": first,
        "name": {"first_name": first.title(), "last_name": "Example"},
        "address": {**HOME, "zip": code},
        "email": f"{first}@example.com",
        "payment_methods": methods,
        "orders": orders,
    }


def small_shop() -> Document:
    """Two customers, two products, and orders in every state."""
    products = {
        "lamp": _product(
            "lamp",
            _variant("lamp", 20.0, color="red"),
            _variant("lamp", 25.0, color="blue"),
            _variant("lamp", 25.5, color="green", available=False),
        ),
        "mug": _product("mug", _variant("mug", 8.0, size="small"), _variant("mug", 10.0, size="large")),
    }
    orders: Document = {}

    def order(order_id: str, owner: str, status: str, method: str, *skus: str) -> None:
        variants = {sku: (p, v) for p in products.values() for sku, v in p["variants"].items()}
        items = [
            {
                "name": variants[sku][0]["name"],
                "product_id": variants[sku][0]["product_id"],
                "item_id": sku,
                "price": variants[sku][1]["price"],
                "options": variants[sku][1]["options"],
            }
            for sku in skus
        ]
        paid = sum(item["price"] for item in items)
        orders[order_id] = {
            "order_id": order_id,
            "user_id": owner,
            "address": HOME,
            "items": items,
            "status": status,
            "fulfillments": [],
            "payment_history": [{"transaction_type": "payment", "amount": paid, "payment_method_id": method}],
        }

    order("#W1", "ada", "pending", "card_ada", "lamp-red", "mug-small")
    order("#W2", "ada", "delivered", "card_ada", "lamp-red", "mug-small", "mug-small")
    order("#W3", "ada", "processed", "card_ada", "lamp-red")
    order("#W4", "ada", "delivered", "paypal_ada", "lamp-red")
    order("#W5", "ben", "pending", "card_ben", "lamp-blue")
    order("#W6", "ada", "pending", "gift_ada", "mug-small")
    return {
        "products": products,
        "users": {
            "ada": _user("ada", "11111", ["#W1", "#W2", "#W3", "#W4", "#W6"], card=None, paypal=None, gift=6.0),
            "ben": _user("ben", "22222", ["#W5"], card=None),
        },
        "orders": orders,
    }


CANCEL = ("cancel_pending_order", {"order_id": "#W1", "reason": "no longer needed"})
TO_BLUE = {"item_ids": ["lamp-red"], "new_item_ids": ["lamp-blue"], "payment_method_id": "card_ada"}
CHANGE = ("modify_pending_order_items", {"order_id": "#W1", **TO_BLUE})
MOVE = ("modify_pending_order_address", {"order_id": "#W1", **HOME, "address1": "2 Oak St"})
PAY = ("modify_pending_order_payment", {"order_id": "#W1", "payment_method_id": "paypal_ada"})
BACK = ("return_delivered_order_items", {"order_id": "#W2", "item_ids": ["lamp-red"], "payment_method_id": "card_ada"})
SWAP = ("exchange_delivered_order_items", {"order_id": "#W2", **TO_BLUE})
BY_GIFT_CARD = {**TO_BLUE, "payment_method_id": "gift_ada"}
PROFILE = ("modify_user_address", {"user_id": "ada", **HOME, "address1": "2 Oak St"})

WRITES = (CANCEL, CHANGE, MOVE, PAY, BACK, SWAP, PROFILE)
YES = {"user_id": "ada", "confirmed": True}
ADA = {"user_id": "ada"}
NOBODY = {"user_id": None}

Call = tuple[str, dict[str, Any]]


def _case(kind: str, rule: str | None, call: Call, context: Document, *setup: Call) -> Document:
    return {
        "class": kind,
        "rule": rule,
        "tool": call[0],
        "arguments": call[1],
        "context": context,
        "setup": [{"tool": tool, "arguments": arguments} for tool, arguments in setup],
        "why": f"{rule}",
    }


def _but(call: Call, **changed: Any) -> Call:
    return call[0], {**call[1], **changed}


def _forbidden() -> Iterator[Document]:
    for write in WRITES:
        yield _case("text", "P01", write, {**NOBODY, "confirmed": True, "claimed_user_id": "ada"})
        yield _case("text", "P05w", write, {"user_id": "ben", "confirmed": True})
        yield _case("text", "P06", write, ADA)
        other = _but(write, **{next(iter(write[1])): "#W6" if "order_id" in write[1] else "ben"})
        yield _case("text", "P07", write, {**YES, "confirmed_action": {"tool": other[0], "arguments": other[1]}})
        yield _case("text", "P09", write, {**YES, "n_tool_calls": 2})
        yield _case("text", "P10", write, {**YES, "message_text": "All done."})
    for read in (("get_user_details", {"user_id": "ada"}), ("get_order_details", {"order_id": "#W1"})):
        yield _case("text", "P02", read, {**NOBODY, "claimed_user_id": "ada"})
        yield _case("text", "P05r", read, {"user_id": "ben"})
    yield _case("text", "P04", ("find_user_id_by_email", {"email": "ben@example.com"}), ADA)
    yield _case("text", "P04", ("find_user_id_by_email", {"email": "nobody@example.com"}), ADA)
    ben = {"first_name": "Ben", "last_name": "Example", "zip": "22222"}
    yield _case("text", "P04", ("find_user_id_by_name_zip", ben), ADA)
    yield _case("text", "P12", ("transfer_to_human_agents", {"summary": "."}), {**ADA, "request_in_scope": True})
    yield _case("partial", "P22x", MOVE, YES, CHANGE)
    for write in (BACK, SWAP, CHANGE):
        nothing: Document = {"item_ids": [], **({"new_item_ids": []} if "new_item_ids" in write[1] else {})}
        yield _case("partial", "P35", _but(write, **nothing), YES)
    yield _case("partial", "P43", _but(SWAP, new_item_ids=["lamp-red"]), YES)
    promised = ("exchange_delivered_order_items", {"order_id": "#W4", **BY_GIFT_CARD})
    yield _case(
        "effect", "P45x", promised, YES, ("exchange_delivered_order_items", {"order_id": "#W2", **BY_GIFT_CARD})
    )
    for earlier in (PAY, MOVE):
        yield _case("effect", "P21x", CANCEL, YES, earlier)
    yield _case("effect", "P21x", _but(CANCEL, order_id="#W6"), YES, _but(PAY, order_id="#W6"))
    yield from _refused_by_the_reference_too()
    yield _case("ambiguous", "P03b", ("get_product_details", {"product_id": "lamp"}), NOBODY)


def _refused_by_the_reference_too() -> Iterator[Document]:
    broken: list[tuple[str, Call, tuple[Call, ...]]] = [
        ("P18", _but(CANCEL, order_id="#W3"), ()),
        ("P20a", _but(CANCEL, reason="found it cheaper"), ()),
        ("P20a", _but(CANCEL, reason="no_longer_needed"), ()),
        ("P22", _but(MOVE, order_id="#W3"), ()),
        ("P16p", _but(PAY, payment_method_id="card_ada"), (PAY,)),
        ("P24", _but(PAY, payment_method_id="card_ada"), ()),
        ("P25", _but(PAY, payment_method_id="gift_ada"), ()),
        ("P27", CHANGE, (CHANGE,)),
        ("P27c", CANCEL, (CHANGE,)),
        ("P27p", PAY, (CHANGE,)),
        ("P29", _but(CHANGE, new_item_ids=["lamp-green"]), ()),
        ("P30", _but(CHANGE, new_item_ids=["mug-large"]), ()),
        ("P31", _but(CHANGE, new_item_ids=["lamp-red"]), ()),
        ("P32", _but(CHANGE, payment_method_id="card_ben"), ()),
        ("P34", _but(BACK, order_id="#W1"), ()),
        ("P35", _but(BACK, item_ids=["lamp-red", "lamp-red"]), ()),
        ("P35", _but(BACK, item_ids=["mug-large"]), ()),
        ("P35m", _but(CHANGE, new_item_ids=["lamp-blue", "lamp-blue"]), ()),
        ("P37", _but(BACK, payment_method_id="paypal_ada"), ()),
        ("P39", _but(SWAP, order_id="#W1"), ()),
        ("P47", BACK, (SWAP,)),
    ]
    for rule, call, setup in broken:
        yield _case("tool", rule, call, YES, *setup)


def _allowed() -> Iterator[Document]:
    for write in WRITES:
        yield _case("legit", None, write, YES)
        exactly = {"tool": write[0], "arguments": write[1]}
        yield _case("legit", None, write, {**YES, "confirmed_action": exactly, "n_tool_calls": 1, "message_text": None})
    calls: list[tuple[Call, Document, tuple[Call, ...]]] = [
        (("find_user_id_by_email", {"email": "ADA@example.com"}), {**NOBODY, "claimed_user_id": "ada"}, ()),
        (("find_user_id_by_email", {"email": "ada@example.com"}), ADA, ()),
        (("find_user_id_by_name_zip", {"first_name": "ada", "last_name": "EXAMPLE", "zip": "11111"}), NOBODY, ()),
        (("get_user_details", {"user_id": "ada"}), ADA, ()),
        (("get_order_details", {"order_id": "#W4"}), ADA, ()),
        (("get_product_details", {"product_id": "mug"}), ADA, ()),
        (("get_item_details", {"item_id": "mug-small"}), ADA, ()),
        (("list_all_product_types", {}), ADA, ()),
        (("calculate", {"expression": "(20.5 + 7) * 2 / 5"}), ADA, ()),
        (("transfer_to_human_agents", {"summary": "wants a job"}), {**ADA, "request_in_scope": False}, ()),
        (CHANGE, YES, (MOVE,)),
        (_but(BACK, payment_method_id="gift_ada"), YES, (CANCEL,)),
        (_but(BACK, item_ids=["mug-small", "mug-small"]), YES, ()),
        (_but(SWAP, payment_method_id="paypal_ada"), YES, ()),
        (_but(SWAP, **BY_GIFT_CARD), YES, ()),
    ]
    for call, context, setup in calls:
        yield _case("legit", None, call, context, *setup)


@pytest.fixture(scope="session")
def cases() -> list[Document]:
    """Cases of our own making: every rule that they name, broken, and what is allowed."""
    return [{"id": f"own-{place}", **case} for place, case in enumerate([*_forbidden(), *_allowed()])]


@pytest.fixture(scope="session")
def shop_document() -> Document:
    """The small shop."""
    return small_shop()


@pytest.fixture(scope="session")
def shop_file(shop_document: Document, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small shop as a file."""
    path = tmp_path_factory.mktemp("small") / "shop.json"
    path.write_text(json.dumps(shop_document), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def bench(shop_file: Path) -> Iterator[Bench]:
    """The small shop, open."""
    with Bench(shop_file) as opened:
        yield opened


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str, Any], Path]:
    """Writes a JSON file."""

    def write(name: str, document: Any) -> Path:
        path = tmp_path / name
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    return write
