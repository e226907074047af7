"""What each mutating call does, and when it refuses. On a refusal nothing may have happened."""

# ruff: noqa: S101  (the checks are tests)
from __future__ import annotations

import asyncio

from shopgraph.connectors.conformance.kit import check, refuses
from shopgraph.connectors.conformance.mutations import MOVED, NOWHERE
from shopgraph.connectors.conformance.seed import ADDRESS, AT, DAY, usd
from shopgraph.connectors.ports import Connectors
from shopgraph.domain import (
    Allocation,
    CancelReason,
    ExchangeItem,
    ItemCondition,
    Order,
    OrderStatus,
    PaymentIntent,
    PaymentIntentStatus,
    Refund,
    RefundReason,
    RefundStatus,
    Return,
    ReturnItem,
    ReturnRequest,
    ReturnStatus,
    StockLevel,
)
from shopgraph.errors import Conflict, IllegalTransition, NotFound, OutOfStock


async def _level(shop: Connectors, sku: str, location_id: str) -> StockLevel:
    return next(level for level in await shop.inventory.levels([sku]) if level.location_id == location_id)


async def _allocate(shop: Connectors, sku: str, quantity: int, key: str) -> Allocation:
    return await shop.inventory.allocate(
        sku=sku,
        location_id="depot-north",
        order_id="ada-pending",
        line_id="0",
        quantity=quantity,
        idempotency_key=key,
    )


@check("inventory")
async def promises_what_is_available_and_no_more(shop: Connectors) -> None:
    allocation = await _allocate(shop, "shirt-m", 3, "three")
    assert (allocation.order_id, allocation.line_id, allocation.quantity) == ("ada-pending", "0", 3)
    level = await _level(shop, "shirt-m", "depot-north")
    assert (level.on_hand, level.reserved, level.allocated) == (6, 1, 5)
    async with refuses(shop, OutOfStock):
        await _allocate(shop, "shirt-m", 1, "one more")
    async with refuses(shop, OutOfStock):
        await shop.inventory.reserve(
            sku="shirt-m",
            location_id="depot-north",
            cart_id="cart-open",
            quantity=1,
            expires_at=AT + DAY,
            idempotency_key="for a cart",
        )


@check("inventory")
async def gives_the_last_unit_to_one(shop: Connectors) -> None:
    tries = (_allocate(shop, "shirt-l", 1, f"try-{n}") for n in range(30))
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(each, Allocation) for each in outcomes) == 1
    assert sum(isinstance(each, OutOfStock) for each in outcomes) == 29, outcomes
    assert (await _level(shop, "shirt-l", "depot-north")).allocated == 1


@check("inventory")
async def takes_promises_back_once(shop: Connectors) -> None:
    promised = await shop.inventory.allocations("ada-pending")
    released = await shop.inventory.release(order_id="ada-pending", idempotency_key="release")
    assert set(released) == set(promised)
    assert await shop.inventory.release(order_id="ada-pending", idempotency_key="release") == released
    assert await shop.inventory.release(order_id="ada-pending", idempotency_key="again") == ()
    level = await _level(shop, "shirt-m", "depot-north")
    assert (level.on_hand, level.reserved, level.allocated) == (6, 1, 0)
    async with refuses(shop, NotFound):
        await shop.inventory.release(order_id=NOWHERE, idempotency_key="nowhere")


@check("inventory")
async def ships_what_was_promised(shop: Connectors) -> None:
    promised = await shop.inventory.allocations("ada-pending")
    assert set(await shop.inventory.consume(order_id="ada-pending", idempotency_key="ship")) == set(promised)
    level = await _level(shop, "shirt-m", "depot-north")
    assert (level.on_hand, level.reserved, level.allocated) == (4, 1, 0)
    assert await shop.inventory.allocations("ada-pending") == ()
    async with refuses(shop, NotFound):
        await shop.inventory.consume(order_id=NOWHERE, idempotency_key="nowhere")


@check("inventory")
async def restocks(shop: Connectors) -> None:
    level = await shop.inventory.restock(
        sku="shoe-42", location_id="depot-north", quantity=5, idempotency_key="delivery"
    )
    assert (level.on_hand, level.allocated) == (15, 1)
    assert await _level(shop, "shoe-42", "depot-north") == level


@check("orders")
async def cancels_a_pending_order_only(shop: Connectors) -> None:
    reason = CancelReason.ORDERED_BY_MISTAKE
    for order_id in ("ada-shipped", "ada-delivered", "ben-canceled"):
        async with refuses(shop, IllegalTransition):
            await shop.orders.cancel(order_id=order_id, reason=reason, at=AT, idempotency_key=f"cancel-{order_id}")
    paid, level = await shop.payments.refunds("ada-pending"), await _level(shop, "shirt-m", "depot-north")
    canceled = await shop.orders.cancel(order_id="ada-pending", reason=reason, at=AT, idempotency_key="cancel")
    assert (canceled.status, canceled.canceled_at, canceled.cancel_reason) == (OrderStatus.CANCELED, AT, reason)
    assert [(line.ordered_quantity, line.current_quantity) for line in canceled.lines] == [(2, 0), (1, 0)]
    assert await shop.orders.order("ada-pending") == canceled
    assert await shop.payments.refunds("ada-pending") == paid, "canceling moves no money"
    assert await _level(shop, "shirt-m", "depot-north") == level, "canceling moves no stock"


@check("orders")
async def readdresses_a_pending_order_only(shop: Connectors) -> None:
    order = await shop.orders.change_address(order_id="ada-pending", address=MOVED, idempotency_key="move")
    assert order.shipping_address == MOVED
    assert await shop.orders.order("ada-pending") == order
    async with refuses(shop, Conflict):
        await shop.orders.change_address(order_id="ada-shipped", address=MOVED, idempotency_key="late")


async def _swap(shop: Connectors, *items: tuple[str, str, str, int, int], key: str = "swap") -> Order:
    swaps = [
        ExchangeItem(line_id=line, from_sku=old, to_sku=new, quantity=quantity, price=usd(price))
        for line, old, new, quantity, price in items
    ]
    return await shop.orders.swap_items(order_id="ada-pending", items=swaps, at=AT, idempotency_key=key)


@check("orders")
async def swaps_items_once(shop: Connectors) -> None:
    before = await shop.orders.order("ada-pending")
    assert before is not None
    order = await _swap(shop, ("0", "shirt-m", "shirt-l", 2, 2500))
    line, untouched = order.lines
    assert (line.sku, line.unit_price, line.options) == ("shirt-l", usd(2500), {"size": "l"})
    assert untouched == before.lines[1], "each line takes its own variant's price"
    assert order.items_changed_at == AT
    assert order.total == before.total + usd(1000)
    assert await shop.orders.order("ada-pending") == order
    async with refuses(shop, Conflict):
        await _swap(shop, ("0", "shirt-l", "shirt-m", 2, 2000), key="back")
    async with refuses(shop, Conflict):
        await shop.orders.cancel(
            order_id="ada-pending", reason=CancelReason.NO_LONGER_NEEDED, at=AT, idempotency_key="cancel"
        )


@check("orders")
async def swaps_some_units_of_a_line(shop: Connectors) -> None:
    order = await _swap(shop, ("0", "shirt-m", "shirt-xl", 1, 1800))
    units = {line.sku: (line.ordered_quantity, line.current_quantity, line.unit_price) for line in order.lines}
    assert units == {"shirt-m": (1, 1, usd(2000)), "shoe-42": (1, 1, usd(9000)), "shirt-xl": (1, 1, usd(1800))}
    assert order.total == usd(13500 - 200)
    assert await shop.orders.order("ada-pending") == order


@check("orders")
async def swaps_within_a_product_what_is_there(shop: Connectors) -> None:
    async with refuses(shop, Conflict):
        await _swap(shop, ("0", "shirt-m", "shirt-l", 3, 2500))
    async with refuses(shop, Conflict):
        await _swap(shop, ("0", "shirt-m", "shoe-42", 1, 9000))
    async with refuses(shop, Conflict):
        await _swap(shop, ("0", "shirt-xl", "shirt-l", 1, 2500))
    async with refuses(shop, NotFound):
        await _swap(shop, (NOWHERE, "shirt-m", "shirt-l", 1, 2500))
    async with refuses(shop, NotFound):
        await _swap(shop, ("0", "shirt-m", NOWHERE, 1, 2500))


async def _ask_return(shop: Connectors, order_id: str, quantity: int, key: str, line: str = "0") -> Return:
    item = ReturnItem(line_id=line, sku="shirt-m", quantity=quantity)
    request = ReturnRequest(order_id=order_id, customer_id="ada", items=(item,), payment_method_id="ada-card")
    return await shop.warehouse.request_return(request, refund=usd(2000 * quantity), at=AT, idempotency_key=key)


@check("warehouse")
async def accepts_returns_of_what_the_customer_has(shop: Connectors) -> None:
    accepted = await _ask_return(shop, "ada-delivered", 2, "both")
    assert (accepted.status, accepted.refund, accepted.requested_at) == (ReturnStatus.REQUESTED, usd(4000), AT)
    assert await shop.warehouse.returns("ada-delivered") == (accepted,)
    assert await shop.warehouse.find_return(accepted.id) == accepted
    assert await shop.payments.refunds("ada-delivered") == (), "nothing is refunded until goods are received"
    async with refuses(shop, Conflict):
        await _ask_return(shop, "ada-delivered", 1, "a third")
    async with refuses(shop, Conflict):
        await _ask_return(shop, "ada-returning", 2, "two of three are in an open return")
    async with refuses(shop, Conflict):
        await _ask_return(shop, "ada-pending", 1, "not delivered")
    async with refuses(shop, NotFound):
        await _ask_return(shop, "ben-delivered", 1, "somebody else's")
    async with refuses(shop, NotFound):
        await _ask_return(shop, "ada-delivered", 1, "no such line", line=NOWHERE)


async def _receive(shop: Connectors, quantity: int, key: str) -> Return:
    item = ReturnItem(line_id="0", sku="shirt-m", quantity=quantity, condition=ItemCondition.USED)
    return await shop.warehouse.receive_return(return_id="return-1", items=[item], at=AT, idempotency_key=key)


@check("warehouse")
async def receives_then_settles_a_return(shop: Connectors) -> None:
    async with refuses(shop, Conflict):
        await _receive(shop, 3, "more than announced")
    refund = await _refund(shop, "ada-returning", 4000, "refund")
    async with refuses(shop, IllegalTransition):
        await _settle(shop, refund.id, "too early")
    level = await _level(shop, "shirt-m", "depot-north")
    received = await _receive(shop, 2, "receive")
    assert (received.status, received.received_at) == (ReturnStatus.RECEIVED, AT)
    assert received.items[0].condition is ItemCondition.USED
    order = await shop.orders.order("ada-returning")
    assert order is not None
    assert [(line.ordered_quantity, line.current_quantity) for line in order.lines] == [(3, 1)]
    assert await _level(shop, "shirt-m", "depot-north") == level, "receiving restocks nothing"
    async with refuses(shop, IllegalTransition):
        await _receive(shop, 2, "again")
    async with refuses(shop, NotFound):
        await _settle(shop, NOWHERE, "without a refund")
    settled = await _settle(shop, refund.id, "settle")
    assert (settled.status, settled.refund_id, settled.refunded_at) == (ReturnStatus.REFUNDED, refund.id, AT)
    assert await _settle(shop, refund.id, "settle") == settled
    assert await shop.warehouse.returns("ada-returning") == (settled,)
    async with refuses(shop, IllegalTransition):
        await _settle(shop, refund.id, "settle again")


async def _settle(shop: Connectors, refund_id: str, key: str) -> Return:
    return await shop.warehouse.settle_return(return_id="return-1", refund_id=refund_id, at=AT, idempotency_key=key)


@check("warehouse")
async def accepts_exchanges_within_a_product(shop: Connectors) -> None:
    async def ask(order_id: str, to_sku: str, quantity: int, key: str) -> object:
        item = ExchangeItem(line_id="0", from_sku="shirt-m", to_sku=to_sku, quantity=quantity, price=usd(2500))
        return await shop.warehouse.request_exchange(
            order_id=order_id,
            customer_id="ada",
            items=[item],
            payment_method_id="ada-card",
            difference=usd(500),
            at=AT,
            idempotency_key=key,
        )

    order = await shop.orders.order("ada-delivered")
    accepted = await ask("ada-delivered", "shirt-l", 1, "one")
    assert await shop.warehouse.exchanges("ada-delivered") == (accepted,)
    assert await shop.orders.order("ada-delivered") == order
    async with refuses(shop, Conflict):
        await ask("ada-delivered", "shirt-l", 2, "two more of two")
    async with refuses(shop, Conflict):
        await ask("ada-delivered", "shoe-42", 1, "another product")
    async with refuses(shop, Conflict):
        await ask("ada-pending", "shirt-l", 1, "not delivered")
    async with refuses(shop, NotFound):
        await ask("ada-delivered", NOWHERE, 1, "no such variant")


@check("crm")
async def changes_a_profile_and_takes_notes(shop: Connectors) -> None:
    moved = await shop.crm.change_address(customer_id="ada", address=MOVED, idempotency_key="move")
    assert (moved.address, await shop.crm.customer("ada")) == (MOVED, moved)
    assert await shop.crm.find_by_name_and_postal_code("ada", "byron", ADDRESS.postal_code) is None
    assert await shop.crm.find_by_name_and_postal_code("ada", "byron", MOVED.postal_code) == moved
    ben = await shop.crm.customer("ben")
    assert ben is not None
    assert ben.address == ADDRESS
    note = await shop.crm.add_note(
        customer_id="ada", author="staff-1", body="Ünïcode ☃", order_id="ada-shipped", at=AT, idempotency_key="note"
    )
    assert (await shop.crm.notes("ada"))[0] == note


async def _refund(
    shop: Connectors, order_id: str, amount: int, key: str, method: str = "ada-card", intent: str | None = None
) -> Refund:
    return await shop.payments.refund(
        order_id=order_id,
        payment_intent_id=intent,
        payment_method_id=method,
        amount=usd(amount),
        reason=RefundReason.GOODS_RETURNED,
        at=AT,
        idempotency_key=key,
    )


@check("payments")
async def refunds_no_more_than_was_taken(shop: Connectors) -> None:
    first = await _refund(shop, "ada-delivered", 8000, "first", intent="paid-ada-delivered")
    assert first.status in (RefundStatus.PENDING, RefundStatus.SUCCEEDED)
    assert (first.sequence, first.created_at) == (1, AT)
    async with refuses(shop, Conflict):
        await _refund(shop, "ada-delivered", 5501, "one cent too many")
    rest = await _refund(shop, "ada-delivered", 5500, "the rest")
    nothing = await _refund(shop, "ada-delivered", 0, "an even exchange is settled by nothing")
    assert await shop.payments.refunds("ada-delivered") == (first, rest, nothing)
    async with refuses(shop, Conflict):
        await _refund(shop, "ben-canceled", 501, "most went back already", method="ben-card")


@check("payments")
async def refunds_race_safe(shop: Connectors) -> None:
    tries = (_refund(shop, "ada-delivered", 5000, f"try-{n}") for n in range(10))
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(each, Refund) for each in outcomes) == 2, outcomes
    assert sum(isinstance(each, Conflict) for each in outcomes) == 8, outcomes
    assert [refund.sequence for refund in await shop.payments.refunds("ada-delivered")] == [1, 2]


@check("payments")
async def keeps_the_balance_of_gift_cards(shop: Connectors) -> None:
    async def balance() -> object:
        card = await shop.payments.method("ada-gift")
        return card.balance if card else None

    refund = await _refund(shop, "ada-delivered", 1000, "to the card", method="ada-gift")
    assert (refund.status, await balance()) == (RefundStatus.SUCCEEDED, usd(6000))
    async with refuses(shop, Conflict):
        await _charge(shop, "ada-gift", 6001, "too much")
    charged = await _charge(shop, "ada-gift", 6000, "all of it")
    assert (charged.status, charged.captured, await balance()) == (PaymentIntentStatus.SUCCEEDED, usd(6000), usd(0))


async def _charge(shop: Connectors, method: str, amount: int, key: str) -> PaymentIntent:
    return await shop.payments.charge(
        order_id="ada-pending", payment_method_id=method, amount=usd(amount), at=AT, idempotency_key=key
    )


@check("payments")
async def charges_and_refunds_share_a_history(shop: Connectors) -> None:
    charged = await _charge(shop, "ada-card", 300, "charge")
    refunded = await _refund(shop, "ada-pending", 13500, "refund")
    again = await _charge(shop, "ada-card", 100, "again")
    assert (charged.amount, charged.captured, charged.created_at) == (usd(300), usd(300), AT)
    assert [charged.sequence, refunded.sequence, again.sequence] == [1, 2, 3]
    assert [intent.sequence for intent in await shop.payments.intents("ada-pending")] == [0, 1, 3]
    async with refuses(shop, NotFound):
        await _charge(shop, NOWHERE, 300, "no such method")
    async with refuses(shop, NotFound):
        await _refund(shop, "ada-pending", 1, "another order's payment", intent="paid-ada-shipped")


@check("sessions")
async def puts_a_code_on_an_open_cart(shop: Connectors) -> None:
    cart = await shop.sessions.add_code(cart_id="cart-open", code="Spring12", at=AT, idempotency_key="code")
    assert (cart.codes, cart.updated_at) == (("OLD", "Spring12"), AT)
    assert await shop.sessions.cart("ada") == cart
    again = await shop.sessions.add_code(cart_id="cart-open", code="SPRING12", at=AT + DAY, idempotency_key="twice")
    assert again == cart, "a code stands on a cart once"
    async with refuses(shop, Conflict):
        await shop.sessions.add_code(cart_id="cart-done", code="Spring12", at=AT, idempotency_key="done")
