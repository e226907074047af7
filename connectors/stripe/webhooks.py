"""Stripe's webhooks: who sent them is verified, what they say is read again at Stripe.

An event may come late, twice, or after a later one. So only the ids in it are used: the objects are read as they are
now, and the records keep what is later than what they know.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from pydantic import SecretStr, ValidationError

from shopgraph.connectors.gateway import GatewayNews, NewsKept, NewsStore, PaymentGateway
from shopgraph.connectors.stripe.settings import WEBHOOK_SECRET
from shopgraph.domain import Instant, Value
from shopgraph.errors import ConfigurationError, InvalidInput, MissingDependency, NotAuthenticated

TOLERANCE = timedelta(minutes=5)
"""How old a signature may be."""


class EventKind(StrEnum):
    """What an event is about."""

    PAYMENT = "payment_intent"
    REFUND = "refund"
    CHARGE = "charge"
    DISPUTE = "dispute"
    OTHER = "other"


class StripeEvent(Value):
    """A verified event, as far as it is used."""

    id: str
    type: str
    """Stripe's name for it: `refund.failed`."""
    kind: EventKind
    object_id: str
    payment_external_id: str = ""
    """The PaymentIntent that the object belongs to; empty when it belongs to none."""
    created_at: Instant


def read_event(payload: bytes, signature: str, *, secret: SecretStr | None, at: datetime) -> StripeEvent:
    """Verify and read an event: the raw body of the request, and its `Stripe-Signature` header.

    Raises:
        ConfigurationError: there is no secret to verify it by.
        NotAuthenticated: Stripe did not sign this, or longer ago than `TOLERANCE` at `at`.
        InvalidInput: what was signed is no event.
    """
    if secret is None:
        raise ConfigurationError("There is no secret to verify Stripe's webhooks by.", remedy=f"Set {WEBHOOK_SECRET}.")
    _verify(payload, signature, secret, at)
    try:
        content = json.loads(payload)
        described = content["data"]["object"]
        kind = _kind(described["object"])
        return StripeEvent(
            id=content["id"],
            type=content["type"],
            kind=kind,
            object_id=described["id"],
            payment_external_id=described["id"] if kind is EventKind.PAYMENT else _id(described.get("payment_intent")),
            created_at=datetime.fromtimestamp(content["created"], UTC),
        )
    except (ValueError, KeyError, TypeError, AttributeError, ValidationError, OverflowError):
        raise InvalidInput("This is signed by Stripe and no event.", remedy="Receive snapshot events.") from None


async def receive(event: StripeEvent, *, gateway: PaymentGateway, store: NewsStore) -> NewsKept:
    """Bring the records up to date with what an event is about; the same event a second time does nothing."""
    if (known := await store.news_kept(event.id)) is not None:
        return known
    return await store.keep_news(event.id, await _as_it_is_now(event, gateway))


async def _as_it_is_now(event: StripeEvent, gateway: PaymentGateway) -> GatewayNews:
    if event.kind is EventKind.PAYMENT:
        payment = await gateway.payment(event.object_id)
        return GatewayNews(payments=() if payment is None else (payment,))
    if event.kind is EventKind.REFUND:
        refund = await gateway.find_refund(event.object_id)
        if refund is None or not refund.payment_external_id:
            return GatewayNews()
        # Its payment too: news of that may still be on their way, and without it the refund would be a stranger's.
        payment = await gateway.payment(refund.payment_external_id)
        return GatewayNews(payments=() if payment is None else (payment,), refunds=(refund,))
    if event.kind is EventKind.CHARGE and event.payment_external_id:
        payment = await gateway.payment(event.payment_external_id)
        refunds = tuple([each async for each in gateway.refunds_of(event.payment_external_id)])
        return GatewayNews(payments=() if payment is None else (payment,), refunds=refunds)
    return GatewayNews()


def _verify(payload: bytes, signature: str, secret: SecretStr, at: datetime) -> None:
    try:
        import stripe
    except ModuleNotFoundError:
        raise MissingDependency("Stripe needs its SDK.", remedy="pip install 'shopgraph[stripe]'") from None
    try:
        # Its own check of the age goes by the wall clock; ours goes by the shop's.
        stripe.WebhookSignature.verify_header(payload, signature, secret.get_secret_value(), tolerance=None)
        signed_at = next(int(part[2:]) for part in signature.split(",") if part.startswith("t="))
    except (stripe.SignatureVerificationError, ValueError, StopIteration):
        raise NotAuthenticated("Stripe did not sign this message.", remedy="Pass the raw body and header on.") from None
    if signed_at < (at - TOLERANCE).timestamp():
        raise NotAuthenticated("Stripe signed this message too long ago.", remedy="It sends each one again.")


def _kind(object_name: str) -> EventKind:
    return EventKind(object_name) if object_name in set(EventKind) else EventKind.OTHER


def _id(expandable: object) -> str:
    """An id, or the id of the whole object where it is expanded."""
    return str(expandable["id"]) if isinstance(expandable, dict) else str(expandable or "")
