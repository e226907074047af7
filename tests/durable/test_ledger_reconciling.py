"""Books compared: whatever differs is listed with what to do; news in any order and number come to the same."""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shopgraph.connectors.embedded import EmbeddedShop, create_shop, open_shop
from shopgraph.connectors.embedded.reconciling import Reconciliation, reconcile
from shopgraph.connectors.gateway import GatewayNews
from shopgraph.domain import (
    CancelReason,
    DifferenceKind,
    Money,
    Refund,
    RefundReason,
    RefundStatus,
)
from shopgraph.domain.transitions import REFUND
from shopgraph.errors import ConnectorTimeout
from tests.durable.ledger_shop import AT, META, Bought, Line, empty_shop
from tests.durable.ledger_world import Bank, fill

SINCE = AT - timedelta(days=30)
HATS = (Line(sku="HAT-M", units=2, price=5000, discount=0, tax=0),)
ORDER, PAYMENT, THERE = "#usa-0", "pi-#usa-0-0", "theirs-pi-#usa-0-0"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed shop with one order of 100.00 USD, paid by card; for copying only."""
    path = tmp_path_factory.mktemp("reconciling") / "shop.db"
    with create_shop(f"sqlite:///{path}", META) as made:
        made.load(empty_shop())
    return path


@contextmanager
def _shop(template: Path) -> Iterator[tuple[EmbeddedShop, Bank]]:
    bank = Bank()
    with TemporaryDirectory() as folder:
        path = shutil.copy(template, Path(folder) / "shop.db")
        with open_shop(f"sqlite:///{path}", gateway=lambda _: bank) as shop:
            order = Bought(who="usa", delivered=False, lines=HATS, shipping=0, by_gift_card=0)
            fill(shop, bank, [order], {"usa": 500, "jun": 0, "kim": 0}, free=3)
            yield shop, bank


@pytest.fixture
def opened(template: Path) -> Iterator[tuple[EmbeddedShop, Bank]]:
    """The shop, and its bank."""
    with _shop(template) as both:
        yield both


async def _refund(shop: EmbeddedShop, amount: int, key: str = "refund", method: str = "usa-card") -> Refund:
    return await shop.payments.refund(
        order_id=ORDER,
        payment_intent_id=PAYMENT,
        payment_method_id=method,
        amount=Money(amount=amount, currency="USD"),
        reason=RefundReason.DAMAGED,
        at=AT,
        idempotency_key=key,
    )


async def _compare(shop: EmbeddedShop) -> Reconciliation:
    return await reconcile(shop.connectors, shop.payments, since=SINCE)


def _told(found: Reconciliation) -> list[tuple[DifferenceKind, str, str, str]]:
    assert all(each.remedy for each in found.differences)
    return [(each.kind, each.subject, each.ours, each.theirs) for each in found.differences]


async def test_books_that_agree_differ_in_nothing(opened: tuple[EmbeddedShop, Bank]) -> None:
    shop, _ = opened
    await _refund(shop, 1000)
    await _refund(shop, 500, "to the card", "usa-gift")
    assert await _compare(shop) == Reconciliation(differences=(), news=GatewayNews())


async def test_news_that_were_lost_are_found_and_kept(opened: tuple[EmbeddedShop, Bank]) -> None:
    shop, bank = opened
    refund = await _refund(shop, 1000)
    there = bank.refunds[f"theirs-{refund.id}"]
    bank.refunds[there.external_id] = there.model_copy(update={"status": RefundStatus.FAILED})
    found = await _compare(shop)
    assert _told(found) == [(DifferenceKind.STATE, refund.id, "10.00 USD pending", "10.00 USD failed")]
    await shop.payments.keep_news(found.message_id, found.news)
    assert (await _compare(shop)).differences == ()
    assert await shop.connectors.ledger.balance(f"order:{ORDER}", "USD") == 10000, "the money is the order's again"


async def test_a_refund_made_by_hand_is_found_and_booked(opened: tuple[EmbeddedShop, Bank]) -> None:
    shop, bank = opened
    made = bank.give_back("by-hand", THERE, Money(amount=4000, currency="USD"))
    found = await _compare(shop)
    assert _told(found) == [(DifferenceKind.UNKNOWN_HERE, made.external_id, "nothing", "40.00 USD pending")]
    await shop.payments.keep_news(found.message_id, found.news)
    assert (await _compare(shop)).differences == ()
    (booked,) = await shop.payments.refunds(ORDER)
    assert (booked.amount.amount, booked.payment_intent_id, booked.sequence) == (4000, PAYMENT, 1)
    assert await shop.connectors.ledger.balance(f"order:{ORDER}", "USD") == 6000


async def test_what_the_gateway_never_had_is_found(opened: tuple[EmbeddedShop, Bank]) -> None:
    shop, bank = opened
    refund = await _refund(shop, 1000)
    bank.refunds.clear()
    bank.payments.clear()
    assert _told(await _compare(shop)) == [
        (DifferenceKind.MISSING_THERE, PAYMENT, "100.00 USD succeeded", "nothing"),
        (DifferenceKind.MISSING_THERE, refund.id, "10.00 USD pending", "nothing"),
    ]


async def test_another_amount_and_a_payment_of_strangers_are_found(opened: tuple[EmbeddedShop, Bank]) -> None:
    shop, bank = opened
    payment = bank.payments[THERE]
    less = Money(amount=9999, currency="USD")
    bank.payments[THERE] = payment.model_copy(update={"captured": less})
    bank.payments["other"] = payment.model_copy(update={"external_id": "other", "id": ""})
    assert _told(await _compare(shop)) == [
        (DifferenceKind.AMOUNT, PAYMENT, "100.00 USD succeeded", "99.99 USD succeeded"),
        (DifferenceKind.UNKNOWN_HERE, "other", "nothing", "100.00 USD succeeded"),
    ]


async def test_a_call_whose_end_nobody_knows_is_listed_once(
    opened: tuple[EmbeddedShop, Bank], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, bank = opened

    async def silent(*_: Any, **__: Any) -> Any:
        raise ConnectorTimeout("No answer.")

    monkeypatch.setattr(bank, "refund", silent)
    with pytest.raises(ConnectorTimeout):
        await _refund(shop, 1000)
    (found,) = (await _compare(shop)).differences
    assert (found.kind, found.ours[:15]) == (DifferenceKind.CALL_OPEN, "payments.refund")


async def test_units_that_a_warehouse_holds_for_nobody_are_found(opened: tuple[EmbeddedShop, Bank]) -> None:
    shop, _ = opened
    outside = replace(shop.connectors, outside=frozenset({"payments", "inventory"}))
    assert (await reconcile(outside, shop.payments, since=SINCE)).differences == ()
    await shop.connectors.orders.cancel(
        order_id=ORDER, reason=CancelReason.ORDERED_BY_MISTAKE, at=AT, idempotency_key="cancel"
    )
    (found,) = (await reconcile(outside, shop.payments, since=SINCE)).differences
    assert (found.kind, found.subject, found.theirs) == (DifferenceKind.STOCK, f"{ORDER}-0", "2 allocated")


WAYS = [
    way
    for length in (1, 2, 3)
    for way in itertools.product(RefundStatus, repeat=length)
    if all(after in REFUND.next(before) for before, after in itertools.pairwise((RefundStatus.PENDING, *way)))
]
"""Everything that may become of a refund."""


@given(way=st.sampled_from(WAYS), by_hand=st.booleans(), data=st.data())
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_late_doubled_and_disordered_news_come_to_the_same(
    template: Path, way: tuple[RefundStatus, ...], by_hand: bool, data: st.DataObject
) -> None:
    with _shop(template) as (shop, bank):

        async def told() -> tuple[Money, RefundStatus, int, int]:
            if by_hand:
                made = bank.give_back("by-hand", THERE, Money(amount=1000, currency="USD"))
            else:
                made = bank.refunds[f"theirs-{(await _refund(shop, 1000)).id}"]
            states = [made.model_copy(update={"status": status}) for status in (RefundStatus.PENDING, *way)]
            payment = bank.payments[THERE]
            events = {
                f"event-{n}": GatewayNews(payments=(payment,), refunds=(state,)) for n, state in enumerate(states)
            }
            order = data.draw(st.permutations(sorted(events) * 2), label="deliveries")
            for message in order:
                await shop.payments.keep_news(message, events[message])
                assert await shop.connectors.ledger.differences() == ()
            (refund,) = await shop.payments.refunds(ORDER)
            ledger = shop.connectors.ledger
            left = await ledger.balance(f"order:{ORDER}", "USD")
            return refund.amount, refund.status, left, await ledger.balance("pending:bank", "USD")

        amount, status, left, pending = asyncio.run(told())
        final = way[-1]
        back = final in (RefundStatus.FAILED, RefundStatus.CANCELED)
        assert (amount.amount, left) == (1000, 10000 if back else 9000)
        if final not in (RefundStatus.PENDING, RefundStatus.REQUIRES_ACTION):
            assert (status, pending) == (final, 0)
