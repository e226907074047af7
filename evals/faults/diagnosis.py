"""What is known of a call that is stuck: who has it, how far it came, and what struck it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from dbos import DBOSClient
from sqlalchemy import create_engine

from shopgraph.connectors.embedded import EmbeddedShop
from shopgraph.domain import ActionRun
from shopgraph.tools.durable.journal import workflow_id
from shopgraph.tools.durable.leases import Leases
from shopgraph.tools.durable.standing import standing


async def diagnosed(engine: str, records: EmbeddedShop, action_id: str, struck: Sequence[str], last_word: str) -> str:
    """It in words: the caller's last answer, the faults, the action's state, the engine's, and the journal's."""
    run = await records.connectors.runs.run(action_id)
    told = [f"answered {last_word or 'nothing'}", f"struck by {', '.join(struck) or 'nothing'}"]
    told += ["never admitted"] if run is None else await asyncio.to_thread(_standing, engine, records.meta.id, run)
    return "; ".join(told)


def _standing(engine: str, shop_id: str, run: ActionRun) -> list[str]:
    now = standing(engine, shop_id, run)
    stages = [f"{stage.name} {stage.state} ({stage.attempts}) {stage.why}".strip() for stage in now.stages]
    return [f"{run.status} {run.reason}".strip(), *_holder(engine, workflow_id(shop_id, run.id)), *stages]


def _holder(engine: str, name: str) -> list[str]:
    """Who has it at the engine, and whether that process lives."""
    client = DBOSClient(system_database_url=engine)
    database = create_engine(engine)
    try:
        living = Leases(database).living()
        return [
            f"engine: {each.status} on {each.queue_name or 'no queue'} of {each.executor_id} "
            f"({'living' if each.executor_id in living else 'dead'}), error {each.error}"
            for each in client.list_workflows(workflow_ids=[name], load_input=False)
        ] or ["engine: not begun"]
    finally:
        client.destroy()
        database.dispose()
