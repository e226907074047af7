"""What goes wrong on the way to Stripe moves no money twice, and nothing that was refused stays behind.

Counted in Stripe's own records, past our code.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from shopgraph.connectors.conformance.seed import AT, usd
from shopgraph.connectors.gateway import GatewayRefund
from shopgraph.connectors.stripe.gateway import StripeGateway
from shopgraph.domain import Money, PaymentIntent, PaymentIntentStatus, Refund, RefundReason, RefundStatus
from shopgraph.errors import (
    ConfigurationError,
    Conflict,
    ConnectorTimeout,
    ConnectorUnavailable,
    IllegalTransition,
    InvalidInput,
    PaymentDeclined,
)
from tests.stripe.conftest import Till, Tills, card_of
from tests.stripe.strict_proxy import Fault, StrictStripe

pytestmark = pytest.mark.counterpart("third-party fake (localstripe) behind our fake (strict rules)")
LOST = [Fault.CUT_AFTER, Fault.ERROR_AFTER]


async def _refund(till: Till, amount: int, key: str = "refund:1", payment: str = "paid-ada-delivered") -> Refund:
    return await till.shop.payments.refund(
        order_id="ada-delivered",
        payment_intent_id=payment,
        payment_method_id="ada-card",
        amount=usd(amount),
        reason=RefundReason.DUPLICATE,
        at=AT,
        idempotency_key=key,
    )


async def _charge(till: Till, amount: int, key: str = "charge:1", method: str = "ada-card") -> PaymentIntent:
    return await till.shop.payments.charge(
        order_id="ada-pending", payment_method_id=method, amount=usd(amount), at=AT, idempotency_key=key
    )


def _refunded(till: Till, payment: str = "paid-ada-delivered") -> list[int]:
    """The refunds of a payment that Stripe knows of."""
    return [each.amount for each in till.stripe.v1.refunds.list({"payment_intent": till.external[payment]}).data]


def _paid(till: Till, customer: str = "ada") -> list[str]:
    """The payments of our making that Stripe knows of, by our id."""
    found = till.stripe.v1.payment_intents.list({"customer": till.external[customer], "limit": 100}).data
    return [each.metadata["shopgraph_id"] for each in found if "shopgraph_id" in each.metadata]


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("keys_expired", [False, True])
async def test_a_refund_whose_answer_was_lost(
    strict_tills: Tills, strict_stripe: StrictStripe, fault: Fault, keys_expired: bool
) -> None:
    async with strict_tills.open() as till:
        strict_stripe.faults = [fault]
        with pytest.raises(ConnectorTimeout, match="may have acted"):
            await _refund(till, 1000)
        (waiting,) = await till.shop.payments.refunds("ada-delivered")
        assert waiting.status is RefundStatus.PENDING, "it counts as given back while nobody knows"
        (call,) = await till.shop.payments.unsettled()
        assert (call.key, call.subject_id, call.begun_at) == ("refund:1", waiting.id, AT)
        if keys_expired:
            strict_stripe.forget_keys()
        refund = await _refund(till, 1000)
        assert (refund.id, refund.status) == (waiting.id, RefundStatus.SUCCEEDED)
        assert _refunded(till) == [1000]
        assert await till.shop.payments.unsettled() == ()
        assert await _refund(till, 1000) == refund
        assert await till.shop.payments.refunds("ada-delivered") == (refund,)


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("keys_expired", [False, True])
async def test_a_charge_whose_answer_was_lost(
    strict_tills: Tills, strict_stripe: StrictStripe, fault: Fault, keys_expired: bool
) -> None:
    async with strict_tills.open() as till:
        strict_stripe.faults = [fault]
        with pytest.raises(ConnectorTimeout):
            await _charge(till, 700)
        waiting = (await till.shop.payments.intents("ada-pending"))[-1]
        assert (waiting.status, waiting.captured) == (PaymentIntentStatus.PROCESSING, usd(0))
        if keys_expired:
            strict_stripe.forget_keys()
        paid = await _charge(till, 700)
        assert (paid.id, paid.status, paid.captured) == (waiting.id, PaymentIntentStatus.SUCCEEDED, usd(700))
        assert _paid(till) == [paid.id]


@pytest.mark.parametrize("fault", LOST)
async def test_a_capture_and_a_void_whose_answers_were_lost(
    strict_tills: Tills, strict_stripe: StrictStripe, fault: Fault
) -> None:
    async with strict_tills.open() as till:
        payments = till.shop.payments
        held = [
            await payments.authorize(
                order_id="ada-pending",
                payment_method_id="ada-card",
                amount=usd(700),
                at=AT,
                idempotency_key=f"hold:{n}",
            )
            for n in range(2)
        ]
        strict_stripe.faults = [fault]
        with pytest.raises(ConnectorTimeout):
            await payments.capture(payment_intent_id=held[0].id, amount=usd(300), at=AT, idempotency_key="capture")
        strict_stripe.forget_keys()
        taken = await payments.capture(payment_intent_id=held[0].id, amount=usd(300), at=AT, idempotency_key="capture")
        assert (taken.status, taken.captured) == (PaymentIntentStatus.SUCCEEDED, usd(300))
        strict_stripe.faults = [fault]
        with pytest.raises(ConnectorTimeout):
            await payments.void(payment_intent_id=held[1].id, at=AT, idempotency_key="void")
        strict_stripe.forget_keys()
        gone = await payments.void(payment_intent_id=held[1].id, at=AT, idempotency_key="void")
        assert gone.status is PaymentIntentStatus.CANCELED
        assert await payments.unsettled() == ()


@pytest.mark.parametrize("fault", [Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.ERROR_AFTER, Fault.IN_USE])
async def test_the_sdk_repeats_a_call_under_one_key(
    strict_tills: Tills, strict_stripe: StrictStripe, fault: Fault
) -> None:
    async with strict_tills.open(retries=2) as till:
        before = len(strict_stripe.keys)
        strict_stripe.faults = [fault, fault]
        refund = await _refund(till, 1000)
        assert refund.status is RefundStatus.SUCCEEDED
        assert _refunded(till) == [1000]
        keys = strict_stripe.keys[before:]
        assert len(keys) == 3
        assert len(set(keys)) == 1
        assert len(keys[0]) <= 255


async def test_advice_not_to_repeat_is_taken(strict_tills: Tills, strict_stripe: StrictStripe) -> None:
    async with strict_tills.open(retries=5) as till:
        before = len(strict_stripe.keys)
        strict_stripe.faults, strict_stripe.advice = [Fault.ERROR_AFTER, Fault.ERROR_AFTER], "false"
        with pytest.raises(ConnectorTimeout):
            await _refund(till, 1000)
        assert len(strict_stripe.keys) - before == 1


async def test_advice_to_repeat_is_taken(strict_tills: Tills, strict_stripe: StrictStripe) -> None:
    async with strict_tills.open(retries=5) as till:
        strict_stripe.faults, strict_stripe.advice = [Fault.LIMITED], "true"
        assert (await _refund(till, 1000)).status is RefundStatus.SUCCEEDED
        assert _refunded(till) == [1000]


async def test_a_limit_is_told_from_what_may_have_happened(strict_tills: Tills, strict_stripe: StrictStripe) -> None:
    async with strict_tills.open() as till:
        strict_stripe.faults = [Fault.LIMITED]
        with pytest.raises(ConnectorUnavailable):
            await _refund(till, 1000)
        assert _refunded(till) == []
        assert (await _refund(till, 1000)).status is RefundStatus.SUCCEEDED
        assert _refunded(till) == [1000]


async def test_the_last_attempt_does_not_hide_an_earlier_one(strict_tills: Tills, strict_stripe: StrictStripe) -> None:
    async with strict_tills.open(retries=1) as till:
        strict_stripe.faults = [Fault.CUT_AFTER, Fault.LIMITED]
        with pytest.raises(ConnectorTimeout):
            await _refund(till, 1000)
        assert _refunded(till) == [1000]


async def test_a_declined_card_leaves_nothing_behind(strict_tills: Tills, strict_stripe: StrictStripe) -> None:
    async with strict_tills.open() as till:
        before = await till.shop.payments.intents("ada-pending")
        card_of(till, "ada-card", "4000000000000341")
        keys = len(strict_stripe.keys)
        for _ in range(2):
            with pytest.raises(PaymentDeclined) as declined:
                await _charge(till, 700)
            assert declined.value.fields["decline_code"] == "generic_decline"
        assert await till.shop.payments.intents("ada-pending") == before
        assert await till.shop.payments.unsettled() == ()
        first, second = strict_stripe.keys[keys:]
        assert first != second, "Stripe repeats a refusal under its key for a day"
        card_of(till, "ada-card", "4242424242424242")
        assert (await _charge(till, 800)).captured == usd(800), "a refused call leaves its key free"


async def test_a_card_that_wants_its_customer_there_is_not_charged(strict_tills: Tills) -> None:
    async with strict_tills.open() as till:
        before = await till.shop.payments.intents("ada-pending")
        card_of(till, "ada-card", "4000002500003155")
        with pytest.raises(PaymentDeclined) as declined:
            await _charge(till, 700)
        assert declined.value.fields["decline_code"] == "authentication_required"
        assert await till.shop.payments.intents("ada-pending") == before
        made = till.stripe.v1.payment_intents.list({"customer": till.external["ada"], "limit": 100}).data
        assert {each.status for each in made if "shopgraph_id" in each.metadata} == {"canceled"}


async def test_money_refunded_by_hand_at_stripe_is_not_refunded_again(strict_tills: Tills) -> None:
    async with strict_tills.open() as till:
        payment = till.external["paid-ada-delivered"]
        till.stripe.v1.refunds.create({"payment_intent": payment, "amount": 13000})
        with pytest.raises(Conflict, match="greater than unrefunded"):
            await _refund(till, 1000)
        till.stripe.v1.refunds.create({"payment_intent": payment, "amount": 500})
        with pytest.raises(Conflict) as refusal:
            await _refund(till, 500)
        assert refusal.value.fields["stripe_code"] == "charge_already_refunded"
        assert await till.shop.payments.refunds("ada-delivered") == ()
        assert _refunded(till) == [500, 13000] or _refunded(till) == [13000, 500]


async def test_what_was_voided_at_stripe_is_not_captured(strict_tills: Tills) -> None:
    async with strict_tills.open() as till:
        held = await till.shop.payments.authorize(
            order_id="ada-pending", payment_method_id="ada-card", amount=usd(700), at=AT, idempotency_key="hold"
        )
        (found,) = [each async for each in till.gateway.payments_since(AT.replace(year=2020)) if each.id == held.id]
        till.stripe.v1.payment_intents.cancel(found.external_id)
        with pytest.raises(IllegalTransition):
            await till.shop.payments.capture(payment_intent_id=held.id, at=AT, idempotency_key="capture")
        assert await till.shop.payments.intent(held.id) == held


async def test_no_gateway_is_asked_inside_a_transaction(strict_tills: Tills, strict_stripe: StrictStripe) -> None:
    async with strict_tills.open() as till:
        asked = len(strict_stripe.keys)
        with pytest.raises(ConfigurationError, match="inside a transaction"):
            async with till.shop.connectors.transaction():
                await _refund(till, 1000)
        assert len(strict_stripe.keys) == asked
        assert await till.shop.payments.refunds("ada-delivered") == ()


async def test_what_stripe_does_not_know_is_not_moved_there(strict_tills: Tills, strict_stripe: StrictStripe) -> None:
    async with strict_tills.open() as till:
        asked = len(strict_stripe.keys)
        till.shop.database.write_now(lambda db: db.exec_driver_sql("DELETE FROM external_ids"))
        with pytest.raises(Conflict, match="does not know the payment paid-ada-delivered"):
            await _refund(till, 1000)
        with pytest.raises(Conflict, match="does not know"):
            await _charge(till, 700)
        assert len(strict_stripe.keys) == asked
        assert await till.shop.payments.refunds("ada-delivered") == ()


async def test_gift_cards_stay_in_the_shop(strict_tills: Tills, strict_stripe: StrictStripe) -> None:
    async with strict_tills.open() as till:
        asked = len(strict_stripe.keys)
        paid = await _charge(till, 2000, method="ada-gift")
        card = await till.shop.payments.method("ada-gift")
        assert (paid.status, card and card.balance) == (PaymentIntentStatus.SUCCEEDED, usd(3000))
        assert len(strict_stripe.keys) == asked


async def test_an_amount_that_stripe_has_not_is_refused_before_it_is_asked(
    strict_tills: Tills, strict_stripe: StrictStripe
) -> None:
    async with strict_tills.open() as till:
        till.shop.database.write_now(
            lambda db: db.exec_driver_sql("UPDATE orders SET currency = 'KWD' WHERE id = 'ada-pending'")
        )
        asked, before = len(strict_stripe.keys), await till.shop.payments.intents("ada-pending")
        with pytest.raises(InvalidInput, match=r"0\.010 KWD"):
            await till.shop.payments.charge(
                order_id="ada-pending",
                payment_method_id="ada-card",
                amount=Money(amount=1234, currency="KWD"),
                at=AT,
                idempotency_key="fils",
            )
        assert len(strict_stripe.keys) == asked
        assert await till.shop.payments.intents("ada-pending") == before


async def test_a_mutant_without_keys_and_without_a_look_refunds_twice(
    strict_tills: Tills, strict_stripe: StrictStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counting above can see what it is there to see."""

    async def nothing(*_: object) -> AsyncIterator[GatewayRefund]:
        nobody: list[GatewayRefund] = []
        for each in nobody:
            yield each

    monkeypatch.setattr(StripeGateway, "_key", lambda *_: str(uuid4()))
    monkeypatch.setattr(StripeGateway, "refunds_of", nothing)
    async with strict_tills.open() as till:
        strict_stripe.faults = [Fault.CUT_AFTER]
        with pytest.raises(ConnectorTimeout):
            await _refund(till, 1000)
        await _refund(till, 1000)
        assert _refunded(till) == [1000, 1000]
