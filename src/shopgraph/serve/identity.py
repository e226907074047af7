"""Who a program that connects speaks for: said by whoever starts the server, or shown by a bearer token."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser, BearerAuthBackend
from mcp.server.auth.provider import AccessToken, TokenVerifier
from pydantic import Field
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from shopgraph.domain import Principal, Value
from shopgraph.errors import ConfigurationError, InvalidInput
from shopgraph.guards.documents import open_document


class Token(Value):
    """One bearer token that is accepted, by its hash: the file is no secret worth stealing."""

    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    """Of the token, in hexadecimal. A token is long and random, so no salt is needed."""
    principal: str
    """Whom it speaks for, as `Principal.parse` reads it."""


class Tokens(Value):
    """A file of tokens."""

    tokens: tuple[Token, ...]


class TokenFile:
    """A `TokenVerifier` over a YAML file of hashed tokens."""

    def __init__(self, path: Path) -> None:
        """Read the file.

        Raises:
            ConfigurationError: it is not there or something in it is wrong, with its line.
        """
        if not path.is_file():
            raise ConfigurationError(f"There is no file of tokens at {path}.", remedy="docs/plugins.md shows one.")
        document = open_document(path, Tokens)
        for place, token in enumerate(document.value.tokens):
            try:
                Principal.parse(token.principal)
            except InvalidInput as wrong:
                raise document.wrong(str(wrong), "tokens", place, "principal") from None
        self._principals = {token.sha256: token.principal for token in document.value.tokens}

    async def verify_token(self, token: str) -> AccessToken | None:
        """Whom the token speaks for, as its subject; None for a token that is not in the file."""
        digest = hashlib.sha256(token.encode()).hexdigest()
        principal = self._principals.get(digest)
        if principal is None:
            return None
        return AccessToken(token=digest, client_id=principal, scopes=[], subject=principal)


def principal_of(token: AccessToken) -> Principal:
    """Whom a verified token speaks for: its subject, as `Principal.parse` reads it.

    Raises:
        InvalidInput: the subject is missing or written otherwise.
    """
    return Principal.parse(token.subject or "")


class Bearers:
    """ASGI: a request without a token is a guest's, one with a token that is not accepted is answered with 401."""

    def __init__(self, app: ASGIApp, verifier: TokenVerifier | None) -> None:
        self._app = app
        self._backend = BearerAuthBackend(verifier) if verifier is not None else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or not HTTPConnection(scope).headers.get("authorization"):
            await self._app(scope, receive, send)
            return
        found = await self._backend.authenticate(HTTPConnection(scope)) if self._backend is not None else None
        if found is None:
            refusal = JSONResponse(
                {"error": "invalid_token"},
                status_code=401,
                headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
            )
            await refusal(scope, receive, send)
            return
        await self._app({**scope, "auth": found[0], "user": found[1]}, receive, send)


def shown_token(scope: Scope) -> AccessToken | None:
    """The verified token of a request that came through `Bearers`."""
    user = scope.get("user")
    return user.access_token if isinstance(user, AuthenticatedUser) else None
