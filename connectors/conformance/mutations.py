"""What holds for every mutating call: once per key, no other body under a key, NotFound for what is not there."""

# ruff: noqa: S101  (the checks are tests)
from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from shopgraph.connectors.conformance.kit import check, refuses, state
from shopgraph.connectors.conformance.seed import ADDRESS, AT, DAY, new_discount, new_order, new_parcel, usd
from shopgraph.connectors.ports import Connectors
from shopgraph.domain import (
    Address,
    CancelReason,
    ExchangeItem,
    Fulfillment,
    ItemCondition,
    RefundReason,
    ReturnItem,
    ReturnRequest,
)
from shopgraph.errors import IdempotencyConflict, NotFound

Call = Callable[[Connectors, str], Awaitable[object]]
"""A call under a key."""

NOWHERE = "no-such-record"
MOVED = Address(line1="9 New Street", city="Springfield", state="IL", postal_code="62704", country="US")
BACK = ReturnItem(line_id="0", sku="shirt-m", quantity=1)
SWAP = ExchangeItem(line_id="0", from_sku="shirt-m", to_sku="shirt-l", quantity=2, price=usd(2500))


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """A mutating call in three forms: one that is right, the same of another body, one that names nothing."""

    port: str
    name: str
    right: Call
    other: Call
    missing: Call


def _request(order_id: str = "ada-delivered", quantity: int = 1) -> ReturnRequest:
    item = BACK.model_copy(update={"quantity": quantity})
    return ReturnRequest(order_id=order_id, customer_id="ada", items=(item,), payment_method_id="ada-card")


def _reserve(cart_id: str = "cart-open", quantity: int = 1) -> Call:
    return lambda shop, key: shop.inventory.reserve(
        sku="shirt-m",
        location_id="depot-south",
        cart_id=cart_id,
        quantity=quantity,
        expires_at=AT + DAY,
        idempotency_key=key,
    )


def _allocate(sku: str = "shirt-m", quantity: int = 1) -> Call:
    return lambda shop, key: shop.inventory.allocate(
        sku=sku, location_id="depot-south", order_id="ada-pending", line_id="0", quantity=quantity, idempotency_key=key
    )


def _restock(sku: str = "shirt-l", quantity: int = 2) -> Call:
    return lambda shop, key: shop.inventory.restock(
        sku=sku, location_id="depot-north", quantity=quantity, idempotency_key=key
    )


def _cancel(order_id: str = "ada-pending", reason: CancelReason = CancelReason.NO_LONGER_NEEDED) -> Call:
    return lambda shop, key: shop.orders.cancel(order_id=order_id, reason=reason, at=AT, idempotency_key=key)


def _swap(order_id: str = "ada-pending", price: int = 2500) -> Call:
    items = [SWAP.model_copy(update={"price": usd(price)})]
    return lambda shop, key: shop.orders.swap_items(order_id=order_id, items=items, at=AT, idempotency_key=key)


def _ship_to(order_id: str = "ada-pending", address: Address = MOVED) -> Call:
    return lambda shop, key: shop.orders.change_address(order_id=order_id, address=address, idempotency_key=key)


def _ask_return(order_id: str = "ada-delivered", quantity: int = 1) -> Call:
    return lambda shop, key: shop.warehouse.request_return(
        _request(order_id, quantity), refund=usd(2000), at=AT, idempotency_key=key
    )


def _receive(return_id: str = "return-1", condition: ItemCondition = ItemCondition.NEW) -> Call:
    items = [BACK.model_copy(update={"quantity": 2, "condition": condition})]
    return lambda shop, key: shop.warehouse.receive_return(return_id=return_id, items=items, at=AT, idempotency_key=key)


def _ask_exchange(order_id: str = "ada-delivered", difference: int = 1000) -> Call:
    return lambda shop, key: shop.warehouse.request_exchange(
        order_id=order_id,
        customer_id="ada",
        items=[SWAP],
        payment_method_id="ada-card",
        difference=usd(difference),
        at=AT,
        idempotency_key=key,
    )


def _live_at(customer_id: str = "ada", address: Address = MOVED) -> Call:
    return lambda shop, key: shop.crm.change_address(customer_id=customer_id, address=address, idempotency_key=key)


def _note(customer_id: str = "ada", body: str = "Called.") -> Call:
    return lambda shop, key: shop.crm.add_note(
        customer_id=customer_id, author="system", body=body, order_id=None, at=AT, idempotency_key=key
    )


def _charge(order_id: str = "ada-pending", amount: int = 700) -> Call:
    return lambda shop, key: shop.payments.charge(
        order_id=order_id, payment_method_id="ada-gift", amount=usd(amount), at=AT, idempotency_key=key
    )


def _refund(order_id: str = "ada-delivered", amount: int = 700) -> Call:
    return lambda shop, key: shop.payments.refund(
        order_id=order_id,
        payment_intent_id=None,
        payment_method_id="ada-gift",
        amount=usd(amount),
        reason=RefundReason.REQUESTED_BY_CUSTOMER,
        at=AT,
        idempotency_key=key,
    )


def _authorize(order_id: str = "ada-pending", amount: int = 700) -> Call:
    return lambda shop, key: shop.payments.authorize(
        order_id=order_id, payment_method_id="ada-card", amount=usd(amount), at=AT, idempotency_key=key
    )


def _code(cart_id: str = "cart-open", code: str = "Spring12") -> Call:
    return lambda shop, key: shop.sessions.add_code(cart_id=cart_id, code=code, at=AT, idempotency_key=key)


def _held(reservation_id: str = "reserved", line_id: str = "0") -> Call:
    return lambda shop, key: shop.inventory.allocate_reserved(
        reservation_id="reserved" if reservation_id == NOWHERE else reservation_id,
        order_id=NOWHERE if reservation_id == NOWHERE else "ada-pending",
        line_id=line_id,
        idempotency_key=key,
    )


def _unreserve(cart_id: str = "cart-open") -> Call:
    return lambda shop, key: shop.inventory.unreserve(cart_id=cart_id, idempotency_key=key)


def _place(customer_id: str = "ada", shipping: int = 0) -> Call:
    order = new_order(customer_id, shipping=usd(shipping))
    return lambda shop, key: shop.orders.place(order, idempotency_key=key)


def _receive_exchange(exchange_id: str = "exchange-1") -> Call:
    return lambda shop, key: shop.warehouse.receive_exchange(exchange_id=exchange_id, at=AT, idempotency_key=key)


def _complete_exchange(exchange_id: str = "exchange-2", parcels: Sequence[Fulfillment] = ()) -> Call:
    return lambda shop, key: shop.warehouse.complete_exchange(
        exchange_id=exchange_id, parcels=parcels, at=AT, idempotency_key=key
    )


def _credit(customer_id: str = "ada", amount: int = 700) -> Call:
    return lambda shop, key: shop.payments.credit_gift_card(
        customer_id=customer_id, amount=usd(amount), at=AT, idempotency_key=key
    )


def _discount(order_id: str = "ada-pending", amount: int = 700) -> Call:
    cut = new_discount(order_id, usd(amount))
    return lambda shop, key: shop.marketing.apply_discounts([cut], budgets={}, idempotency_key=key)


def _withdraw(order_id: str = "ada-shipped") -> Call:
    return lambda shop, key: shop.marketing.withdraw_discounts(order_id=order_id, idempotency_key=key)


def _close(cart_id: str = "cart-open") -> Call:
    return lambda shop, key: shop.sessions.close_cart(cart_id=cart_id, at=AT, idempotency_key=key)


def _reopen(cart_id: str = "cart-done") -> Call:
    return lambda shop, key: shop.sessions.reopen_cart(cart_id=cart_id, at=AT, idempotency_key=key)


def _grant(customer_id: str = "ada", percent: int = 10) -> Call:
    return lambda shop, key: shop.marketing.grant_code(
        customer_id=customer_id,
        region_id="north",
        sku="shoe-42",
        percent=Decimal(percent),
        at=AT,
        valid_for=7 * DAY,
        idempotency_key=key,
    )


MUTATIONS: tuple[Mutation, ...] = tuple(
    Mutation(port=port, name=name, right=right, other=other, missing=missing)
    for port, name, right, other, missing in [
        ("inventory", "reserve", _reserve(), _reserve(quantity=2), _reserve(NOWHERE)),
        ("inventory", "allocate", _allocate(), _allocate(quantity=2), _allocate(NOWHERE)),
        ("inventory", "allocate_reserved", _held(), _held(line_id="1"), _held(NOWHERE)),
        ("inventory", "unreserve", _unreserve(), _unreserve("cart-done"), _unreserve(NOWHERE)),
        ("inventory", "restock", _restock(), _restock(quantity=3), _restock(NOWHERE)),
        ("orders", "place", _place(), _place(shipping=1), _place(NOWHERE)),
        ("orders", "cancel", _cancel(), _cancel(reason=CancelReason.ORDERED_BY_MISTAKE), _cancel(NOWHERE)),
        ("orders", "swap_items", _swap(), _swap(price=2400), _swap(NOWHERE)),
        ("orders", "change_address", _ship_to(), _ship_to(address=ADDRESS), _ship_to(NOWHERE)),
        ("warehouse", "request_return", _ask_return(), _ask_return(quantity=2), _ask_return(NOWHERE)),
        ("warehouse", "receive_return", _receive(), _receive(condition=ItemCondition.DAMAGED), _receive(NOWHERE)),
        ("warehouse", "request_exchange", _ask_exchange(), _ask_exchange(difference=1), _ask_exchange(NOWHERE)),
        (
            "warehouse",
            "receive_exchange",
            _receive_exchange(),
            _receive_exchange("exchange-2"),
            _receive_exchange(NOWHERE),
        ),
        (
            "warehouse",
            "complete_exchange",
            _complete_exchange(),
            _complete_exchange(parcels=[new_parcel("ben-delivered")]),
            _complete_exchange(NOWHERE),
        ),
        ("crm", "change_address", _live_at(), _live_at(address=ADDRESS), _live_at(NOWHERE)),
        ("crm", "add_note", _note(), _note(body="Wrote."), _note(NOWHERE)),
        ("payments", "authorize", _authorize(), _authorize(amount=701), _authorize(NOWHERE)),
        ("payments", "charge", _charge(), _charge(amount=701), _charge(NOWHERE)),
        ("payments", "credit_gift_card", _credit(), _credit(amount=701), _credit(NOWHERE)),
        ("payments", "refund", _refund(), _refund(amount=701), _refund(NOWHERE)),
        ("marketing", "grant_code", _grant(), _grant(percent=11), _grant(NOWHERE)),
        ("marketing", "apply_discounts", _discount(), _discount(amount=701), _discount(NOWHERE)),
        ("marketing", "withdraw_discounts", _withdraw(), _withdraw("ada-pending"), _withdraw(NOWHERE)),
        ("sessions", "close_cart", _close(), _close("cart-done"), _close(NOWHERE)),
        ("sessions", "reopen_cart", _reopen(), _reopen("cart-open"), _reopen(NOWHERE)),
        ("sessions", "add_code", _code(), _code(code="OTHER"), _code(NOWHERE)),
    ]
)


async def _happens_once(mutation: Mutation, shop: Connectors) -> None:
    before = await state(shop)
    first = await mutation.right(shop, "key")
    after = await state(shop)
    assert after != before, "the call changed nothing"
    assert await mutation.right(shop, "key") == first, "the replay answered differently"
    assert await state(shop) == after, "the replay changed a record"
    assert await shop.ledger.differences() == (), "the ledger does not agree with the records"


async def _happens_once_when_asked_at_once(mutation: Mutation, shop: Connectors) -> None:
    answers = await asyncio.gather(*(mutation.right(shop, "key") for _ in range(8)))
    after = await state(shop)
    assert all(answer == answers[0] for answer in answers)
    assert await mutation.right(shop, "key") == answers[0]
    assert await state(shop) == after


async def _keeps_a_key_to_its_body(mutation: Mutation, shop: Connectors) -> None:
    first = await mutation.right(shop, "key")
    async with refuses(shop, IdempotencyConflict):
        await mutation.other(shop, "key")
    assert await mutation.right(shop, "key") == first


async def _refuses_what_is_not_there(mutation: Mutation, shop: Connectors) -> None:
    async with refuses(shop, NotFound):
        await mutation.missing(shop, "key")
    # A refused call leaves its key free.
    await mutation.right(shop, "key")


for _mutation in MUTATIONS:
    for _rule in (
        _happens_once,
        _happens_once_when_asked_at_once,
        _keeps_a_key_to_its_body,
        _refuses_what_is_not_there,
    ):
        check(_mutation.port, f"{_mutation.name}{_rule.__name__}")(partial(_rule, _mutation))
