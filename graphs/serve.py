"""The graphs as LangGraph's own server loads them (langgraph.json). The server brings the checkpointer.

The shop is the one of the setting `shop` (`SHOPGRAPH_SHOP`), else a demo shop. Whoever asks over the server is a
guest: a client's word authenticates nobody, and clients send messages, never commands (docs/serving.md). A host that
verifies customers calls `Orchestrator.ask`.
"""

from __future__ import annotations

import asyncio
import logging
from functools import cache
from typing import Never

from langgraph_sdk import Auth

from shopgraph.collecting import collect_seldom
from shopgraph.graphs.orchestrator import Orchestration, compile_orchestrator, make_parts
from shopgraph.graphs.served import Served, serve_describer, serve_recommender, served_shop

logger = logging.getLogger(__name__)
auth = Auth()
"""What clients of the server may do."""


@cache
def _compiled() -> Orchestration:
    return compile_orchestrator(make_parts(served_shop()))


_warming: set[asyncio.Task[None]] = set()


def _warm() -> None:
    """Load the models beside the first requests, once: nothing that needs none of them waits for it."""
    if not _warming:
        task = asyncio.get_running_loop().create_task(_loaded())
        task.add_done_callback(_say_failure)
        _warming.add(task)


async def _loaded() -> None:
    await served_shop().warm()
    collect_seldom()


def _say_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.error("the models could not be loaded ahead: %s", error)


async def graph() -> Orchestration:
    """The compiled orchestrator of the configured shop, which is opened once, in a thread beside the server's loop."""
    compiled = await asyncio.to_thread(_compiled)
    _warm()
    return compiled


async def recommender() -> Served:
    """Recommendations of the same shop: what sells and what goes together, to a guest."""
    return serve_recommender(await asyncio.to_thread(served_shop))


async def describer() -> Served:
    """Descriptions of the same shop: what the brand says to everybody."""
    return serve_describer(await asyncio.to_thread(served_shop))


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
