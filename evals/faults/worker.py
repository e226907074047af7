"""A worker process: has the other side behind its shop, makes the calls that it is given, and may be killed."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from dbos._dbos import _get_dbos_instance

from shopgraph.connectors.embedded import EmbeddedShop, open_shop
from shopgraph.errors import ConnectorFault
from shopgraph.evals.faults.calls import Case
from shopgraph.evals.faults.injector import Injector
from shopgraph.evals.faults.kinds import Fault
from shopgraph.evals.faults.news import hear_all
from shopgraph.evals.faults.orders import REGION
from shopgraph.evals.faults.planned import Planned
from shopgraph.evals.faults.remote import RemoteGateway, Wire
from shopgraph.evals.faults.remote_stock import RemoteInventory
from shopgraph.guards.policy import PolicyBundle, load_bundle
from shopgraph.shop import Shop
from shopgraph.tools.durable.points import POINTS
from shopgraph.tools.spec import GateOutcome, Outcome, ToolCall, ToolContext

WAIT_SECONDS = 1.0
"""How long a call waits for the end of its action before it answers that it goes on; its worker is free again then."""


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
    secret: str
    """By which its messages are verified."""
    planned: Planned
    keys: bool = True


class Job(StrEnum):
    """What a worker is to do."""

    CALL = "call"
    NEWS = "news"
    """Hear what the other side says about the customer's money."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """A job about a case."""

    case: Case
    job: Job = Job.CALL
    wait_seconds: float = WAIT_SECONDS


@dataclass(frozen=True, kw_only=True)
class Struck:
    """A fault strikes now."""

    action_id: str
    point: str
    fault: Fault
    at: float


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A call was answered."""

    case: Case
    outcome: Outcome
    detail: str
    reached: frozenset[str]
    """Points that its process passed meanwhile."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """The other side's messages were heard, or have to be sent again."""

    case: Case
    kept: bool


class Ready:
    """The worker waits for an order."""


def work(setup: Setup, pipe: Connection) -> None:
    """Do jobs until it is killed; actions that others left behind are carried on meanwhile."""
    logging.basicConfig(filename=setup.folder / "workers.log", level=logging.ERROR, force=True)
    speaking = threading.Lock()

    def say(message: object) -> None:
        with speaking:
            pipe.send(message)

    def struck(action_id: str, point: str, fault: Fault) -> None:
        say(Struck(action_id=action_id, point=point, fault=fault, at=time.monotonic()))

    injector = Injector(setup.planned, struck)
    wire = Wire(setup.port, injector, keys=setup.keys)
    with _opened(setup, wire, injector) as shop:
        shop.engine.attach(shop.services)
        injector.watch(_get_dbos_instance()._sys_db.engine)  # it shows its database to nobody
        say(Ready())
        while True:
            order: Order = pipe.recv()
            if order.job is Job.NEWS:
                say(Heard(case=order.case, kept=asyncio.run(_heard(shop, wire, setup.secret, order.case))))
                continue
            shop.engine.wait_seconds = order.wait_seconds
            outcome = asyncio.run(_call(shop, order.case))
            say(
                Answered(
                    case=order.case,
                    outcome=outcome.outcome,
                    detail=_told(outcome),
                    reached=frozenset(injector.reached.pop(order.case.action_id, ())),
                )
            )


def remote_shop(url: str, wire: Wire) -> EmbeddedShop:
    """The shop's records, with money and stock at the other side."""
    records = open_shop(url, gateway=lambda _: RemoteGateway(wire))
    records.connectors = replace(
        records.connectors, inventory=RemoteInventory(wire), outside=records.connectors.outside | {"inventory"}
    )
    return records


def _opened(setup: Setup, wire: Wire, injector: Injector) -> Shop:
    records = remote_shop(setup.url, wire)
    injector.watch_records(records.database)
    POINTS.harness = injector.reach
    return Shop(records, folder=setup.folder, policy=policy(), engine=setup.engine)


@cache
def policy() -> PolicyBundle:
    """The default one."""
    return load_bundle("default")


async def _call(shop: Shop, case: Case) -> GateOutcome:
    """Make the call; a customer says yes when asked."""
    context = ToolContext(services=shop.services, principal=case.caller, region_id=REGION)
    arguments: dict[str, Any] = case.arguments()
    call = ToolCall(tool=case.kind.tool, arguments=arguments, call_id=case.call_id)
    outcome = await shop.gate.call(context, call)
    if outcome.outcome is Outcome.NEEDS_CONFIRMATION and outcome.proposal is not None:
        outcome = await shop.gate.call(replace(context, request_confirmed=outcome.proposal.digest), call)
    return outcome


async def _heard(shop: Shop, wire: Wire, secret: str, case: Case) -> bool:
    """Hear the messages about a customer's money; False when the shop's database or the other side failed meanwhile."""
    now = shop.clock.now()
    try:
        told = await wire.ask("payments.news", {"customer": case.customer_id, "at": now.timestamp()})
        refused = await hear_all(told, secret=secret, at=now, gateway=RemoteGateway(wire), store=shop.payments)
    except ConnectorFault:
        return False
    if refused:
        raise RuntimeError("; ".join(refused))  # the worker ends, which is counted
    return True


def _told(outcome: GateOutcome) -> str:
    action = (outcome.result or {}).get("summary", "") if outcome.outcome is Outcome.ACCEPTED else ""
    return outcome.error or str(action) or "; ".join(each.reason for each in outcome.decisions)
