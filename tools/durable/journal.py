"""The workflow that DBOS runs for every action, and its record as a `Journal`."""

from __future__ import annotations

import asyncio
import logging

from dbos import DBOS

from shopgraph.domain import ActionRun, RunStatus
from shopgraph.errors import ConnectorFault, NotFound
from shopgraph.tools.durable.admission import context_of
from shopgraph.tools.durable.carrying import Answer, Carrying, Doing
from shopgraph.tools.durable.leaving import LEAVING
from shopgraph.tools.durable.shops import SHOPS
from shopgraph.tools.spec import Services

_LOG = logging.getLogger(__name__)

APP_VERSION = "shopgraph-actions-2"
"""Of the steps of all actions: changed when a step list changes, and by no other deploy, so that work survives one."""
CHOICE_TOPIC = "choice"
_PAUSE = 1.0
"""Seconds between two looks at a shop's database that cannot be reached."""


def workflow_id(shop_id: str, action_id: str) -> str:
    """DBOS's name of an action: shops may share an engine."""
    return f"{shop_id}/{action_id}"


class _Recorded:
    """`Journal` on DBOS: must be used inside a workflow."""

    def __init__(self, shop_id: str, services: Services, name: str) -> None:
        self._shop_id = shop_id
        self._services = services
        self._name = name

    async def step(self, name: str, do: Doing) -> Answer:
        if not SHOPS.open(self._shop_id, self._services):
            raise LEAVING.hand_back(self._name)
        with SHOPS.at_work(self._services):
            return await DBOS.run_step_async({"name": name}, do)

    async def choice(self, seconds: float) -> str | None:
        chosen = await DBOS.recv_async(CHOICE_TOPIC, timeout_seconds=seconds)
        return chosen if isinstance(chosen, str) else None


@DBOS.workflow(name="shopgraph.action")
async def carry_out(shop_id: str, action_id: str) -> str:
    """Carry an admitted action to its end; returns the status in which it ended."""
    name = workflow_id(shop_id, action_id)
    with SHOPS.carrying(name):
        status = await _carried(shop_id, action_id, name)
    SHOPS.ended(name)
    return str(status)


async def _carried(shop_id: str, action_id: str, name: str) -> RunStatus:
    services = SHOPS.services(shop_id)
    if services is None:
        raise LEAVING.hand_back(name)
    while (run := await _found(services, action_id)) is None:
        if not SHOPS.open(shop_id, services):
            raise LEAVING.hand_back(name)
        await asyncio.sleep(_PAUSE)
    if not run.unfinished:
        return run.status
    return await Carrying(context_of(services, run), run, _Recorded(shop_id, services, name)).go()


async def _found(services: Services, action_id: str) -> ActionRun | None:
    """The action; None while the shop's database cannot be reached.

    Raises:
        NotFound: there is none.
    """
    try:
        run = await services.connectors.runs.run(action_id)
    except ConnectorFault:
        _LOG.warning("action %s cannot be read", action_id, exc_info=True)
        return None
    if run is None:
        raise NotFound(f"There is no action {action_id}.", action=action_id)
    return run
