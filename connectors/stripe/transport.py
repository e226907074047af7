"""The SDK's HTTP client, which also remembers whether an attempt of the call under way may have acted.

The SDK repeats a call by itself and then tells of the last attempt only: a refused connection may follow a timeout.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

import httpx
import stripe

_MAY_HAVE_ACTED: ContextVar[list[bool]] = ContextVar("shopgraph_stripe_attempts")
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_CONNECT_SECONDS = 5.0


def watch_attempts() -> list[bool]:
    """From now on note in this list, for this task, whether each attempt may have acted."""
    attempts: list[bool] = []
    _MAY_HAVE_ACTED.set(attempts)
    return attempts


class Transport(stripe.HTTPXClient):
    """Sends requests over httpx. It belongs to the event loop in which it is first used."""

    def __init__(self, *, timeout_seconds: float) -> None:
        super().__init__(timeout=httpx.Timeout(timeout_seconds, connect=min(timeout_seconds, _CONNECT_SECONDS)))

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Send one request: one attempt of a call."""
        try:
            content, status, reply_headers = await super().request_async(method, url, headers, post_data)
        except stripe.APIConnectionError as error:
            _MAY_HAVE_ACTED.get().append(not isinstance(error.__cause__, _NEVER_SENT))
            raise
        _MAY_HAVE_ACTED.get().append(status >= 500 or status == 409)
        return content, status, reply_headers
