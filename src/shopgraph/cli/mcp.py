"""`shopgraph mcp`: the shop's tools for any MCP client, behind the gate."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopgraph.cli.output import print_notice
from shopgraph.cli.session import open_shop
from shopgraph.errors import InvalidInput

if TYPE_CHECKING:
    from mcp.server import Server

    from shopgraph.shop import Shop


def mcp(
    shop: Annotated[str | None, typer.Option("--shop", metavar="DIR|URL|JSON", help="The shop to serve.")] = None,
    as_whom: Annotated[
        str, typer.Option("--as", metavar="WHO", help="Vouch for customer:ID, staff:ID[:ROLE,...] or system:NAME.")
    ] = "guest",
    http: Annotated[
        str | None,
        typer.Option(
            "--http", metavar="[HOST]:PORT", help="Serve streamable HTTP; without it standard input and output."
        ),
    ] = None,
    tokens: Annotated[
        Path | None, typer.Option("--tokens", metavar="FILE", help="Bearer tokens by their hash; with --http.")
    ] = None,
    hosts: Annotated[
        list[str] | None, typer.Option("--host-name", help="A name under which clients reach it; with --http.")
    ] = None,
) -> None:
    """Serve the shop's tools to an MCP client; who asks is said here or by a token, never by the client."""
    from shopgraph.domain import Principal
    from shopgraph.serve.mcp import ToolServer
    from shopgraph.serve.running import serve_stdio

    principal = Principal.parse(as_whom)
    if http is None and (tokens or hosts):
        raise InvalidInput("--tokens and --host-name are for HTTP.", remedy="Add --http 127.0.0.1:8765.")
    if http is not None and as_whom != "guest":
        raise InvalidInput("Over HTTP anybody may connect, so nobody is vouched for.", remedy="Use --tokens for --as.")
    with open_shop(shop) as opened:
        served = ToolServer(opened.gate, opened.services, region_id=opened.meta.default_region_id, principal=principal)
        if http is not None:
            _over_http(served.server(), http, tokens, hosts or [])
            return
        if asyncio.run(served.known(principal))[0] != principal:
            print_notice(f"notice: no customer has the id {principal.id}; serving a guest.")
        _when_told_to_stop(lambda: _end_at_once(opened))
        asyncio.run(serve_stdio(served.server()))


def _when_told_to_stop(end: Callable[[], object]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: end())


def _end_at_once(shop: Shop) -> None:
    """Close the shop and be gone: a thread that waits for standard input cannot be canceled, nor waited for."""
    shop.close()
    os._exit(0)


def _over_http(server: Server, address: str, tokens: Path | None, hosts: list[str]) -> None:
    from shopgraph.collecting import collect_seldom
    from shopgraph.serve.identity import TokenFile
    from shopgraph.serve.running import LOOPBACK, PATH, http_app, listen, serve_http

    app = http_app(server, verifier=TokenFile(tokens) if tokens else None, hosts=[*LOOPBACK, *hosts])
    listening = listen(address)
    host, port = listening.getsockname()[:2]
    print_notice(f"serving at http://{f'[{host}]' if ':' in host else host}:{port}{PATH}")
    _when_told_to_stop(sys.exit)
    collect_seldom()
    asyncio.run(serve_http(app, listening))
