"""Processes that tests start: they act, and are killed at a point by their own hand, as `kill -9` would."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import replace
from multiprocessing.context import SpawnProcess
from pathlib import Path

from pydantic import JsonValue

from shopgraph.domain import Principal
from shopgraph.shop import Shop
from shopgraph.tools.durable.points import POINTS
from shopgraph.tools.spec import Outcome, ToolCall, ToolContext
from tests.durable import bench

SPAWN = multiprocessing.get_context("spawn")
PATIENCE = 30.0


def start(target: object, *arguments: object) -> SpawnProcess:
    """Begin a function of this module in a process of its own."""
    process = SPAWN.Process(target=target, args=arguments)  # type: ignore[arg-type]
    process.start()
    return process


def killed_again_and_again(
    folder: Path, till: Path, points: list[str], call: tuple[str, Mapping[str, JsonValue]]
) -> None:
    """Fork a process for each point, one after another; each dies there, and the next one takes over from it."""
    for point in points:
        child = os.fork()
        if child == 0:
            _act_until(folder, till, point, call)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != signal.SIGKILL:
            raise SystemExit(f"nobody died at {point}: {status}")


def _act_until(folder: Path, till: Path, point: str, call: tuple[str, Mapping[str, JsonValue]]) -> None:
    """Make the call, or carry it on, and be gone at the point; an exit code of 3 says that it was never reached."""
    bench.hurry()
    POINTS.harness = lambda reached: os.kill(os.getpid(), signal.SIGKILL) if reached == point else None
    with bench.opened(folder, till) as shop:
        shop.engine.attach(shop.services)
        asyncio.run(ask(shop, call, "ann", call_id="call"))
        time.sleep(PATIENCE)
    os._exit(3)


def ask_often(
    folder: Path, till: Path, answers: Path, ids: list[str], call: tuple[str, Mapping[str, JsonValue]]
) -> None:
    """Make a call many times at once, each under its id; one line for each answer."""
    bench.hurry()

    async def all_at_once(shop: Shop) -> list[str]:
        return await asyncio.gather(
            *(ask(shop, call, Principal.staff("sam", "supervisor"), call_id=each) for each in ids)
        )

    with bench.opened(folder, till) as shop:
        shop.engine.wait_seconds = PATIENCE
        answers.write_text("\n".join(asyncio.run(all_at_once(shop))), encoding="utf-8")


async def ask(shop: Shop, call: tuple[str, Mapping[str, JsonValue]], as_: str | Principal, *, call_id: str) -> str:
    """How a call ended, and why it was refused."""
    principal = as_ if isinstance(as_, Principal) else Principal.customer(as_)
    context = ToolContext(services=shop.services, principal=principal, region_id="us-northeast", request_id=call_id)
    asked = ToolCall(tool=call[0], arguments=dict(call[1]), call_id=call_id)
    outcome = await shop.gate.call(context, asked)
    if outcome.outcome is Outcome.NEEDS_CONFIRMATION and outcome.proposal is not None:
        outcome = await shop.gate.call(replace(context, request_confirmed=outcome.proposal.digest), asked)
    return f"{outcome.outcome} {outcome.error} {'; '.join(each.reason for each in outcome.decisions)}".strip()
