"""The payment records with a gateway behind them, on both databases: the kit's payment checks, and calls cut off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from shopgraph.connectors.conformance import CHECKS, Check, seed
from shopgraph.connectors.conformance.seed import AT, usd
from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.embedded import EmbeddedShop, gateway_calls, open_shop
from shopgraph.connectors.gateway import (
    Asking,
    ExternalKind,
    GatewayMethod,
    GatewayNews,
    GatewayPayment,
    GatewayRefund,
    PaymentGateway,
)
from shopgraph.connectors.ports import Connectors
from shopgraph.domain import (
    Money,
    PaymentIntent,
    PaymentIntentStatus,
    PaymentMethodKind,
    Refund,
    RefundReason,
    RefundStatus,
)
from shopgraph.errors import Conflict, ConnectorTimeout, IllegalTransition, PaymentDeclined

HELD, TAKEN, LET_GO = (
    PaymentIntentStatus.REQUIRES_CAPTURE,
    PaymentIntentStatus.SUCCEEDED,
    PaymentIntentStatus.CANCELED,
)


@dataclass
class Bank:
    """Our fake: a gateway in memory that gives the same key the same answer, a refusal too."""

    name: str = "bank"
    payments: dict[str, GatewayPayment] = field(default_factory=dict)
    refunds: dict[str, GatewayRefund] = field(default_factory=dict)
    answers: dict[str, GatewayPayment | PaymentDeclined] = field(default_factory=dict)
    declines: bool = False
    loses_answers: bool = False

    async def pay(
        self, payment: PaymentIntent, *, customer: str, method: str, capture: bool, asking: Asking
    ) -> GatewayPayment:
        if asking.key not in self.answers:
            made = GatewayPayment(
                external_id=f"theirs-{payment.id}",
                id=payment.id,
                amount=payment.amount,
                captured=payment.amount if capture else Money.zero(payment.amount.currency),
                status=TAKEN if capture else HELD,
                created_at=AT,
            )
            self.answers[asking.key] = PaymentDeclined("No.") if self.declines else made
            if not self.declines:
                self.payments[made.external_id] = made
        await self._answer()
        answer = self.answers[asking.key]
        if isinstance(answer, PaymentDeclined):
            raise answer
        return answer

    async def capture(self, external_id: str, amount: Money, *, asking: Asking) -> GatewayPayment:
        return await self._move(external_id, TAKEN, amount, asking)

    async def void(self, external_id: str, *, asking: Asking) -> GatewayPayment:
        return await self._move(external_id, LET_GO, usd(0), asking)

    async def refund(self, refund: Refund, *, payment: str, asking: Asking) -> GatewayRefund:
        made = GatewayRefund(
            external_id=f"theirs-{refund.id}",
            id=refund.id,
            payment_external_id=payment,
            amount=refund.amount,
            status=RefundStatus.PENDING,
            created_at=AT,
        )
        self.refunds.setdefault(made.external_id, made)
        await self._answer()
        return made

    async def payment(self, external_id: str) -> GatewayPayment | None:
        return self.payments.get(external_id)

    async def find_refund(self, external_id: str) -> GatewayRefund | None:
        return self.refunds.get(external_id)

    async def methods(self, customer: str) -> tuple[GatewayMethod, ...]:
        return (GatewayMethod(external_id="card-1", brand="visa", last_four="4242"),)

    async def refunds_of(self, external_id: str) -> AsyncIterator[GatewayRefund]:
        for each in self.refunds.values():
            yield each

    async def payments_since(self, at: datetime) -> AsyncIterator[GatewayPayment]:
        for each in self.payments.values():
            yield each

    async def refunds_since(self, at: datetime) -> AsyncIterator[GatewayRefund]:
        for each in self.refunds.values():
            yield each

    async def _move(
        self, external_id: str, status: PaymentIntentStatus, captured: Money, asking: Asking
    ) -> GatewayPayment:
        payment = self.payments[external_id]
        if not asking.again or (payment.status, payment.captured) != (status, captured):
            if payment.status is not HELD:
                raise IllegalTransition(f"It is {payment.status}.")
            payment = payment.model_copy(update={"status": status, "captured": captured})
            self.payments[external_id] = payment
        await self._answer()
        return payment

    async def _answer(self) -> None:
        await asyncio.sleep(0)
        if self.loses_answers:
            raise ConnectorTimeout("No answer.")


@contextmanager
def _opened(url: str, bank: Bank) -> Iterator[EmbeddedShop]:
    """A shop whose seeded customers, cards and payments are known at the bank."""
    with open_shop(url, gateway=lambda _: bank) as shop:
        given = seed()
        known = [(ExternalKind.CUSTOMER, each.id) for each in given.customers]
        known += [
            (ExternalKind.PAYMENT_METHOD, each.id)
            for each in given.payment_methods
            if each.kind is PaymentMethodKind.CARD
        ]
        known += [(ExternalKind.PAYMENT, each.id) for each in given.intents]
        for kind, own in known:
            _bind(shop, kind, own)
        yield shop


def _bind(shop: EmbeddedShop, kind: ExternalKind, own: str) -> None:
    shop.database.write_now(lambda db: gateway_calls.bind(db, "bank", kind, own, f"theirs-{own}"))


@pytest.mark.parametrize("check", [check for check in CHECKS if check.port == "payments"], ids=str)
def test_the_records_conform_with_a_gateway_behind_them(check: Check, seeded_url: str) -> None:
    @asynccontextmanager
    async def opened(dataset: Dataset) -> AsyncIterator[Connectors]:
        assert dataset == seed()
        with _opened(seeded_url, Bank()) as shop:
            yield shop.connectors

    check.run(opened)


def test_a_bank_is_a_gateway() -> None:
    assert isinstance(Bank(), PaymentGateway)


async def test_a_lost_answer_stays_open_until_the_same_call_is_made_again(seeded_url: str) -> None:
    bank = Bank(loses_answers=True)
    with _opened(seeded_url, bank) as shop:
        for _ in range(2):
            with pytest.raises(ConnectorTimeout):
                await _pay(shop)
            (call,) = await shop.payments.unsettled()
            assert (call.key, call.operation, call.attempt) == ("charge", "payments.charge", 0)
        bank.loses_answers = False
        paid = await _pay(shop)
        assert (paid.status, paid.captured) == (TAKEN, usd(700))
        assert list(bank.payments) == [f"theirs-{paid.id}"]
        assert await shop.payments.unsettled() == ()
        assert await _pay(shop) == paid


async def test_each_refusal_is_asked_again_under_another_key(seeded_url: str) -> None:
    bank = Bank(declines=True)
    with _opened(seeded_url, bank) as shop:
        before = shop.dump()
        for attempt in range(2):
            with pytest.raises(PaymentDeclined):
                await _pay(shop)
            assert list(bank.answers)[-1] == f"charge/{attempt}"
        assert shop.dump() == before
        bank.declines = False
        assert (await _pay(shop)).status is TAKEN


async def test_a_refusal_that_many_hear_at_once_leaves_nothing(seeded_url: str) -> None:
    bank = Bank(declines=True)
    with _opened(seeded_url, bank) as shop:
        before = shop.dump()
        outcomes = await asyncio.gather(*(_pay(shop) for _ in range(8)), return_exceptions=True)
        assert {type(each).__name__ for each in outcomes} <= {"PaymentDeclined", "Conflict"}, outcomes
        assert shop.dump() == before
        assert await shop.payments.unsettled() == ()


async def test_late_news_of_a_refused_attempt_do_not_stand_in_the_way(seeded_url: str) -> None:
    bank = Bank(loses_answers=True)
    with _opened(seeded_url, bank) as shop:
        with pytest.raises(ConnectorTimeout):
            await _pay(shop)
        (seen,) = bank.payments.values()
        refused = seen.model_copy(
            update={"external_id": "refused", "status": PaymentIntentStatus.REQUIRES_PAYMENT_METHOD, "captured": usd(0)}
        )
        open_one = await shop.payments.intents("ada-pending")
        await shop.payments.keep_news("one", GatewayNews(payments=(refused,)))
        assert await shop.payments.intents("ada-pending") == open_one
        kept = await shop.payments.keep_news("two", GatewayNews(payments=(seen,)))
        paid = await shop.payments.intent(seen.id)
        assert paid is not None
        assert (kept.ours, paid.status) == ((paid.id,), TAKEN)
        bank.loses_answers = False
        assert await _pay(shop) == paid, "the call itself goes on to the same end"
        assert await shop.payments.unsettled() == ()


async def test_an_open_refund_counts_as_given_back(seeded_url: str) -> None:
    bank = Bank(loses_answers=True)
    with _opened(seeded_url, bank) as shop:
        with pytest.raises(ConnectorTimeout):
            await _give_back(shop, 13000, "first")
        with pytest.raises(Conflict, match=r"5\.00 USD can go back"):
            await _give_back(shop, 501, "second")
        assert len(bank.refunds) == 1


async def _pay(shop: EmbeddedShop) -> PaymentIntent:
    return await shop.payments.charge(
        order_id="ada-pending", payment_method_id="ada-card", amount=usd(700), at=AT, idempotency_key="charge"
    )


async def _give_back(shop: EmbeddedShop, amount: int, key: str) -> Refund:
    return await shop.payments.refund(
        order_id="ada-delivered",
        payment_intent_id="paid-ada-delivered",
        payment_method_id="ada-card",
        amount=usd(amount),
        reason=RefundReason.GOODS_RETURNED,
        at=AT,
        idempotency_key=key,
    )
