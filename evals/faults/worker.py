"""A worker process: has the other side behind its shop, makes the calls that it is given, and may be killed."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from dbos._dbos import _get_dbos_instance

from shopgraph.connectors.embedded import open_shop
from shopgraph.domain import Principal
from shopgraph.evals.faults.injector import Injector
from shopgraph.evals.faults.kinds import Fault
from shopgraph.evals.faults.orders import REGION, Case
from shopgraph.evals.faults.remote import RemoteGateway, RemoteInventory, Wire
from shopgraph.guards.policy import load_bundle
from shopgraph.shop import Shop
from shopgraph.tools.durable.points import POINTS
from shopgraph.tools.spec import GateOutcome, ToolCall, ToolContext

WAIT_SECONDS = 2.0
"""How long a call waits for the end of its action before it answers that it goes on."""


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What a worker is started with."""

    folder: Path
    """Where the shop's other files are."""
    url: str
    """Of the shop's records."""
    engine: str
    port: int
    """Of the other side."""
    keys: bool = True


@dataclass(frozen=True, kw_only=True)
class Order:
    """A call to make, and what shall go wrong meanwhile."""

    case: Case
    faults: Mapping[str, Fault] = field(default_factory=dict)
    refused: str = ""


@dataclass(frozen=True, kw_only=True)
class Struck:
    """A fault strikes now."""

    case: Case
    point: str
    fault: Fault
    at: float


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A call was answered."""

    case: Case
    outcome: str
    detail: str
    reached: frozenset[str]
    """Points that its process passed meanwhile."""


class Ready:
    """The worker waits for an order."""


def work(setup: Setup, pipe: Connection) -> None:
    """Make calls until it is killed; actions that others left behind are carried on meanwhile."""
    logging.basicConfig(filename=setup.folder / "workers.log", level=logging.ERROR, force=True)
    speaking = threading.Lock()
    current: list[Case] = []

    def say(message: object) -> None:
        with speaking:
            pipe.send(message)

    def struck(point: str, fault: Fault) -> None:
        say(Struck(case=current[0], point=point, fault=fault, at=time.monotonic()))

    injector = Injector(struck)
    with _opened(setup, injector) as shop:
        shop.engine.wait_seconds = WAIT_SECONDS
        shop.engine.attach(shop.services)
        injector.watch(_get_dbos_instance()._sys_db.engine)  # it shows its database to nobody
        say(Ready())
        while True:
            order: Order = pipe.recv()
            current[:] = [order.case]
            injector.plan(order.faults, order.refused)
            outcome = asyncio.run(_call(shop, order.case))
            reached = frozenset(injector.reached)
            injector.plan({})
            detail = outcome.error or "; ".join(each.reason for each in outcome.decisions)
            say(Answered(case=order.case, outcome=outcome.outcome, detail=detail, reached=reached))


def _opened(setup: Setup, injector: Injector) -> Shop:
    wire = Wire(setup.port, injector, keys=setup.keys)
    records = open_shop(setup.url, gateway=lambda _: RemoteGateway(wire))
    records.connectors = replace(
        records.connectors, inventory=RemoteInventory(wire), outside=records.connectors.outside | {"inventory"}
    )
    injector.watch(records.database.engine)
    POINTS.harness = injector.reach
    return Shop(records, folder=setup.folder, policy=load_bundle("default"), engine=setup.engine)


async def _call(shop: Shop, case: Case) -> GateOutcome:
    context = ToolContext(
        services=shop.services, principal=Principal.staff(f"desk-{case.number}", "agent"), region_id=REGION
    )
    arguments: dict[str, Any] = case.arguments()
    return await shop.gate.call(context, ToolCall(tool=case.kind.tool, arguments=arguments, call_id=case.call_id))
