"""Stripe's errors as the project's own. What is uncertain is said to be."""

from __future__ import annotations

import stripe

from shopgraph.errors import (
    ConfigurationError,
    Conflict,
    ConnectorFault,
    ConnectorTimeout,
    ConnectorUnavailable,
    IdempotencyConflict,
    IllegalTransition,
    NotFound,
    PaymentDeclined,
    ShopgraphError,
)

_WRONG_STATE = frozenset(
    {"payment_intent_unexpected_state", "charge_already_captured", "charge_expired_for_capture", "intent_invalid_state"}
)


def translated(error: stripe.StripeError, *, may_have_acted: bool) -> ShopgraphError:
    """The error in our words.

    `may_have_acted` tells of all the attempts of the call, this error only of the last. An answer about the call itself
    settles it, for all attempts had one idempotency key.
    """
    message = error.user_message or "no reason given"
    fields = {"stripe_code": error.code or "", "request_id": error.request_id or ""}
    if isinstance(error, stripe.CardError):
        decline = getattr(error.error, "decline_code", None) or error.code or "card_declined"
        return PaymentDeclined(
            f"The card was declined: {message}", remedy="Use another card.", decline_code=decline, **fields
        )
    if isinstance(error, stripe.IdempotencyError) and error.code != "idempotency_key_in_use":
        return IdempotencyConflict(f"Stripe has this key for another call: {message}", **fields)
    if isinstance(error, stripe.InvalidRequestError):
        return _refusal(error, message, fields)
    if may_have_acted:
        return ConnectorTimeout(
            f"Stripe may have acted or not: {message}", remedy="Ask again under the same key.", **fields
        )
    if isinstance(error, stripe.APIConnectionError | stripe.RateLimitError):
        return ConnectorUnavailable(f"Stripe cannot be reached now: {message}", remedy="Try again.", **fields)
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        # Stripe's own message repeats a part of the key.
        return ConfigurationError(
            "Stripe does not accept the API key for this.", remedy="Check STRIPE_API_KEY.", **fields
        )
    return ConnectorFault(f"Stripe failed: {message}", **fields)


def _refusal(error: stripe.InvalidRequestError, message: str, fields: dict[str, str]) -> ShopgraphError:
    if error.http_status == 404 or error.code == "resource_missing":
        return NotFound(f"Stripe has no such record: {message}", **fields)
    if error.code in _WRONG_STATE:
        return IllegalTransition(f"Stripe refuses: {message}", **fields)
    return Conflict(f"Stripe refuses: {message}", **fields)
