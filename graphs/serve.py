"""The orchestrator as LangGraph's own server loads it (langgraph.json). The server brings the checkpointer.

The shop is the one of the setting `shop` (`SHOPGRAPH_SHOP`), else a demo shop. Whoever asks over the server is a
guest: a client's word authenticates nobody, and clients send messages, never commands (docs/serving.md). A host that
verifies customers calls `Orchestrator.ask`.
"""

from __future__ import annotations

import asyncio
from functools import cache
from typing import Never

from langgraph_sdk import Auth

from shopgraph.config import load_settings
from shopgraph.graphs.orchestrator import Orchestration, compile_orchestrator, make_parts
from shopgraph.shop import Shop, gateway_options, shop_options

auth = Auth()
"""What clients of the server may do."""


@cache
def _compiled() -> Orchestration:
    settings = load_settings()
    options = shop_options(settings)
    if settings.shop:
        shop = Shop.open(settings.shop, **options, **gateway_options(settings))
    else:
        shop = Shop.demo(**options)
    return compile_orchestrator(make_parts(shop))


async def graph() -> Orchestration:
    """The compiled orchestrator of the configured shop, which is opened once, in a thread beside the server's loop."""
    return await asyncio.to_thread(_compiled)


@auth.authenticate
async def _everyone() -> Auth.types.MinimalUserDict:
    return {"identity": "guest"}


@auth.on.threads.create_run
async def _only_messages(ctx: Auth.types.AuthContext, value: Auth.types.RunsCreate) -> None:
    """A command could write any state, jump to any node, or approve on a supervisor's behalf."""
    if (value.get("kwargs") or {}).get("command"):
        _refuse("Commands are the host's: send messages.")


@auth.on.threads.update
async def _no_state(ctx: Auth.types.AuthContext, value: Auth.types.ThreadsUpdate) -> None:
    """A client that writes state could put words into the shop's mouth. It may stop its own run."""
    if "action" not in value:
        _refuse("The state of a conversation is the shop's: send messages.")


def _refuse(why: str) -> Never:
    raise Auth.exceptions.HTTPException(status_code=403, detail=why)
