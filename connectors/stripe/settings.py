"""How Stripe is reached. Secrets come from the environment or from files that it names, and are never printed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, SecretStr

from shopgraph.config import secret_from
from shopgraph.domain import Value
from shopgraph.errors import ConfigurationError

API_KEY = "STRIPE_API_KEY"
WEBHOOK_SECRET = "STRIPE_WEBHOOK_SECRET"  # noqa: S105  (the name of a variable)


class StripeSettings(Value):
    """What a connection to Stripe needs."""

    api_key: SecretStr
    """A secret (`sk_`) or restricted (`rk_`) key."""
    webhook_secret: SecretStr | None = None
    """Of the webhook endpoint (`whsec_`); None where no webhooks are received."""
    timeout_seconds: Annotated[float, Field(gt=0)] = 20
    """How long one attempt may take."""
    retries: Annotated[int, Field(ge=0, le=10)] = 2
    """Further attempts that the SDK makes of a call, under the same idempotency key, unless Stripe advises against."""
    api_base: str = "https://api.stripe.com"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read `STRIPE_API_KEY` and `STRIPE_WEBHOOK_SECRET`, or the files that `..._FILE` names.

        Raises:
            ConfigurationError: no key is given, one is given twice, or it is no key.
        """
        env = os.environ if environ is None else environ
        api_key, webhook_secret = secret_from(env, API_KEY), secret_from(env, WEBHOOK_SECRET)
        if not api_key:
            raise ConfigurationError(
                f"{API_KEY} is not set.", remedy=f"Set it, or {API_KEY}_FILE to a file with the key."
            )
        _check(API_KEY, api_key, ("sk_", "rk_"))
        if webhook_secret:
            _check(WEBHOOK_SECRET, webhook_secret, ("whsec_",))
        return cls(api_key=SecretStr(api_key), webhook_secret=SecretStr(webhook_secret) if webhook_secret else None)


def _check(name: str, value: str, prefixes: tuple[str, ...]) -> None:
    if not value.startswith(prefixes) or not value.isascii() or not value.isprintable() or " " in value:
        raise ConfigurationError(f"{name} holds no such secret.", remedy=f"It starts with {' or '.join(prefixes)}.")
