"""`PaymentGateway` over Stripe's PaymentIntents and Refunds, through the official SDK."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, cast
from weakref import WeakKeyDictionary

import stripe

from shopgraph.connectors.gateway import UNDER_WAY, Asking, GatewayMethod, GatewayPayment, GatewayRefund
from shopgraph.connectors.stripe.amounts import to_stripe
from shopgraph.connectors.stripe.errors import translated
from shopgraph.connectors.stripe.objects import metadata_of, method_from, payment_from, refund_from, stripe_reason
from shopgraph.connectors.stripe.settings import StripeSettings
from shopgraph.connectors.stripe.transport import Transport, watch_attempts
from shopgraph.domain import Money, PaymentIntent, PaymentIntentStatus, Refund
from shopgraph.errors import NotFound, PaymentDeclined

if TYPE_CHECKING:
    from stripe.params import PaymentIntentCreateParams, RefundCreateParams

API_VERSION = "2025-09-30.clover"
"""Pinned: the SDK's own moves with the SDK, and a later one renamed `payment_method_types`."""
_PAGE = 100


class StripeGateway:
    """Translates between the shop's payment records and Stripe. It keeps nothing but open connections."""

    name = "stripe"

    def __init__(
        self, settings: StripeSettings, *, shop_id: str, transport: Callable[[], Transport] | None = None
    ) -> None:
        self._settings = settings
        self._shop_id = shop_id
        self._transport = transport or (lambda: Transport(timeout_seconds=settings.timeout_seconds))
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, stripe.StripeClient] = WeakKeyDictionary()

    async def pay(
        self, payment: PaymentIntent, *, customer: str, method: str, capture: bool, asking: Asking
    ) -> GatewayPayment:
        """Take or hold the amount, without the customer present."""
        params = {
            "amount": to_stripe(payment.amount),
            "currency": payment.amount.currency.lower(),
            "customer": customer,
            "payment_method": method,
            "payment_method_types": ["card"],
            "capture_method": "automatic" if capture else "manual",
            "confirm": True,
            "off_session": True,
            "metadata": metadata_of(payment, self._shop_id),
        }
        if asking.again and (trace := await self._find_payment(customer, payment.id)) is not None:
            return trace
        with self._asking():
            # The SDK's types are those of its own API version.
            made = await self._intents.create_async(
                cast("PaymentIntentCreateParams", params), {"idempotency_key": self._key(asking)}
            )
        paid = payment_from(made, self._shop_id)
        if paid.status not in UNDER_WAY:
            with self._asking():
                await self._intents.cancel_async(made.id)
            raise PaymentDeclined(
                "The bank wants the customer to confirm this payment.",
                remedy="Ask the customer to pay on the website, or use another card.",
                decline_code="authentication_required",
            )
        return paid

    async def capture(self, external_id: str, amount: Money, *, asking: Asking) -> GatewayPayment:
        """Take what is held, once; Stripe lets go of the rest."""
        if asking.again and (trace := await self.payment(external_id)) is not None and trace.captured == amount:
            return trace
        with self._asking():
            taken = await self._intents.capture_async(
                external_id, {"amount_to_capture": to_stripe(amount)}, {"idempotency_key": self._key(asking)}
            )
        return payment_from(taken, self._shop_id)

    async def void(self, external_id: str, *, asking: Asking) -> GatewayPayment:
        """Cancel the PaymentIntent."""
        trace = await self.payment(external_id) if asking.again else None
        if trace is not None and trace.status is PaymentIntentStatus.CANCELED:
            return trace
        with self._asking():
            gone = await self._intents.cancel_async(external_id, None, {"idempotency_key": self._key(asking)})
        return payment_from(gone, self._shop_id)

    async def refund(self, refund: Refund, *, payment: str, asking: Asking) -> GatewayRefund:
        """Refund exactly that amount of the payment to the card that paid."""
        params: RefundCreateParams = {
            "payment_intent": payment,
            "amount": to_stripe(refund.amount),
            "metadata": metadata_of(refund, self._shop_id),
        }
        if (reason := stripe_reason(refund.reason)) is not None:
            params["reason"] = reason
        if asking.again:
            async for trace in self.refunds_of(payment):
                if trace.id == refund.id:
                    return trace
        with self._asking():
            made = await self._client.v1.refunds.create_async(params, {"idempotency_key": self._key(asking)})
        return refund_from(made, self._shop_id)

    async def payment(self, external_id: str) -> GatewayPayment | None:
        """The payment as it is now."""
        try:
            with self._asking():
                return payment_from(await self._intents.retrieve_async(external_id), self._shop_id)
        except NotFound:
            return None

    async def find_refund(self, external_id: str) -> GatewayRefund | None:
        """The refund as it is now."""
        try:
            with self._asking():
                return refund_from(await self._client.v1.refunds.retrieve_async(external_id), self._shop_id)
        except NotFound:
            return None

    async def methods(self, customer: str) -> tuple[GatewayMethod, ...]:
        """The cards that a customer has saved."""
        with self._asking():
            page = await self._client.v1.payment_methods.list_async(
                {"customer": customer, "type": "card", "limit": _PAGE}
            )
            return tuple([method_from(each) async for each in page.auto_paging_iter()])

    async def refunds_of(self, external_id: str) -> AsyncIterator[GatewayRefund]:
        """Every refund of a payment, newest first."""
        with self._asking():
            page = await self._client.v1.refunds.list_async({"payment_intent": external_id, "limit": _PAGE})
            async for each in page.auto_paging_iter():
                yield refund_from(each, self._shop_id)

    async def payments_since(self, at: datetime) -> AsyncIterator[GatewayPayment]:
        """Every payment of the account begun at that instant or later, newest first."""
        with self._asking():
            page = await self._intents.list_async({"created": {"gte": int(at.timestamp())}, "limit": _PAGE})
            async for each in page.auto_paging_iter():
                yield payment_from(each, self._shop_id)

    async def refunds_since(self, at: datetime) -> AsyncIterator[GatewayRefund]:
        """Every refund of the account begun at that instant or later, newest first."""
        with self._asking():
            page = await self._client.v1.refunds.list_async({"created": {"gte": int(at.timestamp())}, "limit": _PAGE})
            async for each in page.auto_paging_iter():
                yield refund_from(each, self._shop_id)

    async def _find_payment(self, customer: str, own_id: str) -> GatewayPayment | None:
        """The trace of an earlier call: lists are consistent with what was written, Stripe's search is not."""
        with self._asking():
            page = await self._intents.list_async({"customer": customer, "limit": _PAGE})
            async for each in page.auto_paging_iter():
                found = payment_from(each, self._shop_id)
                if found.id == own_id and found.status in UNDER_WAY:
                    return found
        return None

    def _key(self, asking: Asking) -> str:
        """The key as Stripe takes it (255 characters at most), saying nothing of whom it is about."""
        return hashlib.sha256(f"{self._shop_id}\n{asking.key}".encode()).hexdigest()

    @contextmanager
    def _asking(self) -> Iterator[None]:
        attempts = watch_attempts()
        try:
            yield
        except stripe.StripeError as error:
            raise translated(error, may_have_acted=any(attempts)) from error

    @property
    def _intents(self) -> stripe.PaymentIntentService:
        return self._client.v1.payment_intents

    @property
    def _client(self) -> stripe.StripeClient:
        """One for each event loop: connections do not outlive theirs."""
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            self._clients[loop] = stripe.StripeClient(
                self._settings.api_key.get_secret_value(),
                stripe_version=API_VERSION,
                base_addresses={"api": self._settings.api_base},
                max_network_retries=self._settings.retries,
                http_client=self._transport(),
            )
        return self._clients[loop]
