"""The workflow that DBOS runs for every action, and its record as a `Journal`."""

from __future__ import annotations

from dbos import DBOS

from shopgraph.domain import RunStatus
from shopgraph.errors import NotFound
from shopgraph.tools.durable.admission import context_of
from shopgraph.tools.durable.carrying import Answer, Carrying, Doing
from shopgraph.tools.durable.shops import SHOPS

APP_VERSION = "shopgraph-actions-1"
"""Of the steps of all actions: changed when a step list changes, and by no other deploy, so that work survives one."""
CHOICE_TOPIC = "choice"


def workflow_id(shop_id: str, action_id: str) -> str:
    """DBOS's name of an action: shops may share an engine."""
    return f"{shop_id}/{action_id}"


class _Recorded:
    """`Journal` on DBOS: must be used inside a workflow."""

    async def step(self, name: str, do: Doing) -> Answer:
        return await DBOS.run_step_async({"name": name}, do)

    async def choice(self, seconds: float) -> str | None:
        chosen = await DBOS.recv_async(CHOICE_TOPIC, timeout_seconds=seconds)
        return chosen if isinstance(chosen, str) else None


@DBOS.workflow(name="shopgraph.action")
async def carry_out(shop_id: str, action_id: str) -> str:
    """Carry an admitted action to its end; returns the status in which it ended."""
    services = SHOPS.services(shop_id)
    run = await services.connectors.runs.run(action_id)
    if run is None:
        raise NotFound(f"There is no action {action_id}.", action=action_id)
    status = RunStatus.DONE
    if run.unfinished:
        status = await Carrying(context_of(services, run), run, _Recorded()).go()
    SHOPS.ended(action_id)
    return str(status)
