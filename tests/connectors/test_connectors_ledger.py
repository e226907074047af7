"""The ledger on both databases: it cannot be changed, takes over what was there, and names who moved what."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import Connection, text, update

from shopgraph.connectors.acting import acting
from shopgraph.connectors.conformance.seed import AT, usd
from shopgraph.connectors.embedded import EmbeddedShop
from shopgraph.connectors.embedded.mapping import changed
from shopgraph.connectors.embedded.rows import existing, replace
from shopgraph.connectors.embedded.schema import PAYMENT_METHODS, STOCK_LEVELS
from shopgraph.domain import DifferenceKind, Refund, RefundReason
from shopgraph.domain.ledger import ARRIVED, OPENING, Book, steps_between
from shopgraph.domain.ledger import Standing as At
from shopgraph.errors import Conflict


async def _refund(shop: EmbeddedShop, amount: int, key: str, method: str = "ada-card") -> Refund:
    return await shop.payments.refund(
        order_id="ada-delivered",
        payment_intent_id="paid-ada-delivered",
        payment_method_id=method,
        amount=usd(amount),
        reason=RefundReason.DUPLICATE,
        at=AT,
        idempotency_key=key,
    )


async def test_a_refund_names_its_key_and_its_action(seeded: EmbeddedShop) -> None:
    ledger = seeded.connectors.ledger
    assert await ledger.balances() == ()
    direct = await _refund(seeded, 100, "direct")
    with acting("action:7", AT):
        await _refund(seeded, 300, "on behalf", "ada-gift")
    opened, first, second = [
        each
        for each in await ledger.transfers(order_id="ada-delivered")
        if each.source != OPENING or each.target[0] == "o"
    ]
    assert (opened.cause, opened.target, opened.amount) == (OPENING, "order:ada-delivered", 13500)
    assert (first.source, first.target, first.shown) == ("order:ada-delivered", "pending:embedded", "1.00 USD")
    assert (first.cause, first.action, first.subject, first.book) == ("direct", None, direct.id, Book.MONEY)
    assert (second.target, second.cause, second.action, second.at) == (
        "gift_card:ada-gift",
        "on behalf",
        "action:7",
        AT,
    )
    assert await ledger.transfers(action_id="action:7") == (second,)
    assert await ledger.balance("order:ada-delivered", "USD") == 13100
    card = await seeded.payments.method("ada-gift")
    assert card is not None
    assert card.balance == usd(await ledger.balance("gift_card:ada-gift", "USD"))
    assert await ledger.differences() == ()


async def test_a_replay_and_a_refusal_move_nothing(seeded: EmbeddedShop) -> None:
    await _refund(seeded, 100, "once")
    before = await seeded.connectors.ledger.transfers()
    await _refund(seeded, 100, "once")
    with pytest.raises(Conflict):
        await _refund(seeded, 13401, "too much")
    assert await seeded.connectors.ledger.transfers() == before


@pytest.mark.parametrize(
    "statement", ["UPDATE ledger SET amount = 1", "DELETE FROM ledger", "DELETE FROM ledger_openings"]
)
async def test_nobody_changes_what_is_written(seeded: EmbeddedShop, statement: str) -> None:
    await _refund(seeded, 100, "once")
    before = await seeded.connectors.ledger.transfers()
    with pytest.raises(Conflict, match="append-only"):
        seeded.database.write_now(lambda db: db.execute(text(statement)))
    assert await seeded.connectors.ledger.transfers() == before


async def test_units_are_in_one_place_at_a_time(seeded: EmbeddedShop) -> None:
    inventory, ledger = seeded.connectors.inventory, seeded.connectors.ledger
    place = {"sku": "shirt-m", "location_id": "depot-north"}
    await inventory.restock(**place, quantity=4, idempotency_key="came")
    await inventory.allocate(**place, order_id="ada-pending", line_id="0", quantity=2, idempotency_key="promise")
    level = next(each for each in await inventory.levels(["shirt-m"]) if each.location_id == "depot-north")
    accounts = {
        "free:depot-north": level.available,
        "reserved:depot-north": level.reserved,
        "allocated:depot-north": level.allocated,
    }
    assert {name: await ledger.balance(name, "shirt-m") for name in accounts} == accounts
    assert await ledger.balance(ARRIVED, "shirt-m") == -4
    left = await inventory.consume(order_id="ada-pending", idempotency_key="ship")
    assert await ledger.balance("shipped:ada-pending", "shirt-m") == sum(
        each.quantity for each in left if each.sku == "shirt-m"
    )
    assert await ledger.balance("allocated:depot-north", "shirt-m") == level.allocated - sum(
        each.quantity for each in left if each.sku == "shirt-m"
    )
    assert await ledger.differences() == ()


async def test_goodwill_comes_out_of_an_account_of_its_own(seeded: EmbeddedShop) -> None:
    payments, ledger = seeded.payments, seeded.connectors.ledger
    card = await payments.credit_gift_card(customer_id="ada", amount=usd(250), at=AT, idempotency_key="sorry")
    assert await ledger.balance("goodwill", "USD") == -250
    assert card.balance == usd(await ledger.balance(f"gift_card:{card.id}", "USD"))


async def test_what_is_changed_past_the_ledger_is_found(seeded: EmbeddedShop) -> None:
    await _refund(seeded, 300, "to the card", "ada-gift")
    await seeded.connectors.inventory.restock(
        sku="shirt-m", location_id="depot-north", quantity=1, idempotency_key="came"
    )

    def tamper(db: Connection) -> None:
        card = existing(db, PAYMENT_METHODS, "ada-gift")
        replace(db, PAYMENT_METHODS, changed(card, balance=usd(999_999)))
        level = STOCK_LEVELS.table.c
        db.execute(
            update(STOCK_LEVELS.table)
            .where(level.sku == "shirt-m", level.location_id == "depot-north")
            .values(on_hand=level.on_hand + 1)
        )

    seeded.database.write_now(tamper)
    found = await seeded.connectors.ledger.differences()
    assert [(each.kind, each.subject) for each in found] == [
        (DifferenceKind.BALANCE, "free:depot-north"),
        (DifferenceKind.BALANCE, "gift_card:ada-gift"),
    ]
    assert found[1].ours == "9999.99 USD"


async def test_many_first_touches_at_once_take_over_once(seeded: EmbeddedShop) -> None:
    await asyncio.gather(*(_refund(seeded, 10, f"refund-{n}") for n in range(8)))
    opened = [each for each in await seeded.connectors.ledger.transfers() if each.cause == OPENING]
    assert [(each.target, each.amount) for each in opened] == [("order:ada-delivered", 13500)]
    assert await seeded.connectors.ledger.differences() == ()


def test_the_way_between_two_standings_is_as_short_as_can_be() -> None:
    before, after = At({"card": -700, "held": 700}), At({"card": -300, "order": 300})
    assert steps_between(before, after) == (("held", "card", 400), ("held", "order", 300))
    assert steps_between(after, after) == ()
