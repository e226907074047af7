"""Webhooks: forged, old, twice, late and out of order."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import stripe
from pydantic import SecretStr

from shopgraph.connectors.conformance.seed import AT, usd
from shopgraph.connectors.embedded import EmbeddedShop, open_shop
from shopgraph.connectors.gateway import GatewayPayment, GatewayRefund
from shopgraph.connectors.stripe.webhooks import TOLERANCE, EventKind, StripeEvent, read_event, receive
from shopgraph.domain import PaymentIntentStatus, Refund, RefundReason, RefundStatus
from shopgraph.errors import ConfigurationError, InvalidInput, NotAuthenticated

pytestmark = pytest.mark.counterpart("none: the SDK's own signatures, and a list of states in place of Stripe")
SECRET = SecretStr("whsec_for_a_test")
R, P = RefundStatus, PaymentIntentStatus


def _event(type: str, described: dict[str, Any], own: str = "evt_1") -> dict[str, Any]:  # noqa: A002
    return {
        "id": own,
        "object": "event",
        "type": type,
        "created": int(AT.timestamp()),
        "data": {"object": described},
    }


def _signed(content: object, at: datetime = AT, secret: SecretStr = SECRET) -> tuple[bytes, str]:
    payload = json.dumps(content)
    header = stripe.WebhookSignature.generate_signature_header(payload, secret.get_secret_value(), int(at.timestamp()))
    return payload.encode(), header


REFUND = {"object": "refund", "id": "re_1", "payment_intent": "pi_1"}


@pytest.mark.parametrize(
    ("type_", "described", "kind", "payment"),
    [
        ("payment_intent.succeeded", {"object": "payment_intent", "id": "pi_1"}, EventKind.PAYMENT, "pi_1"),
        ("payment_intent.canceled", {"object": "payment_intent", "id": "pi_1"}, EventKind.PAYMENT, "pi_1"),
        ("refund.failed", REFUND, EventKind.REFUND, "pi_1"),
        ("refund.updated", REFUND | {"payment_intent": {"id": "pi_1"}}, EventKind.REFUND, "pi_1"),
        ("refund.updated", REFUND | {"payment_intent": None}, EventKind.REFUND, ""),
        ("charge.refunded", {"object": "charge", "id": "ch_1", "payment_intent": "pi_1"}, EventKind.CHARGE, "pi_1"),
        (
            "charge.dispute.created",
            {"object": "dispute", "id": "dp_1", "payment_intent": "pi_1"},
            EventKind.DISPUTE,
            "pi_1",
        ),
        ("customer.created", {"object": "customer", "id": "cus_1"}, EventKind.OTHER, ""),
    ],
)
def test_a_signed_event_is_read(type_: str, described: dict[str, Any], kind: EventKind, payment: str) -> None:
    event = read_event(*_signed(_event(type_, described)), secret=SECRET, at=AT)
    assert event == StripeEvent(
        id="evt_1",
        type=type_,
        kind=kind,
        object_id=described["id"],
        payment_external_id=payment,
        created_at=AT,
    )


def test_a_forged_event_is_refused() -> None:
    payload, header = _signed(_event("refund.failed", REFUND))
    for body, signature in [
        (payload.replace(b"re_1", b"re_2"), header),
        (payload, header.replace("v1=", "v1=0")),
        (payload, ""),
        (payload, "t=now,v1=x"),
        (b"\xff" + payload, header),
        _signed(_event("refund.failed", REFUND), secret=SecretStr("whsec_another")),
    ]:
        with pytest.raises(NotAuthenticated):
            read_event(body, signature, secret=SECRET, at=AT)


def test_nothing_is_read_without_a_secret() -> None:
    for secret in (None, SecretStr("")):
        with pytest.raises((ConfigurationError, NotAuthenticated)):
            read_event(*_signed(_event("refund.failed", REFUND), secret=SecretStr("")), secret=secret, at=AT)


def test_an_old_signature_is_refused_by_the_shops_clock() -> None:
    payload, header = _signed(_event("refund.failed", REFUND))
    assert read_event(payload, header, secret=SECRET, at=AT + TOLERANCE).id == "evt_1"
    with pytest.raises(NotAuthenticated, match="too long ago"):
        read_event(payload, header, secret=SECRET, at=AT + TOLERANCE + timedelta(seconds=1))


@pytest.mark.parametrize("content", [[], 7, {"object": "event"}, {"data": {"object": {"object": []}}}])
def test_what_is_signed_and_no_event_is_refused(content: object) -> None:
    with pytest.raises(InvalidInput):
        read_event(*_signed(content), secret=SECRET, at=AT)


@dataclass
class States:
    """Gives each refund and payment the next of its states whenever it is looked at."""

    refunds: list[RefundStatus] = field(default_factory=list)
    payments: list[PaymentIntentStatus] = field(default_factory=list)
    refund_id: str = ""
    payment_id: str = ""
    looks: int = 0
    name: str = "stripe"

    async def payment(self, external_id: str) -> GatewayPayment | None:
        if not self.payments:
            return None
        self.looks += 1
        status = self.payments.pop(0)
        captured = usd(13500 if status is P.SUCCEEDED else 0)
        return GatewayPayment(
            external_id=external_id,
            id=self.payment_id,
            amount=usd(13500),
            captured=captured,
            status=status,
            created_at=AT,
        )

    async def find_refund(self, external_id: str) -> GatewayRefund | None:
        self.looks += 1
        return self._refund(external_id)

    async def refunds_of(self, external_id: str) -> AsyncIterator[GatewayRefund]:
        while self.refunds:
            yield self._refund("re_1")

    def _refund(self, external_id: str) -> GatewayRefund:
        return GatewayRefund(
            external_id=external_id,
            id=self.refund_id,
            payment_external_id="pi_1",
            amount=usd(1000),
            status=self.refunds.pop(0),
            created_at=AT,
        )


def _news(number: int, kind: EventKind = EventKind.REFUND) -> StripeEvent:
    return StripeEvent(
        id=f"evt_{number}",
        type="refund.updated",
        kind=kind,
        object_id="re_1" if kind is EventKind.REFUND else "pi_1",
        payment_external_id="pi_1",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


@pytest.fixture
def shop(tmp_path: Path, shop_template: Path) -> EmbeddedShop:
    """A shop with the kit's seed, with States for a gateway."""
    path = tmp_path / "shop.db"
    path.write_bytes(shop_template.read_bytes())
    return open_shop(f"sqlite:///{path}")


async def _pending(shop: EmbeddedShop) -> Refund:
    return await shop.payments.refund(
        order_id="ada-delivered",
        payment_intent_id="paid-ada-delivered",
        payment_method_id="ada-card",
        amount=usd(1000),
        reason=RefundReason.DUPLICATE,
        at=AT,
        idempotency_key="refund",
    )


@pytest.mark.parametrize("order", list(itertools.permutations([R.PENDING, R.SUCCEEDED, R.FAILED])))
async def test_the_records_converge_in_whatever_order_news_come(
    shop: EmbeddedShop, order: tuple[RefundStatus, ...]
) -> None:
    with shop:
        refund = await _pending(shop)
        states: Any = States(refunds=list(order), refund_id=refund.id)
        for number in range(len(order)):
            kept = await receive(_news(number), gateway=states, store=shop.payments)
            assert kept.ours == (refund.id,)
        after = await shop.payments.find_refund(refund.id)
        assert after == refund.model_copy(update={"status": R.FAILED})


async def test_the_same_news_twice_is_kept_once(shop: EmbeddedShop) -> None:
    with shop:
        refund = await _pending(shop)
        states: Any = States(refunds=[R.SUCCEEDED, R.FAILED], refund_id=refund.id)
        first = await receive(_news(1), gateway=states, store=shop.payments)
        assert await receive(_news(1), gateway=states, store=shop.payments) == first
        assert states.looks == 1
        after = await shop.payments.find_refund(refund.id)
        assert after is not None
        assert after.status is R.SUCCEEDED


async def test_a_failed_refund_can_be_made_again(shop: EmbeddedShop) -> None:
    with shop:
        payments = shop.payments
        refund = await _pending(shop)
        states: Any = States(refunds=[R.FAILED], refund_id=refund.id)
        await receive(_news(1), gateway=states, store=payments)
        again = await payments.refund(
            order_id="ada-delivered",
            payment_intent_id="paid-ada-delivered",
            payment_method_id="ada-card",
            amount=usd(13500),
            reason=RefundReason.DUPLICATE,
            at=AT,
            idempotency_key="all of it",
        )
        assert again.amount == usd(13500)


async def test_news_of_strangers_change_nothing(shop: EmbeddedShop) -> None:
    with shop:
        before = shop.dump()
        states: Any = States(refunds=[R.SUCCEEDED] * 2, payments=[P.SUCCEEDED] * 2, refund_id="")
        kept = await receive(_news(1), gateway=states, store=shop.payments)
        assert (kept.ours, kept.strangers) == ((), ("pi_1", "re_1"))
        kept = await receive(_news(2, EventKind.CHARGE), gateway=states, store=shop.payments)
        assert (kept.ours, kept.strangers) == ((), ("pi_1", "re_1"))
        for kind in (EventKind.DISPUTE, EventKind.OTHER):
            kept = await receive(_news(3, kind), gateway=states, store=shop.payments)
            assert (kept.ours, kept.strangers) == ((), ())
        assert shop.dump() == before


async def test_news_of_a_refunded_charge(shop: EmbeddedShop) -> None:
    with shop:
        refund = await _pending(shop)
        states: Any = States(
            refunds=[R.SUCCEEDED], payments=[P.SUCCEEDED], refund_id=refund.id, payment_id="paid-ada-delivered"
        )
        kept = await receive(_news(1, EventKind.CHARGE), gateway=states, store=shop.payments)
        assert kept.ours == ("paid-ada-delivered", refund.id)
        after = await shop.payments.find_refund(refund.id)
        assert after is not None
        assert after.status is R.SUCCEEDED


async def test_a_settled_payment_does_not_go_back(shop: EmbeddedShop) -> None:
    with shop:
        before = await shop.payments.intent("paid-ada-delivered")
        states: Any = States(payments=[P.PROCESSING, P.CANCELED], payment_id="paid-ada-delivered")
        for number in range(2):
            await receive(_news(number, EventKind.PAYMENT), gateway=states, store=shop.payments)
        assert await shop.payments.intent("paid-ada-delivered") == before
