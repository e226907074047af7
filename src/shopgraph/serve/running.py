"""The MCP server over its two transports: a pipe to whoever started it, and streamable HTTP."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings

from shopgraph.errors import InvalidInput
from shopgraph.serve.identity import Bearers

if TYPE_CHECKING:
    from mcp.server import Server
    from mcp.server.auth.provider import TokenVerifier
    from starlette.applications import Starlette

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
PATH = "/mcp"


def listen(address: str) -> socket.socket:
    """A socket that listens at `HOST:PORT`, `[::1]:PORT` or `:PORT` (then on 127.0.0.1); port 0 is any that is free.

    Raises:
        InvalidInput: it is no address, or cannot be listened at.
    """
    host, _, port = address.rpartition(":")
    if not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise InvalidInput(f"{address!r} is no address.", remedy="Write HOST:PORT, such as 127.0.0.1:8765.")
    bare = host.strip("[]") or "127.0.0.1"
    try:
        return socket.create_server((bare, int(port)), family=socket.AF_INET6 if ":" in bare else socket.AF_INET)
    except OSError as fault:
        raise InvalidInput(f"Nothing can listen at {address}: {fault.strerror or fault}.") from None


async def serve_stdio(server: Server[Any]) -> None:
    """Serve whoever started this process, until they close its input. Standard output carries the protocol alone."""
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


def http_app(
    server: Server[Any], *, verifier: TokenVerifier | None = None, hosts: Sequence[str] = LOOPBACK
) -> Starlette:
    """The server as an ASGI application at `/mcp`.

    A request that shows no token is a guest's. `hosts` are the names under which the server is reached: a request for
    another one, or from a page of another origin, is refused, so that no web page can speak to it by rebinding a name.
    """
    names = [*hosts, *(f"{host}:*" for host in hosts)]
    origins = [f"{scheme}://{name}" for name in names for scheme in ("http", "https")]
    app = server.streamable_http_app(
        streamable_http_path=PATH,
        transport_security=TransportSecuritySettings(allowed_hosts=names, allowed_origins=origins),
    )
    app.add_middleware(Bearers, verifier=verifier)
    return app


async def serve_http(app: Starlette, listening: socket.socket) -> None:
    """Serve until the process is told to stop; open streams are given two seconds to end."""
    import uvicorn

    config = uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=2)
    await uvicorn.Server(config).serve(sockets=[listening])
