"""The other side's messages about money: signed as Stripe signs, and brought in as little order as a network does."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from shopgraph.connectors.embedded.payments import EmbeddedPayments
from shopgraph.connectors.gateway import PaymentGateway
from shopgraph.connectors.stripe.webhooks import read_event, receive
from shopgraph.errors import Conflict, NotAuthenticated


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to a payment or a refund there."""

    id: int
    type: str
    object: str
    """The id of the payment or refund."""
    payment: str


def messages(events: Sequence[Event], *, secret: str, at: float) -> list[dict[str, str]]:
    """Events as they are sent at an instant (seconds since 1970): a forged one, then the newest first and twice."""
    if not events:
        return []
    newest_first = [_message(event, secret, at) for event in reversed(events)]
    newest = newest_first[0]
    forged = {**newest, "payload": newest["payload"].replace('"id": "', '"id": "x', 1)}
    return [forged, newest, *newest_first]


async def hear(
    message: dict[str, str], *, secret: str, at: datetime, gateway: PaymentGateway, store: EmbeddedPayments
) -> bool:
    """Verify a message and keep what it is about; False when it is not the other side's."""
    try:
        event = read_event(message["payload"].encode(), message["signature"], secret=SecretStr(secret), at=at)
    except NotAuthenticated:
        return False
    await receive(event, gateway=gateway, store=store)
    return True


async def hear_all(
    told: Sequence[dict[str, str]], *, secret: str, at: datetime, gateway: PaymentGateway, store: EmbeddedPayments
) -> list[str]:
    """Hear what `messages` made; returns what the records cannot be brought to agree with, in words.

    Raises:
        RuntimeError: the forged one was believed, or another one was not.
    """
    refused = list[str]()
    for place, message in enumerate(told):
        try:
            believed = await hear(message, secret=secret, at=at, gateway=gateway, store=store)
        except Conflict as conflict:
            refused.append(f"News were refused: {conflict}")
            continue
        if believed is (place == 0):
            raise RuntimeError(f"A message was {'believed' if believed else 'refused'}: {message['payload']}")
    return refused


def _message(event: Event, secret: str, at: float) -> dict[str, str]:
    kind = event.type.partition(".")[0]
    described: dict[str, Any] = {"object": kind, "id": event.object}
    if kind != "payment_intent":
        described["payment_intent"] = event.payment
    content = {
        "id": f"evt_{event.id}",
        "object": "event",
        "type": event.type,
        "created": int(at),
        "data": {"object": described},
    }
    payload = json.dumps(content)
    return {"payload": payload, "signature": _signature(payload, secret, int(at))}


def _signature(payload: str, secret: str, at: int) -> str:
    """Stripe's scheme: HMAC-SHA256 of time and body (https://docs.stripe.com/webhooks#verify-manually)."""
    signed = hmac.new(secret.encode(), f"{at}.{payload}".encode(), hashlib.sha256)
    return f"t={at},v1={signed.hexdigest()}"
