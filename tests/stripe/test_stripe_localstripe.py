"""The connector on localstripe as it is: no idempotency keys, no limit to refunds; but PaymentIntents by others."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue

import httpx
import pytest
from pydantic import SecretStr

from shopgraph.connectors.conformance.seed import AT, usd
from shopgraph.connectors.stripe import StripeSettings, stripe_gateway
from shopgraph.connectors.stripe.webhooks import EventKind, StripeEvent, read_event, receive
from shopgraph.domain import PaymentIntentStatus, PaymentMethodKind, RefundReason, RefundStatus
from shopgraph.errors import ConfigurationError, Conflict, ConnectorUnavailable, NotAuthenticated, NotFound
from tests.stripe.conftest import Tills, new_card
from tests.stripe.counterparts import KEY

pytestmark = pytest.mark.counterpart("third-party fake (localstripe) as it is")
SECRET = SecretStr("whsec_for_a_test")


async def test_hold_take_and_refund(plain_tills: Tills) -> None:
    async with plain_tills.open() as till:
        payments = till.shop.payments
        held = await payments.authorize(
            order_id="ada-pending", payment_method_id="ada-card", amount=usd(700), at=AT, idempotency_key="hold"
        )
        assert held.status is PaymentIntentStatus.REQUIRES_CAPTURE
        taken = await payments.capture(payment_intent_id=held.id, at=AT, idempotency_key="capture")
        assert (taken.status, taken.captured) == (PaymentIntentStatus.SUCCEEDED, usd(700))
        refund = await payments.refund(
            order_id="ada-pending",
            payment_intent_id=held.id,
            payment_method_id="ada-card",
            amount=usd(300),
            reason=RefundReason.ORDER_CANCELED,
            at=AT,
            idempotency_key="refund",
        )
        assert refund.status is RefundStatus.SUCCEEDED
        found = till.stripe.v1.refunds.list({}).data
        all_about = [each.metadata.to_dict() for each in found if each.metadata]
        ours = (each for each in all_about if each.get("shop_id") == till.shop_id)  # one server for several shops
        about = next(each for each in ours if each.get("shopgraph_id") == refund.id)
        assert about == {
            "shop_id": till.shop_id,
            "shopgraph_id": refund.id,
            "order_id": "ada-pending",
            "reason": "order_canceled",
        }


async def test_our_records_stop_what_localstripe_would_allow(plain_tills: Tills) -> None:
    async with plain_tills.open() as till:
        payment = till.external["paid-ada-delivered"]
        for key, amount in [("one", 8000), ("two", 5501), ("three", 5500), ("four", 1)]:
            try:
                await till.shop.payments.refund(
                    order_id="ada-delivered",
                    payment_intent_id="paid-ada-delivered",
                    payment_method_id="ada-card",
                    amount=usd(amount),
                    reason=RefundReason.GOODS_RETURNED,
                    at=AT,
                    idempotency_key=key,
                )
            except Conflict:
                assert key in ("two", "four")
        assert sorted(each.amount for each in till.stripe.v1.refunds.list({"payment_intent": payment}).data) == [
            5500,
            8000,
        ]


async def test_link_a_customer(plain_tills: Tills) -> None:
    async with plain_tills.open() as till:
        payments = till.shop.payments
        saved = new_card(till, "ada", "4242424242424242")
        linked = await payments.link("ada", till.external["ada"])
        assert {each.id for each in linked} == {"ada-card", saved}, "a card that is here keeps its id"
        assert await payments.link("ada", till.external["ada"]) == linked
        (new,) = (each for each in linked if each.id == saved)
        assert (new.kind, new.last_four, new.customer_id) == (PaymentMethodKind.CARD, "4242", "ada")
        paid = await payments.charge(
            order_id="ada-pending", payment_method_id=saved, amount=usd(1), at=AT, idempotency_key="charge"
        )
        assert paid.status is PaymentIntentStatus.SUCCEEDED
        before = await payments.methods("ben")
        with pytest.raises(Conflict, match="bound to another"):
            await payments.link("ben", till.external["ada"])
        with pytest.raises(NotFound):
            await payments.link("ada", "cus_nobody")
        assert await payments.methods("ben") == before


async def test_the_key_is_never_told(
    plain_tills: Tills, localstripe_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with plain_tills.open() as till:
        await till.gateway.payment(till.external["paid-ada-shipped"])
    wrong = StripeSettings(api_key=SecretStr("rk_wrong_and_secret"), api_base=localstripe_url, retries=0)
    with pytest.raises(ConfigurationError, match="STRIPE_API_KEY") as refusal:
        await stripe_gateway(wrong, shop_id="shop").payment("pi_1")
    assert "rk_wrong" not in f"{refusal.value!r} {refusal.value.fields} {wrong!r} {wrong.model_dump_json()}"
    assert caplog.records
    assert KEY not in caplog.text
    assert "rk_wrong" not in caplog.text


async def test_nobody_answers() -> None:
    nowhere = StripeSettings(api_key=SecretStr(KEY), api_base="http://127.0.0.1:9", retries=0, timeout_seconds=1)
    with pytest.raises(ConnectorUnavailable):
        await stripe_gateway(nowhere, shop_id="shop").payment("pi_1")


@pytest.fixture
def mailbox() -> Iterator[tuple[str, Queue[tuple[bytes, str]]]]:
    """A URL that receives webhooks, and what it received: body and signature."""
    received: Queue[tuple[bytes, str]] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.put((body, self.headers["Stripe-Signature"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", received
    server.shutdown()
    server.server_close()


def _tell(localstripe_url: str, url: str) -> None:
    """Let localstripe send its webhooks there."""
    hook = {"url": url, "secret": SECRET.get_secret_value(), "events": ["payment_intent.succeeded"]}
    httpx.post(f"{localstripe_url}/_config/webhooks/one", json=hook).raise_for_status()


def _news_of(external: str, received: Queue[tuple[bytes, str]]) -> tuple[bytes, str, StripeEvent]:
    """The message about that object; those about others, a second old, are left."""
    while True:
        body, signature = received.get(timeout=10)
        event = read_event(body, signature, secret=SECRET, at=datetime.now(UTC))
        if event.object_id == external:
            return body, signature, event


async def test_news_of_a_capture_that_was_made_elsewhere(
    plain_tills: Tills, localstripe_url: str, mailbox: tuple[str, Queue[tuple[bytes, str]]]
) -> None:
    url, received = mailbox
    async with plain_tills.open() as till:
        payments = till.shop.payments
        held = await payments.authorize(
            order_id="ada-pending", payment_method_id="ada-card", amount=usd(700), at=AT, idempotency_key="hold"
        )
        _tell(localstripe_url, url)
        after_the_seed = till.external["paid-ben-canceled"]
        (theirs,) = till.stripe.v1.payment_intents.list({"limit": 9, "starting_after": after_the_seed}).data
        till.stripe.v1.payment_intents.capture(theirs.id)
        body, signature, event = await asyncio.to_thread(_news_of, theirs.id, received)
        with pytest.raises(NotAuthenticated):
            read_event(body + b" ", signature, secret=SECRET, at=datetime.now(UTC))
        assert (event.kind, event.type) == (EventKind.PAYMENT, "payment_intent.succeeded")
        kept = await receive(event, gateway=till.gateway, store=payments)
        assert (kept.ours, kept.strangers) == ((held.id,), ())
        after = await payments.intent(held.id)
        assert after is not None
        assert (after.status, after.captured) == (PaymentIntentStatus.SUCCEEDED, usd(700))
